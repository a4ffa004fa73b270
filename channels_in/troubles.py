"""What can be wrong with a mailbox: a code that rows keep, and its one sentence in the language of whoever reads it."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LONGEST_SAID = 300
SENTENCES: dict[str, Promise] = {
    "unknown_host": _("The server name %(host)s is not known: check how it is written."),
    "port_closed": _("Nothing answers on %(host)s, port %(port)s: check the port, and whether a firewall blocks it."),
    "no_answer": _(
        "%(host)s, port %(port)s, does not answer in time: check the port, whether it wants TLS, and firewalls."
    ),
    "not_tls": _("%(host)s, port %(port)s, does not speak TLS from the start: choose STARTTLS, or the port for TLS."),
    "no_starttls": _("%(host)s offers no STARTTLS on port %(port)s: choose TLS with its own port."),
    "certificate": _("The certificate of %(host)s is not to be trusted (%(said)s): use the name it was made for."),
    "wrong_protocol": _("What answers on %(host)s, port %(port)s, is another kind of server: check server and port."),
    "wrong_password": _(
        "%(host)s refuses the user %(user)s: check name and password; many providers want an app password here."
    ),
    "login_needed": _("%(host)s takes mail only from those who log in: fill in user and password."),
    "no_password": _("No password is set for the user %(user)s: fill it in."),
    "too_many_connections": _("%(host)s allows no more connections for %(user)s now: it is tried again by itself."),
    "token_refused": _("%(host)s refuses the access that %(user)s was given: connect the account again."),
    "no_access": _("No account is connected, or its access was withdrawn: connect it anew on the channel's page."),
    "no_token": _("The provider gives no access now, it is tried again by itself: %(said)s"),
    "no_folder": _("The folder %(folder)s is not there: check how it is written."),
    "cut": _("The connection to %(host)s broke off in the middle: it goes on where it stopped at the next try."),
    "cannot_give": _("%(host)s has a mail that it does not give; it is tried a few times, then left out: %(said)s"),
    "cannot_mark": _("Mails are received, but %(host)s does not let us mark, move or delete them: %(said)s"),
    "could_not_store": _("What came could not be stored and stays on the server: %(said)s"),
    "provider_said": _("The provider that takes the mail did not take it: %(said)s"),
    "server_said": _("%(host)s answered: %(said)s"),
    "sender_refused": _("%(host)s does not let %(user)s write as %(address)s: %(said)s"),
    "recipient_refused": _("%(host)s does not take mail to %(address)s: %(said)s"),
    "not_arrived": _(
        "The test mail left by %(host)s but did not come back within %(seconds)s seconds: check that %(address)s "
        "belongs to this mailbox, its rules, and its spam folder."
    ),
    "plus_refused": _(
        "%(host)s does not take mail to %(address)s, and customers' answers come to such addresses (%(said)s): let it "
        "deliver them, or tick that answers come to the bare address."
    ),
    "plus_not_arrived": _(
        "The test mail left by %(host)s but did not come back within %(seconds)s seconds: check that %(address)s "
        "arrives in this mailbox (customers' answers come to such addresses; else tick that they come to the bare "
        "one), its rules, and its spam folder."
    ),
    "stopped": _("The test was broken off: start it again."),
}


class Trouble(Exception):
    """A mailbox cannot be read or written now. code: one of SENTENCES; facts fill in its sentence."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = {name: str(value)[:LONGEST_SAID] for name, value in facts.items()}


def sentence(code: str, facts: Mapping[str, object]) -> str:
    """What is wrong and what to do about it; empty where nothing is."""
    known = SENTENCES.get(code)
    if known is None:
        return code
    blanks = dict.fromkeys(("host", "port", "user", "said", "folder", "address", "seconds"), "")
    return str(known) % (blanks | dict(facts))
