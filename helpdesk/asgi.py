"""The web server's way in: `uvicorn helpdesk.asgi:application`."""

from django.core.asgi import get_asgi_application

from helpdesk import environment
from helpdesk.request_limit import RequestLimit

environment.load()
with environment.one_sentence():
    application = RequestLimit(get_asgi_application())
