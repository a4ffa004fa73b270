from django.db import models


class StoredFile(models.Model):
    """Bytes that we keep: where they lie, what they are. The name a person sees belongs to whoever points here."""

    class Scan(models.TextChoices):
        NOT_SCANNED = "not_scanned"
        CLEAN = "clean"
        INFECTED = "infected"
        PENDING = "pending"

    key = models.CharField(max_length=80, unique=True)
    digest = models.CharField(max_length=64)
    content_type = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField()
    scan = models.CharField(max_length=12, choices=Scan.choices, default=Scan.NOT_SCANNED)
    stored_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.content_type}, {self.size} bytes"
