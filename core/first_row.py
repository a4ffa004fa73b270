"""Several columns of the first row of a query, as one column of another: each subquery costs a page as much as a small
statement, and the database plans it anew.
"""

from datetime import UTC, datetime
from typing import Any

from django.db.models import JSONField, QuerySet, Subquery
from django.db.models.functions import JSONObject


class FirstRow(Subquery):
    """A mapping from the names given to the first row's values; None where there is no row.

    rows: in order. columns: its paths by the names wanted. Moments arrive as text: read them with `moment`. A JSON
    column does not fit in: SQLite would give it as text.
    """

    output_field = JSONField()

    def __init__(self, rows: "QuerySet[Any]", **columns: str) -> None:
        super().__init__(rows.values(found=JSONObject(**columns))[:1])


def moment(written: str | None) -> datetime | None:
    """A moment of a FirstRow: PostgreSQL names the zone, SQLite's are in UTC."""
    if not written:
        return None
    read = datetime.fromisoformat(written)
    return read if read.tzinfo else read.replace(tzinfo=UTC)
