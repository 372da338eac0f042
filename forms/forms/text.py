"""Typed text: what is taken out, what is refused, and what is never touched.

A name is stored as it was typed. Width and kana are only changed where the kind of
question says so (numbers, dates, phone, postal code, mail, kana), and Unicode is never
normalised in a name or in free text: it would turn one family's character into another.
"""

import re
import unicodedata

import regex
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\u2028\u2029]")
HALVES = re.compile("[\ud800-\udfff]")
UNREADABLE = "\ufffd"
EMOJI = re.compile(
    "[\U0001f000-\U0001faff\U000e0020-\U000e007f\u2600-\u27bf\u2b00-\u2bff"
    "\u200d\ufe0f\u20e3]"
)
HYPHENS = re.compile("[-‐‑‒–—―−ｰー－\\s()（）]")
HALF_KANA = re.compile("[\uff66-\uff9f]+")
HIRAGANA = {code: code + 0x60 for code in [*range(0x3041, 0x3097), 0x309D, 0x309E]}
KANA = re.compile("[ァ-ヺー・　 ]+")
LEGACY_MAIL = ("docomo.ne.jp", "ezweb.ne.jp", "au.com", "softbank.ne.jp")
KEPT_AT_MOST = 100_000
LINES_AT_MOST = 300
GRAPHEME = regex.compile(r"\X")
# The longest emoji in use are 14 characters that show as one. More is no writing.
CHARACTERS_IN_ONE = 16


def tidy(text: str) -> str:
    """Text that every database and paper can hold; line ends become one character.

    Control characters go; half a character becomes the replacement character, which is
    refused with a clear sentence when the answer is read.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = HALVES.sub(UNREADABLE, text)
    return CONTROLS.sub("", text)[:KEPT_AT_MOST]


def narrow(text: str) -> str:
    """Full-width digits, letters and signs as half-width ones."""
    return unicodedata.normalize("NFKC", text).strip()


def receipt_number(text: str) -> str:
    """A number as it is stored, however wide and with whatever stroke it was typed."""
    return "-".join(part for part in HYPHENS.split(narrow(text).upper()) if part)


def to_katakana(text: str) -> str:
    """Hiragana and half-width kana as full-width katakana; nothing else changes."""
    text = HALF_KANA.sub(lambda m: unicodedata.normalize("NFKC", m[0]), text)
    return text.translate(HIRAGANA)


def refuse_unreadable(label: str, text: str) -> None:
    if UNREADABLE in text:
        raise ValidationError(
            _(
                "%(label)s: some characters could not be read (they show as “�”)."
                " Please type them again."
            )
            % {"label": label}
        )


def refuse_emoji(label: str, text: str) -> None:
    if EMOJI.search(text):
        raise ValidationError(
            _("%(label)s: emoji cannot be used here. Please take them out.")
            % {"label": label}
        )


def length(text: str) -> int:
    """How many characters people see: 葛 with its variant, or a family, is one."""
    return sum(1 for _each in GRAPHEME.finditer(text))


def refuse_length(label: str, text: str, limit: int) -> None:
    """Refuse more than *limit* characters, counted as people count them on screen."""
    is_long = len(text) > limit and length(text) > limit
    if limit and (is_long or len(text) > limit * CHARACTERS_IN_ONE):
        raise ValidationError(
            _(
                "%(label)s: please keep it within %(limit)s characters."
                " It now has %(length)s characters."
            )
            % {
                "label": label,
                "limit": limit,
                "length": length(text) if is_long else len(text),
            }
        )
    if text.count("\n") > LINES_AT_MOST:
        raise ValidationError(
            _("%(label)s: please use at most %(limit)s line breaks.")
            % {"label": label, "limit": LINES_AT_MOST}
        )
