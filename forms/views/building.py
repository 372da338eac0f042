"""Beside the editor: compare, look over, try, keep as a file, begin from a model.

All of it is about definitions. No answer of anybody is read here, and what is tried is
stored nowhere.
"""

import secrets
from collections.abc import Iterable
from urllib.parse import quote

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from exchange.pdf import PdfError, render_pdf
from forms import portable, starters
from forms.answers import pages_in_words, read
from forms.blocks import KIND_NAMES
from forms.changes import changes
from forms.compiler import Compiled, compile_form, fields_of
from forms.differences import before_and_after
from forms.forms.bound import bind_page, faults_of
from forms.forms.controls import control_of
from forms.generated import generated
from forms.models import FormDefinition
from forms.services.beside import left_without, uses_beside
from forms.services.definitions import begin_from_starter, import_form
from forms.services.following import open_drafts
from forms.views.beside import screens_of
from forms.wording import hints
from forms.words import by_key, in_words, question_in_words, uses
from staff.views import PrivateView

FILLS = ("most", "least", "any")


class BuildingView(PrivateView):
    """A page about one definition; 404 where there is none."""

    permission_required = "portal_forms.change_formdefinition"
    model = FormDefinition
    index_url_name = "forms_admin:list"
    index_title = gettext_lazy("Forms")
    title = ""

    def get_page_title(self):
        return self.title

    def get_page_subtitle(self):
        return str(self.form)

    @cached_property
    def form(self) -> FormDefinition:
        found = FormDefinition.objects.filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    @cached_property
    def draft(self) -> FormDefinition:
        """The form as its editors see it now, published or not."""
        return self.form.get_latest_revision_as_object()

    @cached_property
    def last(self):
        return self.form.latest_version()

    @cached_property
    def compiled(self) -> Compiled:
        before = self.last.document if self.last else None
        compiled = compile_form(self.draft, previous=before)
        compiled.problems += left_without(self.form, compiled.document, before or {})
        return compiled

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        beside = screens_of(self.form, self.request.path)
        return context | {"form": self.form, "beside": beside}


class CompareView(BuildingView, TemplateView):
    """Two versions, or what is being edited against what is published."""

    title = gettext_lazy("What differs")
    template_name = "forms/building/compare.html"
    header_icon = "history"

    def get_context_data(self, **kwargs):
        versions = list(self.form.versions.order_by("-number"))
        numbers = {str(version.number): version for version in versions}
        newest = str(versions[0].number) if versions else ""
        before = numbers.get(self.request.GET.get("before", newest))
        after = numbers.get(self.request.GET.get("after", ""))
        document = after.document if after else self.compiled.document
        old = before.document if before else None
        found = changes(old, document)
        for change in found:
            change.rows = before_and_after(change, old, document)
        return super().get_context_data(**kwargs) | {
            "versions": versions,
            "before": before,
            "after": after,
            "breaking": [change for change in found if change.is_breaking],
            "editorial": [change for change in found if not change.is_breaking],
            "problems": [] if after else self.compiled.problems,
            "open_drafts": open_drafts(self.form),
            "drafts_until": self.draft.drafts_until,
            "is_editing": after is None,
        }


class OverviewView(BuildingView, TemplateView):
    """The map of a form: pages in order, every branch, what hangs on what, hints."""

    title = gettext_lazy("Map and check")
    template_name = "forms/building/overview.html"
    header_icon = "site"

    def get_context_data(self, **kwargs):
        document = self.compiled.document
        problems = self.compiled.problems
        return super().get_context_data(**kwargs) | {
            "pages": [] if problems else pages_of_map(document, uses_beside(self.form)),
            "problems": problems,
            "warnings": self.compiled.warnings,
            "hints": hints(document),
            "count": sum(1 for f in fields_of(document) if control_of(f).is_answer),
        }


def pages_of_map(document, beside) -> list[dict]:
    """Each page with its branches: when it is asked, where it goes, who uses what."""
    fields, hanging = by_key(document), uses(document, beside)
    number_of = {page["key"]: n for n, page in enumerate(document["pages"], 1)}
    rows = []
    for page in document["pages"]:
        questions = [
            {
                "field": field,
                "kind": KIND_NAMES[field["type"]],
                "rules": question_in_words(field, fields),
                "uses": hanging.get(field["key"], []),
                "is_answer": control_of(field).is_answer,
            }
            for field in page["fields"]
        ]
        ways = [
            {"use": use, "to": number_of.get(way["to"])}
            for way in page.get("goto") or []
            for use in hanging.get(way["to"], [])
            if use.kind == "goto" and use.key == page["key"]
        ]
        rows.append(
            {
                "page": page,
                "when": in_words(page["when"], fields),
                "questions": questions,
                "ways": ways,
                "checks": page.get("checks") or [],
            }
        )
    return rows


