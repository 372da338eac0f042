"""Form editors at their desk: change, preview, publish; they see no answers."""

import json
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.urls import reverse
from wagtail import blocks

from forms.models import Draft, FormDefinition, FormVersion, Submission
from forms.services import FormProblems
from staff.models import AuditEvent
from tests.forms.conftest import question, when
from tests.forms.journey import REFERRAL, Journey

pytestmark = pytest.mark.django_db


def posted(prefix: str, value) -> dict:
    """A StreamField value as the editor's page posts it."""
    if isinstance(value, dict):
        return {
            name: content
            for key, child in value.items()
            for name, content in posted(f"{prefix}-{key}", child).items()
        }
    if not isinstance(value, list):
        return {} if value is None or value is False else {prefix: value}
    data = {f"{prefix}-count": len(value)}
    for at, item in enumerate(value):
        here = f"{prefix}-{at}"
        data |= {f"{here}-type": item["type"], f"{here}-id": item.get("id") or ""}
        data |= {f"{here}-order": at, f"{here}-deleted": ""}
        data |= posted(f"{here}-value", item["value"])
    return data


def complete(rows: list, stream=None) -> list:
    """Blocks with everything that the editor always posts, at its default."""
    stream = stream or FormDefinition._meta.get_field("pages").stream_block
    for row in rows:
        row["value"] = filled(stream.child_blocks[row["type"]], row["value"])
    return rows


def filled(block, value):
    if isinstance(block, blocks.StructBlock):
        value = {**block.get_prep_value(block.get_default()), **(value or {})}
        return {
            name: filled(child, value[name])
            for name, child in block.child_blocks.items()
        }
    if isinstance(block, blocks.StreamBlock):
        return complete(value, block)
    if isinstance(block, blocks.ListBlock):
        return [
            {**row, "value": filled(block.child_block, row["value"])} for row in value
        ]
    return value


def screen(form: FormDefinition, **changes) -> dict:
    """Everything the edit page posts for a form, with some of it changed."""
    names = ["title", "slug", "access", "handler", "intro", "who_may"]
    names += ["what_you_need", "privacy_note", "next_steps", "retention_act"]
    data = {name: getattr(form, name) for name in names}
    data["retention_days"] = form.retention_days or ""
    pages = changes.pop("pages", None) or form.pages.get_prep_value()
    data["translations-count"] = 0
    return data | posted("pages", complete(json.loads(json.dumps(pages)))) | changes


@pytest.fixture
def desk(log_in, referral_form):
    client = log_in("form-editor")
    client.edit_url = reverse("forms_admin:edit", args=[referral_form.pk])
    return client


def with_question(form, **more) -> list:
    """The pages of a form with one more question at the end of the first page."""
    pages = form.pages.get_prep_value()
    new = {"type": "short_text", "id": "", "value": {"label": "新しい設問", "max": 50}}
    new["value"] |= more
    pages[0]["value"]["fields"].append(new)
    pages[0]["value"]["fields"][0]["value"]["label"] = "紹介の目的"
    return pages


def test_a_question_added_and_a_label_changed_become_a_version(desk, referral_form):
    Journey(slug="referral").begin().walk(REFERRAL).send()
    old = referral_form.latest_version()
    data = screen(referral_form, pages=with_question(referral_form))
    response = desk.post(desk.edit_url, data | {"action-publish": "1"})
    assert response.status_code == 302
    version = referral_form.latest_version()
    assert (version.number, version.published_by.username) == (2, "form-editor")
    first, *_others, last = version.document["pages"][0]["fields"]
    assert (first["label"], last["label"]) == ("紹介の目的", "新しい設問")
    assert first["key"] == old.document["pages"][0]["fields"][0]["key"]
    assert not version.is_breaking
    event = AuditEvent.objects.get(
        event="portal_forms.version.published", by__isnull=False
    )
    assert event.by.username == "form-editor"
    assert "紹介の目的" in Journey(slug="referral").begin().text
    assert Submission.objects.get().version == old


