"""What a supervisor says of a customer by hand."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from core.clock import now
from core.errors import DomainError
from customers.models import Customer
from customers.services import marks
from desk.keys import KEYS
from desk.pages import posted, staff_page, tell
from web.requests import PageRequest

USUAL_DAYS = 90
LAST_SECOND = time(23, 59, 59)


class MarksForm(forms.Form):
    stage = forms.ChoiceField(
        label=gettext_lazy("Stage"),
        choices=[("", gettext_lazy("not known")), *Customer.Stage.choices],
        required=False,
    )
    tier = forms.CharField(label=gettext_lazy("Tier"), max_length=40, required=False)
    high_value = forms.BooleanField(label=gettext_lazy("High value"), required=False)
    vulnerable = forms.BooleanField(
        label=gettext_lazy("Needs special care"),
        help_text=gettext_lazy("As for age, illness or hardship. Say no more than is needed."),
        required=False,
    )
    until = forms.DateField(
        label=gettext_lazy("Holds through"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(label=gettext_lazy("Why?"), required=False, widget=forms.Textarea({"rows": 2}))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def change(request: PageRequest, pk: int) -> HttpResponse:
    """Set them, or let them end today where the button says so."""
    customer = Customer.objects.visible_to(request.actor).select_related("root").filter(pk=pk).first()
    if customer is None:
        raise Http404
    root = customer.root or customer
    form = MarksForm(posted(request), initial=_known(root))
    status = 422 if request.method == "POST" else 200
    try:
        if "end" in request.POST:
            marks.end(root.pk, actor=request.actor, now=now(), reason=request.POST.get("reason", ""))
        elif form.is_valid():
            given = form.cleaned_data
            said = marks.Marks(**{name: given[name] for name in marks.FIELDS})
            until = datetime.combine(given["until"], LAST_SECOND, tzinfo=ZoneInfo(settings.TIME_ZONE))
            marks.mark(root.pk, said, actor=request.actor, now=now(), reason=given["reason"], until=until)
        else:
            return _show(request, root, form, status)
    except DomainError as refused:
        return _show(request, root, form, tell(form, refused))
    messages.success(request, _("Saved. New tickets follow it."))
    return redirect("desk:customer", root.pk)


def _show(request: PageRequest, root: Customer, form: MarksForm, status: int) -> HttpResponse:
    return render(request, "desk/marks.html", {"customer": root, "form": form, "keys": KEYS}, status=status)


def _known(root: Customer) -> dict[str, object]:
    last = root.marked_until or now() + timedelta(days=USUAL_DAYS)
    return {**marks.Marks.of(root).as_json(), "until": last.astimezone(ZoneInfo(settings.TIME_ZONE)).date()}
