"""Administrators make types and rules; what is wrong is refused in one sentence; what is published holds."""

from datetime import timedelta

import pytest

from core.actor import Actor, ActorKind, Role
from core.errors import Invalid, NotAllowed
from policies import rules, sorting
from policies.matching import TicketFacts, match
from policies.models import Ladder, LadderStep, LegalPack, PolicyHistory, Publication, QueryType, TatRule
from policies.services import checks, editing, packs, publishing, tat_rules
from policies.services.tat_rules import RuleValues
from policies.targets import Target
from tests.factories import ChannelFactory, TeamFactory, UserFactory
from tests.moments import moment

pytestmark = pytest.mark.django_db
NOW = moment("2026-11-27 09:00")
NAMES = {"name_id": "Sewa modem", "name_en": "Modem rent", "kind": "complaint"}


@pytest.fixture
def admin():
    packs.load("isp", now=NOW)
    return UserFactory(role="administrator").actor()


def minutes(amount, unit="working"):
    return {"amount": amount, "unit": unit}


def targets(first=60, resolution=1080, **more):
    return {"first_response": minutes(first), "resolution": minutes(resolution), **more}


@pytest.fixture
def rent(admin):
    return editing.create_type(actor=admin, now=NOW, **NAMES, words_id="sewa modem\nSewa  Modem\n\nsewa modem")


@pytest.fixture
def rule_of(admin):
    """Makes a rule, in the working hours of calendar B with a ladder, unless said otherwise."""

    def make(query_type, **more):
        given = {"calendar": "B", "targets": targets(), "ladder": Ladder.objects.get(code="L-A"), **more}
        return tat_rules.create(RuleValues(query_type=query_type, **given), actor=admin, now=NOW)

    return make


def test_a_type_a_rule_and_a_publication_and_the_next_ticket_is_bound_by_them(admin, rent, rule_of):
    rule = rule_of(rent)
    facts = TicketFacts(rent.pk)
    assert match(facts, rules.current(NOW)).rule != rule.pk

    published = publishing.publish(actor=admin, now=NOW, reason="We rent modems out now")

    snapshot = match(facts, rules.current(NOW))
    assert (snapshot.rule, snapshot.version, snapshot.ladder) == (rule.pk, published.pk, "L-A")
    assert snapshot.targets["first_response"] == Target(60, calendar="B")
    assert sorting.current().propose("soal sewa modem").query_type == rent.pk


def test_the_words_of_a_type_are_kept_once_each_and_its_slug_is_made_of_its_name(admin, rent):
    again = editing.create_type(actor=admin, now=NOW, **NAMES)

    assert (rent.slug, rent.words_id, again.slug) == ("modem-rent", "sewa modem\nSewa  Modem", "modem-rent-2")


def test_a_rule_that_will_hold_from_a_later_day_does_not_hold_before(admin, rent, rule_of):
    rule_of(rent)
    before = rules.current(NOW).version

    later = publishing.publish(actor=admin, now=NOW, reason="December", from_at=NOW + timedelta(days=4))

    assert rules.current(NOW).version == before
    assert rules.current(NOW + timedelta(days=4)).version == later.pk


def test_what_was_published_can_be_read_and_compared(admin, rent, rule_of):
    rule = rule_of(rent)
    publishing.publish(actor=admin, now=NOW, reason="New")
    values = RuleValues.of(rule)
    values.targets["resolution"] = minutes(540)
    tat_rules.change(rule.pk, values, actor=admin, now=NOW)

    [difference] = publishing.differences()

    assert (difference.kind, difference.key, difference.fields) == ("rules", str(rule.pk), ["targets"])
    assert Publication.objects.latest("id").reason == "New"


@pytest.mark.parametrize(
    ("more", "field", "sentence"),
    [
        ({"targets": targets(first=600, resolution=60)}, "resolution", "due before the first answer"),
        ({"calendar": "Z"}, "calendar", "no calendar “Z”"),
        ({"conditions": {"kind": ["praise"]}}, "conditions", "no ticket of this type meets"),
        ({"conditions": {"priority": []}}, "conditions", "allows no value"),
        ({"conditions": {"colour": ["red"]}}, "conditions", "no condition “colour”"),
        ({"conditions": {"channel_kind": ["email"], "oral": [True]}}, "conditions", "not of the kind"),
        ({"targets": {"resolution": minutes(0)}}, "resolution", "at least one minute"),
        ({"targets": {"lunch": minutes(5)}}, "targets", "no target “lunch”"),
        ({"targets": {"resolution": minutes(5, "moons")}}, "resolution", "a unit"),
        ({"effect": "tightens", "targets": {}}, "percent", "makes nothing shorter"),
        ({"percent": 0}, "percent", "between 1 and 100"),
        ({"pauses": ["waiting_own_team"]}, "pauses", "can stop a clock"),
    ],
)
def test_a_wrong_rule_is_refused_in_one_sentence(rent, rule_of, more, field, sentence):
    with pytest.raises(Invalid, match=sentence) as refused:
        rule_of(rent, **more)

    assert refused.value.field == field
    assert not TatRule.objects.filter(query_type=rent).exists()


