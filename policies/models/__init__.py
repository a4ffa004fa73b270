from policies.models.channel import Channel
from policies.models.query_type import Priority, QueryType

__all__ = ["Channel", "Priority", "QueryType"]
