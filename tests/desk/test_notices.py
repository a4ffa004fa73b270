"""The bell and the list behind it."""

import ast
from datetime import timedelta
from pathlib import Path

import pytest

from desk.notices import SENTENCES
from helpdesk.environment import ROOT
from notices.services import telling
from notices.services.telling import News
from tests.desk.conftest import TEN, desk_of, words
from tests.factories import ChannelFactory, TicketFactory, UserFactory

pytestmark = pytest.mark.django_db


def given(user, *tickets) -> None:
    news = [News(user.pk, "ticket_assigned", "ticket", ticket.pk, {"by": "Rangga"}) for ticket in tickets]
    telling.tell_all(news, now=TEN)


def test_the_bell_counts_what_is_new_and_the_list_says_it_in_a_sentence(dewi, network):
    ticket = TicketFactory(team=network, subject="Tagihan dobel")
    given(dewi, ticket)
    desk = desk_of(dewi)

    assert words(desk.get("/desk/notices/bell/")) == "1 new"
    assert f"Rangga gave you {ticket.reference} “Tagihan dobel”" in words(desk.get("/desk/notices/"))


def test_opening_a_notice_reads_it_and_leads_to_its_ticket(dewi, network):
    ticket = TicketFactory(team=network)
    given(dewi, ticket)
    desk = desk_of(dewi)
    notice = dewi.notices.get()

    assert desk.post(f"/desk/notices/{notice.pk}/")["Location"] == f"/desk/t/{ticket.reference}/"
    assert words(desk.get("/desk/notices/bell/")) == ""
    assert desk_of(UserFactory()).post(f"/desk/notices/{notice.pk}/").status_code == 404


def test_a_ticket_one_may_not_read_any_more_is_not_named(dewi, conduct):
    secret = TicketFactory(team=conduct, subject="Perilaku petugas")
    given(dewi, secret)

    page = words(desk_of(dewi).get("/desk/notices/"))

    assert "Perilaku petugas" not in page
    assert "a ticket you may not read any more" in page


def test_many_of_a_kind_are_one_line_that_unfolds(dewi, network):
    tickets = [TicketFactory(team=network) for _ in range(7)]
    given(dewi, *tickets)

    page = words(desk_of(dewi).get("/desk/notices/"))

    assert "7 tickets were given to you" in page
    assert all(ticket.reference in page for ticket in tickets)


def test_all_are_marked_as_read_at_once(dewi, network):
    given(dewi, TicketFactory(team=network), TicketFactory(team=network))
    desk = desk_of(dewi)
    desk.post("/desk/notices/read/")

    assert words(desk.get("/desk/notices/bell/")) == ""


def test_the_list_costs_the_same_at_one_and_at_three(dewi, network, django_assert_num_queries):
    desk = desk_of(dewi)
    given(dewi, TicketFactory(team=network))
    with django_assert_num_queries(6):
        desk.get("/desk/notices/")
    given(dewi, TicketFactory(team=network), TicketFactory(team=network))
    with django_assert_num_queries(6):
        desk.get("/desk/notices/")


def test_quiet_hours_and_a_deputy_are_set_in_one_form(dewi, andi):
    desk = desk_of(dewi)
    filled = {"time_zone": "Asia/Makassar", "quiet_from": "21:00", "quiet_until": "06:00"}
    away = {"away_until": "2026-11-25", "deputy": str(andi.pk)}

    assert desk.post("/staff/availability/", filled | away)["Location"] == "/staff/availability/"
    dewi.refresh_from_db()
    assert (str(dewi.quiet_from), dewi.deputy) == ("21:00:00", andi)
    assert dewi.away_until.isoformat() == "2026-11-24T16:00:00+00:00"


@pytest.mark.parametrize(
    ("filled", "sentence"),
    [
        ({"quiet_from": "21:00"}, "Quiet hours need a beginning and an end"),
        ({"away_until": "2026-11-25"}, "Say who is told instead"),
    ],
)
def test_half_an_answer_is_refused_with_a_sentence(dewi, filled, sentence):
    response = desk_of(dewi).post("/staff/availability/", {"time_zone": "Asia/Jakarta"} | filled)

    assert response.status_code == 422
    assert sentence in words(response)


def kinds_told(path: Path) -> set[str]:
    """The kinds of notices that a file tells, as far as they are written there."""
    tree = ast.parse(path.read_text())
    named = {
        ast.unparse(node.targets[0]): node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
    }
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and len(node.args) > 1]
    told = [call.args[1] for call in calls if ast.unparse(call.func) in ("tell", "News")]
    told += [call.args[0] for call in calls if ast.unparse(call.func) == "_tell" and path.name == "alerts.py"]
    found = [each.value if isinstance(each, ast.Constant) else named.get(ast.unparse(each)) for each in told]
    return {kind for kind in found if isinstance(kind, str)}


def test_every_kind_of_notice_has_its_sentence():
    own = ("channels_in", "channels_out", "tickets", "policies", "customers", "desk", "portal")
    told = {kind for app in own for path in (ROOT / app).rglob("*.py") for kind in kinds_told(path)}

    assert told - SENTENCES.keys() == set()
    assert {"ticket_assigned", "dispatch_failed", "mailbox_failing", "mailbox_works_again"} <= told


def test_what_no_longer_fits_on_the_page_is_one_click_further_and_nothing_is_shown_twice(dewi, network):
    tickets = [TicketFactory(team=network) for _ in range(32)]
    for number, ticket in enumerate(tickets):
        at = TEN - timedelta(minutes=10) * (40 - number)  # far enough apart to be told one by one
        telling.tell_all([News(dewi.pk, "ticket_assigned", "ticket", ticket.pk, {"by": "Rangga"})], now=at)
    desk = desk_of(dewi)

    page = desk.get("/desk/notices/").context["page"]
    older = desk.get(f"/desk/notices/?before={page.older}").context["page"]

    references = [told.words.split()[3] for told in [*page.told, *older.told]]
    assert references == [ticket.reference for ticket in reversed(tickets)]
    assert (len(page.told), older.older) == (30, "")


def test_a_channel_that_is_down_leads_to_its_page(network):
    ratna = UserFactory(role="administrator")
    channel = ChannelFactory(name="Bantuan")
    words_of = {"channel": "Bantuan", "why": "no route"}
    telling.tell_all([News(ratna.pk, "channel_down", "channel", channel.pk, words_of)], now=TEN)

    opened = desk_of(ratna).post(f"/desk/notices/{ratna.notices.get().pk}/")

    assert opened["Location"] == f"/desk/channels/{channel.pk}/"
