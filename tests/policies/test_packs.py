import pytest
from django.core.management import CommandError, call_command

from core.actor import SYSTEM
from policies import pack_files, rules
from policies.matching import TicketFacts, match
from policies.models import Channel, Ladder, LegalPack, LoadedPack, Publication, QueryType, TatRule
from policies.services import pack_rows, packs
from policies.targets import Target
from tests.moments import moment

pytestmark = pytest.mark.django_db
NOW = moment("2026-11-27 09:00")
SECTORS = {"isp": 18, "retail": 18, "finance": 18, "cross-sector": 15}


@pytest.mark.parametrize("name", packs.names())
def test_loading_a_pack_twice_changes_nothing(name):
    first = packs.load(name, now=NOW)
    published = Publication.objects.count()

    second = packs.load(name, now=NOW)

    assert first.new > 0
    assert (second.new, second.kept, second.waiting) == (0, first.new, [])
    assert Publication.objects.count() == published


def test_what_the_company_changed_stays():
    packs.load("isp", now=NOW)
    QueryType.objects.filter(slug=packs.UNSORTED).update(name_en="To be sorted")

    packs.load("isp", now=NOW)

    assert QueryType.objects.get(slug=packs.UNSORTED).name_en == "To be sorted"


@pytest.mark.parametrize(("name", "count"), SECTORS.items())
def test_every_type_of_a_sector_has_its_rule_its_names_in_both_languages_and_mostly_words(name, count):
    packs.load(name, now=NOW)

    types = QueryType.objects.filter(sector=name)

    assert types.count() == count
    assert all(each.name_id and each.name_en for each in types)
    assert [each.slug for each in types if not each.rules.exists()] == []
    assert {each.slug for each in types if not each.words} <= {"spam", packs.UNSORTED}
    assert Ladder.objects.count() == 9


@pytest.mark.parametrize("name", ["isp", "retail", "finance"])
def test_a_sector_offers_customers_at_most_eight_choices_with_hints_in_both_languages(name):
    packs.load(name, now=NOW)

    choices = QueryType.objects.filter(customer_choice=True)

    assert 5 <= choices.count() <= 8
    assert all(each.hint_id and each.hint_en for each in choices)


def test_a_dead_line_is_due_earlier_for_a_high_value_customer_and_its_ladder_is_the_networks():
    packs.load("isp", now=NOW)
    dead = QueryType.objects.get(slug="internet-mati")
    ruleset = rules.current(NOW)

    usual = match(TicketFacts(dead.pk, channel_kind="email"), ruleset)
    valued = match(TicketFacts(dead.pk, channel_kind="email", high_value=True), ruleset)

    assert (usual.ladder, usual.pauses) == ("L-C", ("waiting_customer",))
    assert usual.targets == {
        "first_response": Target(15, calendar="X"),
        "next_response": Target(30, calendar="X"),
        "update": Target(240, calendar="X"),
        "resolution": Target(1440, calendar="X"),
    }
    assert valued.targets["resolution"] == Target(720, calendar="X")
    assert [(each.pack, each.verified) for each in usual.legal] == [("ID-ISP", False)]


def test_a_chat_is_answered_in_two_minutes_and_a_day_is_one_of_its_calendar():
    packs.load("isp", now=NOW)
    bill = QueryType.objects.get(slug="tagihan-salah")

    chat = match(TicketFacts(bill.pk, channel_kind="chat"), rules.current(NOW))

    assert chat.targets["first_response"] == Target(2, calendar="E")
    assert chat.targets["resolution"] == Target(3 * 540, calendar="B")


def test_a_written_complaint_to_a_bank_has_ten_working_days_from_the_documents_by_law():
    packs.load("finance", now=NOW)
    fee = QueryType.objects.get(slug="biaya-bunga")

    written = match(TicketFacts(fee.pk, channel_kind="email", loss_claimed=True), rules.current(NOW))
    oral = match(TicketFacts(fee.pk, channel_kind="phone"), rules.current(NOW))

    assert {each.pack: each.clock_start for each in written.legal} == {"ID-OJK-TERTULIS": "documents"}
    assert written.legal[0].targets["resolution"] == Target(10, "days", "id-bank")
    assert (written.legal[0].extension, written.legal[0].extension_times) == (Target(10, "days", "id-bank"), 1)
    assert [each.pack for each in oral.legal] == ["ID-OJK-LISAN"]


def test_no_legal_pack_is_verified_when_it_is_loaded():
    for name in packs.names():
        packs.load(name, now=NOW)

    codes = set(LegalPack.objects.filter(verified_at=None).values_list("code", flat=True))

    assert LegalPack.objects.count() == len(codes)
    assert {name for name in packs.names() if name.startswith("ID-")} <= codes | {"ID-PUBLIK"}
    assert {"ID-PUBLIK-5", "ID-PUBLIK-14", "ID-PUBLIK-60", "ID-BI-PJP-LISAN"} <= codes


