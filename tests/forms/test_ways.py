"""Rules beyond showing: require, skip, offer, stop, check; and what hangs on what."""

import json
from datetime import date

import pytest

from forms.answers import read
from forms.changes import changes
from forms.compiler import compile_form, fields_of
from forms.forms.controls import control_of
from forms.languages import in_language
from forms.models import Submission
from forms.words import by_key, dependents, in_words
from tests.forms.conftest import question, when, yes_no
from tests.forms.journey import Journey

pytestmark = pytest.mark.django_db

DAY = date(2026, 11, 27)


def rule(*conditions, match="all", **more):
    parts = [
        dict(zip(("question", "comparison", "value"), c, strict=False))
        for c in conditions
    ]
    return {"match": match, "conditions": parts, **more}


def page(title, *fields, **more):
    return {"title": title, "fields": list(fields), **more}


def compiled(definition_of, *pages, **settings):
    return compile_form(definition_of(*pages, **settings))


def document_of(definition_of, *pages, **settings):
    found = compiled(definition_of, *pages, **settings)
    assert not found.problems, found.problems
    return found.document


def key(document, code):
    return next(f["key"] for f in by_key(document).values() if f["code"] == code)


def typed(document, **answers):
    """Answers by item code, as a draft holds them: options by their codes."""
    found = {}
    for question_ in fields_of(document):
        if question_["code"] in answers:
            given = answers[question_["code"]]
            options = {o["code"]: o["key"] for o in question_.get("options") or []}
            found[question_["key"]] = (
                [options[g] for g in given]
                if isinstance(given, list) and options
                else options.get(given, given)
                if isinstance(given, str)
                else given
            )
    return found


def errors(document, **answers):
    reading = read(document, typed(document, **answers), DAY)
    codes = {f["key"]: f["code"] for f in fields_of(document)}
    return {codes[k]: text for k, text in reading.errors.items()}


def asked(document, **answers):
    reading = read(document, typed(document, **answers), DAY)
    names = {f["key"]: f["code"] for f in fields_of(document)}
    return {names[k] for k in reading.asked if k in names}


def test_a_question_is_required_only_under_its_condition(definition_of):
    document = document_of(
        definition_of,
        [
            yes_no("a", "甲"),
            question("short_text", "b", "乙", required_when=rule(("a", "is", "yes"))),
        ],
    )
    assert errors(document, a="yes") == {"b": "「乙」を入力してください。"}
    assert errors(document, a="no") == {}
    assert errors(document, a="yes", b="答え") == {}


def ways(definition_of):
    return document_of(
        definition_of,
        page(
            "一",
            yes_no("a", "甲", required=True),
            goto=[{"when": rule(("a", "is", "no")), "page": "三"}],
        ),
        page("二", question("short_text", "b", "乙", required=True)),
        page("三", question("short_text", "c", "丙")),
    )


def test_a_page_skipped_over_is_not_asked_and_not_kept(definition_of):
    document = ways(definition_of)
    assert asked(document, a="no", b="秘密") == {"a", "c"}
    reading = read(document, typed(document, a="no", b="秘密"), DAY)
    assert "秘密" not in str(reading.values)
    assert not reading.errors
    assert asked(document, a="yes") == {"a", "b", "c"}


def test_a_skip_without_a_page_leads_to_the_review(definition_of):
    document = document_of(
        definition_of,
        page(
            "一",
            yes_no("a", "甲"),
            goto=[{"when": rule(("a", "is", "no")), "page": ""}],
        ),
        page("二", question("short_text", "b", "乙", required=True)),
    )
    assert asked(document, a="no") == {"a"}
    assert asked(document, a="yes") == {"a", "b"}


def test_the_journey_follows_the_skip(publish, client):
    publish(
        page(
            "一",
            yes_no("a", "甲"),
            goto=[{"when": rule(("a", "is", "no")), "page": "三"}],
        ),
        page("二", question("short_text", "b", "乙", required=True)),
        page("三", question("short_text", "c", "丙")),
    )
    journey = Journey(client, "small").begin().next({"a": "no"})
    assert journey.url.endswith("/3/")
    journey.next({"c": "答え"}).send()
    assert len(Submission.objects.get().answers) == 2


