"""Errors that are meant for a person: what is wrong, where, and what to do about it."""


class DomainError(Exception):
    """A rule said no. `message` is one translated sentence for whoever can act; `code` is stable for programs."""

    code = "refused"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotAllowed(DomainError):
    """The actor may see the thing but not change it."""

    code = "not_allowed"


class Conflict(DomainError):
    """Somebody changed the thing meanwhile. `current` is the version that now holds."""

    code = "conflict"

    def __init__(self, message: str, *, current: int) -> None:
        super().__init__(message)
        self.current = current


class Invalid(DomainError):
    """What was asked cannot be done as asked; `field` names the input that is wrong, when there is one."""

    code = "invalid"

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class CouldNotStore(DomainError):
    """The disk is full or the database is locked or gone: nothing was kept, so nothing may be acknowledged."""

    code = "could_not_store"
