"""bin/manage restore FILE [--replace]: the portal as a backup holds it."""

import os
import signal
import sys
from pathlib import Path

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import service_lock
from portal.backup import databases, services
from staff.templatetags.japanese import wareki_time


class Command(BaseCommand):
    """Reads the whole backup first; a bad one changes nothing."""

    help = "Restore the portal from a backup; stop it first."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--replace", action="store_true")

    def handle(self, *, file: Path, replace: bool, **options) -> None:
        signal.signal(signal.SIGTERM, lambda *_said: sys.exit(143))
        passphrase = os.environ.get("BACKUP_PASSPHRASE", "")
        try:
            with service_lock.restoring():
                found = services.restore(
                    file.absolute(), passphrase=passphrase, replace=replace
                )
        except service_lock.Taken:
            raise CommandError(
                _("The portal is running. Stop it first; nothing was changed.")
            ) from None
        except (services.Refused, databases.Failed) as refusal:
            raise CommandError(str(refusal)) from None
        except (OSError, DatabaseError) as error:
            raise CommandError(
                _("The backup could not be restored: %(why)s") % {"why": error}
            ) from None
        when = wareki_time(timezone.localtime(found.moment))
        self.stdout.write(
            _("Restored as of %(when)s: the database and %(files)s files.")
            % {"when": when, "files": found.files}
        )
        if found.secret != services.secret_mark():
            self.stderr.write(
                _(
                    "The SECRET_KEY is another one than that of the backup: saved forms"
                    " cannot be opened with their passphrases. Put the old one in its"
                    " place and start again."
                )
            )
        try:
            call_command("audit_verify", stdout=self.stdout, stderr=self.stderr)
        except SystemExit:
            raise CommandError(_("The audit log in this backup is damaged.")) from None
