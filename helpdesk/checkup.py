"""What `manage.py doctor` looks at: each check gives one finding, and never fails itself."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from smtplib import SMTPException
from uuid import uuid4

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.mail import get_connection
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import translation

from channels_in import health
from core.clock import database_now
from files.models import StoredFile
from files.scanning import ScannerAway, scanner
from helpdesk import vitals

LATE_ARRIVAL_SECONDS = 60
OLDEST_POSTGRESQL = 150000
SHORTEST_SECRET = 50
NOT_SCANNING = "{} files wait for one and cannot be opened: set CLAMD_URL."
START_THEM = "start manage.py up, or a Celery worker and beat"


@dataclass(frozen=True)
class Finding:
    """What one check found. text: the fact if all is well, else what is wrong and what to do."""

    subject: str
    ok: bool
    text: str


def asks_the_database(check: Callable[[], Finding]) -> Callable[[], Finding]:
    """Without the database, or without our tables in it, such a check has nothing to say but that."""

    @wraps(check)
    def checked() -> Finding:
        try:
            return check()
        except DatabaseError as problem:
            first_line = str(problem).partition("\n")[0]
            return Finding(check.__name__.replace("_", " "), ok=False, text=f"cannot ask the database: {first_line}")

    return checked


@asks_the_database
def database() -> Finding:
    connection.ensure_connection()
    name = f"{connection.display_name} {'.'.join(map(str, connection.get_database_version()))}"
    if connection.vendor == "postgresql" and getattr(connection, "pg_version", 0) < OLDEST_POSTGRESQL:
        return Finding("database", ok=False, text=f"{name} is too old: PostgreSQL 15 or newer is needed.")
    return Finding("database", ok=True, text=name)


@asks_the_database
def migrations() -> Finding:
    executor = MigrationExecutor(connection)
    waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if waiting:
        return Finding("migrations", ok=False, text=f"{waiting} are not applied: run manage.py migrate.")
    return Finding("migrations", ok=True, text="all applied")


def broker() -> Finding:
    if not settings.REDIS_URL:
        return Finding("broker", ok=True, text="in the process itself (no REDIS_URL)")
    if vitals.broker_answers():
        return Finding("broker", ok=True, text="answers")
    return Finding("broker", ok=False, text="does not answer: start Redis or correct REDIS_URL. Rows wait meanwhile.")


def storage() -> Finding:
    try:
        name = default_storage.save(f"doctor-{uuid4().hex}", ContentFile(b"probe"))
        default_storage.delete(name)
    except OSError as problem:
        return Finding(
            "storage", ok=False, text=f"cannot be written: {problem.strerror}. Check STORAGE_URL, disk, owner."
        )
    return Finding("storage", ok=True, text="can be written")


@asks_the_database
def beat() -> Finding:
    age = vitals.beat_age(database_now())
    if age is None:
        return Finding("beat", ok=False, text=f"has never rung: {START_THEM}.")
    if age > vitals.BEAT_STALE_SECONDS:
        return Finding("beat", ok=False, text=f"rang last {age:.0f} s ago: {START_THEM}.")
    return Finding("beat", ok=True, text=f"rang {age:.0f} s ago")


@asks_the_database
def oldest_arrival() -> Finding:
    age = vitals.oldest_arrival_age(database_now())
    if age is None:
        return Finding("oldest arrival", ok=True, text="none waits")
    if age > LATE_ARRIVAL_SECONDS:
        return Finding("oldest arrival", ok=False, text=f"has waited {age:.0f} s: {START_THEM}, or more workers.")
    return Finding("oldest arrival", ok=True, text=f"has waited {age:.0f} s")


@asks_the_database
def virus_scanner() -> Finding:
    asked = scanner()
    waiting = StoredFile.objects.filter(scan=StoredFile.Scan.PENDING).count()
    if asked is None:
        return Finding("virus scanner", ok=not waiting, text=NOT_SCANNING.format(waiting) if waiting else "none set up")
    try:
        asked.check()
    except ScannerAway as problem:
        advice = f"{settings.CLAMD_URL}: {problem}. Start clamd or correct CLAMD_URL. {waiting} files wait."
        return Finding("virus scanner", ok=False, text=advice)
    return Finding("virus scanner", ok=True, text=f"answers; {waiting} files wait")


@asks_the_database
def mailboxes() -> Finding:
    with translation.override("en"):
        broken = health.failing()
    if broken:
        return Finding("mailboxes", ok=False, text=" ".join(f"{name}: {sentence}" for name, sentence in broken))
    return Finding("mailboxes", ok=True, text="every one that is fetched from answers")


def secrets() -> Finding:
    if len(settings.SECRET_KEY) < SHORTEST_SECRET:
        advice = (
            f"SECRET_KEY is short: use {SHORTEST_SECRET} random characters; keep the old one in SECRET_KEY_FALLBACKS."
        )
        return Finding("secrets", ok=False, text=advice)
    try:
        for key in settings.ENCRYPTION_KEYS:
            Fernet(key)
    except ValueError:
        return Finding(
            "secrets", ok=False, text="ENCRYPTION_KEYS holds something that Fernet.generate_key() did not make."
        )
    return Finding("secrets", ok=True, text="set")


def mail_out() -> Finding:
    if not settings.EMAIL_URL:
        return Finding("mail out", ok=True, text=f"written to {settings.MAIL_DIR}, nothing is sent (no EMAIL_URL)")
    try:
        server = get_connection()
        server.open()
        server.close()
    except (OSError, SMTPException) as problem:
        advice = (
            f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT} refuses: {problem}. Correct EMAIL_URL. Mails wait meanwhile."
        )
        return Finding("mail out", ok=False, text=advice)
    return Finding("mail out", ok=True, text=f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT} answers")


def static_files() -> Finding:
    if settings.DEBUG or (Path(settings.STATIC_ROOT) / "staticfiles.json").is_file():
        return Finding("static files", ok=True, text="collected")
    return Finding(
        "static files", ok=False, text="not collected: run manage.py collectstatic (manage.py up does it itself)."
    )


CHECKS = (
    *(database, migrations, broker, storage, beat, oldest_arrival, mailboxes),
    *(secrets, mail_out, static_files, virus_scanner),
)
