"""The questions of the complaint form: every page is kept on the server before anything is judged."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.clock import now as clock_now
from core.errors import CouldNotStore
from portal import contacts, steps
from portal.callers import caller_of
from portal.models import FormDraft
from portal.pages import gone, page, private, show, speak
from portal.services import budgets, drafts


@require_http_methods(["GET", "HEAD", "POST"])
@page
def start(request: HttpRequest) -> HttpResponse:
    """The first question; its answer begins a draft with an address of its own."""
    if request.method != "POST":
        return _show_step(request, steps.ABOUT, None)
    return _begin(request, steps.ABOUT)


@require_http_methods(["GET", "HEAD", "POST"])
@private
@page
def step(request: HttpRequest, token: str, name: str) -> HttpResponse:
    """One page of questions of a draft."""
    draft = FormDraft.objects.filter(token=token, ticket=None).first()
    if draft is None:
        return _begin(request, name) if request.method == "POST" else gone(request)
    if draft.sent_at:
        return redirect("portal:received", token)
    if request.method == "POST":
        return _answer(request, draft, name)
    return _show_step(request, name, draft, judge="look" in request.GET)


def _begin(request: HttpRequest, name: str) -> HttpResponse:
    """A new draft; also for words that come for a draft which was forgotten meanwhile."""
    try:
        draft = drafts.begin(caller=caller_of(request), now=clock_now())
    except budgets.TooMany as refused:
        return _show_step(request, name, None, words=_typed(request, name), notice=refused.message)
    return _answer(request, draft, name)


def _typed(request: HttpRequest, name: str) -> dict[str, str]:
    """All that was typed on a page, right or wrong; a box that is not ticked counts as typed too."""
    return {field: request.POST.get(field, "") for field in steps.typed_names(name)}


def _answer(request: HttpRequest, draft: FormDraft, name: str) -> HttpResponse:
    """Keep everything first, then do what the pressed button says.

    What is wrong is shown by a page of its own address: a page that answers a post cannot be come back to.
    """
    now = clock_now()
    drafts.keep(draft, _typed(request, name), now=now)
    try:
        problems = drafts.attach(draft, request.FILES.getlist("attachments"), now=now)
    except budgets.TooMany as refused:
        return _show_step(request, name, draft, notice=refused.message)
    removed = request.POST.get("remove", "")
    if removed.isdecimal():
        drafts.detach(draft, int(removed))
    here = reverse("portal:step", args=[draft.token, name])
    if "language" in request.POST:
        return speak(redirect(here), request.POST["language"])
    if problems:
        return redirect(f"{here}?look=again")
    if removed or request.POST.get("do") == "upload":
        return redirect(f"{here}#files")
    if request.POST.get("do") == "back":
        return redirect("portal:step", draft.token, steps.before(name))
    pages = form_today().judged(draft.data)
    if not pages[name].is_valid():
        return redirect(f"{here}?look=again")
    following = steps.first_open(pages)
    if following == steps.CHECK:
        return redirect("portal:check", draft.token)
    return redirect("portal:step", draft.token, following)


def form_today() -> steps.Form:
    """The form as it is offered now. Raises CouldNotStore while nothing could be stored: better to say so before."""
    book = contacts.read()
    if book.webform is None:
        raise CouldNotStore(_("The form is closed at the moment."))
    return steps.Form(book, timezone.localdate(clock_now()))


def _show_step(
    request: HttpRequest,
    name: str,
    draft: FormDraft | None,
    *,
    judge: bool = False,
    words: dict[str, str] | None = None,
    notice: str = "",
) -> HttpResponse:
    form = form_today()
    page = form.page(name, words or (draft.data if draft else {}), judge=judge)
    if judge and draft and draft.refused and name == steps.STORY:
        page.add_error("attachments", draft.refused)
    context: dict[str, object] = {
        "form": page,
        "step": name,
        "number": steps.ORDER.index(name) + 1,
        "of": len(steps.ORDER),
        "draft": draft,
        "files": list(draft.files.select_related("file")) if draft and name == steps.STORY else [],
        "notice": notice,
    }
    return show(request, f"portal/{name}.html", context, book=form.contacts, status=429 if notice else 200)
