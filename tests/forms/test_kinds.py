"""Every kind of question that papers need, filled in without JavaScript."""

from datetime import date

import pytest
from django.http import QueryDict
from django.utils import timezone

from forms.answers import answer, pages_of, read
from forms.calculations import grade_of
from forms.changes import breaking_changes, changes
from forms.compiler import compile_form, fields_of
from forms.differences import before_and_after
from forms.documents import copy_of
from forms.forms.controls import CONTROLS, control_of
from forms.generated import generated
from forms.models import Draft, IndexedAnswer, Submission, Town
from forms.services import FormProblems
from tests.forms.conftest import question, when, yes_no
from tests.forms.journey import Journey

pytestmark = pytest.mark.django_db

DAY = date(2026, 11, 27)


def begin(client):
    return Journey(client, "small").begin()


def key(form, code):
    return next(
        f["key"] for f in fields_of(form.latest_version().document) if f["code"] == code
    )


def words(submission) -> dict[str, str]:
    return {
        item.code: item.text for page in pages_of(submission) for item in page.items
    }


def test_a_name_keeps_its_characters_and_its_kana_is_read(publish, client):
    form = publish(
        [question("name", "child", "こどもの氏名", slot="child_name", required=True)]
    )
    journey = begin(client).next({"child": "神\ufa19花"})
    assert journey.errors == ["「こどもの氏名」のフリガナも入力してください。"]
    name = key(form, "child")
    journey.next({"child": "\ufa19田 花"}, **{f"{name}-kana": "かみだ ﾊﾅ"}).send()
    submission = Submission.objects.get()
    assert submission.answers[name] == {"name": "\ufa19田 花", "kana": "カミダ ハナ"}
    assert words(submission)["child"] == "\ufa19田 花（カミダ ハナ）"
    slots = dict(IndexedAnswer.objects.values_list("slot", "text"))
    assert slots == {"child_name": "\ufa19田 花", "child_kana": "カミダ ハナ"}


def test_an_address_is_filled_in_from_its_postal_code_at_the_press_of_a_button(
    publish, client
):
    Town.objects.create(postcode="5600001", name="大阪府豊中市架空町")
    form = publish([question("address", "home", "住所", required=True)])
    home = key(form, "home")
    typed = {f"{home}-postcode": "５６０ー０００１", f"{home}-building": "２棟"}
    journey = begin(client).next({"home": "1-2"}, **typed, complete=home)
    assert journey.value("home") == ["大阪府豊中市架空町1-2"]
    assert not journey.errors
    journey.next({}).send()
    assert Submission.objects.get().answers[home] == {
        "text": "大阪府豊中市架空町1-2",
        "postcode": "5600001",
        "building": "２棟",
    }
    shown = words(Submission.objects.get())["home"]
    assert shown == "〒560-0001 大阪府豊中市架空町1-2 ２棟"


def test_an_unknown_postal_code_changes_nothing(publish, client):
    form = publish([question("address", "home", "住所")])
    home = key(form, "home")
    journey = begin(client)
    journey.next({"home": "1-2"}, **{f"{home}-postcode": "000"}, complete=home)
    assert journey.value("home") == ["1-2"]


def other_question(kind):
    options = [
        {"code": "a", "label": "あ"},
        {"code": "other", "label": "その他", "free_text": True},
    ]
    return question(kind, "pick", "選ぶ", options=options)


@pytest.mark.parametrize("kind", ["radio", "select", "checkboxes"])
def test_other_can_be_said_in_words(publish, client, kind):
    form = publish([other_question(kind)])
    box = next(f for f in fields_of(form.latest_version().document))
    other = box["options"][1]["key"]
    name = f"{box['key']}-{other}-text"
    journey = begin(client).next({"pick": ["other"]}, **{name: "ことばで"})
    assert "その他（ことばで）" in journey.text
    journey.send()
    value = Submission.objects.get().answers[box["key"]]
    stored = {"key": other, "text": "ことばで"}
    assert value == ([stored] if kind == "checkboxes" else stored)
    raw = answer(Submission.objects.get(), "pick")
    coded = {"code": "other", "text": "ことばで"}
    assert raw == ([coded] if kind == "checkboxes" else coded)


