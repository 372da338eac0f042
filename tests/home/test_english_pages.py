"""What an English page says in Japanese: names, and nothing else."""

import re

from bs4 import BeautifulSoup

from programs import seed, seed_languages

ENGLISH = ("", "sites/", "sites/enmusubi/", "sites/bb-house/", "hogosha/", "nagare/")
ENGLISH += ("soudan/", "kodomo/", "faq/", "news/", "privacy/", "calendar/", "search/")
ENGLISH += ("school/", "jigyo/", "suuji/", "shiryo/", "accessibility/")
ENGLISH += ("news/news-example/",)
JAPANESE = re.compile("[\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff]")
# The name of the place, and of offices where the city gives no other.
NAMES = ("とよなか縁結実", "こども安心課", "こども総合相談窓口", "はぐくみセンター")
NAMES += ("こども支援課", "要対協")


def japanese_in(page):
    """Japanese text that is not marked as Japanese, and is no name."""
    for unread in page(["script", "style"]):
        unread.decompose()
    texts = [(text, text.parent) for text in page.find_all(string=True)]
    for tag in page.find_all(True):
        said = (tag.get(name) for name in ("aria-label", "alt", "title", "content"))
        texts += [(text, tag) for text in said if text]
    for text, tag in texts:
        if any(one.get("lang", "").startswith("ja") for one in (tag, *tag.parents)):
            continue
        for name in NAMES:
            text = text.replace(name, "")
        if JAPANESE.search(text):
            yield text.strip()


def test_no_japanese_is_left_on_an_english_page_but_names(client, db):
    seed.load(demo=True)
    seed_languages.load()
    left = {}
    for path in ENGLISH:
        page = BeautifulSoup(client.get(f"/en/{path}").text, "html.parser")
        assert not page.main.has_attr("lang")
        left[path] = list(japanese_in(page))
    assert {path: texts for path, texts in left.items() if texts} == {}
