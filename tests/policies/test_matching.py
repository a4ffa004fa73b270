"""Which rule wins: property tests over random rules, and the sentences of docs/rules.md one by one."""

import json
import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.matching import (
    TIGHTENS,
    LegalRule,
    Rule,
    TicketFacts,
    TypeNode,
    candidates,
    compiled,
    match,
    specificity,
)
from policies.snapshots import LegalSnapshot, RuleSnapshot
from policies.targets import CALENDAR, DAYS, Target

INTERNET, DEAD, BILL = 1, 2, 3
TYPES = [
    TypeNode(INTERNET, "complaint", "isp", "", (INTERNET,)),
    TypeNode(DEAD, "complaint", "isp", "ISP-01", (DEAD, INTERNET)),
    TypeNode(BILL, "complaint", "finance", "FS-05", (BILL,)),
]
HOUR, DAY = 60, 540
FACTS = TicketFacts(DEAD, channel_kind="email", channel=7)


def rule(pk, query_type=None, *, first=HOUR, **more):
    conditions = {name: frozenset(allowed) for name, allowed in more.pop("conditions", {}).items()}
    targets = {"first_response": Target(first), "resolution": Target(2 * DAY)}
    return Rule(pk, query_type, conditions, more.pop("targets", targets), name=f"rule {pk}", **more)


conditions = st.fixed_dictionaries(
    {},
    optional={
        "priority": st.sets(st.sampled_from(["low", "normal", "high", "urgent"]), min_size=1),
        "channel_kind": st.sets(st.sampled_from(["email", "chat", "phone"]), min_size=1),
        "channel": st.sets(st.integers(6, 8), min_size=1, max_size=1),
        "high_value": st.sets(st.booleans(), min_size=1, max_size=1),
        "stage": st.sets(st.sampled_from(["", "core", "first"]), min_size=1),
        "kind": st.sets(st.sampled_from(["complaint", "request"]), min_size=1),
    },
)
rules = st.lists(
    st.tuples(st.sampled_from([None, INTERNET, DEAD, BILL]), conditions, st.integers(1, 3), st.integers(1, 4)),
    max_size=12,
).map(
    lambda drawn: [
        rule(pk, query_type, conditions=asked, position=position, first=first * HOUR)
        for pk, (query_type, asked, position, first) in enumerate(drawn, start=1)
    ]
)
facts = st.builds(
    TicketFacts,
    query_type=st.sampled_from([INTERNET, DEAD, BILL, 99]),
    priority=st.sampled_from(["low", "normal", "high", "urgent"]),
    channel_kind=st.sampled_from(["email", "chat", "phone"]),
    channel=st.integers(6, 8),
    high_value=st.booleans(),
    stage=st.sampled_from(["", "core", "first"]),
)


ON_A_BUSY_MACHINE = settings(suppress_health_check=[HealthCheck.too_slow])


@ON_A_BUSY_MACHINE
@given(rules, facts, st.randoms())
def test_the_order_in_which_rules_are_given_changes_nothing(several, ticket, chance):
    shuffled = list(several)
    chance.shuffle(shuffled)

    assert match(ticket, compiled(shuffled, TYPES)) == match(ticket, compiled(several, TYPES))


@ON_A_BUSY_MACHINE
@given(rules, facts)
def test_the_winner_is_the_most_specific_of_all_that_hold(several, ticket):
    ruleset = compiled(several, TYPES)
    holding = list(candidates(ticket, ruleset))
    lineage = [*ruleset.types[ticket.query_type].lineage, None] if ticket.query_type in ruleset.types else [None]
    ranks = [(lineage.index(one.query_type), -specificity(one.conditions), one.position, one.pk) for one in holding]

    assert ranks == sorted(ranks)
    assert match(ticket, ruleset).rule == (holding[0].pk if holding else None)


@ON_A_BUSY_MACHINE
@given(rules, facts)
def test_a_rule_that_asks_one_thing_more_and_holds_wins_over_the_one_it_was_made_from(several, ticket):
    won = next(candidates(ticket, compiled(several, TYPES)), None)
    if won is None or "tier" in won.conditions:
        return
    narrower = Rule(500, won.query_type, {**won.conditions, "tier": frozenset([ticket.tier])}, won.targets, position=99)

    assert match(ticket, compiled([*several, narrower], TYPES)).rule == 500


@ON_A_BUSY_MACHINE
@given(rules, facts)
def test_a_snapshot_comes_back_from_json_as_it_was(several, ticket):
    snapshot = match(ticket, compiled(several, TYPES, legal=[oral_complaint()], version=3))

    assert RuleSnapshot.from_json(json.loads(json.dumps(snapshot.as_json()))) == snapshot


def test_a_rule_for_the_type_itself_wins_over_any_for_the_type_above_it():
    above = rule(1, INTERNET, conditions={"priority": ["normal"], "channel": [7], "high_value": [False]})
    itself = rule(2, DEAD)

    assert match(FACTS, compiled([above, itself], TYPES)).rule == 2


def test_a_rule_for_one_channel_wins_over_one_for_its_kind_of_channels():
    kind = rule(1, DEAD, conditions={"channel_kind": ["email"]})
    one = rule(2, DEAD, conditions={"channel": [7]}, position=200)

    assert match(FACTS, compiled([kind, one], TYPES)).rule == 2


def test_between_equals_the_position_decides_and_then_the_older_rule():
    first, second = rule(2, DEAD, position=10), rule(1, DEAD, position=20)
    same = rule(3, DEAD, position=10)

    assert match(FACTS, compiled([first, second, same], TYPES)).rule == 2


def test_high_value_halves_the_targets_and_chat_answers_in_two_minutes_whatever_the_type_says():
    usual = rule(1, DEAD)
    valued = rule(2, effect=TIGHTENS, percent=50, targets={}, conditions={"high_value": [True]})
    chat = rule(
        3, effect=TIGHTENS, targets={"first_response": Target(2, calendar="X")}, conditions={"channel_kind": ["chat"]}
    )
    ruleset = compiled([usual, valued, chat], TYPES)

    plain = match(FACTS, ruleset)
    both = match(TicketFacts(DEAD, channel_kind="chat", high_value=True), ruleset)

    assert (plain.targets["resolution"], plain.tightened_by) == (Target(2 * DAY), ())
    assert (both.rule, both.tightened_by) == (1, (2, 3))
    assert both.targets == {"first_response": Target(2, calendar="X"), "resolution": Target(DAY)}


def test_tightening_never_makes_a_target_longer():
    slow = rule(2, effect=TIGHTENS, targets={"first_response": Target(5, DAYS), "resolution": Target(9 * DAY)})

    snapshot = match(FACTS, compiled([rule(1, DEAD), slow], TYPES))

    assert (snapshot.targets["first_response"], snapshot.tightened_by) == (Target(HOUR), ())


def oral_complaint():
    asks = LegalSnapshot("ID-OJK-LISAN", 1, {"resolution": Target(5, DAYS, "id-bank")})
    return LegalRule(asks, {"sector": frozenset(["finance"]), "oral": frozenset([True])})


def test_every_legal_pack_that_applies_is_kept_beside_the_rule():
    claim = LegalRule(
        LegalSnapshot("ID-UUPK-GANTI", 1, {"resolution": Target(7 * 1440, CALENDAR)}, clock_start="transaction"),
        {"loss_claimed": frozenset([True])},
    )
    only_claims = LegalRule(LegalSnapshot("ID-ISP", 1, {}), query_types=frozenset(["ISP-01"]))
    ruleset = compiled([rule(1)], TYPES, legal=[claim, oral_complaint(), only_claims])

    by_phone = match(TicketFacts(BILL, channel_kind="phone", loss_claimed=True), ruleset)
    by_mail = match(TicketFacts(BILL, channel_kind="email"), ruleset)

    assert [each.pack for each in by_phone.legal] == ["ID-OJK-LISAN", "ID-UUPK-GANTI"]
    assert by_mail.legal == ()


def test_where_no_rule_holds_the_snapshot_has_no_targets():
    assert match(FACTS, compiled([rule(1, BILL)], TYPES, version=4)) == RuleSnapshot(rule=None, version=4)


def test_a_type_that_the_rules_do_not_know_yet_gets_what_holds_for_all():
    everywhere = random.Random(1).sample([rule(1, DEAD), rule(2)], 2)

    assert match(TicketFacts(query_type=404), compiled(everywhere, TYPES)).rule == 2
