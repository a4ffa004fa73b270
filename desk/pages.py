"""What every view of the desk shares: only for the staff, never kept by a browser, in parts for htmx."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django_htmx.http import HttpResponseClientRedirect

from core.errors import Conflict, CouldNotStore, DomainError, Invalid, NotAllowed
from staff.models import User
from web.requests import PageRequest

Given = ParamSpec("Given")
View = Callable[Concatenate[PageRequest, Given], HttpResponse]
Made = TypeVar("Made")


def staff_page(view: View[Given]) -> View[Given]:
    """Let the staff in and send everybody else to the log-in, from where they come back."""

    @never_cache
    @wraps(view)
    def shown(request: PageRequest, /, *args: Given.args, **kwargs: Given.kwargs) -> HttpResponse:
        if not request.actor.is_staff:
            return _to_login(request)
        response = view(request, *args, **kwargs)
        patch_vary_headers(response, ["HX-Request", "HX-Target"])
        return response

    return shown


def leaders_page(view: View[Given]) -> View[Given]:
    """Only for supervisors and administrators; for the rest of the staff it is forbidden."""

    @wraps(view)
    def shown(request: PageRequest, /, *args: Given.args, **kwargs: Given.kwargs) -> HttpResponse:
        if not request.actor.leads:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return staff_page(shown)


def _to_login(request: PageRequest) -> HttpResponse:
    if not request.htmx:
        return redirect_to_login(request.get_full_path() if request.method == "GET" else settings.LOGIN_REDIRECT_URL)
    standing_on = urlsplit(request.htmx.current_url or settings.LOGIN_REDIRECT_URL)
    address = standing_on._replace(scheme="", netloc="", fragment="").geturl()
    return HttpResponseClientRedirect(f"{settings.LOGIN_URL}?{urlencode({'next': address})}")


def status_of(refused: DomainError) -> int:
    """The HTTP status of a rule that said no; the page that carries it shows its sentence."""
    codes = {NotAllowed: 403, Conflict: 409, CouldNotStore: 503}
    return next((code for kind, code in codes.items() if isinstance(refused, kind)), 422)


def field_of(refused: DomainError, form: BaseForm) -> str | None:
    """The input of the form that a rule complains about; None where it is about the whole."""
    return refused.field if isinstance(refused, Invalid) and refused.field in form.fields else None


def tell(form: BaseForm, refused: DomainError) -> int:
    """Put a refusal where it belongs in the form; its status."""
    form.add_error(field_of(refused, form), refused.message)
    return status_of(refused)


def posted(request: PageRequest) -> QueryDict | None:
    """What a form is filled with; nothing where its page is only looked at."""
    return request.POST if request.method == "POST" else None


def submit(form: BaseForm, change: Callable[[], Made]) -> tuple[Made | None, int]:
    """Make the change that a form asks for.

    Returns what came of it, None where nothing did; and the status of the page that shows the form then: 200 where
    nothing was posted, else 422 or that of the rule that said no. Why, the form says.
    """
    if not form.is_bound or not form.is_valid():
        return None, 422 if form.is_bound else 200
    try:
        return change(), 200
    except DomainError as refused:
        return None, tell(form, refused)


def leads_to(reference: str) -> str:
    """The address of a ticket's page."""
    return reverse("desk:ticket", args=[reference])


def user_of(request: PageRequest) -> User:
    """The person behind a staff page."""
    assert isinstance(request.user, User)
    return request.user
