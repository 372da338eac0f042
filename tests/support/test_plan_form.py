"""What people type into the plan: nothing is lost, each lack is named in Japanese."""

import pytest
from django.urls import reverse

from support.forms import PlanForm, PlanParts
from support.models import PlanGoal, PlanVersion
from tests.factories import EnrolmentFactory, PlanVersionFactory

pytestmark = pytest.mark.django_db


def typed(plan, **changes):
    """What the browser sends of a plan, with changes."""
    form, parts = PlanForm(user=None, instance=plan), PlanParts(plan)
    data = {"revision": plan.revision}
    for part in [form, *parts.forms]:
        for field in part:
            value = field.value()
            if value not in (None, False):
                text = field.field.widget.format_value(value)
                text = text[0] if isinstance(text, list) else text
                data[field.html_name] = text or ""
    return data | changes


def save(client, plan, **changes):
    data = typed(plan, **changes)
    return client.post(reverse("plans:edit", args=[plan.pk]), data)


def page_of(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_draft_is_saved_half_written(draft, log_in):
    answer = save(log_in("operator-staff"), draft, policy="", child_voice="")

    assert answer.status_code == 302
    draft.refresh_from_db()
    assert (draft.policy, draft.child_voice, draft.revision) == ("", "", 2)


def test_goals_and_services_are_saved_as_typed(draft, log_in):
    changes = {
        "goal-2-goal": "宿題を出せる",
        "goal-2-measure": "はじめの15分をいっしょにする",
        "goal-2-due": "Ｒ９．３．３１",
        "goal-1-goal": "",
        "goal-1-measure": "",
        "goal-1-due": "",
        "service-S3-content": "𠮷田さんと宿題",
        "service-S3-frequency": "火・木",
    }

    assert save(log_in("operator"), draft, **changes).status_code == 302

    assert [goal.goal for goal in draft.goals.all()] == ["宿題を出せる"]
    row = draft.services.get(service__code="S3")
    assert (row.content, row.frequency) == ("𠮷田さんと宿題", "火・木")


@pytest.mark.parametrize(
    "text", ["令和９年３月３１日", "R9.3.31", "2027/3/31", "２０２７－０３－３１"]
)
def test_dates_are_taken_as_people_write_them(draft, log_in, text):
    assert save(log_in("operator"), draft, review_on=text).status_code == 302

    draft.refresh_from_db()
    assert str(draft.review_on) == "2027-03-31"


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("child_voice", "あ" * 161, "160"),
        ("policy", "👧" * 10_000, "140"),
        ("care_allergy", "葛󠄁" * 40, "70"),
        ("review_on", "令和９年１３月１日", "令和8年11月23日"),
        ("period_to", "令和8年11月1日", "計画期間の終了日は"),
        ("child_voice_how", "forged", "forged"),
        ("goal-1-due", "あした", "令和8年11月23日"),
        ("goal-1-measure", "", "3つとも"),
        ("service-S1-content", "字" * 55, "54"),
    ],
)
def test_what_does_not_fit_is_named_and_everything_typed_is_kept(
    draft, log_in, name, text, sentence
):
    changes = {name: text, "situation": "ここに残る文", "service-S2-person": "佐𠮷"}

    page = page_of(save(log_in("operator"), draft, **changes))

    assert 'role="alert"' in page
    assert sentence in page
    assert "ここに残る文" in page and "佐𠮷" in page
    if name != "child_voice_how":
        assert text in page
    draft.refresh_from_db()
    assert draft.revision == 1 and draft.situation != "ここに残る文"


@pytest.mark.parametrize("button", [{}, {"share": "1"}])
def test_an_empty_required_day_keeps_the_day_and_loses_no_text(draft, log_in, button):
    changes = {"review_on": "", "situation": "書きかけの文", "policy": ""}

    page = page_of(save(log_in("operator"), draft, **changes, **button))

    assert "「次回計画見直し日」を入力してください" in page
    assert "前の日付のままです" in page
    assert ("市に共有する前に" in page) is bool(button)
    kept = draft.review_on
    draft.refresh_from_db()
    assert (draft.situation, draft.review_on) == ("書きかけの文", kept)
    assert (draft.state, draft.revision) == ("draft", 2)
    assert 'name="revision" value="2"' in page


def test_leaving_asks_first_where_typed_text_is_not_saved(draft, log_in):
    client = log_in("operator")
    forced = 'data-w-unsaved-force-value="true"'

    opened = client.get(reverse("plans:edit", args=[draft.pk])).content.decode()
    refused = page_of(save(client, draft, situation="あ" * 141))
    saved = page_of(save(client, draft, policy="", share="1"))

    assert "beforeunload@window->w-unsaved#confirm" in opened
    assert [forced in page for page in (opened, refused, saved)] == [0, 1, 0]
    assert "<title>エラー：" in "".join(refused.split())


def test_signs_nobody_types_are_dropped_and_line_ends_count_once(draft, log_in):
    text = "\0一行目\r\n" + "あ" * 156
    save(log_in("operator"), draft, child_voice=text, care_other="\x07なし")

    draft.refresh_from_db()
    assert draft.child_voice == "一行目\n" + "あ" * 156
    assert draft.care_other == "なし"


