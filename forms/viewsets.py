"""The desk of the form editors: definitions and their versions, never an answer."""

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.http import Http404
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.auth import require_admin_access
from wagtail.admin.panels import (
    FieldPanel,
    MultiFieldPanel,
    ObjectList,
    TabbedInterface,
)
from wagtail.admin.ui.tables import DateColumn, LiveStatusTagColumn, TitleColumn
from wagtail.admin.widgets.button import Button
from wagtail.snippets.views.snippets import (
    CopyView,
    CreateView,
    EditView,
    IndexView,
    SnippetViewSet,
    UnpublishView,
)

from forms.forms.editor import FormDefinitionForm
from forms.models import FormDefinition, FormVersion
from forms.panels import BesidePanel, DraftsPanel, UsesPanel
from forms.portable import free_slug
from forms.services import FormProblems
from forms.services.following import open_drafts
from forms.views.beside import BESIDE, screens_of
from forms.views.building import (
    BeginView,
    CompareView,
    OverviewView,
    SaveAsFileView,
    TryView,
)
from forms.views.desk import ConductView, WindowView
from staff.views import PrivateView

HOW_TO_TRANSLATE = _(
    "Add one language here, with the words around the form. Each page, question and"
    " choice has a place of its own for its words in that language, where it is edited."
    " Once the translation is marked as complete and published, people may choose the"
    " language at the beginning; until then the form is in Japanese only."
)


class PublishesSoundFormsOnly:
    """Publishing is refused while something is wrong; everything typed stays.

    Draft, publication, version and audit event are one transaction.
    """

    def is_valid(self, form):
        form.is_publishing = self.action == "publish"
        return super().is_valid(form)

    def form_valid(self, form):
        try:
            with transaction.atomic():
                return super().form_valid(form)
        except FormProblems as problems:
            for message in problems.messages:
                form.add_error(None, message)
            self.produced_error_message = _("This form cannot be published yet")
            return self.form_invalid(form)


class FormCreateView(PublishesSoundFormsOnly, CreateView):
    """A new form."""


class FormCopyView(PublishesSoundFormsOnly, CopyView):
    """A new form that begins as a copy of another one, as that is being edited now.

    It has an address and a title of its own, so that it can be saved as it is.
    """

    def get_initial_form_instance(self):
        copy = super().get_initial_form_instance().get_latest_revision_as_object()
        title = _("%(title)s (copy)") % {"title": copy.title}
        longest = FormDefinition._meta.get_field("title").max_length
        copy.title = title if len(title) <= longest else copy.title
        copy.pk, copy.slug, copy.drafts_until = None, free_slug(copy.slug), None
        return copy


class FormEditView(PublishesSoundFormsOnly, EditView):
    """A form being changed."""

    @cached_property
    def header_more_buttons(self):
        buttons = [*super().header_more_buttons]
        for at, (label, name, icon) in enumerate(BESIDE):
            address = reverse(f"forms_admin:{name}", args=[self.object.pk])
            buttons.append(Button(label, url=address, icon_name=icon, priority=at + 4))
        if self.live_object.live and self.live_object.versions.exists():
            buttons.append(
                Button(
                    _("Open the public form"),
                    url=reverse("form_start", args=[self.live_object.slug]),
                    icon_name="link-external",
                    priority=11,
                )
            )
        return buttons


class FormListView(IndexView):
    """The forms; a new one begins with a choice of what to begin with."""

    @cached_property
    def add_url(self):
        can_add = self.request.user.has_perm("portal_forms.add_formdefinition")
        return reverse("forms_admin:begin") if can_add else None


class FormUnpublishView(UnpublishView):
    """Closing a form: it is not closed without its audit event."""

    @transaction.atomic
    def post(self, request, *args, **kwargs):
        return super().post(request, *args, **kwargs)


