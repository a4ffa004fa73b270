"""Letting days pass in a story: all of it moves into the past, and what falls due by that is done by the services."""

from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import F

from channels_out.models import Dispatch, DispatchRecipient
from tickets.models import NEVER, FollowUpTry, Ticket
from tickets.services.clocks import deadlines
from tickets.services.promises import follow_ups


@transaction.atomic
def let_pass(ticket: Ticket, days: timedelta, *, now: datetime) -> None:
    """As if the story had begun that much earlier; then what is missed by now is missed."""
    belonging: list[Any] = [Ticket._default_manager.filter(pk=ticket.pk)]
    for relation in Ticket._meta.related_objects:
        rows = relation.related_model._default_manager
        belonging.append(rows.filter(**{relation.field.name: ticket.pk}))
    belonging.append(FollowUpTry.objects.filter(follow_up__ticket=ticket))
    belonging.append(Dispatch.objects.filter(message__ticket=ticket))
    belonging.append(DispatchRecipient.objects.filter(dispatch__message__ticket=ticket))
    for rows in belonging:
        _move(rows, days)
    Ticket.objects.filter(pk=ticket.pk, clock=None).update(queue_due_at=NEVER)
    ticket.refresh_from_db()
    deadlines.follow([ticket], now=now)
    follow_ups.miss_due(now=now)


def _move(rows: Any, days: timedelta) -> None:
    fields = [field for field in rows.model._meta.concrete_fields if isinstance(field, models.DateTimeField)]
    if fields:
        keys = list(rows.values_list("pk", flat=True))
        rows.model._default_manager.filter(pk__in=keys).update(**{field.name: F(field.name) - days for field in fields})
