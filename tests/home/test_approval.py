"""A page becomes public by the approval of another person, and in no other way."""

import json
from datetime import datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.utils import timezone
from wagtail.models import Page, TaskState

from exchange.models import OutboxItem
from home.approval import rules, schedule, services
from home.approval.comparing import compared
from home.approval.lists import waiting_for
from home.models import ApprovalSettings, ContentPage
from staff.models import AuditEvent
from tests.conftest import EVERYBODY
from tests.factories import MembershipFactory, UserFactory

APPROVERS = {"programme-lead", "head", "admin"}
NEW = "あたらしい題"


@pytest.fixture
def draft(page, cast):
    """A live page with a draft by ``editor``."""
    return edit(page, cast["editor"])


def edit(page, user, title=NEW, **fields):
    draft = page.get_latest_revision_as_object()
    draft.title = title
    for name, value in fields.items():
        setattr(draft, name, value)
    draft.save_revision(user=user)
    return ContentPage.objects.get(pk=page.pk).get_latest_revision_as_object()


@pytest.fixture
def asked(draft, cast):
    """The request of ``editor`` for the approval of the draft."""
    return services.request_approval(draft, by=cast["editor"], message="ご確認ください")


def live_title(page):
    return ContentPage.objects.get(pk=page.pk).title


def events():
    rows = AuditEvent.objects.filter(event__startswith="page.").order_by("seq")
    return [row.event.removeprefix("page.") for row in rows if row.by_id]


def mails():
    items = OutboxItem.objects.filter(channel="mail").order_by("pk")
    return [(item.payload["user"], item.payload["subject"]) for item in items]


def posted(page):
    """What the editor of the page sends when nothing was changed."""
    return {
        "title": page.title,
        "slug": page.slug,
        "lead": "",
        "body-count": "0",
        "seo_title": "",
        "search_description": "",
        "as_of": "",
        "section": "",
        "related-count": "0",
        "review_by": "",
        "go_live_at": "",
        "expire_at": "",
    }


# Who may


@pytest.mark.parametrize("person", EVERYBODY)
def test_who_may_approve_what_an_editor_asked_for(person, cast, asked):
    may = not rules.why_not(cast[person], asked)
    assert may is (person in APPROVERS)
    assert [row.pk for row in waiting_for(cast[person])] == ([asked.pk] * may)
    actions = asked.task.specific.get_actions(
        asked.revision.content_object, cast[person]
    )
    assert bool(actions) is may


@pytest.mark.parametrize("person", EVERYBODY)
def test_nobody_publishes_directly_while_approval_is_on(person, cast, page):
    permissions = page.permissions_for_user(cast[person])
    assert not permissions.can_publish()
    assert not permissions.can_publish_subpage()
    assert permissions.can_edit() is (person in ("editor", "admin"))
    assert permissions.can_unpublish() is (person in APPROVERS)


def test_not_even_a_superuser_publishes_or_approves_alone(page, client):
    user = UserFactory(username="root", is_superuser=True)
    MembershipFactory(user=user, role="system_administrator")
    assert not page.permissions_for_user(user).can_publish()
    assert not Page.objects.get(pk=page.pk).permissions_for_user(user).can_publish()
    state = services.request_approval(edit(page, user), by=user)
    with pytest.raises(ValidationError):
        services.approve(state, by=user, shown=state.revision_id)
    assert live_title(page) != NEW


def test_an_administrator_does_not_approve_the_own_request(page, cast):
    admin = cast["admin"]
    state = services.request_approval(edit(page, admin), by=admin)
    assert rules.why_not(admin, state)
    assert not state.task.specific.get_actions(page, admin)
    assert not rules.why_not(cast["head"], state)


def test_who_changed_the_page_last_does_not_approve_it(page, cast):
    state = services.request_approval(edit(page, cast["admin"]), by=cast["editor"])
    assert rules.why_not(cast["admin"], state)
    with pytest.raises(ValidationError):
        services.approve(state, by=cast["admin"], shown=state.revision_id)
    assert live_title(page) != NEW


