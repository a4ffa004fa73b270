import pytest
from django.db import connection

from core.compression import OFFERED

LONG = [("tickets_timelineentry", "words"), ("tickets_message", "html"), ("channels_in_arrival", "body")]


@pytest.mark.django_db
@pytest.mark.servers
@pytest.mark.parametrize(("table", "column"), LONG)
def test_long_values_are_compressed_with_lz4_where_the_server_has_it(table, column):
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL alone compresses")
    with connection.cursor() as cursor:
        cursor.execute(OFFERED)
        offered = cursor.fetchone()[0]
        cursor.execute(
            "SELECT attcompression FROM pg_attribute WHERE attrelid = %s::regclass AND attname = %s", [table, column]
        )
        chosen = cursor.fetchone()[0]
    assert chosen == ("l" if offered else "")
