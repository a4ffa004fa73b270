from django.db import migrations

STEP = ("position", "at_percent", "after_minutes", "level", "actions", "ask_minutes", "deputies", "note_id", "note_en")
LEGAL = ("extension_reasons", "documents_days", "converts_to")


def keep_ladders(apps, schema_editor):
    """Ladders hold once they are published: what was published before takes those that held without."""
    ladders = [
        {
            "code": ladder.code,
            "name_id": ladder.name_id,
            "name_en": ladder.name_en,
            "steps": [
                {**{name: getattr(step, name) for name in STEP}, "team": step.team_id}
                for step in ladder.steps.order_by("position")
            ],
        }
        for ladder in apps.get_model("policies", "Ladder").objects.all()
    ]
    packs = {pack.code: pack for pack in apps.get_model("policies", "LegalPack").objects.all()}
    for publication in apps.get_model("policies", "Publication").objects.all():
        publication.document.setdefault("ladders", ladders)
        for stored in publication.document["legal"]:
            pack = packs.get(stored["pack"])
            for name in LEGAL if pack else ():
                stored.setdefault(name, getattr(pack, name))
        publication.save(update_fields=["document"])


class Migration(migrations.Migration):
    dependencies = [("policies", "0008_priority_lifts")]

    operations = [migrations.RunPython(keep_ladders, migrations.RunPython.noop)]
