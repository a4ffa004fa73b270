"""Bounces, read receipts and challenges that say so in words only, in the dialects of the mail systems people meet."""

import re
from collections.abc import Iterator

from channels_in.adapters.mail_addresses import ADDRESS, mailboxes
from channels_in.adapters.mail_charsets import decoded, one_line
from channels_in.adapters.mail_fields import Fields, first
from channels_in.adapters.mail_values import words
from channels_in.events import RecipientStatus

LOOKED_AT = 6000  # characters; what a mail system has to say stands on top
MOST_NAMED = 20
LONGEST_DETAIL = 500


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(phrases), re.IGNORECASE | re.DOTALL | re.MULTILINE)


DAEMON = re.compile(r"mailer[-_.]?daemon|postmaster|mail[-_.]?delivery.*|bounces?(?:[-_+.=].*)?|mdaemon")
ENHANCED = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
NAMED = re.compile(r"[^\s<>()\[\]\\,;:\"'@]{1,64}@[^\s<>()\[\]\\,;:\"'@]{3,200}")
FAILED = _any(
    r"undeliver(?:able|ed)|non[- ]?delivery|did not reach|failure notice|returned (?:mail|to sender)",
    r"(?:could|can) ?(?:not|n['’]t) be (?:successfully )?delivered|wasn['’]?t able to deliver|unable to deliver",
    r"not (?:been )?delivered|deliver[a-z]* (?:has |to .{1,200} )?fail|mail delivery (?:failed|error)",
    r"delivery status notification \(failure\)|permanent(?:ly)? (?:fatal )?(?:error|fail)|address not found",
    r"no such (?:user|mailbox|recipient)|user (?:unknown|not found)|unknown (?:user|recipient)|mailbox (?:is )?full",
    r"(?:over|exceeded).{0,20}quota|quota exceeded|message (?:was )?(?:blocked|rejected)",
    # Indonesian providers
    r"(?:tidak|gagal|tak) (?:dapat |bisa |berhasil )?(?:di)?(?:kirim|terkirim|sampaikan|antar)(?:kan)?",
    r"(?:pengiriman|pengantaran) (?:pesan |surel |surat |e-?mail )?(?:anda )?(?:telah )?gagal",
    r"alamat (?:e-?mail|surel|tujuan) (?:tidak (?:di)?(?:temukan|kenal)|salah)|pesan (?:anda )?dikembalikan",
    r"penerima tidak (?:di)?(?:temukan|kenal)|kuota[^.\n]{0,40} (?:penuh|terlampaui|habis)",
    r"kotak (?:surat|masuk|pos)[^.\n]{0,40} penuh",
)
DELAYED = _any(
    r"delivery status notification \(delay|delay(?:ed)? (?:mail|delivery|notification)|still (?:trying|being retried)",
    r"(?:message|mail|delivery) .{0,60}(?:is|was|has been) delayed|delivery delayed|not yet been delivered",
    r"warning: (?:message|could not send|mail)|(?:will|we'll|shall) (?:be retried|keep trying|retry|continue to)",
    r"delivery attempts will continue|temporary (?:problem|failure|error)",
    r"tertunda|(?:akan|terus|masih) (?:kami )?(?:di)?coba (?:lagi|kembali|ulang)",
    r"belum (?:dapat |bisa )?(?:ter|di)kirim",
)
# Below one of these a bounce quotes our own mail, whose words are not the mail system's.
OUR_MAIL = _any(
    r"^[-=* ]*(?:below this line is a copy|this is a copy of|(?:the )?original message|copy of (?:the|your))",
    r"^[-=* ]*(?:unsent message|message headers? follow|your message (?:headers|follows))",
    r"^[-=* ]*(?:salinan pesan|pesan asli|isi pesan)",
)
READ = _any(
    r"^(?:your message|pesan anda|the message)"
    r".{0,300}(?:was|has been|telah|sudah) (?:read|opened|displayed|dibaca|dibuka)"
)
READ_SUBJECT = _any(r"(?:(?:telah )?dibaca|tanda terima(?: dibaca)?|return receipt|read(?: receipt)?)\s*[:(]")
CHALLENGERS = (b"x-tmda-fingerprint", b"x-tmda", b"x-boxbe-id", b"x-boxbe", b"x-spamarrest", b"x-challenge", b"x-asvp")
CHALLENGE = _any(
    r"(?:confirm|verify|validate) (?:that you sent )?(?:your|this|the) (?:message|e-?mail|identity|address)",
    r"(?:sender|e-?mail) verification|(?:verify|prove) (?:that )?you are (?:a )?(?:human|person)",
    r"(?:click|reply|klik|balas).{0,160}(?:to have (?:it|your)|so that|to (?:deliver|release)|agar|supaya)"
    r".{0,60}(?:deliver|inbox|disampaikan|diteruskan|sampai)",
    r"verifikasi (?:pengirim|alamat|surel|e-?mail)|konfirmasi (?:pengirim|alamat|surel|e-?mail|pesan)",
)


