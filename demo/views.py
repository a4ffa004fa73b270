from django.contrib.auth import login as log_in
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from demo.people import PARTS
from staff.models import User

BACKEND = "django.contrib.auth.backends.ModelBackend"


@require_POST
def login(request: HttpRequest) -> HttpResponse:
    """Be one of the people of the demo by one click; the address exists in the demo only."""
    part = next((part for part in PARTS if part.who == request.POST.get("who")), None)
    user = User.objects.filter(email=part.email, is_active=True).first() if part else None
    if user is None:
        raise Http404
    log_in(request, user, backend=BACKEND)
    return redirect("/desk/")