def offered(definition_of):
    options = [
        {"code": "walk", "label": "徒歩"},
        {"code": "car", "label": "送迎", "when": rule(("a", "is", "yes"))},
    ]
    return document_of(
        definition_of,
        [yes_no("a", "甲"), question("radio", "b", "乙", options=options)],
        [question("short_text", "c", "丙", **when("b", "is", "car"))],
    )


def test_an_option_that_is_not_on_offer_cannot_be_chosen_and_calls_up_nothing(
    definition_of,
):
    document = offered(definition_of)
    assert errors(document, a="yes", b="car") == {}
    assert "選べません" in errors(document, a="no", b="car")["b"]
    assert "c" in asked(document, a="yes", b="car")
    assert "c" not in asked(document, a="no", b="car")
    assert errors(document, a="no", b="walk") == {}


def test_a_stop_says_why_and_nothing_is_received(publish, client):
    publish(
        [
            yes_no("a", "市内に住んでいる"),
            question("stop", "halt", "市内の方のみです", **when("a", "is", "no")),
        ]
    )
    journey = Journey(client, "small").begin().next({"a": "no"})
    assert journey.errors == ["市内の方のみです"]
    link = journey.page.select_one("[role=alert] a")["href"]
    assert journey.page.select_one(link)
    journey.open(journey.draft_address + "review/").send()
    assert not Submission.objects.exists()
    journey.open(journey.draft_address + "1/").next({"a": "yes"}).send()
    assert Submission.objects.count() == 1


def checked(definition_of):
    return document_of(
        definition_of,
        page(
            "一",
            question("date", "start", "開始日"),
            question("date", "end", "終了日"),
            question("phone", "phone", "電話"),
            question("email", "mail", "メール"),
            checks=[
                {
                    "rule": rule(("end", "at_least", "{start}")),
                    "message": "終了日は開始日より後にしてください。",
                    "at": "end",
                },
                {
                    "rule": rule(
                        ("phone", "answered"), ("mail", "answered"), match="any"
                    ),
                    "message": "電話かメールを入力してください。",
                    "at": "phone",
                },
            ],
        ),
    )


def day(year, month, number):
    return {"year": str(year), "month": str(month), "day": str(number)}


def test_two_answers_are_checked_together_once_both_are_there(definition_of):
    document = checked(definition_of)
    start, end = day(2026, 11, 10), day(2026, 11, 9)
    found = errors(document, start=start, end=end, phone="0668580000")
    assert found == {"end": "終了日は開始日より後にしてください。"}
    assert errors(document, start=start, end=start, phone="0668580000") == {}
    assert errors(document, end=end, mail="a@example.jp") == {}


def test_one_of_two_is_enough_and_none_is_not(definition_of):
    document = checked(definition_of)
    assert errors(document) == {"phone": "電話かメールを入力してください。"}
    wrong = errors(document, phone="066858")
    assert "けた" in wrong["phone"]


def test_the_sum_over_the_rows_is_checked(definition_of):
    group = question(
        "repeat", "rows", "参加者", fields=[question("number", "n", "人数")]
    )
    total = question("calculated", "all", "合計", operation="sum", questions=["rows.n"])
    document = document_of(
        definition_of,
        page(
            "一",
            group,
            total,
            checks=[
                {
                    "rule": rule(("all", "at_most", "5")),
                    "message": "5人までです。",
                    "at": "all",
                }
            ],
        ),
    )
    n = key(document, "n")
    rows = [{"id": "a", n: "3"}, {"id": "b", n: "３"}]
    assert errors(document, rows=rows) == {"all": "5人までです。"}
    assert errors(document, rows=rows[:1]) == {}


def test_groups_of_conditions_and_none_of_them(definition_of):
    groups = [rule(("b", "is", "yes"), ("c", "is", "yes"), match="any")]
    document = document_of(
        definition_of,
        [
            yes_no("a", "甲"),
            yes_no("b", "乙"),
            yes_no("c", "丙"),
            question(
                "short_text", "d", "丁", **rule(("a", "is", "yes"), groups=groups)
            ),
            question(
                "short_text",
                "e",
                "戊",
                **rule(("a", "is", "yes"), ("b", "is", "yes"), match="none"),
            ),
        ],
    )
    assert "d" in asked(document, a="yes", c="yes")
    assert "d" not in asked(document, a="yes", b="no", c="no")
    assert "e" in asked(document, a="no")
    assert "e" not in asked(document, b="yes")
    fields = by_key(document)
    rule_of = fields[key(document, "d")]["when"]
    words = in_words(rule_of, fields)
    assert words.startswith("次のとき表示：「甲」が「はい」")
    assert "（「乙」が「はい」" in words


