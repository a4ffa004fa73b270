"""What the pages of channels show; reads, never writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels_in.health import Health, health_of
from channels_in.models import MailboxCheck
from channels_in.troubles import sentence
from channels_out import oauth
from channels_out.ways import WayOut
from core.actor import Actor
from policies.mailboxes import By
from policies.models import Channel, ChannelHistory

STEPS = {
    MailboxCheck.Step.IMAP: _("Log in to the IMAP server"),
    MailboxCheck.Step.SMTP: _("Log in to the SMTP server"),
    MailboxCheck.Step.SEND: _("Write a mail to itself"),
    MailboxCheck.Step.ARRIVE: _("See it arrive"),
    MailboxCheck.Step.REMOVE: _("Remove it again"),
}
CHANGES = {
    "created": _("Channel added"),
    "changed": _("Changed"),
    "paused": _("Paused"),
    "resumed": _("Resumed"),
    "connected": _("Account connected"),
}
ENTRIES = 20


@dataclass(frozen=True, slots=True)
class Line:
    """A channel in the list."""

    channel: Channel
    health: Health


@dataclass(frozen=True, slots=True)
class Step:
    """state: done, now, failed or empty for one that was not reached."""

    words: Promise
    state: str


@dataclass(frozen=True, slots=True)
class Test:
    """The latest test. over: nothing will change any more, so the page stops asking."""

    row: MailboxCheck
    steps: Sequence[Step]
    over: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Entry:
    words: Promise | str
    row: ChannelHistory
    fields: str


@dataclass(frozen=True, slots=True)
class ChannelPage:
    health: Health | None
    test: Test | None
    history: Sequence[Entry]
    connected: bool
    withdrawn: bool
    wants_account: bool


def lines(actor: Actor) -> list[Line]:
    found = list(Channel.objects.visible_to(actor).select_related("team", "query_type").defer("secrets"))
    health = health_of(found)
    return [Line(channel, health[channel.pk]) for channel in found]


def page_of(channel: Channel, *, now: datetime) -> ChannelPage:
    """Of a channel that is not saved yet there is nothing to tell."""
    if channel._state.adding:
        return ChannelPage(None, None, [], connected=False, withdrawn=False, wants_account=False)
    rows = ChannelHistory.objects.filter(channel=channel).order_by("-id")[:ENTRIES]
    return ChannelPage(
        health=health_of([channel])[channel.pk],
        test=latest_test(channel, now=now),
        history=[Entry(CHANGES.get(row.change, row.change), row, _fields(row)) for row in rows],
        connected=bool(channel.secrets.get("refresh_token")),
        withdrawn=oauth.is_withdrawn(channel),
        wants_account=oauth.uses_tokens(channel),
    )


def latest_test(channel: Channel, *, now: datetime) -> Test | None:
    row = MailboxCheck.objects.filter(channel=channel).order_by("-id").first()
    if row is None:
        return None
    over = row.is_over(now)
    broken_off = over and row.state in (MailboxCheck.State.WAITING, MailboxCheck.State.RUNNING)
    trouble = "stopped" if broken_off else row.trouble
    by_smtp = WayOut.of(channel).by == By.SMTP
    shown = {step: words for step, words in STEPS.items() if by_smtp or step != MailboxCheck.Step.SMTP}
    steps = [Step(words, _state(row, step, over=over)) for step, words in shown.items()]
    return Test(row, steps, over, sentence(trouble, row.trouble_facts) if trouble else "")


def _state(row: MailboxCheck, step: str, *, over: bool) -> str:
    if step in row.done:
        return "done"
    if step != row.step:
        return ""
    return "failed" if over else "now"


def _fields(row: ChannelHistory) -> str:
    """Which fields were changed, by their names in the API; of settings the parts that differ."""
    if row.change != "changed":
        return row.reason
    names = [name for name in row.after if name not in ("settings", "secrets")]
    before, after = row.before.get("settings") or {}, row.after.get("settings") or {}
    names += [name for name in after if after[name] != before.get(name)]
    return ", ".join([*names, *row.after.get("secrets", [])])
