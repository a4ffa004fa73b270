"""Customers and the search."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from core.clock import now
from customers.models import Customer
from desk.cards import cards
from desk.customer_page import customer_page
from desk.keys import KEYS
from desk.lines import days_of
from desk.pages import staff_page
from desk.ticket_page import Place
from desk.views.showing import OLDER
from tickets.models import Ticket
from tickets.references import references_in
from tickets.search import search
from web.requests import PageRequest


@require_safe
@staff_page
def customer(request: PageRequest, pk: int) -> HttpResponse:
    place = Place.read(request.GET.dict())
    try:
        page = customer_page(pk, place, actor=request.actor, now=now())
    except Customer.DoesNotExist as missing:
        raise Http404 from missing
    context = {
        "page": page,
        "person": page.person,
        "history": page.history,
        "newest_first": True,
        "several_tickets": True,
        "here": request.path,
        "now": page.now,
        "keys": KEYS,
    }
    return render(request, "desk/_older.html" if request.htmx.target == OLDER else "desk/customer.html", context)


@require_safe
@staff_page
def find(request: PageRequest) -> HttpResponse:
    """What was found; a whole reference leads straight to its ticket."""
    words = request.GET.get("q", "").strip()[:200]
    found = search(request.actor, words)
    if len(found.tickets) == 1 and references_in(words):
        return redirect(reverse("desk:ticket", args=[found.tickets[0].reference]))
    tickets = Ticket.objects.visible_to(request.actor).filter(pk__in=[ticket.pk for ticket in found.tickets])
    context = {
        "words": words,
        "tickets": cards(tickets.order_by("-id"), now=now()) if found.tickets else [],
        "customers": found.customers,
        "days": days_of(found.lines, newest_first=True),
        "now": now(),
        "keys": KEYS,
    }
    return render(request, "desk/search.html", context)
