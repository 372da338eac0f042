"""Pages in several languages: one structure, and the language is never in doubt."""

import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.utils import timezone
from wagtail.models import Locale, Page

from home import languages
from home.models import ContentPage, Phrase
from programs import seed, seed_languages, seed_tree
from programs.models import OpeningException, Site
from tests.standing import kept_for_the_module


@pytest.fixture(scope="module")
def trees(django_db_setup, django_db_blocker):
    """The seed in its three languages, once for this file: every test takes it."""
    loads = (seed.load, languages.ensure_locales, languages.synchronise)
    with kept_for_the_module(django_db_blocker, *loads):
        yield


@pytest.fixture
def seeded(trees, db):
    cache.clear()


@pytest.fixture
def site(seeded):
    """The seed's own site, in the place of the one that the cast brings along."""
    return Site.objects.get(slug="enmusubi")


def soup(client, path):
    return BeautifulSoup(client.get(path).text, "html.parser")


def structure(code):
    """The places of a tree: translation key, key of the parent."""
    pages = Page.objects.filter(locale__language_code=code, depth__gt=1)
    return {(page.translation_key, page.get_parent().translation_key) for page in pages}


def translate(page, code, **texts):
    """What an editor does: take the alias over and write in the language."""
    other = page.get_translation(Locale.objects.get(language_code=code)).specific
    other.alias_of = None
    for name, value in texts.items():
        setattr(other, name, value)
    other.save()
    other.save_revision().publish()
    return other


def japanese(slug):
    return ContentPage.objects.get(slug=slug, locale__language_code="ja")


def test_every_language_has_the_same_tree(seeded):
    assert structure("ja") == structure("en") == structure("ja-hira") != set()


def test_a_language_that_the_city_adds_has_its_tree_at_once(seeded):
    Locale.objects.create(language_code="vi")

    assert structure("vi") == structure("ja")


def test_synchronising_twice_adds_nothing(seeded):
    assert languages.synchronise() == 0


def test_the_switch_keeps_the_page_and_names_each_language_in_itself(client, seeded):
    page = soup(client, "/hogosha/")

    links = page.select(".languages a")

    assert [(a["href"], a["lang"], a.text) for a in links] == [
        ("/hogosha/", "ja", "日本語"),
        ("/ja-hira/hogosha/", "ja-Hira", "やさしい日本語"),
        ("/en/hogosha/", "en", "English"),
    ]
    for address in ("/hogosha/", "/ja-hira/hogosha/", "/en/hogosha/"):
        current = soup(client, address).select_one(".languages [aria-current]")
        assert current["href"] == address


def test_the_frame_speaks_the_language_of_the_address(client, seeded):
    page = soup(client, "/en/hogosha/")

    assert page.html["lang"] == "en"
    assert page.select_one(".skip-link").text == "Skip to the text"
    assert page.select_one(".site-name")["href"] == "/en/"


def test_the_numbers_of_an_emergency_are_said_in_the_language_of_the_page(
    client, seeded
):
    english = soup(client, "/en/hogosha/").select_one("footer .lines").text
    assert "Police" in english and "Ambulance and fire brigade" in english
    assert "Day and night" in english and "When you are in danger now" in english
    assert not [sign for sign in english if sign > "\u3000"]
    for address in ("/hogosha/", "/ja-hira/hogosha/"):
        japanese = soup(client, address).select_one("footer .lines").text
        assert "警察" in japanese and "24時間" in japanese


def test_a_cookie_or_a_browser_setting_changes_no_language(client, seeded):
    client.cookies["django_language"] = "en"
    response = client.get("/hogosha/", headers={"accept-language": "en"})

    assert '<html lang="ja">' in response.text
    assert "Accept-Language" not in response.get("Vary", "")


def test_an_untranslated_page_says_so_and_is_named_as_japanese(client, seeded):
    page = soup(client, "/en/hogosha/")

    assert page.main["lang"] == "ja"
    assert "not been translated yet" in page.main.select_one("[lang=en]").text
    assert page.find("meta", {"name": "robots"})["content"] == "noindex"
    canonical = page.find("link", {"rel": "canonical"})["href"]
    assert canonical.endswith("/hogosha/")
    assert "/en/" not in canonical