def test_a_post_that_ended_approves_nothing(asked, cast):
    cast["head"].memberships.update(valid_to="2025-01-01")
    head = type(cast["head"]).objects.get(pk=cast["head"].pk)
    assert rules.why_not(head, asked)
    assert head not in rules.approvers_of(asked.task.specific)


# The acts


def test_approving_publishes_the_revision_that_was_shown(asked, cast, page):
    services.approve(asked, by=cast["head"], shown=asked.revision_id)
    assert live_title(page) == NEW
    assert events() == ["approval_asked", "published", "approved"] or events() == [
        "approval_asked",
        "approved",
        "published",
    ]


def test_what_changed_after_it_was_shown_is_not_approved(asked, cast, page):
    shown = asked.revision_id
    edit(page, cast["editor"], title="すりかえ")
    with pytest.raises(ValidationError):
        services.approve(asked, by=cast["head"], shown=shown)
    assert live_title(page) not in (NEW, "すりかえ")


def test_of_two_approvers_the_second_is_told_that_it_is_settled(asked, cast, page):
    services.send_back(asked, by=cast["programme-lead"], reason="日付が違います")
    with pytest.raises(ValidationError):
        services.approve(asked, by=cast["head"], shown=asked.revision_id)
    assert live_title(page) != NEW


def test_sending_back_needs_a_reason_and_asking_again_takes_it_up(asked, cast, page):
    with pytest.raises(ValidationError):
        services.send_back(asked, by=cast["head"], reason="　 ")
    services.send_back(asked, by=cast["head"], reason="1/1〜1/3は休所では？")
    again = services.request_approval(
        edit(page, cast["editor"], title="直した題"), by=cast["editor"]
    )
    assert again.workflow_state_id == asked.workflow_state_id
    services.approve(again, by=cast["head"], shown=again.revision_id)
    assert live_title(page) == "直した題"
    assert [subject for _user, subject in mails()][-1].endswith("承認されました")


def test_only_the_requester_takes_the_request_back(asked, cast, page):
    with pytest.raises(PermissionDenied):
        services.withdraw(asked.workflow_state, by=cast["form-editor"])
    services.withdraw(asked.workflow_state, by=cast["editor"])
    assert not page.workflow_in_progress
    assert page.permissions_for_user(cast["editor"]).can_request_approval()
    assert "withdrawn" in events()


def test_nothing_is_asked_for_a_page_without_a_change(page, cast):
    with pytest.raises(ValidationError):
        services.request_approval(page, by=cast["editor"])


def test_the_mails_go_to_who_may_act_and_carry_a_number_alone(asked, cast, page):
    told = {user for user, _subject in mails()}
    assert told == {cast[name].pk for name in APPROVERS}
    services.send_back(asked, by=cast["head"], reason="秘密の理由")
    for item in OutboxItem.objects.filter(channel="mail"):
        text = str(item.payload)
        assert NEW not in text
        assert "秘密" not in text
        assert item.payload["path"] == f"/admin/approval/{page.pk}/"
    assert mails()[-1][0] == cast["editor"].pk


# The schedule


def test_an_approved_page_waits_for_its_time_and_then_goes_live(page, cast):
    at = timezone.now() + timedelta(hours=2)
    state = services.request_approval(
        edit(page, cast["editor"], go_live_at=at), by=cast["editor"]
    )
    services.approve(state, by=cast["head"], shown=state.revision_id)
    schedule.run_schedule()
    assert live_title(page) != NEW

    page.revisions.filter(pk=state.revision_id).update(
        approved_go_live_at=timezone.now() - timedelta(seconds=1)
    )
    revision = page.revisions.get(pk=state.revision_id)
    revision.content["go_live_at"] = str(timezone.now() - timedelta(seconds=1))
    revision.save()
    call_command("worker", "--once")
    assert live_title(page) == NEW
    last = AuditEvent.objects.filter(event="page.published_on_time")
    assert last.count() == 1
    schedule.run_schedule()
    assert last.count() == 1


