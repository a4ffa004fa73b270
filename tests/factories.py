"""Real rows for tests, whole enough to be true, with nothing that a test did not ask for."""

import factory
from factory.django import DjangoModelFactory

from customers.models import Customer, Identity
from policies.models import Channel, QueryType
from staff.models import Team, User
from tests.moments import moment
from tickets.models import Conversation, Message, Ticket, TimelineEntry
from tickets.references import new_reference

NOW = moment("2026-11-20 09:00")


class TeamFactory(DjangoModelFactory):
    class Meta:
        model = Team

    slug = factory.Sequence(lambda n: f"team-{n}")
    name_id = factory.LazyAttribute(lambda team: f"Tim {team.slug}")
    name_en = factory.LazyAttribute(lambda team: f"Team {team.slug}")


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"staff{n}@nusanet.example")
    name = factory.Sequence(lambda n: f"Dewi {n}")
    public_name = "Dewi"
    language = "en"

    @factory.post_generation
    def teams(self, create, extracted, **kwargs):
        if extracted:
            self.teams.set(extracted)


class QueryTypeFactory(DjangoModelFactory):
    class Meta:
        model = QueryType
        django_get_or_create = ("slug",)

    slug = factory.Sequence(lambda n: f"type-{n}")
    kind = QueryType.Kind.COMPLAINT
    name_id = "Internet mati total"
    name_en = "No service"


class ChannelFactory(DjangoModelFactory):
    """A mailbox unless said otherwise."""

    class Meta:
        model = Channel

    kind = Channel.Kind.EMAIL
    name = "Nusanet Keluhan"
    address = factory.Sequence(lambda n: f"keluhan{n}@nusanet.example")
    query_type = factory.SubFactory(QueryTypeFactory, slug="unsorted", name_id="Belum dipilah", name_en="Unsorted")


class CustomerFactory(DjangoModelFactory):
    class Meta:
        model = Customer
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Siti {n}")
    since = moment("2021-03-01 09:00")

    @factory.post_generation
    def unmerged(self, create, extracted, **kwargs):
        if self.root_id is None:
            self.root = self
            self.save(update_fields=["root"])


class IdentityFactory(DjangoModelFactory):
    class Meta:
        model = Identity

    customer = factory.SubFactory(CustomerFactory)
    kind = Identity.Kind.EMAIL
    value = factory.Sequence(lambda n: f"siti{n}@mail.example")


class TicketFactory(DjangoModelFactory):
    class Meta:
        model = Ticket

    reference = factory.LazyFunction(lambda: new_reference(NOW))
    subject = "Internet mati sejak pagi"
    query_type = factory.SubFactory(QueryTypeFactory)
    team = factory.SubFactory(TeamFactory)
    customer = factory.SubFactory(CustomerFactory)
    channel = factory.SubFactory(ChannelFactory)
    created_at = NOW
    received_at = factory.SelfAttribute("created_at")
    queue_at = factory.SelfAttribute("created_at")
    last_message_at = factory.SelfAttribute("created_at")
    unanswered = 1


class ConversationFactory(DjangoModelFactory):
    class Meta:
        model = Conversation

    ticket = factory.SubFactory(TicketFactory)
    customer = factory.SelfAttribute("ticket.customer")
    channel = factory.SelfAttribute("ticket.channel")
    started_at = factory.SelfAttribute("ticket.created_at")


class MessageFactory(DjangoModelFactory):
    """A customer's message with its timeline entry, unless said otherwise."""

    class Meta:
        model = Message
        skip_postgeneration_save = True

    ticket = factory.SubFactory(TicketFactory)
    customer = factory.SelfAttribute("ticket.customer")
    channel = factory.SelfAttribute("ticket.channel")
    conversation = factory.SubFactory(ConversationFactory, ticket=factory.SelfAttribute("..ticket"))
    kind = Message.Kind.INBOUND
    from_address = factory.Sequence(lambda n: f"siti{n}@mail.example")
    from_name = "Siti Rahmawati"
    text = "Internet saya mati sejak pagi."
    received_at = factory.SelfAttribute("ticket.created_at")

    @factory.post_generation
    def entry(self, create, extracted, **kwargs):
        directions = {"inbound": "in", "outbound": "out", "note": "internal"}
        TimelineEntry.objects.create(
            customer_id=self.customer_id,
            ticket_id=self.ticket_id,
            at=self.received_at,
            kind="note" if self.kind == Message.Kind.NOTE else "message",
            object_id=self.pk,
            direction=directions[self.kind],
            channel_id=self.channel_id,
            actor_kind="customer" if self.kind == Message.Kind.INBOUND else "staff",
            actor_id=self.author_id,
            actor_name=self.from_name,
            title=self.subject,
            text=self.text,
        )
