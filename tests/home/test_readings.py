"""Readings: of the approved dictionary, on the whole page, for those who want them."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from home import readings
from home.kanji import EASY, GRADE_1, GRADE_2, GRADE_3, is_hard
from home.language_check import hard_words, long_sentences
from home.models import ChildrenPage, Reading
from programs.models import Site

WORDS = {"学校": "がっこう", "学校の先生": "がっこうのせんせい", "市": "し"}
READING = re.compile(r"<rp>（</rp><rt>[^<]*</rt><rp>）</rp>")


@pytest.fixture
def site(seeded):
    """The seed's own site, in the place of the one that the cast brings along."""
    return Site.objects.get(slug="enmusubi")


def on(body: str, words=WORDS) -> str:
    return readings.with_readings(f"<html><body>{body}</body></html>", words)


class Text(HTMLParser):
    """The text of a page as a reader without ruby gets it."""

    def __init__(self, html: str):
        super().__init__()
        self.words = []
        self.feed(html)

    def handle_data(self, data):
        self.words.append(data)


def test_the_longest_word_wins():
    html = on("<p>学校の先生と学校へ</p>")
    assert html.count("<ruby>") == 2
    assert "<ruby>学校の先生<" in html and "<ruby>学校<" in html


UNTOUCHED = [
    '<a title="学校" href="/学校/">x</a>',
    "<script>学校</script>",
    "<style>学校</style>",
    "<textarea>学校</textarea>",
    "<select><option>学校</option></select>",
    "<svg><text>学校</text></svg>",
    "<!-- 学校 -->",
    "<ruby>学校<rt>まなびや</rt></ruby>",
    '<input value="学校>学校">',
]


@pytest.mark.parametrize("html", UNTOUCHED)
def test_only_the_text_of_the_page_gets_readings(html):
    assert on(html) == f"<html><body>{html}</body></html>"


def test_the_head_keeps_its_plain_title():
    html = "<html><head><title>学校</title></head><body>学校</body></html>"
    assert "<title>学校</title>" in readings.with_readings(html, WORDS)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="学校の先生市へあ &lt;。", max_size=40))
def test_readings_on_and_off_again_give_the_same_page(text):
    html = f"<html><body><p>{text}</p><b>{text}</b></body></html>"
    with_them = readings.with_readings(html, WORDS)
    assert readings.without_ruby(with_them) == html
    assert "".join(Text(READING.sub("", with_them)).words) == "".join(Text(html).words)


def test_the_lists_of_school_years_are_whole():
    assert [len(set(g)) for g in (GRADE_1, GRADE_2, GRADE_3)] == [80, 160, 200]
    assert len(EASY) == 441
    assert not any(map(is_hard, "学校休食あA々"))
    assert all(map(is_hard, "縁結児童支援"[:2] + "児支"))


def test_hard_words_and_long_sentences_are_found_and_readings_count():
    assert hard_words("{支援|しえん}と学校と児童の支援", {"児童"}) == ["支援"]
    text = "短い文。" + "あ" * 41 + "。{漢字|かんじ}" + "い" * 38
    assert long_sentences(text) == ["あ" * 41]


@pytest.mark.django_db
def test_readings_are_on_for_children_and_a_choice_elsewhere(client, seeded):
    assert "<ruby>" in client.get("/kodomo/").text
    assert "<ruby>" not in client.get("/faq/").text
    assert "<ruby>" not in client.get("/nothing-here/").text
    answer = client.get("/furigana/", {"to": "on", "next": "/faq/?for=schools"})
    assert (answer.status_code, answer["Location"]) == (302, "/faq/?for=schools")
    for path in ("/faq/", "/sites/enmusubi/", "/nothing-here/", "/forms/"):
        text = client.get(path).text
        assert "<ruby>" in text, path
        assert "<ruby>縁" not in text and "<rt>えん" not in text, path
    client.get("/furigana/", {"to": "off", "next": "/kodomo/"})
    text = client.get("/kodomo/").text
    assert (
        "<ruby" not in text and "<rt" not in text and "|" not in text.split("<main")[1]
    )
    assert "学校がおわったあと" in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    "asked",
    [
        {"to": "on", "next": "//evil.example/"},
        {"to": "on", "next": "https://evil.example/"},
        {"to": "on", "next": "javascript:alert(1)"},
        {"next": "/x\r\nSet-Cookie: a=b"},
        {"to": "maybe", "next": "あ" * 5000},
        {},
    ],
)
def test_the_switch_leads_nowhere_else(client, asked):
    answer = client.get("/furigana/", asked)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/") and "evil" not in answer["Location"]
    assert "furigana" not in answer.cookies or asked.get("to") == "on"
    assert client.post("/furigana/", asked).status_code == 405


@pytest.mark.django_db
def test_what_is_not_approved_stands_on_no_page(client, seeded, log_in):
    Reading.objects.filter(word="質問").update(is_approved=False)
    client.cookies["furigana"] = "on"
    assert "<ruby>質問<" not in client.get("/faq/").text
    editor = log_in("editor")
    row = Reading.objects.get(word="質問")
    data = {"word": "質問", "reading": "しつもん", "is_approved": "on"}
    assert editor.post(f"/admin/readings/edit/{row.pk}/", data).status_code == 302
    row.refresh_from_db()
    assert row.approved_by.username == "editor" and row.approved_on
    assert "<ruby>質問<" in client.get("/faq/").text
    bad = {"word": "<b>", "reading": "kana", "is_approved": "on"}
    answer = editor.post("/admin/readings/new/", bad)
    assert answer.status_code == 200 and 'value="kana"' in answer.text


@pytest.mark.django_db
def test_the_report_names_hard_words_and_leads_to_their_field(seeded, log_in):
    page = ChildrenPage.objects.get(slug="kodomo")
    page.lead = "曖昧な文です。" + "あ" * 41
    page.save_revision().publish()
    text = log_in("editor").get("/admin/page-reports/children/").text
    assert "曖昧" in text and "あ" * 41 in text
    assert f"/admin/pages/{page.pk}/edit/#:w:contentpath=lead" in text
    assert log_in("intake").get("/admin/page-reports/children/").status_code in (
        302,
        403,
    )
