from channels_in.models.arrival import LEASE, MOST_TRIES, SET_ASIDE, Arrival, ArrivalHistory
from channels_in.models.blocked import BlockedSender, BlockingHistory
from channels_in.models.check import MailboxCheck
from channels_in.models.mailbox import Mailbox

__all__ = [
    "LEASE",
    "MOST_TRIES",
    "SET_ASIDE",
    "Arrival",
    "ArrivalHistory",
    "BlockedSender",
    "BlockingHistory",
    "Mailbox",
    "MailboxCheck",
]
