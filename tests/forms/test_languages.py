"""A form in another language: every word of it that staff translated is in it."""

import re

import pytest
from django.test import Client

from forms.changes import changes
from forms.compiler import compile_form
from forms.models import FormVersion, Submission
from forms.services import ask_sender
from tests.factories import SubmissionFactory
from tests.forms.conftest import question
from tests.forms.journey import Journey, words_of

pytestmark = pytest.mark.django_db

CHROME = {"取扱注意", "控え", "受付番号", "受付日時", "令和", "年", *"日月火水木金土"}
JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]+")


def english(label, **more):
    return [{"language": "en", "label": label, **more}]


def pages(check_words="Give an end after the beginning."):
    """Two pages with a group, a check, a consent and a calculated answer."""
    rule = {
        "conditions": [
            {"question": "end", "comparison": "at_least", "value": "{start}"}
        ]
    }
    check = {
        "rule": rule,
        "message": "終わりは始まりより後にしてください。",
        "at": "end",
    }
    check["translations"] = [{"language": "en", "message": check_words}]
    first = [
        question("number", "start", "始まり", translations=english("Start")),
        question("number", "end", "終わり", translations=english("End")),
        question(
            "calculated",
            "span",
            "長さ",
            operation="difference",
            questions=["end", "start"],
            unit="日",
            translations=english("Length", unit="days"),
        ),
    ]
    second = [
        question(
            "repeat",
            "kids",
            "きょうだい",
            row_title="#人目",
            min_rows=1,
            fields=[
                question("short_text", "nick", "呼び名", translations=english("Name"))
            ],
            translations=english("Brothers and sisters", row_title="Child #"),
        ),
        question(
            "consent",
            "agree",
            "同意",
            text="市で使います。",
            yes_label="同意します（本人）",
            not_yet_label="まだ",
            cannot_label="できません",
            required=True,
            translations=english(
                "Consent",
                text="The city uses it.",
                yes_label="I agree (myself)",
                not_yet_label="Later",
                cannot_label="I cannot",
            ),
        ),
    ]
    words = [
        {"title": "一", "translations": [{"language": "en", "title": "One"}]},
        {"title": "二", "translations": [{"language": "en", "title": "Two"}]},
    ]
    return [
        {**words[0], "fields": first, "checks": [check]},
        {**words[1], "fields": second},
    ]


def around(complete=True):
    value = {"language": "en", "title": "A small form", "is_complete": complete}
    return [{"type": "translation", "id": "t", "value": value}]


def foreign_words(page) -> list[str]:
    """What stands in Japanese in the part of a page that is the form's."""
    main = page.select_one("main")
    for part in main.select(".languages, [data-language], .reading-switch"):
        part.decompose()
    text = main.get_text(" ", strip=True).replace("日本語", "")
    return JAPANESE.findall(text)


def test_the_whole_way_in_english_shows_no_japanese_word_of_the_form(publish):
    publish(*pages(), translations=around())
    journey = Journey(Client(), "small")
    journey.follow(journey.client.post("/forms/small/", {"language": "en"}))
    assert journey.page.select_one("h1").text == "One"
    assert foreign_words(journey.page) == []
    journey.next({"start": "5", "end": "3"})
    assert journey.errors == ["Give an end after the beginning."]
    assert foreign_words(journey.page) == []
    journey.next({"end": "8"})
    assert "Child 1" in journey.text and "I agree (myself)" in journey.text
    assert foreign_words(journey.page) == []
    journey.next({})
    assert journey.errors and foreign_words(journey.page) == []
    row = journey.page.select_one('[data-code="kids-1-nick"]')["name"]
    journey.next({"agree": "yes"}, **{row: "Hana"})
    assert "/review/" in journey.url
    assert "3 days" in journey.text
    assert foreign_words(journey.page) == []
    journey.send()
    main = journey.page.select_one("main .receipt").text
    assert "A small form" in main
    assert Submission.objects.get().language == "en"
    paper = journey.client.get(journey.draft_address + "copy.pdf")
    shown = words_of(paper.content)
    for words in ("A small form", "Two", "Child 1", "I agree (myself)", "3 days"):
        assert words in shown
    assert set(JAPANESE.findall(shown)) <= CHROME