def test_a_translated_page_is_its_own_and_named_to_search_engines(client, seeded):
    translate(japanese("hogosha"), "en", title="For parents", lead="Welcome.")

    page, source = soup(client, "/en/hogosha/"), soup(client, "/hogosha/")

    assert page.h1.text == "For parents"
    assert not page.main.has_attr("lang")
    for shown in (page, source):
        named = {
            link["hreflang"]: link["href"]
            for link in shown.find_all("link", {"rel": "alternate", "hreflang": True})
        }
        assert {code: url.split("testserver")[1] for code, url in named.items()} == {
            "ja": "/hogosha/",
            "en": "/en/hogosha/",
        }


def test_editors_see_what_is_missing_and_what_is_behind(seeded):
    english = Locale.objects.get(language_code="en")

    def state():
        rows = languages.progress([english])
        return {row.source.slug: row.cells[0].state for row in rows}

    assert set(state().values()) == {"missing"}
    translate(japanese("hogosha"), "en", title="For parents")
    assert state()["hogosha"] == "current"
    japanese("hogosha").save_revision().publish()
    assert state()["hogosha"] == "outdated"


def test_a_withdrawn_page_is_gone_in_every_language_that_shows_its_text(client, seeded):
    japanese("hogosha").unpublish()

    for address in ("/hogosha/", "/en/hogosha/", "/ja-hira/hogosha/"):
        assert client.get(address).status_code == 404


def test_dates_are_written_as_the_language_writes_them(client, seeded):
    assert "令和" in soup(client, "/hogosha/").select_one(".page-about").text
    english = soup(client, "/en/hogosha/").select_one(".page-about").text
    assert "令和" not in english.replace("令和6年時点", "")


def test_the_key_pages_come_in_every_language_and_loading_again_changes_nothing(
    client, seeded
):
    seed_languages.load()
    for name in ("top", *seed_tree.ORDER):
        if name == "news-example":
            continue
        slug = seed_tree.read(name)["slug"]
        source = Page.objects.get(slug=slug, locale__language_code="ja")
        for entry in source.get_translations():
            assert not languages.is_untranslated(entry), (slug, entry.locale)
    page = soup(client, "/en/hogosha/")
    assert page.h1.text == "For parents and guardians"
    assert not page.main.has_attr("lang")
    assert soup(client, "/ja-hira/hogosha/").html["lang"] == "ja-Hira"
    links = [a["href"] for a in soup(client, "/en/").main.select("a.door")]
    assert links
    assert all(link.startswith("/en/") for link in links)

    before = Page.objects.get(slug="hogosha", locale__language_code="en").title
    Page.objects.filter(slug="hogosha", locale__language_code="en").update(title="X")
    seed_languages.load()
    assert before != Page.objects.get(slug="hogosha", locale__language_code="en").title


def test_an_english_page_has_no_japanese_but_names_and_what_the_city_keeps(
    client, seeded
):
    seed_languages.load()
    main = soup(client, "/en/nagare/").main
    written = main.select("h1, .lead, ol")
    assert len(written) >= 3
    text = " ".join(part.text for part in written).replace("とよなか縁結実", "")
    assert not re.findall("[\u3041-\u30ff\u4e00-\u9fff]+", text)


def test_the_report_tells_editors_what_needs_work_and_leads_there(log_in, seeded):
    translate(japanese("hogosha"), "en", title="For parents")
    client = log_in("editor")

    page = soup(client, "/admin/page-reports/translations/")

    rows = {
        (row.a.text.strip(), row.find_all("td")[0].text.strip()): (
            row.find_all("td")[1].text.strip(),
            row.a["href"],
        )
        for row in page.select("tbody tr:has(a)")
    }
    assert rows["保護者の方へ", "English"][0] == "訳してあります"
    state, address = rows["保護者の方へ", "やさしい日本語"]
    assert state == "未訳（日本語で出ています）"
    assert client.get(address).status_code == 200


