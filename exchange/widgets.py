"""How a cell of a spreadsheet reads and is written: labels, wide digits, hyphens.

Each refuses with a sentence for the person who filled in the sheet (ValueError).
"""

import re
import unicodedata

from django.utils.translation import gettext as _
from import_export.widgets import CharWidget, Widget

HYPHENS = re.compile("[\u2010-\u2015\u2212\u30fc\uff0d\uff70\u2500-]")
BETWEEN_DIGITS = re.compile(r"[\s()（）.〒-]")
YES = {"はい", "○", "〇", "◯", "1", "true", "yes", "有", "使用中"}
NO = {"いいえ", "×", "✕", "✖", "0", "false", "no", "無"}


def narrow(value: str | None) -> str:
    """Full-width letters and digits as ASCII, every kind of hyphen as ``-``."""
    text = HYPHENS.sub("-", value or "")
    return unicodedata.normalize("NFKC", text).strip()


class TextWidget(CharWidget):
    """Text as typed, less the blanks around it; never normalised: it may be a name."""

    def clean(self, value, row=None, **kwargs) -> str:
        return (value or "").strip()

    def render(self, value, obj=None, **kwargs) -> str:
        return "" if value is None else str(value)


class CodeWidget(TextWidget):
    """A code: wide characters become narrow, leading zeros stay."""

    def clean(self, value, row=None, **kwargs) -> str:
        return narrow(value)


class DigitsWidget(TextWidget):
    """A number that is no quantity (phone, postal code): digits only, zeros kept."""

    def __init__(self, *lengths: int):
        super().__init__()
        self.lengths = lengths

    def clean(self, value, row=None, **kwargs) -> str:
        digits = BETWEEN_DIGITS.sub("", narrow(value))
        if digits and not re.fullmatch("[0-9]+", digits):
            raise ValueError(_("There are characters that are no digits."))
        if digits and len(digits) not in self.lengths:
            raise ValueError(_("It has %(count)s digits.") % {"count": len(digits)})
        return digits


class WholeNumberWidget(Widget):
    """A count of at most nine digits; nothing else that Python would read as one."""

    def clean(self, value, row=None, **kwargs) -> int | None:
        text = narrow(str(value or "")).replace(",", "")
        if not text:
            return None
        if not re.fullmatch("-?[0-9]{1,9}", text):
            raise ValueError(_("Give a whole number of at most nine digits."))
        return int(text)

    def render(self, value, obj=None, **kwargs) -> int | str:
        return "" if value is None else value


class ChoiceWidget(Widget):
    """One of a list: written by its label, read by label or code."""

    def __init__(self, choices):
        super().__init__()
        self.choices = list(choices)

    def labels(self) -> list[str]:
        return [str(label) for _code, label in self.choices]

    def clean(self, value, row=None, **kwargs) -> str:
        text = (value or "").strip()
        for code, label in self.choices:
            if text and text in (str(code), str(label)):
                return code
        raise ValueError(
            _("Choose one of these: %(labels)s") % {"labels": "、".join(self.labels())}
        )

    def render(self, value, obj=None, **kwargs) -> str:
        return str(dict(self.choices).get(value, value or ""))


class YesNoWidget(Widget):
    """はい or いいえ, and the signs that people write for them."""

    def labels(self) -> list[str]:
        return ["はい", "いいえ"]

    def clean(self, value, row=None, **kwargs) -> bool:
        text = narrow(value).lower()
        if text in YES | {unicodedata.normalize("NFKC", sign) for sign in YES}:
            return True
        if text in NO:
            return False
        raise ValueError(
            _("Choose one of these: %(labels)s") % {"labels": "、".join(self.labels())}
        )

    def render(self, value, obj=None, **kwargs) -> str:
        return "はい" if value else "いいえ"
