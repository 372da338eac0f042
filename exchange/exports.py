"""From rows to a file: as its reader may see them, written down before it leaves.

Named for what the pages call it, as ``imports`` is.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from exchange.resources import Registered
from exchange.writing import XLSX, Loss, to_csv, to_xlsx
from staff.models import AuditEvent, User
from staff.services import record_event

FORMATS = {
    "xlsx": ("xlsx", XLSX),
    "csv": ("csv", "text/csv; charset=utf-8"),
    "cp932": ("csv", "text/csv; charset=Shift_JIS"),
}


@dataclass
class Export:
    """A file ready to leave; where there are losses, somebody must accept them."""

    name: str
    content_type: str
    content: bytes
    count: int
    losses: list[Loss]


def export(
    entry: Registered,
    *,
    by: User,
    file_format: str,
    choices: dict[str, Any] | None = None,
    accept_losses: bool = False,
    ip: str = "",
) -> Export:
    """The rows this person may see, as a file. It is in the audit before it leaves.

    With characters that CP932 lacks and losses not accepted, the file is not made to
    leave: nothing is written down, and the caller shows the losses.
    """
    ending, content_type = FORMATS[file_format]
    with translation.override(settings.LANGUAGE_CODE), transaction.atomic():
        resource = entry.for_user(by)
        rows = resource.filtered(resource.get_queryset(), choices or {})
        records = list(rows[: resource.max_exported + 1])
        if len(records) > resource.max_exported:
            raise ValidationError(
                _("There are too many rows: at most %(count)s. Narrow the choice.")
                % {"count": f"{resource.max_exported:,}"}
            )
        headings = resource.get_export_headers()
        cells = [resource.export_resource(record) for record in records]
        if file_format == "xlsx":
            content, losses = to_xlsx(headings, cells), []
        else:
            made = to_csv(headings, cells, file_format)
            content, losses = made.content, made.losses
        file = Export(
            f"{entry.label}_{timezone.localdate():%Y%m%d}.{ending}",
            content_type,
            content,
            len(records),
            losses,
        )
        if losses and not accept_losses:
            return file
        _write_down(entry, resource, records, by, file_format, choices or {}, ip)
    return file


def _write_down(entry, resource, records, by, file_format, choices, ip) -> None:
    """One event for the file and, where its rows are about people, one for each."""
    asked = {name: str(value) for name, value in choices.items() if value}
    event = record_event(
        f"{entry.name}.exported",
        action=AuditEvent.Action.EXPORT,
        by=by,
        ip=ip,
        resource=entry.name,
        format=file_format,
        count=len(records),
        filter=asked,
    )
    if resource.is_private:
        for record in records:
            record_event(
                f"{entry.name}.row_exported",
                record,
                action=AuditEvent.Action.EXPORT,
                by=by,
                ip=ip,
                export=event.seq,
            )
