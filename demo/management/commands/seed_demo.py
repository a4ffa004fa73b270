from argparse import ArgumentParser

from django.core.management import call_command
from django.core.management.base import BaseCommand

from core.clock import now
from demo import announcing
from demo.seeding.seed import seed


class Command(BaseCommand):
    help = "Makes the demo's data, or moves what is there to now."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--migrate", action="store_true", help="bring the database up to date first")
        parser.add_argument("--announce", action="store_true", help="print addresses, log-ins and the API token")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *, migrate: bool, announce: bool, port: int, **options: object) -> None:
        if migrate:
            call_command("migrate", verbosity=0)
        seed(now=now())
        if announce:
            self.stdout.write(announcing.announcement(port=port, now=now()))
