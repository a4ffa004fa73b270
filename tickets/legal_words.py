"""Why a legal limit may be put off, in the words that staff and customers read."""

from django.utils.translation import gettext_lazy as _

REASONS = {
    "branch_communication": _("Communication between our offices is held up"),
    "special_document_examination": _("Documents need a special examination"),
    "external_factor": _("Something beyond our control holds it up"),
}


def reason_words(code: str) -> str:
    """A reason of a pack in words; one that we do not know reads as the pack wrote it."""
    known = REASONS.get(code)
    return str(known) if known else code.replace("_", " ").capitalize()
