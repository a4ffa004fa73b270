import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels_in.adapters.webform import WebformAdapter
from channels_in.events import Facts, IdentityKey, InboundFile, InboundMessage, UnreadableArrival

FORM = {
    "token": "abcdefghjkmnpqrstuvwxyz2",
    "reference": "KLH-2611-7F4Q2XK",
    "query_type": "tagihan",
    "subject": "Saya ditagih dua kali",
    "text": "Saya ditagih dua kali untuk bulan Oktober.",
    "name": "Siti Rahmawati",
    "email": "Siti@Mail.Example",
    "phone": "+6281234567890",
    "desired_remedy": "Uang kembali",
    "language": "id",
    "occurred_on": "2026-11-02",
    "service_number": "1102938",
    "area": "Bekasi",
    "impact": "Uang belanja habis",
    "answer_by": "email",
    "files": [{"id": 7, "name": "tagihan.pdf"}],
}
adapter = WebformAdapter()


def body(**changes) -> bytes:
    return json.dumps(FORM | changes, sort_keys=True).encode()


def read(**changes) -> InboundMessage:
    (message,) = adapter.parse(body(**changes))
    return message


def test_a_form_says_who_wrote_what_and_all_its_facts():
    message = read()

    assert (message.external_id, message.sender) == (FORM["token"], IdentityKey("email", "siti@mail.example"))
    assert (message.sender_name, message.subject, message.text) == (FORM["name"], FORM["subject"], FORM["text"])
    assert message.files == (InboundFile("tagihan.pdf", "", stored_id=7),)
    assert message.facts == Facts(
        reference="KLH-2611-7F4Q2XK",
        query_type="tagihan",
        desired_remedy="Uang kembali",
        language="id",
        preferred_channel="email",
        phone="+6281234567890",
        email="siti@mail.example",
        occurred_on="2026-11-02",
        service_number="1102938",
        area="Bekasi",
        impact="Uang belanja habis",
    )


def test_who_leaves_only_a_phone_number_is_known_by_it():
    assert read(email="").sender == IdentityKey("phone", "+6281234567890")


def test_a_message_from_a_status_page_names_its_conversation_and_the_identity_we_know():
    message = read(conversation="reply-token", identity={"kind": "whatsapp", "value": "+62811"}, email="", phone="")

    assert (message.tokens, message.sender) == (("reply-token",), IdentityKey("whatsapp", "+62811"))


def test_the_same_form_is_the_same_message_and_other_words_are_not():
    assert adapter.identify(body()) == adapter.identify(body())
    assert adapter.identify(body())[0] == FORM["token"]
    assert adapter.identify(body())[1] != adapter.identify(body(text="Something else"))[1]


def test_E06_no_control_stays_in_what_a_form_says():
    message = read(
        text="Halo\x00 \x1bsemua\ud83d,\n\x9bya", name="Si\x00ti\r\nBcc: x@y.example", subject="Mati\x08\nX: y"
    )

    assert (message.text, message.full_text) == ("Halo semua,\nya", "Halo semua,\nya")
    assert (message.sender_name, message.subject) == ("Siti Bcc: x@y.example", "Mati X: y")


@pytest.mark.parametrize(
    "changes",
    [
        {"token": ""},
        {"token": "a b"},
        {"email": "", "phone": ""},
        {"email": "no address"},
        {"phone": "0812"},
        {"text": 5},
        {"files": {}},
        {"files": ["x"]},
        {"files": [{"id": True, "name": "x"}]},
        {"files": [{"id": 2**63, "name": "x"}]},
        {"files": [{"id": 1, "name": "x"}] * 21},
        {"occurred_on": "yesterday"},
    ],
)
def test_a_form_that_cannot_be_one_of_ours_is_refused_with_its_reason(changes):
    with pytest.raises(UnreadableArrival) as refused:
        read(**changes)
    assert refused.value.reason == "not_a_form"
    assert refused.value.detail


@pytest.mark.parametrize("wrong", [b"", b"[]", b"\xff\xfe", b"[" * 100_000, b'{"token": 1e999}', b"9" * 5000])
def test_bytes_that_are_no_form_are_refused_and_have_no_id(wrong):
    assert adapter.identify(wrong)[0] == ""
    with pytest.raises(UnreadableArrival):
        list(adapter.parse(wrong))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(st.binary() | json_values.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_read_or_refused(anything):
    parses_or_refuses(anything)


@given(st.dictionaries(st.sampled_from([*FORM, "conversation", "identity"]), json_values))
def test_any_answers_are_read_or_refused(changes):
    parses_or_refuses(body(**changes))


def parses_or_refuses(anything: bytes) -> None:
    external_id, digest = adapter.identify(anything)
    assert len(external_id) <= 64
    assert len(digest) == 64
    with suppress(UnreadableArrival):
        assert [message.external_id for message in adapter.parse(anything)] == [external_id]
