"""The rules editor: what an administrator does there, what others see."""

import pytest

from policies import rules
from policies.matching import TicketFacts, match
from policies.models import LegalPack, PriorityLift, Publication, QueryType, TatRule
from policies.services import packs
from policies.targets import Target
from tests.desk.conftest import NINE, desk_of, words
from tests.factories import CustomerFactory, TicketFactory, UserFactory

pytestmark = pytest.mark.django_db
USUAL = {
    "first_response": 1,
    "first_response_unit": "h",
    "resolution": 2,
    "resolution_unit": "wd",
    "calendar": "B",
    "effect": "sets",
    "pauses": ["waiting_customer"],
}
RENT = {
    "name_id": "Sewa modem",
    "name_en": "Modem rent",
    "kind": "complaint",
    "priority": "normal",
    "calendar": "B",
    "apology": "0",
    "position": 100,
    "words_id": "sewa modem",
}


@pytest.fixture
def admin(db):
    packs.load("isp", now=NINE)
    return desk_of(UserFactory(name="Ratna", role="administrator"))


@pytest.fixture
def rent(admin):
    admin.post("/desk/rules/new-type/", RENT)
    return QueryType.objects.get(slug="modem-rent")


def test_a_type_and_a_rule_are_made_and_published_and_hold(admin, rent):
    made = admin.post("/desk/rules/types/modem-rent/rules/new/", USUAL, follow=True)
    assert "The rule is saved. It holds once it is published." in words(made)

    waiting = words(admin.get("/desk/rules/publish/"))
    assert "Modem rent: all others new 1 h, –, –, 2 working days" in waiting
    done = admin.post("/desk/rules/publish/", {"reason": "We rent modems out"}, follow=True)

    assert "New tickets follow these rules" in words(done)
    snapshot = match(TicketFacts(rent.pk), rules.current(Publication.objects.latest("id").from_at))
    assert snapshot.targets == {
        "first_response": Target(60, calendar="B"),
        "resolution": Target(2, "days", "B"),
    }


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"resolution": 5, "resolution_unit": "m"}, "The resolution would be due before the first answer."),
        ({"resolution": 0}, "Resolution: write at least 1, or nothing where there is no such clock."),
        ({"effect": "tightens", "first_response": "", "resolution": ""}, "makes nothing shorter"),
    ],
)
def test_a_wrong_rule_is_refused_in_the_form_and_keeps_what_was_typed(admin, rent, more, sentence):
    refused = admin.post("/desk/rules/types/modem-rent/rules/new/", {**USUAL, **more})

    assert refused.status_code == 422
    assert sentence in words(refused)
    assert not TatRule.objects.filter(query_type=rent).exists()


def test_a_rule_is_changed_by_its_form_and_says_the_same_again(admin, rent):
    conditions = {"priority": ["high"], "high_value": "yes", "area": "Depok, Bogor"}
    admin.post("/desk/rules/types/modem-rent/rules/new/", {**USUAL, **conditions})
    rule = TatRule.objects.get(query_type=rent)
    assert rule.conditions == {"priority": ["high"], "high_value": [True], "area": ["Depok", "Bogor"]}

    page = admin.get(f"/desk/rules/types/modem-rent/rules/{rule.pk}/")
    form = page.context["form"]
    again = {name: value for name, value in form.initial.items() if value not in (None, [], "")}
    admin.post(f"/desk/rules/types/modem-rent/rules/{rule.pk}/", again)

    same = TatRule.objects.get(pk=rule.pk)
    assert (same.conditions, same.targets, same.pauses) == (rule.conditions, rule.targets, rule.pauses)


def test_every_rule_of_a_pack_says_the_same_after_its_form_was_saved(admin):
    for rule in TatRule.objects.exclude(query_type=None)[:12]:
        address = f"/desk/rules/types/{rule.query_type.slug}/rules/{rule.pk}/"
        initial = admin.get(address).context["form"].initial
        saved = admin.post(address, {name: value for name, value in initial.items() if value not in (None, [], "")})
        assert saved.status_code == 302
        assert TatRule.objects.get(pk=rule.pk).targets == rule.targets


