"""Open drafts when their form is published anew: who follows, when, and what stays."""

import json
from datetime import timedelta

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from forms.changes import breaking_changes, is_same_question
from forms.compiler import digest_of
from forms.models import Draft, FormDefinition, FormVersion, Submission
from forms.services import save_page, submit
from forms.services.drafts import joined
from forms.services.following import follow
from forms.views.drafts import find_draft
from tests.forms.conftest import question, yes_no
from tests.forms.journey import Journey

pytestmark = pytest.mark.django_db

OLD = ([question("short_text", "a", "甲"), yes_no("y", "乙")], [yes_no("z", "丙")])
NEW = (
    [
        question("short_text", "n", "新しい設問", required=True),
        question("short_text", "a", "甲", required=True),
    ],
    [
        question(
            "radio",
            "y",
            "乙",
            required=True,
            options=[{"code": "yes", "label": "はい"}, {"code": "x", "label": "他"}],
        ),
        yes_no("z", "丙"),
    ],
)


@pytest.fixture
def end_of_drafts():
    """Set the last day for drafts of the old version, counted from today."""

    def put(days):
        day = timezone.localdate() + timedelta(days=days)
        FormDefinition.objects.update(drafts_until=day)

    return put


@pytest.fixture
def begun(publish):
    """Somebody who has filled in the first page of the first version."""
    publish(*OLD)
    return Journey(Client(), "small").begin().next({"a": "答え", "y": "no"})


def added(journey) -> list[str]:
    return [item.text for item in journey.page.select("[data-added] li")]


def test_a_draft_follows_a_change_of_wording_without_a_word(begun, publish):
    publish([*OLD[0]], [yes_no("z", "丙（直した文）")])
    begun.open(begun.url)
    assert "丙（直した文）" in begun.text
    assert added(begun) == []
    begun.walk({"z": "yes"}).send()
    assert Submission.objects.get().version.number == 2


def test_nothing_is_sent_that_was_not_looked_over_in_the_words_of_today(begun, publish):
    begun.walk({"z": "yes"})
    publish([*OLD[0]], [yes_no("z", "丙（直した文）")])
    Journey(begun.client, "small").open(begun.draft_address + "1/")
    begun.send()
    assert Submission.objects.count() == 0
    assert "もう一度、内容をご確認ください" in begun.text
    assert "丙（直した文）" in begun.text
    begun.send()
    assert Submission.objects.get().version.number == 2


def test_a_form_that_was_given_up_in_another_tab_is_gone_and_no_error(begun, publish):
    begun.walk({"z": "yes"})
    draft = Draft.objects.get()
    with pytest.raises(Draft.DoesNotExist):
        Draft.objects.all().delete()
        submit(draft, key="x")
    assert begun.client.post(begun.url, begun.state()).status_code == 404


@pytest.mark.parametrize("way", ["from its page", "otherwise"])
def test_what_is_typed_while_the_turn_is_awaited_is_what_is_received(begun, way):
    begun.walk({"z": "yes"})
    read_before = Draft.objects.get()
    if way == "from its page":
        key = begun.client.cookies["draft_key"].value
        read_before = find_draft("small", read_before.uuid, key)
        assert read_before.stored
    Journey(begun.client, "small").open(begun.draft_address + "1/").walk({"z": "no"})
    now = Draft.objects.get().answers
    assert now != read_before.answers
    received = submit(read_before, key="x")
    assert received.answers == {**received.answers, **now}
    assert received.sha256 == digest_of(received.answers)


def test_until_the_last_day_a_draft_is_sent_as_it_was_begun(
    begun, publish, end_of_drafts
):
    publish(*NEW)
    end_of_drafts(0)
    begun.open(begun.url)
    assert begun.page.select("[data-last-day]")
    begun.walk({"z": "yes"}).send()
    assert Submission.objects.get().version.number == 1


