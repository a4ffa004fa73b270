"""A filled-in form becomes an arrival: exactly one, however often it is sent."""

import json
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from channels_in.services import ledger
from core.errors import CouldNotStore
from core.hints import nudge
from policies.models import Channel
from portal.models import FormDraft
from portal.services import budgets
from tickets.services.inward.numbering import unused_references

PROCESS_ARRIVALS = "channels_in.tasks.process_arrivals"


@transaction.atomic
def send(draft: FormDraft, said: Mapping[str, object], *, channel: Channel | None, now: datetime) -> FormDraft:
    """Store what the customer says as an arrival, and give out its reference; all of it or nothing.

    said: what the forms contribute. channel: the web form, None while it is closed. A draft that was sent before comes
    back as it is, so a second click or a second tab makes no second complaint.
    Raises CouldNotStore and budgets.TooMany; then the draft is still there to be sent.
    """
    locked = FormDraft.objects.select_for_update().get(pk=draft.pk)
    if locked.sent_at is not None:
        return locked
    if channel is None:
        raise CouldNotStore(_("The form is closed at the moment."))
    budgets.spend_on_sending(locked.caller, now=now)
    if locked.ticket_id is None:
        [locked.reference] = unused_references(1, now=now)
    ledger.store(channel, [arrival_body(locked, said)], now=now)
    locked.sent_at = locked.touched_at = now
    locked.save(update_fields=["reference", "sent_at", "touched_at"])
    nudge(PROCESS_ARRIVALS)
    return locked


def arrival_body(draft: FormDraft, said: Mapping[str, object]) -> bytes:
    """The bytes that the web form brings, the same for the same draft: see channels_in.adapters.webform."""
    form = {
        **said,
        "token": draft.token,
        "reference": draft.reference,
        "language": translation.get_language() or "",
        "files": [{"id": each.file_id, "name": each.name} for each in draft.files.all()],
    }
    return json.dumps(form, sort_keys=True, ensure_ascii=False).encode()