def test_a_choice_without_words_is_stored_as_it_always_was(publish, client):
    form = publish([other_question("radio")])
    begin(client).next({"pick": "a"}).send()
    box = next(iter(fields_of(form.latest_version().document)))
    assert Submission.objects.get().answers == {box["key"]: box["options"][0]["key"]}


def test_yes_or_no_has_the_same_keys_in_every_form(publish, client):
    publish(
        [
            question("yes_no", "a", "通院", required=True),
            question("short_text", "why", "病院", **when("a", "is", "はい")),
        ]
    )
    journey = begin(client).next({"a": "yes"})
    assert journey.is_shown("why")
    journey.next({"why": "架空医院"}).send()
    assert answer(Submission.objects.get(), "a") == "yes"
    assert words(Submission.objects.get())["a"] == "はい"


@pytest.mark.parametrize(
    ("born", "today", "grade"),
    [
        ("2020-04-01", "2026-04-01", "e1"),
        ("2020-04-02", "2026-04-01", "other"),
        ("2019-04-02", "2026-04-01", "e1"),
        ("2019-04-01", "2026-04-01", "e2"),
        ("2016-07-15", "2026-03-31", "e3"),
        ("2016-07-15", "2026-11-27", "e4"),
        ("2011-04-02", "2027-03-31", "j3"),
        ("2011-04-02", "2027-04-01", "other"),
        ("2012-02-29", "2026-11-27", "j3"),
    ],
)
def test_the_school_year_follows_the_law_on_ages(born, today, grade):
    assert grade_of(born, date.fromisoformat(today)) == grade


def test_a_grade_is_worked_out_and_can_be_chosen_otherwise(publish, client):
    publish(
        [question("date", "born", "生年月日")],
        [question("grade", "grade", "学年", source="born", required=True)],
    )
    year = timezone.localdate().year - 9
    journey = begin(client).next({"born": (str(year), "4", "2")})
    assert "生年月日から自動で入れる（小学" in journey.text
    journey.next({"grade": "e1"})
    assert "小学1年" in journey.text
    journey.open(journey.draft_address + "2/").next({"grade": ""}).send()
    assert answer(Submission.objects.get(), "grade") in ("e2", "e3")


def test_consent_keeps_the_text_that_was_shown_and_gates_nothing(publish, client):
    form = publish(
        [
            question(
                "consent",
                "share",
                "情報の共有",
                text="市と学校で共有します。",
                required=True,
            )
        ]
    )
    share = key(form, "share")
    journey = begin(client).next({"share": "cannot"})
    assert journey.errors == ["「情報の共有」の理由も入力してください。"]
    assert "市と学校で共有します。" in journey.text
    journey.next({"share": "cannot"}, **{f"{share}-reason": "緊急のため"}).send()
    value = Submission.objects.get().answers[share]
    assert value["key"] == "cannot" and value["reason"] == "緊急のため"
    box = next(iter(fields_of(form.latest_version().document)))
    assert value["shown"] == box["text_sha256"]
    assert words(Submission.objects.get())["share"] == "同意できません（緊急のため）"


SIBLINGS = question(
    "repeat",
    "siblings",
    "きょうだい",
    row_title="#人目",
    min_rows=0,
    max_rows=3,
    fields=[
        question("short_text", "name", "名前", required=True),
        question("yes_no", "school", "在学"),
        question(
            "number", "days", "欠席", **when("school", "is", "yes"), required=True
        ),
    ],
)


def row_field(journey, group, at, code):
    found = journey.page.select_one(f'[data-code="{group}-{at}-{code}"]')
    return found["name"] if found else None