@pytest.mark.parametrize(
    ("pages", "words"),
    [
        (
            [
                page("一", yes_no("a", "甲")),
                page(
                    "二",
                    yes_no("b", "乙"),
                    goto=[{"when": rule(("a", "is", "yes")), "page": "一"}],
                ),
            ],
            ["「二」", "「一」", "後ろにあるページだけ"],
        ),
        (
            [
                page("一", yes_no("a", "甲"), goto=[{"when": {}, "page": "三"}]),
                page("二", yes_no("b", "乙")),
                page("三", yes_no("c", "丙")),
            ],
            ["ページ「二」には、どの回答でも"],
        ),
        (
            [
                page(
                    "一",
                    yes_no("a", "甲", required=True),
                    goto=[
                        {"when": rule(("a", "is", "yes")), "page": "三"},
                        {"when": rule(("a", "is", "no")), "page": "三"},
                    ],
                ),
                page("二", yes_no("b", "乙")),
                page("三", yes_no("c", "丙")),
            ],
            ["ページ「二」には、どの回答でも"],
        ),
        (
            [
                page("一", yes_no("a", "甲")),
                page(
                    "二",
                    yes_no("b", "乙"),
                    **rule(("a", "is", "yes"), ("a", "is", "no")),
                ),
            ],
            ["ページ「二」には、どの回答でも"],
        ),
        ([[question("stop", "s", "止める")]], ["「止める」に条件がない"]),
        (
            [
                [
                    question("calculated", "x", "計", operation="sum", questions=["y"]),
                    question("number", "y", "数"),
                ]
            ],
            ["「計」", "「数」", "前に移して"],
        ),
        (
            [
                [
                    question("short_text", "y", "字"),
                    question("calculated", "x", "計", operation="sum", questions=["y"]),
                ]
            ],
            ["「計」は「字」からは計算できません"],
        ),
        (
            [
                [
                    question(
                        "repeat",
                        "r",
                        "行",
                        fields=[
                            question("number", "m", "子", **when("n", "is", "1")),
                            question("number", "n", "後"),
                        ],
                    )
                ]
            ],
            ["「行 – 子」", "「後」", "前に移して"],
        ),
        (
            [
                [
                    question("date", "d", "日"),
                    question("number", "n", "数", **when("n2", "greater", "{d}")),
                ]
            ],
            ["n2"],
        ),
        (
            [
                [
                    question("number", "n", "数"),
                    question("date", "d", "日"),
                    question("short_text", "x", "字", **when("d", "greater", "{n}")),
                ]
            ],
            ["設問の種類が違います"],
        ),
        (
            [[question("preset", "p", "値")]],
            ["「値」に値がありません", "表示されることがありません"],
        ),
        (
            [[question("consent", "c", "同意", text="")]],
            ["同意してもらう文がありません"],
        ),
        (
            [[question("short_text", "s", "病名", sensitive=True, slot="kind")]],
            ["機微な情報なので"],
        ),
        (
            [
                [
                    question("yes_no", "a", "甲"),
                    question("grade", "g", "学年", source="a"),
                ]
            ],
            ["「学年」は「甲」からは計算できません"],
        ),
    ],
)
def test_what_cannot_work_is_named_on_publishing(definition_of, pages, words):
    found = "\n".join(compiled(definition_of, *pages).problems)
    for word in words:
        assert word in found


def test_a_row_asks_about_its_own_row_and_what_came_before(definition_of):
    group = question(
        "repeat",
        "r",
        "行",
        fields=[
            yes_no("b", "乙"),
            question("short_text", "c", "丙", **when("b", "is", "yes")),
            question("short_text", "d", "丁", **when("a", "is", "yes")),
        ],
    )
    document = document_of(definition_of, [yes_no("a", "甲"), group])
    box = by_key(document)[key(document, "b")]
    yes = box["options"][0]["key"]
    c, d = key(document, "c"), key(document, "d")
    rows = [
        {"id": "x", box["key"]: yes, c: "見える", d: "隠れる"},
        {"id": "y", box["key"]: box["options"][1]["key"], c: "隠れる"},
    ]
    reading = read(document, typed(document, a="no", r=rows), DAY)
    stored = reading.values[key(document, "r")]
    assert stored[0] == {"id": "x", box["key"]: yes, c: "見える"}
    assert "隠れる" not in str(stored)


