from datetime import datetime, timedelta
from typing import Self

from django.db import models

from core.secrets import random_key
from files.models import StoredFile
from tickets.models import Ticket

SENT_KEPT = timedelta(days=1)
UNSENT_KEPT = timedelta(days=7)


class FormDraftQuerySet(models.QuerySet["FormDraft"]):
    def outlived(self, now: datetime) -> Self:
        """Drafts nobody needs any more: sent for a day, or not touched for a week."""
        sent = models.Q(sent_at__lt=now - SENT_KEPT)
        return self.filter(sent | models.Q(sent_at=None, touched_at__lt=now - UNSENT_KEPT))


class FormDraft(models.Model):
    """What a customer has typed so far, exactly as typed. Whoever holds the token may go on with it.

    ticket: the ticket that a message on a status page is for; empty for a new complaint. reference: the number that was
    given out when the complaint was sent. refused: sentences about files of the last page that were not taken.
    caller: a digest of where the browser is, for budgets.
    """

    token = models.CharField(max_length=32, unique=True, default=random_key)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    data = models.JSONField(default=dict, blank=True)
    refused = models.JSONField(default=list, blank=True)
    caller = models.CharField(max_length=32)
    reference = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField()
    touched_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = FormDraftQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["caller", "created_at"], name="form_draft_caller"),
            models.Index(fields=["ticket"], condition=models.Q(ticket__isnull=False), name="form_draft_ticket"),
            models.Index(fields=["touched_at"], name="form_draft_touched"),
        ]

    def __str__(self) -> str:
        return f"{self.reference or 'unsent'} {self.touched_at:%Y-%m-%d %H:%M}"


class FormFile(models.Model):
    """A file that a customer has put to a draft, under the name it was given."""

    draft = models.ForeignKey(FormDraft, on_delete=models.CASCADE, related_name="files")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name


class LinkRequest(models.Model):
    """Somebody asked for the link to a ticket. Written for every look-up, right or wrong, and judged later by a worker:
    neither the answer nor the time it takes tells whether the ticket exists.
    """

    reference = models.CharField(max_length=40)
    address = models.CharField(max_length=254)
    language = models.CharField(max_length=5)
    caller = models.CharField(max_length=32)
    asked_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["caller", "asked_at"], name="link_request_caller")]

    def __str__(self) -> str:
        return f"{self.reference} {self.asked_at:%Y-%m-%d %H:%M}"
