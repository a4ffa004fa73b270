import pytest
from django.db import connection

from core.actor import SYSTEM
from core.errors import Invalid
from customers.models import Customer, CustomerHistory, Identity
from customers.services import identities, merging
from customers.services.identities import Speaker
from tests.factories import CustomerFactory, IdentityFactory
from tests.moments import moment

pytestmark = pytest.mark.django_db
NOW = moment("2026-11-20 09:00")


def test_a_known_address_is_its_customer_and_an_unknown_one_becomes_a_new_one():
    siti = IdentityFactory(value="siti@mail.example")
    speakers = [Speaker("email", "siti@mail.example"), Speaker("phone", "+628125550101", name="Budi", language="en")]

    found = identities.resolve(speakers, now=NOW)

    budi = found["phone", "+628125550101"]
    assert found["email", "siti@mail.example"] == siti
    assert (budi.customer.name, budi.customer.language, budi.verified) == ("Budi", "en", False)
    assert budi.customer.root_id == budi.customer_id
    assert budi.customer.since == NOW


def test_somebody_who_speaks_twice_in_a_batch_is_one_customer():
    speaker = Speaker("email", "siti@mail.example", name="Siti")

    identities.resolve([speaker, Speaker("email", "siti@mail.example", name="S. Rahmawati")], now=NOW)

    assert Customer.objects.count() == Identity.objects.count() == 1


@pytest.mark.parametrize("count", [1, 3])
def test_resolving_takes_the_same_statements_for_one_and_for_three(count, django_assert_num_queries):
    speakers = [Speaker("email", f"siti{n}@mail.example") for n in range(count)]
    with django_assert_num_queries(5 if connection.vendor == "sqlite" else 6):  # COPY: ids are drawn beforehand
        identities.resolve(speakers, now=NOW)


def test_an_address_of_somebody_else_is_not_taken_from_them():
    mine, theirs = CustomerFactory(), IdentityFactory(kind="phone", value="+628125550101")

    assert identities.add(mine, "phone", "+628125550101") is None
    assert identities.add(mine, "phone", "+628125550102").customer == mine
    assert Identity.objects.get(pk=theirs.pk).customer == theirs.customer


def test_a_merge_of_merged_customers_is_undone_one_step_at_a_time():
    a, b, c = CustomerFactory(), CustomerFactory(), CustomerFactory()
    merging.merge(b.pk, a.pk, actor=SYSTEM, now=NOW, reason="satu orang")
    merging.merge(a.pk, c.pk, actor=SYSTEM, now=NOW, reason="satu orang")
    assert set(Customer.objects.members([c.pk])) == {a, b, c}

    merging.unmerge(a.pk, actor=SYSTEM, now=NOW, reason="keliru")

    assert set(Customer.objects.members([a.pk])) == {a, b}
    assert set(Customer.objects.members([c.pk])) == {c}
    assert list(CustomerHistory.objects.values_list("change", flat=True)) == ["merged", "merged", "unmerged"]


def test_what_is_one_already_cannot_be_merged_and_what_never_was_cannot_be_parted():
    a, b = CustomerFactory(), CustomerFactory()
    with pytest.raises(Invalid):
        merging.merge(a.pk, a.pk, actor=SYSTEM, now=NOW, reason="")
    with pytest.raises(Invalid):
        merging.unmerge(b.pk, actor=SYSTEM, now=NOW, reason="")
