import asyncio

import pytest

from helpdesk.request_limit import RequestLimit


@pytest.fixture
def post(settings):
    """Posts chunks of these sizes; returns the status and how many bytes the application was given."""
    settings.REQUEST_MAX_BYTES = 100

    def send_chunks(*sizes: int, announced: int | None = None) -> tuple[int, int]:
        headers = [] if announced is None else [(b"content-length", str(announced).encode())]
        left, given, statuses = list(sizes), [], []

        async def application(scope, receive, send):
            while (event := await receive())["type"] == "http.request":
                given.append(len(event["body"]))
                if not event["more_body"]:
                    await send({"type": "http.response.start", "status": 200})
                    break

        async def receive():
            return {"type": "http.request", "body": b"x" * left.pop(0), "more_body": bool(left)}

        async def send(event):
            statuses.append(event.get("status"))

        asyncio.run(RequestLimit(application)({"type": "http", "headers": headers}, receive, send))
        return (statuses or [0])[0], sum(given)

    return send_chunks


def test_what_fits_passes(post):
    assert post(60, 40, announced=100) == (200, 100)


def test_what_announces_too_much_is_refused_before_a_byte_is_read(post):
    assert post(60, 60, announced=120) == (413, 0)


def test_what_sends_too_much_without_announcing_it_is_hung_up_on(post):
    assert post(60, 60) == (0, 60)
