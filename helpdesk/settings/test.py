"""The tests: fast, alone, with fixed secrets. DATABASE_URL chooses the engine, as everywhere."""

import atexit
import base64
import os
import shutil
import tempfile

VAR = tempfile.mkdtemp(prefix="tanggap-test-")
os.mkdir(f"{VAR}/static")  # whitenoise wants it, though nothing is collected here
atexit.register(shutil.rmtree, VAR, ignore_errors=True)
os.environ.update(
    SECRET_KEY="only-for-tests-" * 4,
    ENCRYPTION_KEYS=base64.urlsafe_b64encode(b"only for tests--" * 2).decode(),
    VAR_DIR=VAR,
    SITE_URL="http://localhost:8000",
    LANGUAGE_CODE="id",
    TIME_ZONE="Asia/Jakarta",
)

from helpdesk.settings import parts  # noqa: E402
from helpdesk.settings.base import *  # noqa: E402, F403
from helpdesk.settings.base import DATABASES, INSTALLED_APPS, STORAGES  # noqa: E402

DEMO, DEBUG = True, False
INSTALLED_APPS = [*INSTALLED_APPS, "demo"]
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AXES_ENABLED = False
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = True  # served from where they are written: nothing is collected
CACHES, CHANNEL_LAYERS = parts.caches(""), parts.channel_layers("")
globals().update(parts.broker(""))
if "sqlite" in DATABASES["default"]["ENGINE"]:  # a file as in life: one in memory never waits for another thread's lock
    DATABASES["default"]["TEST"] = {"NAME": f"{VAR}/test.sqlite3"}
    DATABASES["default"]["OPTIONS"]["init_command"] = parts.SQLITE_PRAGMAS.replace("FULL", "OFF")
