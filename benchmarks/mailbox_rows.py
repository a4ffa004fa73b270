"""Mailboxes for script/bench mailboxes. Runs inside the product."""

from collections.abc import Sequence

from benchmarks.dovecot import PASSWORD
from policies.models import Channel, QueryType


def main(arguments: Sequence[str]) -> int:
    """A channel for each `user:port`; returns how many."""
    begins_as = QueryType.objects.get(slug="unsorted")
    for each in arguments:
        user, _colon, port = each.partition(":")
        imap = {"host": "127.0.0.1", "port": int(port), "security": "none", "user": user}
        Channel.objects.create(
            kind=Channel.Kind.EMAIL,
            name=user,
            address=f"{user}@bench.example",
            query_type=begins_as,
            settings={"imap": imap},
            secrets={"imap_password": PASSWORD},
        )
    return len(arguments)
