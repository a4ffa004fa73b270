"""Settings of every installation. The environment is read here, once and by name; .env.example lists the names."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from kombu import Exchange, Queue

from helpdesk.environment import ROOT, flag, required, text, var_dir, words
from helpdesk.settings import parts

# What the environment says
SECRET_KEY = required("SECRET_KEY", "make one of at least 50 random characters and keep it for good.")
SECRET_KEY_FALLBACKS = words("SECRET_KEY_FALLBACKS")
ENCRYPTION_KEYS = words("ENCRYPTION_KEYS") or [required("ENCRYPTION_KEYS", "make one with Fernet.generate_key().")]
DATABASE_URL, REDIS_URL = text("DATABASE_URL"), text("REDIS_URL")
EMAIL_URL, STORAGE_URL, SENTRY_DSN = text("EMAIL_URL"), text("STORAGE_URL"), text("SENTRY_DSN")
CLAMD_URL = parts.scanner(text("CLAMD_URL"))
DEBUG, DEMO = flag("DEBUG"), False
SITE_URL = text("SITE_URL", f"http://localhost:{text('PORT', '8000')}").rstrip("/")
LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]"]  # always allowed: health checks come from the machine itself
ALLOWED_HOSTS = [*words("ALLOWED_HOSTS", urlsplit(SITE_URL).hostname or ""), *LOCAL_HOSTS]
TRUSTED_PROXIES = words("TRUSTED_PROXIES")
PRIVATE_HOSTS_ALLOWED = words("PRIVATE_HOSTS_ALLOWED")
VAR_DIR = var_dir()
CLOCK_OFFSET = timedelta(0)

# Apps, from the bottom floor up
OWN_APPS = [
    "core",
    "files",
    "staff",
    "policies",
    "customers",
    "notices",
    "channels_out",
    "tickets",
    "channels_in",
    "reports",
    "web",
    "desk",
    "portal",
    "api",
    "helpdesk",
]
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_htmx",
    "drf_spectacular",
    "rest_framework",
    *OWN_APPS,
]
MIDDLEWARE = [
    "helpdesk.proxies.TrustedProxiesMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "helpdesk.static_files.StaticFilesMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "web.middleware.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF, ASGI_APPLICATION = "helpdesk.urls", "helpdesk.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"

# Engines
DATABASES = {"default": parts.database(DATABASE_URL, var_dir=VAR_DIR)}
CACHES = parts.caches(REDIS_URL)
CHANNEL_LAYERS = parts.channel_layers(REDIS_URL)
SESSION_ENGINE = "django.contrib.sessions.backends.db"
MAIL_DIR = VAR_DIR / "sent"  # without EMAIL_URL outgoing mail is written here
globals().update(parts.mail(EMAIL_URL))

# Files
STATIC_URL, STATIC_ROOT = "/static/", VAR_DIR / "static"
STATICFILES_FINDERS = ["helpdesk.static_files.OwnAppsFinder"]
STORAGES: dict[str, dict[str, Any]] = {
    "default": parts.storage(STORAGE_URL, var_dir=VAR_DIR),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "helpdesk.static_files.HashedStaticFiles"
    },
}
MEGABYTE = 1024 * 1024
UPLOAD_MAX_BYTES, UPLOAD_MAX_FILES, MAIL_MAX_BYTES = 20 * MEGABYTE, 10, 25 * MEGABYTE
FILES_A_DAY_BYTES = 1000 * MEGABYTE  # of one sender: an address, a caller of the form, a program
REQUEST_MAX_BYTES = UPLOAD_MAX_BYTES * UPLOAD_MAX_FILES + 5 * MEGABYTE
PARSE_CHILD, PARSE_SECONDS = "channels_in.parsing.child", 10  # what reads strangers' bytes; most processor time for one
DATA_UPLOAD_MAX_MEMORY_SIZE = 6 * MEGABYTE  # a webhook's body may have five
DATA_UPLOAD_MAX_NUMBER_FILES = 100  # far more than any form takes: the form then says so and keeps what was typed
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700

# Languages and times
LANGUAGES = [("id", "Bahasa Indonesia"), ("en", "English")]
LANGUAGE_CODE, LOCALE_PATHS = text("LANGUAGE_CODE", "id"), [ROOT / "locale"]
USE_TZ, TIME_ZONE = True, text("TIME_ZONE", "Asia/Jakarta")

# People
AUTH_USER_MODEL = "staff.User"
LOGIN_URL, LOGIN_REDIRECT_URL, LOGOUT_REDIRECT_URL = "/staff/login/", "/desk/", "/"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AXES_HANDLER = "axes.handlers.database.AxesDatabaseHandler"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # nobody can lock somebody else out from another address
AXES_FAILURE_LIMIT, AXES_COOLOFF_TIME = 5, timedelta(minutes=15)
AXES_RESET_ON_SUCCESS, AXES_ENABLE_ADMIN, AXES_VERBOSE = True, False, False
AXES_USERNAME_FORM_FIELD, AXES_LOCKOUT_TEMPLATE = "username", "helpdesk/locked.html"
AXES_CLIENT_IP_CALLABLE = "helpdesk.proxies.client_address"

# What browsers are told
HTTPS = SITE_URL.startswith("https://")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "media-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF, X_FRAME_OPTIONS = True, "DENY"
SECURE_REFERRER_POLICY = SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT, SECURE_REDIRECT_EXEMPT = HTTPS, [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [SITE_URL]

# Programs
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "api.authentication.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "api.pagination.KeysetPagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "api.problems.problem_details",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Tanggap",
    "DESCRIPTION": "Complaints as tickets on one customer history.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "ChannelStateEnum": "policies.models.Channel.State",
        "ChannelKindEnum": "policies.models.Channel.Kind",
        "QueryTypeKindEnum": "policies.models.QueryType.Kind",
        "RuleEffectEnum": "policies.models.TatRule.Effect",
        "OutcomeEnum": "tickets.models.Ticket.Outcome",
        "FollowUpKindEnum": "tickets.models.FollowUp.Kind",
        "FollowUpByHandEnum": "api.serializers.follow_ups.BY_HAND",
        "FollowUpOutcomeEnum": "tickets.models.FollowUp.Outcome",
        "ReachedOutcomeEnum": "api.serializers.follow_ups.OUTCOMES",
        "IdentityKindEnum": "customers.models.Identity.Kind",
        "TargetUnitEnum": "policies.targets.UNITS",
    },
}

# Tasks: rows are the queue, a task is only a hint to look at them
globals().update(parts.broker(REDIS_URL))
CELERY_TASK_SERIALIZER, CELERY_ACCEPT_CONTENT = "json", ["json"]
CELERY_TASK_IGNORE_RESULT, CELERY_TASK_STORE_ERRORS_EVEN_IF_IGNORED = True, False
CELERY_TASK_ACKS_LATE = CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER, CELERY_WORKER_POOL, CELERY_WORKER_CONCURRENCY = 1, "threads", 4
CELERY_WORKER_HIJACK_ROOT_LOGGER = CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP, CELERY_BROKER_CONNECTION_MAX_RETRIES = True, None
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_TIMEZONE = "UTC"
CELERY_TASK_QUEUES = [Queue(name, Exchange(name), routing_key=name) for name in ("clocks", "intake", "sending", "slow")]
CELERY_TASK_DEFAULT_QUEUE, CELERY_TASK_CREATE_MISSING_QUEUES = "slow", False
CELERY_TASK_ROUTES = {
    "customers.tasks.*": {"queue": "clocks"},
    "channels_in.tasks.*": {"queue": "intake"},
    "channels_out.tasks.*": {"queue": "sending"},
    "helpdesk.tasks.*": {"queue": "clocks"},
    "tickets.tasks.*": {"queue": "clocks"},
}
CELERY_BEAT_SCHEDULER, CELERY_BEAT_MAX_LOOP_INTERVAL = "helpdesk.beat:MemoryScheduler", 1
EVERY_SECOND: dict[str, Any] = {"schedule": 1.0, "options": {"expires": 1}}
CELERY_BEAT_SCHEDULE = {
    "process-arrivals": {"task": "channels_in.tasks.process_arrivals", **EVERY_SECOND},
    "send-dispatches": {"task": "channels_out.tasks.send_dispatches", **EVERY_SECOND},
    "poll-mailboxes": {
        "task": "channels_in.tasks.poll_mailboxes",
        "schedule": 3.0,
        "options": {"expires": 3},
    },
    "tend-outlets": {"task": "channels_out.tasks.tend_outlets", "schedule": 5.0, "options": {"expires": 5}},
    "run-errands": {"task": "helpdesk.tasks.run_errands", **EVERY_SECOND},
    **({"scan-files": {"task": "files.tasks.scan_files", **EVERY_SECOND}} if CLAMD_URL else {}),
    "miss-follow-ups": {"task": "tickets.tasks.miss_follow_ups", "schedule": 5.0, "options": {"expires": 5}},
    "close-resolved": {"task": "tickets.tasks.close_resolved", "schedule": 60.0, "options": {"expires": 60}},
    "remind-waiting": {"task": "tickets.tasks.remind_waiting", "schedule": 30.0, "options": {"expires": 30}},
    "ring-alarms": {"task": "tickets.tasks.ring_alarms", **EVERY_SECOND},
    "end-marks": {"task": "customers.tasks.end_marks", "schedule": 60.0, "options": {"expires": 60}},
    "morning-mails": {"task": "desk.tasks.morning_mails", "schedule": 60.0, "options": {"expires": 60}},
    "notice-digests": {"task": "desk.tasks.notice_digests", "schedule": 60.0, "options": {"expires": 60}},
    "clean-forms": {"task": "portal.tasks.clean_forms", "schedule": 3600.0, "options": {"expires": 3600}},
}

# Logs go to stderr and name rows by id: no message text, no addresses, no secrets
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"without_tokens": {"()": "helpdesk.logs.WithoutTokens"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["without_tokens"]},
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.security.DisallowedHost": {"handlers": [], "propagate": False},  # strangers' noise, answered with 400
        "celery": {"level": "WARNING"},
        "kombu": {"level": "WARNING"},
        "psycopg.pool": {"level": "ERROR"},  # it warns of every try to reconnect
        "axes": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},  # it writes down every address it asks
        "uvicorn": {"level": "WARNING"},
    },
}
