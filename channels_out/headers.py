"""Which headers a message of ours may carry beyond those that every mail has."""

from collections.abc import Mapping

MACHINE = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All", "Precedence": "auto_reply"}
OURS = frozenset({"from", "to", "cc", "bcc", "subject", "date", "message-id", "sender", "return-path", "mime-version"})
NEVER = ("content-", "list-")  # what a part says of itself; what only mass mail has to leave (RFC 2369, RFC 8058)


def checked(headers: Mapping[str, str], *, automatic: bool) -> dict[str, str]:
    """The headers as they will be sent; what a machine wrote always says so (RFC 3834 5).

    Raises ValueError for a header that belongs to the sender, or that only mailing lists have.
    """
    for name in headers:
        low = name.lower()
        if low in OURS or low.startswith(NEVER):
            raise ValueError(f"A dispatch may not carry the header {name}.")
    return {**MACHINE, **headers} if automatic else dict(headers)
