"""The inbox over 200,000 submissions: queries and times; an export's peak memory.

    DATA_DIR=/some/empty/folder python -m bench.inbox [rows] [exported]

It fills a database of its own in DATA_DIR (SQLite) or under DATABASE_URL, prints how
many queries each page takes and how long, and how a surname is found. Ratios are taken
in one run: the same page over few rows and over all of them.
"""

import os
import resource
import sys
import time
from contextlib import contextmanager
from datetime import timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.base")
os.environ.setdefault("SECRET_KEY", "only-for-the-bench-" + "x" * 40)

import django

django.setup()

from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from forms.models import (
    AnswerGrant,
    FormDefinition,
    FormVersion,
    Handling,
    IndexedAnswer,
    Submission,
)
from forms.services.exporting import Wish, export_answers, keys_for
from staff.models import Membership, Partner, Unit, User
from staff.names import search_key

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
EXPORTED = int(sys.argv[2]) if len(sys.argv) > 2 else 50_000
FORMS = 4
SURNAMES = ["佐藤", "鈴木", "髙橋", "田中", "渡邉", "𠮷田"]
SURNAMES += ["山本", "小林", "斎藤", "清水"]
QUESTIONS = [
    {
        "key": f"f_q{at}",
        "code": f"q{at}",
        "type": "long_text" if at % 5 == 0 else "short_text",
        "label": f"設問{at}",
        "help": "",
        "required": False,
        "when": None,
    }
    for at in range(30)
]


def fill() -> User:
    """Forms, a reader, and the rows; nothing where it stands already."""
    unit, _new = Unit.objects.get_or_create(
        code="bench", defaults={"name": "受付", "function": "intake"}
    )
    user, _new = User.objects.get_or_create(username="bench")
    Membership.objects.get_or_create(
        user=user,
        unit=unit,
        role="case_worker",
        defaults={"valid_from": timezone.localdate()},
    )
    partners = [
        Partner.objects.get_or_create(
            code=f"B{at}", defaults={"name": f"架空第{at}小学校", "kind": "school"}
        )[0]
        for at in range(20)
    ]
    versions = [version_of(at, unit) for at in range(FORMS)]
    have = Submission.objects.count()
    while have < ROWS:
        size = min(5_000, ROWS - have)
        with transaction.atomic():
            put(have, size, versions, partners)
        have += size
        print(f"  {have:,} rows", flush=True)
    return user


def version_of(at: int, unit: Unit) -> FormVersion:
    form, is_new = FormDefinition.objects.get_or_create(
        slug=f"bench-{at}", defaults={"title": f"架空の様式{at}", "handler": "inbox"}
    )
    if is_new:
        AnswerGrant.objects.create(form=form, unit=unit, can_act=True, can_export=True)
    page = {"key": "p_1", "title": "1", "intro": "", "when": None, "fields": QUESTIONS}
    document = {"schema": 1, "slug": form.slug, "title": form.title, "pages": [page]}
    return FormVersion.objects.get_or_create(
        form=form, number=1, defaults={"document": document, "sha256": "0" * 64}
    )[0]


def put(start: int, size: int, versions, partners) -> None:
    now = timezone.now()
    answers = {q["key"]: "架空の答えです。" * 3 for q in QUESTIONS}
    rows = Submission.objects.bulk_create(
        Submission(
            receipt=f"B-{at}",
            token=f"bench:{at}",
            form_id=versions[at % FORMS].form_id,
            version=versions[at % FORMS],
            partner=partners[at % 20] if at % 3 else None,
            answers=answers,
            sha256="0" * 64,
            look_up_hash="0" * 64,
            submitted_at=now - timedelta(minutes=ROWS - at),
        )
        for at in range(start, start + size)
    )
    Handling.objects.bulk_create(
        Handling(
            submission=row,
            form_id=row.form_id,
            partner_id=row.partner_id,
            received_at=row.submitted_at,
            state="received" if row.pk % 100 == 0 else "done",
        )
        for row in rows
    )
    IndexedAnswer.objects.bulk_create(
        IndexedAnswer(
            submission=row,
            slot="child_name",
            text=(name := f"{SURNAMES[row.pk % 10]}　花子{row.pk}"),
            folded=search_key(name),
        )
        for row in rows
    )


@contextmanager
def measured(label: str):
    with CaptureQueriesContext(connection) as queries:
        begun = time.perf_counter()
        yield
        taken = time.perf_counter() - begun
    print(f"{label:<42}{len(queries):>4} queries {taken * 1000:>9.0f} ms", flush=True)


def pages(user: User) -> None:
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(user, backend="staff.backends.MembershipBackend")
    index = reverse("inbox:index")
    client.get(index)
    form = FormDefinition.objects.get(slug="bench-1")
    middle = Handling.objects.filter(submission__receipt=f"B-{ROWS // 2}").get()
    from forms.desk.listing import cursor_of

    looks = {
        "first page": {},
        "a page in the middle": {"after": cursor_of(middle)},
        "oldest first": {"order": "oldest"},
        "one form": {"form": form.pk},
        "waiting, not assigned": {"state": "open", "assignee": "nobody"},
        "one form, done": {"form": form.pk, "state": "done"},
        "one school": {"partner": Partner.objects.get(code="B1").pk},
    }
    for label, query in looks.items():
        with measured(label):
            assert client.get(index, query).status_code == 200
    for label, data in {
        "surname of two kanji (1 in 10)": {"name": "高橋"},
        "a whole name (one row)": {"name": f"吉田花子{5 + 10 * (ROWS // 20)}"},
        "nobody of that name": {"name": "架空"},
        "inside of names": {"name": "花子5", "anywhere": "1"},
    }.items():
        with measured(label):
            assert client.post(index, data).status_code == 200


def exports(user: User) -> None:
    form = FormDefinition.objects.get(slug="bench-0")
    keys = Submission.objects.filter(form=form).order_by("pk").values("pk")[:EXPORTED]
    for kind in ("csv", "json", "xlsx"):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        begun = time.perf_counter()
        rows = Submission.objects.filter(form=form, pk__in=keys)
        keys_of_rows = keys_for(form, rows, user)
        made = export_answers(Wish(form, kind), keys_of_rows, by=user)
        taken = time.perf_counter() - begun
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        size = made.file.seek(0, os.SEEK_END)
        made.file.close()
        print(
            f"{kind}: {len(made.keys):,} rows, {size / 1e6:.1f} MB in {taken:.1f} s,"
            f" peak memory {before // 1024} -> {after // 1024} MB",
            flush=True,
        )


if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    someone = fill()
    pages(someone)
    exports(someone)
