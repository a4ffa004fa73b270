from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from core.errors import Invalid
from policies.models import Channel
from policies.services import packs


class Command(BaseCommand):
    help = "Adds a channel: a mailbox, the web form, the phone desk, a counter."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=Channel.Kind.values)
        parser.add_argument("--name", required=True, help="what customers read as the sender")
        parser.add_argument("--address", default="", help="the mailbox's address, or the number people call")
        parser.add_argument("--team", default="", help="slug of the team that looks after it")
        parser.add_argument("--language", default="id", choices=["id", "en"])

    def handle(self, *, kind: str, name: str, address: str, team: str, language: str, **options: object) -> None:
        try:
            channel = packs.add_channel(kind, name=name, address=address, team=team, language=language)
        except Invalid as wrong:
            raise CommandError(wrong.message) from wrong
        self.stdout.write(f"Channel {channel.name} ({channel.kind}) is ready.")
