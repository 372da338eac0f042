"""Answers leave as a file: made aside, written down, and only then handed out."""

import json
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import IO, Any

import xlsxwriter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from exchange.writing import STREAMED, XLSX, CsvLines, Loss, Sheet, formats_of
from forms.exports import Export, as_json, moment
from forms.models import FormDefinition, Submission, SubmissionEvent
from staff.models import AuditEvent, User
from staff.services import record_event

MOST = 50_000
PER_INSERT = 1_000
FORMATS = {
    "csv": ("csv", "text/csv; charset=utf-8"),
    "cp932": ("csv", "text/csv; charset=Shift_JIS"),
    "xlsx": ("xlsx", XLSX),
    "json": ("json", "application/json"),
}
CODECS = {"csv": "utf-8", "cp932": "cp932"}
UNION = ""


@dataclass
class Made:
    """A file on disk, without a name there; whoever closes it deletes it."""

    file: IO[bytes]
    name: str
    content_type: str
    keys: list[int] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    lost: int = 0


def export_answers(
    form: FormDefinition,
    rows,
    *,
    by: User,
    file_format: str,
    table: str = UNION,
    sensitive_reason: str = "",
    accept_losses: bool = False,
    asked: dict[str, Any] | None = None,
    ip: str = "",
) -> Made:
    """The rows among *rows* that this person may export, as a file.

    The file is made outside every transaction, so nobody waits for it. Where signs
    would be lost and this was not accepted, it does not leave and nothing is written
    down: the caller shows the losses.
    """
    allowed = Submission.objects.exportable_by(by).filter(form=form)
    rows = rows.filter(pk__in=allowed.values("pk"))
    _refuse_too_many(rows)
    with translation.override(settings.LANGUAGE_CODE):
        export = Export(form, rows, with_sensitive=bool(sensitive_reason))
        made = _make(export, file_format, table)
    if made.lost and not accept_losses:
        return made
    detail = {
        "form": form.slug,
        "format": file_format,
        "table": table,
        "count": len(made.keys),
        "sensitive": bool(sensitive_reason),
        "filter": {name: str(value) for name, value in (asked or {}).items()},
    }
    if sensitive_reason:
        detail["reason"] = sensitive_reason
    _write_down(made, by, ip, detail)
    return made


def _refuse_too_many(rows) -> None:
    count = rows.order_by()[: MOST + 1].count()
    if not count:
        raise ValidationError(_("There is nothing to export. Take a filter away."))
    if count > MOST:
        raise ValidationError(
            _("There are too many rows: at most %(count)s. Narrow the choice.")
            % {"count": f"{MOST:,}"}
        )


def _write_down(made: Made, by: User, ip: str, detail: dict[str, Any]) -> None:
    """Who took what, in the audit; and that it left, in the history of each."""
    with transaction.atomic():
        event = record_event(
            "portal_forms.submission.exported",
            action=AuditEvent.Action.EXPORT,
            by=by,
            ip=ip,
            **detail,
        )
        for start in range(0, len(made.keys), PER_INSERT):
            SubmissionEvent.objects.bulk_create(
                SubmissionEvent(
                    submission_id=key,
                    kind=SubmissionEvent.Kind.EXPORTED,
                    by=by,
                    at=event.at,
                    detail={"format": detail["format"], "export": event.seq},
                )
                for key in made.keys[start : start + PER_INSERT]
            )


def _make(export: Export, file_format: str, table: str) -> Made:
    ending, content_type = FORMATS[file_format]
    day = f"{timezone.localdate():%Y%m%d}"
    made = Made(
        tempfile.TemporaryFile(),  # noqa: SIM115  the response closes it
        f"{_('answers')}_{export.form.slug}_{day}.{ending}",
        content_type,
    )
    if file_format == "xlsx":
        _write_xlsx(export, made)
    elif file_format == "json":
        _write_json(export, made)
    else:
        _write_csv(export, made, CODECS[file_format], table)
    made.file.seek(0)
    return made


def _write_xlsx(export: Export, made: Made) -> None:
    with xlsxwriter.Workbook(made.file, STREAMED) as book:
        formats = formats_of(book)
        tables = export.tables()
        sheets = [(t, Sheet(book, t.name, t.headings, formats)) for t in tables]
        for table, sheet in sheets:
            for row in table.static:
                sheet.write(row)
        for record in export.records():
            made.keys.append(record.submission.pk)
            for table, sheet in sheets:
                for row in table.rows_of(record):
                    sheet.write(row)


def _write_csv(export: Export, made: Made, codec: str, name: str) -> None:
    tables = export.tables()
    table = next((table for table in tables if table.name == name), tables[0])

    def rows() -> Iterable[list[Any]]:
        yield from table.static
        for record in export.records():
            made.keys.append(record.submission.pk)
            yield from table.rows_of(record)

    lines = CsvLines(codec, table.headings)
    if codec == "utf-8":
        made.file.write(b"\xef\xbb\xbf")
    for line in lines.lines(rows()):
        made.file.write(line.encode(codec))
    made.losses, made.lost = lines.losses, lines.lost


def _write_json(export: Export, made: Made) -> None:
    def put(value: Any) -> None:
        text = json.dumps(value, ensure_ascii=False)
        made.file.write(text.encode("utf-8", "backslashreplace"))

    dictionary = export.dictionary()
    made.file.write(b'{"form": ')
    put({"slug": export.form.slug, "title": export.form.title})
    made.file.write(b', "exported_at": ')
    put(moment(timezone.now()))
    made.file.write(b', "dictionary": ')
    put([dict(zip(DICTIONARY, row, strict=True)) for row in dictionary.static])
    made.file.write(b', "submissions": [')
    for at, record in enumerate(export.records()):
        made.keys.append(record.submission.pk)
        made.file.write(b",\n" if at else b"\n")
        put(as_json(record, export.questions[record.submission.version_id]))
    made.file.write(b"\n]}\n")


DICTIONARY = [
    "version",
    "code",
    "part_of",
    "label",
    "type",
    "required",
    "options",
    "sensitive",
]
