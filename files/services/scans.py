"""Stored files are scanned after they are stored: until there is a verdict nobody can open them."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from core.claim import claim
from files.models import StoredFile
from files.scanning import Scanner, ScannerAway
from files.services import store

TOGETHER = 20
NOTE = 200
# Taken files are due again after this: it is the lease of a scanner's worker and the wait after a try in vain.
AGAIN_AFTER = timedelta(minutes=1)


def scan_due(scanner: Scanner, *, now: datetime) -> int:
    """Scan what waits, a few files at a time; returns how many got a verdict. Those that got none go on waiting."""
    taken = claim(StoredFile.objects.to_scan(now), limit=TOGETHER, changes={"scan_due_at": now + AGAIN_AFTER})
    scanned = 0
    for stored in taken:
        try:
            with store.opened(stored) as source:
                threat = scanner.threat_in(source)
        except (ScannerAway, OSError) as problem:
            _waiting(stored).update(scan_note=str(problem)[:NOTE])
            if not _answers(scanner):
                break
            continue
        state = StoredFile.Scan.INFECTED if threat else StoredFile.Scan.CLEAN
        scanned += _waiting(stored).update(scan=state, scan_note=threat[:NOTE], scan_due_at=None)
    return scanned


def _answers(scanner: Scanner) -> bool:
    """Whether it lives, and only this file was too much for it: then no other file waits behind it."""
    try:
        scanner.check()
    except ScannerAway:
        return False
    return True


def _waiting(stored: StoredFile) -> "QuerySet[StoredFile]":
    return StoredFile.objects.filter(pk=stored.pk, scan=StoredFile.Scan.PENDING)
