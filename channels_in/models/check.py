from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q

from core.actor import Actor
from policies.models import Channel

LONGEST = timedelta(minutes=3)


class MailboxCheckQuerySet(models.QuerySet["MailboxCheck"]):
    def visible_to(self, actor: Actor) -> Self:
        return self if actor.is_staff else self.none()

    def waiting(self, now: datetime) -> Self:
        """Tests nobody has begun; one that stood for minutes is not begun any more."""
        recent = self.filter(state=MailboxCheck.State.WAITING, asked_at__gt=now - LONGEST)
        return recent.order_by("id")


class MailboxCheck(models.Model):
    """One test of a mailbox that somebody asked for: how far it came, and what was wrong.

    step: what is being done, or where it stopped. done: the steps that went well. token: what its mail is known by.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        PASSED = "passed"
        FAILED = "failed"

    class Step(models.TextChoices):
        IMAP = "imap"
        SMTP = "smtp"
        SEND = "send"
        ARRIVE = "arrive"
        REMOVE = "remove"

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="checks")
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=200, blank=True)
    token = models.CharField(max_length=40)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    step = models.CharField(max_length=8, choices=Step.choices, blank=True)
    done = models.JSONField(default=list, blank=True)
    trouble = models.CharField(max_length=30, blank=True)
    trouble_facts = models.JSONField(default=dict, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = MailboxCheckQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["channel", "-id"], name="check_of_channel"),
            models.Index(fields=["id"], condition=Q(state="waiting"), name="check_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.channel_id} {self.state} {self.step}"

    def is_over(self, now: datetime) -> bool:
        """Passed, failed, or left behind by a worker that died."""
        ended = self.state in (MailboxCheck.State.PASSED, MailboxCheck.State.FAILED)
        return ended or self.asked_at < now - LONGEST
