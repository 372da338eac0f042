"""Stopping on the way and coming back: number and passphrase, or the own account."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from forms.models import Draft
from forms.services import document_of, hash_of, leave, owner_key
from forms.services.resuming import may_try, passphrase_of, resume
from forms.views import drafts
from forms.views.answering import SeeOther
from staff.services import client_address

SHOWN = 100


class ResumeForm(forms.Form):
    """The two things that stand on the page after keeping a draft."""

    number = forms.CharField(
        label=_("Draft number"),
        max_length=40,
        error_messages={"required": _("Enter the draft number.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 16}),
    )
    passphrase = forms.CharField(
        label=_("Passphrase"),
        max_length=80,
        error_messages={"required": _("Enter the passphrase.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 20}),
    )


@drafts.with_draft
def keep(request: HttpRequest, draft: Draft, key: str) -> HttpResponse:
    """Number and passphrase of a kept draft; the button closes it at this computer."""
    if request.method == "POST":
        response = SeeOther(reverse("form_list") + "?kept=1")
        return drafts.take_back(response, draft)
    if draft.sent_at or not (draft.resume_hash or draft.owner_id):
        return SeeOther(last_page(draft))
    is_first = hash_of(key) == draft.key_hash and not draft.owner_id
    context = {
        "draft": draft,
        "draft_key": key,
        "document": document_of(draft),
        "passphrase": passphrase_of(key) if is_first else "",
        "link": request.build_absolute_uri(
            f"{reverse('form_resume')}?number={draft.number}"
        ),
        "back": last_page(draft),
    }
    return render(request, "forms/keep.html", context)


def last_page(draft: Draft) -> str:
    return drafts.address("page", draft, draft.page or 1)


@require_http_methods(["GET", "HEAD", "POST"])
def resume_page(request: HttpRequest) -> HttpResponse:
    """Open a kept draft by its number and passphrase; nothing tells which was wrong."""
    form = ResumeForm(initial={"number": request.GET.get("number", "")[:40]})
    status = 200
    if request.method == "POST":
        form = ResumeForm(request.POST)
        if form.is_valid():
            found = try_to_resume(request, form)
            if found:
                draft, key = found
                return drafts.hand_over(SeeOther(last_page(draft)), draft, key)
            status = 429 if not may_try(client_address(request)) else 200
    return render(request, "forms/resume.html", {"form": form}, status=status)


def try_to_resume(request: HttpRequest, form: ResumeForm) -> tuple[Draft, str] | None:
    """The draft and its key; else None, and the form says what to do."""
    address = client_address(request)
    if not may_try(address):
        form.add_error(
            None,
            _(
                "There were too many attempts. Please wait 15 minutes, or call the"
                " office."
            ),
        )
        return None
    typed = form.cleaned_data
    found = resume(typed["number"], typed["passphrase"], address=address)
    if found is None:
        form.add_error(
            None,
            _(
                "No draft opens with this number and passphrase. Please check both. A"
                " draft that was sent, deleted or kept longer than its days is gone."
            ),
        )
    return found


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def my_drafts(request: HttpRequest) -> HttpResponse:
    """The own drafts: form, beginning and page, never what is in them."""
    own = Draft.objects.to_resume(request.user).select_related("version__form")
    if request.method == "POST":
        number = request.POST.get("number", "")[:20]
        draft = get_object_or_404(own, number=number)
        if "delete" in request.POST:
            leave(draft)
            return SeeOther(reverse("form_drafts") + "?deleted=1")
        return drafts.hand_over(SeeOther(last_page(draft)), draft, owner_key(draft))
    rows = [
        {
            "draft": draft,
            "page": draft.page or 1,
            "pages": len(draft.version.document["pages"]),
        }
        for draft in own[:SHOWN]
    ]
    context = {"rows": rows, "is_deleted": "deleted" in request.GET}
    return render(request, "forms/my_drafts.html", context)
