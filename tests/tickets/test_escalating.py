"""Asking for help by hand, answering it, and customers who ask for a superior."""

from datetime import timedelta

import pytest

from channels_in.services import intake, ledger
from core.errors import Invalid, NotAllowed
from helpdesk import errand_runner
from notices.models import Notice
from tests.factories import (
    ChannelFactory,
    IdentityFactory,
    QueryTypeFactory,
    TeamFactory,
    TicketFactory,
    UserFactory,
)
from tests.mails import raw_mail
from tests.moments import moment
from tests.tickets.clock_rules import in_force
from tickets.models import Escalation, Ticket, TimelineEntry
from tickets.services.clocks import deadlines
from tickets.services.escalation import alarms, escalating, unheard
from tickets.services.handling import work
from tickets.services.outward import replies
from tickets.wishes import wants_a_superior

pytestmark = pytest.mark.django_db
TEN = moment("2026-11-20 10:00")
LATER = TEN + timedelta(minutes=5)


def asked(ticket, user, **more) -> Escalation:
    return escalating.escalate(
        ticket.pk, actor=user.actor(), now=TEN, **{"reason": "Pelanggan marah", "tried": "Dua kali telepon"} | more
    )


def told(escalation):
    return sorted(user.name for user in escalation.told.all())


def test_help_is_asked_of_the_lead_with_what_was_tried(ticket, dewi, lead):
    escalation = asked(ticket, dewi)

    assert (told(escalation), escalation.level, escalation.state) == (["Bambang"], 2, "asked")
    assert (escalation.reason, escalation.tried) == ("Pelanggan marah", "Dua kali telepon")
    notice = Notice.objects.get()
    assert (notice.recipient, notice.kind, notice.parameters["by"]) == (lead, "help_asked", "Dewi")
    assert TimelineEntry.objects.get().text == "Bambang: Pelanggan marah"


def test_help_is_asked_of_specialists_and_of_a_named_superior(ticket, dewi, lead):
    fraud = TeamFactory(slug="fraud")
    UserFactory(name="Yusuf", teams=[fraud])
    ratna = UserFactory(name="Ratna", role="administrator")

    assert told(asked(ticket, dewi, team=fraud)) == ["Yusuf"]
    assert told(asked(ticket, dewi, person=ratna)) == ["Ratna"]


def test_what_is_restricted_is_told_to_no_specialists_outside(dewi):
    conduct = TeamFactory(slug="conduct", restricted=True)
    UserFactory(name="Wulan", role="supervisor", teams=[conduct])
    fraud = TeamFactory(slug="fraud")
    UserFactory(name="Yusuf", teams=[fraud])
    member = UserFactory(name="Tari", teams=[conduct])

    assert told(asked(TicketFactory(team=conduct), member, team=fraud)) == ["Wulan"]