def test_what_is_only_asked_for_never_goes_live_by_its_time(page, cast):
    at = timezone.now() + timedelta(seconds=1)
    services.request_approval(
        edit(page, cast["editor"], go_live_at=at), by=cast["editor"]
    )
    page.revisions.update(approved_go_live_at=None)
    schedule.run_schedule()
    assert live_title(page) != NEW


def test_a_page_goes_offline_at_its_time_and_one_failure_stops_no_other(
    make_page, monkeypatch
):
    first, second = make_page("one"), make_page("two")
    past = timezone.now() - timedelta(minutes=1)
    ContentPage.objects.update(expire_at=past)
    whole = ContentPage.unpublish

    def unpublish(self, **kwargs):
        if self.pk == first.pk:
            raise RuntimeError
        return whole(self, **kwargs)

    monkeypatch.setattr(ContentPage, "unpublish", unpublish)
    schedule.run_schedule()
    assert ContentPage.objects.get(pk=first.pk).live
    assert not ContentPage.objects.get(pk=second.pk).live


# The doors


@pytest.mark.parametrize("person", ["editor", "admin"])
def test_no_post_to_the_editor_publishes(person, log_in, page):
    client = log_in(person)
    data = posted(page) | {"title": NEW, "action-publish": "1"}
    client.post(f"/admin/pages/{page.pk}/edit/", data)
    assert live_title(page) != NEW
    parent = page.get_parent().pk
    path = f"/admin/pages/add/home/contentpage/{parent}/"
    client.post(path, posted(page) | {"slug": "new", "action-publish": "1"})
    assert not ContentPage.objects.get(slug="new").live


@pytest.mark.parametrize("person", ["editor", "admin", "head"])
def test_no_bulk_act_publishes(person, log_in, make_page):
    page = make_page(live=False)
    log_in(person).post(
        f"/admin/bulk/wagtailcore/page/publish/?id={page.pk}&next=/admin/", {}
    )
    assert not ContentPage.objects.get(pk=page.pk).live


def test_no_copy_of_a_page_is_published(log_in, page):
    parent = page.get_parent().pk
    log_in("admin").post(
        f"/admin/pages/{page.pk}/copy/",
        {
            "new_title": "写し",
            "new_slug": "copy",
            "new_parent_page": parent,
            "publish_copies": "on",
            "alias": "on",
        },
    )
    assert not ContentPage.objects.filter(slug="copy", live=True).exists()


def test_submitting_saves_the_draft_and_leads_to_the_request(log_in, page):
    client = log_in("editor")
    data = posted(page) | {"title": NEW, "action-submit": "1"}
    answer = client.post(f"/admin/pages/{page.pk}/edit/", data)
    assert answer.url == f"/admin/approval/{page.pk}/request/"
    assert not page.workflow_in_progress
    answer = client.post(answer.url, {"message": "確認をお願いします"}, follow=True)
    assert "確認をお願いします" in answer.text
    assert page.workflow_in_progress


def test_a_new_page_goes_the_same_way(log_in, page):
    parent = page.get_parent().pk
    answer = log_in("editor").post(
        f"/admin/pages/add/home/contentpage/{parent}/",
        posted(page) | {"slug": "new", "action-submit": "1"},
    )
    made = ContentPage.objects.get(slug="new")
    assert answer.url == f"/admin/approval/{made.pk}/request/"
    assert not made.workflow_in_progress


def test_while_a_page_waits_nobody_saves_it(log_in, asked, page):
    for person in ("editor", "admin", "head"):
        data = posted(page) | {"title": f"{person}が変更"}
        log_in(person).post(f"/admin/pages/{page.pk}/edit/", data)
        latest = Page.objects.get(pk=page.pk).latest_revision_id
        assert latest == asked.revision_id


