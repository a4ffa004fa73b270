import logging

import pytest

from helpdesk.logs import WithoutTokens


@pytest.mark.parametrize(
    ("said", "logged"),
    [
        ("Not Found: /c/MTgy:1xUw:mYBuAW/", "Not Found: /c/***/"),
        ("Service Unavailable: /complain/abcdefgh23456789/check/", "Service Unavailable: /complain/***/check/"),
        ("Not Found: /in/whatsapp/geheim?x=1", "Not Found: /in/whatsapp/***?x=1"),
        ("Not Found: /desk/t/KLH-2611-7F4Q2XK/", "Not Found: /desk/t/KLH-2611-7F4Q2XK/"),
    ],
)
def test_an_address_that_opens_something_is_not_in_the_logs(said, logged):
    kind, _, path = said.partition(": ")
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "%s: %s", (kind, path), None)

    WithoutTokens().filter(record)

    assert record.getMessage() == logged
