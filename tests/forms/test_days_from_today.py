"""Days that count from today: from the editor over the page to what others are told."""

from datetime import datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone, translation

from forms import portable, starters
from forms.answers import answer, read
from forms.changes import breaking_changes, changes
from forms.compiler import compile_form, fields_of
from forms.differences import before_and_after
from forms.generated import generated
from forms.json_schema import schema_of
from forms.models import Submission
from forms.services import FormProblems
from forms.services.definitions import import_form
from forms.services.partner_keys import make_key
from staff.models import Partner
from tests.factories import TOKYO
from tests.forms import inbox
from tests.forms.conftest import question
from tests.forms.journey import Journey
from tests.forms.test_form_api import send

pytestmark = pytest.mark.django_db

NIGHT = datetime(2026, 11, 28, 23, 50, tzinfo=TOKYO)
YESTERDAY, TODAY = ("2026", "11", "27"), ("R8", "11", "28")
WISH = question("date", "wish", "希望日", not_past=True)
SOON = question("date", "soon", "予約日", first_days=3, last_days=30)
DAYS = question(
    "repeat", "days", "候補", row_title="第#候補", min_rows=1, max_rows=3, fields=[WISH]
)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The night of 28 November in Japan, until somebody sets it."""

    def put(moment):
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)

    put(NIGHT)
    return put


def begin(slug="small"):
    return Journey(Client(), slug).begin()


def test_a_day_too_early_or_too_late_is_refused_with_the_day_that_would_do(publish):
    publish([WISH, SOON])
    journey = begin().next({"wish": YESTERDAY, "soon": ("2026", "11", "30")})
    assert journey.errors == [
        "「希望日」は、今日（令和8年11月28日）以降にしてください。",
        "「予約日」は、令和8年12月1日（今日から3日後）以降にしてください。",
    ]
    journey.next({"wish": TODAY, "soon": ("2026", "12", "29")})
    assert journey.errors == [
        "「予約日」は、令和8年12月28日（今日から30日後）までの日にしてください。"
    ]
    journey.next({"soon": ("2026", "12", "28")}).send()
    assert answer(Submission.objects.get(), "wish") == "2026-11-28"


def test_the_days_that_will_do_stand_at_the_question(publish):
    fixed = question("date", "fixed", last="2027-03-31", first_days=1)
    past = question("date", "past", last="2026-10-01", not_future=True)
    born = question("date", "born", not_future=True)
    hour = question("time", "hour", first="09:00")
    publish([WISH, SOON, fixed, past, born, hour])
    page = begin().page
    found = {}
    for control in page.select("main [data-code]"):
        span = page.find(id=f"{control['id'].removesuffix('-field')}-span")
        found[control["data-code"]] = span and span.text
        assert not span or span["id"] in control["aria-describedby"]
    assert found == {
        "wish": "今日（令和8年11月28日）以降",
        "soon": "令和8年12月1日から令和8年12月28日まで",
        "fixed": "令和8年11月29日から令和9年3月31日まで",
        "past": "令和8年10月1日まで",
        "born": None,
        "hour": "09:00以降",
    }


def test_a_day_in_a_row_is_judged_like_any_other(publish):
    publish([DAYS])
    journey = begin()
    assert "今日（令和8年11月28日）以降" in journey.text
    journey.next({"days-1-wish": YESTERDAY})
    assert journey.errors == [
        "「第1候補 希望日」は、今日（令和8年11月28日）以降にしてください。"
    ]
    assert journey.next({"days-1-wish": TODAY}).send().receipt


def test_the_wishes_for_a_visit_cannot_lie_in_the_past(db):
    document = compile_form(starters.as_definition(starters.read("visit"))).document
    for day, is_wrong in ((YESTERDAY, True), (TODAY, False)):
        parts = dict(zip(("year", "month", "day"), day, strict=True))
        wishes = next(f for f in fields_of(document) if f["code"] == "wishes")
        row = {"id": "r1", wishes["fields"][0]["key"]: parts}
        errors = read(document, {wishes["key"]: [row]}, NIGHT.date()).errors
        assert ("今日" in str(errors)) == is_wrong


def test_a_draft_that_is_sent_after_midnight_is_judged_anew(publish, clock):
    publish([WISH])
    journey = begin().next({"wish": TODAY})
    assert "/review/" in journey.url and not journey.errors
    clock(NIGHT + timedelta(minutes=20))
    journey.send()
    assert journey.errors == [
        "「希望日」は、今日（令和8年11月29日）以降にしてください。"
    ]
    assert not Submission.objects.exists()
    journey.open(journey.draft_address + "1/").next({"wish": ("2026", "11", "29")})
    assert journey.send().receipt


def test_easy_japanese_says_the_same(publish):
    form = publish([WISH, SOON])
    document = form.latest_version().document
    keys = [question["key"] for question in fields_of(document)]
    early = dict(zip(("year", "month", "day"), YESTERDAY, strict=True))
    with translation.override("ja-hira"):
        errors = read(document, dict.fromkeys(keys, early), NIGHT.date()).errors
    assert errors[keys[0]] == (
        "「希望日」は、今日（令和8年11月28日）か、今日より あとの 日に して ください。"
    )
    assert errors[keys[1]].endswith("か、その あとの 日に して ください。")


@pytest.fixture
def received(db):
    inbox.grant(role="case_worker")
    day = inbox.field("day", "date", label="希望日", not_past=True, last_days=30)
    rows = inbox.field("rows", "repeat", label="候補", row_title="第#", fields=[day])
    version = inbox.version(inbox.form(), day, rows)
    return inbox.received(version, {"f_day": "2026-11-28"}, submitted_at=NIGHT)


@pytest.fixture
def correct(received, log_in, clock):
    """Correct an answer a hundred days after it was sent."""
    clock(NIGHT + timedelta(days=100))

    def post(name, day, **more):
        parts = zip(("year", "month", "day"), day.split("-"), strict=True)
        typed = {f"{name}-{part}": text for part, text in parts}
        address = f"{received.get_admin_url()}correct/"
        data = {"key": name.split("-")[0], "reason": "電話で確認", **typed, **more}
        return BeautifulSoup(
            log_in("intake").post(address, data).content, "html.parser"
        )

    return post


def test_a_correction_is_judged_by_the_day_of_sending(received, correct):
    page = correct("f_day", "2026-11-27")
    assert page.select_one("#id_f_day-error").text == (
        "「希望日」は、令和8年11月28日以降にしてください。"
    )
    assert page.select_one("#id_f_day-span").text == (
        "令和8年11月28日から令和8年12月28日まで"
    )
    late = correct("f_day", "2026-12-29").select_one("#id_f_day-error").text
    assert late == "「希望日」は、令和8年12月28日以前にしてください。"
    assert not received.corrections.exists()
    correct("f_day", "2026-12-01")
    row = {"f_rows-rows": ["r1"]}
    assert correct("f_rows-r1-f_day", "2026-11-27", **row).select(".field__error")
    correct("f_rows-r1-f_day", "2026-12-02", **row)
    found = dict(received.corrections.values_list("key", "value"))
    assert found == {
        "f_day": "2026-12-01",
        "f_rows": [{"id": "r1", "f_day": "2026-12-02"}],
    }


def test_limits_between_which_no_day_lies_are_told(publish):
    for limits, words in (
        ({"not_future": True, "first_days": 1}, "今日から数えて"),
        ({"first_days": 31, "last_days": 30}, "今日から数えて"),
        ({"last": "2026-11-27", "not_past": True}, "最も遅い日（令和8年11月27日）"),
        ({"last": "2026-11-30", "first_days": 3}, "だれも答えられません"),
        ({"first_days": 10**9}, "1から3650まで"),
        ({"last_days": "3"}, "1から3650まで"),
    ):
        wrong = question("date", "wish", "希望日", **limits)
        for asked in (wrong, {**DAYS, "fields": [wrong]}):
            with pytest.raises(FormProblems, match=words):
                publish([asked])
    assert publish([{**WISH, "not_future": True, "last": "2026-11-28"}])


def test_a_day_nearer_to_today_is_wider_and_one_farther_narrower(publish):
    numbers = (
        {"not_past": True},
        {"first_days": 3},
        {"not_past": True, "last_days": 60},
        {"not_past": True, "last_days": 30},
    )
    for limits in numbers:
        form = publish([question("date", "d", **limits)])
    soon, later, until, sooner = [
        version.document for version in form.versions.order_by("number")
    ]
    assert breaking_changes(soon, later) and not breaking_changes(later, soon)
    assert breaking_changes(soon, until) and not breaking_changes(until, soon)
    assert breaking_changes(until, sooner) and not breaking_changes(sooner, until)
    (change,) = changes(soon, later)
    assert before_and_after(change, soon, later) == [
        ("今日から数えて", "今日以降", "今日から3日後以降")
    ]
    (change,) = changes(sooner, soon)
    assert before_and_after(change, sooner, soon) == [
        ("今日から数えて", "今日以降、今日から30日後まで", "今日以降")
    ]


@pytest.mark.parametrize("fill", ["most", "least", "any"])
def test_made_up_answers_keep_to_the_days(publish, fill):
    near = question("date", "near", required=True, not_past=True, last_days=1)
    form = publish([{**WISH, "required": True}, SOON, DAYS, near])
    for seed in range(10):
        assert not generated(form.latest_version().document, fill, seed)[1].errors


def test_a_file_of_the_form_carries_the_rules(publish, cast):
    form = publish([WISH, SOON, DAYS])
    copy = import_form(portable.as_file(form).encode(), by=cast["form-editor"])
    assert changes(form.latest_version().document, compile_form(copy).document) == []
    compiled = list(fields_of(compile_form(copy).document))
    assert (compiled[1]["first_days"], compiled[1]["last_days"]) == (3, 30)


def test_a_program_is_told_the_rules_and_not_the_days_of_today(publish):
    form = publish([{**WISH, "help": "候補の日", "last": "2027-03-31"}, SOON])
    schema = schema_of(form.latest_version().document, address="x")["properties"]
    assert schema["wish"] == {
        "title": "希望日",
        "description": "候補の日\n今日以降",
        "type": "string",
        "format": "date",
        "x-latest": "2027-03-31",
        "x-earliestDaysFromToday": 0,
    }
    assert schema["soon"]["x-earliestDaysFromToday"] == 3
    assert schema["soon"]["x-latestDaysFromToday"] == 30
    assert schema["soon"]["description"] == "今日から3日後以降\n今日から30日後まで"


def test_the_same_sending_gives_its_receipt_when_the_day_is_over(
    publish, cast, clock, client
):
    form = publish([WISH])
    partner = Partner.objects.get(code="S-OWN")
    until = timezone.localdate() + timedelta(days=90)
    key = make_key(partner, purpose="校務", expires_on=until, by=cast["admin"])
    refused = send(client, form, key, {"wish": "2026-11-27"}, idempotency="k-0000002")
    assert refused.status_code == 422 and "今日" in refused.text
    first = send(client, form, key, {"wish": "2026-11-28"})
    assert first.status_code == 201
    clock(NIGHT + timedelta(days=40))
    again = send(client, form, key, {"wish": "2026-11-28"})
    assert again.json()["receipt"] == first.json()["receipt"]
    assert Submission.objects.count() == 1
