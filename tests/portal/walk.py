"""A customer without JavaScript: follows the pages of the form by plain requests."""

import re
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from channels_in.services import intake
from core.clock import now

ABOUT = {"query_type": "tagihan"}
STORY = {
    "text": "Saya ditagih dua kali untuk bulan Oktober, padahal sudah lunas.",
    "occurred_on": "2026-11-02",
    "service_number": "1102938",
    "area": "Bekasi",
    "impact": "Uang belanja habis.",
    "remedy": "refund",
    "remedy_text": "",
}
PERSON = {"name": "Siti Rahmawati", "email": "Siti@Mail.Example", "phone": "0812-3456-7890", "answer_by": ""}
PDF = b"%PDF-1.4\n%tagihan bulan Oktober"


def pdf(name: str = "tagihan.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/pdf")


class Visitor:
    """One customer's browser. Every step returns the response; `token` is the address of the form."""

    def __init__(self, address: str = "203.0.113.7") -> None:
        self.client = Client(REMOTE_ADDR=address)
        self.token = ""

    def at(self, step: str) -> str:
        return f"/complain/{self.token}/{step}/"

    def choose_type(self, **changes):
        response = self.client.post("/complain/", ABOUT | changes)
        found = re.search(r"/complain/([a-z2-9]{24})/", response.headers.get("Location", "") or response.text)
        self.token = found[1] if found else ""
        return response

    def tell(self, **changes):
        return self.client.post(self.at("story"), STORY | changes)

    def introduce(self, **changes):
        return self.client.post(self.at("person"), PERSON | changes)

    def fill_in(self, *, story=None, person=None) -> "Visitor":
        """Everything up to the check page, taking as long as a person does."""
        self.choose_type()
        self.tell(**(story or {}))
        self.introduce(**(person or {}))
        wait(seconds=30)
        return self

    def shown_after(self, response) -> str:
        """The page that the browser shows in the end."""
        there = response.headers.get("Location", "").partition("#")[0]
        return self.client.get(there).text if there else response.text

    def look_over(self):
        return self.client.get(self.at("check"))

    def send(self):
        return self.client.post(self.at("check"))

    def confirmation(self):
        return self.client.get(self.at("received"))


def wait(**length: int) -> None:
    """Let the product's clock go on; the test settings give it back afterwards."""
    settings.CLOCK_OFFSET += timedelta(**length)


def work_off() -> None:
    """What the worker does with what has arrived."""
    while batch := intake.claim_batch(now=now()):
        intake.process(batch, now=now())


def break_the_file_storage(directory: Path) -> None:
    """The storage's place is taken by something that is no directory, so nothing can be written there."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    directory.write_text("not a directory")
