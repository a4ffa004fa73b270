from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from policies.models import Channel


class MailboxQuerySet(models.QuerySet["Mailbox"]):
    def due(self, now: datetime) -> Self:
        """Mailboxes whose time has come and whom nobody is reading, the one that has waited longest first."""
        free = Q(lease_until=None) | Q(lease_until__lt=now)
        active = self.filter(channel__state=Channel.State.ACTIVE, next_poll_at__lte=now)
        return active.filter(free).order_by("next_poll_at", "id")

    def not_noted_since(self, moment: datetime) -> Self:
        return self.filter(Q(last_mail_at=None) | Q(last_mail_at__lt=moment))

    def healthy(self) -> Self:
        return self.filter(failures=0)

    def failing(self) -> Self:
        return self.filter(failures__gt=0)


class Mailbox(models.Model):
    """How far the folder of an e-mail channel has been read, and how that goes. One that a pipe feeds is never due.

    source: whose UIDs these are (user, host, folder); when it changes, reading begins anew.
    last_uid: everything up to it is stored. old_until: UIDs up to it were there when reading began; of those only what
    was unread or came after started_at is taken. stuck_uid, stuck_tries: where the server hung up while giving a mail.
    holder, lease_until: who reads it now. trouble: a code of channels_in.troubles, with facts for its sentence.
    told_at: when the administrators were told of it. backlog: how many mails wait on the server, as last seen.
    """

    channel = models.OneToOneField(Channel, on_delete=models.CASCADE, related_name="mailbox")
    source = models.CharField(max_length=600, blank=True)
    uid_validity = models.BigIntegerField(null=True, blank=True)
    last_uid = models.BigIntegerField(default=0)
    old_until = models.BigIntegerField(default=0)
    started_at = models.DateTimeField()
    stuck_uid = models.BigIntegerField(default=0)
    stuck_tries = models.PositiveSmallIntegerField(default=0)
    next_poll_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    holder = models.CharField(max_length=32, blank=True)
    last_ok_at = models.DateTimeField(null=True, blank=True)
    last_mail_at = models.DateTimeField(null=True, blank=True)
    backlog = models.PositiveIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=30, blank=True)
    trouble_facts = models.JSONField(default=dict, blank=True)
    can_idle = models.BooleanField(default=False)

    objects = MailboxQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "mailboxes"
        indexes = [models.Index(fields=["next_poll_at", "id"], name="mailbox_due")]

    def __str__(self) -> str:
        return f"{self.channel_id} up to {self.last_uid}"
