from celery import shared_task


@shared_task(acks_late=True)
def end_marks() -> int:
    """Let marks end whose day has come; returns how many."""
    from core.clock import database_now
    from customers.services import marks

    done = 0
    while ended := marks.end_due(now=database_now()):
        done += ended
    return done
