"""What became of a follow-up, in the words of whoever reads the history."""

from django.utils.translation import gettext as _

from tickets.models import FollowUp


def outcome_words(kept: str) -> str:
    """kept: the code of an outcome and what was noted; the words of older versions stand for themselves."""
    code, _colon, note = kept.partition(": ")
    if code not in FollowUp.Outcome.values:
        return kept
    return ". ".join(filter(None, (str(FollowUp.Outcome(code).label), note)))


def try_words(kept: str) -> str:
    """kept: the number of the try and how many are made; the words of older versions stand for themselves."""
    number, _slash, most = kept.partition("/")
    if not (number.isdecimal() and most.isdecimal()):
        return kept
    return _("Not reached, try %(number)d of %(most)d") % {"number": int(number), "most": int(most)}