def test_what_hangs_on_a_question_an_option_and_a_page_is_listed(definition_of):
    document = ways(definition_of)
    a = by_key(document)[key(document, "a")]
    uses = dependents(document, a["key"])
    assert [(use.kind, use.label) for use in uses] == [("goto", "一")]
    assert "「甲」が「いいえ」" in uses[0].words
    no = a["options"][1]["key"]
    assert dependents(document, no) == uses
    third = document["pages"][2]["key"]
    assert [use.kind for use in dependents(document, third)] == ["goto"]
    assert dependents(document, key(document, "c")) == []


def test_a_renamed_question_and_choice_keep_their_conditions(definition_of):
    def pages(label, choice):
        options = [{"code": "", "label": choice}, {"code": "n", "label": "いいえ"}]
        options[0]["code"] = "y"
        return [
            question("radio", "a", label, options=options),
            question(
                "short_text", "b", "乙", **when("もとの設問", "is", "もとの選択肢")
            ),
        ]

    old = document_of(definition_of, pages("もとの設問", "もとの選択肢"))
    renamed = definition_of(pages("新しい設問", "新しい選択肢"))
    assert compile_form(renamed).problems
    new = compile_form(renamed, previous=old)
    assert not new.problems
    assert [c.kind for c in changes(old, new.document)] == ["words", "option_words"]


def test_every_change_is_told_with_its_depth(definition_of):
    old = document_of(
        definition_of, [yes_no("a", "甲"), question("number", "n", "数", maximum=9)]
    )
    new = document_of(
        definition_of,
        page(
            "ページ1",
            yes_no("a", "甲？"),
            question("number", "n", "数", maximum=5),
            question("short_text", "m", "文", required=True),
            checks=[
                {"rule": rule(("n", "at_least", "1")), "message": "1以上", "at": "n"}
            ],
        ),
    )
    found = changes(old, new)
    assert [(c.kind, c.is_breaking) for c in found] == [
        ("checks", True),
        ("words", False),
        ("limits", True),
        ("added", True),
    ]
    assert all(c.words and "%" not in c.words for c in found)
    assert changes(old, old) == [] and changes(None, new) == []
    back = changes(new, old)
    assert ("removed", True) in [(c.kind, c.is_breaking) for c in back]


def translated(complete):
    words = [{"language": "en", "label": "First name"}]
    return {
        "translations": [
            {
                "type": "translation",
                "id": "t",
                "value": {"language": "en", "title": "A form", "is_complete": complete},
            }
        ],
        "pages": [
            [question("short_text", "a", "名", translations=words), yes_no("b", "乙")]
        ],
    }


@pytest.mark.parametrize("complete", [False, True])
def test_a_missing_translation_warns_unless_the_language_is_promised(
    definition_of, complete
):
    data = translated(complete)
    definition = definition_of(*data["pages"])
    definition.translations = json.dumps(data["translations"])
    found = compile_form(definition)
    told = found.problems if complete else found.warnings
    other = found.warnings if complete else found.problems
    assert any("「乙」がEnglishに訳されていません" in text for text in told)
    assert not any("「名」" in text for text in told)
    assert not other
    english = in_language(found.document, "en")
    first = english["pages"][0]["fields"][0]
    assert (english["title"], first["label"]) == ("A form", "First name")
    assert found.document["pages"][0]["fields"][0]["label"] == "名"
    assert control_of(first)


def test_a_form_of_three_hundred_questions_compiles_and_reads_without_a_query_each(
    definition_of, django_assert_max_num_queries
):
    schools = [question("partner", f"s{n}", f"学校{n}") for n in range(60)]
    rest = [question("short_text", f"q{n}", f"設問{n}") for n in range(240)]
    definition = definition_of([*schools, *rest])
    with django_assert_max_num_queries(0):
        document = compile_form(definition).document
    given = {f["key"]: {"code": "x", "name": "名"} for f in fields_of(document)}
    with django_assert_max_num_queries(1):
        read(document, given, DAY)
