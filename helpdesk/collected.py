"""Static files with their content's hash in the name, collected when something changed since the last time."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command


def collect_if_changed() -> bool:
    """Collect the static files unless the last collection was made from the very same files; tells whether it did."""
    stamp, made_from = Path(settings.STATIC_ROOT) / ".stamp", fingerprint()
    if stamp.is_file() and stamp.read_text() == made_from:
        return False
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(made_from)
    return True


def fingerprint() -> str:
    """Names, sizes and times of all source files: reading them all would cost a start its speed."""
    seen = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            seen.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return seen.hexdigest()
