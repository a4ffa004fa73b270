"""What the clock does to tickets. Each may run twice, late, or in two workers: the rows decide."""

from celery import shared_task


@shared_task(acks_late=True)
def miss_follow_ups() -> int:
    """Mark follow-ups whose date has passed; returns how many."""
    from core.clock import database_now
    from tickets.services.promises import follow_ups

    return follow_ups.miss_due(now=database_now())


@shared_task(acks_late=True)
def close_resolved() -> int:
    """Close what was settled three working days ago without an objection; returns how many."""
    from core.clock import database_now
    from tickets.services.handling import closing

    return closing.close_quiet(now=database_now())


@shared_task(acks_late=True)
def remind_waiting() -> int:
    """Do what is due for tickets that wait: remind, settle, or open again; returns for how many."""
    from core.clock import database_now
    from tickets.services.handling import patience

    return patience.go_on(now=database_now())


@shared_task(acks_late=True)
def ring_alarms() -> int:
    """Do what is due on the clocks of tickets, and pass up what nobody answered; returns how many were taken."""
    from core.clock import database_now
    from tickets.services.escalation import alarms

    done = 0
    for sweep in (alarms.ring, alarms.pass_up):
        while taken := sweep(now=database_now()):
            done += taken
    return done