@pytest.fixture
def later_version(tmp_path, monkeypatch):
    """The ladders in a second version: one step later, one more ladder."""
    text = (pack_files.FOLDER / "ladders.toml").read_text()
    packs.load("ladders", now=NOW)
    text = text.replace("version = 1", "version = 2").replace('name_en = "Standard"', 'name_en = "Usual"')
    text = text.replace('name_en = "Network"', 'name_en = "Networks"')
    text += '\n[[ladder]]\ncode = "L-Z"\nname_id = "Baru"\nname_en = "New"\nsteps = []\n'
    (tmp_path / "ladders.toml").write_text(text)
    monkeypatch.setattr(pack_files, "FOLDER", tmp_path)


def test_a_later_version_shows_what_it_would_change_and_changes_it_only_when_confirmed(later_version):
    Ladder.objects.filter(code="L-C").update(name_en="Our network")

    waiting = packs.load("ladders", now=NOW).waiting

    assert waiting == packs.preview("ladders")
    assert [(each.entry, each.what, each.field, each.before, each.after) for each in waiting[:2]] == [
        ("ladder:L-A", "changed", "name_en", "Standard", "Usual"),
        ("ladder:L-C", "kept", "name_en", "Our network", "Networks"),
    ]
    assert [(each.entry, each.what) for each in waiting[2:]] == [("ladder:L-Z", "new")]
    assert Ladder.objects.get(code="L-A").name_en == "Standard"

    packs.load("ladders", now=NOW, confirm=True)

    names = dict(Ladder.objects.values_list("code", "name_en"))
    assert (names["L-A"], names["L-C"], names["L-Z"]) == ("Usual", "Our network", "New")
    assert LoadedPack.objects.get(name="ladders").version == 2


def test_a_step_that_a_later_version_moves_or_changes_keeps_its_number():
    packs.load("ladders", now=NOW)
    usual = Ladder.objects.get(code="L-A")
    [first, second, *rest] = pack_rows.said(usual, {"steps": []})["steps"]

    pack_rows.write_steps(usual, [first | {"at_percent": 25}, first, second | {"at_percent": 80}, *reversed(rest)])

    steps = list(usual.steps.values_list("number", "at_percent", "level"))
    assert steps == [(5, 25, 1), (1, 50, 1), (2, 80, 2), (4, 150, 4), (3, 100, 3)]


def test_what_a_law_says_is_written_in_both_languages():
    for name in packs.names():
        packs.load(name, now=NOW)

    for law in LegalPack.objects.all():
        assert law.source_id
        assert law.source_en
        assert law.source_id != law.source_en
        assert bool(law.at_limit_id) == bool(law.at_limit_en)
        assert bool(law.external_id) == bool(law.external_en)


def test_a_row_that_the_company_removed_does_not_come_back(later_version):
    Ladder.objects.get(code="L-E").delete()

    packs.load("ladders", now=NOW, confirm=True)

    assert not Ladder.objects.filter(code="L-E").exists()


def test_types_from_before_there_were_rules_get_what_nobody_had_filled_in():
    QueryType.objects.create(slug="internet-mati", kind="complaint", name_id="Mati", name_en="Dead line")

    packs.load("isp", now=NOW)

    dead = QueryType.objects.get(slug="internet-mati")
    assert (dead.name_en, dead.code, dead.apology) == ("Dead line", "ISP-01", "2")
    assert "mati total" in dead.words
    assert TatRule.objects.get(query_type=dead).ladder.code == "L-C"


def test_rules_that_somebody_is_editing_are_not_published_by_loading_a_pack():
    packs.load("isp", now=NOW)
    TatRule.objects.filter(pack_key="isp/saran").update(percent=90)

    packs.load("ID-PMSE", now=NOW, actor=SYSTEM)

    assert Publication.objects.count() == 1


def test_a_mailbox_is_added_once_and_what_comes_in_is_unsorted():
    call_command("load_pack", "isp")
    call_command("add_channel", "email", "--name", "Keluhan", "--address", "Keluhan@Nusanet.example", "--team", "care")

    channel = Channel.objects.get()
    assert (channel.address, channel.query_type.slug, channel.team.slug) == (
        "keluhan@nusanet.example",
        "belum-dipilah",
        "care",
    )
    with pytest.raises(CommandError, match="already"):
        call_command("add_channel", "email", "--name", "Lagi", "--address", "keluhan@nusanet.example")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["load_pack", "banana"], "There is no pack 'banana'"),
        (["add_channel", "email", "--name", "X"], "needs its address"),
        (["add_channel", "webform", "--name", "X"], "run load_pack first"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_sentence(arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command(*arguments)


def test_the_command_shows_what_a_later_version_would_do(later_version, capsys):
    call_command("load_pack", "ladders")

    said = capsys.readouterr().out
    assert "changed: ladder:L-A name_en" in said
    assert "--confirm" in said
