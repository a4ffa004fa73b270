import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from channels_in.services.idling import MOST, Listeners


class Command(BaseCommand):
    help = (
        "Listens to mailboxes whose server offers IDLE, so that mail is fetched at once. Optional: without it every "
        "mailbox is read twice a minute. manage.py up does it by itself."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--most", type=int, default=MOST, help="connections at once")

    def handle(self, *args: Any, most: int, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        Listeners(stop, most=most).run()