def test_the_table_stands_in_the_order_in_which_rules_win_and_equal_ones_change_places(admin, rent):
    new = "/desk/rules/types/modem-rent/rules/new/"
    for conditions in ({}, {"high_value": "yes"}, {"channel_kind": ["chat"]}):
        admin.post(new, {**USUAL, **conditions})
    shown = admin.get("/desk/rules/types/modem-rent/").context["lines"]
    assert [line.for_whom for line in shown] == ["high value", "Chat", "all others"]

    admin.post(f"/desk/rules/types/modem-rent/rules/{shown[1].rule.pk}/up/")

    again = admin.get("/desk/rules/types/modem-rent/").context["lines"]
    assert [line.for_whom for line in again] == ["Chat", "high value", "all others"]
    assert [(line.first, line.last) for line in again] == [(True, False), (False, True), (True, True)]


def test_a_rule_is_taken_away_and_holds_until_that_is_published(admin, rent):
    admin.post("/desk/rules/types/modem-rent/rules/new/", USUAL)
    rule = TatRule.objects.get(query_type=rent)

    admin.post(f"/desk/rules/types/modem-rent/rules/{rule.pk}/remove/")

    assert "No rule of its own: those above it hold." in words(admin.get("/desk/rules/types/modem-rent/"))


def test_try_it_says_which_rule_would_hold_and_when_everything_is_due(admin):
    page = admin.get(
        "/desk/rules/types/tagihan-salah/",
        {"received": "2026-11-27T16:30", "priority": "high", "channel_kind": "email"},
    )

    said = words(page)
    assert "(all others) would hold:" in said
    assert "First answer Mon 30 Nov 2026 09:30 WIB 2 h · B" in said
    assert "Resolution Wed 2 Dec 2026 16:30 WIB 27 h · B" in said


def test_a_law_that_counts_from_complete_documents_waits_for_them_when_it_is_tried(admin):
    packs.load("finance", now=NINE)
    given = {"received": "2026-11-24T10:00", "priority": "normal", "channel_kind": "email"}
    page = "/desk/rules/types/biaya-bunga/"
    limit = "10 working days · ID-OJK-TERTULIS"

    assert f"Resolution begins once the documents are complete {limit}" in words(admin.get(page, given))
    said = words(admin.get(page, given | {"documents": "2026-11-25T09:00"}))
    assert f"Resolution Wed 9 Dec 2026 17:00 WIB {limit}" in said
    assert "Next answer begins with the customer’s next message" in said


def test_publishing_tells_what_it_would_mean_for_open_tickets_and_leaves_them_alone(admin, rent):
    TicketFactory.create_batch(3, query_type=rent)
    TicketFactory(query_type=rent, customer=CustomerFactory(high_value=True))
    TicketFactory(query_type=rent, status="closed")
    admin.post("/desk/rules/types/modem-rent/rules/new/", USUAL)

    said = words(admin.get("/desk/rules/publish/"))

    assert "4 open tickets keep the rules they have." in said
    assert "4 would follow another rule, 4 would have less time and 0 more." in said


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        ({"area": "Depok"}, {"customer__area": "Depok"}),
        ({"public": "yes"}, {"reach": 0}),
        ({"oral": "no"}, {"channel__kind": "phone", "written_at": NINE}),
    ],
)
def test_what_publishing_would_mean_is_counted_by_all_that_is_known_of_a_ticket(admin, rent, asked, known):
    TicketFactory(query_type=rent, channel__kind="phone")
    TicketFactory(query_type=rent, **known)
    admin.post("/desk/rules/types/modem-rent/rules/new/", USUAL | asked)

    assert "1 would follow another rule" in words(admin.get("/desk/rules/publish/"))


def test_what_was_in_force_before_is_readable(admin, rent):
    admin.post("/desk/rules/types/modem-rent/rules/new/", USUAL)
    admin.post("/desk/rules/publish/", {"reason": "We rent modems out"})
    latest = Publication.objects.latest("id")

    assert "We rent modems out in force" in words(admin.get("/desk/rules/history/"))
    assert "Modem rent: all others new" in words(admin.get(f"/desk/rules/history/{latest.pk}/"))


def test_a_pack_is_looked_at_and_loaded_from_the_desk(admin):
    page = words(admin.get("/desk/rules/packs/retail/"))
    assert "Type: Late delivery pesanan-terlambat new" in page
    assert "Rule: Late delivery retail/pesanan-terlambat new" in page

    admin.post("/desk/rules/packs/retail/")

    assert QueryType.objects.filter(sector="retail").count() == 18
    assert "Nothing: it is loaded already." in words(admin.get("/desk/rules/packs/retail/"))


