from django.contrib import messages
from django.contrib.auth import login as log_in
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.clock import now
from demo.people import PARTS
from demo.story import pages, telling
from staff.models import User
from tickets.models import Ticket

BACKEND = "django.contrib.auth.backends.ModelBackend"


@require_POST
def login(request: HttpRequest) -> HttpResponse:
    """Be one of the people of the demo by one click; the address exists in the demo only."""
    part = next((part for part in PARTS if part.who == request.POST.get("who")), None)
    user = User.objects.filter(email=part.email, is_active=True).first() if part else None
    if user is None:
        raise Http404
    log_in(request, user, backend=BACKEND)
    wanted = request.POST.get("next", "")
    return redirect(wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else "/desk/")


@require_http_methods(["GET", "HEAD", "POST"])
def story(request: HttpRequest) -> HttpResponse:
    """The story of the book from its beginning."""
    if request.method != "POST":
        return render(request, "demo/story.html")
    return redirect("demo:story-of", telling.begin(now=now()).reference)


@require_http_methods(["GET", "HEAD", "POST"])
def story_of(request: HttpRequest, reference: str) -> HttpResponse:
    """One telling of it, step by step."""
    ticket = Ticket.objects.filter(reference=reference).first()
    if ticket is None or telling.TAG not in ticket.tags:
        raise Http404
    if request.method != "POST":
        return render(request, "demo/story.html", pages.story(ticket))
    happened = telling.go_on(reference, request.POST.get("step", ""), now=now())
    messages.success(request, happened) if happened else messages.error(request, _("That has happened already."))
    return redirect("demo:story-of", reference)
