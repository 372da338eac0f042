"""The lists of the check: what they hold at first, and how they are read."""

from home.checking.fixes import Words
from home.models import CheckWord

Kind = CheckWord.Kind
VAGUE = [
    "こちら",
    "ここ",
    "詳細",
    "詳しくはこちら",
    "くわしくはこちら",
    "詳しくは",
    "くわしくは",
    "クリック",
    "こちらをクリック",
    "ここをクリック",
    "リンク",
    "続きを読む",
    "もっと見る",
    "次へ",
    "一覧",
    "PDF",
]
ROMAN = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"]
PAIRS = {
    **{chr(0x2460 + n): f"（{n + 1}）" for n in range(20)},
    **{chr(0x2160 + n): word for n, word in enumerate(ROMAN)},
    **{chr(0x2170 + n): word.lower() for n, word in enumerate(ROMAN)},
    "㈱": "（株）",
    "㈲": "（有）",
    "㈹": "（代）",
    "㊤": "（上）",
    "㊥": "（中）",
    "㊦": "（下）",
    "㊧": "（左）",
    "㊨": "（右）",
    "№": "No.",
    "㏍": "K.K.",
    "℡": "電話",
    "㍉": "ミリ",
    "㌔": "キロ",
    "㌢": "センチ",
    "㍍": "メートル",
    "㌘": "グラム",
    "㌧": "トン",
    "㌃": "アール",
    "㌶": "ヘクタール",
    "㍑": "リットル",
    "㍗": "ワット",
    "㌍": "カロリー",
    "㌦": "ドル",
    "㌣": "セント",
    "㌫": "パーセント",
    "㌻": "ページ",
    "㎜": "ミリメートル",
    "㎝": "センチメートル",
    "㎞": "キロメートル",
    "㎎": "ミリグラム",
    "㎏": "キログラム",
    "㏄": "cc",
    "㎡": "平方メートル",
    "㍾": "明治",
    "㍽": "大正",
    "㍼": "昭和",
    "㍻": "平成",
    "㋿": "令和",
    "〝": "「",
    "〟": "」",
}
VARIANTS = "髙﨑德濵栁𠮷"


def ensure_words() -> None:
    """The lists to begin with; what a city has made of them is left as it is."""
    if CheckWord.objects.exists():
        return
    rows = [CheckWord(kind=Kind.VAGUE_LINK, text=word) for word in VAGUE]
    rows += [
        CheckWord(kind=Kind.SIGN, text=sign, replacement=word)
        for sign, word in PAIRS.items()
    ]
    rows += [CheckWord(kind=Kind.DOUBTFUL, text=sign) for sign in VARIANTS]
    CheckWord.objects.bulk_create(rows)


def words() -> Words:
    """The lists as they are now: one query."""
    found: dict[str, dict[str, str]] = {kind: {} for kind in Kind.values}
    for row in CheckWord.objects.all():
        found[row.kind][row.text] = row.replacement
    return Words(
        names=tuple(found[Kind.NAME]),
        signs={sign: word for sign, word in found[Kind.SIGN].items() if word},
        doubtful=frozenset(
            [*found[Kind.DOUBTFUL], *(s for s, w in found[Kind.SIGN].items() if not w)]
        ),
        vague=frozenset(found[Kind.VAGUE_LINK]),
    )
