from celery import shared_task

from core.clock import database_now


@shared_task(acks_late=True)
def clean_forms() -> int:
    """Forget old form drafts; returns how many. Run twice, it finds nothing left to do."""
    from portal.services import cleaning

    return cleaning.clean(now=database_now())
