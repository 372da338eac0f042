"""Who sees which screen, what a list offers, and what bad input is answered with."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from decisions import services
from decisions.models import Decision, Notice, PaperSettings, UseApplication
from decisions.viewsets import application_viewset, decision_viewset
from programs.models import Site
from staff.dates import wareki
from staff.models import AuditEvent, Unit
from tests.conftest import CITY, WITHOUT_BODY
from tests.decisions.conftest import shown_of
from tests.factories import (
    AssessmentFactory,
    CaseFactory,
    DecisionFactory,
    EnrolmentFactory,
    SiteFactory,
    UseApplicationFactory,
)

pytestmark = pytest.mark.django_db

MISSING = 987654


def urls(viewset, pk):
    """Every address of a viewset, filled in for one record, and the lists."""
    return [
        reverse(viewset.get_url_name(pattern.name), args=[pk] if "<" in route else [])
        for pattern in viewset.get_urlpatterns()
        for route in [str(pattern.pattern)]
    ]


def outsiders():
    return [*WITHOUT_BODY, "operator", "operator-staff", "other-operator"]


@pytest.mark.one_database
@pytest.mark.parametrize("who", outsiders())
def test_outside_the_city_no_address_of_this_app_exists(
    log_in, case, enrolment, application, who
):
    Notice.objects.create(decision=enrolment.decision, pdf=b"%PDF-", sha256="0")
    client = log_in(who)
    for viewset, pk in (
        (application_viewset, application.pk),
        (decision_viewset, enrolment.decision_id),
    ):
        for method in (client.get, client.post):
            for url, gone in zip(
                urls(viewset, pk), urls(viewset, MISSING), strict=True
            ):
                answer = method(url, {"revision": "1"})
                assert answer.status_code == 404, url
                assert answer.content == method(gone, {"revision": "1"}).content, url


@pytest.mark.parametrize("who", ["intake", "caseworker", "caseworker-lead"])
def test_decisions_of_a_restricted_case_are_hidden_like_missing_ones(
    log_in, cast, site, who
):
    case = CaseFactory(restricted=True)
    application = UseApplicationFactory(case=case, site=site)
    decision = EnrolmentFactory(case=case, site=site).decision
    Notice.objects.create(decision=decision, pdf=b"%PDF-", sha256="0")
    client = log_in(who)
    for viewset, record in (
        (application_viewset, application),
        (decision_viewset, decision),
    ):
        for url in urls(viewset, record.pk):
            if str(record.pk) not in url.split("/") or "/cases/" in url:
                continue
            assert client.get(url).status_code == 404, url
        page = client.get(reverse(viewset.get_url_name("index")))
        assert str(record) not in page.content.decode()
    denied = AuditEvent.objects.filter(action="denied", record=decision.number)
    assert denied.exists()


@pytest.mark.parametrize("who", CITY)
def test_the_city_reads_a_decision_and_its_reading_is_written_down(
    log_in, cast, enrolment, who
):
    client = log_in(who)
    url = reverse("decisions:detail", args=[enrolment.decision_id])

    assert client.get(url).status_code == 200

    seen = AuditEvent.objects.get(action="view", record=enrolment.decision.number)
    assert seen.by == cast[who]
    assert seen.subject == enrolment.case.child.number


@pytest.mark.one_database
def test_each_row_of_the_list_carries_its_number_and_leads_to_its_page(
    log_in, circulated
):
    draft = circulated("use")

    page = log_in("programme-lead").get(
        reverse("decisions:index"), {"state": "circulated"}
    )

    text = page.content.decode()
    assert f'data-number="{draft}"' in text
    assert reverse("decisions:detail", args=[draft.pk]) in text
    assert draft.case.child.family_name not in text


@pytest.mark.parametrize("name", ["decisions:index", "applications:index"])
def test_a_longer_list_asks_the_database_no_more(log_in, cast, site, name):
    client = log_in("head")

    def count(rows):
        for _row in range(rows):
            case = CaseFactory()
            UseApplicationFactory(case=case, site=site)
            DecisionFactory(case=case, site=site)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(reverse(name)).status_code == 200
        return len(queries)

    count(1)
    assert count(1) == count(10)


def test_a_list_is_not_exported_by_the_way(log_in, application):
    answer = log_in("programme").get(reverse("applications:index"), {"export": "csv"})

    assert answer.status_code == 404


def case_page(client, case):
    return client.get(reverse("cases:detail", args=[case.pk])).content.decode()


def test_an_operator_reads_its_own_enrolment_on_the_case_and_no_decision(
    log_in, case, site, application, enrolment
):
    other = Site.objects.get(slug="other")
    EnrolmentFactory(case=case, site=other, starts_on=enrolment.ends_on, ends_on=None)

    text = case_page(log_in("operator"), case)

    assert site.name in text
    assert wareki(enrolment.starts_on) in text
    assert wareki(enrolment.last_day) in text
    assert other.name not in text
    assert enrolment.decision.number not in text
    assert application.number not in text


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("who", "offered"),
    [
        ("programme", {"record_of_case", "draft_end"}),
        ("programme-lead", {"record_of_case", "draft_end"}),
        ("caseworker", {"draft_recommend", "draft_measure"}),
        ("intake", set()),
        ("head", set()),
        ("operator", set()),
    ],
)
def test_the_case_offers_the_acts_of_its_reader(log_in, case, enrolment, who, offered):
    text = case_page(log_in(who), case)

    names = {
        "record_of_case": "applications:record_of_case",
        "draft_recommend": "decisions:draft_recommend",
        "draft_measure": "decisions:draft_measure",
        "draft_end": "decisions:draft_end",
    }
    found = {
        name for name, url in names.items() if reverse(url, args=[case.pk]) in text
    }
    assert found == offered


def test_after_a_refusal_the_case_asks_who_looks_after_the_family(
    log_in, case, approved
):
    approved("not_use")

    assert "不承認後の見守り" in case_page(log_in("caseworker"), case)


def test_a_use_that_ran_out_is_pointed_out(log_in, case, site):
    today = timezone.localdate()
    EnrolmentFactory(
        case=case,
        site=site,
        starts_on=today - timedelta(days=60),
        ends_on=today - timedelta(days=1),
    )
    type(case).objects.filter(pk=case.pk).update(state="in_use")

    assert "利用期間が終わり" in case_page(log_in("caseworker"), case)
    assert "利用期間が終わり" not in case_page(log_in("operator"), case)


@pytest.mark.one_database
def test_the_approver_reads_everything_on_one_page(log_in, case, site, circulated):
    draft = circulated("use")

    text = log_in("programme-lead").get(draft.get_admin_url()).content.decode()

    for part in (
        case.child.full_name,
        site.name,
        wareki(draft.starts_on),
        draft.application.number,
        draft.application.reason,
        "みんなと食べたい",
        str(draft.drafted_by),
        reverse("decisions:approve", args=[draft.pk]),
        reverse("decisions:return", args=[draft.pk]),
    ):
        assert part in text, part


def renamed(case):
    case.child.family_name = "改姓"
    case.child.save()


def assessed_anew(case):
    case.assessments.update(state="superseded")
    AssessmentFactory(case=case, confirmed=True, version=2, situation="変わった状況")


def reworded(case):
    words = PaperSettings.load()
    words.sender = "架空市長"
    words.save()


@pytest.mark.parametrize("change", [renamed, assessed_anew, reworded])
def test_what_changed_under_the_eyes_of_the_approver_is_shown_before_it_is_approved(
    log_in, case, circulated, change
):
    draft = circulated("use")
    client = log_in("programme-lead")
    shown = client.get(draft.get_admin_url()).context["shown"]
    url = reverse("decisions:approve", args=[draft.pk])
    posted = {"revision": "1", "decided_on": wareki(timezone.localdate())}

    change(case)
    answers = [
        client.post(url, posted | {"shown": shown}),
        client.post(url, posted),
        client.post(url, posted | {"shown": "\x00" * 70}),
    ]

    for answer in answers:
        assert answer.status_code == 200
        assert "内容が変わりました" in answer.content.decode()
    assert Decision.objects.get(pk=draft.pk).state == "circulated"
    read_again = answers[0].context["shown"]
    assert f'name="shown" value="{read_again}"' in answers[0].content.decode()
    assert client.post(url, posted | {"shown": read_again}).status_code == 302


def test_the_drafter_is_not_offered_the_approval(log_in, circulated):
    draft = circulated("use")

    text = log_in("programme").get(draft.get_admin_url()).content.decode()

    assert reverse("decisions:approve", args=[draft.pk]) not in text


@pytest.mark.one_database
def test_what_a_decision_changes_stands_side_by_side(
    log_in, cast, case, site, application, enrolment
):
    type(case).objects.filter(pk=case.pk).update(state="in_use")
    draft = services.draft_decision(
        case,
        kind="end",
        by=cast["programme"],
        values={
            "supersedes": enrolment.decision,
            "ends_on": timezone.localdate(),
            "end_reason": "moved",
            "addressee": "架空",
            "reason": "市外へ転出するため",
        },
    )

    text = log_in("head").get(draft.get_admin_url()).content.decode()

    assert "からの変更点" in text
    assert wareki(timezone.localdate()) in text
    assert wareki(enrolment.decision.ends_on) in text


TYPED = {
    "received_on": "令和８年１１月２０日",
    "applicant": "架空𠮷田　母子",
    "relation": "母",
    "wished_days": "火・木",
    "reason": "夕食と宿題を見てほしい",
}


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"received_on": "きのう"}, "きのう"),
        ({"received_on": "令和99年1月1日"}, "令和99年1月1日"),
        ({"received_on": "2999/01/01"}, "2999/01/01"),
        ({"reason": "あ" * 10_000}, "あ" * 10_000),
        ({"reason": "😀" * 1001}, "😀" * 1001),
        ({"applicant": "名\x00前"}, "夕食と宿題"),
        ({"applicant": "邉\U000e0101" * 60}, "邉\U000e0101" * 60),
        ({"site": "99999999999999999999"}, "夕食と宿題"),
        ({"site": "'; DROP TABLE"}, "夕食と宿題"),
    ],
)
def test_bad_input_is_answered_on_the_page_and_nothing_typed_is_lost(
    log_in, case, site, changes, kept
):
    posted = TYPED | {"site": site.pk} | changes

    answer = log_in("programme").post(
        reverse("applications:record_of_case", args=[case.pk]), posted
    )

    text = answer.content.decode()
    assert answer.status_code == 200
    assert 'role="alert"' in text
    assert kept in text
    assert not UseApplication.objects.exists()


HUGE = ["9" * 20, "-" + "9" * 20, "9_" + "9" * 20, "９" * 20, "9" * 5000]


@pytest.mark.parametrize("key", HUGE)
def test_a_number_that_no_column_holds_is_no_choice(
    log_in, case, application, enrolment, key
):
    doors = [
        ("programme", "applications:use", application, ["services", "supersedes"]),
        ("caseworker", "decisions:draft_measure", case, ["services", "site"]),
        ("programme", "decisions:draft_end", case, ["supersedes"]),
        ("programme", "applications:answer", application, ["inquiry"]),
        ("caseworker", "cases:worker", case, ["worker"]),
        ("caseworker", "cases:child", case, ["school"]),
        ("operator", "plans:add", None, ["enrolment"]),
    ]
    for who, name, record, fields in doors:
        client = log_in(who)
        url = reverse(name, args=[record.pk] if record else [])
        answer = client.post(url, dict.fromkeys(fields, key))

        assert answer.status_code == 200, name
        assert set(fields) <= set(answer.context["form"].errors), name


def test_wide_digits_and_emoji_are_taken_as_typed(log_in, case, site):
    posted = TYPED | {"site": site.pk, "reason": "ごはん🍚を食べたい"}

    log_in("programme").post(
        reverse("applications:record_of_case", args=[case.pk]), posted
    )

    recorded = UseApplication.objects.get()
    assert wareki(recorded.received_on) == "令和8年11月20日"
    assert recorded.reason == "ごはん🍚を食べたい"


def test_a_site_that_is_not_open_cannot_be_posted(log_in, case):
    closed = SiteFactory(is_public=False)

    answer = log_in("programme").post(
        reverse("applications:record_of_case", args=[case.pk]),
        TYPED | {"site": closed.pk},
    )

    assert answer.status_code == 200
    assert not UseApplication.objects.exists()


@pytest.mark.parametrize("number", ["C-99999", "", "😀", "C-9' OR 1=1"])
def test_a_case_that_is_missing_or_hidden_is_answered_alike(log_in, cast, site, number):
    posted = TYPED | {"site": site.pk, "case": number}

    answer = log_in("programme").post(reverse("applications:record"), posted)

    assert answer.status_code == 200
    assert not UseApplication.objects.exists()


@pytest.mark.parametrize(
    "revision", ["", "abc", "-1", "0", "99999999999999999999", "1\x00", "2", "１２３"]
)
@pytest.mark.parametrize("act", ["approve", "return", "circulate", "withdraw"])
def test_a_forged_revision_does_nothing(log_in, cast, circulated, revision, act):
    draft = circulated("use")
    who = "programme-lead" if act in ("approve", "return") else "programme"

    answer = log_in(who).post(
        reverse(f"decisions:{act}", args=[draft.pk]),
        {
            "revision": revision,
            "shown": shown_of(draft),
            "decided_on": wareki(timezone.localdate()),
            "reason": "理由",
        },
    )

    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()
    assert Decision.objects.get(pk=draft.pk).state == "circulated"


def test_another_childs_decision_cannot_be_named_as_the_one_that_ends(
    log_in, cast, case, enrolment
):
    stranger = EnrolmentFactory()
    type(case).objects.filter(pk=case.pk).update(state="in_use")

    answer = log_in("programme").post(
        reverse("decisions:draft_end", args=[case.pk]),
        {
            "supersedes": stranger.decision_id,
            "ends_on": wareki(timezone.localdate()),
            "end_reason": "moved",
            "addressee": "架空",
            "reason": "市外へ転出するため",
        },
    )

    assert answer.status_code == 200
    assert not Decision.objects.filter(kind="end").exists()


def test_an_edit_of_a_stale_draft_keeps_what_was_typed(log_in, cast, site, draft_of):
    draft = draft_of("not_use")
    Decision.objects.filter(pk=draft.pk).update(revision=2)

    answer = log_in("programme").post(
        reverse("decisions:edit", args=[draft.pk]),
        {
            "revision": "1",
            "addressee": "架空",
            "reason": "ほかの人より後に書いた長い理由",
            "elsewhere": "窓口",
        },
    )

    text = answer.content.decode()
    assert "起案が変更された" in text
    assert "ほかの人より後に書いた長い理由" in text
    assert Decision.objects.get(pk=draft.pk).reason == draft.reason


def test_a_site_is_asked_and_its_answer_recorded_on_the_application(
    log_in, application, site
):
    client = log_in("programme")
    day = wareki(timezone.localdate())

    client.post(
        reverse("applications:ask", args=[application.pk]),
        {"site": site.pk, "asked_on": day, "note": "電話で照会"},
    )
    inquiry = application.inquiries.get()
    client.post(
        reverse("applications:answer", args=[application.pk]),
        {"inquiry": inquiry.pk, "answer": "accepted", "note": "火曜から"},
    )

    inquiry.refresh_from_db()
    assert inquiry.answer == "accepted"
    assert "受け入れできる" in client.get(application.get_admin_url()).content.decode()


@pytest.mark.parametrize(("who", "may"), [("admin", True), ("programme", False)])
def test_who_words_the_papers(log_in, who, may):
    words = PaperSettings.load()
    url = reverse("wagtailsettings:edit", args=["decisions", "papersettings", words.pk])
    posted = {
        "city": "架空市",
        "sender": "架空市長",
        "seal_note": "",
        "programme": "事業",
        "number_pattern": "架空第{number}号",
        "contact": "窓口",
        "contact_phone": "",
        "recommendation_basis": "規定",
        "measure_basis": "規定",
        "appeal_notice": "",
    }
    client = log_in(who)

    client.post(url, posted | {"number_pattern": "番号なし"})
    client.post(url, posted | {"number_pattern": "{number}{name}"})
    client.post(url, posted | {"has_appeal_notice": "on"})
    words.refresh_from_db()
    assert words.sender == "豊中市長"
    client.post(url, posted)

    words.refresh_from_db()
    assert (words.sender == "架空市長") is may
    if may:
        assert "文書番号の書き方" in client.get(url).content.decode()


def test_a_notice_is_made_and_shown_end_to_end(client, cast, circulated):
    draft = circulated("use")
    client.force_login(
        cast["programme-lead"], backend="staff.backends.MembershipBackend"
    )

    answer = client.post(
        reverse("decisions:approve", args=[draft.pk]),
        {
            "revision": "1",
            "shown": shown_of(draft),
            "decided_on": wareki(timezone.localdate()),
        },
        follow=True,
    )

    assert "通知書を見る" in answer.content.decode()
    file = client.get(reverse("decisions:notice", args=[draft.pk]))
    assert file.content.startswith(b"%PDF-")
    assert Unit.objects.exists()
