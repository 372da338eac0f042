"""The inbox: the list, the search for a name, and what is done with one submission."""

import re
from datetime import datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from wagtail.admin.forms import WagtailAdminModelForm

from cases.models import Referral
from exchange.models import OutboxItem
from forms.corrected import last_of, shown_pages
from forms.models import (
    CorrectedAnswer,
    EnteredFor,
    Handling,
    IndexedAnswer,
    SavedView,
    Submission,
    SubmissionEvent,
)
from forms.services import inbox as services
from forms.services import reply, withdraw
from forms.services.retention import anonymise
from staff.models import AuditEvent, Partner, Unit
from staff.names import search_key
from tests.factories import TOKYO, CaseFactory, ReferralFactory
from tests.forms import inbox

pytestmark = pytest.mark.django_db
Function = Unit.Function


@pytest.fixture
def consult(cast):
    """A form that the intake desk works on and the programme only reads."""
    made = inbox.version(inbox.form())
    inbox.grant(made.form, unit=Unit.objects.get(function=Function.INTAKE))
    inbox.grant(made.form, role="programme_manager", can_act=False)
    return made


@pytest.fixture
def submission(consult):
    return inbox.received(consult)


@pytest.fixture
def post(log_in):
    """POST an act as somebody: ``post("intake", "assign", submission, …)``."""

    def send(who, act, submission, **data):
        fresh = Handling.objects.get(pk=submission.pk)
        address = reverse(f"inbox:{act}", args=[submission.pk])
        return log_in(who).post(address, {"revision": fresh.revision, **data})

    return send


def listed(page) -> list[str]:
    rows = BeautifulSoup(page.content, "html.parser").select("[data-number]")
    return [row["data-number"] for row in rows]


def look(browser, name="", **more):
    return browser.post(reverse("inbox:index"), {"name": name, **more})


def test_d31_the_list_says_days_as_in_japan_and_masks_the_name(consult, log_in):
    at = datetime(2026, 1, 1, 0, 30, tzinfo=TOKYO)
    made = inbox.received(consult, submitted_at=at)
    browser = log_in("intake")
    text = browser.get(reverse("inbox:index")).content.decode()
    assert "令和8年1月1日（木） 0:30" in text
    assert "𠮷＊＊" in text
    assert "𠮷田" not in text
    assert "令和7年12月31日" not in text
    assert f'data-number="{made.receipt}"' in text
    for day, found in (("R8.1.1", True), ("R7.12.31", False)):
        query = {"since": day, "until": day}
        page = browser.get(reverse("inbox:index"), query)
        assert (made.receipt in listed(page)) == found


def test_names_are_shown_on_demand_and_each_is_written_down(submission, log_in):
    browser = log_in("intake")
    page = look(browser, names="1")
    assert "𠮷田" in page.content.decode()
    event = AuditEvent.objects.get(event="portal_forms.submission.name_shown")
    assert (event.record, event.by.username) == (submission.receipt, "intake")


@pytest.mark.parametrize(
    "typed", ["吉田", "𠮷田", "ヨシダ", "よしだ", "ﾖｼﾀﾞ", "吉田　神花", "𠮷 田"]
)
def test_d28_a_name_is_found_in_any_kana_and_any_variant(consult, log_in, typed):
    mine = inbox.received(consult)
    inbox.received(consult, {"f_family": "渡邉", "f_kana": "ワタナベ"})
    browser = log_in("intake")
    assert listed(look(browser, typed)) == [mine.receipt]
    for other in ("渡辺", "渡邊", "わたなべ"):
        assert mine.receipt not in listed(look(browser, other))
        assert len(listed(look(browser, other))) == 1


def test_what_was_taken_back_offers_no_question_to_the_sender(submission, log_in):
    address = submission.get_admin_url()
    assert f"{address}ask/" in log_in("intake").get(address).text
    withdraw(submission)
    page = log_in("intake").get(address).text
    assert f"{address}ask/" not in page and f"{address}note/" in page


