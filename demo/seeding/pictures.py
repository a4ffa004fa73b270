"""Pictures that customers send along, drawn here: the result of a speed test, the lights of a modem."""

import io
import random
from collections.abc import Sequence
from datetime import datetime

from PIL import Image, ImageDraw

from demo.seeding.telling import Story
from files.services import store
from files.services.store import NewFile
from tickets.models import Attachment, Message, Ticket

SLOW, DEAD = ("internet-lambat", "putus-nyambung"), ("internet-mati", "gangguan-massal")
SHARE_WITH_PICTURE = 0.12


def attach(stories: Sequence[Story], tickets: Sequence[Ticket], rng: random.Random, *, now: datetime) -> None:
    """Add a picture to the first message of some complaints about the line."""
    chosen = [
        (ticket, _speed_test(rng) if story.scenario.query_type in SLOW else _modem())
        for story, ticket in zip(stories, tickets, strict=True)
        if story.scenario.query_type in SLOW + DEAD and rng.random() < SHARE_WITH_PICTURE
    ]
    files = store.put([NewFile(picture, "image/png") for _ticket, (_name, picture) in chosen], now=now)
    firsts = Message.objects.filter(ticket__in=[ticket for ticket, _picture in chosen], kind=Message.Kind.INBOUND)
    first_of = {message.ticket_id: message for message in firsts.order_by("-received_at")}
    Attachment.objects.bulk_create(
        Attachment(message=first_of[ticket.pk], file=file, name=name)
        for (ticket, (name, _picture)), file in zip(chosen, files, strict=True)
        if ticket.pk in first_of
    )


def _speed_test(rng: random.Random) -> tuple[str, bytes]:
    image = Image.new("RGB", (480, 280), "#10213f")
    draw = ImageDraw.Draw(image)
    draw.arc((140, 60, 340, 260), start=150, end=390, fill="#2f4a7a", width=16)
    draw.arc((140, 60, 340, 260), start=150, end=150 + rng.randint(12, 40), fill="#f5b942", width=16)
    draw.text((205, 140), f"{rng.uniform(0.6, 6):.1f} Mbps", fill="#ffffff")
    draw.text((205, 170), f"ping {rng.randint(80, 400)} ms", fill="#9db2d8")
    return "hasil-uji-kecepatan.png", _png(image)


def _modem() -> tuple[str, bytes]:
    image = Image.new("RGB", (480, 200), "#d9dde3")
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((40, 50, 440, 150), radius=14, fill="#20242b")
    for place, (label, colour) in enumerate(
        (("POWER", "#43d17a"), ("PON", "#20242b"), ("LOS", "#ff4d4d"), ("LAN", "#43d17a"))
    ):
        left = 80 + place * 90
        draw.ellipse((left, 80, left + 16, 96), fill=colour, outline="#5a616d")
        draw.text((left - 8, 108), label, fill="#aab2bf")
    return "lampu-modem.png", _png(image)


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
