"""Two customers who are one person. A merge moves no row: it only says which root they share, and can be undone."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.actor import Actor
from core.errors import Invalid
from core.history import by
from customers.models import Customer, CustomerHistory


@transaction.atomic
def merge(customer_id: int, into_id: int, *, actor: Actor, now: datetime, reason: str) -> Customer:
    """Make both share one root; whatever was merged into the first comes along. Returns the root.

    Raises Invalid where they are one already, Customer.DoesNotExist.
    """
    ids = Customer.objects.visible_to(actor).filter(pk__in=[customer_id, into_id])
    locked = {customer.pk: customer for customer in ids.select_for_update().order_by("pk")}
    if len(locked) < len({customer_id, into_id}):
        raise Customer.DoesNotExist
    source, target = locked[customer_id], locked[into_id]
    if source.root_id == target.root_id:
        raise Invalid(_("These two are one customer already."))
    members = Customer.objects.members([_root_of(source)]).select_for_update().order_by("pk")
    moved = [member.pk for member in members]
    before = {"root": source.root_id, "members": moved}
    Customer.objects.filter(pk__in=moved).update(root_id=target.root_id)
    CustomerHistory.objects.create(
        customer=source,
        at=now,
        change="merged",
        before=before,
        after={"root": target.root_id},
        reason=reason,
        **by(actor),
    )
    return Customer.objects.get(pk=_root_of(target))


def _root_of(customer: Customer) -> int:
    return customer.root_id or customer.pk


@transaction.atomic
def unmerge(customer_id: int, *, actor: Actor, now: datetime, reason: str) -> Customer:
    """Undo the last merge of this customer: its own history, later messages included, is its own again.

    Raises Invalid where it was never merged, Customer.DoesNotExist.
    """
    customer = Customer.objects.visible_to(actor).select_for_update().get(pk=customer_id)
    merged = (
        CustomerHistory.objects.filter(customer=customer, change__in=["merged", "unmerged"]).order_by("-id").first()
    )
    if merged is None or merged.change == "unmerged":
        raise Invalid(_("This customer was not merged."))
    root, members = merged.before["root"], merged.before["members"]
    Customer.objects.filter(pk__in=members).update(root_id=root)
    after = {"root": root}
    before = {"root": merged.after["root"]}
    CustomerHistory.objects.create(
        customer=customer, at=now, change="unmerged", before=before, after=after, reason=reason, **by(actor)
    )
    customer.refresh_from_db()
    return customer
