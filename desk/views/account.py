"""Logging in and out, and one's own settings."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from desk.keys import KEYS
from desk.pages import posted, staff_page, user_of
from staff.models import User
from staff.services import preferences
from web.requests import PageRequest


class LogInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": gettext_lazy("E-mail address and password do not fit together."),
        "inactive": gettext_lazy("E-mail address and password do not fit together."),
    }


class LogIn(LoginView):
    """The staff's log-in. In the demo it offers one click for each kind of person."""

    template_name = "desk/login.html"
    authentication_form = LogInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(demo=settings.DEMO, **kwargs)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_invalid(form)
        response.status_code = 422
        return response


class LogOut(LogoutView):
    http_method_names = ["post", "options"]


class ProfileForm(forms.Form):
    language = forms.ChoiceField(choices=settings.LANGUAGES, label=gettext_lazy("Language"), widget=forms.RadioSelect)
    single_keys = forms.BooleanField(
        label=gettext_lazy("Single-key shortcuts (j, k, r, n …)"),
        help_text=gettext_lazy(
            "Switch them off if you use speech input or a screen reader. Ctrl+Enter goes on working."
        ),
        required=False,
    )
    mail_notices = forms.BooleanField(
        label=gettext_lazy("Mail me when a customer writes on a ticket of mine"),
        help_text=gettext_lazy(
            "You can answer the mail: your words go to the customer if your mail server proves that you wrote them."
        ),
        required=False,
    )
    digest = forms.ChoiceField(
        choices=User.Digest.choices,
        label=gettext_lazy("Mail me notices that I have not read"),
        help_text=gettext_lazy("Not in your quiet hours, nor while you are away. Each notice comes once."),
        required=False,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def profile(request: PageRequest) -> HttpResponse:
    """Language, keys, mails. The language chosen here holds on every device, so a cookie that says otherwise goes."""
    user = user_of(request)
    known = {name: getattr(user, name) for name in ProfileForm.base_fields}
    form = ProfileForm(posted(request), initial=known)
    if form.is_valid():
        preferences.change(user.pk, **form.cleaned_data)
        response = redirect("staff:profile")
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite="Lax")
        messages.success(request, _("Saved."))
        return response
    status = 422 if request.method == "POST" else 200
    return render(request, "desk/profile.html", {"form": form, "keys": KEYS}, status=status)
