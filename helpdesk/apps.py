from importlib import import_module

from django.apps import AppConfig
from django.conf import settings

from helpdesk import celery
from helpdesk.environment import WrongSetUp

if settings.SENTRY_DSN:
    try:
        sentry_sdk = import_module("sentry_sdk")
    except ImportError as missing:
        raise WrongSetUp("SENTRY_DSN is set, but the package sentry-sdk is not installed: install it.") from missing
    sentry_sdk.init(
        settings.SENTRY_DSN, send_default_pii=False, include_local_variables=False, max_request_body_size="never"
    )


class HelpdeskConfig(AppConfig):
    name = "helpdesk"
    verbose_name = "Helpdesk"
    tasks = celery.app  # loaded with the apps, so that a page's hint finds the broker of these settings
