"""What the clock does to tickets. Each may run twice, late, or in two workers: the rows decide."""

from celery import shared_task


@shared_task(acks_late=True)
def miss_follow_ups() -> int:
    """Mark follow-ups whose date has passed; returns how many."""
    from core.clock import database_now
    from tickets.services import follow_ups

    return follow_ups.miss_due(now=database_now())


@shared_task(acks_late=True)
def close_resolved() -> int:
    """Close what was settled three working days ago without an objection; returns how many."""
    from core.clock import database_now
    from tickets.services import closing

    return closing.close_quiet(now=database_now())


@shared_task(acks_late=True)
def remind_waiting() -> int:
    """Do what is due for tickets that wait: remind, settle, or open again; returns for how many."""
    from core.clock import database_now
    from tickets.services import patience

    return patience.go_on(now=database_now())


@shared_task(acks_late=True)
def mark_missed_deadlines() -> int:
    """Say of clocks whose time has come that it was missed, a batch at a time; returns how many."""
    from core.clock import database_now
    from tickets.services import deadlines

    done = 0
    while missed := deadlines.mark_missed(now=database_now()):
        done += len(missed)
    return done
