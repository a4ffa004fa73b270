"""The environment: where the settings come from, read by name. Knows nothing of Django's settings."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent
TRUE, FALSE = ("1", "true", "yes", "on"), ("", "0", "false", "no", "off")


class WrongSetUp(ImproperlyConfigured):
    """The environment cannot be started with; the message is one sentence for whoever starts us."""


def load(root: Path = ROOT) -> None:
    """Fill the environment from `.env`, or else from the demo's own file; what is already set wins.

    Called by everything that starts a process (manage.py, asgi.py, celery.py) before the settings are read.
    """
    for path in (root / ".env", var_dir(root) / "demo.env"):
        if path.is_file():
            for name, value in variables(path.read_text(encoding="utf-8")).items():
                os.environ.setdefault(name, value)
            break
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings.base")
    with suppress(OSError):  # where it cannot be made, the database says so in its own words
        var_dir(root).mkdir(mode=0o700, parents=True, exist_ok=True)


def variables(text: str) -> dict[str, str]:
    """The KEY=VALUE lines of a file; `export`, comments, blank lines and one pair of quotes are understood."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        name = name.strip()
        if equals and name.isidentifier():
            found[name] = _value(value.strip())
    return found


def _value(written: str) -> str:
    quote = written[:1]
    if quote and quote in "'\"":
        return written[1:].partition(quote)[0]
    return written.partition(" #")[0].rstrip()


def text(name: str, default: str = "") -> str:
    """A variable; one that is set but empty counts as not set."""
    return os.environ.get(name, "").strip() or default


def required(name: str, advice: str) -> str:
    """A variable that has no default: where it is missing the start stops with one sentence."""
    value = text(name)
    if not value:
        raise WrongSetUp(f"{name} is not set: {advice}")
    return value


def flag(name: str) -> bool:
    value = text(name).lower()
    if value not in TRUE + FALSE:
        raise WrongSetUp(f"{name} is {value!r}: write true or false.")
    return value in TRUE


def words(name: str, default: str = "") -> list[str]:
    """A variable that lists several values, separated by commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def var_dir(root: Path = ROOT) -> Path:
    """Where this installation keeps what it makes: database, files, sent mail."""
    return Path(text("VAR_DIR") or root / "var").resolve()


@contextmanager
def one_sentence(status: int = 1) -> Iterator[None]:
    """Turn a wrong set-up into one sentence for whoever started us, instead of a traceback."""
    try:
        yield
    except WrongSetUp as problem:
        sys.stderr.write(f"{problem}\n")
        raise SystemExit(status) from None
