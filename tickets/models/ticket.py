from datetime import UTC, datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Right
from django.utils.translation import gettext_lazy as _

from core.actor import Actor, ActorKind
from customers.models import Customer
from policies.models import Channel, Priority, QueryType
from staff.models import Team, User
from tickets.models.terms import Terms

NEVER = datetime(2999, 12, 31, tzinfo=UTC)
OPEN_STATUSES = ("new", "open", "waiting_customer", "waiting_third_party", "waiting_own_team")


SOON = timedelta(hours=2)


def standings(now: datetime) -> dict[str, Q]:
    """How the nearest clock of a ticket may stand at a moment; each ticket stands in exactly one of these ways."""
    running, still = Q(queue_due_at__gt=now, queue_due_at__lt=NEVER), Q(queue_due_at=NEVER)
    return {
        "late": Q(queue_due_at__lte=now),
        "urgent": running & Q(urgent_at__lte=now),
        "soon": running & Q(urgent_at__gt=now, warn_at__lte=now),
        "calm": running & Q(urgent_at__gt=now, warn_at__gt=now),
        "paused": still & Q(paused_at__isnull=False),
        "none": still & Q(paused_at__isnull=True),
    }


class TicketQuerySet(models.QuerySet["Ticket"]):
    def visible_to(self, actor: Actor) -> Self:
        """Reading is wide: the staff sees every ticket, except those of restricted teams they neither join nor lead."""
        if actor.sees_restricted:
            return self
        if actor.is_staff:
            return self.filter(Q(team=None) | Q(team__restricted=False) | Q(team_id__in=actor.team_ids))
        if actor.kind == ActorKind.CUSTOMER:
            return self.filter(customer__root_id=actor.id)
        return self.none()

    def open(self) -> Self:
        return self.filter(status__in=OPEN_STATUSES)

    def standing(self, how: str, now: datetime) -> Self:
        """Whose nearest clock stands like this: one of standings(), or "due" for what is due within two hours."""
        if how == "due":
            return self.filter(queue_due_at__gt=now, queue_due_at__lte=now + SOON)
        return self.filter(standings(now)[how])

    def in_queue_order(self) -> Self:
        """What is late or due next first; then who waits for us, the longest wait on top, and what waits for others."""
        return self.order_by("queue_due_at", "ball", "queue_at", "id")

    def for_cards(self) -> Self:
        """With all that a card in the queue shows, in one statement."""
        return self.select_related("customer", "query_type", "team", "owner", "channel").defer(
            "impact", "desired_remedy", "channel__secrets", "channel__settings", "owner__password"
        )


