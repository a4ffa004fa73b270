"""What people of the staff set for themselves."""

from staff.models import User


def change(user_id: int, *, language: str, single_keys: bool) -> None:
    """The language of one's pages, and whether single keys act."""
    User.objects.filter(pk=user_id).update(language=language, single_keys=single_keys)
