from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from core.errors import Invalid
from policies.services import packs


class Command(BaseCommand):
    help = f"Adds the query types of a sector ({', '.join(packs.names())}); what is there already stays as it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")

    def handle(self, *, name: str, **options: object) -> None:
        try:
            loaded = packs.load(name)
        except Invalid as wrong:
            raise CommandError(wrong.message) from wrong
        self.stdout.write(f"Pack {name}: {loaded.new} query types added, {loaded.kept} were there.")
