"""A private folder for each batch: what is too large for a pipe lies here until it is stored."""

import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

LEFT_BEHIND_SECONDS = 3600  # far longer than any batch takes


def _spool() -> Path:
    return Path(settings.VAR_DIR) / "spool"


@contextmanager
def folder() -> Iterator[Path]:
    """A new folder that is gone, with all that lies in it, when the batch is done."""
    _spool().mkdir(mode=0o700, parents=True, exist_ok=True)
    path = Path(tempfile.mkdtemp(dir=_spool()))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def sweep() -> None:
    """Remove what workers left behind that were killed in the middle of a batch."""
    oldest = time.time() - LEFT_BEHIND_SECONDS
    for path in _spool().glob("*"):
        if path.lstat().st_mtime < oldest:
            shutil.rmtree(path, ignore_errors=True)


def lies_in(folder: Path, name: str) -> Path:
    """The file that the child says it put there. Raises ValueError where it is no plain file there."""
    path = folder / name
    if path.parent != folder or name in ("", "..") or not stat.S_ISREG(path.lstat().st_mode):
        raise ValueError(f"no file of this batch: {name!r}")
    return path
