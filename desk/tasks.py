"""What the clock does for the staff. May run twice, late, or in two workers: the rows decide."""

from celery import shared_task


@shared_task(acks_late=True)
def morning_mails() -> int:
    """Queue the mails of this morning; returns how many."""
    from core.clock import database_now
    from desk.services import morning

    return morning.send_due(now=database_now())


@shared_task(acks_late=True)
def notice_digests() -> int:
    """Queue the mails about what was told and not read; returns how many."""
    from core.clock import database_now
    from desk.services import digest

    return digest.send_due(now=database_now())
