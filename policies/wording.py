"""Texts that administrators write, with places such as {{ agent }} in them: a closed substitution, never a template."""

import re
from collections.abc import Collection, Mapping

from policies.models import Channel

PLACE = re.compile(r"\{\{\s*(\w*)\s*\}\}")
SIGNATURE_PLACES = ("agent", "company", "reference")
PLAIN_SIGNATURE = "{{ agent }}\n{{ company }}"


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its places filled in, once: what a value holds is never read as a place; unknown ones are empty."""
    return PLACE.sub(lambda place: values.get(place[1], ""), text)


def unknown_places(text: str, vocabulary: Collection[str]) -> list[str]:
    """Names in places that the vocabulary does not have, to be told to whoever writes the text."""
    return [name for name in dict.fromkeys(PLACE.findall(text)) if name not in vocabulary]


def signature(channel: Channel, *, language: str, agent: str, reference: str) -> str:
    """What stands below an agent's words, as the channel says it in the customer's language.

    agent: the name that customers may know. A channel that says nothing in this language is signed with the agent's
    name and its own.
    """
    written = channel.settings.get(f"signature_{language}") or PLAIN_SIGNATURE
    values = {"agent": agent, "company": channel.name, "reference": reference}
    lines = [line.rstrip() for line in fill(str(written), values).splitlines()]
    return "\n".join(lines).strip()
