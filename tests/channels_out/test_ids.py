"""The names of what leaves prove that we gave them."""

import re

import pytest
from django.test import override_settings

from channels_out import ids
from core.secrets import sign_id
from policies.models import Channel

MAILBOX = Channel(address="keluhan@nusanet.example")
# Patterns by which SpamAssassin knows the ids of junk mail (MSGID_RANDY, MSGID_SPAM_CAPS, MSGID_SPAM_LETTERS)
JUNK = [r"<[a-z\d][a-z\d$-]{10,29}[a-z\d]@[a-z\d][a-z\d.]{3,12}[a-z\d]>", r"<[A-Z]{5,}@", r"<[a-z]{5,}@(\S+\.)+\S+>"]


def test_T16_every_message_id_is_new_ours_and_unlike_junk():
    made = {ids.new_message_id(MAILBOX) for _ in range(1000)}

    assert len(made) == 1000
    assert all(ids.is_our_message_id(external_id) for external_id in made)
    assert [one for one in made for pattern in JUNK if re.search(pattern, f"<{one}>")] == []
    assert max(map(len, made)) < 64  # fits on a line with its header


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "a@b",
        "tg.abcdefghjkmnpq.aaaaaaaaaaaaaaaaaaaaaaaaaa@nusanet.example",
        "tg.x.y.z@nusanet.example",
    ],
)
def test_T04_a_made_up_message_id_is_not_ours(forged):
    assert not ids.is_our_message_id(forged)


def test_a_message_id_of_before_the_key_was_changed_is_still_ours():
    old = ids.new_message_id(MAILBOX)

    with override_settings(SECRET_KEY="new" * 20, SECRET_KEY_FALLBACKS=["only-for-tests-" * 4]):
        assert ids.is_our_message_id(old)
    with override_settings(SECRET_KEY="new" * 20):
        assert not ids.is_our_message_id(old)


def test_a_return_path_names_its_dispatch_and_a_reply_address_does_not_pass_for_one():
    path = ids.return_path(MAILBOX.address, 4711)
    token = path.removeprefix("keluhan+").removesuffix("@nusanet.example")

    assert ids.dispatch_of(token) == 4711
    assert ids.dispatch_of(sign_id("conversation", 4711)) is None