@pytest.mark.parametrize("person", EVERYBODY)
def test_the_screens_act_for_who_may_and_are_missing_to_the_rest(
    person, log_in, asked, page
):
    client = log_in(person)
    path = f"/admin/approval/{page.pk}/"
    concerned = person in {*APPROVERS, "editor"}
    if person in ("school", "group"):
        assert client.get(path).status_code == 302
        return
    assert client.get(path).status_code == (200 if concerned else 404)
    assert client.get("/admin/approval/").status_code == (200 if concerned else 404)
    answer = client.post(f"{path}approve/", {"revision": asked.revision_id})
    assert answer.status_code == (302 if concerned else 404)
    assert (live_title(page) == NEW) is (person in APPROVERS)


@pytest.mark.parametrize("person", ["editor", "admin", "caseworker", "operator"])
def test_wagtails_own_door_to_the_act_holds_the_same_rules(
    person, log_in, asked, page, cast
):
    client = log_in(person)
    base = "/admin/pages/workflow/action"
    client.post(f"{base}/{page.pk}/reject/{asked.pk}/", {"comment": ""})
    assert TaskState.objects.get(pk=asked.pk).status == "in_progress"
    client.post(f"{base}/{page.pk}/approve/{asked.pk}/", {})
    assert (live_title(page) == NEW) is (person in APPROVERS)


def test_sending_back_without_a_reason_keeps_the_page_and_says_so(log_in, asked, page):
    answer = log_in("head").post(f"/admin/approval/{page.pk}/send-back/", {})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert page.workflow_in_progress


def test_the_approver_sees_what_changes(log_in, asked, page):
    text = log_in("head").get(f"/admin/approval/{page.pk}/").text
    assert '<span class="addition">' in text
    assert NEW in text
    assert "ご確認ください" in text


def test_line_ends_of_a_browser_and_empty_fields_are_no_change(
    make_page, cast, log_in, rf
):
    links = [{"title": "流れ", "text": "", "path": "/", "icon": "info", "page": None}]
    facts = {"facts": [{"name": "対象", "value": "小学生\n中学生"}], "as_of": "今"}
    page = make_page(body=[("links", links), ("facts", facts)])
    facts["facts"][0]["value"] = "小学生\r\n中学生"
    body = [{"type": "links", "value": links}, {"type": "facts", "value": facts}]
    for row, known in zip(body, page.body.raw_data, strict=True):
        row["id"] = known["id"]
    edit(page, cast["editor"], title=page.title, body=json.dumps(body))
    draft = page.get_latest_revision_as_object()
    assert compared(ContentPage.objects.get(pk=page.pk), draft, rf.get("/")) == []


def test_a_time_to_go_live_is_told_as_people_write_it(page, cast, log_in):
    at = timezone.make_aware(datetime(2030, 12, 15, 8, 30))
    services.request_approval(
        edit(page, cast["editor"], go_live_at=at), by=cast["editor"]
    )
    text = log_in("head").get(f"/admin/approval/{page.pk}/").text
    assert text.count("令和12年12月15日（日） 8:30") >= 2
    assert "None" not in BeautifulSoup(text, "html.parser").main.get_text()


def test_what_waits_stands_first_on_the_first_screen(asked, cast, log_in):
    assert "承認を待つページ" in log_in("head").get("/admin/").text
    assert "承認を待つページ" not in log_in("editor").get("/admin/").text
    services.send_back(asked, by=cast["head"], reason="日付が違います")
    assert "承認を待つページ" not in log_in("head").get("/admin/").text
    assert "差し戻されたページ" in log_in("editor").get("/admin/").text


def test_a_portal_with_one_person_says_why_it_waits(page, log_in, cast):
    type(cast["admin"]).objects.exclude(pk=cast["admin"].pk).update(is_active=False)
    admin = cast["admin"]
    services.request_approval(edit(page, admin), by=admin)
    text = log_in("admin").get(f"/admin/approval/{page.pk}/").text
    assert "承認できる人が" in text
    assert "承認できる人が" in log_in("admin").get("/admin/").text


# The switch


