"""The queue without a chosen ticket, and what narrows it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from desk.keys import KEYS
from desk.pages import staff_page
from desk.queue import Choice
from desk.views.showing import show_queue
from desk.work_forms import filter_form
from web.requests import PageRequest


@require_safe
@staff_page
def queue(request: PageRequest) -> HttpResponse:
    return show_queue(request)


@require_safe
@staff_page
def filters(request: PageRequest) -> HttpResponse:
    """The form of all filters: a page of its own, or a part inside the queue."""
    choice = Choice.read(request.GET.dict(), actor=request.actor)
    template = "desk/_filters.html" if request.htmx else "desk/filters.html"
    return render(request, template, {"form": filter_form(choice.filters), "choice": choice, "keys": KEYS})
