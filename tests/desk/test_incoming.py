"""Incoming: what became no message is looked at safely, tried again or discarded by those who lead."""

import pytest

from channels_in.models import Arrival, ArrivalHistory
from channels_in.services import ledger
from core.actor import SYSTEM
from files.models import StoredFile
from tests.desk.conftest import NINE, TEN, desk_of, words
from tests.factories import ChannelFactory, MessageFactory, TicketFactory, UserFactory
from tests.mails import mail_with_file, raw_mail
from tests.moments import moment
from tests.receiving import work_off

pytestmark = pytest.mark.django_db
PAGE = "/desk/incoming/"


@pytest.fixture
def mailbox():
    return ChannelFactory(address="keluhan@nusanet.example")


@pytest.fixture
def rina(network):
    return UserFactory(name="Rina", role="supervisor", teams=[network])


@pytest.fixture
def lead(rina):
    return desk_of(rina)


@pytest.fixture
def parked(mailbox):
    """Something that came in and is no message."""

    def parked(raw=None, *, state="parked", reason="no_sender", channel=None, **more):
        number = Arrival.objects.count()
        raw = raw or raw_mail(subject=f"Internet mati {number}", message_id=f"<{number}@mail.example>")
        ledger.store(channel or mailbox, [raw], now=NINE)
        arrival = Arrival.objects.latest("id")
        values = {"state": state, "reason": reason, "tries": 3} | more
        Arrival.objects.filter(pk=arrival.pk).update(**values)
        arrival.refresh_from_db()
        return arrival

    return parked


def test_E02_from_a_message_that_cannot_be_shown_whole_a_lead_comes_to_the_mail_as_it_came(lead, network, mailbox):
    mail = raw_mail("<div>" * 30_000 + "Internet mati", content_type="text/html; charset=utf-8")
    ledger.store(mailbox, [mail], now=NINE)
    [arrival] = work_off()
    message = arrival.messages.get()
    page = lead.get(f"/desk/t/{message.ticket.reference}/").content.decode()
    link = f"/desk/incoming/behind/{message.pk}/"

    original = lead.get(link, follow=True)

    assert ("too large or too deep to be shown whole" in page, link in page) == (True, True)
    assert f"Read Internet mati It was read and stands on its ticket. Nothing needs to be done. {message.ticket}" in (
        words(original)
    )
    assert lead.get(f"/desk/incoming/{arrival.pk}/original/").content == mail
    agent = desk_of(UserFactory(teams=[network]))
    assert link not in agent.get(f"/desk/t/{message.ticket.reference}/").content.decode()
    assert agent.get(link).status_code == 403


@pytest.mark.parametrize("scan", ["infected", "pending"])
def test_H12_the_original_of_a_mail_with_a_file_that_is_not_clean_is_not_handed_out_whole(lead, mailbox, scan):
    small, large = (mail_with_file(bytes(size), message_id=f"<{size}@mail.example>") for size in (900, 300_000))
    for mail in (small, large):
        ledger.store(mailbox, [mail], now=NINE)
    arrivals = work_off()
    assert [lead.get(f"{PAGE}{each.pk}/original/").status_code for each in arrivals] == [200, 200]

    StoredFile.objects.update(scan=scan, scan_note="Eicar-Signature")

    answers = [lead.get(f"{PAGE}{each.pk}/original/") for each in arrivals]
    reason = {"infected": "something harmful (Eicar-Signature)", "pending": "still being checked"}[scan]
    assert [(answer.status_code, reason in words(answer)) for answer in answers] == [(403, True)] * 2


def test_what_became_no_message_says_who_sent_it_why_and_how_large_it_is(lead, parked):
    parked(raw_mail(subject="Tagihan dobel — mohon dicek", sender="Sité Rahmawati <siti@mail.example>"))

    page = words(lead.get(PAGE))

    assert "Sité Rahmawati <siti@mail.example> Fri 20 Nov 09:00 Tagihan dobel — mohon dicek" in page
    assert "It does not say who sent it." in page
    assert "bytes · 3 tries" in page


