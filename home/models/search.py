"""Which words mean the same, and which are asked for often: the editors' to keep."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

from home.search.folding import fold

SAME = """こども、子ども、子供
保護者、親、家族
居場所、拠点
開所日、開いている日、カレンダー
電話、連絡先、問い合わせ
利用料、料金、費用
見学、説明
ＢＢハウス、サテライト"""
OFTEN = """居場所
開所日
利用の流れ
食事
学習サポート
相談"""
MOST_LINES = 100


def words_in(line: str) -> list[str]:
    """The words of a line, which commas of either kind part."""
    return [
        word.strip() for word in line.replace(",", "、").split("、") if word.strip()
    ]


def are_few(text: str) -> None:
    if len(text.splitlines()) > MOST_LINES:
        raise ValidationError(_("Give no more than 100 lines."))


@register_setting(icon="search", order=110)
class SearchSettings(BaseGenericSetting):
    """Help for people who search."""

    same_words = models.TextField(
        _("Words that mean the same"),
        blank=True,
        default=SAME,
        max_length=4000,
        validators=[are_few],
        help_text=_("One group a line, the words parted by 、. Each finds the others."),
    )
    often_asked = models.TextField(
        _("Words asked for often"),
        blank=True,
        default=OFTEN,
        max_length=1000,
        validators=[are_few],
        help_text=_("One word a line; the search page offers them as links."),
    )

    panels = [FieldPanel("same_words"), FieldPanel("often_asked")]

    class Meta:
        verbose_name = _("Search words")

    def groups(self) -> list[list[str]]:
        """Each group of same words, folded, the longest first."""
        groups = [map(fold, words_in(line)) for line in self.same_words.splitlines()]
        return [
            sorted(set(group), key=lambda word: (-len(word), word)) for group in groups
        ]

    def often(self) -> list[str]:
        """What the search page offers."""
        return [line.strip() for line in self.often_asked.splitlines() if line.strip()]

    def all(self) -> list[str]:
        """Every word that stands in one of the lists."""
        same = [
            word for line in self.same_words.splitlines() for word in words_in(line)
        ]
        return list(dict.fromkeys([*self.often(), *same]))
