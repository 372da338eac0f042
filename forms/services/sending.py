"""Forms sent by a partner's program: a draft without pages, then the usual sending.

The draft's number is made from the partner's key and its Idempotency-Key. So a second
try, from whatever process, finds the same draft, and the one sending that there can be
of a draft is the one there can be of the key.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from exchange.problems import Refusal
from forms.answers import Reading, read
from forms.compiler import all_fields_of, digest_of, fields_of
from forms.forms.controls import sub_key
from forms.forms.controls.groups import most_rows
from forms.json_answers import escaped, faults_of, typed_answers
from forms.models import (
    Attachment,
    Draft,
    FormDefinition,
    FormVersion,
    PartnerKey,
    Submission,
)
from forms.services.drafts import hash_of, sent_from
from forms.services.files import Place, fill_in_files, places_of, receive_once
from forms.services.look_up import look_up_password
from forms.services.submissions import IncompleteAnswers, submit

NAMESPACE = uuid.UUID("0f5f7f4e-6d0a-4f0e-9a39-5b6f2f0d7a52")
KEPT = timedelta(hours=24)


@dataclass
class Judged:
    """What the evaluator makes of answers given as JSON."""

    typed: dict[str, Any]
    reading: Reading
    faults: dict[str, str] = field(default_factory=dict)


@dataclass
class Sent:
    """The outcome of a sending: what was received, or why nothing was."""

    submission: Submission | None = None
    password: str = ""
    is_new: bool = False
    faults: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Attached:
    """A file that waits for its answers, and until when it does."""

    attachment: Attachment
    is_new: bool
    kept_until: datetime


def version_for(form: FormDefinition, wanted: int | None) -> FormVersion:
    """The version in force. A Refusal where the answers were made for another one."""
    version = form.latest_version()
    if wanted is not None and wanted != version.number:
        raise Refusal(
            409,
            _(
                "The form has changed: version %(number)s is in force. Read its schema"
                " again."
            )
            % {"number": version.number},
            version=version.number,
        )
    return version


def judge(
    document: Mapping,
    answers: Mapping,
    files: Iterable[Attachment] = (),
    on: date | None = None,
) -> Judged:
    """Read answers by item code as of a day; *files* are those that wait."""
    typed, faults = typed_answers(document, answers)
    faults |= put_files(document, typed, files)
    reading = read(document, typed, on or timezone.localdate())
    # What could not be read at all says more than that an answer is missing.
    return Judged(typed, reading, faults_of(document, reading, typed) | faults)


def put_files(
    document: Mapping, typed: dict[str, Any], files: Iterable[Attachment]
) -> dict[str, str]:
    """Put the files where they belong; what is wrong where a row is missing."""
    waiting: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for attachment in files:
        place = (attachment.field_key, attachment.row)
        waiting.setdefault(place, []).append(attachment.as_value())
    for page in document["pages"]:
        for place in places_of(page, typed):
            found = waiting.pop((place.key, place.row), None)
            if found:
                place.answers[place.field["key"]] = found
    return {
        f"/answers/{escaped(group['code'])}/{int(row[1:]) - 1}": _(
            "A file was sent for this row, and the answers have no such row."
        )
        for key, row in waiting
        for group in fields_of(document)
        if row and key.startswith(f"{group['key']}.")
    }


def send(
    form: FormDefinition,
    key: PartnerKey,
    idempotency_key: str,
    *,
    answers: Mapping,
    wanted_version: int | None,
) -> Sent:
    """Receive answers once; the same key again gives the same receipt.

    A Refusal where the key was used for other answers, or the form takes nothing now.
    """
    number, secret = identity_of(form, key, idempotency_key)
    # Asked by the number alone: the draft itself is forgotten a month after sending.
    known = sent_from(Draft(uuid=number))
    if known:
        refuse_other_answers(known, answers)
        return Sent(known, look_up_password(secret))
    version = version_for(form, wanted_version)
    draft = Draft.objects.filter(uuid=number).first()
    draft = draft or begin(form, key, number, secret)
    judged = judge(version.document, answers, draft.attachments.all())
    if judged.faults:
        return Sent(faults=judged.faults)
    return receive(draft, version, judged, secret)


@transaction.atomic
def receive(draft: Draft, version: FormVersion, judged: Judged, secret: str) -> Sent:
    """Fill the draft and send it; whoever comes second finds what was received."""
    draft = Draft.objects.select_for_update(of=("self",)).get(pk=draft.pk)
    known = sent_from(draft)
    if known:
        return Sent(known, look_up_password(secret))
    draft.version, draft.answers = version, judged.typed
    for page in version.document["pages"]:
        fill_in_files(draft, page, {})
    draft.save(update_fields=["version", "answers", "changed_at"])
    try:
        submission = submit(draft, key=secret)
    except IncompleteAnswers as refusal:
        return Sent(faults=faults_of(version.document, refusal.reading, judged.typed))
    except ValidationError as refusal:
        raise Refusal(409, " ".join(refusal.messages)) from None
    return Sent(submission, look_up_password(secret), is_new=True)


def identity_of(
    form: FormDefinition, key: PartnerKey, idempotency_key: str
) -> tuple[uuid.UUID, str]:
    """The draft's number and secret, which only this server can make of the key."""
    name = f"{form.pk}:{key.partner_id}:{idempotency_key}"
    secret = salted_hmac("forms.sending", name, algorithm="sha256").hexdigest()
    return uuid.uuid5(NAMESPACE, secret), secret


