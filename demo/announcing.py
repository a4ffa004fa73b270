"""What a visitor of the demo reads in the terminal."""

import secrets
from datetime import datetime
from pathlib import Path

from django.conf import settings

from core.actor import SYSTEM
from demo.people import PARTS
from staff.models import ApiToken, User
from staff.services import people

MAILBOX = "keluhan@nusanet.example"


def api_token(*, now: datetime) -> str:
    """The demo's API token, the same at every start; in clear it lies in a file of the owner alone."""
    path: Path = settings.VAR_DIR / "demo-token"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text("tgp_demo_" + secrets.token_urlsafe(24))
    token = path.read_text().strip()
    if not ApiToken.objects.filter(name="demo").exists():
        agent = User.objects.get(email=PARTS[0].email)
        people.issue_token(agent, name="demo", actor=SYSTEM, now=now, token=token)
    return token


def announcement(*, port: int, now: datetime) -> str:
    """Addresses, log-ins, how to hand in a mail, the token, how to stop."""
    address = f"http://localhost:{port}"
    who = ", ".join(f"{part.name} ({part.who})" for part in PARTS)
    return f"""
  Tanggap is starting on  {address}
  Log in by one click     {address}/staff/login/   {who}
  File a complaint        {address}/complain/

  Hand in a raw mail, in another terminal in this folder:
    .venv/bin/python manage.py receive_mail --channel {MAILBOX} mail.eml
  or without a file:
    printf 'From: Siti <siti@mail.example>\\nSubject: Internet mati\\n\\nMati sejak pagi.\\n' | \\
      .venv/bin/python manage.py receive_mail --channel {MAILBOX} -

  Ask the API:
    curl -H 'Authorization: Bearer {api_token(now=now)}' {address}/api/v1/tickets

  Nothing leaves this machine: outgoing mail is written to var/sent/. Ctrl-C stops, the data stays.
"""
