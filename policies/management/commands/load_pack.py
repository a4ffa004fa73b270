from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from core.clock import database_now
from core.errors import Invalid
from policies.services import packs


class Command(BaseCommand):
    help = (
        f"Adds query types, rules and what laws ask ({', '.join(packs.names())}); what is there stays as it is. "
        "Of a later version it first shows what would change; --confirm changes it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--confirm", action="store_true", help="take over a later version of a loaded pack")

    def handle(self, *, name: str, confirm: bool, **options: object) -> None:
        try:
            loaded = packs.load(name, now=database_now(), confirm=confirm)
        except Invalid as wrong:
            raise CommandError(wrong.message) from wrong
        self.stdout.write(f"Pack {name}: {loaded.new} entries added, {loaded.kept} were there.")
        for change in loaded.waiting:
            self.stdout.write(f"  {change.what}: {change.entry} {change.field}".rstrip())
        if loaded.waiting:
            self.stdout.write("Nothing was changed. Run it again with --confirm to take this over.")
