"""bin/manage retention [--dry-run]: clears answers whose time is over and proves it."""

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from forms.services.retention import run_retention


class Command(BaseCommand):
    """Clears what the forms' terms say; with --dry-run, says what it would clear."""

    help = "Clear answers whose time is over; held ones and matters stay."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--dry-run", action="store_true")

    def handle(self, *, dry_run: bool, **options) -> None:
        runs = run_retention(is_dry=dry_run)
        for run in runs:
            counts = " ".join(f"{name}={n}" for name, n in sorted(run.counts.items()))
            self.stdout.write(f"{run}\t{run.form.slug}\t{run.act}\t{counts}")
            self.stdout.write(f"\tsha256 {run.sha256}")
        if not runs:
            self.stdout.write(_("Nothing is over."))
        elif dry_run:
            self.stdout.write(_("Trial run: nothing was cleared."))
