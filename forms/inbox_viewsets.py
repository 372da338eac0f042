"""The addresses of the inbox, and the screens of who may read what."""

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, TitleColumn

from exchange.models import OutboxItem
from forms.models import (
    AnswerExport,
    AnswerGrant,
    FormDefinition,
    FormDelivery,
    Submission,
)
from forms.querysets import CITY, reads_answers
from forms.views import (
    bulk,
    correcting,
    entering,
    export_jobs,
    exporting,
    inbox,
    retention,
    submission,
)
from staff.account_viewsets import AuditedEditView, AuditedModelViewSet
from staff.dates import wareki
from staff.people import holders
from staff.viewsets import PrivateModelViewSet


class InboxMenuItem(MenuItem):
    """Shown to those who read answers, by office or by grant."""

    def is_shown(self, request):
        return reads_answers(request.user)


class OwnPageViewSet(PrivateModelViewSet):
    """Records whose list is a page of our own: it has no address for results alone."""

    @property
    def index_view(self):
        return self.private_view(self.index_view_class)

    def get_urlpatterns(self):
        patterns = super().get_urlpatterns()
        return [pattern for pattern in patterns if pattern.name != "index_results"]

    @property
    def index_results_view(self):
        return self.index_view


class InboxViewSet(OwnPageViewSet):
    """What was received, over all forms."""

    model = Submission
    name = "inbox"
    icon = "mail"
    menu_label = gettext_lazy("Answers received")
    menu_order = 105
    add_to_admin_menu = True
    menu_item_class = InboxMenuItem
    index_view_class = inbox.InboxView
    detail_view_class = submission.SubmissionView
    list_views = {
        "columns": inbox.ColumnsView,
        "bulk": bulk.BulkView,
        "enter": entering.EnterView,
        "export": exporting.ExportView,
    }
    record_views = {
        "assign": submission.AssignView,
        "state": submission.StateView,
        "note": submission.NoteView,
        "ask": submission.AskView,
        "aside": submission.AsideView,
        "restore": submission.RestoreView,
        "link": submission.LinkView,
        "unlink": submission.UnlinkView,
        "hand_on": submission.HandOnView,
        "correct": correcting.CorrectView,
        "hold": retention.HoldView,
        "lift": retention.LiftView,
        "sheet": submission.SheetView,
    }

    def get_menu_item(self, order=None):
        return self.menu_item_class(
            label=self.menu_label,
            url=self.menu_url,
            name=self.menu_name,
            icon_name=self.menu_icon,
            order=self.get_menu_item_order(order),
        )


class AnswerExportViewSet(OwnPageViewSet):
    """Large exports of one's own; reached from the inbox, so not in the menu."""

    model = AnswerExport
    name = "answer-exports"
    icon = "download"
    menu_label = gettext_lazy("My exports")
    index_view_class = export_jobs.ExportJobsView
    detail_view_class = export_jobs.ExportJobView
    record_views = {
        "file": export_jobs.ExportFileView,
        "again": export_jobs.ExportAgainView,
        "give_up": export_jobs.ExportGiveUpView,
    }


class AnswerGrantForm(WagtailAdminModelForm):
    """Who reads the answers of which form: given by one person to another."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        people = holders(role__in=CITY)
        self.fields["user"].queryset = people.order_by("username")
        self.fields["form"].queryset = FormDefinition.objects.order_by("title")

    def clean(self):
        cleaned = super().clean()
        user, scope = self.for_user, self.for_user.scope
        unit = cleaned.get("unit")
        if (
            cleaned.get("user") == user
            or (unit and unit.pk in scope.unit_ids)
            or cleaned.get("role") in scope.roles
        ):
            raise ValidationError(
                _("Nobody gives this right to themselves. Ask another administrator.")
            )
        return cleaned

    class Meta(WagtailAdminModelForm.Meta):
        model = AnswerGrant
        fields = [
            "form",
            "unit",
            "role",
            "user",
            "can_act",
            "can_export",
            "valid_from",
            "valid_to",
        ]


class GrantEditView(AuditedEditView):
    """A right being changed or ended; the title says whose it is, and to what."""

    def get_page_subtitle(self):
        return f"{self.object.form or _('Every form')} {self.object.holder}"


class AnswerGrantViewSet(AuditedModelViewSet):
    """Rights to read answers. They end by their date and are never deleted."""

    model = AnswerGrant
    name = "answer-grants"
    icon = "key"
    menu_label = gettext_lazy("Who reads answers")
    menu_order = 305
    add_to_admin_menu = True
    list_filter = ["form", "role", "unit"]
    list_display = [
        TitleColumn(
            "form",
            label=gettext_lazy("Form"),
            accessor=lambda grant: grant.form or _("Every form"),
            get_url=lambda grant: reverse("answer-grants:edit", args=[grant.pk]),
        ),
        Column("holder", label=gettext_lazy("Who"), accessor="holder"),
        "can_act",
        "can_export",
        Column(
            "valid_to",
            label=gettext_lazy("Valid until"),
            accessor=lambda grant: wareki(grant.valid_to) if grant.valid_to else "",
        ),
    ]

    edit_view_class = GrantEditView

    def get_form_class(self, for_update=False):
        return AnswerGrantForm


class FormDeliveryForm(WagtailAdminModelForm):
    """A receiver of a form."""

    class Meta(WagtailAdminModelForm.Meta):
        model = FormDelivery
        fields = ["form", "kind", "url", "unit", "secret", "fields", "is_active"]


def stuck_of(delivery: FormDelivery) -> str:
    """How many deliveries were given up or wait after a failure."""
    key = f"delivery:{delivery.pk}:"
    count = OutboxItem.objects.stuck(timezone.now()).filter(key__startswith=key).count()
    return _("%(count)d in trouble") % {"count": count} if count else _("All well")


class FormDeliveryViewSet(AuditedModelViewSet):
    """Who is told of answers that came; what failed stands among the things to send."""

    model = FormDelivery
    name = "form-deliveries"
    icon = "link-external"
    menu_label = gettext_lazy("Deliveries of forms")
    menu_order = 306
    add_to_admin_menu = True
    list_display = [
        "form",
        Column("kind", label=gettext_lazy("Kind"), accessor="get_kind_display"),
        Column("to", label=gettext_lazy("To"), accessor=lambda d: d.url or d.unit),
        "is_active",
        Column("stuck", label=gettext_lazy("State"), accessor=stuck_of),
    ]

    def get_form_class(self, for_update=False):
        return FormDeliveryForm


inbox_viewset = InboxViewSet()
answer_export_viewset = AnswerExportViewSet()
form_delivery_viewset = FormDeliveryViewSet()
answer_grant_viewset = AnswerGrantViewSet()
