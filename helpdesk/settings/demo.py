"""The demo: one process, nothing installed, nothing leaves the machine. Chosen by the demo's own environment file."""

from helpdesk.environment import flag
from helpdesk.settings.base import *  # noqa: F403
from helpdesk.settings.base import CELERY_BEAT_SCHEDULE, INSTALLED_APPS

DEMO, DEBUG = True, False
INSTALLED_APPS = [*INSTALLED_APPS, "demo"]
CELERY_BEAT_SCHEDULE = CELERY_BEAT_SCHEDULE | {
    "demo-heartbeat": {"task": "demo.tasks.heartbeat", "schedule": 30.0, "options": {"expires": 30}},
}
if not flag("DEMO_STILL"):
    CELERY_BEAT_SCHEDULE["demo-drip"] = {"task": "demo.tasks.drip", "schedule": 45.0, "options": {"expires": 45}}
