"""Wagtail's own Japanese and our catalogue together leave no English on the screen.

An upgrade of Wagtail that brings new strings fails here and lists them; the
answer is to translate them in ``locale/ja/LC_MESSAGES/``.
"""

import re
from pathlib import Path

import django
import polib
import pytest
import wagtail

WAGTAIL = Path(wagtail.__file__).parent
OURS = Path(__file__).resolve().parents[2] / "locale" / "ja" / "LC_MESSAGES"
DOMAINS = ["django", "djangojs"]
PLACEHOLDER = re.compile(r"%\(\w+\)[-#0 +]*[\d.]*[a-zA-Z]|%[sdrif]|\{\w*\}")
TAG = re.compile(r"<[^>]+>")


def key(entry):
    """What gettext looks an entry up by."""
    return entry.msgctxt, entry.msgid, entry.msgid_plural


def catalogues(language, domain):
    """All catalogues of the installed Wagtail in one language and domain."""
    pattern = f"**/locale/{language}/LC_MESSAGES/{domain}.po"
    return [polib.pofile(str(path)) for path in sorted(WAGTAIL.glob(pattern))]


def ours(domain):
    return polib.pofile(str(OURS / f"{domain}.po"))


def our_entries():
    return [entry for domain in DOMAINS for entry in ours(domain)]


def translations(entry):
    return list(entry.msgstr_plural.values()) or [entry.msgstr]


def found(pattern, text):
    return set(pattern.findall(text))


@pytest.mark.parametrize("domain", DOMAINS)
def test_wagtail_has_strings_to_compare_with(domain):
    assert any(len(catalogue) for catalogue in catalogues("en", domain))


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_string_of_wagtail_has_japanese(domain):
    wanted = {
        key(entry)
        for catalogue in catalogues("en", domain)
        for entry in catalogue
        if not entry.obsolete
    }
    had = {
        key(entry)
        for catalogue in [*catalogues("ja", domain), ours(domain)]
        for entry in catalogue.translated_entries()
    }
    missing = sorted(msgid for _, msgid, _ in wanted - had)
    assert not missing, "\n".join(["No Japanese for:", *missing])


@pytest.mark.parametrize("domain", DOMAINS)
def test_our_catalogue_leaves_no_entry_empty_or_doubtful(domain):
    catalogue = ours(domain)
    assert [e.msgid for e in catalogue.untranslated_entries()] == []
    assert [e.msgid for e in catalogue.fuzzy_entries()] == []


@pytest.mark.parametrize("domain", DOMAINS)
def test_our_catalogue_has_each_string_once_and_in_order(domain):
    keys = [(entry.msgid, entry.msgctxt or "") for entry in ours(domain)]
    assert keys == sorted(set(keys))


def test_japanese_keeps_the_placeholders_of_the_english():
    wrong = [
        (entry.msgid, text)
        for entry in our_entries()
        for text in translations(entry)
        if found(PLACEHOLDER, entry.msgid_plural or entry.msgid)
        != found(PLACEHOLDER, text)
    ]
    assert wrong == []


def test_japanese_keeps_the_tags_of_the_english():
    wrong = [
        (entry.msgid, text)
        for entry in our_entries()
        for text in translations(entry)
        if found(TAG, entry.msgid_plural or entry.msgid) != found(TAG, text)
    ]
    assert wrong == []


def test_zero_minutes_reads_as_django_writes_it():
    """Wagtail says "just now" only if both write zero minutes alike."""
    path = Path(django.__file__).parent / "conf/locale/ja/LC_MESSAGES/django.po"
    minutes = polib.pofile(str(path)).find("%(num)d minute").msgstr_plural[0]
    assert ours("django").find("0 minutes").msgstr == minutes % {"num": 0}
