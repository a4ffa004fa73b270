"""What makes two mails the same: found in the raw bytes, before anything is understood."""

import hashlib

from channels_in.adapters.mail_fields import after_envelope, first, message_id, read_fields, with_line_feeds

SAID_BY_SENDER = (b"from", b"date", b"subject")


def mail_identity(raw: bytes) -> tuple[str, str]:
    """The mail's own id and the digest of what its sender wrote. Takes any bytes and never raises.

    A second copy that came through an alias has other trace headers (Received, Delivered-To, Return-Path, X-...) and
    perhaps other line ends, but the same identity.
    """
    lines = with_line_feeds(raw)
    fields, body_start = read_fields(lines, after_envelope(lines), len(lines))
    said = hashlib.sha256()
    for name in SAID_BY_SENDER:
        said.update(b"%s: %s\n" % (name, b" ".join(first(fields, name).split())))
    body = lines[body_start:]
    if b"\r" in body:
        body = body.replace(b"\r\n", b"\n")
    said.update(body.rstrip(b"\n"))
    return message_id(fields) or made_up_id(raw), said.hexdigest()


def made_up_id(raw: bytes) -> str:
    """The id of a mail that brings none, or none that can be one: the same for the same bytes."""
    return f"sha256-{hashlib.sha256(raw).hexdigest()[:40]}"
