"""Full text over the timeline and over names, in whatever the database offers for it."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

POSTGRES = [
    """ALTER TABLE tickets_timelineentry ADD COLUMN words tsvector
       GENERATED ALWAYS AS (to_tsvector('simple', left(title || ' ' || text, 100000))) STORED""",
    "CREATE INDEX timeline_words ON tickets_timelineentry USING gin (words)",
    """CREATE INDEX customer_name_words ON customers_customer
       USING gin (to_tsvector('simple', COALESCE(name, '')))""",
]
SQLITE = [
    """CREATE VIRTUAL TABLE tickets_timeline_words USING fts5(
       title, text, content='tickets_timelineentry', content_rowid='id', tokenize='unicode61 remove_diacritics 2')""",
    """CREATE TRIGGER tickets_timeline_words_added AFTER INSERT ON tickets_timelineentry BEGIN
       INSERT INTO tickets_timeline_words(rowid, title, text) VALUES (new.id, new.title, new.text); END""",
    """CREATE TRIGGER tickets_timeline_words_gone AFTER DELETE ON tickets_timelineentry BEGIN
       INSERT INTO tickets_timeline_words(tickets_timeline_words, rowid, title, text)
       VALUES ('delete', old.id, old.title, old.text); END""",
]


def make_search(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in POSTGRES if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_initial"), ("customers", "0001_initial")]
    operations = [migrations.RunPython(make_search, migrations.RunPython.noop)]
