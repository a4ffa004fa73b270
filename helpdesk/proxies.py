"""Who is really calling: only a proxy named in TRUSTED_PROXIES may say for whom it speaks."""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED")


class TrustedProxiesMiddleware:
    """Sets REMOTE_ADDR to the caller behind our own proxies and drops what anybody else forwards.

    First in the chain: everything after it reads REMOTE_ADDR and nothing else.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.networks = [ip_network(name, strict=False) for name in settings.TRUSTED_PROXIES]

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if self.trusts(client_address(request)):
            request.META["REMOTE_ADDR"] = self.caller(request)
        else:
            for name in FORWARDED:
                request.META.pop(name, None)
        return self.get_response(request)

    def caller(self, request: HttpRequest) -> str:
        """The last hop in X-Forwarded-For that is not one of ours: those before it may be invented."""
        forwarded: str = request.META.get("HTTP_X_FORWARDED_FOR", "")
        hops = [hop.strip() for hop in forwarded.split(",")]
        stranger = next((hop for hop in reversed(hops) if not self.trusts(hop)), "")
        return stranger if address(stranger) else client_address(request)

    def trusts(self, hop: str) -> bool:
        found = address(hop)
        return found is not None and any(found in network for network in self.networks)


def address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def client_address(request: HttpRequest) -> str:
    """For django-axes, which would otherwise believe headers as soon as django-ipware is installed."""
    return str(request.META.get("REMOTE_ADDR", ""))
