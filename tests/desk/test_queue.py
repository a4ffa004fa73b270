from datetime import timedelta

import pytest
from django.test import Client

from policies.models import Channel
from tests.desk.conftest import HTMX, NINE, TEN, desk_of, words
from tests.factories import ChannelFactory, CustomerFactory, QueryTypeFactory, TicketFactory, UserFactory
from tickets.models import FollowUp, Ticket

pytestmark = pytest.mark.django_db


def references(response) -> list[str]:
    """The tickets of the list, in its order."""
    return [card.reference for card in response.context["queue"].cards]


def test_strangers_are_sent_to_the_log_in_and_come_back_to_where_they_wanted():
    response = Client().get("/desk/?view=open")

    assert response.status_code == 302
    assert response["Location"] == "/staff/login/?next=/desk/%3Fview%3Dopen"


def test_a_log_in_that_ended_sends_the_whole_page_to_the_log_in_and_not_a_part_of_it():
    response = Client().get("/desk/", headers={**HTMX, "HX-Current-URL": "http://testserver/desk/t/KLH-1/?view=open"})

    assert response["HX-Redirect"] == "/staff/login/?next=%2Fdesk%2Ft%2FKLH-1%2F%3Fview%3Dopen"


def test_a_card_says_who_waits_how_long_and_for_whom(desk, ticket, dewi):
    Ticket.objects.update(owner=dewi, unanswered=3, priority="urgent")

    page = words(desk.get("/desk/"))

    assert "Siti Rahmawati" in page
    assert "waiting 1 hour" in page
    assert "Internet mati sejak pagi Lampu modem merah." in page
    assert f"{ticket.reference[-7:]} 3 new Urgent Dewi" in page


def test_the_page_is_never_kept_by_a_browser(desk, ticket):
    response = desk.get("/desk/")

    assert "no-store" in response["Cache-Control"]
    assert {"HX-Request", "HX-Target", "Cookie"} <= set(response["Vary"].split(", "))


def test_who_waits_longest_stands_on_top_and_what_waits_for_others_below(desk, network):
    late = TicketFactory(team=network, created_at=NINE - timedelta(days=2))
    later = TicketFactory(team=network, created_at=NINE)
    theirs = TicketFactory(team=network, created_at=NINE - timedelta(days=5), ball=Ticket.Ball.THEIRS)

    response = desk.get("/desk/?view=team-network")

    assert references(response) == [late.reference, later.reference, theirs.reference]


@pytest.mark.parametrize(("due_at", "said", "late"), [(TEN + timedelta(hours=1), "11:00", False), (TEN, "10:00", True)])
def test_a_row_says_by_when_something_must_be_done_for_the_customer(desk, ticket, due_at, said, late):
    made = {"ticket": ticket, "customer": ticket.customer, "kind": "call_back", "created_at": NINE}
    FollowUp.objects.create(due_at=due_at, state="missed" if late else "open", **made)
    FollowUp.objects.create(due_at=NINE, state="done", done_at=NINE, outcome="kept", **made)
    FollowUp.objects.create(state="waiting", **made)

    page = desk.get("/desk/?view=team-network").content.decode()

    assert f'aria-label="Follow-up by Fri 20 Nov {said}"' in page
    assert ("card-follow-up is-late" in page) == late


def test_each_view_has_its_tickets_and_its_count(desk, dewi, network, billing):
    mine = TicketFactory(team=network, owner=dewi)
    free = TicketFactory(team=billing)
    resolved = TicketFactory(team=network, owner=dewi, status="resolved", resolved_at=NINE)
    TicketFactory(team=network, owner=dewi, status="closed")

    shown = {view: references(desk.get(f"/desk/?view={view}")) for view in ("mine", "unassigned", "resolved")}

    assert shown == {"mine": [mine.reference], "unassigned": [free.reference], "resolved": [resolved.reference]}
    views = desk.get("/desk/").context["queue"].views
    assert [(view.key, view.count) for view in views] == [
        ("mine", 1),
        ("team-network", 1),
        ("unassigned", 1),
        ("unsorted", 0),
        ("open", 2),
        ("resolved", 1),
        ("wrote-after", 0),
        ("spam", 0),
    ]


def test_an_agent_begins_with_their_own_tickets_and_a_supervisor_with_everybodys(desk, db):
    maya = UserFactory(role="supervisor")

    assert desk.get("/desk/").context["queue"].current.key == "mine"
    assert desk_of(maya).get("/desk/").context["queue"].current.key == "open"


def test_a_count_stops_at_99_and_more(desk, network):
    kind, channel, customer = QueryTypeFactory(), ChannelFactory(), CustomerFactory()
    TicketFactory.create_batch(101, team=network, query_type=kind, channel=channel, customer=customer)

    assert "Network 99+" in words(desk.get("/desk/?view=open"))


