"""The list of schools and groups as a spreadsheet."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from import_export.fields import Field

from exchange.resources import BulkResource
from exchange.widgets import (
    ChoiceWidget,
    CodeWidget,
    DigitsWidget,
    TextWidget,
    YesNoWidget,
)
from staff.models import Partner


class PartnerResource(BulkResource):
    """Schools and groups: one line for each, found again by its code."""

    code = Field("code", pgettext_lazy("spreadsheet", "Code"), CodeWidget())
    name = Field("name", pgettext_lazy("spreadsheet", "School or group"), TextWidget())
    name_kana = Field("name_kana", pgettext_lazy("spreadsheet", "Kana"), TextWidget())
    kind = Field(
        "kind", pgettext_lazy("spreadsheet", "Kind"), ChoiceWidget(Partner.Kind.choices)
    )
    phone = Field("phone", pgettext_lazy("spreadsheet", "Phone"), DigitsWidget(10, 11))
    postal_code = Field(
        "postal_code", pgettext_lazy("spreadsheet", "Postal code"), DigitsWidget(7)
    )
    address = Field("address", pgettext_lazy("spreadsheet", "Address"), TextWidget())
    is_active = Field(
        "is_active", pgettext_lazy("spreadsheet", "In use"), YesNoWidget()
    )

    hints = {
        "code": _(
            "Digits, letters and hyphens. Never change it: rows are found by it."
        ),
        "name": _("The name as people know it, at most 100 characters."),
        "name_kana": _("The reading in katakana. May stay empty."),
        "kind": _("Choose from the list."),
        "phone": _("10 or 11 digits that begin with 0, with or without hyphens."),
        "postal_code": _("7 digits, with or without the hyphen."),
        "address": _("From the city on. May stay empty."),
        "is_active": _("はい, or いいえ for one that is gone; never delete its row."),
    }
    samples = {
        "code": "0101",
        "name": "架空第一小学校",
        "name_kana": "カクウダイイチショウガッコウ",
        "kind": "学校",
        "phone": "06-0000-0000",
        "postal_code": "560-0001",
        "address": "豊中市架空町1-1",
        "is_active": "はい",
    }

    class Meta(BulkResource.Meta):
        model = Partner
        fields = [
            "code",
            "name",
            "name_kana",
            "kind",
            "phone",
            "postal_code",
            "address",
            "is_active",
        ]
        import_order = export_order = fields
        import_id_fields = ["code"]

    def get_queryset(self):
        return Partner.objects.all()