def test_a_given_name_is_found_inside_on_demand(submission, log_in):
    browser = log_in("intake")
    assert listed(look(browser, "神花")) == []
    assert listed(look(browser, "神花", anywhere="1")) == [submission.receipt]


def test_the_typed_name_stands_in_no_address_no_audit_and_no_link(submission, log_in):
    page = look(log_in("intake"), "吉田")
    soup = BeautifulSoup(page.content, "html.parser")
    addresses = [tag.get("href") or tag.get("action") or "" for tag in soup(True)]
    assert not any("吉" in a or "%E5%90%89" in a for a in addresses)
    assert soup.title and "吉田" not in soup.title.get_text()
    events = str(list(AuditEvent.objects.values()))
    assert "portal_forms.submission.searched" in events
    assert "吉田" not in events


def test_a_two_kanji_surname_is_found_through_the_index(submission, cast):
    rows = IndexedAnswer.objects.beginning_with(search_key("吉田"))
    names = Handling.objects.visible_to(cast["intake"]).named_like("吉田")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    plan = rows.values("submission").explain()
    assert re.search(r"USING (COVERING )?INDEX|Index (Only )?Scan|Bitmap", plan), plan
    assert "indexedanswer_folded" in plan
    assert "folded" in names.explain()


def test_g45_the_list_asks_the_same_few_questions_whatever_its_length(
    consult, log_in, django_assert_max_num_queries
):
    browser = log_in("intake")
    with django_assert_max_num_queries(40) as few:
        browser.get(reverse("inbox:index"))
    for at in range(60):
        inbox.received(
            consult,
            partner=Partner.objects.get(code="S-OWN"),
            submitted_at=datetime(2026, 11, 20, 9, 0, tzinfo=TOKYO)
            + timedelta(minutes=at),
        )
    with django_assert_max_num_queries(len(few) + 2):
        page = browser.get(reverse("inbox:index"))
    assert len(listed(page)) == 50
    following = page.context["next_query"]
    with django_assert_max_num_queries(len(few) + 2):
        second = browser.get(f"{reverse('inbox:index')}?{following}")
    assert len(listed(second)) == 10
    assert not set(listed(page)) & set(listed(second))


def test_pages_by_key_hold_every_row_once_in_both_orders(consult, log_in):
    at = datetime(2026, 11, 20, 9, 0, tzinfo=TOKYO)
    for offset in [0] * 15 + [1] * 15 + [2] * 15:
        inbox.received(consult, submitted_at=at + timedelta(minutes=offset))
    browser, seen = log_in("intake"), []
    for order in ("", "oldest"):
        query, rows = f"size=20&order={order}", []
        while query:
            page = browser.get(f"{reverse('inbox:index')}?{query}")
            rows += listed(page)
            query = page.context["cursor"] and page.context["next_query"]
        assert len(rows) == len(set(rows)) == 45
        seen.append(rows)
    assert seen[0] == seen[1][::-1]


@pytest.mark.parametrize(
    "query",
    [
        "after=x",
        "after=1e999-1",
        "after=-",
        "after=1-99999999999999999999",
        "form=x&state=x&assignee=9&partner=-1&since=R8.2.30&size=7&order=up",
        "view=999&view=x",
    ],
)
def test_what_cannot_be_read_in_the_address_is_answered(submission, log_in, query):
    page = log_in("intake").get(f"{reverse('inbox:index')}?{query}")
    assert page.status_code == 200


def test_the_ready_made_views_and_filters_narrow_the_list(consult, cast, log_in):
    mine, other, done = (inbox.received(consult) for _ in range(3))
    services.assign(mine, by=cast["intake"], to=cast["intake"])
    services.set_state(done, by=cast["intake"], state="done")
    browser = log_in("intake")

    def numbers(**query):
        return set(listed(browser.get(reverse("inbox:index"), query)))

    assert numbers(assignee="mine") == {mine.receipt}
    assert numbers(assignee="nobody", state="open") == {other.receipt}
    assert numbers(state="done") == {done.receipt}
    assert numbers(form=consult.form_id) == {
        mine.receipt,
        other.receipt,
        done.receipt,
    }