def test_a_rule_behind_an_equal_one_is_refused_and_so_is_one_that_a_wider_one_covers(rent, rule_of):
    first = rule_of(rent, conditions={"priority": ["high", "urgent"]})

    with pytest.raises(Invalid, match=f"rule {first.pk} comes first"):
        rule_of(rent, conditions={"priority": ["high"]})
    everybody = rule_of(rent, conditions={"high_value": [True, False]})
    with pytest.raises(Invalid, match=f"rule {everybody.pk} comes first"):
        rule_of(rent)


def test_a_channel_of_another_kind_can_never_be_met(rent, rule_of):
    mailbox = ChannelFactory()

    with pytest.raises(Invalid, match="not of the kind"):
        rule_of(rent, conditions={"channel": [mailbox.pk], "channel_kind": ["chat"]})


def test_a_ladder_that_reaches_nobody_is_refused(rent, rule_of):
    empty = Ladder.objects.create(code="L-X", name_id="Kosong", name_en="Empty")
    lonely = Ladder.objects.create(code="L-Y", name_id="Sepi", name_en="Lonely")
    LadderStep.objects.create(
        ladder=lonely, position=1, number=1, at_percent=50, level=2, team=TeamFactory(slug="nobody"), actions=["notify"]
    )

    with pytest.raises(Invalid, match="L-X tells nobody: it has no steps"):
        rule_of(rent, ladder=empty)
    with pytest.raises(Invalid, match="nobody in the team Team nobody"):
        rule_of(rent, ladder=lonely)


def test_a_service_target_beyond_what_the_law_allows_is_refused(rule_of):
    dead = QueryType.objects.get(slug="internet-mati")

    with pytest.raises(Invalid, match="“Resolution” takes longer than ID-ISP allows"):
        rule_of(dead, calendar="X", conditions={"priority": ["low"]}, targets=targets(15, 1441))


def test_nothing_is_wrong_with_any_pack():
    UserFactory(role="administrator")
    for name in packs.names():
        if name != "ID-PUBLIK":  # for public bodies, and none of the sectors is one
            packs.load(name, now=NOW)

    assert [(TatRule.objects.get(pk=each.rule or 0).pack_key, each.sentence) for each in checks.of_draft(NOW)] == []


def test_equal_rules_change_places_and_a_more_specific_one_stays_in_front(admin, rent, rule_of):
    valued = rule_of(rent, conditions={"high_value": [True]})
    chat = rule_of(rent, conditions={"channel_kind": ["chat"]})
    usual = rule_of(rent)
    both = TicketFacts(rent.pk, channel_kind="chat", high_value=True)
    assert match(both, checks.draft()).rule == valued.pk

    tat_rules.move(chat.pk, up=True, actor=admin, now=NOW)
    assert match(both, checks.draft()).rule == chat.pk

    tat_rules.move(usual.pk, up=True, actor=admin, now=NOW)
    assert match(both, checks.draft()).rule == chat.pk


def test_a_rule_that_is_removed_holds_until_that_is_published(admin, rent, rule_of):
    rule = rule_of(rent)
    publishing.publish(actor=admin, now=NOW, reason="New")

    tat_rules.remove(rule.pk, actor=admin, now=NOW)
    assert match(TicketFacts(rent.pk), rules.current(NOW)).rule == rule.pk

    publishing.publish(actor=admin, now=NOW, reason="Gone")
    assert match(TicketFacts(rent.pk), rules.current(NOW)).rule != rule.pk


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name_id": " "}, "name in both languages"),
        ({"kind": "rumour"}, "Choose the kind"),
        ({"code": "isp-01"}, "this code already"),
        ({"customer_choice": True, "kind": "complaint"}, "at most 8 types"),
        ({"colour": "red"}, "no such name"),
    ],
)
def test_a_wrong_type_is_refused_in_one_sentence(admin, fields, sentence):
    QueryType.objects.filter(customer_choice=False, archived=False).first()
    editing.create_type(actor=admin, now=NOW, **{**NAMES, "customer_choice": True})

    with pytest.raises(Invalid, match=sentence):
        editing.create_type(actor=admin, now=NOW, **{**NAMES, **fields})


