"""kill -9 of whatever works: a minute later nothing is lost and nothing is doubled."""

import re
from collections import Counter
from email.message import Message

import pytest

from tests.mails import raw_mail
from tests.processes import free_port

A_MINUTE_AND_A_BIT = 90  # the lease of 50 s, then one by one what the dead worker held
REFERENCE = re.compile(r"KLH-\d{4}-\w{7}")
WORKING = "channels_in_arrival WHERE state = 'processing'"
UNSETTLED = "channels_in_arrival WHERE state IN ('new', 'processing')"
UNSENT = "channels_out_dispatch WHERE state IN ('queued', 'sending')"
OUTCOMES = "SELECT state, count(*) FROM channels_in_arrival GROUP BY state"
PLACES = "SELECT external_id, ticket_id FROM tickets_message"
ACKNOWLEDGED = "SELECT ticket_id FROM tickets_message WHERE automatic = 'acknowledgement'"
SENT = "SELECT state, count(*) FROM channels_out_dispatch GROUP BY state"


def complaint(number: int, *, customers: int):
    customer = f"Pelanggan {number % customers} <pelanggan{number % customers}@mail.example>"
    return raw_mail(sender=customer, subject=f"Keluhan {number}", message_id=f"<new{number}@mail.example>")


def answer_to_own(number: int, *, customers: int):
    customer = f"Pelanggan {number % customers} <pelanggan{number % customers}@mail.example>"
    parent = f"<new{number}@mail.example>"
    return raw_mail(
        "Masih mati.",
        sender=customer,
        subject="Re: Keluhan",
        message_id=f"<own{number}@mail.example>",
        in_reply_to=parent,
    )


def answer_to_ours(acknowledgement: Message, number: int):
    ours = {"to": acknowledgement["Reply-To"], "in_reply_to": acknowledgement["Message-ID"]}
    return raw_mail(
        "Terima kasih.", sender=acknowledgement["To"], subject="Re:", message_id=f"<ours{number}@mail.example>", **ours
    )


def kill_at_work(helpdesk, name: str, mails: list[bytes], wait_for):
    """Hand mails over and kill the worker in the middle of them; returns how many it held in its hands."""
    helpdesk.hand_over(mails)
    wait_for(lambda: helpdesk.count(WORKING), seconds=60, every=0.005)
    helpdesk.kill(name)
    assert helpdesk.running["receive"].wait(120) == 0
    return helpdesk.count(WORKING)


def settled(helpdesk):
    return not helpdesk.count(UNSETTLED) and not helpdesk.count(UNSENT)


def tickets_acknowledged_at(sink):
    """By the reference in the subject."""
    return Counter(REFERENCE.findall(mail["Subject"])[0] for mail in sink.mails)


def check_nothing_is_lost_or_doubled(helpdesk, sink, *, mails: int, tickets: int, customers: int):
    assert dict(helpdesk.ask(OUTCOMES)) == {"done": mails}
    assert helpdesk.count("tickets_message WHERE kind = 'inbound'") == mails
    assert helpdesk.count("tickets_ticket") == tickets
    assert helpdesk.count("customers_customer") == customers
    assert sorted(Counter(row[0] for row in helpdesk.ask(ACKNOWLEDGED)).values()) == [1] * tickets
    assert max(tickets_acknowledged_at(sink).values()) == 1
    sent = dict(helpdesk.ask(SENT))
    assert sent["sent"] <= len(sink.mails) <= tickets
    assert sent["sent"] + sent.get("failed", 0) == tickets  # failed: killed while posting, so nobody can know


def check_answers_are_on_their_tickets(helpdesk, acknowledgements: list[Message]):
    places = dict(helpdesk.ask(PLACES))
    asked = {name: name.replace("own", "new") for name in places if name.startswith("own")}
    asked |= {f"ours{n}@mail.example": mail["Message-ID"].strip("<>") for n, mail in enumerate(acknowledgements)}
    assert {name for name, parent in asked.items() if places[name] != places[parent]} == set()


