"""Blocked senders: who is not heard, since when and why; blocking by hand and lifting."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from channels_in.models import BlockedSender
from channels_in.services import lifting
from core.clock import now
from core.errors import DomainError
from desk.incoming import number
from desk.keys import KEYS
from desk.pages import leaders_page, status_of
from web.requests import PageRequest

PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@leaders_page
def overview(request: PageRequest) -> HttpResponse:
    """All that are blocked, the latest first; with POST one more."""
    refused = None
    if request.method == "POST":
        typed, reason = request.POST.get("value", ""), request.POST.get("reason", "")
        try:
            row = lifting.block(typed, reason=reason, actor=request.actor, now=now())
        except DomainError as problem:
            refused = problem
        else:
            messages.success(request, _("%(sender)s is blocked.") % {"sender": row.value})
            return redirect("desk:blocked")
    return _show(request, refused)


@require_POST
@leaders_page
def lift(request: PageRequest, pk: int) -> HttpResponse:
    try:
        again = lifting.lift(pk, actor=request.actor, now=now(), again="again" in request.POST)
    except BlockedSender.DoesNotExist as missing:
        raise Http404 from missing
    words = _("The block is lifted.")
    if again:
        counted = ngettext("%(count)d is being read again.", "%(count)d are being read again.", again)
        words = f"{words} {counted % {'count': again}}"
    messages.success(request, words)
    return redirect("desk:blocked")


def _show(request: PageRequest, refused: DomainError | None) -> HttpResponse:
    rows = BlockedSender.objects.visible_to(request.actor).order_by("-id")
    before = number(request.GET.get("before"))
    found = list((rows.filter(pk__lt=before) if before else rows)[: PAGE + 1])
    context = {
        "rows": found[:PAGE],
        "more": found[PAGE - 1].pk if len(found) > PAGE else 0,
        "typed": request.POST,
        "refused": refused,
        "keys": KEYS,
    }
    return render(request, "desk/blocked.html", context, status=status_of(refused) if refused else 200)
