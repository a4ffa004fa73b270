"""Names that we give to what leaves, each of which proves by itself that we gave it (threats.md T13, T14, T16)."""

from core.secrets import is_marked, mark_of, random_key, read_id, sign_id
from policies.models import Channel

MESSAGE_ID = "message-id"
BOUNCE_TOKEN = "bounce"  # noqa: S105 (what the token is for: it names a dispatch, core.secrets.read_id)
PREFIX, RANDOM_LENGTH = "tg", 14


def new_message_id(channel: Channel) -> str:
    """A Message-ID, without angle brackets, that nobody can guess: naming it proves having had the message.

    Dots part it, as in the ids of common mail programs; one long word of letters and digits is what junk mail has.
    """
    host = channel.address.rpartition("@")[2] or "tanggap.invalid"
    unique = random_key(RANDOM_LENGTH)
    return f"{PREFIX}.{unique}.{mark_of(MESSAGE_ID, unique)}@{host}"


def is_our_message_id(external_id: str) -> bool:
    """Whether this installation made the Message-ID, whatever has become of the row that had it."""
    local = external_id.rpartition("@")[0].split(".")
    return len(local) == 3 and local[0] == PREFIX and is_marked(MESSAGE_ID, local[1], local[2])


def return_path(address: str, dispatch_id: int) -> str:
    """The envelope's sender: the channel's address with a token, by which a bounce without ids finds its dispatch."""
    local, _at, host = address.partition("@")
    return f"{local}+{sign_id(BOUNCE_TOKEN, dispatch_id)}@{host}"


def dispatch_of(token: str) -> int | None:
    """The dispatch whose return path has this token, or None for any other token."""
    return read_id(BOUNCE_TOKEN, token)
