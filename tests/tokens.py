"""A provider's token server as Microsoft and Google speak it, on this machine."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qsl


class TokenServer:
    """Gives a new access token each time it is asked, and keeps what it was asked. refusing: the error it answers."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.refusing = ""
        self.rotates = False
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer = provider.answer(dict(parse_qsl(body.decode())))
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode())

            def log_message(self, *_: object) -> None:
                """Quietly."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"localhost:{self.server.server_port}"
        Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, asked: dict[str, str]) -> tuple[int, dict[str, object]]:
        self.asked.append(asked)
        if self.refusing:
            return 400, {"error": self.refusing}
        number = len(self.asked)
        answer: dict[str, object] = {"access_token": f"access-{number}", "expires_in": 3600, "token_type": "Bearer"}
        if asked["grant_type"] == "authorization_code" or self.rotates:
            answer["refresh_token"] = f"refresh-{number}"
        return 200, answer

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