@pytest.mark.parametrize(
    ("reason", "why"),
    [("too_large", "It is larger than we read"), ("server_refused", "Its mail server broke off each time it gave it")],
)
def test_E20_of_a_mail_that_never_came_whole_only_the_header_is_offered(lead, mailbox, reason, why):
    header = ledger.header_of(raw_mail(subject="Video"))
    ledger.store_stub(mailbox, header, size=40_000_000, reason=reason, now=NINE)
    stub = Arrival.objects.get()

    page = words(lead.get(f"{PAGE}{stub.pk}/"))

    assert why in page
    assert "Only its header was kept: the rest never came here. Download the header" in page
    assert "Download it whole" not in page
    assert "Try again" not in page
    assert "Discard" in page
    assert lead.get(f"{PAGE}{stub.pk}/original/").content == header


def test_only_those_who_lead_get_there(desk, parked):
    arrival = parked()

    for address in ("", "all/", f"{arrival.pk}/", f"{arrival.pk}/original/"):
        assert desk.get(f"{PAGE}{address}").status_code == 403
    assert desk.post(f"{PAGE}{arrival.pk}/decide/", {"act": "retry"}).status_code == 403


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", "parked"),
        ("?state=retrying", "retrying"),
        ("?state=duplicate", "duplicate"),
        ("?state=discarded", "discarded"),
        ("?state=nonsense", "parked"),
    ],
)
def test_each_state_has_its_own_list(lead, parked, query, shown):
    for state, raw_state in {"retrying": "new", "done": "done"}.items():
        parked(raw_mail(subject=f"is {state}", message_id=f"<{state}@x.example>"), state=raw_state, reason="")
    for state in ("parked", "duplicate", "discarded"):
        parked(raw_mail(subject=f"is {state}", message_id=f"<{state}@x.example>"), state=state)

    page = words(lead.get(f"{PAGE}{query}"))

    assert [state for state in ("parked", "retrying", "duplicate", "discarded", "done") if f"is {state}" in page] == [
        shown
    ]


def test_the_list_is_narrowed_by_channel_and_by_reason(lead, parked):
    other = ChannelFactory(address="tagihan@nusanet.example")
    parked(raw_mail(subject="elsewhere"), channel=other)
    wanted = parked(raw_mail(subject="wanted", message_id="<w@x.example>"), channel=other, reason="mime_limits")
    parked(raw_mail(subject="here", message_id="<h@x.example>"), reason="mime_limits")

    page = lead.get(f"{PAGE}?channel={other.pk}&reason=mime_limits")

    assert [row.pk for row in page.context["page"].rows] == [wanted.pk]


def test_an_empty_list_says_that_all_is_well(lead):
    assert "Everything that came in became a message, or was decided about." in words(lead.get(PAGE))


def test_a_long_list_goes_on_page_by_page_and_shows_each_once(lead, parked):
    made = [parked().pk for _number in range(31)]

    first = lead.get(PAGE).context["page"]
    second = lead.get(f"{PAGE}?{first.more}").context["page"]

    assert [row.pk for row in (*first.rows, *second.rows)] == sorted(made, reverse=True)
    assert second.more == ""


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_as_many_statements_whatever_it_shows(lead, parked, rows, django_assert_num_queries):
    for _number in range(rows):
        parked()

    with django_assert_num_queries(6):  # session, user, teams, the list, the channels, the menu's count
        lead.get(PAGE)


def test_the_original_is_shown_as_text_that_can_do_nothing(lead, parked):
    evil = b"From: a@b.example\r\nSubject: x\r\n\r\n<script>alert(1)</script>\x1b[31m\xe2\x80\xaegpj.exe\x00"
    arrival = parked(evil)

    page = lead.get(f"{PAGE}{arrival.pk}/").content.decode()

    assert "<script>alert(1)</script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\N{REPLACEMENT CHARACTER}[31m\N{REPLACEMENT CHARACTER}gpj.exe" in page
    assert not {"\x1b", "\x00", "\N{RIGHT-TO-LEFT OVERRIDE}"} & set(page)


def test_of_a_large_one_the_first_64_kilobytes_are_shown(lead, parked):
    arrival = parked(raw_mail("x" * 300_000))

    page = lead.get(f"{PAGE}{arrival.pk}/")

    assert len(page.context["page"].raw) <= 64 * 1024
    assert "Only the beginning is shown." in words(page)


def test_the_bytes_come_as_a_download_that_no_browser_opens(lead, parked):
    arrival = parked()

    response = lead.get(f"{PAGE}{arrival.pk}/original/")

    assert response.content == ledger.body_of(arrival)
    assert response["Content-Type"] == "message/rfc822"
    assert response["Content-Disposition"] == f'attachment; filename="20261120-020000-{arrival.pk}.eml"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"


