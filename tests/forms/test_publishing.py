"""A definition becomes versions: what is refused, what is kept, what stays readable."""

import json

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError
from django.test import Client

from forms import starters
from forms.answers import answer, pages_of
from forms.compiler import compile_form, digest_of, fields_of, key_of
from forms.documents import copy_of
from forms.models import FormDefinition, FormVersion, Submission
from forms.services import FormProblems, publish_version
from staff.models import AuditEvent
from tests.forms.conftest import question, when, yes_no
from tests.forms.journey import REFERRAL, Journey, words_of

pytestmark = pytest.mark.django_db


def problems(definition) -> str:
    return "\n".join(compile_form(definition).problems)


def test_the_starter_forms_are_published_once(referral_form):
    assert starters.load() == []
    slugs = FormDefinition.objects.open().values_list("slug", flat=True)
    assert set(slugs) >= {"referral", "community-referral"}
    version = referral_form.latest_version()
    assert version.number == 1
    assert version.sha256 == digest_of(version.document)


def test_the_starter_form_asks_for_every_agreed_item(referral_form):
    codes = {f["code"] for f in fields_of(referral_form.latest_version().document)}
    assert set(REFERRAL) <= codes
    assert codes >= {
        "phoned_at",
        "class_name",
        "child_words",
        "strengths",
        "told_guardian_reason",
        "other_agencies",
        "contact_pref",
    }


@pytest.mark.parametrize(
    ("pages", "words"),
    [
        (
            [[question("short_text", "b", "乙", **when("nix", "is", "1"))]],
            ["乙", "nix"],
        ),
        (
            [
                [question("short_text", "b", "乙", **when("a", "is", "はい"))],
                [yes_no("a", "甲")],
            ],
            ["乙", "甲", "前に移して"],
        ),
        ([[yes_no("a", "甲", **when("a", "is", "はい"))]], ["甲", "前に移して"]),
        (
            [
                [
                    yes_no("a", "甲", **when("b", "is", "はい")),
                    yes_no("b", "乙", **when("a", "is", "はい")),
                ]
            ],
            ["「甲」と「乙」の条件が、たがいの回答を待っています"],
        ),
        (
            [
                [
                    yes_no("a", "甲"),
                    question("number", "b", "乙", **when("a", "is", "多分")),
                ]
            ],
            ["乙", "甲", "多分", "選択肢がありません"],
        ),
        (
            [[question("number", "a", "甲"), question("number", "a", "乙")]],
            ["「甲」と「乙」の項目コードが同じ"],
        ),
        ([[question("radio", "a", "甲", options=[])]], ["「甲」に選択肢がありません"]),
        (
            [
                [
                    yes_no("a", "甲"),
                    question(
                        "number",
                        "b",
                        "乙",
                        required=True,
                        conditions=[
                            {"question": "a", "comparison": "is", "value": "yes"},
                            {"question": "a", "comparison": "is", "value": "no"},
                        ],
                    ),
                ]
            ],
            ["「乙」は必須ですが", "表示されることがありません"],
        ),
        (
            [
                [
                    yes_no("a", "甲"),
                    yes_no("b", "乙", **when("a", "is", "yes")),
                    question(
                        "number",
                        "c",
                        "丙",
                        required=True,
                        conditions=[
                            {"question": "b", "comparison": "answered"},
                            {"question": "a", "comparison": "is_not", "value": "yes"},
                        ],
                    ),
                ]
            ],
            ["「丙」は必須ですが"],
        ),
        (
            [[yes_no("a", "甲"), yes_no("b", "乙", **when("a", "greater", "1"))]],
            ["大小を比べて"],
        ),
        (
            [
                [
                    question("number", "a", "甲"),
                    yes_no("b", "乙", **when("a", "is", "多い")),
                ]
            ],
            ["「多い」", "「甲」の回答として使えません"],
        ),
        ([[]], ["設問がありません"]),
        ([], ["ページがまだありません"]),
        (
            [
                [
                    question("short_text", "a", "同じ"),
                    question("number", "b", "同じ"),
                    yes_no("c", "丙", **when("同じ", "answered")),
                ]
            ],
            ["2つ以上"],
        ),
    ],
)
def test_a_definition_that_cannot_work_is_explained(definition_of, pages, words):
    found = problems(definition_of(*pages))
    for word in words:
        assert word in found


