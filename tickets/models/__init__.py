from tickets.models.conversation import Conversation
from tickets.models.draft import Draft
from tickets.models.follow_up import FollowUp, FollowUpTry
from tickets.models.history import TicketHistory
from tickets.models.message import Attachment, Message
from tickets.models.participant import Participant
from tickets.models.ticket import OPEN_STATUSES, Ticket
from tickets.models.timeline import TimelineEntry

__all__ = [
    "OPEN_STATUSES",
    "Attachment",
    "Conversation",
    "Draft",
    "FollowUp",
    "FollowUpTry",
    "Message",
    "Participant",
    "Ticket",
    "TicketHistory",
    "TimelineEntry",
]