def test_a_view_keeps_filters_and_columns_and_no_name(consult, cast, log_in):
    made = inbox.received(consult)
    unit = Unit.objects.get(function=Function.INTAKE)
    browser = log_in("intake")
    browser.post(
        reverse("inbox:columns"),
        {
            "column": ["state", "child_kana", "forged"],
            "title": "新着",
            "save": "1",
            "unit": unit.pk,
            "state": "received",
            "name": "吉田",
        },
    )
    view = SavedView.objects.get()
    assert view.columns == ["state", "child_kana"]
    assert view.filters == {"state": "received"}
    assert (view.unit, view.user) == (unit, cast["intake"])
    page = browser.get(f"{reverse('inbox:index')}?state=received&view={view.pk}")
    heads = [
        th.get_text()
        for th in BeautifulSoup(page.content, "html.parser").select(
            ".inbox-table thead th"
        )
    ]
    assert heads == ["受付番号", "状態", "こども（フリガナ）"]
    assert listed(page) == [made.receipt]
    assert view not in SavedView.objects.visible_to(cast["programme"])
    browser.post(reverse("inbox:columns"), {"drop": view.pk})
    assert not SavedView.objects.exists()


def test_another_units_view_and_unit_cannot_be_taken(consult, cast, log_in):
    foreign = Unit.objects.get(function=Function.PROTECTION)
    view = SavedView.objects.create(user=cast["protection"], name="x", columns=[])
    browser = log_in("intake")
    browser.post(reverse("inbox:columns"), {"drop": view.pk})
    assert SavedView.objects.filter(pk=view.pk).exists()
    browser.post(
        reverse("inbox:columns"), {"title": "y", "save": "1", "unit": foreign.pk}
    )
    assert SavedView.objects.get(name="y").unit is None


def test_f38_reading_is_an_event_and_without_it_nothing_is_shown(
    submission, log_in, monkeypatch
):
    browser, address = log_in("intake"), submission.get_admin_url()
    assert "夕食を一人で食べている" in browser.get(address).content.decode()
    event = AuditEvent.objects.get(event="portal_forms.submission.viewed")
    assert (event.record, event.by.username) == (submission.receipt, "intake")

    def broken(*args, **kwargs):
        raise DatabaseError

    monkeypatch.setattr("staff.views.record_reading", broken)
    with pytest.raises(DatabaseError):
        browser.get(address)


