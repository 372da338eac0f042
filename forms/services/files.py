"""Writes of files: taken in with a page, sent with the answers, scanned, swept away.

A file is inspected, scanned and on the disk for good before the transaction that names
it begins: no network call inside it, and no row without its bytes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from exchange import scanning
from exchange.inspection import inspect
from exchange.receiving import (
    MEGABYTE,
    Refused,
    content_of,
    display_name,
    no_room,
    too_large,
)
from forms.forms.controls import control_of, sub_key
from forms.forms.uploads import Limits
from forms.models import Attachment, Draft, Submission
from forms.models.attachment import storage
from staff.prepared import Given, Prepared
from staff.services import record_event

Scan = Attachment.Scan

MOST_OF_A_DRAFT = 30
LARGEST_DRAFT = 100 * MEGABYTE
ORPHANED = timedelta(hours=24)
SCANNED_AT_ONCE = 20


@dataclass(frozen=True)
class Taken:
    """A file that passed: its bytes are on the disk, its row is not written yet."""

    name: str
    type: str
    size: int
    sha256: str
    stored_as: str
    scan_state: str

    def row(self, **of: Any) -> Attachment:
        return Attachment(
            name=self.name,
            type=self.type,
            size=self.size,
            sha256=self.sha256,
            stored_as=self.stored_as,
            scan_state=self.scan_state,
            scanned_at=timezone.now() if self.scan_state == Scan.CLEAN else None,
            **of,
        )


def take(upload: UploadedFile, limits: Limits) -> Taken:
    """Look into one received file and put it on the disk.

    ValidationError says in words why it is not taken; then nothing of it is kept.
    """
    if upload.size and upload.size > limits.megabytes * MEGABYTE:
        raise ValidationError(too_large(limits.megabytes * MEGABYTE))
    found = inspect(upload.name or "", content_of(upload), limits.kinds)
    state = scan_state_of(found.content)
    if state == Scan.INFECTED:
        raise ValidationError(
            _(
                "The virus scanner found something harmful in this file. It was not"
                " taken. Please have the device that it comes from checked."
            )
        )
    try:
        stored_as = storage.put(found.content)
    except OSError:
        raise ValidationError(no_room()) from None
    return Taken(
        name=display_name(upload.name or ""),
        type=found.type,
        size=len(found.content),
        sha256=sha256(found.content).hexdigest(),
        stored_as=stored_as,
        scan_state=state,
    )


def scan_state_of(content: bytes) -> str:
    """What the scanner says now; that it waits for the scanner, or that there is none.

    A scanner that is down costs the sender nothing: the file is kept and stays closed.
    """
    if not scanning.is_configured():
        return Scan.UNSCANNED
    try:
        return Scan[scanning.scan(content).name]
    except scanning.ScannerDown:
        return Scan.PENDING


@dataclass(frozen=True)
class Place:
    """Where files stand: the control on the page, the question, the answers it is in.

    ``key`` and ``row`` are what the file's row is found by; a question inside a group
    has one place for each row of the group.
    """

    control: str
    field: Mapping[str, Any]
    key: str
    row: str
    answers: dict[str, Any]


def places_of(page: Mapping, answers: dict[str, Any]) -> list[Place]:
    """The places for files on one page, those in the rows of groups too."""
    found = []
    for field in page["fields"]:
        key = field["key"]
        if field["type"] == "file":
            found.append(Place(key, field, key, "", answers))
        inside = [sub for sub in field.get("fields") or [] if sub["type"] == "file"]
        rows = control_of(field).rows_of(field, answers.get(key)) if inside else []
        if isinstance(answers.get(key), list) and inside:
            answers[key] = rows
        for inner in inside:
            for row in rows:
                place = f"{key}.{inner['key']}"
                control = sub_key(key, row["id"], inner["key"])
                found.append(Place(control, inner, place, row["id"], row))
    return found


def receive_files(
    draft: Draft,
    places: Sequence[Place],
    files: MultiValueDict,
    *,
    passed_over: Sequence[Refused] = (),
    removed: Sequence[str] = (),
) -> dict[str, list[dict[str, str]]]:
    """Take in the files of one page; return, by control, what was not taken and why.

    *places* are the file questions of the page; *removed* are files to take away
    again.
    """
    refused: dict[str, list[dict[str, str]]] = {}
    remove_files(draft, removed)
    for place in places:
        for passed in passed_over:
            if passed.control == place.control:
                _note(refused, place, passed.name, passed.reason)
        for upload in files.getlist(place.control):
            try:
                _receive(draft, upload, place)
            except ValidationError as error:
                name = display_name(upload.name or "")
                _note(refused, place, name, " ".join(error.messages))
    return refused


def _note(refused: dict, place: Place, name: str, reason: str) -> None:
    refused.setdefault(place.control, []).append({"name": name, "refused": reason})


def receive_once(
    draft: Draft, place: Place, upload: UploadedFile
) -> tuple[Attachment, bool]:
    """Take in one file as a program sends it; the file, and whether it is new.

    The same bytes under the same name in the same place are the file that is there
    already: sending it again after a lost answer takes no second place.
    """
    taken = take(upload, Limits.of(place.field))
    try:
        with transaction.atomic():
            draft = _lock(draft)
            known = draft.attachments.filter(
                field_key=place.key,
                row=place.row,
                name=taken.name,
                sha256=taken.sha256,
            ).first()
            if known is None:
                return _add(draft, taken, place), True
    except BaseException:
        storage.delete(taken.stored_as)
        raise
    storage.delete(taken.stored_as)
    return known, False


def _receive(draft: Draft, upload: UploadedFile, place: Place) -> None:
    _refuse_too_many(draft, place, upload.size or 0)
    taken = take(upload, Limits.of(place.field))
    try:
        with transaction.atomic():
            _add(_lock(draft), taken, place)
    except BaseException:
        storage.delete(taken.stored_as)
        raise


def _lock(draft: Draft) -> Draft:
    """The draft for us alone, as long as it has not been sent."""
    draft = Draft.objects.select_for_update().get(pk=draft.pk)
    if Submission.objects.filter(token=f"draft:{draft.uuid}").exists():
        raise ValidationError(_("These answers have been sent already."))
    return draft


def _add(draft: Draft, taken: Taken, place: Place) -> Attachment:
    _refuse_too_many(draft, place, taken.size)
    row = taken.row(draft=draft, field_key=place.key, row=place.row)
    row.save(force_insert=True)
    return row


def _refuse_too_many(draft: Draft, place: Place, size: int) -> None:
    limits = Limits.of(place.field)
    kept = draft.attachments.aggregate(n=models.Count("pk"), size=models.Sum("size"))
    here = draft.attachments.filter(field_key=place.key, row=place.row).count()
    if here >= limits.count:
        raise ValidationError(
            _("Up to %(count)s files can be attached here. Remove one first.")
            % {"count": limits.count}
        )
    total = (kept["size"] or 0) + size
    if kept["n"] >= MOST_OF_A_DRAFT or total > LARGEST_DRAFT:
        raise ValidationError(
            _("One form takes up to %(count)s files and %(size)s MB in all.")
            % {"count": MOST_OF_A_DRAFT, "size": LARGEST_DRAFT // MEGABYTE}
        )


@transaction.atomic
def remove_files(draft: Draft, uuids: Sequence[str]) -> None:
    """Take files of this draft away again; others are not touched."""
    known = {str(uuid): pk for uuid, pk in draft.attachments.values_list("uuid", "pk")}
    found = [known[uuid] for uuid in uuids if uuid in known]
    if found:
        Attachment.objects.filter(draft=draft, pk__in=found).delete()


def fill_in_files(draft: Draft, page: Mapping, refused: Mapping) -> None:
    """Put the draft's files into the answers of a page, and what was refused beside."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for attachment in draft.attachments.all():
        place = (attachment.field_key, attachment.row)
        found.setdefault(place, []).append(attachment.as_value())
    for place in places_of(page, draft.answers):
        files = found.get((place.key, place.row), [])
        files = [*files, *refused.get(place.control, [])]
        place.answers[place.field["key"]] = files