def test_after_the_last_day_a_draft_follows_and_names_what_is_added(
    begun, publish, end_of_drafts
):
    publish(*NEW)
    end_of_drafts(-1)
    begun.open(begun.url)
    assert "追加の質問があります" in begun.text
    assert added(begun) == ["新しい設問（新しい質問）", "乙（もう一度お答えください）"]
    begun.open(begun.page.select_one("[data-added] a")["href"].split("#")[0])
    assert begun.value("a") == ["答え"]
    begun.next({"n": "書いた"})
    assert added(begun) == ["乙（もう一度お答えください）"]
    begun.next({"z": "yes"})
    assert begun.errors, "the withdrawn choice is not taken for an answer"
    begun.walk({"y": "x", "z": "yes"}).send()
    submission = Submission.objects.get()
    assert submission.version.number == 2
    assert {"答え", "書いた"} <= set(submission.answers.values())


def test_a_page_in_flight_over_the_change_is_kept_and_read_as_it_was_shown(
    begun, publish, end_of_drafts
):
    late = begun.typed({"z": "no"})
    autosave = late | {"save": ["1"]}
    publish(*NEW)
    end_of_drafts(-1)
    other_tab = Journey(begun.client, "small").open(begun.url)
    assert added(other_tab)
    assert begun.client.post(begun.url, autosave).status_code == 200
    begun.follow(begun.client.post(begun.url, late))
    draft = Draft.objects.get()
    assert (draft.version.number, draft.moved_from.number) == (2, 1)
    begun.open(begun.draft_address + "1/")
    assert begun.value("a") == ["答え"]
    assert begun.open(begun.draft_address + "2/").value("z") != []


def test_nothing_is_sent_past_the_last_day_without_the_new_questions(
    begun, publish, end_of_drafts
):
    begun.walk({"z": "yes"})
    publish(*NEW)
    end_of_drafts(-1)
    begun.send()
    assert Submission.objects.count() == 0
    assert "/review/" in begun.url
    assert len(added(begun)) == 2 and begun.errors
    begun.send()
    assert Submission.objects.count() == 0


def test_an_agreement_is_asked_again_where_its_text_has_changed(publish, end_of_drafts):
    def form(text):
        return [
            question("consent", "c", "同意", text=text, required=True),
            question("short_text", "a", "甲"),
        ]

    publish(form("前の文"))
    journey = Journey(Client(), "small").begin().next({"c": "yes", "a": "答え"})
    publish(form("新しい文"))
    end_of_drafts(-1)
    journey.open(journey.url)
    assert added(journey) == ["同意（もう一度お答えください）"]
    journey.send()
    assert Submission.objects.count() == 0


def test_a_text_to_agree_to_is_compared_in_every_language_it_was_shown_in():
    def consent(text, **words):
        i18n = {name: {"text_sha256": one} for name, one in words.items()}
        return {"type": "consent", "text_sha256": text, "i18n": i18n}

    assert is_same_question(consent("a", en="b"), consent("a", en="b", ko="c"))
    assert not is_same_question(consent("a", en="b"), consent("a", en="x"))
    assert not is_same_question(consent("a", en="b"), consent("x", en="b"))
    assert not is_same_question(consent("a", en="b"), consent("a"))


def test_who_agreed_in_english_agrees_to_the_english_of_today_and_to_no_other(
    publish, end_of_drafts
):
    """Over any number of versions, one of them perhaps without English."""

    def form(english):
        around = {"language": "en", "title": "Form", "is_complete": bool(english)}
        words = {"language": "en", "label": "Consent", "text": english}
        asked = question("consent", "c", "同意", text="文", required=True)
        page = {"language": "en", "title": "Page"}
        rows = json.dumps([{"type": "translation", "id": "t", "value": around}])
        FormDefinition.objects.update(translations=rows)
        publish(
            {
                "title": "頁",
                "fields": [{**asked, "translations": [words] if english else []}],
                "translations": [page],
            },
            translations=rows,
        )

    form("The first text.")
    journey = Journey(Client(), "small")
    journey.follow(journey.client.post("/forms/small/", {"language": "en"}))
    journey.next({"c": "yes"})
    assert journey.url.endswith("/review/")
    form("")
    journey.open(journey.url)
    form("Quite another text.")
    end_of_drafts(-1)
    journey.open(journey.url)
    assert added(journey)
    journey.send()
    assert Submission.objects.count() == 0
    journey.next({"c": "yes"}).send()
    assert Submission.objects.get().language == "en"


