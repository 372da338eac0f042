"""Forms for other programs: what is asked, whether answers would do, and sending them.

Reading a public form needs no key. Everything else needs the key of a school or group,
``Authorization: Bearer ibk_…``. Answers sent here go through the same evaluator and the
same transaction as answers typed into the pages; the one receipt number comes from
there, and the same ``Idempotency-Key`` always gives the same one.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, File, Header, Query, Router, Schema, Status
from ninja.files import UploadedFile
from ninja.security import HttpBearer

from exchange.problems import Problem, Refusal
from forms.json_answers import answers_as_json
from forms.json_schema import schema_of
from forms.models import FormDefinition, FormVersion, PartnerKey, Submission
from forms.services import sending
from forms.services.partner_keys import key_of_text
from forms.services.tally import count_one, seconds_left

router = Router(tags=["フォーム"])
INTERNAL = ("handler",)
MINUTE = timedelta(minutes=1)
PARTNERS_ONLY = {401: Problem, 404: Problem, 429: Problem}
REFUSED = PARTNERS_ONLY | {403: Problem, 409: Problem, 422: Problem}


class PartnerBearer(HttpBearer):
    """The key of a partner's program, from the Authorization header."""

    def authenticate(self, request: HttpRequest, token: str) -> PartnerKey | None:
        key = key_of_text(token)
        if key is not None:
            refuse_too_many(key)
        return key


def refuse_too_many(key: PartnerKey) -> None:
    """A Refusal (429) where a key asks more often in a minute than the city allows."""
    most = settings.API_CALLS_PER_MINUTE
    if most and count_one("api", key.prefix, MINUTE) > most:
        raise Refusal(
            429,
            _(
                "This key has sent very many requests. Wait %(seconds)s seconds, then"
                " send the same again. At most %(most)s a minute are taken."
            )
            % {"seconds": seconds_left(MINUTE), "most": most},
            headers={"Retry-After": str(seconds_left(MINUTE))},
        )


partner_key = PartnerBearer()


class Link(Schema):
    """A form in the list."""

    slug: str
    title: str
    access: str
    version: int
    page: str


class Definition(Schema):
    """A published form: the document that pages and answers run from."""

    version: int
    sha256: str
    page: str
    document: dict[str, Any]


class AnswersIn(Schema):
    """Answers by item code. ``version`` is the one they were made for, if known."""

    version: int | None = None
    answers: dict[str, Any]


class Verdict(Schema):
    """Whether the answers would be accepted; nothing is kept."""

    valid: bool
    version: int
    errors: list[dict[str, str]]
    answers: dict[str, Any]


class Receipt(Schema):
    """What was received. The password looks the receipt up at ``status``."""

    receipt: str
    submitted_at: datetime
    version: int
    password: str
    status: str


class FileOut(Schema):
    """A file that waits for its answers: until ``kept_until``, then it is deleted."""

    id: str
    code: str
    row: int | None
    name: str
    type: str
    size: int
    kept_until: datetime = Field(
        description="この時刻までに、同じIdempotency-Keyで回答を送ってください。"
        "過ぎると、このキーで送ったファイルはすべて消えます。"
        "ファイルを送るたびに24時間延びます。"
    )


class State(Schema):
    """How far the city is, in the word that the sender may know."""

    receipt: str
    form: str
    submitted_at: datetime
    state: str
    state_label: str


@router.get(
    "/forms",
    response=list[Link],
    url_name="forms",
    summary="いま入力できるフォームの一覧",
)
def forms(request: HttpRequest):
    """The forms that can be filled in now."""
    found = FormDefinition.objects.open().prefetch_related("versions")
    return [
        {
            "slug": form.slug,
            "title": form.title,
            "access": form.access,
            "version": max(version.number for version in form.versions.all()),
            "page": page_of(request, form),
        }
        for form in found
    ]


@router.get(
    "/forms/{slug}",
    response={200: Definition} | PARTNERS_ONLY,
    url_name="form",
    summary="公開しているフォームの定義",
)
def definition(request: HttpRequest, slug: str):
    """One published form as a document."""
    version = readable_version(request, slug)
    document = {k: v for k, v in version.document.items() if k not in INTERNAL}
    return {
        "version": version.number,
        "sha256": version.sha256,
        "page": page_of(request, version.form),
        "document": document,
    }


@router.get(
    "/forms/{slug}/schema",
    response={200: dict[str, Any]} | PARTNERS_ONLY,
    url_name="form_schema",
    summary="回答の形（JSON Schema 2020-12）",
)
def schema(request: HttpRequest, slug: str):
    """The answers of a form as JSON Schema 2020-12."""
    version = readable_version(request, slug)
    address = request.build_absolute_uri(request.path)
    return schema_of(version.document, address=f"{address}?version={version.number}")


