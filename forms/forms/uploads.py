"""The question for files: what is on the page, what was sent, what could not be taken.

What a POST says of files is not believed: the rows of the draft are asked instead. So
``read`` keeps nothing; the service that saves a page fills the answer in. Beside the
files kept, an answer being given may hold what was refused, so that the page says it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from exchange.inspection import DEFAULT_KINDS, SHORT, endings_of, words_for
from exchange.receiving import LARGEST_FILE, MEGABYTE
from forms.forms.controls import CONTROLS, Control
from forms.models import Attachment
from forms.models.attachment import size_in_words

LARGEST_BY_DEFAULT = 10
MOST_BY_DEFAULT = 5


@dataclass(frozen=True)
class Limits:
    """What one question takes: kinds, megabytes for a file, number of files."""

    kinds: Sequence[str]
    megabytes: int
    count: int

    @classmethod
    def of(cls, field: Mapping[str, Any]) -> "Limits":
        largest = LARGEST_FILE // MEGABYTE
        return cls(
            kinds=field.get("types") or list(DEFAULT_KINDS),
            megabytes=min(field.get("max_size_mb") or LARGEST_BY_DEFAULT, largest),
            count=field.get("max_count") or MOST_BY_DEFAULT,
        )


class Upload(Control):
    """Files from this device; each stays in the draft until it is taken away."""

    template = "forms/controls/file.html"
    is_group = True
    empty: Any = []

    def read(self, field, post):
        return []

    def is_empty(self, typed):
        return not typed

    def clean(self, field, typed):
        problems = [_refusal(field, part) for part in refused(typed)]
        if problems:
            raise ValidationError(" ".join(problems))
        values = kept(typed)
        _refuse_infected(field, values)
        return values or None

    def missing(self, field):
        return _("Attach a file under “%(label)s”.") % {"label": field["label"]}

    def show(self, field, value):
        return "\n".join(in_words(part) for part in value)

    def raw(self, field, value):
        return [dict(part) for part in value]


def kept(typed: Any) -> list[dict[str, Any]]:
    """The files in an answer that is being given."""
    return [part for part in typed or [] if "id" in part]


def refused(typed: Any) -> list[dict[str, Any]]:
    """The files that could not be taken, each with the reason."""
    return [part for part in typed or [] if "refused" in part]


def _refusal(field: Mapping, part: Mapping) -> str:
    return _("“%(name)s” was not taken: %(reason)s") % {
        "name": part["name"],
        "reason": part["refused"],
    }


def _refuse_infected(field: Mapping, values: Sequence[Mapping]) -> None:
    """A scanner that was down may find something later, before the form is sent."""
    found = Attachment.objects.filter(
        uuid__in=[part["id"] for part in values],
        scan_state=Attachment.Scan.INFECTED,
    ).first()
    if values and found:
        raise ValidationError(
            _(
                "The virus scanner found something harmful in “%(name)s”. Remove it"
                " here."
            )
            % {"name": found.name}
        )


def in_words(part: Mapping[str, Any]) -> str:
    """A file for people: its name, what it is and how large."""
    return _("%(name)s (%(type)s, %(size)s)") % {
        "name": part["name"],
        "type": SHORT.get(part["type"], "?"),
        "size": size_in_words(part["size"]),
    }


def hint(field: Mapping[str, Any]) -> str:
    """What may be attached here, in one sentence."""
    return hint_of(Limits.of(field))


def hint_of(limits: Limits) -> str:
    return _("%(kinds)s. Up to %(count)s files of %(size)s MB each.") % {
        "kinds": words_for(limits.kinds),
        "count": limits.count,
        "size": limits.megabytes,
    }


def accepted(field: Mapping[str, Any]) -> str:
    """The endings for the browser's own chooser of files."""
    return ",".join(f".{ending}" for ending in endings_of(Limits.of(field).kinds))


CONTROLS["file"] = Upload()
