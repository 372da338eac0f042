"""Words on outgoing papers that the city edits: names, numbers, legal notices."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting


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
    )
    contact = models.CharField(
        _("Where to ask"), max_length=100, default="こども支援課 支援企画係"
    )
    contact_phone = models.CharField(_("Phone"), max_length=20, blank=True)
    has_appeal_notice = models.BooleanField(_("Print the legal notice"), default=False)
    appeal_notice = models.TextField(_("Legal notice"), blank=True)

    class Meta:
        verbose_name = _("Words on papers")
