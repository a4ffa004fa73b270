"""Providers that take mail by HTTP, on this machine, speaking the wire formats of Graph, the Gmail API and Mailgun."""

import base64
import json
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass
class Asked:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    def field(self, name: str) -> str:
        """One plain field of a multipart/form-data body."""
        return self.body.partition(f'name="{name}"\r\n\r\n'.encode())[2].partition(b"\r\n--")[0].decode()

    @property
    def mail(self) -> EmailMessage:
        """The message in it, in any of the three wire formats."""
        kind = self.headers["content-type"].partition(";")[0]
        if kind == "multipart/form-data":
            raw = self.body.partition(b"Content-Type: message/rfc822\r\n\r\n")[2].rpartition(b"\r\n--")[0]
        else:
            raw = base64.b64decode(self.body, validate=True) if kind == "text/plain" else self.body
        return message_from_bytes(raw, policy=policy.default)


class Provider:
    """answers: status, headers and JSON for the next requests; status 0 takes the request and says nothing."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answers: list[tuple[int, dict[str, str], object]] = []
        self.usual: tuple[int, dict[str, str], object] = (200, {}, {"id": "<20261120.1@mg.nusanet.example>"})
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                provider.asked.append(Asked(self.path, headers, body))
                status, told, answer = provider.answers.pop(0) if provider.answers else provider.usual
                if not status:
                    self.connection.close()
                    return
                self.send_response(status)
                for name, value in told.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode() if answer else b"")

            def log_message(self, *_: object) -> None:
                """Quietly."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"localhost:{self.server.server_port}"
        self.url = f"http://{self.host}"
        Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
