"""Forms for other programs: the same rules, the same one receipt."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import jsonschema
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from forms import starters
from forms.generated import generated
from forms.json_answers import answers_as_json, typed_answers
from forms.json_schema import schema_of
from forms.models import (
    Attachment,
    Draft,
    FormDefinition,
    PartnerKey,
    Submission,
)
from forms.services import look_up, sending
from forms.services.partner_keys import make_key, revoke_key
from staff.models import Partner
from tests.conftest import EVERYBODY
from tests.forms.conftest import question

V1 = "/api/v1"


@pytest.fixture
def form(cast):
    starters.load()
    return FormDefinition.objects.get(slug="visit")


@pytest.fixture
def key(cast, form):
    return key_of("S-OWN", cast)


def key_of(code, cast):
    day = timezone.localdate() + timedelta(days=30)
    partner = Partner.objects.get(code=code)
    return make_key(partner, purpose="校務システム", expires_on=day, by=cast["admin"])


def good_answers(form, seed=3):
    document = form.latest_version().document
    reading = generated(document, "most", seed)[1]
    assert reading.errors == {}
    found = answers_as_json(document, reading.values)
    return {k: v for k, v in found.items() if not is_file(document, k)}


def is_file(document, code):
    fields = (f for page in document["pages"] for f in page["fields"])
    return any(
        f["code"] == code and f["type"] in ("file", "calculated") for f in fields
    )


def post(client, path, key, body, idempotency="k-0000001"):
    return client.post(
        f"{V1}{path}",
        data=json.dumps(body),
        content_type="application/json",
        headers={
            "authorization": f"Bearer {key[1]}",
            "idempotency-key": idempotency,
        },
    )


def send(client, form, key, answers, **more):
    return post(
        client, f"/forms/{form.slug}/submissions", key, {"answers": answers}, **more
    )


def test_forms_are_listed_and_read_without_a_key(client, form):
    listed = client.get(f"{V1}/forms").json()
    assert {row["slug"] for row in listed} >= {
        "referral",
        "community-referral",
        "application",
        "visit",
    }
    found = client.get(f"{V1}/forms/visit").json()
    assert found["document"]["pages"] == form.latest_version().document["pages"]
    assert "handler" not in found["document"]
    assert urlsplit(found["page"]).path == "/forms/visit/"


@pytest.mark.parametrize(
    "slug", ["referral", "community-referral", "application", "visit"]
)
def test_what_the_evaluator_accepts_fits_the_schema(client, form, slug):
    definition = FormDefinition.objects.get(slug=slug)
    document = definition.latest_version().document
    schema = client.get(f"{V1}/forms/{slug}/schema").json()
    jsonschema.Draft202012Validator.check_schema(schema)
    for seed in range(6):
        for fill in ("most", "least", "any"):
            reading = generated(document, fill, seed)[1]
            if reading.errors:
                continue
            answers = answers_as_json(document, reading.values)
            sent = {k: v for k, v in answers.items() if not is_file(document, k)}
            jsonschema.validate(sent, schema)
            typed, faults = typed_answers(document, sent)
            assert faults == {}
            assert typed.keys() <= {f for page in document["pages"] for f in keys(page)}


def keys(page):
    return {field["key"] for field in page["fields"]}


def test_answers_are_received_once_whatever_is_sent_again(client, form, key):
    answers = good_answers(form)

    first = send(client, form, key, answers)
    second = send(client, form, key, answers)

    assert first.status_code == 201, first.text
    assert second.status_code == 200
    assert first.json() == second.json()
    submission = Submission.objects.get()
    assert submission.receipt == first.json()["receipt"]
    assert submission.partner.code == "S-OWN"
    document = form.latest_version().document
    assert answers_as_json(document, submission.answers) == answers
    assert look_up(submission.receipt, first.json()["password"]) == submission


def test_other_answers_with_the_same_key_are_refused_and_the_first_stand(
    client, form, key
):
    answers = good_answers(form)
    send(client, form, key, answers)

    response = send(
        client, form, key, answers | {"people": 9 if answers["people"] != 9 else 8}
    )

    assert response.status_code == 422
    assert response["Content-Type"] == "application/problem+json"
    assert Submission.objects.count() == 1


def test_the_same_key_gives_the_same_receipt_long_after_the_draft_is_forgotten(
    client, form, key
):
    answers = good_answers(form)
    first = send(client, form, key, answers)
    Draft.objects.all().delete()

    assert send(client, form, key, answers).json() == first.json()
    assert Submission.objects.count() == 1


def test_a_form_that_changed_after_a_file_was_sent_takes_the_answers_to_the_new_one(
    client, form, key
):
    answers = good_answers(form)
    identity = sending.identity_of(form, key[0], "k-0000001")
    sending.begin(form, key[0], *identity)
    form.title = "見学と説明の申込"
    form.save_revision().publish()

    response = send(client, form, key, answers)

    assert response.status_code == 201, response.text
    assert Submission.objects.get().version == form.latest_version()


def test_two_partners_with_the_same_idempotency_key_do_not_meet(
    client, cast, form, key
):
    other = key_of("G-OWN", cast)
    answers = good_answers(form)

    one, two = send(client, form, key, answers), send(client, form, other, answers)

    assert one.status_code == two.status_code == 201
    assert one.json()["receipt"] != two.json()["receipt"]


def test_each_refusal_names_its_place_and_nothing_is_received(client, form, key):
    answers = good_answers(form) | {
        "phone": "123",
        "nonsense": 1,
        "people": "たくさん",
        "wishes": [{"day": "2026-02-30", "hours": ""}],
    }

    response = send(client, form, key, answers)

    assert response.status_code == 422
    places = {error["pointer"] for error in response.json()["errors"]}
    assert places >= {
        "/answers/phone",
        "/answers/nonsense",
        "/answers/people",
        "/answers/wishes/0/day",
        "/answers/wishes/0/hours",
    }
    assert Submission.objects.count() == 0


def test_a_needed_answer_of_a_wrong_shape_is_not_said_to_be_missing(client, form, key):
    wrong = {"phone": 668580000, "questions": "あ" * 100_001}
    answers = good_answers(form) | wrong
    errors = send(client, form, key, answers).json()["errors"]
    told = {error["pointer"]: error["detail"] for error in errors}
    assert told["/answers/phone"] == "ここには文字列を入れてください。"
    assert "長すぎます（100,001文字" in told["/answers/questions"]


def test_validation_says_the_same_and_keeps_nothing(client, form, key):
    path = f"/forms/{form.slug}/validate"
    good, bad = good_answers(form), {"people": 0}

    assert post(client, path, key, {"answers": good}).json()["valid"] is True
    verdict = post(client, path, key, {"answers": bad}).json()

    assert verdict["valid"] is False
    refused = send(client, form, key, bad).json()["errors"]
    assert verdict["errors"] == refused
    assert Submission.objects.count() == 0


def test_answers_to_questions_that_are_not_asked_do_not_arrive(client, form, key):
    answers = good_answers(form) | {"who": "parent"}
    answers |= {"agency": "ひみつの機関"}
    answers.pop("school", None)

    response = send(client, form, key, answers)

    assert response.status_code == 201, response.text
    assert "ひみつの機関" not in json.dumps(
        Submission.objects.get().answers, ensure_ascii=False
    )


def test_answers_for_another_version_are_refused_with_the_one_in_force(
    client, form, key
):
    body = {"answers": good_answers(form), "version": 99}

    response = post(client, f"/forms/{form.slug}/submissions", key, body)

    assert response.status_code == 409
    assert response.json()["version"] == form.latest_version().number


def test_a_file_sent_before_goes_with_the_answers(client, cast, key):
    form = FormDefinition.objects.get(slug="application")
    answers = good_answers(form)
    headers = {"authorization": f"Bearer {key[1]}", "idempotency-key": "k-0000002"}
    path = f"{V1}/forms/application/files?code=papers"
    pdf = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"

    kept = client.post(
        path,
        {"file": SimpleUploadedFile("診断書.pdf", pdf, "application/pdf")},
        headers=headers,
    )
    assert kept.status_code == 201, kept.text
    sent = send(client, form, key, answers, idempotency="k-0000002")

    assert sent.status_code == 201, sent.text
    attachment = Submission.objects.get().attachments.get()
    assert str(attachment.uuid) == kept.json()["id"]


PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def stored_attachments():
    root = Path(settings.PRIVATE_ROOT) / "attachments"
    return [path for path in root.rglob("*") if path.is_file()]


def put_file(client, key, query, idempotency="k-0000001", name="証明.pdf"):
    headers = {"authorization": f"Bearer {key[1]}", "idempotency-key": idempotency}
    file = SimpleUploadedFile(name, PDF, "application/pdf")
    path = f"{V1}/forms/small/files?{query}"
    return client.post(path, {"file": file}, headers=headers)


@pytest.fixture
def with_rows(publish, form):
    paper = question("file", "paper", "証明書", types=["pdf"], required=True)
    name = question("short_text", "nick", "呼び名")
    kids = question("repeat", "kids", "きょうだい", fields=[name, paper], max_rows=3)
    return publish([kids])


def test_a_file_of_a_row_goes_with_its_row_once(client, key, with_rows):
    answers = {"kids": [{"nick": "花"}, {"nick": "空"}]}
    for row in (1, 2):
        kept = put_file(client, key, f"code=kids.paper&row={row}")
        assert kept.status_code == 201, kept.text
    first = send(client, with_rows, key, answers)
    assert first.status_code == 201, first.text
    submission = Submission.objects.get()
    names = {a.row: str(a.uuid) for a in submission.attachments.all()}
    (value,) = submission.answers.values()
    found = {
        row["id"]: files[0]["id"]
        for row in value
        for files in row.values()
        if isinstance(files, list)
    }
    assert found == names and len(names) == 2
    assert send(client, with_rows, key, answers).json() == first.json()
    assert send(client, with_rows, key, {"kids": [{"nick": "海"}]}).status_code == 422


def test_a_file_without_its_row_is_named_and_nothing_is_received(
    client, key, with_rows
):
    assert put_file(client, key, "code=kids.paper").status_code == 422
    assert put_file(client, key, "code=kids.paper&row=4").status_code == 422
    assert put_file(client, key, "code=kids.nick&row=1").status_code == 422
    put_file(client, key, "code=kids.paper&row=2")
    refused = send(client, with_rows, key, {"kids": [{"nick": "花"}]})
    assert refused.status_code == 422
    places = {error["pointer"] for error in refused.json()["errors"]}
    assert places == {"/answers/kids/0/paper", "/answers/kids/1"}
    assert Submission.objects.count() == 0


def test_a_key_that_asks_too_often_is_told_how_long_to_wait(
    client, cast, form, key, settings, monkeypatch
):
    # A longer span, so that no turn of the minute falls into the test.
    monkeypatch.setattr("forms.api.MINUTE", timedelta(days=1))
    settings.API_CALLS_PER_MINUTE = 2
    answers = good_answers(form)
    other = key_of("G-OWN", cast)
    assert send(client, form, key, answers).status_code == 201
    assert send(client, form, key, answers).status_code == 200
    refused = send(client, form, key, answers)
    assert refused.status_code == 429
    assert refused["Content-Type"] == "application/problem+json"
    assert 1 <= int(refused["Retry-After"]) <= 24 * 3600
    assert send(client, form, other, answers).status_code == 201
    assert client.get(f"{V1}/forms/visit").status_code == 200
    operations = client.get(f"{V1}/openapi.json").json()["paths"]
    told = operations[f"{V1}/forms/{{slug}}/submissions"]["post"]["responses"]["429"]
    assert "Retry-After" in told["headers"]


def test_a_key_that_is_wrong_ended_or_expired_opens_nothing(client, cast, form, key):
    answers = good_answers(form)
    made, text = key
    for wrong in ("", "x", "ibk_", f"{text}x", f"ibk_{made.prefix}_wrong"):
        assert send(client, form, (made, wrong), answers).status_code == 401
    PartnerKey.objects.update(expires_on=timezone.localdate() - timedelta(days=1))
    assert send(client, form, key, answers).status_code == 401
    PartnerKey.objects.update(expires_on=timezone.localdate())
    revoke_key(made, by=cast["admin"])
    assert send(client, form, key, answers).status_code == 401
    assert Draft.objects.count() == Submission.objects.count() == 0


def test_a_session_is_no_key(log_in, form):
    client = log_in("school")
    response = client.post(
        f"{V1}/forms/visit/submissions",
        data="{}",
        content_type="application/json",
        headers={"idempotency-key": "k-0000001"},
    )
    assert response.status_code == 401


def test_the_state_is_told_to_the_partner_that_sent_it_alone(client, cast, form, key):
    receipt = send(client, form, key, good_answers(form)).json()["receipt"]
    other = key_of("G-OWN", cast)

    def ask(key):
        headers = {"authorization": f"Bearer {key[1]}"}
        return client.get(f"{V1}/submissions/{receipt}", headers=headers)

    assert ask(key).json()["receipt"] == receipt
    assert ask(other).status_code == 404
    assert client.get(f"{V1}/submissions/{receipt}").status_code == 401


UNREADABLE = ["", "[]", "null", '{"answers": 1}', '{"answers": []}', "{", '"x"']


@pytest.mark.parametrize("body", UNREADABLE)
def test_a_body_that_cannot_be_read_is_a_problem_and_no_error_of_ours(
    client, form, key, body
):
    response = client.post(
        f"{V1}/forms/visit/submissions",
        data=body,
        content_type="application/json",
        headers={"authorization": f"Bearer {key[1]}", "idempotency-key": "k-000001"},
    )
    assert response.status_code in (400, 422)
    assert response["Content-Type"] == "application/problem+json"
    assert "読み取れませんでした" in response.json()["title"]


def test_only_administrators_make_and_end_keys(log_in, cast, form):
    day = timezone.localdate() + timedelta(days=10)
    partner = Partner.objects.get(code="S-OWN")
    typed = {"partner": partner.pk, "purpose": "校務", "expires_on": day.isoformat()}
    for person in EVERYBODY:
        response = log_in(person).post(reverse("partner_keys:make"), typed)
        made = PartnerKey.objects.filter(purpose="校務")
        assert made.exists() == (person == "admin"), person
        if person == "admin":
            assert "ibk_" in response.text
            page = log_in("admin").get(
                reverse("partner_keys:detail", args=[made.get().pk])
            )
            assert "ibk_" not in page.text
        made.delete()


def test_the_schema_says_of_a_form_with_ways_around_no_duty(form):
    document = form.latest_version().document
    page = document["pages"][0] | {"goto": [{"when": None, "to": "end"}]}
    schema = schema_of(
        document | {"pages": [page, *document["pages"][1:]]}, address="x"
    )

    assert "required" not in schema


def test_a_form_stands_in_a_frame_only_where_the_city_allows_it(client, form, settings):
    settings.FORM_FRAME_ANCESTORS = ["https://www.city.example.jp"]
    page, other = client.get("/forms/visit/"), client.get("/status/")

    allowed = "frame-ancestors 'self' https://www.city.example.jp"
    assert allowed in page["Content-Security-Policy"]
    assert "X-Frame-Options" not in page
    assert allowed not in other["Content-Security-Policy"]
    assert other["X-Frame-Options"] == "SAMEORIGIN"


def test_half_a_character_as_a_code_is_a_fault_and_no_error_of_ours(form, key, client):
    half = {"answers": {"\ud800": 1}}
    verdict = post(client, f"/forms/{form.slug}/validate", key, half).json()
    assert verdict["valid"] is False and "/answers/?" in str(verdict["errors"])
    assert send(client, form, key, half["answers"]).status_code == 422


def test_a_file_that_is_sent_again_is_the_one_that_is_kept_and_says_until_when(
    client, key, with_rows
):
    first = put_file(client, key, "code=kids.paper&row=1")
    again = put_file(client, key, "code=kids.paper&row=1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert {**again.json(), "kept_until": ""} == {**first.json(), "kept_until": ""}
    until = datetime.fromisoformat(again.json()["kept_until"])
    assert timedelta(0) <= Draft.objects.get().expires_at - until < timedelta(seconds=1)
    left = until - timezone.now()
    assert timedelta(hours=23) < left <= timedelta(hours=24)
    assert len(stored_attachments()) == 1
    # Elsewhere, or by another name, it is another file.
    assert put_file(client, key, "code=kids.paper&row=2").status_code == 201
    other = put_file(client, key, "code=kids.paper&row=1", name="別の証明.pdf")
    assert other.status_code == 201
    assert Attachment.objects.count() == 3


def test_a_file_that_is_sent_again_counts_towards_no_limit(client, key, with_rows):
    for _at in range(8):
        answer = put_file(client, key, "code=kids.paper&row=1")
    assert answer.status_code == 200
    assert Attachment.objects.count() == 1


def test_the_definition_of_the_api_says_until_when_a_file_is_kept(client, db):
    paths = client.get(f"{V1}/openapi.json").json()
    answers = paths["paths"]["/api/v1/forms/{slug}/files"]["post"]["responses"]
    assert {"200", "201"} <= set(answers)
    told = paths["components"]["schemas"]["FileOut"]["properties"]["kept_until"]
    assert told["format"] == "date-time"
    assert "24時間" in told["description"]
