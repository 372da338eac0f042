"""What leaves as a spreadsheet: the list of referrals, without a word of narrative."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field

from cases.models import Referral
from cases.querysets import reads_council_check
from exchange.resources import BulkResource
from staff.dates import wareki
from staff.forms import JapaneseDateField


class ReferralFilterForm(forms.Form):
    """Which referrals leave: those received from one day to another."""

    received_from = JapaneseDateField(label=_("Received from"), required=False)
    received_to = JapaneseDateField(label=_("Received until"), required=False)


class ReferralResource(BulkResource):
    """Referrals as their list shows them; whose they are about stays inside."""

    is_private = True
    filter_form_class = ReferralFilterForm

    number = Field("number", column_name=_("Receipt number"))
    received = Field(column_name=_("Day of receipt"))
    partner = Field("partner__name", column_name=_("School or group"))
    urgency = Field("get_urgency_display", column_name=_("Urgency"))
    state = Field("get_state_display", column_name=_("State"))
    unit = Field("unit__name", column_name=_("Unit in charge"))
    council_check = Field(
        "get_council_check_display", column_name=_("Check of the council's list")
    )

    class Meta(BulkResource.Meta):
        model = Referral
        import_id_fields = ["number"]
        fields = [
            "number",
            "received",
            "partner",
            "urgency",
            "state",
            "unit",
            "council_check",
        ]
        export_order = fields

    def __init__(self, *, user, **kwargs):
        super().__init__(user=user, **kwargs)
        if not reads_council_check(user):
            del self.fields["council_check"]

    def get_queryset(self):
        visible = Referral.objects.visible_to(self.user)
        return visible.select_related("partner", "unit", "case__child")

    def filtered(self, queryset, choices):
        """Those received in the days asked for, both included."""
        if choices.get("received_from"):
            queryset = queryset.filter(received_at__date__gte=choices["received_from"])
        if choices.get("received_to"):
            queryset = queryset.filter(received_at__date__lte=choices["received_to"])
        return queryset

    def dehydrate_received(self, referral) -> str:
        return wareki(timezone.localdate(referral.received_at))
