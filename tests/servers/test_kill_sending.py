"""kill -9 of a sender at the worst moment: after the mail server took a message, before it said so."""

from collections import Counter

import pytest

from tests.mails import raw_mail

POSTING = "channels_out_dispatch WHERE posting_at IS NOT NULL"
UNSENT = "channels_out_dispatch WHERE state IN ('queued', 'sending')"
STATES = "SELECT state, doubtful, count(*) FROM channels_out_dispatch GROUP BY state, doubtful ORDER BY state"
LEASES_END = [
    "UPDATE channels_out_dispatch SET lease_until = now() - interval '1 minute' WHERE lease_until IS NOT NULL",
    "UPDATE channels_out_outlet SET lease_until = now() - interval '1 minute' WHERE lease_until IS NOT NULL",
]


@pytest.mark.servers
def test_d04_of_six_messages_the_one_in_doubt_is_told_and_none_is_sent_twice(over_servers, sink, wait_for):
    helpdesk = over_servers
    mails = [raw_mail(sender=f"pelanggan{n}@mail.example", message_id=f"<m{n}@mail.example>") for n in range(6)]
    sink.seconds = 5
    helpdesk.ring()
    helpdesk.work()
    helpdesk.receive(mails)
    wait_for(lambda: len(sink.mails) == 1 and helpdesk.count(POSTING), seconds=60, every=0.02)

    helpdesk.kill("worker")
    sink.seconds = 0
    for statement in LEASES_END:
        helpdesk.change(statement)
    helpdesk.work()
    wait_for(lambda: not helpdesk.count(UNSENT), seconds=60)

    assert helpdesk.ask(STATES) == [("failed", True, 1), ("sent", False, 5)]
    assert len(sink.mails) == 6
    assert set(Counter(mail["Message-ID"] for mail in sink.mails).values()) == {1}
    assert helpdesk.count("core_errand WHERE kind = 'dispatch_failed'") == 1
