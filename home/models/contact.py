"""Whom to ask and whom to call: one record, shown on every page."""

from django.core.cache import cache
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting
from wagtail.fields import StreamField

from home.blocks import HelpLineBlock, is_phone
from home.models.section import Cared

KEPT = "home.contact"


def national_lines() -> list[tuple[str, dict[str, object]]]:
    """The numbers that hold everywhere in Japan, to begin with."""
    free = {"is_free": True, "is_anonymous": False, "for_children": False}
    nameless = free | {"is_anonymous": True}
    always = "24時間"
    rows = [
        ("警察", "110", always, free, "いま危ないとき"),
        ("救急・消防", "119", always, free, "けが・急病・火事"),
        ("児童相談所虐待対応ダイヤル", "189", always, nameless, ""),
        (
            "24時間子供SOSダイヤル",
            "0120-0-78310",
            always,
            free | {"for_children": True},
            "",
        ),
        (
            "チャイルドライン（18歳まで）",
            "0120-99-7777",
            "毎日16時～21時",
            nameless | {"for_children": True},
            "",
        ),
    ]
    return [
        ("line", {"name": name, "number": number, "hours": hours, "note": note, **kind})
        for name, number, hours, kind, note in rows
    ]


@register_setting(icon="mail", order=100)
class ContactSettings(Cared, BaseGenericSetting):
    """The office in charge and the numbers to call; what is empty is not invented.

    The last text seen is kept in the cache, so that the page of an outage can still
    name whom to call.
    """

    office_name = models.CharField(_("Office in charge"), max_length=100, blank=True)
    office_phone = models.CharField(
        _("Phone of the office"), max_length=20, blank=True, validators=[is_phone]
    )
    office_hours = models.CharField(
        _("Hours of the office"), max_length=100, blank=True
    )
    urgent_phone = models.CharField(
        _("Number for urgent matters"),
        max_length=20,
        blank=True,
        validators=[is_phone],
        help_text=_("Where schools call before they write when it is urgent."),
    )
    lines = StreamField(
        [("line", HelpLineBlock())],
        blank=True,
        default=national_lines,
        verbose_name=_("Numbers in an emergency"),
    )

    panels = [
        MultiFieldPanel(
            [
                FieldPanel("office_name"),
                FieldPanel("office_phone"),
                FieldPanel("office_hours"),
                FieldPanel("urgent_phone"),
            ],
            heading=_("The city's office"),
        ),
        FieldPanel("lines"),
        MultiFieldPanel(
            [FieldPanel("as_of"), FieldPanel("section"), FieldPanel("review_by")],
            heading=_("Care of these numbers"),
        ),
    ]

    class Meta:
        verbose_name = _("Contact and emergency numbers")

    def save(self, *args, **kwargs) -> None:
        super().save(*args, **kwargs)
        cache.delete(KEPT)

    def remember(self) -> None:
        """Keep the office for the page that is shown when the database is away."""
        kept = {"name": self.office_name, "phone": self.office_phone}
        cache.set(KEPT, kept, timeout=None)

    @staticmethod
    def remembered() -> dict[str, str]:
        """The office as last seen by this process; reads no database."""
        return cache.get(KEPT) or {"name": "", "phone": ""}
