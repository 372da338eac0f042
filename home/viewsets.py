"""Screens for what many pages share: sections in charge, readings."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.widgets import AdminAutoHeightTextInput

from home.models import Phrase, Reading, Section
from staff.account_viewsets import (
    AuditedCreateView,
    AuditedEditView,
    AuditedModelViewSet,
)


class SectionViewSet(AuditedModelViewSet):
    """The sections that keep pages: changed here, shown on every page of theirs."""

    model = Section
    icon = "group"
    menu_label = _("Sections in charge")
    url_prefix = "sections"
    list_display = ["name", "phone", "fax", "mail"]
    search_fields = ["name"]
    panels = [
        HelpPanel(
            content=_("Not everybody can call: give a fax, an email or a form as well.")
        ),
        FieldPanel("name"),
        FieldRowPanel([FieldPanel("phone"), FieldPanel("fax")]),
        FieldPanel("hours"),
        MultiFieldPanel(
            [FieldPanel("mail"), FieldPanel("form_path")], heading=_("In writing")
        ),
    ]


class ApprovingMixin:
    """Write down who approved a reading, and when."""

    def form_valid(self, form):
        reading = form.instance
        if not reading.is_approved:
            reading.approved_by = reading.approved_on = None
        elif form.has_changed() or reading.approved_by is None:
            reading.approved_by = self.request.user
            reading.approved_on = timezone.localdate()
        return super().form_valid(form)


class ReadingCreateView(ApprovingMixin, AuditedCreateView):
    """A new word."""


class ReadingEditView(ApprovingMixin, AuditedEditView):
    """A word that is there."""


class ReadingViewSet(AuditedModelViewSet):
    """The dictionary of readings."""

    model = Reading
    icon = "openquote"
    menu_label = _("Readings (furigana)")
    url_prefix = "readings"
    list_display = ["word", "reading", "is_approved", "approved_by", "approved_on"]
    list_filter = ["is_approved"]
    search_fields = ["word", "reading"]
    add_view_class = ReadingCreateView
    edit_view_class = ReadingEditView
    panels = [FieldPanel("word"), FieldPanel("reading"), FieldPanel("is_approved")]


class PhraseCreateView(AuditedCreateView):
    """New words; the report of translations names the text and the language."""

    def get_initial(self):
        asked = {name: self.request.GET.get(name, "") for name in ("text", "language")}
        return super().get_initial() | asked


class PhraseViewSet(AuditedModelViewSet):
    """What facts that are kept once say in other languages."""

    model = Phrase
    icon = "globe"
    menu_label = _("Facts in other languages")
    url_prefix = "phrases"
    list_display = ["text", "language", "said"]
    list_filter = ["language"]
    search_fields = ["text", "said"]
    add_view_class = PhraseCreateView
    panels = [
        FieldPanel("text", widget=AdminAutoHeightTextInput),
        FieldPanel("language"),
        FieldPanel("said", widget=AdminAutoHeightTextInput),
    ]


class SharedGroup(ViewSetGroup):
    """What many pages share, together in the menu."""

    items = (SectionViewSet, ReadingViewSet, PhraseViewSet)
    menu_label = _("Shared by pages")
    menu_icon = "group"
    menu_order = 310