@pytest.mark.servers
def test_of_500_mails_none_is_lost_or_doubled_when_the_worker_is_killed_three_times(over_servers, sink, wait_for):
    helpdesk = over_servers
    new = [complaint(number, customers=120) for number in range(300)]
    helpdesk.ring()
    helpdesk.work()
    helpdesk.receive(new[:100])
    held = [kill_at_work(helpdesk, "worker", new[100:160], wait_for)]
    helpdesk.work()
    helpdesk.receive(new[160:])
    wait_for(lambda: len(sink.mails) >= 100, seconds=120)
    acknowledgements = sink.mails[:100]
    answers = [answer_to_ours(mail, number) for number, mail in enumerate(acknowledgements)]
    held.append(kill_at_work(helpdesk, "worker", answers, wait_for))
    helpdesk.work()
    own = [answer_to_own(number, customers=120) for number in range(100)]
    held.append(kill_at_work(helpdesk, "worker", own, wait_for))
    helpdesk.work()

    wait_for(lambda: settled(helpdesk), seconds=A_MINUTE_AND_A_BIT)

    assert any(held)
    check_nothing_is_lost_or_doubled(helpdesk, sink, mails=500, tickets=300, customers=120)
    check_answers_are_on_their_tickets(helpdesk, acknowledgements)


@pytest.mark.sqlite
def test_of_150_mails_none_is_lost_or_doubled_when_the_one_process_is_killed(in_one_process, sink, wait_for):
    helpdesk = in_one_process
    new = [complaint(number, customers=40) for number in range(90)]
    helpdesk.start("up", "manage.py", "up", "--port", str(free_port()))
    helpdesk.receive(new[:40])
    wait_for(lambda: len(sink.mails) >= 20, seconds=60)
    acknowledgements = sink.mails[:20]
    answers = [answer_to_ours(mail, number) for number, mail in enumerate(acknowledgements)]
    own = [answer_to_own(number, customers=40) for number in range(40)]
    held = kill_at_work(helpdesk, "up", new[40:] + answers, wait_for)
    helpdesk.receive(own)
    helpdesk.start("up", "manage.py", "up", "--port", str(free_port()))

    wait_for(lambda: settled(helpdesk), seconds=A_MINUTE_AND_A_BIT)

    assert held
    check_nothing_is_lost_or_doubled(helpdesk, sink, mails=150, tickets=90, customers=40)
    check_answers_are_on_their_tickets(helpdesk, acknowledgements)


@pytest.mark.servers
def test_two_workers_at_once_make_no_duplicate_and_thread_every_answer(over_servers, wait_for):
    helpdesk = over_servers
    new = [complaint(number, customers=200) for number in range(600)]
    own = [answer_to_own(number, customers=200) for number in range(400)]
    mixed = [mail for pair in zip(new[:400], own, strict=True) for mail in pair] + new[400:]
    for name in ("one", "two"):
        helpdesk.work(name, "-P", "solo", "-Q", "intake,clocks", "-n", f"{name}@localhost")
    helpdesk.ring()

    for start in range(0, 1000, 200):
        helpdesk.hand_over(mixed[start : start + 200])
        assert helpdesk.running["receive"].wait(120) == 0
    wait_for(lambda: not helpdesk.count(UNSETTLED), seconds=120)

    assert dict(helpdesk.ask(OUTCOMES)) == {"done": 1000}
    assert helpdesk.count("tickets_message WHERE kind = 'inbound'") == 1000
    assert helpdesk.count("tickets_ticket") == 600
    assert helpdesk.count("customers_customer") == 200
    assert max(Counter(row[0] for row in helpdesk.ask(ACKNOWLEDGED)).values()) == 1
    check_answers_are_on_their_tickets(helpdesk, [])


@pytest.mark.servers
def test_a_broker_that_forgets_everything_costs_a_second(over_servers, wait_for):
    helpdesk = over_servers
    helpdesk.ring()
    helpdesk.work()

    for start in range(0, 100, 25):
        helpdesk.hand_over([complaint(number, customers=50) for number in range(start, start + 25)])
        helpdesk.forget_hints()
        assert helpdesk.running["receive"].wait(120) == 0
    helpdesk.forget_hints()

    wait_for(lambda: not helpdesk.count(UNSETTLED), seconds=30)
    assert dict(helpdesk.ask(OUTCOMES)) == {"done": 100}
    assert helpdesk.count("tickets_ticket") == 100
