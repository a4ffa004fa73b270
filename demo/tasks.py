from celery import shared_task


@shared_task
def drip() -> bool:
    """Let somebody of the demo's customers write; False when enough was written today."""
    from core.clock import database_now
    from demo import stream

    return stream.drip(now=database_now())


@shared_task
def heartbeat() -> None:
    """Remember that the demo is alive, so that its next start knows how far to move the times."""
    from core.clock import database_now
    from demo.seeding import moving

    moving.stay_alive(now=database_now())