def test_a_refused_publication_leaves_the_live_version_untouched(publish):
    form = publish([question("short_text", "a", "甲")])
    form.pages = json.dumps(
        starters.pages_as_blocks(
            {
                "slug": "small",
                "pages": [
                    {"title": "一", "fields": [yes_no("b", **when("zz", "is", "1"))]}
                ],
            }
        )
    )
    with pytest.raises(FormProblems), transaction.atomic():
        form.save_revision().publish()
    form = FormDefinition.objects.get(pk=form.pk)
    assert form.versions.count() == 1
    assert "甲" in json.dumps(form.pages.get_prep_value(), ensure_ascii=False)


def test_saving_a_draft_makes_no_version_and_the_same_text_no_second_one(publish):
    form = publish([question("short_text", "a", "甲")])
    form.title = "別のタイトル"
    form.save_revision()
    assert form.versions.count() == 1
    form = publish([question("short_text", "a", "甲")])
    assert form.versions.count() == 1
    events = AuditEvent.objects.filter(event="portal_forms.version.published")
    assert events.count() == 1


@pytest.mark.parametrize(
    ("after", "breaking"),
    [
        ([question("short_text", "a", "新しい文", help="補足")], False),
        ([question("short_text", "b"), question("short_text", "a")], False),
        ([question("short_text", "a", required=True)], True),
        ([question("short_text", "a"), question("number", "c", required=True)], True),
        ([question("short_text", "b")], True),
        ([question("long_text", "a", max=600)], True),
        ([question("short_text", "a", max=10)], True),
    ],
)
def test_a_change_is_told_apart_by_what_it_does_to_answers(publish, after, breaking):
    publish([question("short_text", "a", max=100)])
    if after[0]["type"] == "long_text":
        # Another kind is another block in the editor, hence another key.
        after = [{**after[0], "code": "other"}]
    form = publish(after)
    assert form.latest_version().number == 2
    assert form.latest_version().is_breaking is breaking


def test_keys_come_from_the_block_and_not_from_the_words(definition_of):
    one = definition_of([yes_no("a", "はは"), yes_no("b", "ぱぱ")])
    other = definition_of([yes_no("a", "べつの文"), yes_no("b", "ぱぱ")])
    keys = [
        [f["key"] for f in fields_of(compile_form(d).document)] for d in (one, other)
    ]
    assert keys[0] == keys[1]
    assert len(set(keys[0])) == 2
    one, other = (
        compile_form(
            definition_of([question("radio", "c", options=options(*choices))])
        ).document["pages"][0]["fields"][0]["options"]
        for choices in ([("r", "赤"), ("b", "青")], [("g", "緑"), ("b", "紺")])
    )
    assert one[1]["key"] == other[1]["key"]
    assert one[0]["key"] != other[0]["key"]
    assert key_of("x", "f") != key_of("y", "f")
    assert key_of("x", "f").startswith("f_") and len(key_of("x", "f")) == 10


def test_labels_that_look_alike_are_stored_apart(publish, client):
    publish(
        [
            question("short_text", "name", "氏名"),
            question("short_text", "city", "市名"),
            question("short_text", "haha", "はは"),
            question("short_text", "papa", "ぱぱ"),
            question("short_text", "pet", "ペットの有無"),
            question("short_text", "bed", "ベッドの有無"),
        ]
    )
    typed = {"name": "一", "city": "二", "haha": "三", "papa": "四"}
    typed |= {"pet": "五", "bed": "六"}
    Journey(client, "small").begin().next(typed).send()
    submission = Submission.objects.get()
    assert {code: answer(submission, code) for code in typed} == typed


def options(*labels):
    return [{"code": code, "label": label} for code, label in labels]


RED_BLUE = options(("r", "赤"), ("b", "青"))