def test_a_promised_language_needs_rows_checks_and_consents_translated(definition_of):
    made = pages(check_words="")
    group, consent = made[1]["fields"]
    del group["translations"][0]["row_title"]
    for name in ("yes_label", "text"):
        del consent["translations"][0][name]
    problems = "\n".join(
        compile_form(definition_of(*made, translations=around())).problems
    )
    for words in (
        "終わりは始まりより後",
        "#人目",
        "同意します（本人）",
        "市で使います",
    ):
        assert words in problems
    assert not compile_form(definition_of(*pages(), translations=around())).problems


def test_another_wording_of_a_check_is_no_deep_change(definition_of):
    old = compile_form(definition_of(*pages())).document
    new = compile_form(definition_of(*pages("Give a later end."))).document
    assert [(c.kind, c.is_breaking) for c in changes(old, new)] == [("checks", False)]


def test_another_language_in_the_middle_loses_nothing_typed(publish):
    publish(*pages(), translations=around())
    journey = Journey(Client(), "small").begin()
    address = journey.url
    journey.next({"start": "3人", "end": "8"}, language="en")
    assert journey.url == address and not journey.errors
    assert journey.page.select_one("h1").text == "One"
    assert (journey.value("start"), journey.value("end")) == (["3人"], ["8"])


QUESTION = "夕食のことを教えてください。"


@pytest.fixture
def sent_in_english(publish, cast):
    """Number and password of somebody who filled a form in in English."""
    publish(*pages(), translations=around())
    journey = Journey(Client(), "small")
    journey.follow(journey.client.post("/forms/small/", {"language": "en"}))
    journey.next({"start": "3", "end": "8"})
    row = journey.page.select_one('[data-code="kids-1-nick"]')["name"]
    journey.next({"agree": "yes"}, **{row: "Hana"}).send()
    password = journey.page.select_one("[data-password]").text
    link = journey.page.select_one('main a[href^="/status/"]')["href"]
    return link, {"receipt": journey.receipt, "password": password}


def looked_up(link, typed) -> Journey:
    journey = Journey(Client())
    return journey.open(link).follow(journey.client.post(link, typed))


def test_what_was_sent_in_english_is_looked_up_in_english(sent_in_english, cast):
    link, typed = sent_in_english
    ask_sender(Submission.objects.get(), QUESTION, by=cast["intake"])
    before = Journey(Client()).open(link)
    assert foreign_words(before.page) == []
    journey = looked_up("/status/", typed)
    assert journey.response["Content-Language"] == "en"
    assert journey.page.html["lang"] == "en"
    words = foreign_words(journey.page)
    assert words and set(words) <= set(JAPANESE.findall(QUESTION))
    assert (
        journey.page.select_one('.thread [lang="ja"]').get_text(strip=True) == QUESTION
    )
    assert "A small form" in journey.text
    journey.open(f"/status/{typed['receipt']}/withdraw/")
    assert foreign_words(journey.page) == []
    end = journey.client.post("/status/end/", follow=True)
    assert end.wsgi_request.GET["ended"] and 'lang="en"' in end.text
    assert 'lang="ja"' in journey.client.get("/status/").text


def test_the_language_chosen_at_the_look_up_goes_before_that_of_the_form(
    sent_in_english,
):
    typed = sent_in_english[1]
    journey = Journey(Client()).open("/status/?language=ja-hira")
    assert "番号と パスワードで 見る" in journey.text
    wrong = typed | {"password": "x", "language": "ja-hira"}
    journey.follow(journey.client.post("/status/", wrong))
    assert journey.errors == [
        "受付番号か パスワードが ちがいます。両方を もういちど 見て ください。"
    ]
    chosen = journey.state()["language"]
    journey.follow(journey.client.post("/status/", typed | {"language": chosen}))
    assert journey.page.html["lang"] == "ja-Hira"
    assert "市が 受けました" in journey.text


