"""A newer portal brings new words along; what editors did with the old ones stays."""

import json
from functools import partial

import pytest
from django.core.cache import cache
from django.urls import reverse
from wagtail.models import Locale

from home import languages
from home.models import Phrase, Reading, Starter
from home.phrases import missing
from programs import seed, seed_languages
from programs.models import Site, StatisticsPage
from programs.phrases import phrases_of_facts
from tests.standing import kept_for_the_module

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def words(django_db_setup, django_db_blocker):
    """The seed with all its words, once for this file: every test takes it."""
    loads = (partial(seed.load, demo=True), seed_languages.load)
    with kept_for_the_module(django_db_blocker, *loads):
        yield


@pytest.fixture
def loaded(words, db):
    cache.clear()


@pytest.fixture
def site(loaded):
    """The seed's own site, in the place of the one that the cast brings along."""
    return Site.objects.get(slug="enmusubi")


def test_a_word_that_the_portal_learned_since_is_added_and_no_other(loaded):
    Starter.objects.filter(key__in=["宿題", "元日"]).delete()
    Reading.objects.filter(word="宿題").delete()
    Phrase.objects.filter(text="元日").delete()
    before = Reading.objects.count(), Phrase.objects.count()
    seed_languages.load_words()
    assert Reading.objects.get(word="宿題").reading == "しゅくだい"
    assert Phrase.objects.get(text="元日", language="en").said == "New Year's Day"
    after = Reading.objects.count(), Phrase.objects.count()
    assert after == (before[0] + 1, before[1] + 2)


def test_what_editors_changed_or_deleted_stays_as_they_left_it(loaded):
    Reading.objects.filter(word="宿題").delete()
    Reading.objects.filter(word="勉強").update(word="勉強会", reading="べんきょうかい")
    Phrase.objects.filter(text="元日", language="en").delete()
    Phrase.objects.filter(text="海の日", language="en").update(said="Sea Day")
    seed_languages.load_words()
    assert not Reading.objects.filter(word__in=["宿題", "勉強"]).exists()
    assert not Phrase.objects.filter(text="元日", language="en").exists()
    assert Phrase.objects.get(text="海の日", language="en").said == "Sea Day"


def test_a_deletion_from_before_it_was_written_down_is_found_in_the_log(loaded, log_in):
    row = Reading.objects.get(word="宿題")
    log_in("editor").post(reverse("reading:delete", args=[row.pk]))
    assert not Reading.objects.filter(word="宿題").exists()
    Starter.objects.all().delete()
    seed_languages.load_words()
    assert not Reading.objects.filter(word="宿題").exists()


def test_nothing_of_a_fresh_portal_is_missing_in_any_language(loaded):
    others = Locale.objects.exclude(language_code="ja")
    rows = languages.progress(others)
    assert len(rows) == 17
    states = {row.source.slug: [cell.state for cell in row.cells] for row in rows}
    assert set(sum(states.values(), [])) == {"current"}, states
    for code in ("en", "ja-hira"):
        assert missing(phrases_of_facts(), code) == [], code


def test_the_figures_of_the_japanese_page_are_the_figures_of_every_language(
    client, loaded, log_in
):
    page = StatisticsPage.objects.get(locale__language_code="ja")
    html = client.get("/en/suuji/").text
    assert "Elementary school" in html
    assert "<td>not published</td>" in html
    assert "<td>below 10</td>" in html
    rows = page.tables.get_prep_value()
    rows[0]["value"]["table"] = "月\t小学生\t中学生\n4月\t31\t12\n5月\t19\t17"
    page.tables = json.dumps(rows, default=str)
    page.full_clean()
    page.save_revision().publish()
    client.logout()
    for path in ("/suuji/", "/en/suuji/", "/ja-hira/suuji/"):
        assert "<td>31</td>" in client.get(path).text, path
    english = page.get_translation(Locale.objects.get(language_code="en"))
    form = log_in("editor").get(f"/admin/pages/{english.pk}/edit/").context["form"]
    assert "tables" not in form.fields
    own = log_in("editor").get(f"/admin/pages/{page.pk}/edit/").context["form"]
    assert "tables" in own.fields
