"""The Celery app: `celery -A helpdesk worker` and `celery -A helpdesk beat`, or both as threads of `manage.py up`."""

from celery import Celery, bootsteps
from django.conf import settings

from core import claim
from helpdesk import environment

if not settings.configured:  # a worker starts here; elsewhere the settings are loaded already
    environment.load()

app = Celery("helpdesk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


class TakeNoMore(bootsteps.StartStopStep):
    """A worker told to stop ends after the batches it holds, not after the whole backlog."""

    def close(self, _worker: object) -> None:
        claim.stopping.set()


app.steps["worker"].add(TakeNoMore)
