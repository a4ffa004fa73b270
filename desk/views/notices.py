"""What one has been told: the list, the bell, and marking it as read."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from core.clock import now
from desk.keys import KEYS
from desk.notices import address_of, notice_page, unread_count
from desk.pages import staff_page, user_of
from desk.queue import MOST
from notices.models import Notice
from notices.services import telling
from web.requests import PageRequest


@require_safe
@staff_page
def notices(request: PageRequest) -> HttpResponse:
    page = notice_page(request.actor, before=request.GET.get("before", ""), now=now())
    return render(request, "desk/notices.html", {"page": page, "keys": KEYS})


@require_safe
@staff_page
def bell(request: PageRequest) -> HttpResponse:
    """How many are new: drawn into the bell of every page."""
    count = unread_count(request.actor, now=now(), most=MOST)
    return render(request, "desk/_bell_count.html", {"count": count})


@require_POST
@staff_page
def open_notice(request: PageRequest, pk: int) -> HttpResponse:
    """Go where a notice leads; it is read from then on."""
    notice = Notice.objects.visible_to(request.actor).filter(pk=pk).first()
    if notice is None:
        raise Http404
    telling.read([notice.pk], user_id=user_of(request).pk, now=now())
    return redirect(address_of(notice, actor=request.actor))


@require_POST
@staff_page
def read_all(request: PageRequest) -> HttpResponse:
    telling.read_all(user_id=user_of(request).pk, now=now())
    return redirect("desk:notices")
