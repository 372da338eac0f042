"""Parts of the editor's screen beside the fields themselves."""

from django.urls import reverse
from wagtail.admin.panels import HelpPanel

from forms.compiler import compile_form
from forms.models import FormDefinition
from forms.services.beside import uses_beside
from forms.services.following import open_drafts
from forms.views.beside import screens_of
from forms.words import uses_in_words


class BesidePanel(HelpPanel):
    """The way to the other screens of the form."""

    def __init__(self, **kwargs):
        super().__init__(**{"template": "forms/building/beside.html", **kwargs})

    class BoundPanel(HelpPanel.BoundPanel):
        def is_shown(self):
            return super().is_shown() and bool(self.instance.pk)

        def get_context_data(self, parent_context=None):
            context = super().get_context_data(parent_context)
            here = reverse("forms_admin:edit", args=[self.instance.pk])
            return context | {"beside": screens_of(self.instance, here)[1:]}


class DraftsPanel(HelpPanel):
    """How many people are filling in the form, and what publishing does to them."""

    def __init__(self, **kwargs):
        super().__init__(**{"template": "forms/panels/drafts.html", **kwargs})

    class BoundPanel(HelpPanel.BoundPanel):
        def is_shown(self):
            return super().is_shown() and bool(self.instance.pk)

        def get_context_data(self, parent_context=None):
            context = super().get_context_data(parent_context)
            form = FormDefinition.objects.get(pk=self.instance.pk)
            return context | {"form": form, "open_drafts": open_drafts(form)}


class UsesPanel(HelpPanel):
    """What hangs on what: to be read before a question is changed or removed.

    It shows the form as it was saved last. Questions, choices and pages that nothing
    hangs on are not listed.
    """

    def __init__(self, **kwargs):
        super().__init__(**{"template": "forms/panels/uses.html", **kwargs})

    class BoundPanel(HelpPanel.BoundPanel):
        def is_shown(self):
            return super().is_shown() and bool(self.instance.pk)

        def get_context_data(self, parent_context=None):
            context = super().get_context_data(parent_context)
            last = self.instance.latest_version()
            document = compile_form(
                self.instance, previous=last.document if last else None
            ).document
            beside = uses_beside(self.instance)
            return context | {"uses": uses_in_words(document, beside)}
