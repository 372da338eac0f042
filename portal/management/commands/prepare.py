"""Bring the data directory up to date; on an empty one load the demo."""

from pathlib import Path

from django.conf import settings
from django.core.management import BaseCommand, call_command

from home.models import Starter
from portal import demo
from portal.management.commands.serve import in_service
from programs import seed_languages
from staff.models import User


class Command(BaseCommand):
    """Migrate, lay out the static files, and fill an empty portal.

    A portal that took the seed gets the readings and phrases that are new in it.
    An empty portal gets the public content of the seed and a fictional demo, unless
    ``--empty`` is given: then it gets one system administrator.
    """

    help = "Migrate, collect static files, load the demo into an empty portal."

    def add_arguments(self, parser):
        parser.add_argument("--empty", action="store_true")

    def handle(self, *, empty: bool, **options):
        with in_service():
            self.prepare(empty)

    def prepare(self, empty: bool) -> None:
        self.check(databases=["default"])
        for folder in (settings.DATA_DIR, settings.MEDIA_ROOT, settings.PRIVATE_ROOT):
            Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)
        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False)
        if User.objects.exists():
            if (settings.DATA_DIR / "demo").exists() or Starter.objects.exists():
                seed_languages.load_words()
            return
        people = demo.load_administrator() if empty else demo.load()
        if not empty:
            (settings.DATA_DIR / "demo").touch()
        self.stdout.write("\n利用者（この画面にだけ表示されます）")
        for username, password, note in people:
            self.stdout.write(f"  {username:<16} {password}  {note}")
        self.stdout.write("")
