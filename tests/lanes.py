"""Which tests play on PostgreSQL as well: the rule, in one place.

Everything plays on SQLite. On PostgreSQL plays again what a database can answer
otherwise: what is written and refused, found and sorted, locked and undone, brought in
and taken out. The rest bears the marker ``one_database`` and is left out there:

1. a test that is given no database (pytest-django keeps it from every such test),
2. a test in Chromium: it plays once more what tests of the same acts play without it,
3. a file named below: it looks at what is shown of what other files write,
4. a test that says so itself: what a screen shows, or one rule for each of the cast.
"""

import pytest

GIVEN_A_DATABASE = {"db", "transactional_db", "django_db_setup"}
SHOWS_ONLY = {
    # Pages and papers: their words, their look, their languages.
    "exchange/test_pdf.py",
    "forms/test_languages.py",
    "forms/test_paper.py",
    "forms/test_readings.py",
    "home/test_care.py",
    "home/test_checking.py",
    "home/test_doors.py",
    "home/test_editors_in_japanese.py",
    "home/test_english_pages.py",
    "home/test_frame.py",
    "home/test_leaving.py",
    "home/test_page_frame.py",
    "home/test_readings.py",
    "home/test_remembered.py",
    "portal/test_own_words_in_japanese.py",
    "portal/test_wagtail_in_japanese.py",
    "programs/test_pages.py",
    "staff/test_japanese_dates.py",
    "support/test_plan_paper.py",
    # One evaluation over a document that is read as a whole: forms, days of a year.
    "forms/test_agreement.py",
    "forms/test_kinds.py",
    "forms/test_ways.py",
    "programs/test_agreement.py",
    "programs/test_months.py",
    # Files, and what only SQLite has.
    "exchange/test_spreadsheets.py",
    "portal/test_sqlite.py",
}


def needs_one_database(item: pytest.Item) -> bool:
    """Whether a test shows the same on every database."""
    if item.get_closest_marker("server"):
        return False
    is_given_one = item.get_closest_marker("django_db") or GIVEN_A_DATABASE & set(
        item.fixturenames
    )
    return (
        not is_given_one
        or item.get_closest_marker("browser") is not None
        or "/".join(item.path.parts[-2:]) in SHOWS_ONLY
    )


def mark(items: list[pytest.Item]) -> None:
    for item in items:
        if needs_one_database(item):
            item.add_marker("one_database")
