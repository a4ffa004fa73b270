import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from helpdesk.proxies import TrustedProxiesMiddleware, client_address


@pytest.fixture
def seen(settings):
    """What the product believes of a request that came from `peer` with these headers."""
    settings.TRUSTED_PROXIES = ["10.0.0.0/8", "2001:db8::1"]

    def look(peer: str, **headers: str):
        request = RequestFactory().get("/")
        request.META |= {"REMOTE_ADDR": peer, **headers}
        TrustedProxiesMiddleware(lambda request: HttpResponse())(request)
        return request

    return look


def test_our_proxy_is_believed_about_the_caller(seen):
    assert client_address(seen("10.0.0.5", HTTP_X_FORWARDED_FOR="203.0.113.9")) == "203.0.113.9"
    assert client_address(seen("2001:db8::1", HTTP_X_FORWARDED_FOR="2001:db8::99")) == "2001:db8::99"


def test_what_the_caller_invented_in_front_of_it_is_not_believed(seen):
    request = seen("10.0.0.5", HTTP_X_FORWARDED_FOR="198.51.100.1, 203.0.113.9, 10.0.0.7")

    assert client_address(request) == "203.0.113.9"


def test_a_stranger_is_believed_nothing(seen):
    request = seen("203.0.113.9", HTTP_X_FORWARDED_FOR="198.51.100.1", HTTP_X_FORWARDED_PROTO="https")

    assert client_address(request) == "203.0.113.9"
    assert "HTTP_X_FORWARDED_PROTO" not in request.META


@pytest.mark.parametrize("nonsense", ["", "unknown", "198.51.100.1, <script>", ",,"])
def test_an_unreadable_address_leaves_the_proxy_s_own(seen, nonsense):
    assert client_address(seen("10.0.0.5", HTTP_X_FORWARDED_FOR=nonsense)) == "10.0.0.5"
