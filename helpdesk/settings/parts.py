"""Addresses of the engines, turned into what Django wants to read."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import dj_database_url

from helpdesk.environment import WrongSetUp

SQLITE_PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-16000"
SQLITE = {"init_command": SQLITE_PRAGMAS, "transaction_mode": "IMMEDIATE", "timeout": 20}
# A request waits for a free connection rather than fail, but not for ever; idle ones go after ten minutes.
POSTGRESQL = {"pool": {"min_size": 1, "max_size": 20, "timeout": 5, "max_idle": 600}}
MAIL_SECURITY = {"smtp": "", "smtp+tls": "tls", "smtps": "ssl"}


def database(url: str, *, var_dir: Path) -> dict[str, Any]:
    """DATABASES["default"]; without an address it is SQLite in the var directory."""
    found: dict[str, Any] = dict(dj_database_url.parse(url or f"sqlite:///{var_dir / 'tanggap.sqlite3'}"))
    own = POSTGRESQL if "postgresql" in found["ENGINE"] else SQLITE
    found["OPTIONS"] = own | found.get("OPTIONS", {})
    found["CONN_MAX_AGE"] = 0  # the pool keeps connections; a thread never holds one longer than its request or task
    found["CONN_HEALTH_CHECKS"] = True  # after a restart of the server no request meets a dead connection
    return found


def storage(url: str, *, var_dir: Path) -> dict[str, Any]:
    """STORAGES["default"]: where stored files lie."""
    parts = urlsplit(url or f"file://{var_dir / 'files'}")
    if parts.scheme != "file" or not parts.path.startswith("/"):
        raise WrongSetUp(f"STORAGE_URL is {url!r}: only file:///an/absolute/directory is possible.")
    options = {"location": unquote(parts.path), "file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}
    return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}


def scanner(url: str) -> str:
    """The address of clamd, checked; empty where files are not scanned."""
    parts = urlsplit(url)
    if url and not (parts.hostname if parts.scheme == "tcp" else parts.scheme == "unix" and parts.path):
        raise WrongSetUp(f"CLAMD_URL is {url!r}: write tcp://host:3310 or unix:///path/of/clamd.sock.")
    return url


def mail(url: str) -> dict[str, Any]:
    """The EMAIL_* settings for an SMTP server; without an address nothing is connected to."""
    parts = urlsplit(url)
    if not url:
        return {"EMAIL_HOST": "", "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    if parts.scheme not in MAIL_SECURITY or not parts.hostname:
        known = " or ".join(f"{scheme}://host:port" for scheme in MAIL_SECURITY)
        raise WrongSetUp(f"EMAIL_URL starts with {parts.scheme!r}: write {known}.")
    security = MAIL_SECURITY[parts.scheme]
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or {"ssl": 465, "tls": 587}.get(security, 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": security == "tls",
        "EMAIL_USE_SSL": security == "ssl",
        "EMAIL_TIMEOUT": 20,
    }


def broker(redis_url: str) -> dict[str, Any]:
    """The CELERY_* settings that depend on whether there is a Redis; without one, messages stay in this process."""
    if not redis_url:
        return {
            "CELERY_BROKER_URL": "memory://localhost/",
            "CELERY_BROKER_TRANSPORT_OPTIONS": {"polling_interval": 0.05},
        }
    options = {
        "visibility_timeout": 600,  # a hint whose worker was killed comes back; the rows would be found without it too
        "socket_connect_timeout": 2,
        "max_retries": 1,  # a page must not wait for a broker that is down: its hint is dropped and the row waits
        "interval_start": 0,
        "interval_max": 0.2,
    }
    return {"CELERY_BROKER_URL": redis_url, "CELERY_BROKER_TRANSPORT_OPTIONS": options}


def caches(redis_url: str) -> dict[str, Any]:
    if not redis_url:
        return {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    return {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": redis_url,
            "KEY_PREFIX": "tanggap",
        }
    }


def channel_layers(redis_url: str) -> dict[str, Any]:
    """How open pages are told what changed: within this process, or over Redis between many."""
    if not redis_url:
        return {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    return {
        "default": {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            "CONFIG": {
                # the layer waits five seconds for news, as long as redis-py by default waits for any answer
                "hosts": [{"address": redis_url, "socket_timeout": 30, "socket_connect_timeout": 2}],
                "prefix": "tanggap-live",
            },
        }
    }
