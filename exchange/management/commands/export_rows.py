"""bin/manage export_rows RESOURCE FILE [--as USERNAME]: the ending says the format."""

from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from exchange.exports import export
from exchange.management.carriers import carrier, resource_named


class Command(BaseCommand):
    """Writes all rows that a person may see into a new file."""

    help = "Export rows to a .xlsx or .csv file (UTF-8, or --cp932)."

    def add_arguments(self, parser) -> None:
        parser.add_argument("resource")
        parser.add_argument("file", type=Path)
        parser.add_argument("--as", dest="username", default="")
        parser.add_argument("--cp932", action="store_true")

    def handle(self, *, resource, file, username, cp932, **options):
        entry = resource_named(resource)
        by = carrier(username, entry.export_permission)
        formats = {".xlsx": "xlsx", ".csv": "cp932" if cp932 else "csv"}
        file_format = formats.get(file.suffix.lower())
        if file_format is None:
            raise CommandError(_("The file must end in .xlsx or .csv."))
        try:
            made = export(entry, by=by, file_format=file_format, accept_losses=True)
            with file.open("xb") as stream:
                stream.write(made.content)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        except OSError:
            raise CommandError(
                _("The file cannot be written, or it is there already.")
            ) from None
        for loss in made.losses:
            self.stderr.write(f"{loss.row}\t{loss.column}\t{loss.character} → 〓")
        self.stdout.write(_("%(count)s rows exported.") % {"count": made.count})