def test_rows_are_added_filled_in_and_removed_without_javascript(publish, client):
    form = publish([SIBLINGS, question("number", "age", "年齢")])
    group = key(form, "siblings")
    journey = begin(client)
    button = 'button[type="submit"][name="{}"]'
    assert journey.page.select_one(button.format("add"))["value"] == group
    assert row_field(journey, "siblings", 1, "name") is None
    journey.next({"age": "8"}, add=group).next({}, add=group).next({}, add=group)
    assert journey.page.select_one(f'button[name="add"][value="{group}"]') is None
    assert journey.value("age") == ["8"]
    first, second = (row_field(journey, "siblings", n, "name") for n in (1, 2))
    journey.next({}, **{first: "一郎", second: "二郎"}, add="none")
    rows = [
        i["value"]
        for i in journey.open(journey.draft_address + "1/").page.select(
            f'input[name="{group}-rows"]'
        )
    ]
    gone = journey.page.select_one(button.format("remove"))["value"]
    assert gone == f"{group}-{rows[0]}"
    journey.next({}, remove=gone)
    assert row_field(journey, "siblings", 1, "name") == second
    journey.next({}).send()
    stored = Submission.objects.get().answers[group]
    assert stored == [{"id": rows[1], form_sub(form, "name"): "二郎"}]
    assert answer(Submission.objects.get(), "siblings") == [{"name": "二郎"}]
    assert "1人目" in words(Submission.objects.get())["siblings"]
    assert copy_of(Submission.objects.get()).startswith(b"%PDF")


def form_sub(form, code):
    group = next(f for f in fields_of(form.latest_version().document) if "fields" in f)
    return next(sub["key"] for sub in group["fields"] if sub["code"] == code)


def test_a_row_is_judged_by_itself_and_every_error_names_its_row(publish, client):
    form = publish([SIBLINGS])
    group = key(form, "siblings")
    journey = begin(client).next({}, add=group).next({}, add=group)
    name, school = (row_field(journey, "siblings", 1, c) for c in ("name", "school"))
    other = row_field(journey, "siblings", 2, "school")
    journey.next({}, **{name: "一郎", school: "yes", other: "no"})
    assert set(journey.errors) == {
        "「2人目 名前」を入力してください。",
        "「1人目 欠席」を入力してください。",
    }
    for link in journey.page.select("[role=alert] a"):
        assert journey.page.select_one(link["href"]), link["href"]
    assert row_field(journey, "siblings", 1, "days")
    journey.send()
    assert not Submission.objects.exists()


def test_a_row_left_blank_is_no_row_and_a_fewest_number_is_asked_for(publish, client):
    group = {**SIBLINGS, "min_rows": 2, "required": True}
    form = publish([group])
    journey = begin(client)
    assert row_field(journey, "siblings", 2, "name")
    journey.next({})
    assert journey.errors == ["「きょうだい」を入力してください。"]
    first = row_field(journey, "siblings", 1, "name")
    journey.next({}, **{first: "一郎"})
    assert journey.errors == ["「きょうだい」は2件以上入力してください。"]
    assert key(form, "siblings")


def test_what_counts_for_nothing_in_a_row_is_no_row(publish, client):
    """A group that must be filled in is not, by what is not asked any more."""
    more = yes_no("more", "詳しく書く", required=True)
    note = question("short_text", "note", "メモ", **when("more", "is", "yes"))
    name = question("short_text", "name", "名前")
    group = question("repeat", "rows", "行", fields=[name, note], required=True)
    publish([more], [group])
    journey = begin(client).next({"more": "yes"})
    journey.next({}, **{row_field(journey, "rows", 1, "note"): "書いた"})
    assert journey.url.endswith("/review/")
    journey.open(journey.draft_address + "1/").next({"more": "no"})
    journey.open(journey.draft_address + "review/")
    assert journey.errors == ["「行」を入力してください。"]
    assert not journey.send().page.select("[data-receipt]")
    publish([more], [{**group, "fields": [note]}])
    assert begin(client).next({"more": "no"}).next({}).send().receipt


def test_rows_beyond_the_limit_and_forged_row_names_are_not_kept(publish, client):
    form = publish([SIBLINGS])
    group, name = key(form, "siblings"), form_sub(form, "name")
    post = QueryDict(mutable=True)
    post.setlist(f"{group}-rows", ["../x", "r1", "r1", "ok", *map(str, range(99))])
    field = next(iter(fields_of(form.latest_version().document)))
    rows = control_of(field).read(field, post)
    assert [row["id"] for row in rows][:2] == ["r1", "ok"]
    typed = {group: [{"id": f"r{n}", name: "名"} for n in range(5)]}
    reading = read(form.latest_version().document, typed, DAY)
    assert reading.errors == {group: "「きょうだい」に入力できるのは3件までです。"}


