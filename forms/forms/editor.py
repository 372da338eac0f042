"""The form in which editors change a definition; nothing unsound is published."""

from datetime import date
from types import SimpleNamespace

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminModelForm

from forms import handlers
from forms.changes import breaking_changes
from forms.compiler import START_TEXTS, compile_form
from forms.models import FormDefinition


class FormDefinitionForm(WagtailAdminModelForm):
    """A definition. Saved as a draft it may be half-finished; published it may not.

    ``is_publishing`` is set by the view that knows which button was pressed.
    """

    is_publishing = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "handler" in self.fields:
            self.fields["handler"].widget = forms.Select(
                choices=[("", _("Not chosen yet")), *handlers.choices()]
            )

    def clean_handler(self) -> str:
        name = self.cleaned_data["handler"]
        refusal = handlers.refusal_of_change(self.published("handler"), name)
        if refusal:
            raise ValidationError(refusal)
        if name and name not in dict(handlers.choices()):
            raise ValidationError(_("Choose one of the list."))
        return name

    def clean_slug(self) -> str:
        slug = self.cleaned_data["slug"]
        before = self.published("slug")
        if before and slug != before:
            raise ValidationError(
                _(
                    "This form has been published: its address is known and stays."
                    " Make a copy if you need another address."
                )
            )
        return slug

    def published(self, name: str) -> str | None:
        """A setting as it stands for the public; None before the first version.

        It is asked of the database: the screen may show a draft, or an old revision.
        """
        known = FormDefinition.objects.filter(
            pk=self.instance.pk, versions__isnull=False
        )
        return known.values_list(name, flat=True).first()

    def clean(self) -> dict:
        cleaned = super().clean()
        if self.is_publishing and not self.errors:
            last = self.instance.latest_version() if self.instance.pk else None
            compiled = compile_form(
                self.as_typed(cleaned), previous=last.document if last else None
            )
            for problem in compiled.problems:
                self.add_error(None, problem)
            if last and breaking_changes(last.document, compiled.document):
                self.refuse_past_day(cleaned.get("drafts_until"))
        return cleaned

    def refuse_past_day(self, day: date | None) -> None:
        """The day until which drafts go out as begun cannot be over when it is set."""
        if day and day < timezone.localdate():
            self.add_error(
                "drafts_until",
                _(
                    "This day is over already. The form changes in a way that concerns"
                    " open drafts: choose today or a later day, or leave it empty."
                ),
            )

    def as_typed(self, cleaned: dict) -> SimpleNamespace:
        """The definition as it stands on the screen."""
        names = ["slug", "title", "access", "handler", "pages", "translations"]
        names += START_TEXTS
        return SimpleNamespace(
            **{name: cleaned.get(name, getattr(self.instance, name)) for name in names}
        )
