from celery import shared_task


@shared_task(acks_late=True)
def send_dispatches() -> int:
    """Send what is due, a batch at a time; returns how many. A lost task loses nothing: the rows wait."""
    from channels_out.services import sending
    from core.clock import database_now

    done = 0
    while sent := sending.send_due(now=database_now()):
        done += sent
    return done


@shared_task(acks_late=True)
def tend_outlets() -> None:
    """Hold the queues of channels that cannot send, release those that can again, tell administrators of trouble."""
    from channels_out.services import outlets
    from core.clock import database_now

    outlets.tend(now=database_now())
