"""Japanese dates: eras, weekdays and fiscal years, as city papers write them."""

from datetime import date

ERAS = [
    (date(2019, 5, 1), "令和"),
    (date(1989, 1, 8), "平成"),
    (date(1926, 12, 25), "昭和"),
    (date(1912, 7, 30), "大正"),
    (date(1868, 1, 25), "明治"),
]
WEEKDAYS = "月火水木金土日"


def wareki_year(on: date) -> str:
    """The year of the era that *on* lies in: ``令和8年``, ``令和元年``."""
    for start, era in ERAS:
        if on >= start:
            year = on.year - start.year + 1
            return f"{era}{'元' if year == 1 else year}年"
    return f"{on.year}年"


def wareki(on: date) -> str:
    """A day by its era: ``令和8年11月23日``."""
    return f"{wareki_year(on)}{on.month}月{on.day}日"


def wareki_weekday(on: date) -> str:
    """A day by its era with its weekday: ``令和8年11月23日（月）``."""
    return f"{wareki(on)}（{WEEKDAYS[on.weekday()]}）"


def fiscal_year(on: date) -> int:
    """The Japanese fiscal year (April to March) that *on* lies in."""
    return on.year if on.month >= 4 else on.year - 1


def fiscal_year_words(year: int) -> str:
    """A fiscal year by its era: ``令和8年度``; one before all eras by its number."""
    if year < ERAS[-1][0].year:
        return f"{year}年度"
    return f"{wareki_year(date(year, 12, 31))}度"
