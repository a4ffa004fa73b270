from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels_out.models import Dispatch
from core.actor import Actor, ActorKind
from customers.models import Customer
from files.models import StoredFile
from policies.models import Channel
from tickets.models.conversation import Conversation
from tickets.models.ticket import Ticket


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, actor: Actor) -> Self:
        """As far as the ticket may be read; customers never read notes nor what is held back."""
        if actor.kind == ActorKind.SYSTEM:
            return self
        seen = self.filter(ticket__in=Ticket.objects.visible_to(actor))
        return seen if actor.is_staff else seen.public()

    def public(self) -> Self:
        """What the customer may read: their own words, our answers, and what somebody of the staff let in.

        Never what was said beside their thread.
        """
        seen = self.exclude(kind=Message.Kind.NOTE).filter(Q(let_in_at__isnull=False) | ~Message.HELD_BACK)
        return seen.exclude(conversation__kind=Conversation.Kind.THIRD_PARTY)

    def held_back(self) -> Self:
        """What reached us under a ticket but is read by the staff alone until somebody lets it in."""
        return self.filter(Message.HELD_BACK, let_in_at=None)


class Message(models.Model):
    """One utterance: inbound, outbound or internal note. Its words never change.

    text: what was newly said; full_text: everything the mail held, empty when that is the same; html: sanitised.
    external_id: the channel's id of it, without angle brackets; several may share one, since senders can forge it.
    sent_at: the sender's claim for inbound, the moment of leaving for outbound. received_at: when it reached us.
    threaded_by: why it stands on this ticket (token, references, subject, ...). remarks: codes of what is odd about it.
    let_in_at: when somebody of the staff let a held back message into the conversation that the customer reads.
    """

    class Kind(models.TextChoices):
        INBOUND = "inbound", _("From the customer")
        OUTBOUND = "outbound", _("From us")
        NOTE = "note", _("Internal note")

    class Trust(models.TextChoices):
        VERIFIED = "verified", _("Verified")
        UNVERIFIED = "unverified", _("Not checked")
        FAILED = "failed", _("Check failed")
        THIRD_PARTY = "third_party", _("Third party")

    # From somebody else, from somebody who is not who they say, or from a machine, which may carry other people's
    # passwords and confirmation links (threats.md T01, T06, T08).
    HELD_BACK = Q(kind=Kind.INBOUND) & (Q(trust__in=[Trust.FAILED, Trust.THIRD_PARTY]) | ~Q(automatic=""))

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="messages", db_index=False)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.PROTECT, null=True, blank=True, related_name="messages"
    )
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="messages", db_index=False)
    channel = models.ForeignKey(
        Channel, on_delete=models.PROTECT, null=True, blank=True, related_name="messages", db_index=False
    )
    kind = models.CharField(max_length=8, choices=Kind.choices)
    automatic = models.CharField(max_length=40, blank=True)
    trust = models.CharField(max_length=12, choices=Trust.choices, default=Trust.UNVERIFIED)
    author_id = models.BigIntegerField(null=True, blank=True)
    from_address = models.CharField(max_length=254, blank=True)
    from_name = models.CharField(max_length=200, blank=True)
    to = models.JSONField(default=list, blank=True)
    cc = models.JSONField(default=list, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    full_text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    external_id = models.CharField(max_length=255, blank=True)
    threaded_by = models.CharField(max_length=20, blank=True)
    remarks = models.JSONField(default=list, blank=True)
    let_in_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField()
    dispatch = models.OneToOneField(Dispatch, on_delete=models.PROTECT, null=True, blank=True, related_name="message")

    objects = MessageQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["ticket", "received_at", "id"], name="message_ticket"),
            models.Index(fields=["customer", "received_at"], name="message_customer"),
            models.Index(fields=["external_id"], condition=~Q(external_id=""), name="message_external_id"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_held_back(self) -> bool:
        """The rule of HELD_BACK, asked of a row already read."""
        doubtful = self.trust in (Message.Trust.FAILED, Message.Trust.THIRD_PARTY) or bool(self.automatic)
        return self.kind == Message.Kind.INBOUND and self.let_in_at is None and doubtful

    @property
    def is_aside(self) -> bool:
        """Whether it was said beside the customer's thread, to or by a third party."""
        return self.conversation is not None and self.conversation.kind == Conversation.Kind.THIRD_PARTY


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def visible_to(self, actor: Actor) -> Self:
        """As far as the message it came with."""
        return self.filter(message__in=Message.objects.visible_to(actor))


class Attachment(models.Model):
    """A file that came with, or went with, a message. The name is cleaned; the bytes are the stored file's."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    inline = models.BooleanField(default=False)
    content_id = models.CharField(max_length=255, blank=True)

    objects = AttachmentQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @property
    def refusal(self) -> str:
        """Why it cannot be opened, as a sentence; empty where it can."""
        return self.file.refusal(self.name)

    @property
    def bar(self) -> str:
        """Why it is given to nobody outside, as a sentence; empty where it may be."""
        return self.file.bar(self.name)
