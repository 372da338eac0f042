"""What every page carries, and what pages answer to whatever they are asked."""

import json
import logging
from datetime import date

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Page, PageViewRestriction

from home.blocks import BodyBlock
from home.models import (
    AccessibilityPage,
    ContentPage,
    FaqPage,
    NewsPage,
    PageOpinion,
    Section,
)
from home.querysets import public
from programs.models import Site
from tests.programs.test_pages import PATHS, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def seeded(seed_of_the_module, db):
    """The seed with its demo, which every test of this file takes."""
    cache.clear()


WORD_HTML = (
    '<p class="MsoNormal" style="mso-bidi"><o:p>&nbsp;</o:p><font face="ＭＳ 明朝">文'
    "</font><!--[if gte mso 9]><xml></xml><![endif]--></p>"
    '<table><tr><td onclick="alert(1)">表</td></tr></table><script>alert(1)</script>'
)
HUGE = "あ" * 5000


@pytest.fixture
def site(seeded):
    """The seed's own site, in the place of the one that the cast brings along."""
    return Site.objects.get(slug="enmusubi")


def test_every_page_says_whose_it_is_and_asks_whether_it_was_of_use(client, seeded):
    for path in PATHS:
        client.cookies["furigana"] = "off"
        text = words(client, path)
        assert "ページ番号" in text and "更新日" in text, path
        assert 'action="/feedback/' in text and "data-print" in text, path
        assert "こども支援課 支援企画係" in text, path
        assert (path == "/") or 'class="breadcrumbs' in text, path
        assert len(set(ids := list_of_ids(text))) == len(ids), path


def list_of_ids(text):
    return [part.split('"')[0] for part in text.split(' id="')[1:]]


def test_a_long_page_begins_with_its_contents_and_each_line_leads_somewhere(
    client, seeded
):
    for path in ("/hogosha/", "/jigyo/", "/school/", "/faq/", "/accessibility/"):
        text = client.get(path).text
        contents = text.split('class="contents"')[1].split("</nav>")[0]
        anchors = [part.split('"')[0] for part in contents.split('href="#')[1:]]
        assert len(anchors) >= 3
        assert set(anchors) <= set(list_of_ids(text)), path
    assert 'class="contents"' not in client.get("/sites/").text


def test_questions_are_filtered_without_scripts_and_told_as_data(client, seeded):
    text = client.get("/faq/?for=schools").text
    assert "紹介票と虐待の通告は同じですか" in text
    assert "だれがいるの" not in text.split("<main")[1].split("application/ld+json")[0]
    for asked in ("nobody", HUGE, "<script>", ""):
        answer = client.get("/faq/", {"for": asked})
        assert answer.status_code == 200 and "だれがいるの" in answer.text
    data = FaqPage.objects.get().faq_data()
    assert data["@type"] == "FAQPage" and len(data["mainEntity"]) >= 15
    assert "{" not in json.dumps(data["mainEntity"][0]["name"])
    assert not [e for e in data["mainEntity"] if "|" in e["acceptedAnswer"]["text"]]


def test_news_is_filtered_and_nobody_can_break_the_list(client, seeded):
    index = Page.objects.get(slug="news")
    for number in range(25):
        news = NewsPage(
            title=f"休所{number}",
            slug=f"n{number}",
            date=date(2026, 1, 1 + number),
            category="closure",
            audience="guardians" if number % 2 else "",
        )
        index.specific.add_child(instance=news)
    text = client.get("/news/?category=closure").text
    assert "休所24" in text and "架空の例" not in text.split("<main")[1]
    assert "休所4<" in client.get("/news/?category=closure&page=2").text
    assert "休所3<" not in client.get("/news/?audience=schools&page=2").text
    for query in ("page=x", "page=-1", f"page={'9' * 400}", f"category={HUGE}"):
        assert client.get(f"/news/?{query}").status_code == 200, query[:20]
    assert "休所24" in client.get("/").text


def test_a_huge_query_an_unknown_path_a_withdrawn_page(client, seeded):
    for path in PATHS:
        assert client.get(path, {"q": HUGE, "page": "あ"}).status_code == 200, path
    ContentPage.objects.get(slug="hogosha").unpublish()
    for path in ("/hogosha/", "/no/such/page/", f"/{'x' * 3000}/"):
        answer = client.get(path)
        assert answer.status_code == 404 and "見つかりません" in answer.text
    assert 'href="/hogosha/"' not in client.get("/faq/").text.split("関連ページ")[1]


def picture_on(page, image):
    value = {"image": image.pk, "alt_text": "部屋のようす", "decorative": False}
    block = {"type": "picture", "value": {"picture": value, "caption": "部屋"}}
    page.body = json.dumps([block])
    page.save_revision().publish()


