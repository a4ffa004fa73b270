"""Who else looks at a ticket is shown once, by what they do most, and forgotten when their page falls silent."""

from datetime import timedelta

from desk.live.presence import FORGOTTEN_AFTER, Peers
from tests.moments import moment

TEN = moment("2026-11-20 10:00")


def told(*pages: tuple[str, int, str, str]) -> Peers:
    peers = Peers()
    for channel, user_id, name, state in pages:
        peers.heard(channel, user_id=user_id, name=name, state=state, now=TEN)
    return peers


def shown(peers: Peers, user_id: int) -> list[tuple[str, str]]:
    return [(peer.name, peer.state) for peer in peers.others(user_id)]


def test_somebody_with_two_pages_open_is_shown_once_by_the_one_where_they_write():
    peers = told(("a", 1, "Maya", "idle"), ("b", 1, "Maya", "writing"), ("c", 2, "Rangga", "viewing"))

    assert shown(peers, user_id=3) == [("Maya", "writing"), ("Rangga", "viewing")]


def test_nobody_is_shown_to_themselves():
    peers = told(("a", 1, "Maya", "viewing"), ("b", 2, "Rangga", "idle"))

    assert shown(peers, user_id=1) == [("Rangga", "idle")]


def test_a_page_that_died_without_a_word_is_forgotten():
    peers = told(("a", 1, "Maya", "viewing"))
    peers.forget_silent(now=TEN + FORGOTTEN_AFTER - timedelta(seconds=1))
    still_there = shown(peers, user_id=2)
    peers.forget_silent(now=TEN + FORGOTTEN_AFTER)

    assert (still_there, shown(peers, user_id=2)) == ([("Maya", "viewing")], [])


def test_who_leaves_is_gone_at_once():
    peers = told(("a", 1, "Maya", "viewing"))
    peers.left("a")

    assert shown(peers, user_id=2) == []