def test_publishing_what_is_wrong_is_refused_and_everything_typed_stays(
    desk, referral_form
):
    pages = with_question(referral_form)
    pages[0]["value"]["fields"][-1]["value"]["conditions"] = [
        {
            "type": "item",
            "id": "",
            "value": {"question": "nix", "comparison": "is", "value": "1"},
        }
    ]
    data = screen(referral_form, pages=pages, title="直したタイトル")
    response = desk.post(desk.edit_url, data | {"action-publish": "1"})
    assert response.status_code == 200
    text = response.content.decode()
    assert "「新しい設問」の条件にある設問「nix」は、このフォームにありません。" in text
    assert "直したタイトル" in text
    assert "新しい設問" in text or "\\u65b0\\u3057\\u3044\\u8a2d\\u554f" in text
    assert FormVersion.objects.filter(form=referral_form).count() == 1
    assert Journey(slug="referral").open("/forms/referral/").response.status_code == 200
    response = desk.post(desk.edit_url, data)
    assert response.status_code == 302
    assert FormVersion.objects.filter(form=referral_form).count() == 1


def test_the_service_refuses_what_the_screen_let_through(
    desk, referral_form, monkeypatch
):
    document = referral_form.latest_version().document
    sound = SimpleNamespace(problems=[], document=document)
    monkeypatch.setattr(
        "forms.forms.editor.compile_form", lambda definition, **more: sound
    )
    pages = with_question(referral_form)
    pages[0]["value"]["fields"].append(
        {"type": "radio", "id": "", "value": {"label": "選択肢なし", "options": []}}
    )
    data = screen(referral_form, pages=pages) | {"action-publish": "1"}
    response = desk.post(desk.edit_url, data)
    assert response.status_code == 200
    assert "「選択肢なし」に選択肢がありません。" in response.content.decode()
    assert FormVersion.objects.filter(form=referral_form).count() == 1
    referral_form.refresh_from_db()
    assert "選択肢なし" not in str(referral_form.pages.get_prep_value())


def test_a_new_form_is_made_and_published_in_one_go(desk, definition_of):
    blank = FormDefinition(slug="tour", title="見学の申込", handler="kept")
    page = {
        "type": "page",
        "id": "",
        "value": {"title": "申込", "intro": "", "fields": []},
    }
    asked = question("short_text", "name", "お名前", max=50, required="on", slot="")
    kind = asked.pop("type")
    page["value"]["fields"] = [{"type": kind, "id": "", "value": asked}]
    data = screen(blank, pages=[page]) | {"action-publish": "1"}
    response = desk.post(reverse("forms_admin:add"), data)
    assert response.status_code == 302
    Journey(slug="tour").begin().next({"name": "試験"}).send()
    assert Submission.objects.get().form.slug == "tour"


def test_the_address_of_a_published_form_stays(desk, referral_form):
    data = screen(referral_form, slug="elsewhere")
    response = desk.post(desk.edit_url, data)
    assert "アドレスは変えられません" in response.content.decode()
    assert FormDefinition.objects.filter(slug="referral").exists()


def test_the_preview_shows_every_page_and_stores_nothing(desk, referral_form):
    url = reverse("forms_admin:preview_on_edit", args=[referral_form.pk])
    pages = with_question(referral_form, **when("nix", "is", "1"))
    pages[0]["value"]["fields"][-1]["value"]["conditions"] = [
        {"type": "item", "id": "", "value": {"question": "nix", "comparison": "is"}}
    ]
    desk.post(url, screen(referral_form, pages=pages))
    text = desk.get(url).content.decode()
    assert "新しい設問" in text
    assert "こどもの姓" in text
    assert "このままでは公開できません" in text
    assert "次のとき表示：「緊急性」が「今すぐ」" in text
    assert not Draft.objects.exists()
    assert FormVersion.objects.filter(form=referral_form).count() == 1


CUT_OFF = [
    lambda data: {"title": data["title"]},
    lambda data: data | {"pages-count": "many"},
    lambda data: data | {"pages-count": "999999999"},
    lambda data: data | {"pages-0-order": ""},
    lambda data: {k: v for k, v in data.items() if not k.endswith("-deleted")},
    lambda data: {k: v for k, v in data.items() if "conditions-count" not in k},
]


@pytest.mark.parametrize("address", ["edit", "preview_on_edit", "add"])
def test_what_was_cut_off_on_its_way_is_refused_in_words(desk, referral_form, address):
    args = [] if address == "add" else [referral_form.pk]
    whole = screen(referral_form)
    for spoil in CUT_OFF:
        response = desk.post(reverse(f"forms_admin:{address}", args=args), spoil(whole))
        assert response.status_code == 400
        text = response.content.decode()
        assert "送られた内容がそろっていません" in text
        assert "何も保存していません" in text
    assert FormDefinition.objects.count() == 4


