"""SQLite forgets a table's triggers when a migration builds the table anew, as 0013 did: the search needs them."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

SQLITE = [
    "DROP TRIGGER IF EXISTS tickets_timeline_words_added",
    "DROP TRIGGER IF EXISTS tickets_timeline_words_gone",
    """CREATE TRIGGER tickets_timeline_words_added AFTER INSERT ON tickets_timelineentry BEGIN
       INSERT INTO tickets_timeline_words(rowid, title, text) VALUES (new.id, new.title, new.text); END""",
    """CREATE TRIGGER tickets_timeline_words_gone AFTER DELETE ON tickets_timelineentry BEGIN
       INSERT INTO tickets_timeline_words(tickets_timeline_words, rowid, title, text)
       VALUES ('delete', old.id, old.title, old.text); END""",
    "INSERT INTO tickets_timeline_words(tickets_timeline_words) VALUES ('rebuild')",
]


def watch_again(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "sqlite":
        for statement in SQLITE:
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("tickets", "0015_board")]
    operations = [migrations.RunPython(watch_again, migrations.RunPython.noop)]