def told_in_words(fields: Fields, text: str) -> list[RecipientStatus]:
    """What a mail system says of recipients without the machine-readable part; empty for any other mail.

    Where only the empty return path points to a mail system the subject must say it too: people who are away also
    answer by that path, and write that something is late.
    """
    subject = words(first(fields, b"subject"), limit=300)
    own = OUR_MAIL.split(text[:LOOKED_AT], maxsplit=1)[0]
    if _from_mail_system(fields):
        action = _action(subject) or _action(own) or ("failed" if b"x-failed-recipients" in fields else "")
    else:
        action = _action(subject) if _by_empty_path(fields) else ""
    if not action:
        return []
    status = ENHANCED.search(own)
    code = status[0] if status else ""
    telling = (line for line in own.splitlines() if FAILED.search(line) or (code and code in line))
    detail = one_line(next(telling, ""), limit=LONGEST_DETAIL)
    return [RecipientStatus(address, action, code, detail) for address in _named(fields, own)]


def _from_mail_system(fields: Fields) -> bool:
    sender = first(fields, b"from")
    named = mailboxes(sender)
    local = named[0].address.rpartition("@")[0] if named else decoded(sender).strip(' <>"').lower()
    return b"x-failed-recipients" in fields or DAEMON.fullmatch(local) is not None


def _by_empty_path(fields: Fields) -> bool:
    return any(path.replace(b" ", b"") == b"<>" for path in fields.get(b"return-path", ()))


def _action(text: str) -> str:
    """Late or never: where both are said the first decides, since a system that gives up tells how often it tried."""
    failed, delayed = FAILED.search(text), DELAYED.search(text)
    if delayed and (not failed or delayed.start() <= failed.start()):
        return "delayed"
    return "failed" if failed else ""


def _named(fields: Fields, own: str) -> Iterator[str]:
    """Whom it may be about: those it names as failed, else every address in its words; ours are sorted out later."""
    listed = [mailbox.address for value in fields.get(b"x-failed-recipients", ()) for mailbox in mailboxes(value)]
    if not listed:
        found = (match[0].lower().rstrip(".>") for match in NAMED.finditer(own))
        listed = [address for address in found if ADDRESS.fullmatch(address)]
    yield from list(dict.fromkeys(listed))[:MOST_NAMED]


def read_in_words(fields: Fields, text: str) -> bool:
    """A read receipt of a program that writes it as a plain mail."""
    subject = words(first(fields, b"subject"), limit=300)
    return READ_SUBJECT.match(subject) is not None and READ.search(text[:LOOKED_AT]) is not None


def challenge_in(fields: Fields, text: str) -> bool:
    """A machine that wants us to prove that a person writes, before it delivers what we wrote."""
    if any(name in fields for name in CHALLENGERS):
        return True
    answers = b"in-reply-to" in fields or b"references" in fields
    subject = words(first(fields, b"subject"), limit=300)
    return answers and CHALLENGE.search(f"{subject}\n{text[:LOOKED_AT]}") is not None
