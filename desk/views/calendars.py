"""Calendars: everybody of the staff looks at them, administrators change them."""

from dataclasses import replace

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.actor import Role
from core.clock import now
from core.errors import DomainError
from desk import calendar_page
from desk.calendar_forms import HOURS_EXAMPLE, CalendarForm, FileForm, NewCalendarForm, SpecialForm, known
from desk.keys import KEYS
from desk.pages import posted, staff_page, submit
from policies.calendar_spec import CalendarSpec
from policies.models import Calendar, CalendarVersion
from policies.services import calendars, holiday_files
from policies.services.calendars import Names
from web.requests import PageRequest


@require_safe
@staff_page
def overview(request: PageRequest) -> HttpResponse:
    moment = now()
    lines = [calendar_page.line(version, now=moment) for version in CalendarVersion.objects.in_force()]
    context = {"lines": lines, "now": moment, "may_change": _may_change(request), "keys": KEYS}
    return render(request, "desk/calendars.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def new(request: PageRequest) -> HttpResponse:
    form = NewCalendarForm(posted(request), initial={"zone": "Asia/Jakarta", "holidays": True})
    made, status = submit(form, lambda: _create(request, form))
    if made:
        messages.success(request, _("The calendar is made. Rules can name it now."))
        return redirect("desk:calendar", made.code)
    context = {"form": form, "may_change": _may_change(request), "example": HOURS_EXAMPLE, "keys": KEYS}
    return render(request, "desk/calendar_new.html", context, status=status)


def _create(request: PageRequest, form: NewCalendarForm) -> Calendar:
    code = form.cleaned_data["code"]
    return calendars.create(code, names=form.names(), spec=form.spec(), actor=request.actor, now=now())


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def calendar(request: PageRequest, code: str) -> HttpResponse:
    version = _version(code)
    if request.method != "POST":
        return _show(request, version)
    form = CalendarForm(request.POST)
    changed, status = submit(form, lambda: _rewrite(request, version, form))
    if changed:
        messages.success(request, _("Saved. Clocks that run already keep what they were counted with."))
        return redirect("desk:calendar", code)
    return _show(request, version, form=form, status=status)


def _rewrite(request: PageRequest, version: CalendarVersion, form: CalendarForm) -> Calendar:
    spec = form.spec(version.spec.special)
    return _change(request, version, spec, names=form.names(), number=form.cleaned_data["number"])


@require_POST
@staff_page
def add_days(request: PageRequest, code: str) -> HttpResponse:
    version, form = _version(code), SpecialForm(request.POST)
    spec = version.spec
    added, status = submit(
        form, lambda: _change(request, version, replace(spec, special=(*spec.special, form.special())))
    )
    if added:
        messages.success(request, _("The days are in the calendar."))
        return redirect("desk:calendar", code)
    return _show(request, version, special=form, status=status)


@require_POST
@staff_page
def remove_days(request: PageRequest, code: str) -> HttpResponse:
    version = _version(code)
    spec, named = version.spec, (request.POST.get("first"), request.POST.get("last"))
    left = tuple(each for each in spec.special if (each.first.isoformat(), each.last.isoformat()) != named)
    try:
        _change(request, version, replace(spec, special=left))
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("The days are as usual again."))
    return redirect("desk:calendar", code)


@require_POST
@staff_page
def import_days(request: PageRequest, code: str) -> HttpResponse:
    version, form = _version(code), FileForm(request.POST, request.FILES)
    days, status = submit(form, lambda: _import(request, version, form))
    if days:
        messages.success(request, _("Days read from the file: %(count)d.") % {"count": len(days)})
        return redirect("desk:calendar", code)
    return _show(request, version, file=form, status=status)


def _import(request: PageRequest, version: CalendarVersion, form: FileForm) -> holiday_files.Days:
    days = holiday_files.read(form.cleaned_data["file"].read(holiday_files.MOST_BYTES + 1))
    _change(request, version, calendars.with_closed_days(version.spec, days))
    return days


def _change(
    request: PageRequest,
    version: CalendarVersion,
    spec: CalendarSpec,
    *,
    names: Names | None = None,
    number: int | None = None,
) -> Calendar:
    held = version.calendar
    return calendars.change(
        held.pk,
        names=names or Names(held.name_id, held.name_en),
        spec=spec,
        actor=request.actor,
        now=now(),
        number=number or version.number,
    )


def _show(
    request: PageRequest,
    version: CalendarVersion,
    *,
    form: CalendarForm | None = None,
    special: SpecialForm | None = None,
    file: FileForm | None = None,
    status: int = 200,
) -> HttpResponse:
    moment = now()
    context = {
        "version": version,
        "line": calendar_page.line(version, now=moment),
        "form": form or CalendarForm(initial=known(version)),
        "special": special or SpecialForm(),
        "file": file or FileForm(),
        "special_days": [(each, calendar_page.effect_words(each)) for each in version.spec.special],
        "month": calendar_page.month_of(version.hours, request.GET.get("month", ""), now=moment),
        "may_change": _may_change(request),
        "example": HOURS_EXAMPLE,
        "now": moment,
        "keys": KEYS,
    }
    return render(request, "desk/calendar.html", context, status=status)


def _version(code: str) -> CalendarVersion:
    version = CalendarVersion.objects.in_force().filter(calendar__code=code).first()
    if version is None:
        raise Http404
    return version


def _may_change(request: PageRequest) -> bool:
    return request.actor.role == Role.ADMINISTRATOR
