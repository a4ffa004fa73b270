"""How much one sender may bring in files within a day, so that nobody fills the storage (threats.md H11)."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Sum, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

DAY = timedelta(days=1)
LEAST_BYTES = 100_000  # that any file counts for: a million small ones fill a storage too


def counted(size: int) -> int:
    """What a file of this size counts for."""
    return max(size, LEAST_BYTES)


def total(sizes: str) -> Sum:
    """What all files together count for; sizes: the path to the column with their size."""
    return Sum(Greatest(sizes, Value(LEAST_BYTES)))


def has_room(brought: int, size: int) -> bool:
    """Whether a file of this size may come on top of what was brought within a day."""
    return brought + counted(size) <= settings.FILES_A_DAY_BYTES


def megabytes() -> int:
    return int(settings.FILES_A_DAY_BYTES) // 2**20


def sentence() -> str:
    """What is told to whoever brings more."""
    told = _(
        "Within a day we take files of up to %(most)d MB from you. Go on without the others; you can send them "
        "tomorrow."
    )
    return told % {"most": megabytes()}