@router.post(
    "/forms/{slug}/validate",
    auth=partner_key,
    response={200: Verdict} | REFUSED,
    url_name="form_validate",
    summary="回答の確認（保存しない）",
)
def validate(request: HttpRequest, slug: str, sent: AnswersIn):
    """Read answers as if they were sent, and keep nothing."""
    form = form_for(slug)
    version = sending.version_for(form, sent.version)
    found = sending.judge(version.document, sent.answers)
    return {
        "valid": not found.faults,
        "version": version.number,
        "errors": listed(found.faults),
        "answers": answers_as_json(version.document, found.reading.values),
    }


@router.post(
    "/forms/{slug}/files",
    auth=partner_key,
    response={200: FileOut, 201: FileOut} | REFUSED,
    url_name="form_files",
    summary="回答に添えるファイルの送信",
)
def upload(
    request: HttpRequest,
    slug: str,
    code: str = Query(..., description="設問の項目コード。行の中は「組.設問」。"),
    row: int | None = Query(None, description="行の番号（1から）。組の中の設問だけ。"),
    file: UploadedFile = File(...),  # noqa: B008  how ninja declares a file
    idempotency_key: str = Header(..., min_length=8, max_length=200),
):
    """Put a file beside answers that will be sent with the same Idempotency-Key.

    Inside a group the code is ``group.question``, and ``row`` counts from one.
    201 where the file is new; 200 where the same file (place, name and bytes) had come
    with this key before. It waits until ``kept_until`` and is deleted then.
    """
    found = sending.attach(
        form_for(slug), request.auth, idempotency_key, code, file, row
    )
    attachment = found.attachment
    answer = {
        "id": str(attachment.uuid),
        "code": code,
        "row": row,
        "name": attachment.name,
        "type": attachment.type,
        "size": attachment.size,
        "kept_until": timezone.localtime(found.kept_until),
    }
    return Status(201 if found.is_new else 200, answer)


@router.post(
    "/forms/{slug}/submissions",
    auth=partner_key,
    response={200: Receipt, 201: Receipt} | REFUSED,
    url_name="form_submissions",
    summary="回答の送信",
)
def submit(
    request: HttpRequest,
    slug: str,
    sent: AnswersIn,
    idempotency_key: str = Header(..., min_length=8, max_length=200),
):
    """Send answers: 201 with the receipt number, 200 where they had been received.

    The answer comes after the commit. After a lost connection send the same again.
    """
    found = sending.send(
        form_for(slug),
        request.auth,
        idempotency_key,
        answers=sent.answers,
        wanted_version=sent.version,
    )
    if found.faults:
        raise Refusal(
            422,
            _("Nothing was received. Mind the answers named here."),
            errors=listed(found.faults),
        )
    submission = found.submission
    answer = {
        "receipt": submission.receipt,
        "submitted_at": submission.submitted_at,
        "version": submission.version.number,
        "password": found.password,
        "status": request.build_absolute_uri(reverse("status")),
    }
    return Status(201 if found.is_new else 200, answer)


@router.get(
    "/submissions/{receipt}",
    auth=partner_key,
    response={200: State} | PARTNERS_ONLY,
    url_name="submission_state",
    summary="送った回答の状態",
)
def state(request: HttpRequest, receipt: str):
    """The state of something this partner sent; 404 for everybody else's."""
    own = Submission.objects.filter(partner=request.auth.partner)
    submission = own.select_related("form").filter(receipt=receipt).first()
    if submission is None:
        raise Http404
    return {
        "receipt": submission.receipt,
        "form": submission.form.slug,
        "submitted_at": submission.submitted_at,
        "state": submission.status,
        "state_label": submission.get_status_display(),
    }


def form_for(slug: str) -> FormDefinition:
    """An open form; 404 for a closed one as for none."""
    form = FormDefinition.objects.open().filter(slug=slug).first()
    if form is None:
        raise Http404
    return form


def readable_version(request: HttpRequest, slug: str) -> FormVersion:
    """The version in force of a form that this caller may read.

    A form for schools and groups is shown to their keys only.
    """
    form = form_for(slug)
    if form.access != FormDefinition.Access.PUBLIC and not partner_key(request):
        raise Refusal(
            401,
            _("This form is for schools and groups. Send the key of yours."),
            headers={"WWW-Authenticate": "Bearer"},
        )
    return form.latest_version()


def page_of(request: HttpRequest, form: FormDefinition) -> str:
    return request.build_absolute_uri(reverse("form_start", args=[form.slug]))


def listed(faults: dict[str, str]) -> list[dict[str, str]]:
    return [{"pointer": place, "detail": words} for place, words in faults.items()]