def test_f38_the_event_stays_where_the_page_breaks_after_it(
    submission, log_in, monkeypatch
):
    browser = log_in("intake")

    def broken(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("django.views.generic.base.TemplateView.get", broken)
    monkeypatch.setattr("django.views.generic.detail.BaseDetailView.get", broken)
    with pytest.raises(RuntimeError):
        browser.get(submission.get_admin_url())
    viewed = AuditEvent.objects.filter(event="portal_forms.submission.viewed")
    assert viewed.count() == 1


ACTS = {
    "assign": {},
    "state": {"state": "in_review"},
    "note": {"text": "架空のメモ"},
    "aside": {"state": "false", "text": ""},
    "correct": {"key": "f_more", "f_more": "別の言葉", "reason": "母から電話"},
    "link": {"other": "{other}"},
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    "who", ["intake", "programme", "caseworker", "form-editor", "operator", "school"]
)
def test_who_may_act_and_who_only_reads(consult, log_in, post, who, act):
    submission, other = inbox.received(consult), inbox.received(consult)
    data = {k: v.format(other=other.receipt) for k, v in ACTS[act].items()}
    answer = post(who, act, submission, **data)
    changed = SubmissionEvent.objects.filter(submission=submission).exists()
    assert changed == (who == "intake")
    if who in ("caseworker", "form-editor"):
        assert answer.status_code == 404
    if who == "programme":
        assert "対応する権限がありません" in answer.content.decode()


def test_every_act_is_told_in_the_history_and_in_the_audit(submission, post, cast):
    post("intake", "assign", submission, assignee=cast["intake"].pk)
    post("intake", "state", submission, state="in_review")
    post("intake", "note", submission, text="電話で確かめた")
    kinds = list(SubmissionEvent.objects.values_list("kind", "by__username"))
    assert kinds == [(k, "intake") for k in ("assigned", "state", "note")]
    rows = AuditEvent.objects.filter(record=submission.receipt, action="change")
    assert rows.filter(event="portal_forms.submission.note").exists()
    assert "電話で確かめた" not in str(list(AuditEvent.objects.values()))
    submission.refresh_from_db()
    assert submission.status == "in_review"


def test_saving_the_state_that_stands_is_no_step_of_the_history(submission, post):
    post("intake", "state", submission, state="received")
    assert not submission.events.exists()
    assert Handling.objects.get(pk=submission.pk).state == "received"


def test_the_button_that_hands_on_says_what_it_does(submission, log_in):
    address = reverse("inbox:hand_on", args=[submission.pk])
    page = log_in("intake").get(f"{address}?way=open-referral")
    found = BeautifulSoup(page.content, "html.parser")
    button = found.select_one("#main form .button[type=submit]")
    assert button.text.strip() == "相談・紹介として受け付ける"


def test_the_second_of_two_people_is_told(submission, post):
    stale = Handling.objects.get(pk=submission.pk).revision
    post("intake", "state", submission, state="in_review")
    page = post("intake", "state", submission, state="done", revision=stale)
    assert "変わ" in page.content.decode() or "変更" in page.content.decode()
    assert Handling.objects.get(pk=submission.pk).state == "in_review"


def test_only_who_may_read_it_is_named(consult, submission, cast):
    for who in ("caseworker", "operator", "form-editor"):
        with pytest.raises(ValidationError):
            services.assign(submission, by=cast["intake"], to=cast[who])


def test_it_is_given_back_with_a_question_and_the_reply_reopens_it(
    submission, post, cast, log_in
):
    cast["intake"].email = "intake@example.org"
    cast["intake"].save()
    services.assign(submission, by=cast["intake"], to=cast["intake"])
    post("intake", "ask", submission, text="学年を教えてください。")
    assert Handling.objects.get(pk=submission.pk).state == "asked"
    submission.refresh_from_db()
    assert submission.status == "asked"
    reply(submission, "小学4年です。", token="x")
    assert Handling.objects.get(pk=submission.pk).state == "in_review"
    page = log_in("intake").get(submission.get_admin_url()).content.decode()
    assert "学年を教えてください。" in page
    assert "小学4年です。" in page
    told = OutboxItem.objects.filter(key__startswith="inbox:").get()
    assert told.payload["user"] == cast["intake"].pk


def test_a_duplicate_and_a_mistake_are_put_aside_and_taken_up_again(
    consult, post, cast
):
    first, second = inbox.received(consult), inbox.received(consult)
    post("intake", "state", second, state="in_review")
    page = post("intake", "aside", second, state="duplicate", of="", text="")
    assert "受付番号" in page.content.decode()
    post(
        "intake", "aside", second, state="duplicate", of=first.receipt, text="二重送信"
    )
    row = Handling.objects.get(pk=second.pk)
    assert (row.state, row.duplicate_of) == ("duplicate", first)
    second.refresh_from_db()
    assert second.status == "done"
    post("intake", "restore", second)
    row.refresh_from_db()
    assert (row.state, row.duplicate_of) == ("in_review", None)
    second.refresh_from_db()
    assert second.status == "in_review"


def test_a_hidden_submission_is_named_by_nobody(consult, post, cast):
    mine = inbox.received(consult)
    hidden = inbox.received(inbox.version(inbox.form("other")))
    for number in (hidden.receipt, "R8-0000"):
        page = post("intake", "link", mine, other=number).content.decode()
        assert "見つかりません" in page
        page = post("intake", "aside", mine, state="duplicate", of=number)
        assert "見つかりません" in page.content.decode()
    assert not SubmissionEvent.objects.exists()


def test_brothers_and_sisters_are_linked_both_ways_and_apart_again(consult, post):
    one, other = inbox.received(consult), inbox.received(consult)
    post("intake", "link", other, other=f"　{one.receipt.lower()} ")
    assert services.linked_with(one) == {other.pk}
    assert services.linked_with(other) == {one.pk}
    post("intake", "unlink", one, other=other.receipt)
    assert services.linked_with(one) == set()
    kinds = SubmissionEvent.objects.filter(submission=one).values_list(
        "kind", flat=True
    )
    assert list(kinds) == ["linked", "unlinked"]


def test_a_correction_stands_beside_the_original(submission, post, log_in, cast):
    before = Submission.objects.values().get(pk=submission.pk)
    post(
        "intake",
        "correct",
        submission,
        key="f_family",
        f_family="髙橋",
        reason="母から電話",
    )
    page = log_in("intake").get(submission.get_admin_url()).content.decode()
    for text in ("髙橋", "𠮷田", "母から電話", "訂正"):
        assert text in page
    history = BeautifulSoup(page, "html.parser").select_one(".desk-timeline")
    assert "設問family" in history.text
    assert Submission.objects.values().get(pk=submission.pk) == before
    assert listed(look(log_in("intake"), "高橋")) == [submission.receipt]
    assert listed(look(log_in("intake"), "吉田")) == [submission.receipt]
    row = CorrectedAnswer.objects.get()
    assert (row.by, row.value) == (cast["intake"], "髙橋")


def test_the_list_shows_the_last_correction_with_the_whole_name(consult, post, log_in):
    date = inbox.field("born", "date", slot="birth_date")
    fields = [*inbox.FIELDS[:3], date]
    submission = inbox.received(inbox.version(consult.form, *fields, number=2))

    def cells() -> dict[str, str]:
        browser = log_in("intake")
        shown = {"column": ["child_name", "child_kana", "birth_date"]}
        browser.post(reverse("inbox:columns"), shown)
        page = BeautifulSoup(look(browser, names="1").content, "html.parser")
        row = page.select_one(f'[data-number="{submission.receipt}"]')
        return {td.get("data-label"): td.text.strip() for td in row.select("td")}

    day = {"f_born-year": "平成29", "f_born-month": "7", "f_born-day": "15"}
    for typed in ({"f_given": "月"}, day, {"f_family": "髙橋"}, {"f_kana": ""}):
        key = next(iter(typed)).partition("-")[0]
        post("intake", "correct", submission, key=key, reason="電話", **typed)
    found = cells()
    assert found["こども"] == "髙橋　月"
    assert found["生年月日"] == "平成29年7月15日"
    assert found["こども（フリガナ）"] == ""
    for name in ("高橋月", "吉田月", "吉田神", "よしだ"):
        assert listed(look(log_in("intake"), name)) == [submission.receipt]


def test_a_correction_is_judged_by_the_question_itself(submission, post):
    page = post(
        "intake",
        "correct",
        submission,
        key="f_kana",
        f_kana="漢字",
        reason="母から電話",
    ).content.decode()
    assert "ひらがな" in page
    assert 'value="漢字"' in page
    assert "母から電話" in page
    assert not CorrectedAnswer.objects.exists()
    page = post("intake", "correct", submission, key="f_kana", f_kana="よしだ")
    assert not CorrectedAnswer.objects.exists()
    post("intake", "correct", submission, key="f_forged", f_forged="x", reason="x")
    assert not CorrectedAnswer.objects.exists()


def test_an_answer_can_be_taken_away_and_a_choice_chosen_again(submission, post):
    post("intake", "correct", submission, key="f_more", f_more="", reason="取消")
    post("intake", "correct", submission, key="f_q1", f_q1="o_no", reason="誤記")
    post(
        "intake",
        "correct",
        submission,
        key="f_born",
        **{"f_born-year": "平成29", "f_born-month": "4", "f_born-day": "1"},
        reason="誤記",
    )
    pages = shown_pages(submission, last_of(submission.corrections.all()))
    shown = {i.item.code: (i.item.text, i.original) for p in pages for i in p.items}
    assert shown["more"] == ("", "夕食を一人で食べている")
    assert shown["q1"] == ("いいえ", "はい")
    assert "平成28年7月15日" in shown["born"][1]
    assert "平成29年4月1日" in shown["born"][0]


@pytest.mark.parametrize("model", ["event", "correction"])
def test_history_cannot_be_changed_by_model_or_sql(submission, post, model):
    post(
        "intake", "correct", submission, key="f_more", f_more="別の言葉", reason="電話"
    )
    kind = SubmissionEvent if model == "event" else CorrectedAnswer
    row = kind.objects.get()
    with pytest.raises(ValidationError):
        row.save()
    with pytest.raises(ValidationError):
        row.delete()
    stamp = {"at": row.at - timedelta(days=1)}
    other = {"text": "別"} if model == "event" else {"value": "偽"}
    for change in (stamp, other):
        with pytest.raises(DatabaseError), transaction.atomic():
            kind.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        kind.objects.filter(pk=row.pk).delete()
    emptied = {"text": ""} if model == "event" else {"value": None, "reason": ""}
    assert kind.objects.filter(pk=row.pk).update(**emptied) == 1


def test_retention_takes_what_staff_wrote_beside_the_answers(consult, post, cast):
    one, other = inbox.received(consult), inbox.received(consult)
    post("intake", "note", one, text="秘密のメモ")
    post("intake", "correct", one, key="f_more", f_more="直した", reason="電話")
    post("intake", "link", one, other=other.receipt)
    EnteredFor.objects.create(
        token=one.token, source="phone", on_behalf_of="母", entered_by=cast["intake"]
    )
    anonymise(one)
    assert not SubmissionEvent.objects.filter(submission=one).exists()
    assert not CorrectedAnswer.objects.exists()
    assert services.linked_with(other) == set()
    assert not EnteredFor.objects.exists()
    assert Submission.objects.filter(pk=one.pk).delete()
    assert not Handling.objects.filter(pk=one.pk).exists()


def test_answers_are_handed_on_as_a_referral_once(submission, post, cast):
    post("intake", "hand_on", submission, way="open-referral")
    referral = Referral.objects.get()
    assert (referral.number, referral.submission) == (submission.receipt, submission)
    assert Handling.objects.get(pk=submission.pk).state == "in_review"
    page = post("intake", "state", submission, state="done").content.decode()
    assert submission.receipt in page
    assert "そちらで進めて" in page
    page = post("intake", "hand_on", submission, way="open-referral")
    assert Referral.objects.count() == 1


def test_answers_are_attached_to_a_case_that_one_works_on(
    submission, post, cast, log_in
):
    own = CaseFactory(unit=Unit.objects.get(function=Function.INTAKE))
    foreign = CaseFactory(unit=Unit.objects.get(function=Function.CASEWORK))
    for number in (foreign.number, "C-00000", ""):
        page = post("intake", "hand_on", submission, way="attach-to-case", typed=number)
        assert page.status_code == 200
        assert not hasattr(Submission.objects.get(pk=submission.pk), "case_paper")
    post("intake", "hand_on", submission, way="attach-to-case", typed=own.number)
    assert Submission.objects.get(pk=submission.pk).case_paper.case == own
    shown = log_in("intake").get(own.get_admin_url()).content.decode()
    assert submission.get_admin_url() in shown
    page = post("intake", "note", submission, text="綴じた")
    assert page.status_code == 302


def test_the_state_follows_the_referral_that_answers_became(cast, consult):
    made = inbox.received(consult)
    referral = ReferralFactory(
        submission=made, unit=Unit.objects.get(function=Function.INTAKE)
    )
    from cases import services as case_services

    case_services.triage_referral(referral, by=cast["intake"], is_listed=False)
    assert Handling.objects.get(pk=made.pk).state == "in_review"


def test_several_are_assigned_at_once_after_their_numbers_were_shown(
    consult, log_in, cast
):
    mine = [inbox.received(consult) for _ in range(3)]
    hidden = inbox.received(inbox.version(inbox.form("other")))
    browser, url = log_in("intake"), reverse("inbox:bulk")
    picks = [row.pk for row in [*mine, hidden]]
    page = browser.post(url, {"act": "assign", "pick": picks})
    assert set(listed(page)) == {row.receipt for row in mine}
    assert hidden.receipt not in page.content.decode()
    assert not SubmissionEvent.objects.exists()
    browser.post(
        url,
        {
            "act": "assign",
            "pick": picks,
            "confirm": "1",
            "assignee": cast["intake"].pk,
        },
    )
    assigned = Handling.objects.filter(assignee=cast["intake"])
    assert {row.pk for row in assigned} == {row.pk for row in mine}
    assert not Handling.objects.get(pk=hidden.pk).assignee_id
    page = browser.post(
        url, {"act": "state", "pick": picks, "confirm": "1", "state": "done"}
    )
    assert Handling.objects.filter(state="done").count() == 3


@pytest.mark.parametrize("data", [{}, {"act": "x"}, {"act": "state", "pick": "x"}])
def test_a_bulk_act_without_rows_says_so(submission, log_in, data):
    answer = log_in("intake").post(reverse("inbox:bulk"), data, follow=True)
    assert "印をつけて" in answer.content.decode()


def test_the_sheet_is_a_pdf_whose_leaving_is_written_down(submission, log_in):
    address = reverse("inbox:sheet", args=[submission.pk])
    answer = log_in("intake").get(address)
    assert answer.content.startswith(b"%PDF")
    assert submission.receipt in answer["Content-Disposition"]
    events = AuditEvent.objects.filter(record=submission.receipt, action="download")
    assert events.count() == 1


def test_the_pages_of_the_inbox_have_no_export_by_the_way(submission, log_in):
    for form in ("csv", "xlsx"):
        page = log_in("intake").get(reverse("inbox:index"), {"export": form})
        assert page.status_code == 404


def test_every_row_of_a_page_is_ticked_without_a_script(consult, log_in):
    made = [inbox.received(consult) for _at in range(23)]
    browser = log_in("intake")

    def pressed(page, **more):
        button = page.select_one("[data-tick]")
        form = button.find_parent("form")
        data = {i["name"]: i["value"] for i in form.select("input[type=hidden]")}
        answer = browser.post(button["formaction"], data | {"tick": button["value"]})
        return BeautifulSoup(answer.content, "html.parser")

    def rows(page):
        picks = page.select("[name=pick]")
        numbers = [row["data-number"] for row in page.select("[data-number]")]
        return numbers, [pick.has_attr("checked") for pick in picks]

    first = browser.get(reverse("inbox:index"), {"size": "20"})
    first = BeautifulSoup(first.content, "html.parser")
    assert rows(first)[1] == [False] * 20
    following = browser.get(first.select_one("a[rel=next]")["href"])
    page = pressed(BeautifulSoup(following.content, "html.parser"))
    assert rows(page) == ([s.receipt for s in made[2::-1]], [True] * 3)
    assert rows(pressed(page))[1] == [False] * 3
    named = pressed(BeautifulSoup(look(browser, "吉田").content, "html.parser"))
    assert rows(named)[1] == [True] * 23
    assert named.select_one("#inbox-name")["value"] == "吉田"


def test_no_list_of_choices_begins_with_dashes(submission, log_in):
    class Form(WagtailAdminModelForm):
        class Meta:
            model = Submission
            fields = ["partner", "status"]

    assert "選んでください" in Form().as_p()
    assert "------" not in Form().as_p()
    page = log_in("admin").get(reverse("held:index")).content.decode()
    assert "------" not in page
