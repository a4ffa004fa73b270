from django.db import models
from django.utils.translation import gettext_lazy as _


class PriorityLift(models.Model):
    """Something that raises the priority of a ticket by one, once; a switch of its own for each.

    What it means for a ticket is decided in tickets.services.escalation.lifts.
    """

    class Code(models.TextChoices):
        VALUED = "valued", _("High-value or core customer")
        AGAIN = "again", _("Second contact about the same within 90 days")
        PROMISE_BROKEN = "promise_broken", _("A date that the customer was told has passed")
        YOUNG = "young", _("Complaint of a first-time or early repeat customer")
        VULNERABLE = "vulnerable", _("Customer who needs special care")
        REACH = "reach", _("Said in public by somebody with 10,000 followers or more")

    code = models.CharField(max_length=20, choices=Code.choices, unique=True)
    in_force = models.BooleanField(default=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.code
