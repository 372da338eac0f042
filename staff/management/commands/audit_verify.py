"""bin/manage audit_verify: is the audit whole? Exit 1 with what is wrong if not."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from staff.models import AuditEvent
from staff.services import verify_audit


def read_anchors(file: Path) -> tuple[list[dict[str, Any]], list[str]]:
    """The anchors kept outside the database, and what is wrong with their file."""
    anchors, problems = [], []
    if not file.exists():
        return anchors, problems
    lines = file.read_text(encoding="utf-8", errors="replace").split("\n")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            anchor = json.loads(line)
            anchors.append({"seq": int(anchor["seq"]), "digest": str(anchor["digest"])})
        except (ValueError, KeyError, TypeError):
            # A last line without its end was cut by a power failure, not by a person.
            if number < len(lines):
                problems.append(f"{file.name}:{number}: not an anchor")
    return anchors, problems


class Command(BaseCommand):
    """Walks the chain of the audit and compares it with the anchors."""

    help = "Verify the chain of the audit log against itself and the anchors file."

    def handle(self, *args, **options) -> None:
        anchors, problems = read_anchors(Path(settings.AUDIT_ANCHOR_FILE))
        problems += verify_audit(anchors)
        if problems:
            self.stderr.write(_("The audit log was tampered with or is damaged:"))
            for problem in problems:
                self.stderr.write(f"- {problem}")
            raise SystemExit(1)
        self.stdout.write(
            _("The audit log is whole: %(count)s events, %(anchors)s anchors.")
            % {"count": AuditEvent.objects.count(), "anchors": len(anchors)}
        )
