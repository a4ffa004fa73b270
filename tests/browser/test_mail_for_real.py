"""Mail for real: a mailbox on Dovecot, a mail server for what leaves, and between them the helpdesk with an agent.

Twice: in one process on SQLite, and as a web server, a worker and a beat over PostgreSQL and Redis.
"""

import os
from email.message import EmailMessage
from email.utils import parseaddr
from urllib.parse import urlsplit

import psycopg
import pytest
import redis
from playwright.sync_api import expect

from tests.browser.running import wait_for
from tests.companies import AGENT, AGENTS_PASSWORD, Company
from tests.dovecot import PASSWORD, Dovecot, program
from tests.mail_sink import MailServer
from tests.mails import raw_mail

pytestmark = pytest.mark.browser
OURS = "keluhan@nusanet.example"
SITI, TONO = "Siti Rahmawati <siti@mail.example>", "Tono <tono@mail.example>"
BEFORE, COMPLAINT = "Tagihan bulan lalu dobel.", "Internet saya mati sejak pagi."
REPLY = "Baik, Bu Siti. Teknisi kami datang besok pukul 9."
BY_HEADERS, BY_TOKEN, MEANWHILE = "Terima kasih, saya tunggu.", "Teknisinya belum datang.", "Modem saya panas."
SAID = (
    "SELECT t.subject, m.text FROM tickets_message m JOIN tickets_ticket t ON t.id = m.ticket_id"
    " WHERE m.kind = 'inbound'"
)


@pytest.fixture
def dovecot():
    if program() is None:
        pytest.skip("needs Dovecot (Debian: dovecot-imapd)")
    server = Dovecot("keluhan")
    server.start()
    yield server
    server.remove()


@pytest.fixture
def takes():
    server = MailServer()
    yield server
    server.stop()


@pytest.fixture
def database():
    """A PostgreSQL database of its own and an empty Redis: what a company's processes share."""
    server, broker = os.environ.get("TEST_POSTGRES_URL", ""), os.environ.get("TEST_REDIS_URL", "")
    if not server or not broker:
        pytest.skip("needs TEST_POSTGRES_URL and TEST_REDIS_URL")
    urls = {
        "DATABASE_URL": urlsplit(server)._replace(path="/tanggap_mail_for_real").geturl(),
        "REDIS_URL": urlsplit(broker)._replace(path="/7").geturl(),
    }
    redis.Redis.from_url(urls["REDIS_URL"]).flushdb()
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS tanggap_mail_for_real WITH (FORCE)")
        connection.execute("CREATE DATABASE tanggap_mail_for_real")
        yield urls
        connection.execute("DROP DATABASE tanggap_mail_for_real WITH (FORCE)")


@pytest.fixture(params=["one process", "servers"])
def nusanet(request, tmp_path, dovecot, takes):
    servers = request.getfixturevalue("database") if request.param == "servers" else {}
    imap = {"host": "127.0.0.1", "port": dovecot.port, "security": "none", "user": "keluhan"}
    company = Company(OURS, tmp_path / "nusanet", takes.port, imap=imap, password=PASSWORD, servers=servers)
    company.furnish()
    company.start()
    wait_for(company.is_up, seconds=60)
    yield company
    company.stop()


