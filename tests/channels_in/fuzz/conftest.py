import pytest

from channels_in.models import Arrival
from channels_in.services import intake, ledger
from tests.factories import ChannelFactory
from tests.moments import moment

NINE = moment("2026-11-20 09:00")
TOGETHER = 200


@pytest.fixture
def mutations(request):
    return request.config.getoption("--fuzz")


@pytest.fixture
def work_off(db):
    """Mails come in by the public way, a pipe's worth at a time, and are worked off, later tries included."""
    channel = ChannelFactory(address="keluhan@nusanet.example")

    def work_off(mails):
        for start in range(0, len(mails), TOGETHER):
            ledger.store(channel, mails[start : start + TOGETHER], now=NINE)
        while batch := intake.claim_batch(now=NINE):
            intake.process(batch, now=NINE)
        return Arrival.objects.order_by("id")

    return work_off
