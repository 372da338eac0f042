"""Finding people by name: a folded copy, never the name itself."""

import re
import unicodedata

VARIANTS = str.maketrans(
    "髙﨑𠮷邊邉澤濵濱齋齊斎斉嶋嶌國廣櫻眞惠髮渡",
    "高崎吉辺辺沢浜浜斉斉斉斉島島国広桜真恵髪渡",
)
SMALL_KANA = str.maketrans("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ")
HIRAGANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
DROPPED = re.compile("[\\s　・\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def search_key(text: str) -> str:
    """Fold a name for searching: width, kana, common variants of kanji, no blanks."""
    text = DROPPED.sub("", text)
    text = unicodedata.normalize("NFKC", text).casefold()
    text = text.translate(HIRAGANA).translate(SMALL_KANA).translate(VARIANTS)
    return DROPPED.sub("", text)[:250]
