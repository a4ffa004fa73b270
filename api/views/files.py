from typing import cast

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from api.models import Upload
from api.serializers.traffic import UploadingSerializer, UploadSerializer
from api.services import uploads
from api.views.base import ApiView, ApiViewSet, read
from api.views.once import once
from core.clock import database_now
from core.errors import NotAllowed
from files.kinds import clean_name, is_program, runs
from tickets.models import Attachment
from web import downloads
from web.requests import PageRequest

MEGABYTE = 1024 * 1024


class TooLarge(APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


class WrongType(APIException):
    status_code = status.HTTP_415_UNSUPPORTED_MEDIA_TYPE
    default_code = "unsupported_type"


class FileViewSet(ApiViewSet[Upload]):
    """Files for later replies; nobody but the caller can use them."""

    serializer_class = UploadSerializer
    parser_classes = (MultiPartParser,)

    @extend_schema(request={"multipart/form-data": UploadingSerializer}, responses={201: UploadSerializer})
    @once
    def create(self, request: Request) -> Response:
        """Bring one file."""
        file = read(UploadingSerializer, request.data)["file"]
        if file.size > settings.UPLOAD_MAX_BYTES:
            most = settings.UPLOAD_MAX_BYTES // MEGABYTE
            raise TooLarge(_("%(name)s is too large: a file may have %(most)s MB.") % {"name": file.name, "most": most})
        name, content = clean_name(file.name), file.read()
        if is_program(content) or runs(name, file.content_type or ""):
            raise WrongType(_("%(name)s is a program: it is not taken.") % {"name": name})
        upload = uploads.keep(content, name=name, claimed_type=file.content_type, actor=self.actor, now=database_now())
        return Response(UploadSerializer(upload).data, status=status.HTTP_201_CREATED)


class AttachmentView(ApiView[Attachment]):
    """The bytes of an attachment, as a download."""

    @extend_schema(
        responses={(200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY, description="The file.")}
    )
    def get(self, request: Request, pk: str) -> HttpResponse:
        found = get_object_or_404(Attachment.objects.visible_to(self.actor).select_related("file"), pk=pk)
        if found.refusal:
            raise NotAllowed(found.refusal)
        return downloads.attachment(cast(PageRequest, request), pk=int(pk))
