import getpass
import os
from argparse import ArgumentParser

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from core.actor import SYSTEM
from core.clock import now
from staff.models import User
from staff.services import people


class Command(BaseCommand):
    help = "Makes the first administrator. Asks for the password, or takes it from ADMIN_PASSWORD."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="")

    def handle(self, *, email: str, name: str, **options: object) -> None:
        if User.objects.filter(email=email.lower()).exists():
            raise CommandError(f"{email} is on the staff already.")
        password = os.environ.get("ADMIN_PASSWORD") or getpass.getpass(f"Password for {email}: ")
        try:
            validate_password(password)
        except ValidationError as weak:
            raise CommandError(" ".join(weak.messages)) from weak
        role = User.Role.ADMINISTRATOR
        name = name or email.split("@", maxsplit=1)[0]
        people.add(email, name=name, role=role, actor=SYSTEM, now=now(), password=password)
        self.stdout.write(f"{email} may log in now.")
