"""Forgetting what customers typed and did not send, and the forms behind complaints that were sent."""

from datetime import datetime

from django.db import transaction

from files.services import store
from portal.models import SENT_KEPT, FormDraft, LinkRequest

BATCH = 200


def clean(*, now: datetime) -> int:
    """Remove drafts that nobody needs any more; returns how many. Files of sent ones belong to the arrival and stay."""
    LinkRequest.objects.filter(asked_at__lt=now - SENT_KEPT).delete()
    done = 0
    while ids := list(FormDraft.objects.outlived(now).values_list("pk", flat=True)[:BATCH]):
        done += _forget(ids, now=now)
    return done


@transaction.atomic
def _forget(ids: list[int], *, now: datetime) -> int:
    """Locked and looked at again: one of them may be sent at this very moment."""
    drafts = list(
        FormDraft.objects.select_for_update().outlived(now).filter(pk__in=ids).prefetch_related("files__file")
    )
    for draft in drafts:
        never_sent = [each.file for each in draft.files.all()] if draft.sent_at is None else []
        draft.delete()
        store.remove(never_sent)
    return len(drafts)
