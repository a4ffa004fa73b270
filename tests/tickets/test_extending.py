"""A legal limit is put off only as its pack allows: domain.md 2.3, rule (5)."""

from datetime import datetime, timedelta

import pytest

from channels_out.models import Dispatch
from core.errors import Invalid, NotAllowed
from tests.factories import ChannelFactory, IdentityFactory, MessageFactory, TeamFactory, TicketFactory, UserFactory
from tests.moments import moment
from tests.tickets.clock_rules import in_force, law
from tickets import explaining
from tickets.models import Deadline, Extension, Message
from tickets.services.clocks import deadlines, extending
from tickets.services.escalation import alarms
from tickets.services.handling import work
from tickets.services.outward import replies

pytestmark = pytest.mark.django_db
TUESDAY, LIMIT, EXTENDED = moment("2026-11-24 10:00"), moment("2026-12-08 17:00"), moment("2026-12-22 17:00")
REASON = "external_factor"


@pytest.fixture
def pack():
    return law(
        amount=10,
        unit="days",
        calendar="id-bank",
        extension={"amount": 10, "unit": "days"},
        extension_times=1,
        extension_reasons=["branch_communication", REASON],
        external_en="OJK, phone 157",
    )


@pytest.fixture
def agent():
    return UserFactory(name="Dewi", teams=[TeamFactory(slug="layanan")])


@pytest.fixture
def ticket(pack, agent):
    identity = IdentityFactory(value="siti@mail.example", customer__name="Siti", customer__language="en")
    channel = ChannelFactory(address="pengaduan@bank.example", name="Bank Nusantara")
    team = agent.teams.get()
    ticket = TicketFactory(channel=channel, customer=identity.customer, team=team, status="open", created_at=TUESDAY)
    begun = deadlines.begin([ticket], now=TUESDAY)
    ticket.save()
    deadlines.write(begun)
    MessageFactory(ticket=ticket, from_address=identity.value)
    return ticket


def clock(ticket, **more):
    return Deadline.objects.get(ticket=ticket, goal="resolution", basis="legal", **more)


def extend(ticket, agent, *, now=LIMIT - timedelta(days=1), reason=REASON, done="We asked the other bank."):
    return extending.extend(clock(ticket).pk, actor=agent.actor(), now=now, reason=reason, done=done)


def test_the_new_limit_counts_from_the_first_and_everything_shows_it(ticket, agent):
    deadline = extend(ticket, agent)

    assert (deadline.target, deadline.extended, deadline.due_at) == (10, 10, EXTENDED)
    ticket.refresh_from_db()
    assert (ticket.queue_due_at, ticket.clock["due"]) == (EXTENDED, EXTENDED.isoformat())


def test_the_customer_is_told_both_dates_why_and_whom_to_turn_to_before_the_first_limit(ticket, agent):
    extend(ticket, agent)

    notice = Message.objects.get(automatic="extension")
    assert notice.to == ["siti@mail.example"]
    for said in (
        "by Tuesday, 8 December 2026, 17:00 WIB",
        "Why: Something beyond our control holds it up",
        "Done so far: We asked the other bank.",
        "The new date: Tuesday, 22 December 2026, 17:00 WIB",
        "or turn to OJK, phone 157",
    ):
        assert said in notice.text
    assert notice.dispatch.send_after < LIMIT
    assert Extension.objects.get().told_in == notice


def test_the_notice_speaks_the_customers_language(ticket, agent):
    ticket.customer.language = "id"
    ticket.customer.save()

    extend(ticket, agent)

    assert "Selasa, 22 Desember 2026 pukul 17.00 WIB" in Message.objects.get(automatic="extension").text


def test_the_history_keeps_both_dates_the_reason_and_who_it_was(ticket, agent):
    extend(ticket, agent)

    kept = ticket.history.get(change="limit_extended")
    assert (kept.actor_name, kept.reason) == ("Dewi", "HUKUM: external_factor")
    assert tuple(datetime.fromisoformat(kept.after[name]) for name in ("due_before", "due_at")) == (LIMIT, EXTENDED)


def test_the_sum_shows_the_extension_as_a_line_between_the_two_limits(ticket, agent):
    lines = explaining.lines(extend(ticket, agent))

    place = next(number for number, line in enumerate(lines) if line.kind == "extended")
    assert (lines[place].begins, lines[place].ends) == (LIMIT, EXTENDED)
    assert (lines[place - 1].number, lines[place + 1].number, lines[-1].number) == (10, 11, 20)


def test_a_second_extension_is_refused_where_the_pack_allows_one(ticket, agent):
    extend(ticket, agent)

    with pytest.raises(Invalid, match="HUKUM allows no further extension"):
        extend(ticket, agent)


def test_after_the_first_limit_it_is_too_late_and_the_miss_stays(ticket, agent):
    with pytest.raises(Invalid, match="The limit has passed"):
        extend(ticket, agent, now=LIMIT)

    alarms.ring(now=LIMIT)
    assert (clock(ticket).missed_at, Extension.objects.count()) == (LIMIT, 0)


def test_without_a_way_to_tell_the_customer_there_is_no_extension(ticket, agent):
    ticket.messages.all().delete()
    ticket.customer.identities.all().delete()

    with pytest.raises(Invalid, match="The customer must be told before the limit"):
        extend(ticket, agent)

    assert (clock(ticket).due_at, Dispatch.objects.count()) == (LIMIT, 0)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"reason": "too_much_work"}, "Choose one of the reasons that the law allows"),
        ({"reason": ""}, "Choose one of the reasons that the law allows"),
        ({"done": "  "}, "Say what has been done so far"),
    ],
)
def test_an_extension_needs_a_reason_of_the_law_and_what_was_done(ticket, agent, given, sentence):
    with pytest.raises(Invalid, match=sentence):
        extend(ticket, agent, **given)

    assert Message.objects.filter(automatic="extension").count() == 0


def test_a_law_without_extension_and_our_own_clocks_are_never_extended(ticket, agent, pack):
    pack.extension = None
    pack.save()
    in_force(resolution=240)
    other = TicketFactory(team=ticket.team, channel=ticket.channel, created_at=TUESDAY)
    begun = deadlines.begin([other], now=TUESDAY)
    other.save()
    deadlines.write(begun)

    for row in other.deadlines.all():
        with pytest.raises(Invalid, match="only where its pack says so"):
            extending.extend(row.pk, actor=agent.actor(), now=TUESDAY, reason=REASON, done="x")


def test_what_is_settled_is_not_extended(ticket, agent):
    row = clock(ticket)
    replies.reply(ticket.pk, actor=agent.actor(), text="It is paid back.", now=TUESDAY)
    work.resolve(ticket.pk, actor=agent.actor(), now=TUESDAY, outcome="upheld")

    with pytest.raises(Invalid, match="does not run any more"):
        extending.extend(row.pk, actor=agent.actor(), now=TUESDAY, reason=REASON, done="x")


def test_another_teams_limit_is_not_ours_to_extend(ticket):
    with pytest.raises(NotAllowed):
        extend(ticket, UserFactory())


def test_whatever_happens_later_the_extended_limit_stays(ticket, agent):
    extend(ticket, agent)

    replies.reply(ticket.pk, actor=agent.actor(), text="Still waiting.", now=LIMIT, then="waiting_customer")
    assert clock(ticket).due_at == EXTENDED
    alarms.ring(now=EXTENDED)

    assert (clock(ticket).state, clock(ticket).missed_at) == ("missed", EXTENDED)