class Ticket(models.Model):
    """One matter to be settled.

    customer: who it is about; history is asked through customer.root. version: counts changes, for optimistic locking.
    ball and queue_at: whose turn it is, and since when; kept by the services, they order the queue.
    preview, preview_ours, unanswered: the last message in short, whether we wrote it, and how many of theirs wait.
    received_at: when the first message reached us, which may be long before created_at.
    terms: the rules that hold for it, None where none do. clock: the nearest of its deadlines as lists show it.
    queue_due_at: when that is due; NEVER while none runs, so that such tickets come last.
    warn_at, urgent_at: when three quarters and nine tenths of its time are over, None while none runs.
    paused_at: since when all of its clocks stand still.
    reach: how many follow whoever said it in public, None where it was said in private.
    written_at: when a complaint that was said aloud was put in writing. documents_at: when all documents that it needs
    were in, as somebody of the staff found.
    cause: what lay behind it, in few words. wrote_after: the customer wrote after the solution, and nobody has said yet
    whether that was thanks or something that goes on.
    proposed_type, proposed_words: what the words of the first message speak for, while nobody has sorted the ticket.
    """

    class Status(models.TextChoices):
        NEW = "new", _("New")
        OPEN = "open", _("Open")
        WAITING_CUSTOMER = "waiting_customer", _("Waiting for customer")
        WAITING_THIRD_PARTY = "waiting_third_party", _("Waiting for third party")
        WAITING_OWN_TEAM = "waiting_own_team", _("Waiting for own team")
        RESOLVED = "resolved", _("Resolved")
        CLOSED = "closed", _("Closed")
        SPAM = "spam", _("Spam")

    class Outcome(models.TextChoices):
        UPHELD = "upheld", _("Upheld")
        PARTLY = "partly", _("Partly upheld")
        NOT_UPHELD = "not_upheld", _("Not upheld")
        ANSWERED = "answered", _("Answered")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        DUPLICATE = "duplicate", _("Duplicate")

    class Fault(models.TextChoices):
        OURS = "ours", _("Ours")
        PARTNER = "partner", _("A partner's")
        CUSTOMER = "customer", _("The customer's")
        FORCE_MAJEURE = "force_majeure", _("Force majeure")
        UNKNOWN = "unknown", _("Unknown")

    class Ball(models.IntegerChoices):
        OURS = 0
        THEIRS = 1

    reference = models.CharField(max_length=20, unique=True)
    subject = models.CharField(max_length=300, blank=True)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.NEW)
    priority = models.CharField(max_length=8, choices=Priority.choices, default=Priority.NORMAL)
    query_type = models.ForeignKey(QueryType, on_delete=models.PROTECT, related_name="tickets")
    proposed_type = models.ForeignKey(
        QueryType, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    proposed_words = models.JSONField(default=list, blank=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="tickets")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="tickets")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="tickets", db_index=False)
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="tickets", db_index=False)
    tags = models.JSONField(default=list, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    received_at = models.DateTimeField()
    first_response_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    fault = models.CharField(max_length=15, choices=Fault.choices, blank=True)
    cause = models.CharField(max_length=200, blank=True)
    wrote_after = models.BooleanField(default=False)

    occurred_at = models.DateTimeField(null=True, blank=True)
    product = models.CharField(max_length=120, blank=True)
    service_number = models.CharField(max_length=60, blank=True)
    area = models.CharField(max_length=120, blank=True)
    impact = models.TextField(blank=True)
    loss_amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    loss_currency = models.CharField(max_length=3, default="IDR")
    desired_remedy = models.TextField(blank=True)
    reach = models.PositiveIntegerField(null=True, blank=True)
    written_at = models.DateTimeField(null=True, blank=True)
    documents_at = models.DateTimeField(null=True, blank=True)

    ball = models.PositiveSmallIntegerField(choices=Ball.choices, default=Ball.OURS)
    queue_at = models.DateTimeField()
    terms = models.ForeignKey(Terms, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    clock = models.JSONField(null=True, blank=True)
    queue_due_at = models.DateTimeField(default=NEVER)
    warn_at = models.DateTimeField(null=True, blank=True)
    urgent_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    last_message_at = models.DateTimeField()
    preview = models.CharField(max_length=160, blank=True)
    preview_ours = models.BooleanField(default=False)
    unanswered = models.PositiveIntegerField(default=0)

    objects = TicketQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["queue_due_at", "ball", "queue_at", "id"],
                condition=Q(status__in=OPEN_STATUSES),
                name="ticket_queue",
            ),
            models.Index(
                fields=["team", "queue_due_at", "ball", "queue_at", "id"],
                condition=Q(status__in=OPEN_STATUSES),
                name="ticket_queue_team",
            ),
            models.Index(
                fields=["owner", "queue_due_at", "ball", "queue_at", "id"],
                condition=Q(status__in=OPEN_STATUSES, owner__isnull=False),
                name="ticket_queue_owner",
            ),
            models.Index(
                fields=["queue_due_at", "ball", "queue_at", "id"],
                condition=Q(status__in=OPEN_STATUSES, owner__isnull=True),
                name="ticket_queue_unassigned",
            ),
            models.Index(
                fields=["query_type", "queue_due_at", "ball", "queue_at", "id"],
                condition=Q(status__in=OPEN_STATUSES),
                name="ticket_queue_type",
            ),
            models.Index(
                fields=["queue_due_at", "ball", "queue_at", "id"],
                condition=Q(wrote_after=True),
                name="ticket_wrote_after",
            ),
            models.Index(fields=["query_type", "-id"], condition=~Q(cause=""), name="ticket_causes"),
            models.Index(
                fields=["channel", "queue_due_at", "ball", "queue_at", "id"],
                condition=Q(status__in=OPEN_STATUSES),
                name="ticket_queue_channel",
            ),
            models.Index(
                fields=[
                    "team",
                    "owner",
                    "query_type",
                    "channel",
                    "status",
                    "queue_due_at",
                    "urgent_at",
                    "warn_at",
                    "paused_at",
                ],
                condition=Q(status__in=OPEN_STATUSES),
                name="ticket_board",
            ),
            models.Index(fields=["received_at", "query_type", "area"], name="ticket_received"),
            models.Index(fields=["-resolved_at", "-id"], condition=Q(status="resolved"), name="ticket_resolved"),
            models.Index(fields=["-queue_at", "-id"], condition=Q(status="spam"), name="ticket_spam"),
            models.Index(fields=["customer", "-received_at"], name="ticket_customer"),
            models.Index(fields=["-last_message_at", "-id"], name="ticket_latest"),
            models.Index(Right("reference", 7), name="ticket_reference_code"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES
