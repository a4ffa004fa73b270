import pytest

from policies.models import LadderStep, Publication, QueryType, TatRule
from policies.services import packs
from tests.api.conftest import Program, refused
from tests.factories import NOW, TicketFactory, UserFactory

pytestmark = pytest.mark.django_db
RENT = {"name_id": "Sewa modem", "name_en": "Modem rent", "kind": "complaint", "calendar": "B"}
HOUR, TWO_DAYS = {"amount": 60, "unit": "working"}, {"amount": 2, "unit": "days"}


@pytest.fixture
def admin(db):
    packs.load("isp", now=NOW)
    return Program(UserFactory(name="Ratna", role="administrator"))


@pytest.fixture
def rent(admin):
    return admin.post("query-types/", RENT).json()


def rule_of(about, **more):
    targets = {"first_response": HOUR, "resolution": TWO_DAYS}
    return {"query_type": about["id"], "targets": targets, "calendar": "B", "ladder": "L-A"} | more


def test_programs_read_the_types(admin, agent):
    rows = {row["slug"]: row for row in agent.get("query-types/", sector="isp").json()["results"]}

    assert len(rows) == 18
    dead = rows["internet-mati"]
    assert (dead["code"], dead["kind"], dead["calendar"], dead["apology"]) == ("ISP-01", "complaint", "X", "2")
    assert "mati total" in dead["words_id"].splitlines()
    assert agent.get(f"query-types/{dead['id']}/").json() == dead


def test_an_administrators_program_makes_and_changes_a_type(admin):
    made = admin.post("query-types/", RENT, key="k1")
    again = admin.post("query-types/", RENT, key="k1")
    changed = admin.patch(f"query-types/{made.json()['id']}/", {"priority": "high", "words_en": "modem rent"})

    assert (made.status_code, made.json()["slug"], again.json()) == (201, "modem-rent", made.json())
    assert changed.json() == made.json() | {"priority": "high", "words_en": "modem rent"}


def test_a_rule_is_made_changed_published_and_taken_away(admin, rent):
    made = admin.post("tat-rules/", rule_of(rent))
    assert made.status_code == 201
    rule = made.json()
    assert (rule["targets"], rule["pauses"], rule["effect"]) == (
        {"first_response": HOUR, "resolution": TWO_DAYS},
        ["waiting_customer"],
        "sets",
    )

    changed = admin.patch(f"tat-rules/{rule['id']}/", {"conditions": {"high_value": [True]}})
    assert changed.json() == rule | {"conditions": {"high_value": [True]}}
    published = admin.post("tat-rules/publish/", {"reason": "We rent modems out"})
    assert published.json()["version"] == Publication.objects.latest("id").pk

    assert admin.delete(f"tat-rules/{rule['id']}/").status_code == 204
    assert not TatRule.objects.filter(pk=rule["id"]).exists()


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"query_type": 999_999}, "The type of this rule does not exist."),
        ({"calendar": "Z"}, "There is no calendar “Z”."),
        ({"conditions": {"kind": ["praise"]}}, "no ticket of this type meets its conditions"),
        ({"targets": {"lunch": HOUR}}, "There is no target “lunch”"),
        ({"targets": {"first_response": TWO_DAYS, "resolution": HOUR}}, "due before the first answer"),
    ],
)
def test_a_wrong_rule_is_refused_in_one_sentence(admin, rent, more, sentence):
    problem = refused(admin.post("tat-rules/", rule_of(rent, **more)), 400)

    assert sentence in str(problem)


def test_what_has_become_wrong_meanwhile_is_not_published(admin, rent):
    admin.post("tat-rules/", rule_of(rent))
    LadderStep.objects.filter(ladder__code="L-A").delete()

    problem = refused(admin.post("tat-rules/publish/", {"reason": "We rent modems out"}), 400)

    assert "The ladder L-A tells nobody: it has no steps." in str(problem)
    assert Publication.objects.count() == 1