def test_a_picture_comes_in_several_sizes_and_keeps_its_place(
    client, seeded, settings, tmp_path, caplog
):
    settings.MEDIA_ROOT = str(tmp_path)
    file = get_test_image_file(size=(1400, 700))
    image = get_image_model().objects.create(title="部屋", file=file)
    page = ContentPage.objects.get(slug="hogosha")
    picture_on(page, image)
    text = client.get("/hogosha/").text
    assert 'width="1280" height="640"' in text and 'loading="lazy"' in text
    assert "320w" in text and 'alt="部屋のようす"' in text
    image.renditions.all().delete()
    for content in (b"no picture", None):
        if content is None:
            (tmp_path / image.file.name).unlink()
        else:
            (tmp_path / image.file.name).write_bytes(content)
        with caplog.at_level(logging.CRITICAL):
            answer = client.get("/hogosha/")
        assert answer.status_code == 200
        assert "<p>部屋のようす</p>" in answer.text and "<img" not in answer.text


def test_a_picture_needs_words_or_is_decoration(seeded, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    image = get_image_model().objects.create(title="x", file=get_test_image_file())
    block = BodyBlock().child_blocks["picture"]
    silent = {"image": image.pk, "alt_text": "", "decorative": False}
    with pytest.raises(ValidationError):
        block.clean(block.to_python({"picture": silent, "caption": ""}))
    block.clean(block.to_python({"picture": silent | {"decorative": True}}))


def test_what_was_pasted_from_word_breaks_no_page(client, seeded):
    page = ContentPage.objects.get(slug="hogosha")
    notice = {"is_urgent": False, "title": WORD_HTML[:60], "text": WORD_HTML}
    table = {"caption": "表", "table": f"{WORD_HTML}\t<b>\n<i>\t1", "as_of": ""}
    page.body = json.dumps(
        [
            {"type": "text", "value": WORD_HTML},
            {"type": "ruby", "value": WORD_HTML},
            {"type": "notice", "value": notice},
            {"type": "table", "value": table},
            {"type": "table", "value": table | {"table": "一つだけ"}},
            {"type": "unknown", "value": 1},
        ]
    )
    page.save_revision().publish()
    answer = client.get("/hogosha/")
    assert answer.status_code == 200
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert "&lt;script&gt;alert(1)" in answer.text


def test_pages_about_worries_leave_nothing_behind(client, seeded, log_in):
    for path in ("/kodomo/", "/soudan/", "/leave/"):
        answer = client.get(path)
        assert answer["Cache-Control"] == "no-store", path
        assert answer["Referrer-Policy"] == "no-referrer", path
    assert client.get("/faq/")["Referrer-Policy"] == "same-origin"
    assert "見たあとを消したいときは" in client.get("/soudan/").text
    # With no referrer a browser sends no origin either, and logging out would fail.
    assert log_in("school").get("/kodomo/")["Referrer-Policy"] == "same-origin"


def test_an_answer_is_counted_by_page_and_month_and_leaves_no_cookie(client, seeded):
    cache.clear()
    page = ContentPage.objects.get(slug="hogosha")
    url = f"/feedback/{page.pk}/"
    for _time in range(2):
        answer = client.post(url, {"answer": "useful"})
        assert answer.status_code == 200 and not answer.cookies
    assert PageOpinion.objects.get().count == 2
    for data in ({}, {"answer": HUGE}, {"answer": "\x00"}):
        assert client.post(url, data).status_code == 400
    assert client.post("/feedback/99999999/", {"answer": "useful"}).status_code == 404
    assert client.post(f"/feedback/{'9' * 30}/", {"answer": "useful"}).status_code in (
        400,
        404,
    )
    assert client.get(url).status_code == 405
    statuses = {client.post(url, {"answer": "partly"}).status_code for _n in range(40)}
    assert statuses == {200, 429}
    page.unpublish()
    assert client.post(url, {"answer": "useful"}).status_code == 404


def test_the_statement_claims_nothing_untested_and_is_never_reached_by_phone_alone(
    client, seeded
):
    page = AccessibilityPage.objects.get()
    text = client.get("/accessibility/").text
    for word in ("目標とする適合レベル", "達成期限", "例外", "試験日", "試験方法"):
        assert word in text
    assert text.count('scope="row"') >= 38
    page.conformance = "full"
    with pytest.raises(ValidationError):
        page.full_clean()
    page.conformance = ""
    Section.objects.filter(pk=page.section_id).update(phone="06-0000-0000")
    page = AccessibilityPage.objects.get()
    with pytest.raises(ValidationError):
        page.full_clean()
    Section.objects.filter(pk=page.section_id).update(mail="a@example.invalid")
    AccessibilityPage.objects.get().full_clean()


def test_every_block_shows_itself_to_the_editor_who_picks_one(seeded, log_in):
    client = log_in("editor")
    for name, block in BodyBlock().child_blocks.items():
        assert block.is_previewable, name
        assert block.get_description(), name
    for block in ContentPage.body.field.stream_block.child_blocks.values():
        answer = client.get("/admin/block-preview/", {"id": block.definition_prefix})
        assert answer.status_code == 200, block
        assert "pages.css" in answer.text


def test_public_pages_are_those_that_wagtail_calls_public(seeded, make_page):
    page = make_page("closed")
    make_page("open")
    PageViewRestriction.objects.create(page=page, restriction_type="login")
    assert set(public(Page.objects.all())) == set(Page.objects.live().public())
    assert page.page_ptr not in public(Page.objects.all())
