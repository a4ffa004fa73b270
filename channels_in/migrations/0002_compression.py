"""The bytes of every mail, as received."""

from django.db import migrations

from core.compression import lz4


class Migration(migrations.Migration):
    dependencies = [("channels_in", "0001_initial")]
    operations = [migrations.RunPython(lz4("channels_in_arrival", "body"), migrations.RunPython.noop)]