CALCULATED = [
    question("number", "a", "大人"),
    question("number", "b", "こども"),
    question("date", "born", "生年月日"),
    {**SIBLINGS},
    question(
        "calculated", "sum", "人数", operation="sum", questions=["a", "b"], unit="人"
    ),
    question("calculated", "gap", "差", operation="difference", questions=["a", "b"]),
    question(
        "calculated",
        "rows",
        "きょうだいの数",
        operation="count",
        questions=["siblings"],
    ),
    question(
        "calculated", "days", "欠席の合計", operation="sum", questions=["siblings.days"]
    ),
    question("calculated", "age", "年齢", operation="age", questions=["born"]),
    question("calculated", "text", "まとめ", operation="join", questions=["a", "b"]),
]


def test_calculated_answers_follow_from_the_others(publish, client):
    form = publish(CALCULATED)
    journey = begin(client)
    answers = {"a": "２", "b": "3", "born": ("2016", "11", "28")}
    journey.next(answers, add=key(form, "siblings"))
    assert "5人" in journey.page.select_one('[data-code="sum"]').get_text()
    name, school = (row_field(journey, "siblings", 1, c) for c in ("name", "school"))
    journey.next({}, **{name: "一郎", school: "yes"})
    journey.next({}, **{row_field(journey, "siblings", 1, "days"): "4"}).send()
    found = words(Submission.objects.get())
    assert (found["sum"], found["gap"], found["rows"]) == ("5人", "-1", "1")
    assert (found["days"], found["text"]) == ("4", "2　3")


def test_an_age_is_that_of_the_day():
    document = {
        "pages": [
            {
                "key": "p",
                "fields": [
                    {"key": "b", "type": "date", "label": "誕生日", "required": False},
                    {
                        "key": "c",
                        "type": "calculated",
                        "label": "年齢",
                        "required": False,
                        "calc": {"op": "age", "of": [{"key": "b"}]},
                    },
                ],
            }
        ]
    }
    typed = {"b": {"year": "2016", "month": "11", "day": "28"}}
    assert read(document, typed, date(2026, 11, 27)).values["c"] == "9"
    assert read(document, typed, date(2026, 11, 28)).values["c"] == "10"


def test_a_calculated_answer_cannot_be_sent_from_outside(publish, client):
    form = publish(CALCULATED)
    journey = begin(client).next({"a": "1", "b": "1"}, **{key(form, "sum"): "99"})
    journey.send()
    assert words(Submission.objects.get())["sum"] == "2人"


def test_a_hidden_value_comes_from_the_link_if_the_form_knows_it(publish, client):
    form = publish(
        [
            question("short_text", "a", "甲"),
            question(
                "preset",
                "origin",
                "経路",
                value="web",
                parameter="source",
                allowed=["leaflet", "school"],
            ),
        ]
    )
    for query, stored in [
        ("?source=leaflet", "leaflet"),
        ("?source=<x>", "web"),
        ("", "web"),
    ]:
        journey = Journey(client, "small")
        journey.follow(client.post(journey.start + query))
        assert "経路" not in journey.text
        journey.next({"a": "1"}, **{key(form, "origin"): "forged"}).send()
        assert answer(Submission.objects.order_by("pk").last(), "origin") == stored


def test_a_day_and_a_time_have_an_earliest_and_a_latest(publish, client):
    form = publish(
        [
            question("date", "d", "希望日", first="2026-12-01", last="2027-03-31"),
            question("time", "t", "時刻", first="14:00:00", last="18:30"),
        ]
    )
    journey = begin(client).next({"d": ("R8", "11", "30"), "t": "13:59"})
    assert journey.errors == [
        "「希望日」は、令和8年12月1日以降にしてください。",
        "「時刻」は、14:00以降にしてください。",
    ]
    journey.next({"d": ("2027", "4", "1"), "t": "1831"})
    assert journey.errors == [
        "「希望日」は、令和9年3月31日以前にしてください。",
        "「時刻」は、18:30以前にしてください。",
    ]
    journey.next({"d": ("2027", "3", "31"), "t": "午後6時30分"}).send()
    assert answer(Submission.objects.get(), "d") == "2027-03-31"
    _typed, reading = generated(form.latest_version().document, "most", 1)
    assert not reading.errors and len(reading.values) == 2


