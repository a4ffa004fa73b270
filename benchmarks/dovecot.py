"""The mail server of the benchmarks: the one that the tests use."""

from collections.abc import Sequence

from benchmarks.report import Problem
from tests import dovecot

PASSWORD = dovecot.PASSWORD


class Dovecot(dovecot.Dovecot):
    """Started on entering, gone afterwards."""

    def __init__(self, users: Sequence[str]) -> None:
        if dovecot.program() is None:
            raise Problem("install dovecot-imapd")
        super().__init__(*users)

    def __enter__(self) -> "Dovecot":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()