def test_the_report_costs_the_same_for_every_number_of_pages(
    log_in, seeded, django_assert_max_num_queries
):
    client = log_in("editor")
    with django_assert_max_num_queries(27):
        assert client.get("/admin/page-reports/translations/").status_code == 200


def test_a_running_closure_and_a_new_site_lack_words_until_somebody_says_them(
    log_in, seeded
):
    seed_languages.load()
    site = Site.objects.get(slug="enmusubi")
    today = timezone.localdate()
    for first, last, reason in ((-3, 1, "改修工事"), (-9, -8, "終わった工事")):
        OpeningException.objects.create(
            site=site,
            date=today + timedelta(days=first),
            last_day=today + timedelta(days=last),
            reason=reason,
        )
    Site.objects.filter(pk=site.pk).update(name="あたらしい広場")
    found = soup(log_in("editor"), "/admin/page-reports/translations/").text
    assert "改修工事" in found
    assert "あたらしい広場" in found
    assert "終わった工事" not in found


def test_easy_japanese_has_its_own_words_for_pages_and_facts(client, seeded):
    seed_languages.load()
    for path in ("soudan/", "faq/", "sites/enmusubi/"):
        main = soup(client, f"/ja-hira/{path}").main
        assert not main.has_attr("lang")
        for hard in ("把握", "課題に応じた", "利用登録中", "お問い合わせ", "対象"):
            assert hard not in main.text


def test_the_frame_of_easy_japanese_is_easy_and_of_japanese_as_ever(client, seeded):
    easy = soup(client, "/ja-hira/sites/enmusubi/").text
    assert "あいている日と 時間" in easy
    assert "聞いて ください" in easy
    assert "このページを印刷する" not in easy
    assert "お問い合わせください" in soup(client, "/sites/enmusubi/").text
    for word in ("さがす", "月曜", "トップ"):  # what it does not say is as in Japanese
        assert word in easy
    assert "検索" not in easy


def test_with_readings_on_hardly_a_word_of_a_key_page_lacks_its_reading(client, seeded):
    seed_languages.load()
    client.cookies["furigana"] = "on"
    for path in ("/hogosha/", "/soudan/", "/faq/", "/ja-hira/faq/"):
        main = soup(client, path).main
        for ruby in main.find_all("ruby"):
            ruby.decompose()
        for word in ("問い合わせ", "相談", "手助", "家族", "費用", "秘密", "年末年始"):
            assert word not in main.text, path


def test_a_fact_without_words_is_named_to_editors_with_the_way_to_say_it(
    log_in, client, seeded
):
    seed_languages.load()
    Site.objects.filter(slug="enmusubi").update(audience="市内のこども")
    client = log_in("editor")
    rows = soup(client, "/admin/page-reports/translations/").select("tbody tr:has(a)")
    found = {
        row.find_all("td")[0].text.strip(): row.a["href"]
        for row in rows
        if row.a.text.strip() == "市内のこども"
    }
    assert set(found) == {"English", "やさしい日本語"}
    form = soup(client, found["English"]).select_one("form[method=POST]")
    assert form.find("textarea", attrs={"name": "text"}).text.strip() == "市内のこども"
    answer = client.post(
        "/admin/phrases/new/",
        {"text": "市内のこども", "language": "en", "said": "Children of the city"},
    )
    assert answer.status_code == 302
    assert "Children of the city" in soup(client, "/en/sites/enmusubi/").main.text


def test_the_title_of_a_page_that_is_only_in_japanese_is_said_in_english(
    client, seeded
):
    said = "About the programme (in Japanese)"
    Phrase.objects.create(text="事業のあらまし", language="en", said=said)
    link = soup(client, "/en/").select_one(".site-nav a[href='/en/jigyo/']")
    assert link.text == said
    assert not link.has_attr("lang")
    school = soup(client, "/en/").select_one(".site-nav a[href='/en/school/']")
    assert school["lang"] == "ja"
