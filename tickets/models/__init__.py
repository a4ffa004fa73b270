from tickets.models.conversation import Conversation
from tickets.models.deadline import Deadline
from tickets.models.draft import Draft
from tickets.models.escalation import Escalation
from tickets.models.extension import Extension
from tickets.models.follow_up import FollowUp, FollowUpTry
from tickets.models.history import TicketHistory
from tickets.models.message import Attachment, Message
from tickets.models.participant import Participant
from tickets.models.picture import Picture
from tickets.models.recalculation import Recalculation, RecalculationLine
from tickets.models.terms import Terms
from tickets.models.ticket import NEVER, OPEN_STATUSES, Ticket
from tickets.models.timeline import TimelineEntry
from tickets.models.wait import Wait

__all__ = [
    "NEVER",
    "OPEN_STATUSES",
    "Attachment",
    "Conversation",
    "Deadline",
    "Draft",
    "Escalation",
    "Extension",
    "FollowUp",
    "FollowUpTry",
    "Message",
    "Participant",
    "Picture",
    "Recalculation",
    "RecalculationLine",
    "Terms",
    "Ticket",
    "TicketHistory",
    "TimelineEntry",
    "Wait",
]
