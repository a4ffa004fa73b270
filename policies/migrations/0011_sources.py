from django.db import migrations, models


def rename_loaded(apps, schema_editor):
    """What was loaded keeps the words by which a later version knows what the company has edited."""
    for loaded in apps.get_model("policies", "LoadedPack").objects.all():
        for fields in loaded.entries.values():
            if "source" in fields:
                fields["source_en"] = fields.pop("source")
        loaded.save(update_fields=["entries"])


class Migration(migrations.Migration):
    dependencies = [("policies", "0010_step_numbers")]

    operations = [
        migrations.RenameField("legalpack", "source", "source_en"),
        migrations.AddField("legalpack", "source_id", models.TextField(blank=True, default=""), preserve_default=False),
        migrations.RunPython(rename_loaded, migrations.RunPython.noop),
    ]
