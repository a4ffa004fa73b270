"""Which files a customer may send, and under which name they are kept."""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from files.kinds import clean_name, runs
from files.services.store import content_type_of

MOST_FILES = 5
LARGEST_MEGABYTES = 10
LARGEST_BYTES = LARGEST_MEGABYTES * 1024 * 1024
PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".heic", ".heif")
PAPERS = (".pdf", ".txt", ".doc", ".docx", ".xls", ".xlsx", ".odt", ".ods")
RECORDINGS = (".mp3", ".m4a", ".ogg", ".opus", ".wav", ".amr", ".mp4", ".mov", ".3gp", ".webm")
ALLOWED = (*PICTURES, *PAPERS, *RECORDINGS)
ACCEPT = ",".join(["image/*", *PAPERS, *RECORDINGS])
# What the first bytes must not show, whatever the name says. Most text has no such mark, so this is no allow-list.
NEVER = re.compile(
    r"text/html|xhtml|svg|xml$|executable|x-msdownload|x-dosexec|x-elf|x-mach|x-sh|javascript|java-archive"
)


def problem_with(upload: "UploadedFile[Any]", content: bytes) -> str:
    """Why this file cannot be taken, as a sentence that names it; empty where it can."""
    name = clean_name(upload.name or "")
    if not content:
        return _("“%(name)s” is empty. Choose it again, or leave it out.") % {"name": name}
    if PurePosixPath(name).suffix.lower() not in ALLOWED or _runs(name, content):
        return _("“%(name)s” is a kind of file we cannot take. Send a picture, PDF, document or recording.") % {
            "name": name
        }
    return ""


def too_large(upload: "UploadedFile[Any]") -> str:
    """The sentence about a file that is over the limit; empty where it is not."""
    if (upload.size or 0) <= LARGEST_BYTES:
        return ""
    size = f"{(upload.size or 0) / 1024 / 1024:.0f}"
    return _("“%(name)s” has %(size)s MB. A file may have up to %(most)s MB: send a smaller copy.") % {
        "name": clean_name(upload.name or ""),
        "size": size,
        "most": LARGEST_MEGABYTES,
    }


def _runs(name: str, content: bytes) -> bool:
    """Something that runs, or that a browser would run."""
    shown = content_type_of(content, "")
    return runs(name, shown) or NEVER.search(shown) is not None


def too_many(names: Iterable[str]) -> str:
    """The sentence about files beyond the most that one form may hold."""
    left_out = ", ".join(f"“{clean_name(name)}”" for name in names)
    return _("A form may hold up to %(most)s files. Not taken: %(names)s.") % {"most": MOST_FILES, "names": left_out}
