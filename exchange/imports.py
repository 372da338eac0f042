"""From an uploaded file to rows: checked without a write, then taken in as a whole.

Named for what the pages call it. What was shown is what is done: the outcome of the
check has a fingerprint, and a confirmation that would do anything else is refused.
"""

import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

import tablib
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from import_export.results import RowResult
from wagtail.signal_handlers import disable_reference_index_auto_update

from exchange.handlers import every
from exchange.models import ImportBatch
from exchange.reading import Row, Sheet, read
from exchange.resources import BulkResource, Registered, find
from staff.models import AuditEvent, User
from staff.services import record_event

REASON_HEADING = "エラー内容"
LEFT_OVER = timedelta(hours=1)
KINDS = {
    RowResult.IMPORT_TYPE_NEW: "new",
    RowResult.IMPORT_TYPE_UPDATE: "changed",
    RowResult.IMPORT_TYPE_SKIP: "same",
}
State = ImportBatch.State


@dataclass(frozen=True)
class Problem:
    """What is wrong with one cell or row, and how to put it right."""

    row: int
    column: str
    value: str
    reason: str
    cure: str


@dataclass(frozen=True)
class Change:
    """A row that would be added or changed, cell by cell."""

    row: int
    record: str
    is_new: bool
    cells: list[tuple[str, str, str]]


@dataclass
class Preview:
    """What a file would do. Its fingerprint is the whole of it."""

    sheet: Sheet
    counts: dict[str, int]
    problems: list[Problem]
    changes: list[Change]
    unknown: list[str]
    fingerprint: str = field(default="")

    @property
    def wrong_rows(self) -> set[int]:
        return {problem.row for problem in self.problems}


def preview(resource: BulkResource, sheet: Sheet) -> Preview:
    """Compute what the rows would do; writes nothing, locks nothing."""
    with translation.override(settings.LANGUAGE_CODE):
        headings = list(resource.columns().values())
        missing = [name for name in resource.id_columns() if name not in sheet.headings]
        if missing:
            raise ValidationError(
                _("The heading “%(heading)s” is missing. Use the template.")
                % {"heading": missing[0]}
            )
        known = {*headings, REASON_HEADING, ""}
        unknown = [name for name in sheet.headings if name not in known]
        result = resource.try_data(dataset_of(resource, sheet, sheet.rows))
        made = Preview(sheet, {}, [], [], unknown)
        counts: Counter = Counter()
        for row, outcome in zip(sheet.rows, result.rows, strict=True):
            counts[KINDS.get(outcome.import_type, "wrong")] += 1
            made.problems += _problems(resource, sheet, row, outcome)
            if outcome.import_type in ("new", "update"):
                made.changes.append(_change(resource, row, outcome))
    kinds = ("new", "changed", "same", "wrong")
    made.counts = {kind: counts[kind] for kind in kinds}
    made.fingerprint = _fingerprint(made)
    return made


def dataset_of(resource: BulkResource, sheet: Sheet, rows: list[Row]):
    """The rows as the library wants them; columns nobody asked for are left out."""
    resource.row_numbers = [row.number for row in rows]
    wanted = set(resource.columns().values())
    places = [n for n, name in enumerate(sheet.headings) if name in wanted]
    data = tablib.Dataset(headers=[sheet.headings[n] for n in places])
    for row in rows:
        data.append([row.cells[n] for n in places])
    return data


def _problems(resource, sheet: Sheet, row: Row, outcome) -> list[Problem]:
    cells = dict(zip(sheet.headings, row.cells, strict=True))
    if outcome.errors:
        reason = _("This row cannot be read.")
        return [Problem(row.number, "", "", reason, _("Check every cell of the row."))]
    if outcome.validation_error is None:
        return []
    error = outcome.validation_error
    found = getattr(error, "error_dict", None) or {NON_FIELD_ERRORS: [error]}
    problems = []
    for attribute, errors in found.items():
        name = resource.field_of(attribute)
        column = resource.columns().get(name, "")
        cure = str(resource.hints.get(name, "")) or _("Check every cell of the row.")
        value = cells.get(column, "")[:100]
        problems += [
            Problem(row.number, column, value, message, cure)
            for message in ValidationError(errors).messages
        ]
    return problems


def _change(resource: BulkResource, row: Row, outcome) -> Change:
    cells = []
    is_new = outcome.import_type == RowResult.IMPORT_TYPE_NEW
    for name, heading in resource.columns().items():
        field_ = resource.fields[name]
        new = str(field_.export(outcome.instance))
        old = "" if is_new else str(field_.export(outcome.original))
        if new != old:
            cells.append((heading, old, new))
    record = " ".join(
        str(resource.fields[name].export(outcome.instance))
        for name in resource.get_import_id_fields()
    )
    return Change(row.number, record, is_new, cells)


