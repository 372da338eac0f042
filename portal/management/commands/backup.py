"""bin/manage backup FILE: the portal as one sealed file, while it is running."""

import os
import signal
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from portal.backup import databases, services


class Command(BaseCommand):
    """Writes database, uploads and the anchors of the audit into a new file."""

    help = "Back up the portal into a new file; BACKUP_PASSPHRASE closes it."

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options) -> None:
        signal.signal(signal.SIGTERM, lambda *_said: sys.exit(143))
        passphrase = os.environ.get("BACKUP_PASSPHRASE", "")
        try:
            made = services.back_up(file.absolute(), passphrase=passphrase)
        except FileExistsError:
            raise CommandError(_("There is a file of that name already.")) from None
        except OSError as error:
            raise CommandError(
                _("The backup could not be written: %(why)s") % {"why": error.strerror}
            ) from None
        except databases.Failed as failure:
            raise CommandError(str(failure)) from None
        size = file.stat().st_size / 1_000_000
        self.stdout.write(
            _("Backed up: the database and %(files)s files, %(size).1f MB.")
            % {"files": made.files, "size": size}
        )
        if not passphrase:
            self.stderr.write(
                _(
                    "BACKUP_PASSPHRASE is not set: whoever has this file can read all"
                    " of it. Keep it where nobody else can."
                )
            )
