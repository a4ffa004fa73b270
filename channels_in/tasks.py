from celery import shared_task


@shared_task(acks_late=True)
def process_arrivals() -> int:
    """Turn waiting arrivals into messages, a batch at a time; returns how many. A lost task loses nothing."""
    from channels_in.services import intake
    from core.clock import database_now

    done = 0
    while batch := intake.claim_batch(now=database_now()):
        done += intake.process(batch, now=database_now())
    return done


@shared_task(acks_late=True)
def poll_mailboxes() -> int:
    """Begin to read the mailboxes that are due, and to test; returns how many. Threads of this process do it."""
    from channels_in.services import ringing
    from core.clock import database_now

    return len(ringing.ring(now=database_now()))
