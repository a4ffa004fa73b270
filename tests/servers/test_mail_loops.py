"""Machines that answer machines over the wire: what we really send comes back, and it ends within the budget."""

import re
from email import message_from_bytes, policy

import pytest

from tests.companies import Company
from tests.mail_sink import MailServer
from tests.mails import raw_mail
from tests.processes import pauses

pytestmark = pytest.mark.servers
OURS, THEIRS = "keluhan@nusanet.example", "layanan@lain.example"
MARKS = {"Auto-Submitted", "Precedence", "X-Auto-Response-Suppress", "X-Tanggap-Loop"}
THREADS = {"In-Reply-To", "References", "Reply-To"}
AN_HOUR = 5  # automatic answers to one address
PATIENCE_SECONDS = 30


@pytest.fixture
def wire():
    server = MailServer()
    yield server
    server.stop()


@pytest.fixture
def company(furnished, tmp_path, wire, wait_for):
    """Opens helpdesks that send over the wire."""
    opened = []

    def company(address):
        made = Company(address, tmp_path / address, wire.port)
        opened.append(made)
        made.furnish_like(furnished)
        made.start()
        return made

    yield company
    for each in opened:
        each.stop()


def next_mail(wire, passed, companies):
    """The first that has left since, or nothing once everybody is at rest."""
    for _ in pauses(PATIENCE_SECONDS, every=0.1):
        at_rest = all(each.is_at_rest() for each in companies)
        if len(wire.taken) > passed:
            return wire.taken[passed][2]
        if at_rest:
            return None
    raise AssertionError("no rest")


def as_sent(mail: bytes) -> bytes:
    return mail


def without_a_trace(mail: bytes) -> bytes:
    """As the worst gateway passes it on: no mark of a machine, no thread, the reference torn from the subject."""
    parsed = message_from_bytes(mail, policy=policy.SMTP)
    for name in MARKS | THREADS:
        del parsed[name]
    subject = re.sub(r" *\[KLH-\S+\]", "", str(parsed["Subject"]))
    parsed.replace_header("Subject", subject)
    return parsed.as_bytes()


def passed_on(wire, companies, gateway, first: bytes) -> int:
    """How many mails go to and fro after the first until both are silent."""
    before = passed = len(wire.taken)
    companies[OURS].receive(first)
    while mail := next_mail(wire, passed, companies.values()):
        [to] = message_from_bytes(mail, policy=policy.default)["To"].addresses
        companies[to.addr_spec].receive(gateway(mail))
        passed += 1
        assert passed <= 2 * AN_HOUR
    return passed - before


def test_T11_two_copies_of_tanggap_fall_silent_whatever_lies_between_them(company, wire):
    both = {each: company(each) for each in (OURS, THEIRS)}

    mails = [raw_mail(f"Halo {n}", sender=f"Layanan <{THEIRS}>", message_id=f"<{n}@lain.example>") for n in (1, 2)]

    assert passed_on(wire, both, as_sent, mails[0]) == 1
    assert passed_on(wire, both, without_a_trace, mails[1]) == 2 * (AN_HOUR - 1)  # one of ours was the one above


def test_T11_a_responder_that_marks_nothing_gets_five_answers_an_hour_and_people_are_answered_still(company, wire):
    ours = company(OURS)
    ours.receive(raw_mail(sender=f"Layanan <{THEIRS}>", message_id="<0@lain.example>"))

    passed = 0
    while mail := next_mail(wire, passed, [ours]):
        passed += 1
        assert passed <= AN_HOUR
        subject = str(message_from_bytes(without_a_trace(mail), policy=policy.default)["Subject"])
        answer = raw_mail("Terima kasih.", sender=f"Layanan <{THEIRS}>", subject="Balasan: " * passed + subject)
        ours.receive(answer.replace(b"<a1@mail.example>", b"<%d@lain.example>" % passed))
    ours.receive(raw_mail(sender="Siti <siti@mail.example>", message_id="<manusia@mail.example>"))
    next_mail(wire, passed, [ours])

    assert passed == AN_HOUR
    assert ours.count("tickets_ticket") == AN_HOUR + 1 + 1
    assert wire.taken[passed:][0][1] == ["siti@mail.example"]
