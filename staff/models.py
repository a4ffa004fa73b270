import hashlib
import secrets
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.actor import Actor, ActorKind
from core.history import HistoryEntry


class Team(models.Model):
    """People who own tickets together. Tickets of a restricted team are read only by its members and those who lead.

    calls_per_day: how many customers they can call in a day; NULL: as many as there are.
    """

    slug = models.SlugField(unique=True)
    name_id = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    restricted = models.BooleanField(default=False)
    calls_per_day = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering = ("slug",)

    def __str__(self) -> str:
        return self.name_en

    def name_in(self, language: str) -> str:
        return self.name_id if language == "id" else self.name_en


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def administrators(self) -> "models.QuerySet[User]":
        """Those who run the place and still work here."""
        return self.filter(is_active=True, role=User.Role.ADMINISTRATOR).order_by("pk")


class User(AbstractBaseUser):
    """Somebody of the staff. Customers have no account here.

    quiet_from, quiet_until: hours of their own zone in which nothing is pushed at them; both or neither, and they may
    reach over midnight. away_until, deputy: until then the deputy is told instead.
    """

    class Role(models.TextChoices):
        AGENT = "agent", _("Agent")
        SUPERVISOR = "supervisor", _("Supervisor")
        ADMINISTRATOR = "administrator", _("Administrator")

    class Digest(models.TextChoices):
        NEVER = "", _("never")
        HOURLY = "hourly", _("at most once an hour")
        DAILY = "daily", _("once a day, at eight")

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    public_name = models.CharField(max_length=80, help_text="What customers read, for example a first name.")
    role = models.CharField(max_length=15, choices=Role.choices, default=Role.AGENT)
    teams = models.ManyToManyField(Team, related_name="members", blank=True)
    language = models.CharField(max_length=5, default="id")
    digest = models.CharField(
        max_length=10,
        choices=Digest.choices,
        blank=True,
        default="",
        help_text="How often unread notices come by mail.",
    )
    is_active = models.BooleanField(default=True)
    single_keys = models.BooleanField(default=True, help_text="Single-key shortcuts may be switched off (WCAG 2.1.4).")
    time_zone = models.CharField(max_length=40, default="Asia/Jakarta")
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    away_until = models.DateTimeField(null=True, blank=True)
    deputy = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    mail_notices = models.BooleanField(
        default=False, help_text="Gets a mail, which can be answered, when a customer writes on a ticket of theirs."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="user_quiet_hours_have_both_ends",
            ),
        ]

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = UserManager()

    def __str__(self) -> str:
        return self.name

    def actor(self) -> Actor:
        """This person as an Actor; reads the teams once."""
        teams = frozenset(team.pk for team in self.teams.all())
        return Actor(ActorKind.STAFF, id=self.pk, name=self.name, role=self.role, team_ids=teams)


def token_digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class ApiToken(models.Model):
    """A program's key; only its digest is kept. The program acts with the rights of the user it belongs to."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name

    def actor(self) -> Actor:
        """The program as an Actor: its own name, its user's id, role and teams."""
        teams = frozenset(team.pk for team in self.user.teams.all())
        return Actor(ActorKind.PROGRAM, id=self.user.pk, name=self.name, role=self.user.role, team_ids=teams)


def new_token() -> str:
    return "tgp_" + secrets.token_urlsafe(30)


class StaffHistory(HistoryEntry):
    """What administrators changed about people, teams and tokens."""

    subject = models.ForeignKey(User, on_delete=models.PROTECT, related_name="history")

    class Meta:
        indexes = [models.Index(fields=["subject", "at"], name="staff_history_subject")]


class TeamHistory(HistoryEntry):
    """What administrators changed about a team."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="history", db_index=False)

    class Meta:
        verbose_name_plural = "team history"
        indexes = [models.Index(fields=["team", "at"], name="team_history_team")]
