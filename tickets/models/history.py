from django.db import models

from core.history import HistoryEntry
from tickets.models.ticket import Ticket


class TicketHistory(HistoryEntry):
    """Every change of a ticket. The kinds of change are named by the services that make them."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="history", db_index=False)

    class Meta:
        indexes = [models.Index(fields=["ticket", "at"], name="ticket_history_ticket")]