def test_old_answers_read_as_they_were_asked(publish, client):
    publish(
        [
            question("short_text", "gone", "消える設問"),
            question(
                "radio", "pick", "選ぶ", options=options(("r", "赤"), ("b", "青"))
            ),
        ]
    )
    Journey(client, "small").begin().next({"gone": "残る", "pick": "b"}).send()
    publish(
        [
            question(
                "radio",
                "pick",
                "色を選ぶ",
                options=options(("g", "緑"), ("r", "朱"), ("b", "紺")),
            )
        ]
    )
    submission = Submission.objects.get()
    items = pages_of(submission)[0].items
    assert [(i.label, i.text, i.is_former) for i in items] == [
        ("消える設問", "残る", True),
        ("選ぶ", "青", False),
    ]
    assert answer(submission, "pick") == "b"
    paper = "".join(words_of(copy_of(submission)).split())
    assert "消える設問（旧項目）" in paper and "残る" in paper
    assert "選ぶ" in paper and "色を選ぶ" not in paper


def test_moved_questions_and_pages_take_their_answers_along(publish, client):
    one, two = question("short_text", "a", "甲"), question("short_text", "b", "乙")
    first = {"title": "初め", "fields": [one, two]}
    last = {"title": "終わり", "fields": [question("short_text", "c", "丙")]}
    typed = {"a": "甲の答え", "b": "乙の答え", "c": "丙の答え"}
    publish(first, last)
    Journey(client, "small").begin().walk(typed).send()
    begun = Journey(Client(), "small").begin().walk(typed)
    publish(last, {**first, "fields": [two, one]})
    begun.open(begun.url).send()
    read = {}
    for submission in Submission.objects.select_related("version"):
        assert {code: answer(submission, code) for code in typed} == typed
        labels = [item.label for page in pages_of(submission) for item in page.items]
        read[submission.version.number] = "".join(labels)
    assert read == {1: "甲乙丙", 2: "丙乙甲"}


def test_a_draft_begun_before_a_publication_ends_with_its_own_version(publish, client):
    publish([question("short_text", "a", "甲")])
    journey = Journey(client, "small").begin()
    publish(
        [question("short_text", "a", "甲"), question("short_text", "b", required=True)]
    )
    journey.next({"a": "答え"}).send()
    submission = Submission.objects.get()
    assert submission.version.number == 1
    assert [item.label for item in pages_of(submission)[0].items] == ["甲"]


def test_a_form_with_answers_is_never_deleted(publish, client):
    form = publish([question("short_text", "a")])
    Journey(client, "small").begin().next({"a": "答え"}).send()
    with pytest.raises(ProtectedError):
        form.delete()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE portal_forms_formversion SET number = 9",
        "DELETE FROM portal_forms_formversion",
        "UPDATE portal_forms_submission SET answers = '{}'",
        "DELETE FROM portal_forms_submission",
    ],
)
def test_the_database_refuses_to_change_what_was_published_or_received(
    publish, client, statement
):
    publish([question("short_text", "a")])
    Journey(client, "small").begin().next({"a": "答え"}).send()
    with pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute(statement)


def test_no_code_changes_or_deletes_a_version(publish):
    version = publish([question("short_text", "a")]).latest_version()
    version.number = 9
    for change in (version.save, version.delete):
        with pytest.raises(ValidationError):
            change()


def test_two_publications_count_on(publish):
    form = publish([question("short_text", "a", "甲")])
    form.title = "題"
    form.save()
    version = publish_version(form, by=None)
    assert version.number == 2
    assert FormVersion.objects.filter(form=form).count() == 2


def test_a_form_of_three_hundred_questions_needs_a_few_queries(
    publish, client, django_assert_max_num_queries
):
    many = [question("short_text", f"q{n}", f"設問{n}") for n in range(299)]
    form = publish([yes_no("first"), *many])
    journey = Journey(client, "small").begin()
    with django_assert_max_num_queries(20):
        client.get(journey.url)
    keys = [f["key"] for f in fields_of(form.latest_version().document)][1:]
    data = journey.state() | dict.fromkeys(keys, "あ")
    with django_assert_max_num_queries(20):
        client.post(journey.url, data)
    journey.open(journey.draft_address + "review/").send()
    assert len(Submission.objects.get().answers) == 299