@pytest.fixture
def agent(chromium, nusanet):
    """Dewi, logged in, before the queue."""
    context = chromium.new_context(base_url=nusanet.url, locale="id-ID", timezone_id="Asia/Jakarta")
    page = context.new_page()
    page.goto("/staff/login/")
    page.fill("#id_username", AGENT)
    page.fill("#id_password", AGENTS_PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/**")
    yield page
    context.close()


def sent_to(takes, address) -> list[EmailMessage]:
    return [mail for mail in takes.mails if parseaddr(str(mail["To"]))[1] == address]


def is_ours(mail) -> bool:
    return str(mail["Auto-Submitted"] or "no") == "no"


def answer(mail: EmailMessage, text: str, *, to: str, headers: bool, message_id: str) -> bytes:
    """As a mail program answers, quoting below; without headers as one that loses them."""
    thread = {"in_reply_to": mail["Message-ID"], "references": f"{mail['References']} {mail['Message-ID']}"}
    return raw_mail(
        f"{text}\n\nPada Jum, 20 Nov 2026 pukul 09.10 Nusanet menulis:\n> {REPLY}",
        sender=SITI,
        to=to,
        subject=f"Re: {mail['Subject']}" if headers else "Re: Teknisi",
        message_id=message_id,
        **(thread if headers else {}),
    )


def read_all_and_reply(agent):
    """Open Siti's second complaint, find her first beside it, and answer."""
    agent.goto("/desk/?view=open")
    agent.locator("[data-row]").filter(has_text="Internet mati").click()
    expect(agent.locator("#customer-name")).to_have_text("Siti Rahmawati")
    agent.locator("#tab-history").click()
    expect(agent.get_by_test_id("entry").filter(has_text=BEFORE)).to_be_visible()
    agent.locator("#compose-reply-tab").click()
    agent.locator("#reply-text").fill(REPLY)
    agent.locator("#reply-form .send-button").click()
    expect(agent.locator("#undo-button")).to_be_visible()


def assert_threads(reply):
    """Every mail program puts it below the complaint, and an answer finds back even without headers."""
    assert reply.get_body().get_content().startswith(REPLY)
    assert reply["In-Reply-To"] == "<keluhan@mail.example>"
    assert "<keluhan@mail.example>" in reply["References"]
    assert reply["Subject"].startswith("Re: Internet mati [KLH-")
    assert parseaddr(reply["From"])[1] == OURS
    assert parseaddr(reply["Reply-To"])[1].startswith("keluhan+")


def complain(nusanet, dovecot, takes):
    """Siti writes, as she did a month ago; both become tickets and are acknowledged."""
    dovecot.append(
        "keluhan",
        raw_mail(BEFORE, subject="Tagihan dobel", message_id="<lama@mail.example>", date="2026-10-20 10:00"),
        raw_mail(COMPLAINT, subject="Internet mati", message_id="<keluhan@mail.example>"),
    )
    nusanet.poll_now()
    wait_for(lambda: len(sent_to(takes, "siti@mail.example")) == 2, seconds=40)


def answer_through_an_outage(nusanet, dovecot, reply):
    """The mail server is away, then counts its mails anew; Siti has answered twice, and Tono has written."""
    dovecot.stop()
    nusanet.poll_now()
    wait_for(lambda: nusanet.count("channels_in_mailbox WHERE trouble = 'port_closed'"))
    dovecot.start()
    dovecot.count_anew("keluhan")
    dovecot.append(
        "keluhan",
        answer(reply, BY_HEADERS, to=OURS, headers=True, message_id="<b1@mail.example>"),
        answer(reply, BY_TOKEN, to=reply["Reply-To"], headers=False, message_id="<b2@mail.example>"),
        raw_mail(MEANWHILE, sender=TONO, subject="Modem panas", message_id="<tono@mail.example>"),
    )
    nusanet.poll_now()


def assert_nothing_is_lost_or_doubled(nusanet, takes):
    about_the_outage = [("Internet mati", words) for words in (COMPLAINT, BY_HEADERS, BY_TOKEN)]
    others = [("Tagihan dobel", BEFORE), ("Modem panas", MEANWHILE)]
    assert sorted(nusanet.ask(SAID)) == sorted([*about_the_outage, *others])
    assert nusanet.count("channels_in_arrival") == nusanet.count("channels_in_arrival WHERE state = 'done'") == 5
    assert len(takes.mails) == 4  # three acknowledgements, one reply


def test_a_complaint_is_answered_and_its_answers_come_back_once_through_an_outage_and_new_numbers(
    nusanet, dovecot, takes, agent
):
    complain(nusanet, dovecot, takes)
    read_all_and_reply(agent)
    [reply] = wait_for(lambda: [mail for mail in sent_to(takes, "siti@mail.example") if is_ours(mail)])
    assert_threads(reply)

    answer_through_an_outage(nusanet, dovecot, reply)

    for words in (BY_HEADERS, BY_TOKEN):
        expect(agent.get_by_test_id("entry").filter(has_text=words)).to_be_visible(timeout=30_000)
    wait_for(lambda: sent_to(takes, "tono@mail.example"))
    wait_for(lambda: dovecot.flags("keluhan") == [(b"\\Seen",)] * 5)
    assert_nothing_is_lost_or_doubled(nusanet, takes)