def test_where_the_figures_of_a_law_were_read_is_told_in_the_readers_language(admin):
    reader = desk_of(UserFactory(language="id"))
    english, indonesian = (words(each.get("/desk/rules/legal/ID-ISP/")) for each in (admin, reader))

    assert "24 hours is a proposal." in english
    assert "At the limit Automatic bill credit; compensation from 72 hours on." in english
    assert "24 jam adalah usulan." in indonesian
    assert "Working hours Round the clock" in english
    assert "Jam kerja 24 jam setiap hari" in indonesian
    assert "proposal" not in indonesian


def test_a_pack_calls_everything_it_brings_by_name():
    page = words(desk_of(UserFactory(role="administrator")).get("/desk/rules/packs/finance/"))

    assert "Raises the priority: High-value or core customer valued new" in page
    assert "Rule: Claim refused finance/oral-klaim-ditolak new" in page


def test_a_legal_pack_is_signed_with_a_note(admin):
    assert "Not verified" in words(admin.get("/desk/rules/legal/ID-ISP/"))
    refused = admin.post("/desk/rules/legal/ID-ISP/", {"note": ""})
    assert "Say what was checked" in words(refused)

    admin.post("/desk/rules/legal/ID-ISP/", {"note": "PM 5/2021 read"})
    admin.post("/desk/rules/legal/ID-UUPK-GANTI/bind/", {"in_force": "0"})

    assert "Ratna, 20 Nov 2026 10:00 WIB: PM 5/2021 read" in words(admin.get("/desk/rules/legal/ID-ISP/"))
    assert not LegalPack.objects.get(code="ID-UUPK-GANTI").in_force


@pytest.mark.parametrize(
    ("address", "given"),
    [
        ("new-type/", RENT),
        ("types/saran/rules/new/", USUAL),
        ("publish/", {"reason": "Because"}),
        ("packs/retail/", {}),
        ("legal/ID-ISP/", {"note": "Read"}),
    ],
)
def test_others_read_and_change_nothing(admin, address, given):
    desk = desk_of(UserFactory(role="supervisor"))
    types, published = QueryType.objects.count(), Publication.objects.count()

    assert desk.get(f"/desk/rules/{address}").status_code == 200
    desk.post(f"/desk/rules/{address}", given)

    assert (QueryType.objects.count(), Publication.objects.count()) == (types, published)
    assert not TatRule.objects.filter(query_type__slug="saran", pack_key="").exists()
    assert "New rule" not in words(desk.get("/desk/rules/types/saran/"))


@pytest.mark.parametrize(
    "address", ["types/none/", "types/saran/rules/999/", "history/999/", "packs/none/", "legal/none/"]
)
def test_what_is_not_there_is_not_found(admin, address):
    assert admin.get(f"/desk/rules/{address}").status_code == 404


def test_an_empty_house_says_how_to_begin(db):
    desk = desk_of(UserFactory(role="administrator"))

    assert "Load a pack of your sector" in words(desk.get("/desk/rules/"))


def test_whether_silence_settles_a_ticket_is_a_switch_that_says_what_it_does(admin, rent):
    page = "/desk/rules/types/modem-rent/"
    assert "Ten working days after we asked, and two reminders" in words(admin.get(page))

    admin.post(page, RENT | {"settles_unanswered": "on"})
    assert QueryType.objects.get(slug="modem-rent").settles_unanswered
    admin.post(page, RENT)

    assert not QueryType.objects.get(slug="modem-rent").settles_unanswered


def test_what_raises_the_priority_is_switched_off_and_on_by_an_administrator(admin, db):
    assert "High-value or core customer on Switch off" in words(admin.get("/desk/rules/"))

    done = admin.post("/desk/rules/lifts/valued/", {"in_force": "0"}, follow=True)

    assert "Saved. It holds at once." in words(done)
    assert "High-value or core customer off Switch on" in words(done)
    others = desk_of(UserFactory())
    assert "administrators" in words(others.post("/desk/rules/lifts/valued/", {"in_force": "1"}, follow=True))
    assert not PriorityLift.objects.get(code="valued").in_force
    assert admin.post("/desk/rules/lifts/nothing/").status_code == 404


def test_a_legal_pack_says_how_it_is_extended_and_how_long_documents_may_take(admin):
    packs.load("finance", now=NINE)

    written = words(admin.get("/desk/rules/legal/ID-OJK-TERTULIS/"))

    assert "1 × 10 working days Communication between our offices is held up" in written
    assert "the customer has 10 working days to complete them" in written
    assert "In writing ID-OJK-TERTULIS" in words(admin.get("/desk/rules/legal/ID-OJK-LISAN/"))