def begin(
    form: FormDefinition, key: PartnerKey, number: uuid.UUID, secret: str
) -> Draft:
    """The draft for one Idempotency-Key; two beginnings at once are one draft."""
    refuse_unopened(form)
    try:
        with transaction.atomic():
            return Draft.objects.create(
                uuid=number,
                version=form.latest_version(),
                key_hash=hash_of(secret),
                partner=key.partner,
                sent_with=key,
                expires_at=timezone.now() + KEPT,
            )
    except IntegrityError:
        return Draft.objects.select_related("version__form").get(uuid=number)


def refuse_unopened(form: FormDefinition) -> None:
    if form.access == FormDefinition.Access.INVITED:
        raise Refusal(403, _("This form is only for those who were sent a link to it."))
    if form.latest_version() is None or not form.live:
        raise Refusal(409, _("This form is not open at the moment."))


def refuse_other_answers(known: Submission, answers: Mapping) -> None:
    """The same key with other answers is a mistake of the sender's program."""
    if known.anonymised_at or known.thinned_at:
        return
    day = timezone.localtime(known.submitted_at).date()
    judged = judge(known.version.document, answers, on=day)
    before = without_files(known.version.document, known.answers)
    now = without_files(known.version.document, judged.reading.values)
    if digest_of(before) != digest_of(now):
        raise Refusal(
            422,
            _(
                "Other answers were received with this Idempotency-Key. Use a new key"
                " for new answers."
            ),
        )


def without_files(document: Mapping, answers: Mapping) -> dict[str, Any]:
    """Answers without their files; a row that held nothing else goes with them."""
    files = {f["key"] for f in all_fields_of(document) if f["type"] == "file"}
    found = {}
    for key, value in answers.items():
        if isinstance(value, list) and value and isinstance(value[0], Mapping):
            rows = [{k: v for k, v in r.items() if k not in files} for r in value]
            value = [row for row in rows if len(row) > 1]
        if key not in files and value != []:
            found[key] = value
    return found


def attach(
    form: FormDefinition,
    key: PartnerKey,
    idempotency_key: str,
    code: str,
    file: UploadedFile,
    row: int | None = None,
) -> Attached:
    """Keep a file for the answers that will come with the same Idempotency-Key.

    *code* is the question's; inside a group ``group.question``, with the *row* that it
    belongs to, counted from one. The same file again is the one that is kept already.
    Each file that comes keeps all of this key for another day.
    """
    number, secret = identity_of(form, key, idempotency_key)
    if sent_from(Draft(uuid=number)):
        raise Refusal(409, _("These answers have been sent already."))
    draft = Draft.objects.filter(uuid=number).select_related("version__form").first()
    draft = draft or begin(form, key, number, secret)
    place = file_place(draft.version.document, code, row)
    try:
        attachment, is_new = receive_once(draft, place, file)
    except ValidationError as refusal:
        raise Refusal(422, " ".join(refusal.messages)) from None
    until = timezone.now() + KEPT
    Draft.objects.filter(pk=draft.pk).update(expires_at=until)
    return Attached(attachment, is_new, until)


def file_place(document: Mapping, code: str, row: int | None) -> Place:
    """Where a file with this code belongs; a Refusal where there is no such place."""
    group_code, _stop, inner = code.rpartition(".")
    for question in fields_of(document):
        if question["code"] == code and question["type"] == "file" and row is None:
            return Place(question["key"], question, question["key"], "", {})
        for sub in question.get("fields") or []:
            is_it = (question["code"], sub["code"]) == (group_code, inner)
            if is_it and sub["type"] == "file":
                return place_in_row(question, sub, row)
    raise Refusal(422, _("The form asks for no files with this code."))


def place_in_row(group: Mapping, sub: Mapping, row: int | None) -> Place:
    """The place in one row of a group, as the rows of the answers will be named."""
    most = most_rows(group)
    if row is None or not 1 <= row <= most:
        raise Refusal(422, _("Say which row: row=1 to row=%(most)s.") % {"most": most})
    name = f"r{row}"
    control = sub_key(group["key"], name, sub["key"])
    return Place(control, sub, f"{group['key']}.{sub['key']}", name, {})
