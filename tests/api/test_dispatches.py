"""What programs do about messages that did not get through."""

from channels_out.models import Dispatch
from channels_out.services.outbox import Outgoing, Recipient, queue
from files.services import store
from tests.api.conftest import refused
from tests.factories import NOW, ChannelFactory, IdentityFactory, MessageFactory, TicketFactory


def failed(ticket) -> Dispatch:
    parcel = Outgoing(ticket.channel, [Recipient("sitti@mail.example")], "Re: Mati", "Teknisi besok.")
    dispatch = queue([parcel], now=NOW)[0]
    Dispatch.objects.update(state="failed")
    MessageFactory(ticket=ticket, kind="outbound", text="Teknisi besok.", to=["sitti@mail.example"], dispatch=dispatch)
    return dispatch


def test_a_failed_message_is_corrected_and_the_new_one_comes_back(agent, network):
    dispatch = failed(TicketFactory(team=network))

    answer = agent.post(f"dispatches/{dispatch.pk}/edit/", {"to": ["siti@mail.example"], "text": "Selasa."})

    assert answer.status_code == 201, answer.content
    assert (answer.json()["to"], answer.json()["text"]) == (["siti@mail.example"], "Selasa.")
    new = Dispatch.objects.latest("id")
    before = agent.get(f"dispatches/{dispatch.pk}/").json()
    assert (before["state"], before["superseded_by"]) == ("failed", new.pk)
    assert agent.get(f"dispatches/{new.pk}/").json()["message"] == answer.json()["id"]


def test_an_address_that_is_none_is_named_by_its_field(agent, network):
    dispatch = failed(TicketFactory(team=network))

    problem = refused(agent.post(f"dispatches/{dispatch.pk}/edit/", {"to": ["bukan"]}), 400)

    assert list(problem["errors"]) == ["to"]
    assert Dispatch.objects.count() == 1


def test_files_are_left_out_by_naming_those_that_still_go_along(agent, network):
    dispatch = failed(TicketFactory(team=network))
    files = store.put([store.NewFile(b"satu"), store.NewFile(b"dua")], now=NOW)
    own = [dispatch.message.attachments.create(file=file, name=f"{file.pk}.txt") for file in files]
    Dispatch.objects.update(attachments=[{"file": file.pk, "name": f"{file.pk}.txt"} for file in files])

    refused(agent.post(f"dispatches/{dispatch.pk}/edit/", {"attachments": [own[0].pk, 999999]}), 400)
    answer = agent.post(f"dispatches/{dispatch.pk}/edit/", {"attachments": [own[1].pk]})

    assert [file["name"] for file in answer.json()["attachments"]] == [f"{files[1].pk}.txt"]


def test_a_failed_message_takes_another_way(agent, network):
    ticket, other = TicketFactory(team=network), ChannelFactory()
    IdentityFactory(customer=ticket.customer, value="siti@mail.example")
    dispatch = failed(ticket)
    way = {"channel": other.pk, "address": "siti@mail.example"}

    answer = agent.post(f"dispatches/{dispatch.pk}/other_channel/", way)

    assert (answer.status_code, answer.json()["channel"]) == (201, other.pk)
    refused(agent.post(f"dispatches/{dispatch.pk}/other_channel/", way), 400)


def test_a_message_that_waits_is_stopped(agent, network):
    dispatch = failed(TicketFactory(team=network))
    Dispatch.objects.update(state="queued")

    stopped = agent.post(f"dispatches/{dispatch.pk}/cancel/").json()

    assert (stopped["state"], stopped["error"]) == ("failed", "Stopped by Toko before it left.")
    refused(agent.post(f"dispatches/{dispatch.pk}/cancel/"), 400)


def test_another_team_changes_nothing_about_it(agent, billing):
    dispatch = failed(TicketFactory(team=billing))

    for what in ("edit", "cancel"):
        refused(agent.post(f"dispatches/{dispatch.pk}/{what}/"), 403)
    refused(agent.post("dispatches/999999/edit/"), 404)
