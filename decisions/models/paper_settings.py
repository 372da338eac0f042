"""Words on outgoing papers that the city edits: names, numbers, legal notices."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

MOST_LINES = 12
BASIS_FIELDS = [
    "recommendation_basis",
    "measure_basis",
    "has_appeal_notice",
    "appeal_notice",
]


@register_setting(icon="doc-full")
class PaperSettings(BaseGenericSetting):
    """Sender, programme and legal notice of the papers, as the city words them."""

    city = models.CharField(_("City"), max_length=40, default="豊中市")
    sender = models.CharField(_("Sender"), max_length=60, default="豊中市長")
    seal_note = models.CharField(
        _("Note on the seal"), max_length=40, blank=True, default="（公印省略）"
    )
    programme = models.CharField(
        _("Name of the programme"), max_length=60, default="児童育成支援拠点事業"
    )
    number_pattern = models.CharField(
        _("Pattern of document numbers"),
        max_length=40,
        default="第{number}号",
        help_text=_("{number} stands for the number of the decision."),
        validators=[
            RegexValidator(
                r"^[^{}]*\{number\}[^{}]*$",
                _("Write {number} once, where the number is to stand."),
            )
        ],
    )
    contact = models.CharField(
        _("Where to ask"), max_length=100, default="こども支援課 支援企画係"
    )
    contact_phone = models.CharField(_("Phone"), max_length=20, blank=True)
    recommendation_basis = models.CharField(
        _("Legal basis of recommendations"),
        max_length=60,
        default="児童福祉法第21条の18第1項",
    )
    measure_basis = models.CharField(
        _("Legal basis of measures"), max_length=60, default="児童福祉法第21条の18第2項"
    )
    has_appeal_notice = models.BooleanField(_("Print the legal notice"), default=False)
    appeal_notice = models.TextField(
        _("Legal notice"),
        blank=True,
        max_length=600,
        validators=[MaxLengthValidator(600)],
        help_text=_("Ask the city's legal staff before you print it."),
    )

    panels = [
        MultiFieldPanel(
            [FieldPanel(name) for name in ("city", "sender", "seal_note")],
            heading=_("Who writes"),
        ),
        MultiFieldPanel(
            [FieldPanel(name) for name in ("programme", "number_pattern")],
            heading=_("Programme and numbers"),
        ),
        MultiFieldPanel(
            [FieldPanel(name) for name in ("contact", "contact_phone")],
            heading=_("Where to ask"),
        ),
        MultiFieldPanel(
            [FieldPanel(name) for name in BASIS_FIELDS],
            heading=_("Legal basis and legal notice"),
        ),
    ]

    class Meta:
        verbose_name = _("Words on papers")

    def clean(self) -> None:
        if self.has_appeal_notice and not self.appeal_notice.strip():
            raise ValidationError(
                {"appeal_notice": _("Write the legal notice, or do not print it.")}
            )
        if len(self.appeal_notice.splitlines()) > MOST_LINES:
            raise ValidationError(
                {"appeal_notice": _("Write the legal notice in at most 12 lines.")}
            )
