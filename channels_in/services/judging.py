"""The first judgement: what of that which came can become a message at all."""

from collections.abc import Sequence

from channels_in.models import Arrival
from channels_in.services.reading import Aside, Read
from channels_out.models import Dispatch
from policies.models import Channel

BOUNCES = ("report", "bounce")


def judge(items: Sequence[Read]) -> tuple[list[Read], list[Aside]]:
    """Set our own mail aside when it comes back to us (threats.md T12). Two statements."""
    own_addresses = {address.lower() for address in Channel.objects.values_list("address", flat=True) if address}
    ids = [item.event.external_id for item in items]
    own_ids = set(Dispatch.objects.filter(external_id__in=ids).values_list("external_id", flat=True))
    kept: list[Read] = []
    aside: list[Aside] = []
    for item in items:
        if item.event.external_id in own_ids or item.event.sender.value in own_addresses:
            aside.append(Aside(item.arrival, Arrival.State.DISCARDED, "own_loop"))
        else:
            kept.append(item)
    return kept, aside
