"""Why something that came in is not a message: each reason as a sentence, and what one can do."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LOOK_AGAIN = _("Look at the original. If it is from a customer, answer them by hand; then discard it with a reason.")
TRY_AGAIN = _("Try again. If it comes back, an administrator should see the details below.")
NOTHING = _("Nothing needs to be done.")


@dataclass(frozen=True, slots=True)
class Reason:
    """code: as the arrival keeps it. sentence: why. advice: what to do about it."""

    code: str
    sentence: str | Promise
    advice: str | Promise


REASONS = {
    reason.code: reason
    for reason in [
        Reason("no_sender", _("It does not say who sent it."), LOOK_AGAIN),
        Reason("ambiguous_sender", _("It names several senders, so nobody can be held to it."), LOOK_AGAIN),
        Reason("not_a_mail", _("It is not an e-mail: it begins with no header."), LOOK_AGAIN),
        Reason("not_a_form", _("It did not come from our form, or was cut off on the way."), LOOK_AGAIN),
        Reason(
            "too_large",
            _("It is larger than we read; only its beginning was kept."),
            _("Ask the sender for the large files by another way."),
        ),
        Reason(
            "server_refused",
            _("Its mail server broke off each time it gave it, so only its header was kept."),
            _("Look at it in the mailbox itself, where it still lies; then discard this."),
        ),
        Reason("mime_limits", _("It is built of more parts than any honest mail has."), LOOK_AGAIN),
        Reason(
            "no_adapter",
            _("Nothing is received on this kind of channel."),
            _("An administrator should see why something was delivered here."),
        ),
        Reason("unreadable", _("It could not be read: its form is broken in a way we did not foresee."), LOOK_AGAIN),
        Reason("parse_timeout", _("Reading it took too long, so it was stopped."), LOOK_AGAIN),
        Reason("parse_crash", _("Reading it used up more memory than one message may."), LOOK_AGAIN),
        Reason("worker_died", _("It stopped the program that read it, more than once."), TRY_AGAIN),
        Reason("could_not_write", _("The database did not take it."), TRY_AGAIN),
        Reason(
            "bounce",
            _("A mail server reports something as not delivered, but names no message of ours."),
            _("If you know the address it names, look whether we wrote to it; then discard the report."),
        ),
        Reason(
            "agent_refused",
            _("It says it is from somebody of our staff, which is not proven, so it went to no customer."),
            _("Ask your colleague. If it was theirs, they answer on the ticket; then discard this."),
        ),
        Reason(
            "answers_no_ticket",
            _("A machine answers a mail of ours that is on no ticket, such as a notification."),
            NOTHING,
        ),
        Reason("agent_is_away", _("It is the out-of-office note of somebody of our staff."), NOTHING),
        Reason("spam", _("The company's mail server says that it is spam."), _("If it is not, try again.")),
        Reason(
            "blocked_sender", _("Its sender is blocked."), _("If they should be heard, lift the block and try again.")
        ),
        Reason("foreign_report", _("It reports on a message that is none of ours."), NOTHING),
        Reason("other_mailbox", _("The same mail came to another mailbox of ours, too."), NOTHING),
        Reason("own_loop", _("It is our own message that came back."), NOTHING),
        Reason("same_message", _("The same message was there already, by another way or twice."), NOTHING),
    ]
}


def reason_of(code: str, *, state: str, tries: int) -> Reason:
    """The reason in words; what somebody wrote when discarding stands for itself."""
    known = REASONS.get(code)
    if known:
        return known
    if state == "done":
        return Reason(code, _("It was read and stands on its ticket."), NOTHING)
    if state in ("new", "processing"):
        if tries > 1:
            return Reason(code, _("It failed before and is being tried again by itself."), NOTHING)
        return Reason(code, _("It is about to be read."), NOTHING)
    return Reason(code, code or _("No reason is known."), NOTHING if state == "discarded" else TRY_AGAIN)