class VersionsView(PrivateView, TemplateView):
    """Every published version of a form: number, day, who, how deep the change."""

    template_name = "forms/versions.html"
    permission_required = "portal_forms.view_formdefinition"
    model = FormDefinition
    index_url_name = "forms_admin:list"
    index_title = _("Forms")
    header_icon = "history"

    def get_page_title(self):
        return _("Versions")

    def get_page_subtitle(self):
        return str(self.form)

    @cached_property
    def form(self):
        found = FormDefinition.objects.filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    def get_context_data(self, **kwargs):
        versions = self.form.versions.select_related("published_by").defer("document")
        drafts = open_drafts(self.form)
        return super().get_context_data(**kwargs) | {
            "form": self.form,
            "beside": screens_of(self.form, self.request.path),
            "open_drafts": drafts,
            "versions": [(one, drafts.get(one.number, 0)) for one in versions],
        }


BUILDING = {
    "versions": VersionsView.as_view(),
    "compare": CompareView.as_view(),
    "overview": OverviewView.as_view(),
    "try": TryView.as_view(),
    "file": SaveAsFileView.as_view(),
    "window": WindowView.as_view(),
    "conduct": ConductView.as_view(),
}


def versions_url(form: FormDefinition) -> str | None:
    return reverse("forms_admin:versions", args=[form.pk]) if form.number else None


class FormDefinitionViewSet(SnippetViewSet):
    """Forms in the admin."""

    model = FormDefinition
    icon = "form"
    url_namespace = "forms_admin"
    url_prefix = "forms"
    menu_label = _("Forms")
    menu_order = 200
    add_to_admin_menu = True
    add_view_class = FormCreateView
    copy_view_class = FormCopyView
    edit_view_class = FormEditView
    index_view_class = FormListView
    unpublish_view_class = FormUnpublishView
    list_display = [
        "title",
        "slug",
        TitleColumn(
            "number",
            label=_("Version"),
            get_url=versions_url,
            accessor=lambda form: form.number or "–",
        ),
        DateColumn("published_at", label=_("Published at")),
        LiveStatusTagColumn(),
    ]
    list_filter = ["access"]
    search_fields = ["title", "slug"]

    edit_handler = TabbedInterface(
        [
            ObjectList(
                [
                    BesidePanel(),
                    FieldPanel("pages"),
                    UsesPanel(heading=_("What hangs on what")),
                ],
                heading=_("Questions"),
            ),
            ObjectList(
                [
                    FieldPanel("title"),
                    FieldPanel("slug"),
                    MultiFieldPanel(
                        [FieldPanel("access"), FieldPanel("handler")],
                        heading=_("Who and what for"),
                    ),
                    MultiFieldPanel(
                        [DraftsPanel(), FieldPanel("drafts_until")],
                        heading=_("Drafts that are open"),
                    ),
                    MultiFieldPanel(
                        [
                            FieldPanel("retention_short_days"),
                            FieldPanel("retention_days"),
                            FieldPanel("retention_act"),
                        ],
                        heading=_("How long answers are kept"),
                    ),
                    MultiFieldPanel(
                        [
                            FieldPanel("intro"),
                            FieldPanel("who_may"),
                            FieldPanel("what_you_need"),
                            FieldPanel("privacy_note"),
                            FieldPanel("next_steps"),
                        ],
                        heading=_("Texts before and after"),
                    ),
                ],
                heading=_("Settings"),
            ),
            ObjectList(
                [FieldPanel("translations", help_text=HOW_TO_TRANSLATE)],
                heading=_("Translations"),
            ),
        ],
        base_form_class=FormDefinitionForm,
    )

    def get_queryset(self, request):
        last = FormVersion.objects.filter(form=OuterRef("pk")).order_by("-number")
        return FormDefinition.objects.annotate(
            number=Subquery(last.values("number")[:1]),
            published_at=Subquery(last.values("published_at")[:1]),
        )

    def get_urlpatterns(self):
        return [
            *super().get_urlpatterns(),
            path("begin/", require_admin_access(BeginView.as_view()), name="begin"),
            *(
                path(f"{name}/<int:pk>/", require_admin_access(view), name=name)
                for name, view in BUILDING.items()
            ),
        ]
