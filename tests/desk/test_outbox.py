"""Outbox: what waits, what did not arrive, and what somebody does about it."""

from datetime import timedelta

import pytest

from channels_out.models import Dispatch, DispatchRecipient
from files.models import StoredFile
from files.services import store
from tests.desk.conftest import NINE, TEN, desk_of, words
from tests.factories import ChannelFactory, IdentityFactory, MessageFactory, TicketFactory, UserFactory
from tickets.models import Message, Ticket, TicketHistory

pytestmark = pytest.mark.django_db
PAGE = "/desk/outbox/"
WHY = "The mail server answered 550 no such user"


@pytest.fixture
def outgoing(ticket, dewi):
    """A message of ours on its way, in a stated state."""

    def outgoing(state="failed", *, on=None, error="", to="siti@mail.example", **more):
        on = on or ticket
        dispatch = Dispatch.objects.create(
            channel=on.channel,
            external_id=f"{Dispatch.objects.count()}@nusanet.example",
            subject=f"Re: {state} [{on.reference}]",
            text="Teknisi datang besok.\n\nDewi",
            created_at=NINE,
            send_after=NINE,
            state=state,
            error=error,
            **more,
        )
        recipient = {"address": to, "created_at": NINE, "state": state, "error": error}
        DispatchRecipient.objects.create(dispatch=dispatch, **recipient)
        MessageFactory(
            ticket=on,
            conversation=on.conversations.first(),
            kind=Message.Kind.OUTBOUND,
            author_id=dewi.pk,
            from_name=dewi.name,
            to=[to],
            text="Teknisi datang besok.",
            dispatch=dispatch,
        )
        return dispatch

    return outgoing


def test_what_could_not_be_sent_says_to_whom_and_why(desk, outgoing, ticket):
    outgoing(error=WHY, tries=2)

    page = words(desk.get(PAGE))

    assert f"Re: failed [{ticket.reference}]" in page
    assert f"siti@mail.example could not be sent {WHY}" in page
    assert "2 tries" in page
    assert "Try again" in page
    assert "Edit and resend" in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"failed"}),
        ("?state=waiting", {"queued", "sending"}),
        ("?state=held", {"held"}),
        ("?state=sent", {"sent", "delivered", "read"}),
        ("?state=nonsense", {"failed"}),
    ],
)
def test_each_state_has_its_own_list(desk, outgoing, query, shown):
    for state in Dispatch.State.values:
        outgoing(state, sent_at=TEN if state in ("sent", "delivered", "read") else None)
    outgoing("sent", sent_at=TEN - timedelta(days=1))

    rows = desk.get(f"{PAGE}{query}").context["page"].rows

    assert {row.state for row in rows} == shown
    assert len(rows) == len(shown)


def test_what_is_in_doubt_and_what_was_replaced_stand_apart(desk, outgoing):
    doubtful = outgoing(doubtful=True)
    outgoing(superseded_by=doubtful)

    assert [row.pk for row in desk.get(f"{PAGE}?state=doubtful").context["page"].rows] == [doubtful.pk]
    assert [row.pk for row in desk.get(PAGE).context["page"].rows] == [doubtful.pk]
    assert "nobody knows whether it left" in words(desk.get(PAGE))


def test_the_list_is_narrowed_by_channel(desk, outgoing, network):
    other = TicketFactory(team=network, channel=ChannelFactory())
    wanted = outgoing(on=other)
    outgoing()

    rows = desk.get(f"{PAGE}?channel={other.channel_id}").context["page"].rows

    assert [row.pk for row in rows] == [wanted.pk]


def test_an_empty_list_says_that_all_is_well(desk):
    assert "Everything that was to be sent has left or is on its way." in words(desk.get(PAGE))


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_as_many_statements_whatever_it_shows(desk, outgoing, rows, django_assert_num_queries):
    for _number in range(rows):
        outgoing()

    with django_assert_num_queries(6):  # session, user, teams, the list, the recipients, the channels
        desk.get(PAGE)


def test_a_failed_message_is_sent_again_and_the_history_knows(desk, outgoing, ticket):
    failed = outgoing(error=WHY)

    page = words(desk.post(f"{PAGE}{failed.pk}/retry/", follow=True))

    failed.refresh_from_db()
    assert (failed.state, failed.send_after) == (Dispatch.State.QUEUED, TEN)
    assert "It is being sent again." in page
    assert TicketHistory.objects.get().change == "dispatch_retried"


def test_what_has_left_is_not_sent_again(desk, outgoing):
    sent = outgoing("sent", sent_at=TEN)

    assert "This message has not failed" in words(desk.post(f"{PAGE}{sent.pk}/retry/", follow=True))


