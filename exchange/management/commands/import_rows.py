"""bin/manage import_rows RESOURCE FILE [--confirm] [--as USERNAME]."""

from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from exchange import imports
from exchange.management.carriers import carrier, resource_named


class Command(BaseCommand):
    """Checks a file and, with --confirm, takes it in: whole or not at all."""

    help = "Check a spreadsheet; with --confirm, take it in."

    def add_arguments(self, parser) -> None:
        parser.add_argument("resource")
        parser.add_argument("file", type=Path)
        parser.add_argument("--confirm", action="store_true")
        parser.add_argument("--as", dest="username", default="")
        parser.add_argument(
            "--encoding", choices=["auto", "utf-8", "cp932"], default="auto"
        )

    def handle(self, *, resource, file, confirm: bool, username, encoding, **options):
        entry = resource_named(resource)
        by = carrier(username, entry.import_permission)
        try:
            content = file.read_bytes()
        except OSError:
            raise CommandError(_("The file cannot be opened.")) from None
        try:
            batch = imports.upload(
                entry, by=by, file_name=file.name, content=content, encoding=encoding
            )
            problems = self.show(batch)
            self.finish(batch, by, confirm=confirm and not problems)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        if problems:
            raise CommandError(_("There are rows with errors. Nothing was taken in."))

    def show(self, batch) -> int:
        """Print the counts and the errors; how many errors there are."""
        found = imports.preview_of(batch)
        self.stdout.write(
            _("new %(new)s / changed %(changed)s / same %(same)s / wrong %(wrong)s")
            % found.counts
        )
        for problem in found.problems:
            self.stderr.write(
                f"{problem.row}\t{problem.column}\t{problem.value}\t"
                f"{problem.reason}\t{problem.cure}"
            )
        return len(found.problems)

    def finish(self, batch, by, *, confirm: bool) -> None:
        if confirm:
            imports.confirm(batch, by=by, shown=batch.fingerprint)
            self.stdout.write(_("Taken in."))
        else:
            imports.drop(batch, by=by)
            self.stdout.write(_("Checked only: nothing was taken in."))
