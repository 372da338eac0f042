"""Public search: finds Japanese, alike on every database, and only public pages."""

import pytest
from django.apps import apps
from django.core.cache import cache
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wagtail.models import Page, PageViewRestriction
from wagtail.search import index

from home.models import SearchSettings
from home.search import find, folding
from home.search.index import entries
from programs import seed
from programs.models import Site
from tests.factories import CaseFactory
from tests.standing import kept_for_the_module

pytestmark = pytest.mark.django_db
PRIVATE_ROOMS = {"cases", "decisions", "support", "reports", "exchange", "staff"}
STRANGE = [
    '窓口"',
    "' OR 1=1 --",
    "a AND (b",
    "*",
    "%",
    "_" * 50,
    "\\",
    "<script>alert(1)</script>",
    "あ" * 10_000,
    "居 " * 5_000,
    "😀👨‍👩‍👧‍👦",
    "葛\U000e0100",
    "\u202e\u200b",
    "ｱﾞ",
]


@pytest.fixture(scope="module")
def pages(django_db_setup, django_db_blocker):
    """The seed's pages, once for this file."""
    with kept_for_the_module(django_db_blocker, seed.load):
        yield


@pytest.fixture(autouse=True)
def seeded(pages, db):
    cache.clear()


def japanese(slug):
    return Page.objects.get(slug=slug, locale__language_code="ja").specific


def found(client, query, **more):
    """The addresses of the pages found, best first."""
    response = client.get("/search/", {"q": query, **more})
    assert response.status_code == 200
    return [hit.page.url for hit in response.context["hits"]]


@pytest.mark.parametrize(
    "query", ["居場所", "開所", "縁結実", "ＢＢハウス", "BBハウス", "bbはうす", "食事"]
)
def test_japanese_words_are_found_in_every_width(client, query):
    assert found(client, query)


def test_each_way_to_write_child_finds_the_same_pages(client):
    results = [
        set(found(client, word)) for word in ("こども", "子ども", "子供", "コドモ")
    ]
    assert results[0] and all(result == results[0] for result in results)


def test_a_title_weighs_more_than_a_heading_and_a_heading_more_than_text(client):
    for slug, title, body in (
        ("privacy", "架空語の案内", []),
        ("accessibility", "別", [{"type": "heading", "value": "架空語について"}]),
        ("hogosha", "別", [{"type": "text", "value": "<p>本文に架空語</p>"}]),
    ):
        page = japanese(slug)
        page.title, page.body, page.lead = title, body, ""
        page.body = page.body.stream_block.to_python(body)
        page.save()
    assert found(client, "架空語") == ["/privacy/", "/accessibility/", "/hogosha/"]
    text = client.get("/search/?q=架空語").text
    assert "本文に<mark>架空語</mark>" in text
    assert found(client, "架空語　案内") == ["/privacy/"]


def test_a_page_is_found_from_its_publication_to_its_end(client):
    page = japanese("privacy")
    page.lead = "未公開語"
    page.save_revision()
    assert found(client, "未公開語") == []
    page.get_latest_revision().publish()
    assert found(client, "未公開語") == ["/privacy/"]
    page.refresh_from_db()
    page.move(japanese("jigyo"), pos="last-child")
    assert found(client, "未公開語") == ["/jigyo/privacy/"]
    restriction = PageViewRestriction.objects.create(
        page=Page.objects.get(pk=page.pk), restriction_type="login"
    )
    assert found(client, "未公開語") == []
    restriction.delete()
    japanese("privacy").unpublish()
    assert found(client, "未公開語") == []


def test_a_hidden_site_and_a_hidden_address_are_not_found(client):
    Site.objects.filter(slug="enmusubi").update(address="架空町の番地")
    assert found(client, "架空町") == []
    assert "/sites/bb-house/" in found(client, "BBハウス")
    Site.objects.filter(slug="bb-house").update(is_public=False, name="かくれ家")
    assert found(client, "かくれ家") == []
    assert "/sites/bb-house/" not in found(client, "BBハウス")
    assert "BBハウス" not in " ".join(
        client.get("/search/?q=BBハオス").context["often"]
    )


def test_nothing_found_helps_on_and_never_repeats_markup(client):
    response = client.get("/search/", {"q": "学習サポー卜"})
    assert response.context["found"].nearby[0] == "学習サポート"
    assert "見つかりませんでした" in response.text and "noindex" in response.text
    words = SearchSettings.load()
    words.same_words = "架空語、居場所"
    words.save()
    assert set(found(client, "架空語")) == set(found(client, "居場所"))


@pytest.mark.parametrize("query", STRANGE)
def test_no_query_is_an_error(client, query):
    response = client.get("/search/", {"q": query, "page": "9" * 40})
    assert response.status_code == 200
    assert "<script>alert" not in response.text
    assert client.get("/search/?q=%00").status_code == 400


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.text(max_size=60), st.text(max_size=20))
def test_marking_keeps_every_sign_of_the_text(text, word):
    kept = find.marked(text, [folding.fold(word)] if folding.fold(word) else [])
    bare = kept.replace("<mark>", "").replace("</mark>", "")
    assert bare == str(find.marked(text, []))


def test_many_searches_from_one_place_wait(client, monkeypatch):
    monkeypatch.setattr("home.search.views.MOST_A_MINUTE", 3)
    answers = [client.get("/search/?q=a").status_code for _ in range(8)]
    assert answers.count(429) >= 2 and answers[0] == 200
    assert client.get("/search/").status_code == 200


def test_no_private_model_can_be_indexed_and_only_pages_are_read(client):
    indexed = {model for model in apps.get_models() if issubclass(model, index.Indexed)}
    assert not [m for m in indexed if m._meta.app_label in PRIVATE_ROOMS]
    case = CaseFactory(child__family_name="秘匿姓甲")
    assert set(entries()) == set(
        Page.objects.filter(depth__gt=1).values_list("pk", flat=True)
    )
    text = str(list(entries().values()))
    assert "秘匿姓甲" not in text and case.number not in text
    assert found(client, "秘匿姓甲") == []


def test_staff_find_pages_by_japanese_words_in_the_admin_too():
    for word in ("居場所", "ＢＢハウス", "子供", '窓口"', ""):
        results = list(Page.objects.all().search(word))
        assert all(isinstance(page, Page) for page in results)
        if word in ("居場所", "ＢＢハウス", "子供"):
            assert results, word
    draft = japanese("privacy")
    draft.title = "下書きの架空語"
    draft.live = False
    draft.save()
    assert draft.pk in [page.pk for page in Page.objects.all().search("架空語")]
    assert draft.pk in [page.pk for page in Page.objects.all().autocomplete("架空")]
