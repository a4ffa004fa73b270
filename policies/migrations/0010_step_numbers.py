from django.db import migrations, models

SAYS = ("at_percent", "after_minutes", "level", "actions", "deputies", "ask_minutes", "note_id", "note_en")


def number_steps(apps, schema_editor):
    """Tickets know steps by the place at which they were published: that becomes their number."""
    published, last = {}, {}
    for publication in apps.get_model("policies", "Publication").objects.order_by("id"):
        published = {each["code"]: each["steps"] for each in publication.document.get("ladders", ())}
        for code, steps in published.items():
            for step in steps:
                step.setdefault("number", step["position"])
                last[code] = max(last.get(code, 0), step["number"])
        publication.save(update_fields=["document"])
    for ladder in apps.get_model("policies", "Ladder").objects.all():
        ladder.last_number = last.get(ladder.code, 0)
        _number(ladder, published.get(ladder.code, []))
        ladder.save(update_fields=["last_number"])


def _number(ladder, published):
    """A step that was edited since the last publication keeps its place's number, where no other has it."""
    left = {step["number"]: [*(step[name] for name in SAYS), step["team"]] for step in published}
    steps = list(ladder.steps.order_by("position"))
    for step in steps:
        says = [*(getattr(step, name) for name in SAYS), step.team_id]
        step.number = next((number for number, said in left.items() if said == says), None)
        left.pop(step.number, None)
    for step in steps:
        if step.number is None and left.pop(step.position, None):
            step.number = step.position
        elif step.number is None:
            step.number = ladder.last_number = ladder.last_number + 1
        step.save(update_fields=["number"])


class Migration(migrations.Migration):
    dependencies = [("policies", "0009_published_ladders")]

    operations = [
        migrations.AddField("ladder", "last_number", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField(
            "ladderstep", "number", models.PositiveSmallIntegerField(default=0), preserve_default=False
        ),
        migrations.RunPython(number_steps, migrations.RunPython.noop),
        migrations.AddConstraint(
            "ladderstep", models.UniqueConstraint(fields=["ladder", "number"], name="ladder_step_one_per_number")
        ),
    ]
