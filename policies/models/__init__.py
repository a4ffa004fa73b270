from policies.models.calendar import Calendar, CalendarVersion
from policies.models.channel import Channel
from policies.models.channel_history import ChannelHistory
from policies.models.ladder import Ladder, LadderStep
from policies.models.lift import PriorityLift
from policies.models.query_type import Priority, QueryType
from policies.models.rule import LegalPack, LoadedPack, PolicyHistory, Publication, TatRule

__all__ = [
    "Calendar",
    "CalendarVersion",
    "Channel",
    "ChannelHistory",
    "Ladder",
    "LadderStep",
    "LegalPack",
    "LoadedPack",
    "PolicyHistory",
    "Priority",
    "PriorityLift",
    "Publication",
    "QueryType",
    "TatRule",
]