def test_programs_of_others_change_nothing(admin, agent, rent):
    for answer in (
        agent.post("query-types/", RENT),
        agent.patch(f"query-types/{rent['id']}/", {"priority": "low"}),
        agent.post("tat-rules/", rule_of(rent)),
        agent.post("tat-rules/publish/", {"reason": "Because"}),
    ):
        refused(answer, 403)


def test_simulate_tells_which_rule_would_hold_and_when_its_clocks_run_out(admin, agent):
    bill = QueryType.objects.get(slug="tagihan-salah")
    body = {"query_type": bill.pk, "received_at": "2026-11-27T16:30:00+07:00", "channel_kind": "email"}

    usual = agent.post("simulate/", body).json()
    valued = agent.post("simulate/", body | {"high_value": True}).json()

    clocks = {clock["goal"]: clock for clock in usual["clocks"]}
    assert usual["rule"] == bill.rules.get().pk
    assert usual["version"] == Publication.objects.get().pk
    assert clocks["first_response"] == {
        "goal": "first_response",
        "basis": "service",
        "amount": 120,
        "unit": "working",
        "calendar": "B",
        "due_at": "2026-11-30T09:30:00+07:00",
        "waits_for": "",
    }
    assert (clocks["next_response"]["due_at"], clocks["next_response"]["waits_for"]) == (None, "message")
    assert clocks["resolution"]["due_at"] == "2026-12-02T16:30:00+07:00"
    assert valued["clocks"][0]["due_at"] == "2026-11-30T08:30:00+07:00"
    assert len(valued["tightened_by"]) == 1


def test_simulate_counts_what_laws_ask_from_where_they_say(admin):
    packs.load("finance", now=NOW)
    fee = QueryType.objects.get(slug="biaya-bunga")
    body = {"query_type": fee.pk, "received_at": "2026-11-24T10:00:00+07:00", "channel_kind": "email"}

    def limit(**more):
        clocks = admin.post("simulate/", body | more).json()["clocks"]
        [clock] = [each for each in clocks if (each["goal"], each["basis"]) == ("resolution", "ID-OJK-TERTULIS")]
        return clock["due_at"], clock["waits_for"]

    assert limit() == (None, "documents")
    assert limit(documents_at="2026-11-25T09:00:00+07:00") == ("2026-12-09T17:00:00+07:00", "")


def test_simulate_by_the_draft_sees_what_is_not_published(admin, rent):
    rule = admin.post("tat-rules/", rule_of(rent)).json()
    body = {"query_type": rent["id"], "received_at": "2026-11-27T16:30:00+07:00"}

    assert admin.post("simulate/", body).json()["rule"] != rule["id"]
    assert admin.post("simulate/", body | {"draft": True}).json()["rule"] == rule["id"]


def test_facts_of_a_case_are_written_down_and_what_is_not_named_stays(admin):
    ticket = TicketFactory(area="Depok")

    answer = admin.post(f"tickets/{ticket.pk}/facts/", {"loss_amount": "250000", "reach": 12_000}).json()

    assert (answer["loss_amount"], answer["reach"], answer["area"]) == ("250000.00", 12_000, "Depok")
    problem = refused(admin.post(f"tickets/{ticket.pk}/facts/", {"loss_amount": "0"}), 400)
    assert "an amount above nothing" in str(problem)


def test_a_ticket_is_classified_again_with_the_priority_of_its_type(admin):
    ticket = TicketFactory(query_type=QueryType.objects.get(slug=packs.UNSORTED))
    dead = QueryType.objects.get(slug="internet-mati")

    answer = admin.post(f"tickets/{ticket.pk}/reclassify/", {"query_type": dead.pk}).json()

    assert (answer["query_type"], answer["priority"], answer["version"]) == (dead.pk, "urgent", 2)


def test_a_page_of_rules_takes_as_many_statements_as_one_rule(admin, django_assert_num_queries):
    with django_assert_num_queries(3):
        admin.get("tat-rules/", page_size="1")
    with django_assert_num_queries(3):
        admin.get("tat-rules/", page_size="30")