class TryView(BuildingView, TemplateView):
    """Try the form as it is being edited. Nothing is stored, counted or mailed."""

    title = gettext_lazy("Try it out")
    template_name = "forms/building/try.html"
    header_icon = "view"

    def post(self, request, *args, **kwargs):
        """Look at the answers on the screen; as a paper, if that was asked for."""
        context = self.get_context_data(**kwargs)
        if "paper" in request.POST and not self.compiled.problems:
            try:
                return self.paper(context)
            except PdfError as error:
                messages.error(request, str(error))
        return self.render_to_response(context)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        context["problems"] = self.compiled.problems
        if self.compiled.problems:
            return context
        document = self.compiled.document
        typed, reading, seed, fill = self.typed()
        shown = [
            {
                "page": page,
                "items": bind_page(
                    page,
                    typed,
                    reading.asked,
                    reading.errors,
                    reading.parts,
                    reading,
                ),
                "is_asked": page["key"] in reading.asked,
            }
            for page in document["pages"]
        ]
        return context | {
            "document": document,
            "shown": shown,
            "reading": reading,
            "wrong": [each for one in shown for each in faults_of(one["items"])],
            "pages": pages_in_words(document, reading.values, reading.asked),
            "seed": seed,
            "fill": fill,
        }

    def typed(self):
        """What was typed on the screen, or made-up answers where nothing was sent."""
        document = self.compiled.document
        if self.request.method == "POST":
            typed = {
                field["key"]: control_of(field).read(field, self.request.POST)
                for page in document["pages"]
                for field in page["fields"]
                if control_of(field).is_typed
            }
            return typed, read(document, typed, timezone.localdate()), 0, ""
        fill = self.request.GET.get("fill", "most")
        fill = fill if fill in FILLS else "most"
        seed = self.request.GET.get("seed", "")
        seed = (
            int(seed)
            if seed.isdecimal() and len(seed) < 10
            else secrets.randbelow(9**9)
        )
        typed, reading = generated(document, fill, seed)
        return typed, reading, seed, fill

    def paper(self, context) -> HttpResponse:
        content = render_pdf(
            "forms/documents/trial.html",
            {"document": context["document"], "pages": context["pages"]},
        )
        response = HttpResponse(content, content_type="application/pdf")
        response["Content-Disposition"] = 'inline; filename="trial.pdf"'
        return response


class SaveAsFileView(BuildingView, View):
    """The form as it is being edited, as a file."""

    def get(self, request, *args, **kwargs):
        response = HttpResponse(
            portable.as_file(self.draft), content_type="application/json; charset=utf-8"
        )
        name = quote(f"form-{self.form.slug}.json")
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


class FileForm(forms.Form):
    """The file of a form."""

    file = forms.FileField(
        label=gettext_lazy("File of a form"),
        help_text=gettext_lazy("A .json file made by “Save as a file”."),
        error_messages={
            "required": gettext_lazy("Choose the file."),
            "empty": gettext_lazy("The file is empty. Choose another one."),
        },
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )


class BeginView(PrivateView, TemplateView):
    """A new form: blank, from a ready-made one, or from a file."""

    permission_required = "portal_forms.add_formdefinition"
    template_name = "forms/building/begin.html"
    index_url_name = "forms_admin:list"
    index_title = gettext_lazy("Forms")
    header_icon = "form"

    def get_page_title(self):
        return _("Begin a new form")

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "starters": starters.catalogue(),
            "file_form": kwargs.get("file_form") or FileForm(),
        }

    def post(self, request, *args, **kwargs):
        if "starter" in request.POST:
            return self.from_starter(request.POST["starter"])
        form = FileForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                content = form.cleaned_data["file"].read(portable.LARGEST + 1)
                return self.opened(import_form(content, by=request.user))
            except ValidationError as refusal:
                for words in sentences(refusal):
                    form.add_error("file", words)
        return self.render_to_response(self.get_context_data(file_form=form))

    def from_starter(self, name: str):
        if name not in starters.files():
            raise Http404
        return self.opened(begin_from_starter(name, by=self.request.user))

    def opened(self, definition: FormDefinition):
        messages.success(
            self.request,
            _("“%(title)s” is here as a draft. Nothing is public yet.")
            % {"title": definition.title},
        )
        return redirect(reverse("forms_admin:edit", args=[definition.pk]))


def sentences(refusal: ValidationError) -> Iterable[str]:
    """What is wrong with a file, each said once."""
    return list(dict.fromkeys(refusal.messages))
