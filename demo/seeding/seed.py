"""The demo's data: made once, then kept and moved along with the time."""

import random
from datetime import datetime

from django.db import transaction

from channels_in.services import ledger
from core.actor import SYSTEM
from core.models import Heartbeat
from customers.services import merging
from demo.content import customers
from demo.seeding import company, moving, pictures, placing, telling, writing
from demo.seeding.customers import Known, welcome

CUSTOMERS, TICKETS, SEED = 300, 2000, 1945
BROKEN_MAIL = b"From: <>\r\nTo: keluhan@nusanet.example\r\nSubject: (tanpa pengirim)\r\n\r\nTolong ...\r\n"


def seed(*, now: datetime, tickets: int = TICKETS) -> bool:
    """Make the data, or move what is there to now; True when it was made."""
    if Heartbeat.objects.filter(name=moving.ALIVE).exists():
        with transaction.atomic():
            if moving.move_to(now):
                _place(now=now)
        return False
    with transaction.atomic():
        rng = random.Random(SEED)
        firm = company.found(now=now)
        people = welcome(customers(rng, CUSTOMERS), now=now)
        stories = telling.tell(firm, people, rng, count=tickets, now=now)
        rows = writing.write(firm, stories, now=now)
        pictures.attach(stories, rows, rng, now=now)
        _place(now=now)
        _merge_some(people, now=now)
        ledger.store(firm.channels["keluhan"], [BROKEN_MAIL], now=now)
        moving.stay_alive(now=now)
    return True


def _place(*, now: datetime) -> None:
    """Calendars do not move with the demo's times, so clocks are placed anew by every start that moves them."""
    cast = [person.email for person in customers(random.Random(SEED), CUSTOMERS) if person.key]
    placing.place(now=now, rng=random.Random(SEED), staying=cast)


def _merge_some(people: list[Known], *, now: datetime) -> None:
    """A few customers turn out to be one person who wrote from two addresses."""
    twins = [known for known in people if not known.person.key and known.person.kind == "home"][40:46]
    for first, second in zip(twins[::2], twins[1::2], strict=True):
        merging.merge(second.customer.pk, first.customer.pk, actor=SYSTEM, now=now, reason="orang yang sama")
