from celery import shared_task


@shared_task(acks_late=True)
def scan_files() -> int:
    """Scan the files that wait for it; returns how many got a verdict. A lost task loses nothing: the rows wait."""
    from core.clock import database_now
    from files.scanning import scanner
    from files.services import scans

    asked = scanner()
    return scans.scan_due(asked, now=database_now()) if asked else 0
