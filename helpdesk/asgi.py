"""The web server's way in: `uvicorn helpdesk.asgi:application`."""

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

from helpdesk import environment
from helpdesk.request_limit import RequestLimit

environment.load()
with environment.one_sentence():
    pages = RequestLimit(get_asgi_application())

from helpdesk.sockets import sockets  # noqa: E402 (reads models, which are loaded by now)

application = ProtocolTypeRouter({"http": pages, "websocket": sockets})
