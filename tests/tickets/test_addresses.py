import pytest

from channels_out.services.outbox import Recipient
from core.errors import Invalid
from tickets.addresses import read_addresses, written


def addresses(text):
    return [(each.name, each.address) for each in read_addresses(text)]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("siti@mail.example", [("", "siti@mail.example")]),
        ("Siti@Mail.Example; budi@mail.example,", [("", "siti@mail.example"), ("", "budi@mail.example")]),
        ('"Rahmawati, Siti" <siti@mail.example>', [("Rahmawati, Siti", "siti@mail.example")]),
        ("Siti R <siti@mail.example>\nbudi@mail.example", [("Siti R", "siti@mail.example"), ("", "budi@mail.example")]),
        ("siti@mail.example, SITI@mail.example", [("", "siti@mail.example")]),
        ("budi@bücher.example", [("", "budi@xn--bcher-kva.example")]),
        (" , ; ", []),
    ],
)
def test_addresses_are_read_as_people_type_them(typed, read):
    assert addresses(typed) == read


BROKEN = ["siti", "siti@", "siti @mail.example", "a@b.example>\r\nBcc: x@y.example", "<>", "@x.example"]


@pytest.mark.parametrize("typed", BROKEN)
def test_what_is_no_address_is_named(typed):
    with pytest.raises(Invalid, match="is not an e-mail address"):
        read_addresses(typed)


def test_more_than_twenty_are_refused():
    with pytest.raises(Invalid, match="At most 20 addresses"):
        read_addresses(",".join(f"a{number}@mail.example" for number in range(21)))


def test_what_is_written_into_an_input_reads_as_the_same_again():
    recipients = [Recipient("siti@mail.example", 'Siti "Iti" <Rahmawati>'), Recipient("budi@mail.example")]

    assert addresses(written(recipients)) == [("Siti Iti Rahmawati", "siti@mail.example"), ("", "budi@mail.example")]
