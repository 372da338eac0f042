"""bin/manage load_towns FILE."""

from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from forms.services.towns import load_towns


class Command(BaseCommand):
    """Loads the postal codes that forms fill in addresses from; the whole list anew."""

    help = "Load the list of postal codes: two columns, or Japan Post's own CSV."

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options) -> None:
        try:
            count = load_towns(file.read_bytes())
        except OSError:
            raise CommandError(_("The file cannot be opened.")) from None
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self.stdout.write(_("%(count)s postal codes were loaded.") % {"count": count})