def test_a_wrong_address_is_corrected_and_the_message_sent_anew(desk, outgoing, ticket):
    failed = outgoing(error=WHY, to="siti@mial.example")
    form = {"to": "siti@mail.example", "cc": "", "subject": "Re: Internet mati", "text": "Teknisi datang besok pagi."}

    assert 'value="siti@mial.example"' in desk.get(f"{PAGE}{failed.pk}/edit/").content.decode()
    page = words(desk.post(f"{PAGE}{failed.pk}/edit/", form, follow=True))

    fresh = Dispatch.objects.latest("id")
    assert "The corrected message is on its way." in page
    assert (fresh.state, fresh.subject, fresh.text) == (
        "queued",
        "Re: Internet mati",
        "Teknisi datang besok pagi.\n\nDewi",
    )
    assert [each.address for each in fresh.recipients.all()] == ["siti@mail.example"]
    failed.refresh_from_db()
    assert failed.superseded_by == fresh


def test_a_correction_that_is_none_is_refused_and_kept(desk, outgoing):
    failed = outgoing(error=WHY)

    refused = desk.post(f"{PAGE}{failed.pk}/edit/", {"to": "siti at mail", "subject": "x", "text": "Ya"})

    assert refused.status_code == 422
    assert "“siti at mail” is not an e-mail address." in words(refused)
    assert Dispatch.objects.count() == 1


def test_a_harmful_file_is_left_out_when_a_message_is_corrected_and_others_may_be(desk, outgoing):
    photo, letter, bad = store.put([store.NewFile(bytes([65 + n]) * 9) for n in range(3)], now=NINE)
    StoredFile.objects.filter(pk=bad.pk).update(scan="infected", scan_note="Eicar-Signature")
    names = {photo: "foto.jpg", letter: "surat.pdf", bad: "faktur.zip"}
    failed = outgoing(error=WHY, attachments=[{"file": file.pk, "name": name} for file, name in names.items()])

    page = desk.get(f"{PAGE}{failed.pk}/edit/")
    assert [label for _pk, label in page.context["form"].fields["along"].choices] == ["foto.jpg", "surat.pdf"]
    assert "faktur.zip This file carries something harmful (Eicar-Signature)" in words(page)
    form = {"to": "siti@mail.example", "cc": "", "subject": "x", "text": "Ya", "along": [letter.pk]}
    desk.post(f"{PAGE}{failed.pk}/edit/", form)

    assert Dispatch.objects.latest("id").attachments == [{"file": letter.pk, "name": "surat.pdf"}]


def test_a_message_says_what_it_waits_for(desk, outgoing):
    queued = outgoing("queued")
    Dispatch.objects.filter(pk=queued.pk).update(error="It leaves once “foto.jpg” was found clean.")

    assert "It leaves once “foto.jpg” was found clean." in words(desk.get(f"{PAGE}?state=waiting"))


def test_the_same_goes_by_another_of_the_customers_addresses(desk, outgoing, ticket, siti):
    IdentityFactory(customer=siti, value="siti.kantor@mail.example")
    IdentityFactory(customer=siti, kind="phone", value="+628123456789")
    failed = outgoing(error=WHY)

    page = words(desk.get(f"{PAGE}{failed.pk}/other-way/"))
    assert "siti.kantor@mail.example" in page
    assert "+628123456789" in page
    way = {"way": f"{ticket.channel_id} siti.kantor@mail.example", "back": "ticket"}
    response = desk.post(f"{PAGE}{failed.pk}/other-way/", way)

    assert response["Location"] == f"/desk/t/{ticket.reference}/"
    assert [each.address for each in Dispatch.objects.latest("id").recipients.all()] == ["siti.kantor@mail.example"]


def test_what_waits_is_stopped(desk, outgoing, ticket):
    held = outgoing("held")

    page = words(desk.post(f"{PAGE}{held.pk}/cancel/", {"back": "ticket"}, follow=True))

    held.refresh_from_db()
    assert (held.state, held.error) == ("failed", "Stopped by Dewi Lestari before it left.")
    assert "Stopped. It stands on the ticket as a message that did not leave." in page


def test_on_the_ticket_a_failed_message_says_why_and_offers_the_same(desk, outgoing, at):
    outgoing(error=WHY)

    page = words(desk.get(at()))

    assert f"could not be sent 09:00 Teknisi datang besok. {WHY} Try again Edit and resend Other way" in page


def test_another_team_sees_what_happened_but_acts_only_after_taking_over(outgoing, andi, at):
    failed = outgoing(error=WHY)
    desk = desk_of(andi)

    assert WHY in words(desk.get(PAGE))
    assert "Try again" not in words(desk.get(PAGE)).replace("Try again later", "")
    assert "Edit and resend" not in words(desk.get(at()))
    assert desk.post(f"{PAGE}{failed.pk}/retry/", follow=True).status_code == 200
    failed.refresh_from_db()
    assert failed.state == "failed"


def test_what_belongs_to_a_restricted_ticket_is_not_there_for_others(desk, outgoing, ticket, conduct):
    failed = outgoing(error=WHY)
    Ticket.objects.update(team=conduct)

    assert desk.get(PAGE).context["page"].rows == []
    for act in ("retry", "cancel", "edit", "other-way"):
        assert desk.post(f"{PAGE}{failed.pk}/{act}/").status_code == 404


def test_the_menu_counts_what_failed_for_those_who_lead(outgoing, network):
    outgoing(error=WHY)

    assert "Outbox 1" in words(desk_of(UserFactory(role="supervisor", teams=[network])).get("/desk/"))