def test_one_is_tried_again_and_it_is_known_who_wanted_it(lead, parked, rina):
    arrival = parked()

    page = words(lead.post(f"{PAGE}{arrival.pk}/decide/", {"act": "retry"}, follow=True))

    arrival.refresh_from_db()
    assert "It is being read again." in page
    assert (arrival.state, arrival.tries, arrival.due_at) == ("new", 0, TEN)
    decided = ArrivalHistory.objects.get()
    assert (decided.change, decided.actor_id, decided.at, decided.before) == (
        "retried",
        rina.pk,
        TEN,
        {"reason": "no_sender"},
    )


def test_one_is_discarded_only_with_a_reason_which_stays(lead, parked):
    arrival = parked()

    refused = lead.post(f"{PAGE}{arrival.pk}/decide/", {"act": "discard", "reason": " "})
    assert (refused.status_code, "Say why it is discarded." in words(refused)) == (422, True)
    lead.post(f"{PAGE}{arrival.pk}/decide/", {"act": "discard", "reason": "Iklan"})

    assert "Rina discarded it: Iklan" in words(lead.get(f"{PAGE}{arrival.pk}/"))
    arrival.refresh_from_db()
    assert arrival.state == "discarded"


def test_what_somebody_else_took_up_meanwhile_is_told(lead, parked):
    arrival = parked(state="done", reason="")

    refused = lead.post(f"{PAGE}{arrival.pk}/decide/", {"act": "retry"})

    assert "This arrival is not parked any more" in words(refused)


def test_all_that_a_filter_shows_is_decided_at_once_but_nothing_that_came_meanwhile(lead, parked):
    wanted = [parked(reason="bounce").pk for _number in range(3)]
    other = parked(reason="no_sender")
    shown = lead.get(f"{PAGE}?reason=bounce").context["page"].all_of_it
    late = parked(reason="bounce")

    asked = lead.get(f"{PAGE}all/?{shown}&act=discard")
    assert "3 are chosen. A mail server reports something as not delivered" in words(asked)
    form = {"act": "discard", "state": "parked", "why": "bounce", "until": max(wanted)}
    assert lead.post(f"{PAGE}all/", form).status_code == 422
    page = lead.post(f"{PAGE}all/", form | {"reason": "Laporan lama"}, follow=True)

    assert "3 discarded." in words(page)
    assert set(Arrival.objects.filter(state="discarded").values_list("pk", flat=True)) == set(wanted)
    assert set(Arrival.objects.filter(state="parked").values_list("pk", flat=True)) == {other.pk, late.pk}
    assert set(ArrivalHistory.objects.values_list("reason", "arrival")) == {("Laporan lama", pk) for pk in wanted}


def test_all_that_a_filter_shows_is_tried_again(lead, parked):
    parked(), parked()

    page = words(lead.post(f"{PAGE}all/", {"act": "retry", "state": "parked"}, follow=True))

    assert "2 are being read again." in page
    assert Arrival.objects.filter(state="new", tries=0).count() == 2


def test_what_is_told_on_a_restricted_ticket_is_not_opened_by_other_supervisors(lead, parked, conduct, rina):
    told = MessageFactory(ticket=TicketFactory(team=conduct), external_id="9@mail.example")
    arrival = parked(raw_mail(message_id=f"<{told.external_id}>"), state="duplicate", reason="same_message")

    assert lead.get(f"{PAGE}{arrival.pk}/").status_code == 404
    assert lead.get(f"{PAGE}?state=duplicate").context["page"].rows == []
    rina.teams.add(conduct)
    assert lead.get(f"{PAGE}{arrival.pk}/").status_code == 200


def test_the_menu_counts_for_those_who_lead_and_only_what_is_there(lead, desk, parked):
    assert "menu-count" not in lead.get("/desk/").content.decode()
    parked()

    assert "Incoming 1" in words(lead.get("/desk/"))
    assert "Incoming" not in words(desk.get("/desk/"))


def test_every_reason_that_the_intake_gives_is_told_in_a_sentence(lead, parked):
    arrival = parked(reason="a_new_reason", received_at=moment("2026-11-20 08:00"))

    assert "a_new_reason" in words(lead.get(f"{PAGE}{arrival.pk}/"))
    assert Arrival.objects.openable_by(SYSTEM).count() == 1
