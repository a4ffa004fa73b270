"""Every word of a customer is kept in several columns: writing them is most of what an arrival costs the database."""

from django.db import migrations

from core.compression import lz4


class Migration(migrations.Migration):
    dependencies = [("tickets", "0002_search")]
    operations = [
        migrations.RunPython(lz4("tickets_timelineentry", "text", "words"), migrations.RunPython.noop),
        migrations.RunPython(lz4("tickets_message", "text", "full_text", "html"), migrations.RunPython.noop),
    ]
