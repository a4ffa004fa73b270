"""Who else looks at a ticket, as far as their pages have told lately."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, get_args

State = Literal["viewing", "writing", "idle"]
STATES: tuple[State, ...] = get_args(State)
TOLD_EVERY = timedelta(seconds=15)
FORGOTTEN_AFTER = timedelta(seconds=40)  # a page that died without a word
STRENGTH = {"writing": 0, "viewing": 1, "idle": 2}


@dataclass(frozen=True, slots=True)
class Peer:
    """One open page of somebody."""

    user_id: int
    name: str
    state: State
    until: datetime


@dataclass(slots=True)
class Peers:
    """The pages that have one ticket open, by their channel."""

    known: dict[str, Peer] = field(default_factory=dict)

    def heard(self, channel: str, *, user_id: int, name: str, state: State, now: datetime) -> None:
        self.known[channel] = Peer(user_id, name, state, now + FORGOTTEN_AFTER)

    def left(self, channel: str) -> None:
        self.known.pop(channel, None)

    def forget_silent(self, *, now: datetime) -> None:
        self.known = {channel: peer for channel, peer in self.known.items() if peer.until > now}

    def others(self, user_id: int) -> list[Peer]:
        """Each other person once, by what they do most on any of their pages; who writes comes first."""
        strongest = sorted(self.known.values(), key=lambda peer: STRENGTH[peer.state], reverse=True)
        people = {peer.user_id: peer for peer in strongest if peer.user_id != user_id}
        return sorted(people.values(), key=lambda peer: (STRENGTH[peer.state], peer.name))