def test_a_page_that_was_read_before_the_draft_moved_is_still_kept(
    begun, publish, end_of_drafts
):
    stale = Draft.objects.get()
    page = stale.version.document["pages"][0]
    key = next(f["key"] for f in page["fields"] if f["code"] == "a")
    publish(*NEW)
    end_of_drafts(-1)
    assert follow(stale).version.number == 2
    kept = save_page(stale, page, QueryDict(f"{key}=あとから"))
    assert kept.version.number == 2
    assert Draft.objects.get().answers[key] == "あとから"


def test_the_builder_says_how_many_drafts_are_open_and_what_becomes_of_them(
    begun, publish, end_of_drafts, log_in
):
    form = publish(*NEW)
    end_of_drafts(3)
    client = log_in("form-editor")
    for name in ("edit", "versions"):
        page = client.get(reverse(f"forms_admin:{name}", args=[form.pk]))
        assert "第1版：1件" in page.content.decode()


def test_a_third_version_releases_nobody_from_the_second_whose_day_was_over(
    begun, publish, end_of_drafts
):
    begun.walk({"z": "yes"})
    publish(*NEW)
    end_of_drafts(-1)
    form = FormDefinition.objects.get()
    form.drafts_until = timezone.localdate() + timedelta(days=9)
    form.title = "次の題名"
    form.save_revision().publish()  # as the editor does: with a day for what comes next
    publish([*NEW[0], question("short_text", "m", "もう一つ", required=True)], NEW[1])
    begun.send()
    assert Submission.objects.count() == 0
    later = Journey(Client(), "small").begin()
    publish([*NEW[0], question("short_text", "k", "さらに", required=True)], NEW[1])
    later.open(later.url)
    assert Draft.objects.latest("pk").version.number == 4, "its own day is to come"


def test_a_day_of_an_earlier_change_does_not_hold_for_the_next(
    begun, publish, end_of_drafts
):
    end_of_drafts(-1)
    publish(*NEW)
    assert FormDefinition.objects.get().drafts_until is None
    begun.walk({"z": "yes"}).send()
    assert Submission.objects.get().version.number == 1


def test_a_box_stays_ticked_only_beside_its_sentence_and_a_number_with_its_unit():
    def box(label, en=""):
        i18n = {"en": {"label": en}} if en else {}
        return {"type": "confirm", "label": label, "i18n": i18n}

    assert is_same_question(box("学校に伝えてよい"), box("学校に伝えてよい", "yes"))
    assert not is_same_question(box("学校に伝えてよい"), box("警察に伝えてよい"))
    assert not is_same_question(box("あ", "school"), box("あ", "police"))
    months, years = ({"type": "number", "label": "年齢", "unit": u} for u in "月歳")
    assert not is_same_question(months, years)


def test_a_new_question_that_must_be_answered_in_some_cases_is_a_breaking_change(
    begun, publish, end_of_drafts
):
    begun.walk({"z": "yes"})
    publish([*OLD[0]], [*OLD[1], question("short_text", "n", "新しい", required=True)])
    version = FormVersion.objects.get(number=2)
    document = version.document
    *_known, added_one = document["pages"][1]["fields"]
    when = {"key": document["pages"][0]["fields"][0]["key"], "op": "answered"}
    added_one |= {"required": False, "required_when": when}
    old = FormVersion.objects.get(number=1).document
    assert breaking_changes(old, document)
    added_one |= {"required_when": None}
    assert not breaking_changes(old, document)
    assert breaking_changes(old, _with(document, added_one | {"type": "stop"}))


