from django.db import models


class BlockedSender(models.Model):
    """An address, or a whole domain, from which nothing becomes a ticket any more; what comes is kept, set aside.

    value: an address in lower case, or "@" and a domain, which blocks its subdomains too.
    """

    value = models.CharField(max_length=254, unique=True)
    reason = models.CharField(max_length=200, blank=True)
    blocked_at = models.DateTimeField()
    actor_kind = models.CharField(max_length=12)
    actor_id = models.BigIntegerField(null=True, blank=True)
    actor_name = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.value
