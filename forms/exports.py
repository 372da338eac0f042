"""Received answers as files: one sheet over all versions, one for each, a dictionary.

Every cell is the answer in the words of its own version, as the pages show it; days and
numbers stay days and numbers. Rows are read in portions, so that memory does not grow.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from forms.blocks import KIND_NAMES
from forms.compiler import fields_of
from forms.corrected import last_of, values_of
from forms.forms.controls import control_of
from forms.models import (
    EnteredFor,
    FormDefinition,
    FormVersion,
    Handling,
    Submission,
)

PORTION = 500
MOST_SHEETS = 60
KIND = 4  # the place of the kind among the meanings of a question
NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
Question = Mapping[str, Any]


@dataclass
class Record:
    """One submission, as far as a file shows it: ``cells`` are its answers in words.

    ``head`` is what stands before the answers. Both are made once for all sheets.
    """

    submission: Submission
    values: dict[str, Any]
    cells: dict[str, Any]
    head: list[Any]
    corrected: list[Question]


@dataclass
class Column:
    """A question over all versions: the newest wording; former ones are marked."""

    key: str
    code: str
    heading: str


@dataclass
class Table:
    """A sheet: its name, its headings, and the rows that one submission gives it."""

    name: str
    headings: list[str]
    rows_of: Any
    static: list[list[Any]] = field(default_factory=list)


def is_answer(question: Question) -> bool:
    """Whether a question is answered at all; a heading or a notice is not."""
    return question["type"] in ("repeat", "file") or control_of(question).is_answer


def without(question: Question, left_out: set[str]) -> Question:
    """A question without those of its inner ones that are left out."""
    if "fields" not in question:
        return question
    inner = [one for one in question["fields"] if one["key"] not in left_out]
    return {**question, "fields": inner}


class Export:
    """The tables of one form, made of the versions that its rows were sent with.

    *keys* are those of the rows, in their order. What is the same for all rows of a
    version is looked up once.
    """

    def __init__(self, form: FormDefinition, keys: list[int], *, with_sensitive: bool):
        self.form = form
        self.keys = keys
        self.versions = versions_of(form, keys)
        self.latest = form.latest_version()
        left_out = set() if with_sensitive else self.sensitive_keys()
        self.questions = {
            version.pk: {
                question["key"]: without(question, left_out)
                for question in fields_of(version.document)
                if question["key"] not in left_out and is_answer(question)
            }
            for version in self.versions
        }
        self.numbers = {version.pk: version.number for version in self.versions}
        self.states = {name: str(label) for name, label in Handling.State.choices}

    def sensitive_keys(self) -> set[str]:
        """Questions that any version calls sensitive: they stay out of all of them."""
        known = [*self.versions, *([self.latest] if self.latest else [])]
        return {
            question["key"]
            for version in known
            for question, _parent in with_inner(fields_of(version.document))
            if question.get("sensitive")
        }

    def records(self) -> Iterator[Record]:
        """Every row, in portions by key: never all at once."""
        rows = Submission.objects.select_related("partner", "handling__assignee")
        rows = rows.prefetch_related("corrections").order_by("pk")
        for portion in portions(self.keys):
            found = list(rows.filter(pk__in=portion))
            tokens = [submission.token for submission in found]
            entered = EnteredFor.objects.filter(token__in=tokens)
            sources = {row.token: row.get_source_display() for row in entered}
            for submission in found:
                yield self.record(submission, sources.get(submission.token, ""))

    def record(self, submission: Submission, source: str) -> Record:
        corrections = last_of(submission.corrections.all())
        known = self.questions[submission.version_id]
        answers = values_of(submission, corrections)
        values = {key: value for key, value in answers.items() if key in known}
        cells = {key: cell(known[key], value) for key, value in values.items()}
        corrected = [known[key] for key in corrections if key in known]
        head = [
            submission.receipt,
            submission.submitted_at,
            self.numbers[submission.version_id],
            self.states[submission.handling.state],
            str(submission.handling.assignee or ""),
            str(submission.partner or ""),
            source or _("Online"),
            "、".join(question["label"] for question in corrected),
        ]
        return Record(submission, values, cells, head, corrected)

    def tables(self) -> list[Table]:
        """All sheets, in their order; each with a name of its own."""
        tables = [self.union(), *map(self.of_version, self.versions[:MOST_SHEETS])]
        tables += [self.of_repeat(column) for column in self.repeats()]
        return named_apart([*tables, self.dictionary()])

    def columns(self) -> list[Column]:
        """The questions of all versions: today's in today's order, then former ones."""
        current = list(fields_of(self.latest.document)) if self.latest else []
        order = [question["key"] for question in current]
        newest: dict[str, Question] = {}
        for version in self.versions:
            for key, question in self.questions[version.pk].items():
                newest.setdefault(key, question)
        today = {q["key"]: q for q in current}
        keys = [key for key in order if key in newest]
        keys += [key for key in newest if key not in today]
        columns = [
            Column(
                key,
                newest[key]["code"],
                today[key]["label"]
                if key in today
                else _("(former question) %(label)s") % {"label": newest[key]["label"]},
            )
            for key in keys
        ]
        return told_apart(columns)

    def union(self) -> Table:
        columns = self.columns()
        keys = [column.key for column in columns]

        def rows_of(record: Record) -> list[list[Any]]:
            found = record.cells
            return [[*record.head, *(found.get(key, "") for key in keys)]]

        headings = [*HEAD(), *(column.heading for column in columns)]
        return Table(_("All answers"), headings, rows_of)

    def of_version(self, version: FormVersion) -> Table:
        known = self.questions[version.pk]
        columns = told_apart(
            [Column(key, q["code"], q["label"]) for key, q in known.items()]
        )

        def rows_of(record: Record) -> list[list[Any]]:
            if record.submission.version_id != version.pk:
                return []
            found = record.cells
            return [[*record.head, *(found.get(key, "") for key in known)]]

        headings = [*HEAD(), *(column.heading for column in columns)]
        name = _("Version %(number)s") % {"number": version.number}
        return Table(name, headings, rows_of)

    def repeats(self) -> list[Column]:
        return [
            column
            for column in self.columns()
            if any(
                questions.get(column.key, {}).get("type") == "repeat"
                for questions in self.questions.values()
            )
        ]

    def of_repeat(self, column: Column) -> Table:
        """The rows of a repeating group, by receipt number and place."""
        inner: dict[str, Question] = {}
        for version in self.versions:
            repeat = self.questions[version.pk].get(column.key, {})
            for question in repeat.get("fields", ()):
                if is_answer(question):
                    inner.setdefault(question["key"], question)
        columns = told_apart(
            [Column(key, q["code"], q["label"]) for key, q in inner.items()]
        )

        def rows_of(record: Record) -> list[list[Any]]:
            known = self.questions[record.submission.version_id].get(column.key, {})
            asked = {question["key"]: question for question in known.get("fields", ())}
            number = record.submission.receipt
            return [
                [number, at, *(cell(asked.get(k), row.get(k)) for k in inner)]
                for at, row in enumerate(record.values.get(column.key) or [], 1)
            ]

        headings = [_("Receipt number"), _("Row"), *(c.heading for c in columns)]
        return Table(column.heading, headings, rows_of)

    def meanings(self) -> Iterator[list[Any]]:
        """What each question was in each version: code, wording, kind, choices."""
        for version in self.versions:
            for question, parent in with_inner(fields_of(version.document)):
                if is_answer(question):
                    yield [version.number, *meaning_of(question, parent)]

    def dictionary(self) -> Table:
        """The meanings for people: a kind is called as in the editor of forms."""
        rows = [
            [*row[:KIND], str(KIND_NAMES[row[KIND]]), *row[KIND + 1 :]]
            for row in self.meanings()
        ]
        headings = [
            _("Version"),
            _("Item code"),
            _("Part of"),
            _("Question"),
            _("Kind"),
            _("Required"),
            _("Choices"),
            _("Sensitive"),
        ]
        return Table(_("Dictionary"), headings, lambda record: [], rows)


def portions(keys: list[int]) -> Iterator[list[int]]:
    """A few at a time."""
    return (keys[at : at + PORTION] for at in range(0, len(keys), PORTION))


def versions_of(form: FormDefinition, keys: list[int]) -> list[FormVersion]:
    """The versions that these rows were sent with, the newest first."""
    used: set[int] = set()
    for portion in portions(keys):
        rows = Submission.objects.filter(pk__in=portion).order_by()
        used.update(rows.values_list("version", flat=True).distinct())
    return list(FormVersion.objects.filter(pk__in=used).order_by("-number"))


def with_inner(questions: Iterable[Question]) -> Iterator[tuple[Question, str]]:
    """Questions, and those of repeating groups with the code of their group."""
    for question in questions:
        yield question, ""
        for inner in question.get("fields", ()):
            yield inner, question["code"]


def meaning_of(question: Question, parent: str) -> list[Any]:
    options = question.get("options", ())
    return [
        question["code"],
        parent,
        question["label"],
        question["type"],
        bool(question.get("required")),
        "\n".join(f"{option['code']}: {option['label']}" for option in options),
        bool(question.get("sensitive")),
    ]


def HEAD() -> list[str]:
    """The headings before the questions."""
    return [
        _("Receipt number"),
        _("Received at"),
        _("Version"),
        _("State"),
        _("Assigned to"),
        _("School or group"),
        _("How it came"),
        _("Corrected"),
    ]


def cell(question: Question | None, value: Any) -> Any:
    """An answer for a spreadsheet; nothing where it was not asked or not answered."""
    if question is None or value is None:
        return ""
    if question["type"] == "repeat":
        return _("%(count)s rows") % {"count": len(value)}
    if question["type"] == "file":
        return "\n".join(str(item.get("name", "")) for item in value)
    if question["type"] == "number" and re.fullmatch(r"-?\d{1,15}", str(value)):
        return int(value)
    if question["type"] == "date":
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            return str(value)
    return control_of(question).show(question, value)


def told_apart(columns: list[Column]) -> list[Column]:
    """Two questions of the same wording carry their codes in the heading."""
    labels = [column.heading for column in columns]
    for column in columns:
        if labels.count(column.heading) > 1:
            column.heading = f"{column.heading} [{column.code}]"
    return columns


def named_apart(tables: list[Table]) -> list[Table]:
    """Names that a spreadsheet program takes: 31 signs, none forbidden, each once."""
    taken: set[str] = set()
    for table in tables:
        name = NOT_IN_SHEET_NAMES.sub(" ", table.name).strip(" '=") or "-"
        name, at = name[:31].strip(" '"), 2
        stem = name
        while name.casefold() in taken:
            name = f"{stem[:26]} ({at})"
            at += 1
        taken.add(name.casefold())
        table.name = name
    return tables


def as_json(record: Record, questions: Mapping[str, Question]) -> dict[str, Any]:
    """One submission for a machine: what was answered in words, and as a value."""
    submission = record.submission
    return {
        "receipt": submission.receipt,
        "submitted_at": moment(submission.submitted_at),
        "version": record.head[2],
        "state": submission.handling.state,
        "partner": submission.partner.code if submission.partner else None,
        "corrected": [question["code"] for question in record.corrected],
        "answers": {
            questions[key]["code"]: {
                "label": questions[key]["label"],
                "text": words(questions[key], value),
                "value": plain(questions[key], value),
            }
            for key, value in record.values.items()
        },
    }


def words(question: Question, value: Any) -> str:
    if question["type"] in ("repeat", "file"):
        return str(cell(question, value))
    return control_of(question).show(question, value)


def plain(question: Question, value: Any) -> Any:
    """The value as a machine wants it; files by name alone."""
    if question["type"] == "file":
        return [item.get("name", "") for item in value]
    if question["type"] == "repeat":
        inner = {q["key"]: q for q in question.get("fields", ())}
        return [
            {inner[k]["code"]: plain(inner[k], v) for k, v in row.items() if k in inner}
            for row in value
        ]
    return control_of(question).raw(question, value)


def moment(value: datetime) -> str:
    return timezone.localtime(value).isoformat(timespec="seconds")