def test_the_list_and_the_versions_tell_number_day_and_who(desk, referral_form):
    text = desk.get(reverse("forms_admin:list")).content.decode()
    assert "学校からの相談・紹介票" in text
    url = reverse("forms_admin:versions", args=[referral_form.pk])
    assert url in text
    data = screen(referral_form, pages=with_question(referral_form, required="on"))
    desk.post(desk.edit_url, data | {"action-publish": "1"})
    text = desk.get(url).content.decode()
    assert "form-editor" in text
    assert "回答に影響する変更" in text
    assert "初版" in text
    assert desk.get(reverse("forms_admin:versions", args=[9999])).status_code == 404


@pytest.mark.parametrize(
    "username", ["intake", "operator", "auditor", "editor", "admin"]
)
def test_only_form_editors_work_on_forms(log_in, referral_form, username):
    client = log_in(username)
    for name in ["edit", "versions", "preview_on_edit", "history"]:
        response = client.get(reverse(f"forms_admin:{name}", args=[referral_form.pk]))
        assert response.status_code in (302, 403, 404), name


def test_a_form_editor_sees_no_answer_on_any_screen_of_the_form(desk, referral_form):
    journey = Journey(slug="referral").begin()
    journey.walk(REFERRAL | {"child_family_name": "秘密山"}).send()
    receipt = journey.receipt
    pk = referral_form.pk
    revision = referral_form.latest_revision_id
    urls = [reverse("forms_admin:list"), reverse("forms_admin:list") + "?q=%25"]
    names = ["edit", "copy", "usage", "history", "versions", "preview_on_edit"]
    urls += [reverse(f"forms_admin:{name}", args=[pk]) for name in names]
    urls += [reverse("forms_admin:revisions_view", args=[pk, revision])]
    urls += ["/admin/", "/admin/reports/site-history/", "/status/"]
    for url in urls:
        text = desk.get(url).content.decode()
        assert "秘密山" not in text, url
        assert receipt not in text, url
    assert desk.get(f"/status/{receipt}/").status_code == 404


def events_of(name):
    rows = AuditEvent.objects.filter(event=f"portal_forms.{name}")
    return list(rows.values_list("by__username", "detail"))


@pytest.mark.usefixtures("definition_of")
def test_what_is_done_with_the_answers_stays_and_is_never_nothing(desk, referral_form):
    for handler in ("", "kept"):
        for button in ({}, {"action-publish": "1"}):
            data = screen(referral_form, handler=handler) | button
            response = desk.post(desk.edit_url, data)
            assert "受付後の処理は変えられません" in response.content.decode()
    draft = referral_form.revisions.first()
    draft.content["handler"] = "kept"
    draft.save()
    with pytest.raises(FormProblems), transaction.atomic():
        draft.publish()
    referral_form.refresh_from_db()
    assert referral_form.handler == "receive-referral"
    assert referral_form.versions.count() == 1
    data = screen(referral_form, slug="lost", handler="")
    url = reverse("forms_admin:add")
    response = desk.post(url, data | {"action-publish": "1"})
    assert "「受付後の処理」を選んでください" in response.content.decode()
    assert not FormDefinition.objects.filter(slug="lost").exists()
    assert desk.post(url, data).status_code == 302
    lost = FormDefinition.objects.get(slug="lost")
    with pytest.raises(FormProblems), transaction.atomic():
        lost.save_revision().publish()


def test_opening_closing_and_another_access_are_in_the_audit(desk, referral_form):
    assert [by for by, _ in events_of("version.published")][-1] is None
    data = screen(referral_form, access="partner") | {"action-publish": "1"}
    assert desk.post(desk.edit_url, data).status_code == 302
    codes = {
        "form": "referral",
        "form_id": referral_form.pk,
        "access": "partner",
        "handler": "receive-referral",
    }
    changed = [("form-editor", codes | {"before": "public"})]
    assert events_of("form.access_changed") == changed
    url = reverse("forms_admin:unpublish", args=[referral_form.pk])
    assert desk.post(url).status_code == 302
    assert events_of("form.unpublished") == [("form-editor", codes)]
    referral_form.refresh_from_db()
    assert not referral_form.live
    desk.post(desk.edit_url, data)
    assert events_of("form.published") == [("form-editor", codes)]
    assert FormDefinition.objects.open().filter(slug="referral").exists()
