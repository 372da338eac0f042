"""The lists of invitations and of what was held back for a look."""

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.widgets.button import HeaderButton

from forms.models import HeldSubmission, Invitation, RetentionRun
from forms.views import inviting, retention
from staff.dates import wareki
from staff.templatetags.japanese import wareki_time
from staff.viewsets import PrivateModelViewSet, VisibleIndexView


class InvitationIndexView(VisibleIndexView):
    """The invitations of the own unit, the newest on top."""

    any_permission_required = ["add"]

    def get_base_queryset(self):
        return super().get_base_queryset().with_uses().select_related("form", "partner")

    @cached_property
    def header_buttons(self):
        url = reverse("invitations:invite")
        return [HeaderButton(_("Invite to a form"), url=url, icon_name="plus")]

    @cached_property
    def no_results_message(self):
        return _("Your unit has invited nobody yet.")


class InvitationViewSet(PrivateModelViewSet):
    """Links that let somebody fill in a form without an account."""

    model = Invitation
    name = "invitations"
    icon = "mail"
    menu_label = gettext_lazy("Invitations")
    menu_order = 210
    add_to_admin_menu = True
    index_view_class = InvitationIndexView
    search_fields = ["number"]
    search_backend_name = None
    list_display = [
        "number",
        Column("form", label=gettext_lazy("Form")),
        Column("partner", label=gettext_lazy("School or group")),
        Column("reference", label=gettext_lazy("Number of the child or the case")),
        Column(
            "sent",
            label=gettext_lazy("Sent"),
            accessor=lambda row: f"{row.used} / {row.max_uses}",
        ),
        Column(
            "until",
            label=gettext_lazy("Can be used until"),
            accessor=lambda row: wareki(row.last_day),
            sort_key="expires_at",
        ),
        Column("state", label=gettext_lazy("State"), accessor="state_in_words"),
    ]
    detail_view_class = inviting.InvitationDetailView
    record_views = {"revoke": inviting.RevokeView}
    list_views = {"invite": inviting.InviteView}


class HeldIndexView(VisibleIndexView):
    """What waits for a look first, then what was judged."""

    any_permission_required = ["view"]

    def get_base_queryset(self):
        return super().get_base_queryset().select_related("submission__form")

    def order_queryset(self, queryset):
        if self.is_explicitly_ordered:
            return super().order_queryset(queryset)
        return queryset.order_by("-outcome", "-pk")

    @cached_property
    def no_results_message(self):
        return _("Nothing is held back.")


class HeldViewSet(PrivateModelViewSet):
    """Received answers that look as if a machine had sent them."""

    model = HeldSubmission
    name = "held"
    icon = "warning"
    menu_label = gettext_lazy("Held back")
    menu_order = 220
    add_to_admin_menu = True
    index_view_class = HeldIndexView
    list_filter = ["outcome"]
    list_display = [
        TitleColumn(
            "receipt",
            label=gettext_lazy("Receipt number"),
            accessor="submission",
            get_url=HeldSubmission.get_admin_url,
        ),
        Column("form", label=gettext_lazy("Form"), accessor="submission.form"),
        Column(
            "received",
            label=gettext_lazy("Received at"),
            accessor=lambda row: wareki_time(row.submission.submitted_at),
        ),
        Column("outcome", label=gettext_lazy("State"), accessor="get_outcome_display"),
    ]
    detail_view_class = inviting.HeldDetailView
    record_views = {"release": inviting.ReleaseView, "spam": inviting.SetAsideView}


class RetentionIndexView(VisibleIndexView):
    """The proofs of what was cleared, the newest on top."""

    any_permission_required = ["view"]

    def get_base_queryset(self):
        return super().get_base_queryset().select_related("form").defer("digests")

    @cached_property
    def no_results_message(self):
        return _("No answers have been cleared yet.")


class RetentionViewSet(PrivateModelViewSet):
    """What was cleared because its time was over, for those who answer for it."""

    model = RetentionRun
    name = "retention"
    icon = "bin"
    menu_label = gettext_lazy("Records of retention")
    menu_order = 175
    add_to_admin_menu = True
    index_view_class = RetentionIndexView
    list_filter = ["form", "is_dry"]
    list_display = [
        TitleColumn(
            "number",
            label=gettext_lazy("Number"),
            accessor=str,
            get_url=RetentionRun.get_admin_url,
        ),
        Column(
            "at",
            label=gettext_lazy("Run at"),
            accessor=lambda run: wareki_time(run.at),
            sort_key="at",
        ),
        Column("form", label=gettext_lazy("Form")),
        Column(
            "act",
            label=gettext_lazy("What was done"),
            accessor="act_in_words",
        ),
        Column(
            "count",
            label=gettext_lazy("Submissions"),
            accessor=lambda run: run.counts.get("submissions", 0),
        ),
    ]
    detail_view_class = retention.RetentionRunView


retention_viewset = RetentionViewSet()
invitation_viewset = InvitationViewSet()
held_viewset = HeldViewSet()
