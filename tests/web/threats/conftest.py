"""One file, and every door through which somebody may fetch it."""

from dataclasses import dataclass

import pytest
from django.test import Client

from core.actor import SYSTEM
from files.services import store
from staff.services import people
from tests.factories import (
    NOW,
    ChannelFactory,
    ConversationFactory,
    IdentityFactory,
    MessageFactory,
    TeamFactory,
    TicketFactory,
    UserFactory,
)
from tickets.links import status_token
from tickets.models import Attachment


@dataclass
class Doors:
    """A file of Siti's ticket, asked for by an agent, by a program and by Siti with her link."""

    attachment: Attachment
    agent: Client
    token: str

    def desk(self):
        return self.agent.get(f"/files/attachments/{self.attachment.pk}/")

    def program(self):
        address = f"/api/v1/attachments/{self.attachment.pk}/"
        return Client().get(address, headers={"authorization": f"Bearer {self.token}", "accept-language": "en"})

    def customer(self):
        link = status_token(self.attachment.message.ticket_id)
        return Client(headers={"accept-language": "en"}).get(f"/c/{link}/files/{self.attachment.pk}/")

    def all(self):
        return [self.desk(), self.program(), self.customer()]


@pytest.fixture
def doors(db):
    """Puts a file on Siti's ticket."""
    team = TeamFactory()
    user = UserFactory(teams=[team])
    agent = Client()
    agent.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    token = people.issue_token(user, name="Toko", actor=SYSTEM, now=NOW)

    def doors(name="bukti.pdf", content=b"%PDF-1.4 bukti", claimed="application/pdf"):
        siti = IdentityFactory()
        ticket = TicketFactory(customer=siti.customer, team=team, channel=ChannelFactory(kind="webform", address=""))
        message = MessageFactory(ticket=ticket, conversation=ConversationFactory(ticket=ticket, identity=siti))
        stored = store.put([store.NewFile(content, claimed)], now=NOW)[0]
        return Doors(Attachment.objects.create(message=message, file=stored, name=name), agent, token)

    return doors