def test_a_lead_who_asks_is_not_asked(ticket, lead):
    UserFactory(name="Ratna", role="administrator")

    assert told(asked(ticket, lead)) == ["Ratna"]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"reason": " "}, "Say why you need help"),
        ({"person": "agent"}, "Choose somebody who leads"),
        ({"status": "resolved"}, "Only an open ticket can be escalated"),
        ({"nobody": True}, "There is nobody who could be asked"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_sentence(ticket, dewi, lead, given, sentence):
    if given.pop("nobody", False):
        lead.delete()
    if "status" in given:
        Ticket.objects.update(status=given.pop("status"))
    if "person" in given:
        given["person"] = dewi

    with pytest.raises(Invalid, match=sentence):
        asked(ticket, dewi, **given)


def test_only_whoever_may_change_a_ticket_asks_for_help_with_it(ticket, lead):
    with pytest.raises(NotAllowed):
        asked(ticket, UserFactory())


def test_where_nobody_leads_nobody_can_be_asked(ticket, dewi):
    with pytest.raises(Invalid, match="An administrator can add a supervisor"):
        asked(ticket, dewi)


def test_nobody_is_asked_any_more_about_a_ticket_that_is_settled(ticket, dewi, lead):
    escalation = asked(ticket, dewi)
    Ticket.objects.update(status="resolved")

    assert alarms.pass_up(now=TEN + timedelta(minutes=30)) == 1

    escalation.refresh_from_db()
    assert (escalation.state, escalation.answer_due_at, Escalation.objects.count()) == ("over", None, 1)


def test_one_that_cannot_be_passed_up_keeps_waiting_for_those_who_were_asked_and_says_why(ticket, dewi, lead):
    escalation = asked(ticket, dewi)

    unheard.give_up(escalation, reason="ValueError: broken", now=TEN)

    escalation.refresh_from_db()
    assert (escalation.state, escalation.answer_due_at, escalation.failure) == ("asked", None, "ValueError: broken")
    assert escalating.acknowledge(escalation.pk, actor=lead.actor(), now=LATER).state == "acknowledged"


def test_who_is_told_acknowledges_and_the_asker_knows(ticket, dewi, lead):
    escalation = asked(ticket, dewi)

    escalating.acknowledge(escalation.pk, actor=lead.actor(), now=LATER)

    escalation.refresh_from_db()
    assert (escalation.state, escalation.answered_by, escalation.answered_at) == ("acknowledged", lead, LATER)
    assert Notice.objects.get(recipient=dewi).kind == "escalation_acknowledged"
    assert alarms.pass_up(now=TEN + timedelta(hours=9)) == 0
    with pytest.raises(Invalid, match="answered already: Acknowledged"):
        escalating.acknowledge(escalation.pk, actor=lead.actor(), now=LATER)


def test_who_is_told_takes_the_ticket_over(ticket, dewi, lead):
    escalation = asked(ticket, dewi)

    escalating.take(escalation.pk, actor=lead.actor(), now=LATER)

    ticket.refresh_from_db()
    assert ticket.owner == lead
    assert set(Notice.objects.filter(recipient=dewi).values_list("kind", flat=True)) == {
        "ticket_taken_over",
        "escalation_taken",
    }


def test_giving_back_needs_a_reason_which_the_asker_reads(ticket, dewi, lead):
    escalation = asked(ticket, dewi)

    with pytest.raises(Invalid, match="Say why you give it back"):
        escalating.give_back(escalation.pk, actor=lead.actor(), now=LATER, reason="")
    escalating.give_back(escalation.pk, actor=lead.actor(), now=LATER, reason="Tawarkan potongan dulu")

    assert Notice.objects.get(recipient=dewi).parameters["why"] == "Tawarkan potongan dulu"
    assert ticket.history.latest("id").change == "escalation_returned"


def test_somebody_who_was_not_told_cannot_answer(ticket, dewi, lead):
    escalation = asked(ticket, dewi)

    with pytest.raises(NotAllowed):
        escalating.acknowledge(escalation.pk, actor=UserFactory().actor(), now=LATER)


def test_a_complaint_about_its_handling_is_never_given_to_who_handled_it(ticket, dewi, lead):
    handling = QueryTypeFactory(slug="penanganan", code="X-06")
    about = TicketFactory(team=ticket.team, customer=ticket.customer, query_type=handling)
    Ticket.objects.filter(pk=ticket.pk).update(owner=lead)

    with pytest.raises(Invalid, match="may be about them"):
        work.assign(about.pk, actor=dewi.actor(), owner=lead, now=TEN)
    with pytest.raises(NotAllowed):
        work.take_over(about.pk, actor=lead.actor(), now=TEN)
    with pytest.raises(Invalid, match="may be about them"):
        asked(about, dewi, person=lead)
    work.assign(ticket.pk, actor=dewi.actor(), owner=dewi, now=TEN)


def test_what_turns_out_to_be_about_people_is_taken_from_and_not_given_to_whom_it_may_be_about(ticket, dewi, network):
    conduct = QueryTypeFactory(slug="sikap", code="ISP-10")
    Ticket.objects.filter(pk=ticket.pk).update(owner=dewi)
    about = TicketFactory(team=network, customer=ticket.customer, owner=dewi)
    IdentityFactory(customer=about.customer)

    work.classify(about.pk, actor=dewi.actor(), query_type=conduct, priority="high", now=TEN)
    replies.reply(about.pk, actor=dewi.actor(), text="Kami periksa.", now=TEN)

    about.refresh_from_db()
    assert about.owner is None
    given = about.history.get(change="assigned")
    assert (given.actor_kind, given.before, given.after) == ("system", {"owner_id": dewi.pk}, {"owner_id": None})


def test_given_to_a_restricted_team_it_is_a_complaint_about_people(ticket, dewi):
    Ticket.objects.filter(pk=ticket.pk).update(owner=dewi)
    about = TicketFactory(team=ticket.team, customer=ticket.customer)
    conduct = TeamFactory(slug="conduct", restricted=True)

    with pytest.raises(Invalid, match="may be about them"):
        work.assign(about.pk, actor=dewi.actor(), owner=dewi, team=conduct, note="x", now=TEN)

    about.refresh_from_db()
    assert about.team == ticket.team


def test_a_ticket_that_goes_to_a_restricted_team_follows_the_rules_for_such_teams(ticket, dewi):
    in_force(resolution=240)
    in_force(resolution=60, conditions={"restricted": [True]})
    deadlines.adopt([ticket], now=TEN)

    work.assign(ticket.pk, actor=dewi.actor(), team=TeamFactory(slug="conduct", restricted=True), note="x", now=TEN)

    assert ticket.deadlines.get().target == 60


@pytest.mark.parametrize(
    "text",
    [
        "Saya mau bicara dengan atasan Anda.",
        "tolong sambungkan ke supervisor",
        "Saya minta ketemu manajer sekarang juga!",
        "Kecewa sekali. Hubungkan saya dengan penanggung jawabnya.",
        "I want to speak to your manager",
        "Let me talk to somebody senior, please.",
        "Please escalate this to a supervisor.",
    ],
)
def test_a_customer_who_asks_for_a_superior_is_understood(text):
    assert wants_a_superior(text)


@pytest.mark.parametrize(
    "text",
    [
        "Internet saya mati sejak pagi.",
        "Kata atasan saya, tagihan ini keliru.",
        "My manager uses this line for work.",
        "Saya tidak mau bicara dengan atasan Anda, saya mau internet saya hidup.",
        "Saya bekerja sebagai supervisor di toko.",
    ],
)
def test_a_superior_who_is_only_mentioned_is_no_wish(text):
    assert not wants_a_superior(text)


def test_a_customer_who_asks_for_a_superior_reaches_level_three_once(network, lead):
    channel = ChannelFactory(team=network)
    first = raw_mail("Saya mau bicara dengan atasan Anda.", message_id="<a@mail.example>")
    again = raw_mail("Mana atasannya? Saya mau bicara dengan atasan.", message_id="<b@mail.example>")
    ledger.store(channel, [first], now=TEN)
    intake.process(intake.claim_batch(now=TEN), now=TEN)
    errand_runner.run_due()
    ticket = Ticket.objects.get()
    ledger.store(channel, [again.replace(b"Subject: ", f"Subject: [{ticket.reference}] ".encode())], now=LATER)
    intake.process(intake.claim_batch(now=LATER), now=LATER)
    errand_runner.run_due()

    escalation = Escalation.objects.get()
    assert (escalation.cause, escalation.level, told(escalation)) == ("customer", 3, ["Bambang"])
    assert Notice.objects.get(recipient=lead).kind == "superior_asked"
