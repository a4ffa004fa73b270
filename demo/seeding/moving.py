"""Moving the demo's times, so that what was a moment ago when it was last alive is a moment ago now."""

from datetime import datetime, timedelta

from django.apps import apps
from django.db import connection, models, transaction

from core.models import Heartbeat

ALIVE = "demo"
MOVED_APPS = ("core", "files", "staff", "customers", "notices", "channels_out", "tickets", "channels_in", "portal")
NOT_WORTH_MOVING = timedelta(minutes=2)
_MOVED = "strftime('%%Y-%%m-%%d %%H:%%M:%%S', substr({column}, 1, 19), %s) || substr({column}, 20)"


def stay_alive(*, now: datetime) -> None:
    """Remember that the demo was alive now."""
    Heartbeat.objects.update_or_create(name=ALIVE, defaults={"at": now})


@transaction.atomic
def move_to(now: datetime) -> timedelta:
    """Move every time in the demo's rows by what has passed since it was last alive; returns how far."""
    distance = timedelta(seconds=int((now - Heartbeat.objects.get(name=ALIVE).at).total_seconds()))
    if distance < NOT_WORTH_MOVING:
        return timedelta(0)
    for model in _models():
        fields = [field for field in model._meta.concrete_fields if isinstance(field, models.DateTimeField)]
        if fields:
            _move(model, fields, distance)
    stay_alive(now=now)
    return distance


def _models() -> list[type[models.Model]]:
    return [model for app in MOVED_APPS for model in apps.get_app_config(app).get_models()]


def _move(model: type[models.Model], fields: list[models.DateTimeField], distance: timedelta) -> None:  # type: ignore[type-arg]
    """One statement a table. SQLite keeps times as text, which its own function moves fastest."""
    if connection.vendor == "postgresql":
        model._default_manager.update(**{field.name: models.F(field.name) + distance for field in fields})
        return
    quote = connection.ops.quote_name
    columns = [quote(str(field.column)) for field in fields]
    moved = ", ".join(f"{column} = {_MOVED.format(column=column)}" for column in columns)
    with connection.cursor() as cursor:
        statement = f"UPDATE {quote(model._meta.db_table)} SET {moved}"  # noqa: S608 (names of our own tables)
        cursor.execute(statement, [f"{distance.total_seconds():+.0f} seconds"] * len(columns))
