"""What our middleware adds to a request, for the type checker."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from core.actor import Actor


class PageRequest(HttpRequest):
    """A request that went through ActorMiddleware and HtmxMiddleware: every page's request is one."""

    actor: Actor
    htmx: HtmxDetails
