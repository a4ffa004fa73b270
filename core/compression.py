"""How PostgreSQL keeps long values small."""

from collections.abc import Callable

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

OFFERED = "SELECT 'lz4' = ANY(enumvals) FROM pg_settings WHERE name = 'default_toast_compression'"


def lz4(table: str, *columns: str) -> Callable[[StateApps, BaseDatabaseSchemaEditor], None]:
    """For a migration's RunPython: compress these columns with lz4, which takes a fifth of the default's time.

    Nothing is done on SQLite, nor where the server was built without lz4.
    """

    def choose(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(OFFERED)
            offered = cursor.fetchone()
        if offered and offered[0]:
            for column in columns:
                schema_editor.execute(f'ALTER TABLE "{table}" ALTER COLUMN "{column}" SET COMPRESSION lz4')

    return choose
