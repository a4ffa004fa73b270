from django.db import models


class Silence(models.Model):
    """An address that has used up its automatic answers, and when administrators were last told so."""

    address = models.CharField(max_length=254, primary_key=True)
    told_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.address