def test_limits_of_a_day_that_narrow_break_and_that_widen_do_not(publish):
    before = publish([question("date", "d", first="2026-12-01")]).latest_version()
    narrow = publish([question("date", "d", first="2026-12-01", last="2027-03-31")])
    wide = publish([question("date", "d", last="2027-04-30")])
    versions = [before, *wide.versions.order_by("number")[1:]]
    documents = [version.document for version in versions]
    assert breaking_changes(documents[0], documents[1])
    assert not breaking_changes(documents[1], documents[2])
    (change,) = changes(documents[1], documents[2])
    assert before_and_after(change, documents[1], documents[2]) == [
        ("最も早い", "2026-12-01", "制限なし"),
        ("最も遅い", "2027-03-31", "2027-04-30"),
    ]
    with pytest.raises(FormProblems, match="最も早い"):
        publish([question("date", "d", first="2027-12-01", last="2027-03-31")])
    assert narrow.pk == wide.pk


def test_a_number_may_have_decimals(publish, client):
    publish([question("number", "t", "体温", decimals=1, minimum=30, maximum=45)])
    journey = begin(client).next({"t": "３６．５５"})
    assert "小数点以下1けたまで" in journey.errors[0]
    journey.next({"t": "45.1"})
    assert journey.errors == ["「体温」は45以下の数字を入力してください。"]
    journey.next({"t": "３６．５"}).send()
    assert answer(Submission.objects.get(), "t") == "36.5"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("0668580000", "06-6858-0000"),
        ("０９０−１２３４−５６７８", "090-1234-5678"),
        ("+81 90 1234 5678", "090-1234-5678"),
        ("0727-54-0000", "072-754-0000"),
        ("06-6858-0000 内線１２", "06-6858-0000（内線12）"),
        ("06-6858-0000（内線12）", "06-6858-0000（内線12）"),
        ("+1 650 253 0000", "+1 650-253-0000"),
    ],
)
def test_a_phone_number_is_shown_with_the_hyphens_of_its_area(typed, shown):
    field = {"key": "f", "label": "電話", "type": "phone"}
    control = CONTROLS["phone"]
    assert control.show(field, control.clean(field, typed)) == shown


@pytest.mark.parametrize("kind", sorted(CONTROLS))
def test_what_nobody_could_have_typed_is_no_answer_and_no_error_page(kind):
    field = {
        "key": "f",
        "label": "設問",
        "type": kind,
        "help": "",
        "required": False,
        "options": [],
        "fields": [],
        "value": "v",
        "parameter": "p",
        "allowed": ["v"],
        "text_sha256": "x",
        "calc": {"op": "sum", "of": []},
    }
    shapes = [
        None,
        7,
        True,
        [],
        {},
        [7],
        {"year": 7},
        {"name": [1]},
        [{"id": {}}],
        {"chosen": {}},
    ]
    if kind == "file":
        shapes = [None, []]
    for typed in shapes:
        value = control_of(field).clean(field, typed)
        assert value in (None, "v"), (kind, typed)
        assert isinstance(control_of(field).is_empty(typed), bool)


def test_a_draft_keeps_every_row_and_every_word_as_typed(publish, client):
    form = publish([SIBLINGS, other_question("radio")])
    group = key(form, "siblings")
    journey = begin(client).next({}, add=group)
    name = row_field(journey, "siblings", 1, "name")
    journey.next({}, **{name: "だめ�"})
    assert journey.state()[name] == ["だめ�"]
    assert Draft.objects.get().answers[group][0][form_sub(form, "name")] == "だめ�"


def test_a_copied_question_and_its_rows_get_keys_of_their_own(definition_of):
    twin = {**SIBLINGS, "code": "twin", "label": "いとこ"}
    document = compile_form(definition_of([SIBLINGS, twin])).document
    keys = [f["key"] for f in fields_of(document)]
    subs = [s["key"] for f in fields_of(document) for s in f["fields"]]
    assert len({*keys, *subs}) == len(keys) + len(subs)
    assert yes_no("x")["type"] == "radio"
