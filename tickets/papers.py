"""Clocks of laws that count from complete documents, or only while a complaint is spoken. Pure, as tickets.spans."""

from dataclasses import replace
from datetime import datetime

from tickets.spans import ANSWERS, Span

DOCUMENTS = "documents"  # what a clock waits for that has not begun
Pauses = list[tuple[datetime, datetime | None]]


def from_documents(span: Span, *, written_at: datetime | None, documents_at: datetime | None) -> Span | None:
    """The stretch as a law counts it whose time begins when all documents are in; None where it never began.

    The first answer does not wait for them: it is owed from when the complaint was there, or was put in writing.
    """
    start = (written_at or span.started_at) if span.goal in ANSWERS else documents_at
    if start is None:
        return None if span.met_at else replace(span, pauses=[(span.started_at, None)], waits_for=DOCUMENTS)
    if start <= span.started_at:
        return span
    if span.met_at and span.met_at <= start:
        return None
    return replace(span, started_at=start, pauses=_since(start, span.pauses))


def while_spoken(span: Span, *, written_at: datetime | None) -> Span | None:
    """The stretch of a law for what is said aloud: it ends when the complaint goes on in writing."""
    if written_at is None or (span.met_at and span.met_at <= written_at):
        return span
    if span.started_at >= written_at:
        return None
    ended = [(begun, min(until or written_at, written_at)) for begun, until in span.pauses if begun < written_at]
    return replace(span, met_at=written_at, pauses=[*ended])


def _since(start: datetime, pauses: Pauses) -> Pauses:
    return [(max(begun, start), until) for begun, until in pauses if until is None or until > start]
