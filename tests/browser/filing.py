"""Complaints filed by plain requests, for the pages that lie behind one."""

import re
import time
from dataclasses import dataclass

from playwright.sync_api import APIRequestContext

from tests.browser.running import Demo, wait_for

NAME = "Sulastri Wibisono"
ABOUT = {"query_type": "internet-mati", "do": "next"}
STORY = {
    "text": "Internet mati total sejak tadi malam, lampu modem merah. Sudah dua kali saya telepon.",
    "occurred_on": "2026-11-02",
    "service_number": "NF50012345",
    "area": "Depok",
    "impact": "Anak saya tidak bisa ikut ujian.",
    "remedy": "repair",
    "do": "next",
}
PERSON = {"name": NAME, "email": "sulastri@mail.example", "phone": "0812 3456 7890", "answer_by": "", "do": "next"}
SLOWER_THAN_A_ROBOT = 3.2  # seconds from the first answer to the last button


@dataclass(frozen=True)
class Filed:
    """Complaints in every stage. unfinished, open: forms not sent yet, open is complete. sent: the form that was sent.

    link, answered_link: the status pages of two complaints, a new one and an answered one.
    """

    unfinished: str
    open: str
    sent: str
    reference: str
    link: str
    answered_link: str
    name: str = NAME


def file_complaints(requests: APIRequestContext, demo: Demo) -> Filed:
    """requests: of a visitor in the language that the complaints are to be in."""
    unfinished = _begin(requests)
    forms = [fill_in(requests) for _turn in range(3)]
    time.sleep(SLOWER_THAN_A_ROBOT)  # since the last of them was begun: on a busy machine the first is long past
    (reference, link), (answered, answered_link) = [send(requests, token, demo) for token in forms[1:]]
    ticket = ticket_of(demo, answered)
    demo.api(f"tickets/{ticket['id']}/reply", {"text": "Sudah kami perbaiki, mohon maaf.", "undo_seconds": 0})
    demo.api(f"tickets/{ticket['id']}/resolve", {"outcome": "upheld"})
    return Filed(unfinished, forms[0], forms[1], reference, link, answered_link)


def ticket_of(demo: Demo, reference: str):  # type: ignore[no-untyped-def]
    """The ticket of a reference, as soon as the worker has made it."""
    return wait_for(lambda: demo.api(f"tickets?reference={reference}")["results"])[0]


def ticket_from(demo: Demo, address: str):  # type: ignore[no-untyped-def]
    """The only ticket of who writes from this address, as soon as it is made: the customer is there before it."""
    [customer] = wait_for(lambda: demo.api(f"customers?identity=email:{address}")["results"])
    [ticket] = wait_for(lambda: demo.api(f"tickets?customer={customer['id']}")["results"])
    return ticket


def _begin(requests: APIRequestContext) -> str:
    answer = requests.post("/complain/", form=ABOUT, max_redirects=0)
    found = re.search(r"/complain/([a-z2-9]{24})/story/", answer.headers.get("location", ""))
    assert found, answer.text()
    return found[1]


def fill_in(requests: APIRequestContext) -> str:
    token = _begin(requests)
    for step, words in (("story", STORY), ("person", PERSON)):
        answer = requests.post(f"/complain/{token}/{step}/", form=words, max_redirects=0)
        assert answer.status == 302, answer.text()
    return token


def send(requests: APIRequestContext, token: str, demo: Demo) -> tuple[str, str]:
    """The reference of the complaint, and the address of its status page."""
    answer = requests.post(f"/complain/{token}/check/", form={"do": "send"})
    found = re.search(r'data-testid="reference"[^>]*>([^<]+)<', answer.text())
    assert found, answer.text()
    ticket_of(demo, found[1])
    page = requests.get(f"/complain/{token}/received/").text()
    link = re.search(r'href="(/c/[^"]+)"', page.partition("form-buttons")[2])
    assert link, page
    return found[1], link[1]