def _fingerprint(made: Preview) -> str:
    content = [
        made.counts,
        [[p.row, p.column, p.reason] for p in made.problems],
        [[c.row, c.record, c.is_new, c.cells] for c in made.changes],
    ]
    text = json.dumps(content, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def upload(
    entry: Registered, *, by: User, file_name: str, content: bytes, encoding: str
) -> ImportBatch:
    """Check a file and keep it for its uploader to confirm; nothing is taken in yet."""
    resource = entry.for_user(by)
    found = preview(resource, read(content, file_name, encoding, resource.max_rows))
    name = re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]", "", file_name)[-200:]
    batch = ImportBatch(
        resource=entry.name,
        user=by,
        file_name=name,
        encoding=encoding,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        fingerprint=found.fingerprint,
        counts=found.counts,
    )
    batch.full_clean()
    with transaction.atomic():
        batch.save()
        record_event(
            f"{entry.name}.import_checked",
            batch,
            action=AuditEvent.Action.IMPORT,
            by=by,
            sha256=batch.sha256,
            **found.counts,
        )
    return batch


def preview_of(batch: ImportBatch) -> Preview:
    """What the file of a batch would do now."""
    entry = find(batch.resource)
    resource = entry.for_user(batch.user)
    content = bytes(batch.content)
    sheet = read(content, batch.file_name, batch.encoding, resource.max_rows)
    return preview(resource, sheet)


def check_again(batch: ImportBatch, *, by: User) -> ImportBatch:
    """Take the present outcome as the one to confirm, after rows have changed."""
    found = preview_of(batch)
    with transaction.atomic():
        changed = _own(batch, by).update(
            fingerprint=found.fingerprint, counts=found.counts
        )
        if not changed:
            raise ValidationError(_over())
        record_event(
            f"{batch.resource}.import_checked",
            batch,
            action=AuditEvent.Action.IMPORT,
            by=by,
            sha256=batch.sha256,
            **found.counts,
        )
    batch.refresh_from_db()
    return batch


@transaction.atomic
def confirm(
    batch: ImportBatch, *, by: User, shown: str, leave_wrong_rows: bool = False
) -> dict:
    """Take the file in, whole or not at all; the counts of what was done.

    *shown* is the fingerprint of the outcome that this person was looking at.
    With *leave_wrong_rows* the whole is the file less the rows that the check refused.
    """
    taken = _own(batch, by).update(state=State.CONFIRMED, finished_at=timezone.now())
    if not taken:
        raise ValidationError(_over())
    entry = find(batch.resource)
    resource = entry.for_user(by)
    resource.is_writing = True
    sheet = read(
        bytes(batch.content), batch.file_name, batch.encoding, resource.max_rows
    )
    found = preview(resource, sheet)
    if not found.fingerprint == batch.fingerprint == shown:
        raise ValidationError(
            _(
                "Rows were changed in the meantime, so nothing was taken in. Look at"
                " the new result and confirm again."
            ),
            code="changed",
        )
    if found.problems and not leave_wrong_rows:
        raise ValidationError(_("There are rows with errors. Nothing was taken in."))
    _take_in(resource, found)
    batch.counts = found.counts
    ImportBatch.objects.filter(pk=batch.pk).update(counts=found.counts, content=b"")
    record_event(
        f"{batch.resource}.imported",
        batch,
        action=AuditEvent.Action.IMPORT,
        by=by,
        sha256=batch.sha256,
        records=[change.record for change in found.changes],
        **found.counts,
    )
    return found.counts


def _take_in(resource: BulkResource, found: Preview) -> None:
    wrong = found.wrong_rows
    rows = [row for row in found.sheet.rows if row.number not in wrong]
    if not found.changes:
        return
    data = dataset_of(resource, found.sheet, rows)
    with (
        translation.override(settings.LANGUAGE_CODE),
        disable_reference_index_auto_update(),
    ):
        result = resource.import_data(data)
    if result.has_errors() or result.has_validation_errors():
        raise ValidationError(
            _("Not every row could be saved, so nothing was taken in. Check again.")
        )


@transaction.atomic
def drop(batch: ImportBatch, *, by: User) -> None:
    """Give a checked file up; its content is emptied."""
    dropped = _own(batch, by).update(
        state=State.ABANDONED, finished_at=timezone.now(), content=b""
    )
    if not dropped:
        raise ValidationError(_over())
    record_event(
        f"{batch.resource}.import_dropped",
        batch,
        action=AuditEvent.Action.IMPORT,
        by=by,
    )


@every(600)
def drop_left_over() -> None:
    """Empty the files that nobody confirmed within an hour."""
    since = timezone.now() - LEFT_OVER
    ImportBatch.objects.filter(state=State.PREVIEWED, uploaded_at__lt=since).update(
        state=State.ABANDONED, finished_at=timezone.now(), content=b""
    )


def _own(batch: ImportBatch, by: User):
    return ImportBatch.objects.visible_to(by).filter(
        pk=batch.pk, state=State.PREVIEWED, fingerprint=batch.fingerprint
    )


def _over() -> str:
    return _("This file was taken in or dropped already. Upload it again if needed.")


def wrong_rows_of(found: Preview) -> tuple[list[str], list[list[str]]]:
    """Headings and rows of the error rows, with the reason in a column of its own."""
    reasons: dict[int, list[str]] = {}
    for problem in found.problems:
        words = f"{problem.column}: {problem.reason}".removeprefix(": ")
        reasons.setdefault(problem.row, []).append(words)
    keep = [n for n, name in enumerate(found.sheet.headings) if name != REASON_HEADING]
    headings = [found.sheet.headings[n] for n in keep]
    rows = [
        [*(row.cells[n] for n in keep), " / ".join(reasons[row.number])]
        for row in found.sheet.rows
        if row.number in reasons
    ]
    return [*headings, REASON_HEADING], rows