def test_a_type_cannot_stand_below_itself_and_the_start_of_all_tickets_cannot_be_put_away(admin, rent):
    child = editing.create_type(actor=admin, now=NOW, **{**NAMES, "name_en": "Modem deposit"}, parent=rent)

    with pytest.raises(Invalid, match="below itself"):
        editing.change_type(rent.slug, actor=admin, now=NOW, parent=child)
    with pytest.raises(Invalid, match="cannot be put away"):
        editing.change_type(packs.UNSORTED, actor=admin, now=NOW, archived=True)


def test_a_child_is_bound_by_the_rule_of_the_type_above_it(admin, rent, rule_of):
    child = editing.create_type(actor=admin, now=NOW, **{**NAMES, "name_en": "Modem deposit"}, parent=rent)
    rule = rule_of(rent)
    publishing.publish(actor=admin, now=NOW, reason="New")

    assert match(TicketFacts(child.pk), rules.current(NOW)).rule == rule.pk


def test_an_administrator_signs_a_legal_pack_and_it_counts_as_verified_at_once(admin):
    with pytest.raises(Invalid, match="what was checked"):
        tat_rules.sign("ID-ISP", actor=admin, now=NOW, note=" ")

    tat_rules.sign("ID-ISP", actor=admin, now=NOW, note="PM 5/2021 read")

    pack = LegalPack.objects.get(code="ID-ISP")
    assert (pack.verified_at, pack.verified_by_id, pack.verified_note) == (NOW, admin.id, "PM 5/2021 read")
    dead = QueryType.objects.get(slug="internet-mati")
    assert [each.verified for each in match(TicketFacts(dead.pk), rules.current(NOW)).legal] == [True]


def test_a_pack_that_the_company_is_not_bound_by_asks_nothing(admin):
    tat_rules.bind("ID-ISP", in_force=False, actor=admin, now=NOW)
    publishing.publish(actor=admin, now=NOW, reason="Voluntary, and we do not")

    dead = QueryType.objects.get(slug="internet-mati")
    assert match(TicketFacts(dead.pk), rules.current(NOW)).legal == ()


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR])
def test_only_administrators_change_types_and_rules(admin, rent, role):
    other = Actor(ActorKind.STAFF, id=5, role=role)

    for attempt in (
        lambda: editing.create_type(actor=other, now=NOW, **NAMES),
        lambda: editing.change_type(rent.slug, actor=other, now=NOW, name_en="X"),
        lambda: tat_rules.create(RuleValues(), actor=other, now=NOW),
        lambda: publishing.publish(actor=other, now=NOW, reason="Because"),
        lambda: tat_rules.sign("ID-ISP", actor=other, now=NOW, note="Read"),
    ):
        with pytest.raises(NotAllowed):
            attempt()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"reason": " "}, "Say why"),
        ({"reason": "Why not", "from_at": NOW - timedelta(hours=1)}, "a day in the past"),
        ({"reason": "Why not"}, "Nothing was edited"),
    ],
)
def test_a_publication_needs_a_reason_a_day_to_come_and_something_new(admin, given, sentence):
    with pytest.raises(Invalid, match=sentence):
        publishing.publish(actor=admin, now=NOW, **given)


def test_every_change_is_in_the_history_with_who_and_what(admin, rent):
    editing.change_type(rent.slug, actor=admin, now=NOW, priority="high")

    entry = PolicyHistory.objects.latest("id")
    assert (entry.object_kind, entry.object_key, entry.actor_id) == ("query_type", "modem-rent", admin.id)
    assert (entry.before, entry.after) == ({"priority": "normal"}, {"priority": "high"})


def test_two_hundred_tickets_are_matched_without_a_statement(admin, django_assert_num_queries):
    dead = QueryType.objects.get(slug="internet-mati")
    rules.current(NOW)

    with django_assert_num_queries(1):
        ruleset = rules.current(NOW)
        found = [match(TicketFacts(dead.pk, high_value=bool(n % 2)), ruleset) for n in range(200)]

    assert {len(each.tightened_by) for each in found} == {0, 1}
