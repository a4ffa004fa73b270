"""The story the demo tells: an invented internet provider, its people, its customers and what they write to each other.

Words only, no database. All chance comes from the `random.Random` the caller gives: the same seed, the same story.
"""

from demo.content.company import channels, staff, teams
from demo.content.drops import drip
from demo.content.people import customers
from demo.content.shapes import ChannelSpec, Person, Scenario, StaffMember, Step, Team
from demo.content.stories import scenarios
from demo.content.timing import moments
from demo.content.wording import Details, draw_details, render

__all__ = [
    "ChannelSpec",
    "Details",
    "Person",
    "Scenario",
    "StaffMember",
    "Step",
    "Team",
    "channels",
    "customers",
    "draw_details",
    "drip",
    "moments",
    "render",
    "scenarios",
    "staff",
    "teams",
]