files_of_draft = Prepared(
    lambda: Attachment.objects.filter(
        draft=Given("draft", Attachment, "draft")
    ).values_list("pk", "uuid")
)


def adopt_files(draft: Draft, submission: Submission) -> None:
    """In the transaction of the sending: files of the answers move, the others go.

    A file to a question that is not asked goes with its bytes, as its answer does.
    """
    files = files_of_draft(draft=draft.pk)
    if not files:
        return
    wanted = set(ids_in(submission.answers))
    kept = [key for key, uuid in files if str(uuid) in wanted]
    draft.attachments.filter(pk__in=kept).update(draft=None, submission=submission)
    Attachment.objects.filter(draft=draft).delete()


def ids_in(value: Any) -> Iterable[str]:
    """The ids of all files that answers name, in groups of questions too."""
    if isinstance(value, Mapping):
        if set(value) >= {"id", "sha256"} or set(value) >= {"id", "name", "size"}:
            yield str(value["id"])
        for part in value.values():
            yield from ids_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from ids_in(part)


def scan_waiting(limit: int = SCANNED_AT_ONCE) -> int:
    """Ask the scanner about files that still wait for it; how many it answered.

    The worker calls it every minute. A scanner that is down ends the round: the files
    stay closed and are asked about again. Files from before there was one come too.
    """
    if not scanning.is_configured():
        return 0
    done = 0
    for attachment in Attachment.objects.to_scan()[:limit]:
        try:
            verdict = scanning.scan(attachment.content())
        except scanning.ScannerDown:
            return done
        except FileNotFoundError:
            verdict = scanning.Verdict.UNREADABLE
        _note_verdict(attachment, Scan[verdict.name])
        done += 1
    return done


@transaction.atomic
def _note_verdict(attachment: Attachment, state: str) -> None:
    waiting = Attachment.objects.to_scan().filter(pk=attachment.pk)
    if not waiting.update(scan_state=state, scanned_at=timezone.now()):
        return
    if state != Scan.INFECTED:
        return
    transaction.on_commit(lambda: storage.delete(attachment.stored_as), robust=True)
    if attachment.submission_id:
        record_event(
            "portal_forms.attachment.infected",
            attachment.submission,
            file=attachment.pk,
        )


def sweep_orphans() -> int:
    """Remove stored files that no row names a day later; how many there were.

    They are left where a process died between the disk and the commit.
    """
    names = list(storage.older_than(ORPHANED))
    gone = 0
    for start in range(0, len(names), 500):
        part = names[start : start + 500]
        rows = Attachment.objects.filter(stored_as__in=part)
        for name in set(part) - set(rows.values_list("stored_as", flat=True)):
            storage.delete(name)
            gone += 1
    return gone
