from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from tickets.models.conversation import Conversation
from tickets.models.message import Message
from tickets.models.ticket import Ticket


class ParticipantQuerySet(models.QuerySet["Participant"]):
    def visible_to(self, actor: Actor) -> Self:
        """Who else takes part is shown to the staff, as far as the ticket may be read."""
        if not actor.is_staff:
            return self.none()
        return self.filter(conversation__ticket__in=Ticket.objects.visible_to(actor))

    def confirmed(self) -> Self:
        """Those who get our answers, in the order they came."""
        return self.filter(state=Participant.State.CONFIRMED).order_by("id")

    def present(self) -> Self:
        """Those who take part or are proposed to, in the order they came."""
        return self.exclude(state=Participant.State.REMOVED).order_by("id")


class Participant(models.Model):
    """Somebody besides the customer who is in a conversation: named in Cc by the customer, or added by us.

    Who is proposed gets nothing until somebody of the staff confirms it, and then only what is written from that
    moment on (threats.md T07). since: the message that brought them up, None where one of us added them by hand.
    decided_by: the staff member who confirmed or removed them.
    """

    class Kind(models.TextChoices):
        CC = "cc", _("Copy")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        CONFIRMED = "confirmed", _("Takes part")
        REMOVED = "removed", _("Removed")

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="participants")
    address = models.CharField(max_length=254)
    name = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=3, choices=Kind.choices, default=Kind.CC)
    state = models.CharField(max_length=9, choices=State.choices, default=State.PROPOSED)
    since = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=254)
    decided_by = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "address"], name="participant_once"),
            models.CheckConstraint(
                condition=Q(state="proposed") | Q(decided_at__isnull=False), name="participant_decision_is_dated"
            ),
        ]

    def __str__(self) -> str:
        return self.address
