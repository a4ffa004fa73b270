import pytest
from django.core.management import CommandError, call_command

from policies.models import Channel, QueryType
from policies.services import packs

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", packs.names())
def test_loading_a_pack_twice_changes_nothing_and_keeps_what_the_company_changed(name):
    first = packs.load(name)
    QueryType.objects.filter(slug=packs.UNSORTED).update(name_en="To be sorted")

    second = packs.load(name)

    assert (second.new, second.kept) == (0, first.new)
    assert QueryType.objects.get(slug=packs.UNSORTED).name_en == "To be sorted"


def test_the_isp_pack_offers_customers_at_most_eight_choices_with_words_in_both_languages():
    packs.load("isp")

    choices = QueryType.objects.filter(customer_choice=True)

    assert 5 <= choices.count() <= 8
    assert all(each.name_id and each.name_en and each.hint_id and each.hint_en for each in choices)


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