def test_another_language_keeps_the_reply_that_is_being_written(sent_in_english, cast):
    ask_sender(Submission.objects.get(), QUESTION, by=cast["intake"])
    journey = looked_up("/status/", sent_in_english[1])
    button = journey.page.select_one('button[name="language"][value="ja"]')
    assert button["form"] == journey.page.select_one("main form")["id"]
    reply = f"{journey.url}reply/"
    typed = journey.state() | {"text": ["Not yet"], "language": ["ja"]}
    journey.follow(journey.client.post(reply, typed))
    assert journey.page.html["lang"] == "ja"
    assert journey.page.select_one("textarea").text.strip() == "Not yet"
    assert Submission.objects.get().messages.count() == 1


def test_the_list_of_what_a_school_sent_names_its_forms_in_its_language(
    publish, log_in, cast, monkeypatch
):
    publish([question("short_text", "a", translations=english("A"))], slug="plain")
    publish(*pages(), translations=around(complete=False))
    client = log_in("school")
    version = FormVersion.objects.get(form__slug="small")
    for one in (version, FormVersion.objects.get(form__slug="plain")):
        SubmissionFactory(version=one, partner=cast["school"].partner)

    def titles(language):
        page = Journey(client).open(f"/status/?language={language}").page
        return [row.select_one("td").text for row in page.select("tr[data-number]")]

    assert titles("en") == ["小さなフォーム", "A small form"]
    monkeypatch.setattr("forms.views.status.SHOWN", 1)
    assert titles("en") == ["小さなフォーム"]
    journey = Journey(client).open("/status/?language=en")
    older = journey.page.find("a", string="Show older ones")["href"]
    journey.open(f"/status/{older}")
    assert [row.td.text for row in journey.page.select("tr[data-number]")] == [
        "A small form"
    ]
    assert journey.page.find("a", string="To the newest ones")
    assert not journey.page.find("a", string="Show older ones")
    monkeypatch.undo()
    assert titles("ja-hira") == titles("ja") == ["小さなフォーム"] * 2


def test_a_form_in_easy_japanese_is_filled_in_with_easy_words_of_the_portal(publish):
    easy = [{"language": "ja-hira", "label": "あなたの 名前"}]
    translation = {"language": "ja-hira", "title": "かんたんな フォーム"}
    page = {
        "title": "一",
        "translations": [{"language": "ja-hira", "title": "なまえ"}],
        "fields": [question("short_text", "name", "氏名", translations=easy)],
    }
    page["fields"][0]["required"] = True
    value = {**translation, "is_complete": True}
    around = [{"type": "translation", "id": "t", "value": value}]
    publish(page, translations=around)
    journey = Journey(Client(), "small")
    journey.follow(journey.client.post("/forms/small/", {"language": "ja-hira"}))
    assert "いま ここまでを 残して、あとで 書く" in journey.text
    journey.next({})
    assert journey.errors == ["「あなたの 名前」を 書いて ください。"]
    journey.next({}, keep="1")
    assert "合い言葉は この 画面でしか 見られません" in journey.text
    assert "かんたんな フォーム" in journey.text
    kept = journey.page.select_one("main a.button")["href"]
    journey.open(journey.draft_address + "leave/")
    assert "かんたんな フォーム" in journey.page.title.text
    assert "やめると、書いたことは ぜんぶ 消えます" in journey.text
    journey.open(kept)
    journey.next({"name": "ハナ"})
    assert "この 内容で 送る" in journey.text
    journey.send()
    assert "市が 受けました" in journey.text
