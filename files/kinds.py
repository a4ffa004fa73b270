"""Names of files, and which kinds of files run: nothing here touches the database."""

import re
from pathlib import PurePosixPath

LONGEST_NAME = 200
# Control characters, and the marks that turn the direction of text or hide in it, so that exe.pdf reads as fdp.exe.
NOT_IN_NAMES = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff/\\\\]")
RUN_BY_ENDING = frozenset(
    (
        *(".exe", ".scr", ".com", ".pif", ".bat", ".cmd", ".msi", ".msp", ".dll", ".cpl", ".msc", ".sys", ".gadget"),
        *(".js", ".jse", ".vb", ".vbs", ".vbe", ".ws", ".wsf", ".wsh", ".hta", ".ps1", ".psm1", ".sh", ".command"),
        *(".lnk", ".url", ".scf", ".reg", ".inf", ".chm", ".jar", ".jnlp", ".apk", ".app", ".dmg", ".pkg", ".deb"),
        *(".rpm", ".iso", ".img", ".vhd", ".vhdx", ".xll", ".appref-ms", ".settingcontent-ms"),
    )
)
RUN_BY_TYPE = re.compile(
    r"executable|x-msdownload|x-dosexec|x-ms-dos|x-msi|x-elf|x-mach|x-sh\b|javascript|java-archive|x-ms-shortcut"
)
PROGRAM_MARKS = (b"MZ", b"\x7fELF", b"#!/", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")
PROGRAM = "application/x-executable"


def clean_name(given: str) -> str:
    """A file name without folders and anything that misleads, at most 200 characters, its ending kept."""
    name = NOT_IN_NAMES.sub("", given.replace("\\", "/").rpartition("/")[2]).strip(" .") or "file"
    ending = PurePosixPath(name).suffix[:20]
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - len(ending)] + ending


def is_program(start: bytes) -> bool:
    """Whether the first bytes are those of something that runs."""
    return start.startswith(PROGRAM_MARKS)


def runs(name: str, content_type: str) -> bool:
    """Whether whoever opens it starts a program: by its cleaned name, or by what its bytes show."""
    return PurePosixPath(f"x{name.lower()}").suffix in RUN_BY_ENDING or RUN_BY_TYPE.search(content_type) is not None