def test_a_city_that_needs_no_approval_lets_editors_publish(page, log_in, cast):
    rule = ApprovalSettings.load()
    rule.is_required = False
    rule.save()
    client = log_in("editor")
    data = posted(page) | {"title": NEW, "action-publish": "1"}
    client.post(f"/admin/pages/{page.pk}/edit/", data)
    assert live_title(page) == NEW
    rule.is_required = True
    rule.save()
    data = posted(page) | {"title": "もとに", "action-publish": "1"}
    log_in("editor").post(f"/admin/pages/{page.pk}/edit/", data)
    assert live_title(page) == NEW


def test_only_the_administrator_turns_the_switch(log_in):
    path = "/admin/settings/home/approvalsettings/"
    assert log_in("admin").get(path, follow=True).status_code == 200
    assert "is_required" in log_in("admin").get(path, follow=True).text
    assert "is_required" not in log_in("editor").get(path, follow=True).text


def test_lists_of_requests_cost_the_same_however_many(
    make_page, cast, log_in, django_assert_max_num_queries
):
    client = log_in("head")
    counts = []
    for number in range(2):
        for count in range(3):
            page = make_page(f"page-{number}-{count}")
            services.request_approval(edit(page, cast["editor"]), by=cast["editor"])
        with django_assert_max_num_queries(60) as queries:
            client.get("/admin/approval/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def difference(page, cast, body):
    """What the approver sees of a change of the body, without tags."""
    edit(page, cast["editor"], title=page.title, body=json.dumps(body))
    draft = page.get_latest_revision_as_object()
    (found,) = compared(ContentPage.objects.get(pk=page.pk), draft, None)
    return BeautifulSoup(found.htmldiff(), "html.parser")


def test_the_approver_reads_words_for_choices_days_and_yes_or_no(make_page, cast):
    cards = [{"icon": "home", "title": "場所", "text": ""}]
    notice = {"is_urgent": False, "title": "ご案内", "text": "<p>あ</p>"}
    facts = {"facts": [{"name": "定員", "value": "25名"}], "review_by": "2027-03-31"}
    page = make_page(body=[("cards", cards), ("notice", notice), ("facts", facts)])
    body = json.loads(json.dumps(list(page.body.raw_data)))
    body[0]["value"][0]["icon"] = "meal"
    body[1]["value"]["is_urgent"] = True
    body[2]["value"]["review_by"] = "2028-03-31"
    seen = difference(page, cast, body)
    added = {one.text for one in seen.select("span.addition")}
    gone = {one.text for one in seen.select("span.deletion")}
    assert added == {"食事", "はい", "令和10年3月31日（金）"}
    assert gone == {"家", "いいえ", "令和9年3月31日（水）"}
    for raw in ("meal", "True", "False", "2028-03-31"):
        assert raw not in seen.text


def test_a_link_that_leads_elsewhere_is_a_change_that_the_approver_sees(
    make_page, cast
):
    other = make_page("other", title="利用までの流れ")
    text = '<p data-block-key="abc12"><a href="https://a.example/">案内</a></p>'
    page = make_page(body=[("text", text), ("heading", "見出し")])
    body = json.loads(json.dumps(list(page.body.raw_data)))
    body[0]["value"] = f'<p><a linktype="page" id="{other.pk}">案内</a></p>'
    seen = difference(page, cast, body)
    assert "利用までの流れ" in seen.select_one(".addition").text
    assert "a.example" in seen.select_one(".deletion").text
    (same,) = seen.select(".unchanged")
    assert same.text == "見出し"


def test_a_page_with_a_block_that_holds_nothing_can_be_compared(seeded, rf):
    for page in Page.objects.filter(depth__gt=1).specific():
        assert compared(page, page.get_latest_revision_as_object(), rf.get("/")) == []


def test_parts_in_another_order_are_told_as_such(make_page, cast):
    page = make_page(body=[("heading", "一つ目"), ("heading", "二つ目")])
    body = list(reversed(json.loads(json.dumps(list(page.body.raw_data)))))
    assert "並び順" in difference(page, cast, body).text
