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
    SnippetViewSet,
    UnpublishView,
)

from forms.forms.editor import FormDefinitionForm
from forms.models import FormDefinition, FormVersion
from forms.panels import UsesPanel
from forms.services import FormProblems
from forms.views.desk import ConductView, WindowView
from staff.views import PrivateView


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
    """A new form that begins as a copy of another one."""


class FormEditView(PublishesSoundFormsOnly, EditView):
    """A form being changed."""

    versions_url_name = "forms_admin:versions"

    @cached_property
    def header_more_buttons(self):
        buttons = [
            *super().header_more_buttons,
            Button(
                _("Versions"),
                url=reverse(self.versions_url_name, args=[self.object.pk]),
                icon_name="history",
                priority=10,
            ),
            Button(
                _("Period and places"),
                url=reverse("forms_admin:window", args=[self.object.pk]),
                icon_name="date",
                priority=8,
            ),
            Button(
                _("How the form is received"),
                url=reverse("forms_admin:conduct", args=[self.object.pk]),
                icon_name="cogs",
                priority=9,
            ),
        ]
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
        return super().get_context_data(**kwargs) | {
            "form": self.form,
            "versions": versions,
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
    unpublish_view_class = FormUnpublishView
    list_display = [
        "title",
        "slug",
        TitleColumn(
            "number", label=_("Version"), get_url=versions_url, accessor="number"
        ),
        DateColumn("published_at", label=_("Published at")),
        LiveStatusTagColumn(),
    ]
    list_filter = ["access"]
    search_fields = ["title", "slug"]

    edit_handler = TabbedInterface(
        [
            ObjectList(
                [FieldPanel("pages"), UsesPanel(heading=_("What hangs on what"))],
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
                        [FieldPanel("retention_days"), FieldPanel("retention_act")],
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
            ObjectList([FieldPanel("translations")], heading=_("Translations")),
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
        versions = require_admin_access(VersionsView.as_view())
        window = require_admin_access(WindowView.as_view())
        conduct = require_admin_access(ConductView.as_view())
        return [
            *super().get_urlpatterns(),
            path("versions/<int:pk>/", versions, name="versions"),
            path("window/<int:pk>/", window, name="window"),
            path("conduct/<int:pk>/", conduct, name="conduct"),
        ]
