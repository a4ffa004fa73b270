"""Rows into PostgreSQL as fast as it takes them: COPY, with the models' own columns and defaults."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, models


class Table:
    """Collects rows of one model and writes them in bulk; ids are given here, so rows can name each other at once."""

    def __init__(self, model: type[models.Model]) -> None:
        fields = model._meta.concrete_fields
        self.name, self.key = model._meta.db_table, model._meta.pk.column
        self.columns = [str(field.column) for field in fields]
        self.defaults = {
            field.column: field.get_db_prep_save(field.get_default(), connection=connection)
            for field in fields
            if not field.primary_key
        }
        self.last_id: int = model._default_manager.aggregate(last=models.Max("pk"))["last"] or 0
        self.rows: list[Sequence[Any]] = []

    @property
    def next_id(self) -> int:
        return self.last_id + 1

    def add(self, **values: object) -> int:
        """One row, by column; what is not given has the model's default. Returns its id."""
        self.last_id = self.next_id
        row = self.defaults | values | {self.key: self.last_id}
        assert len(row) == len(self.columns), row.keys() - set(self.columns)
        self.rows.append([row[column] for column in self.columns])
        return self.last_id

    def write(self) -> None:
        """Everything that was added, in order; tables that are pointed to come first, so the caller knows the order."""
        columns = ", ".join(f'"{column}"' for column in self.columns)
        with connection.cursor() as cursor:
            with cursor.copy(f"COPY {self.name} ({columns}) FROM STDIN") as into:
                for row in self.rows:
                    into.write_row(row)
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [self.name, self.key, self.last_id])
        self.rows.clear()