LACKS = [
    ({"child_voice": ""}, "こどもの意向を入力してください"),
    ({"child_voice_how": "not_now"}, "確認予定日を入力してください"),
    ({"child_voice_how": ""}, "聴き取りの方法を選んでください"),
    ({"child_voice_by": ""}, "聴き取り者を入力してください"),
    ({"guardian_voice": ""}, "保護者の意向を入力してください"),
    ({"guardian_signed_on": ""}, "保護者の署名日を入力してください"),
    ({"explained_on": ""}, "計画を説明した日を入力してください"),
    ({"policy": ""}, "市に共有する前に、この欄を入力してください"),
    ({"emergency_contact": ""}, "市に共有する前に、この欄を入力してください"),
    ({"review_on": "令和8年11月30日"}, "計画期間の開始日より前の日"),
    (
        {"goal-1-goal": "", "goal-1-measure": "", "goal-1-due": ""},
        "短期目標を1件から3件入力してください",
    ),
    (
        {"service-S8-content": "", "service-S8-is_given": ""},
        "「送迎支援（任意）」の具体的な内容、または実施しない理由",
    ),
]


@pytest.mark.parametrize(("changes", "sentence"), LACKS)
def test_sharing_names_what_lacks_and_keeps_the_draft(draft, log_in, changes, sentence):
    client = log_in("operator")
    changes = changes | {"strengths": "ここに残る文"}

    page = page_of(save(client, draft, share="1", **changes))

    assert sentence in page and "ここに残る文" in page
    draft.refresh_from_db()
    assert draft.state == PlanVersion.State.DRAFT
    assert draft.strengths == "ここに残る文", "saved as a draft all the same"
    answer = client.post(
        reverse("plans:share", args=[draft.pk]), {"revision": draft.revision}
    )
    assert sentence in page_of(answer)


REASONS = [
    {"child_voice": "", "child_missing_reason": "入院中のため"},
    {
        "child_voice": "",
        "child_voice_how": "not_now",
        "child_recheck_on": "令和8年12月20日",
    },
    {"guardian_voice": "", "guardian_missing_reason": "連絡がとれないため"},
    {"guardian_signed_on": "", "signature_missing_reason": "次の面談で依頼"},
    {"service-S8-content": "徒歩で通えるため", "service-S8-is_given": ""},
]


@pytest.mark.parametrize("changes", REASONS)
def test_a_reason_stands_for_what_could_not_be_asked(draft, log_in, changes):
    answer = save(log_in("operator"), draft, share="1", **changes)

    assert answer.status_code == 302
    draft.refresh_from_db()
    assert draft.state == PlanVersion.State.SHARED


def test_a_draft_that_somebody_else_saved_is_not_overwritten(draft, log_in):
    client = log_in("operator")
    mine = typed(draft, situation="わたしの文")
    save(client, draft, situation="先に保存した文")

    page = page_of(client.post(reverse("plans:edit", args=[draft.pk]), mine))

    assert "ほかの人がこの計画を変更しました" in page and "わたしの文" in page
    draft.refresh_from_db()
    assert draft.situation == "先に保存した文"


def test_a_plan_shared_meanwhile_keeps_what_was_typed_on_the_page(shared, log_in):
    page = page_of(save(log_in("operator"), shared, situation="わたしの文"))

    assert "いまの状態ではこの操作はできません" in page and "わたしの文" in page


def test_forged_rows_of_another_plan_are_out_of_reach(draft, site, log_in):
    other = PlanVersionFactory(enrolment=EnrolmentFactory(site=site))
    goal, service = other.goals.get(), other.services.first()
    forged = {
        "goal-1-id": goal.pk,
        "goal-1-plan": other.pk,
        "goals-0-id": goal.pk,
        "service-S1-id": service.pk,
        "service-S1-plan": other.pk,
        "case": other.case_id,
        "enrolment": other.enrolment_id,
        "state": "confirmed",
        "acknowledged_by": draft.author_id,
        "goal-1-goal": "書きかえ",
        "goal-4-goal": "四つ目",
        "service-XX-content": "ない支援",
    }

    assert save(log_in("operator"), draft, **forged).status_code == 302

    draft.refresh_from_db()
    assert (draft.state, draft.acknowledged_by_id) == ("draft", None)
    assert draft.case_id != other.case_id
    assert PlanGoal.objects.get(pk=goal.pk).goal == "夕食をいっしょに食べる"
    assert [row.goal for row in draft.goals.all()] == ["書きかえ"]
    assert draft.services.count() == 8


def test_the_page_saves_by_its_first_button(draft, log_in):
    page = log_in("operator").get(reverse("plans:edit", args=[draft.pk]))
    html = page.content.decode().split('class="desk-form"')[1]

    first = html[html.index('<button type="submit"') :][:200]
    assert "下書きを保存する" in first
    assert html.count("文字まで") >= 15
