"""Our own style sheets, scripts and icons: named by their content, compressed, served by the web process itself."""

from typing import Any

import brotli  # type: ignore[import-untyped]
from django.conf import settings
from django.contrib.staticfiles.finders import AppDirectoriesFinder
from django.http import HttpRequest, HttpResponse
from whitenoise.compress import Compressor
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

SOURCE_MAP = "sourceMappingURL"


def without_source_maps(patterns: Any) -> tuple[Any, ...]:
    """Source maps of vendored files are not copied, so their comments must not be followed."""
    kept = ((glob, tuple(rule for rule in rules if SOURCE_MAP not in str(rule))) for glob, rules in patterns)
    return tuple((glob, rules) for glob, rules in kept if rules)


class OwnAppsFinder(AppDirectoriesFinder):
    """Only what our own apps bring: scripts inside third-party packages are neither used nor served."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(settings.OWN_APPS, *args, **kwargs)


class QuickCompressor(Compressor):
    """Brotli at nine instead of eleven: a sixth larger, but a first start takes half a second and not ten."""

    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        compressed: bytes = brotli.compress(data, quality=9)
        return compressed


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    support_js_module_import_aggregation = True  # our custom elements are plain modules that import each other
    patterns = without_source_maps(CompressedManifestStaticFilesStorage.patterns)

    def create_compressor(self, **options: Any) -> Compressor:
        return QuickCompressor(**options)  # type: ignore[no-untyped-call]


class StaticFilesMiddleware(WhiteNoiseMiddleware):
    """Answers with the bytes at once: a file iterator would block the event loop, and ours are small."""

    @staticmethod
    def serve(static_file: StaticFile, request: HttpRequest) -> HttpResponse:  # type: ignore[override]
        found = static_file.get_response(request.method, request.META)
        body = b""
        if found.file is not None:
            with found.file as file:
                body = file.read()
        response = HttpResponse(body, status=int(found.status))
        del response["content-type"]
        for name, value in found.headers:
            response[name] = value
        return response
