"""Answers leave as a file: made aside, written down, and only then handed out.

Small files at once; large ones are made by the worker (``export_jobs``), by the same
functions.
"""

import json
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from exchange.books import LongBook
from exchange.writing import XLSX, CsvLines, Loss
from forms.exports import Export, as_json, moment
from forms.models import FormDefinition, Submission, SubmissionEvent
from staff.models import AuditEvent, User
from staff.services import record_event

MOST = 50_000
# Up to so many rows the file is made while the person waits; above, by the worker.
AT_ONCE = 2_000
FORMATS = {
    "csv": ("csv", "text/csv; charset=utf-8"),
    "cp932": ("csv", "text/csv; charset=Shift_JIS"),
    "xlsx": ("xlsx", XLSX),
    "json": ("json", "application/json"),
}
CODECS = {"csv": "utf-8", "cp932": "cp932"}
UNION = ""
Beat = Callable[[int], None]


@dataclass(frozen=True)
class Wish:
    """What somebody asks for: which form in which format, and with what in it.

    ``asked`` is the filter in words of the log; ``reason`` is why the sensitive answers
    are needed, and without one they stay out.
    """

    form: FormDefinition
    file_format: str
    table: str = UNION
    reason: str = ""
    asked: dict[str, Any] = field(default_factory=dict)

    def detail(self, count: int) -> dict[str, Any]:
        """What the audit keeps of it."""
        detail = {
            "form": self.form.slug,
            "format": self.file_format,
            "table": self.table,
            "count": count,
            "sensitive": bool(self.reason),
            "filter": {name: str(value) for name, value in self.asked.items()},
        }
        return detail | ({"reason": self.reason} if self.reason else {})


@dataclass
class Made:
    """A file on disk, without a name there; whoever closes it deletes it."""

    file: IO[bytes]
    name: str
    content_type: str
    keys: list[int] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    lost: int = 0


def keys_for(form: FormDefinition, rows, by: User) -> list[int]:
    """The keys of those among *rows* that this person may export, the oldest first."""
    allowed = Submission.objects.exportable_by(by).filter(form=form)
    rows = rows.filter(pk__in=allowed.values("pk")).order_by("pk")
    keys = list(rows.values_list("pk", flat=True)[: MOST + 1])
    if not keys:
        raise ValidationError(_("There is nothing to export. Take a filter away."))
    if len(keys) > MOST:
        raise ValidationError(
            _("There are too many rows: at most %(count)s. Narrow the choice.")
            % {"count": f"{MOST:,}"}
        )
    return keys


def export_answers(
    wish: Wish, keys: list[int], *, by: User, accept_losses: bool = False, ip: str = ""
) -> Made:
    """These rows as a file, at once.

    The file is made outside every transaction, so nobody waits for it. Where signs
    would be lost and this was not accepted, it does not leave and nothing is written
    down: the caller shows the losses.
    """
    made = make(wish, keys)
    if made.lost and not accept_losses:
        return made
    with transaction.atomic():
        write_history(made.keys, record_export(wish, len(made.keys), by=by, ip=ip))
    return made


def record_export(wish: Wish, count: int, *, by: User, ip: str = "") -> AuditEvent:
    """Who took what, in the audit."""
    return record_event(
        "portal_forms.submission.exported",
        action=AuditEvent.Action.EXPORT,
        by=by,
        ip=ip,
        **wish.detail(count),
    )


def write_history(keys: Iterable[int], event: AuditEvent) -> None:
    """That they left, in the history of these submissions."""
    SubmissionEvent.objects.bulk_create(
        SubmissionEvent(
            submission_id=key,
            kind=SubmissionEvent.Kind.EXPORTED,
            by_id=event.by_id,
            at=event.at,
            detail={"format": event.detail["format"], "export": event.seq},
        )
        for key in keys
    )


def make(wish: Wish, keys: list[int], beat: Beat = lambda done: None) -> Made:
    """The file. *beat* is told now and then how many rows are written."""
    ending, content_type = FORMATS[wish.file_format]
    day = f"{timezone.localdate():%Y%m%d}"
    with translation.override(settings.LANGUAGE_CODE):
        made = Made(
            tempfile.TemporaryFile(),  # noqa: SIM115  the response closes it
            f"{_('answers')}_{wish.form.slug}_{day}.{ending}",
            content_type,
        )
        try:
            export = Export(wish.form, keys, with_sensitive=bool(wish.reason))
            _write(export, made, wish, beat)
        except BaseException:
            made.file.close()
            raise
    made.file.seek(0)
    return made


def _write(export: Export, made: Made, wish: Wish, beat: Beat) -> None:
    if wish.file_format == "xlsx":
        _write_xlsx(export, made, beat)
    elif wish.file_format == "json":
        _write_json(export, made, beat)
    else:
        _write_csv(export, made, CODECS[wish.file_format], wish.table, beat)


def _records(export: Export, made: Made, beat: Beat) -> Iterable[Any]:
    for record in export.records():
        yield record
        made.keys.append(record.submission.pk)
        beat(len(made.keys))


def _write_xlsx(export: Export, made: Made, beat: Beat) -> None:
    with LongBook(made.file, lambda: beat(len(made.keys))) as book:
        sheets = [(t, book.add(t.name, t.headings)) for t in export.tables()]
        for table, place in sheets:
            for row in table.static:
                book.write(place, row)
        for record in _records(export, made, beat):
            for table, place in sheets:
                for row in table.rows_of(record):
                    book.write(place, row)


def _write_csv(export: Export, made: Made, codec: str, name: str, beat: Beat) -> None:
    tables = export.tables()
    table = next((table for table in tables if table.name == name), tables[0])

    def rows() -> Iterable[list[Any]]:
        yield from table.static
        for record in _records(export, made, beat):
            yield from table.rows_of(record)

    lines = CsvLines(codec, table.headings)
    if codec == "utf-8":
        made.file.write(b"\xef\xbb\xbf")
    for line in lines.lines(rows()):
        made.file.write(line.encode(codec))
    made.losses, made.lost = lines.losses, lines.lost


def _write_json(export: Export, made: Made, beat: Beat) -> None:
    def put(value: Any) -> None:
        text = json.dumps(value, ensure_ascii=False)
        made.file.write(text.encode("utf-8", "backslashreplace"))

    made.file.write(b'{"form": ')
    put({"slug": export.form.slug, "title": export.form.title})
    made.file.write(b', "exported_at": ')
    put(moment(timezone.now()))
    made.file.write(b', "dictionary": ')
    put([dict(zip(DICTIONARY, row, strict=True)) for row in export.meanings()])
    made.file.write(b', "submissions": [')
    for at, record in enumerate(_records(export, made, beat)):
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