def test_tickets_of_restricted_teams_are_neither_listed_nor_counted(desk, conduct):
    TicketFactory(team=conduct, subject="Petugas membentak saya")

    response = desk.get("/desk/?view=open")

    assert "membentak" not in words(response)
    assert next(view.count for view in response.context["queue"].views if view.key == "open") == 0
    assert references(desk.get("/desk/?view=team-conduct")) == []


def test_filters_stand_in_the_address_and_each_can_be_taken_away(desk, network):
    form = ChannelFactory(kind=Channel.Kind.WEBFORM, address="")
    slow = QueryTypeFactory(slug="slow", name_en="Slow internet")
    wanted = TicketFactory(team=network, channel=form, query_type=slow, priority="high")
    TicketFactory(team=network, priority="high")

    response = desk.get("/desk/?view=open&type=slow&channel=webform&priority=high")

    assert references(response) == [wanted.reference]
    assert [(filter_.label, filter_.address) for filter_ in response.context["queue"].filters] == [
        ("Slow internet", "view=open&channel=webform&priority=high"),
        ("Web form", "view=open&type=slow&priority=high"),
        ("High", "view=open&type=slow&channel=webform"),
    ]


def test_the_filter_form_offers_all_types_and_knows_what_is_chosen(desk):
    QueryTypeFactory(slug="slow", name_en="Slow internet")

    page = desk.get("/desk/filters/?view=open&type=slow").content.decode()

    assert '<option value="slow" selected>Slow internet</option>' in page


def test_a_long_list_comes_in_pages_that_miss_nothing_and_repeat_nothing(desk, network):
    kind, channel, customer = QueryTypeFactory(), ChannelFactory(), CustomerFactory()
    made = [
        TicketFactory(
            team=network,
            query_type=kind,
            channel=channel,
            customer=customer,
            created_at=NINE - timedelta(minutes=number // 2),  # two at a time: the order must not hang on the moment
            ball=number % 2,
        )
        for number in range(70)
    ]
    seen, address = [], "view=open"
    while address:
        queue = desk.get(f"/desk/?{address}").context["queue"]
        seen += [card.reference for card in queue.cards]
        address = queue.more

    in_order = sorted(made, key=lambda ticket: (ticket.ball, ticket.queue_at, ticket.pk))
    assert seen == [ticket.reference for ticket in in_order]


def test_resolved_tickets_come_in_pages_too_the_last_one_first(desk, network):
    kind, channel, customer = QueryTypeFactory(), ChannelFactory(), CustomerFactory()
    for number in range(35):
        moment = NINE - timedelta(hours=number)
        same = {"query_type": kind, "channel": channel, "customer": customer, "subject": f"no {number}"}
        TicketFactory(team=network, status="resolved", resolved_at=moment, **same)

    first = desk.get("/desk/?view=resolved").context["queue"]
    second = desk.get(f"/desk/?{first.more}").context["queue"]

    assert [card.subject for card in [*first.cards, *second.cards]] == [f"no {number}" for number in range(35)]


@pytest.mark.parametrize("place", ["x", "1_2", "0_-5_1", "²_2_3", "0_99999999999999999999_1", "<script>"])
def test_a_place_in_the_list_that_nobody_could_have_been_given_is_passed_over(desk, ticket, place):
    assert references(desk.get("/desk/", {"view": "open", "before": place})) == [ticket.reference]


def test_the_three_kinds_of_empty_say_which_one_it_is(desk, ticket):
    assert "Nothing waiting for you Unassigned: 1. Take the one that has waited longest." in words(desk.get("/desk/"))
    assert "Nothing matches" in words(desk.get("/desk/?view=open&priority=urgent"))
    assert "Nothing resolved yet" in words(desk.get("/desk/?view=resolved"))
    Ticket.objects.update(status="closed")
    assert "Everybody has been answered. Well done." in words(desk.get("/desk/?view=mine"))
    assert "All done No open ticket here." in words(desk.get("/desk/?view=open"))


def test_more_gives_only_further_cards_to_htmx(desk, ticket):
    response = desk.get("/desk/?view=open", headers={"HX-Request": "true", "HX-Target": "more"})

    assert response.content.decode().strip().startswith('<li class="card-row"')


@pytest.mark.parametrize("rows", [1, 3])
def test_the_queue_takes_five_statements_however_many_tickets_it_shows(
    desk, network, dewi, rows, django_assert_num_queries
):
    for _number in range(rows):
        TicketFactory(team=network, owner=dewi)

    with django_assert_num_queries(5):
        desk.get("/desk/")
