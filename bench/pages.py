"""How much CPU time a public page costs, beside others on the same machine.

See bench/README.md. All figures of one run belong together; only ratios count.
"""

import argparse
import os
import secrets
import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.processes import ROOT, Rate, Target, free_port, rate_of, run

PYTHON = sys.executable
# the target, what it is measured against, the goal, and in which figure
GOALS = [
    ("warm", "bakerydemo", 500, "a_cpu_second"),
    ("warm", "django cache", 6, "a_cpu_second"),
    ("warm", "django cache, granian", 3, "a_cpu_second"),
    ("warm", "nginx", 0.35, "a_second"),
    ("uncached", "wagtail start", 1, "a_cpu_second"),
]
BARE = """
from mysite.settings.base import *
DEBUG = False
SECRET_KEY = "x" * 60
ALLOWED_HOSTS = ["*"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
"""
BAKERY = """
from bakerydemo.settings.base import *
DEBUG = False
SECRET_KEY = "x" * 60
ALLOWED_HOSTS = ["*"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "%s"}}
MEDIA_ROOT = "%s"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
"""
NGINX = """
user root; worker_processes 2;
pid %(here)s/nginx.pid; error_log %(here)s/error.log; daemon off;
events { worker_connections 512; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000;
  default_type text/html;
  server { listen 127.0.0.1:%(port)d; root %(here)s/html; }
}
"""


def granian(target: str, port: int, python: str = PYTHON) -> list[str]:
    return [python, "-m", "granian", "--interface", "wsgi", "--no-ws"] + [
        "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
        "--blocking-threads", "8", "--log-level", "critical", target,
    ]  # fmt: skip


def gunicorn(target: str, port: int) -> list[str]:
    """As Django's own guide serves it: threads enough for eight clients."""
    return [PYTHON, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}"] + [
        "--workers", "1", "--threads", "8", "--log-level", "critical", target,
    ]  # fmt: skip


def portal(here: Path) -> list[Target]:
    """Ours: as bin/run serves it, and with Django's cache instead of our own."""
    data = here / "portal"
    data.mkdir()
    secret = secrets.token_urlsafe(60)
    env = {
        "DATA_DIR": str(data),
        "SECRET_KEY": secret,
        "DJANGO_SETTINGS_MODULE": "portal.settings.base",
        "ALLOWED_HOSTS": "127.0.0.1",
        "DATABASE_URL": "",
    }
    run([PYTHON, "manage.py", "prepare"], cwd=ROOT, env=os.environ | env)
    port = free_port()
    other_env = env | {"DJANGO_SETTINGS_MODULE": "bench.with_django_cache"}
    return [
        Target(
            "warm", [PYTHON, "-m", "portal.web"], port, env=env | {"PORT": f"{port}"}
        ),
        *(
            Target(
                name, server("portal.wsgi:django_application", at), at, env=other_env
            )
            for name, server, at in (
                ("django cache", gunicorn, free_port()),
                ("django cache, granian", granian, free_port()),
            )
        ),
    ]


def bare(here: Path, server=granian) -> Target:
    """A new Wagtail project with the page it begins with."""
    folder = here / "bare"
    folder.mkdir()
    run([str(Path(PYTHON).parent / "wagtail"), "start", "mysite", str(folder)])
    (folder / "mysite/settings/bench.py").write_text(BARE)
    env = {"DJANGO_SETTINGS_MODULE": "mysite.settings.bench"}
    run([PYTHON, "manage.py", "migrate"], cwd=folder, env=os.environ | env)
    port = free_port()
    words = server("mysite.wsgi:application", port)
    return Target("wagtail start", words, port, env=env, cwd=folder)


def bakery(here: Path, source: Path, python: str) -> Target:
    """Wagtail's own demonstration, with its data."""
    settings = BAKERY % (here / "bakery.sqlite3", here / "bakery-media")
    (here / "bench_bakery.py").write_text(settings)
    env = {
        "DJANGO_SETTINGS_MODULE": "bench_bakery",
        "PYTHONPATH": f"{here}:{source}",
    }
    for command in ("migrate", "load_initial_data"):
        run([python, "manage.py", command], cwd=source, env=os.environ | env)
    port = free_port()
    words = granian("bakerydemo.wsgi:application", port, python)
    return Target("bakerydemo", words, port, env=env, cwd=source)


def nginx(here: Path, body: bytes) -> Target:
    """A file of the same bytes."""
    (here / "html").mkdir()
    (here / "html/index.html").write_bytes(body)
    port = free_port()
    (here / "nginx.conf").write_text(NGINX % {"here": here, "port": port})
    return Target("nginx", ["nginx", "-c", str(here / "nginx.conf")], port)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--bakerydemo", type=Path, help="a check-out of bakerydemo")
    words.add_argument("--bakerydemo-python", default=PYTHON)
    words.add_argument("--rounds", type=int, default=5)
    words.add_argument("--seconds", type=int, default=3)
    given = words.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="ibasho-bench-") as folder,
        ExitStack() as end,
    ):
        here = Path(folder)
        targets = [*portal(here), bare(here)]
        if given.bakerydemo:
            targets.append(bakery(here, given.bakerydemo, given.bakerydemo_python))
        for target in targets:
            target.start()
            end.callback(target.stop)
        warm = targets[0]
        targets.append(nginx(here, warm.read()))
        targets[-1].start()
        end.callback(targets[-1].stop)
        # A query that the cache does not know: the whole page, made anew.
        targets.append(warm.also("uncached", "/?uncached=1"))
        report(measure(targets, given.rounds, given.seconds))


def measure(targets, rounds: int, seconds: float) -> dict[str, list[Rate]]:
    """Every target in every round, in changing order: a busy minute hits all."""
    found: dict[str, list[Rate]] = {target.name: [] for target in targets}
    for number in range(rounds):
        for target in targets if number % 2 else reversed(targets):
            found[target.name].append(rate_of(target, seconds))
    return found


def report(found: dict[str, list[Rate]]) -> None:
    print(f"{'':24}{'a second':>12}{'a CPU second':>16}{'CPU ms a request':>20}")
    for name, rates in found.items():
        a_second = statistics.median(rate.a_second for rate in rates)
        a_cpu_second = statistics.median(rate.a_cpu_second for rate in rates)
        cpu = 1000 / a_cpu_second
        print(f"{name:24}{a_second:12,.0f}{a_cpu_second:16,.0f}{cpu:20.3f}")
    print()
    for one, other, goal, figure in GOALS:
        if other not in found:
            continue
        ours = [getattr(rate, figure) for rate in found[one]]
        theirs = [getattr(rate, figure) for rate in found[other]]
        pairs = [a / b for a, b in zip(ours, theirs, strict=True)]
        ratio = statistics.median(pairs)
        verdict = "ok" if ratio >= goal else "BELOW"
        words = f"{one} / {other}, requests {figure.replace('_', ' ')}"
        spread = f"{min(pairs):.2f} to {max(pairs):.2f}"
        print(f"{words:56}{ratio:10.2f}  goal {goal:>6}  {verdict}  ({spread})")


if __name__ == "__main__":
    main()
