from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from files import quota
from files.kinds import runs


class StoredFileQuerySet(models.QuerySet["StoredFile"]):
    def to_scan(self, now: datetime) -> Self:
        """Files that wait for the scanner, the longest waiting first."""
        return self.filter(scan=StoredFile.Scan.PENDING, scan_due_at__lte=now).order_by("scan_due_at", "id")


class StoredFile(models.Model):
    """Bytes that we keep: where they lie, what they are. The name a person sees belongs to whoever points here.

    scan: what is known of the bytes; of a file that was left out there are none, only what it was (files/quota.py).
    scan_due_at: when the scanner is to be asked (again). scan_note: what it found, or why it gave no verdict.
    """

    class Scan(models.TextChoices):
        NOT_SCANNED = "not_scanned"
        CLEAN = "clean"
        INFECTED = "infected"
        PENDING = "pending"
        LEFT_OUT = "left_out"

    key = models.CharField(max_length=80, unique=True)
    digest = models.CharField(max_length=64)
    content_type = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField()
    scan = models.CharField(max_length=12, choices=Scan.choices, default=Scan.NOT_SCANNED)
    scan_due_at = models.DateTimeField(null=True, blank=True)
    scan_note = models.CharField(max_length=200, blank=True)
    stored_at = models.DateTimeField()

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["scan_due_at", "id"], condition=Q(scan="pending"), name="file_to_scan"),
        ]

    def __str__(self) -> str:
        return f"{self.content_type}, {self.size} bytes"

    def bar(self, name: str) -> str:
        """Why nobody outside is given it under this name, now or later; empty where it may at most have to wait."""
        return "" if self.scan == self.Scan.PENDING else self.refusal(name)

    def refusal(self, name: str) -> str:
        """Why nobody may open it under this name, as a sentence in the reader's language; empty where one may."""
        if self.scan == self.Scan.INFECTED:
            return _("This file carries something harmful (%(threat)s), so it is not handed out.") % {
                "threat": self.scan_note
            }
        if self.scan == self.Scan.PENDING:
            return _("This file is still being checked. Try again in a minute.")
        if self.scan == self.Scan.LEFT_OUT:
            told = _("This file was not kept: its sender had sent more than %(most)d MB of files within a day.")
            return told % {"most": quota.megabytes()}
        if runs(name, self.content_type):
            return _("This file is a program, so it is not handed out. Ask for a picture or a document instead.")
        return ""