def _with(document, question):
    pages = [dict(page) for page in document["pages"]]
    pages[1] = {**pages[1], "fields": [*pages[1]["fields"][:-1], question]}
    return {**document, "pages": pages}


def test_a_sibling_agrees_to_the_text_of_today_and_to_no_other(publish):
    def form(text):
        return [
            question("consent", "c", "同意", text=text, required=True, shared=True),
            question("short_text", "a", "甲", shared=True),
        ]

    publish(form("前の文"))
    journey = Journey(Client(), "small").begin()
    journey.walk({"c": "yes", "a": "答え"}).send()
    publish(form("新しい文"))
    button = journey.page.select_one("form[action$='/sibling/']")
    key = {"draft_key": button.select_one("[name=draft_key]")["value"]}
    journey.follow(journey.client.post(button["action"], key))
    assert journey.value("a") == ["答え"]
    assert journey.value("c") == []


def group(*subs, label="きょうだい"):
    return question("repeat", "kids", label, fields=list(subs), max_rows=5)


NICK, AGE = (
    question("short_text", "nick", "呼び名"),
    question("short_text", "age", "年齢"),
)


def test_a_group_posted_from_an_older_page_takes_away_nothing_it_did_not_show(publish):
    publish([group(NICK)])
    Journey(Client(), "small").begin()
    old = FormVersion.objects.get()
    publish([group(NICK, AGE, label="きょうだい（直した文）")])
    draft = follow(Draft.objects.get())
    assert draft.version.number == 2
    kids = draft.version.document["pages"][0]["fields"][0]
    key, (nick, age) = kids["key"], (sub["key"] for sub in kids["fields"])
    draft.answers = {
        key: [
            {"id": "r1", nick: "花", age: "7"},
            {"id": "r2", nick: "空", age: "3"},
            {"id": "new", nick: "海", age: "1"},
        ]
    }
    draft.save()
    post = QueryDict(mutable=True)
    post["version"] = "1"
    post.setlist(f"{key}-rows", ["r1", "r2"])
    post[f"{key}-r1-{nick}"], post[f"{key}-r2-{nick}"] = "花子", "空"
    post["remove"] = f"{key}-r2"
    (page,) = old.document["pages"]
    save_page(draft, page, post)
    assert Draft.objects.get().answers[key] == [
        {"id": "r1", nick: "花子", age: "7"},
        {"id": "new", nick: "海", age: "1"},
    ]


TEXT = st.text(max_size=3)
ROWS = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.dictionaries(st.sampled_from("xyz"), TEXT)),
    max_size=5,
    unique_by=lambda row: row[0],
)


@given(typed=ROWS, kept=ROWS, shown=st.sets(st.sampled_from("xyz")), gone=st.text("ab"))
def test_joining_loses_neither_what_was_typed_nor_what_was_not_shown(
    typed, kept, shown, gone
):
    fields = {key: {"key": key, "type": "short_text"} for key in "xyz"}
    old = {"fields": [fields[key] for key in sorted(shown)]}
    now = {"fields": list(fields.values())}
    posted = [
        {"id": name, **{key: row.get(key, "") for key in shown}} for name, row in typed
    ]
    stored = [{"id": name, **row} for name, row in kept]
    found = {row["id"]: row for row in joined(old, now, posted, stored, gone)}
    assert len(found) == len(
        {name for name, _row in [*typed, *kept]} - ({gone} - {n for n, _r in typed})
    )
    for row in posted:
        assert row.items() <= found[row["id"]].items()
    for row in stored:
        hidden = {k: v for k, v in row.items() if k not in shown}
        assert row["id"] not in found or hidden.items() <= found[row["id"]].items()


def test_a_question_of_a_row_that_is_another_one_now_keeps_its_newer_answer():
    text, number = ({"key": "x", "type": kind} for kind in ("short_text", "number"))
    found = joined(
        {"fields": [text]},
        {"fields": [number]},
        [{"id": "a", "x": "七つ"}],
        [{"id": "a", "x": "7"}],
        "",
    )
    assert found == [{"id": "a", "x": "7"}]
