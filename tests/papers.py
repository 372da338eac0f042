"""Papers under test, without loading WeasyPrint anew for each of them.

The portal starts an interpreter for each paper, and to load WeasyPrint takes longer
than to make most papers. Here one process has loaded it and forks for each: the same
``pdf_child`` with its limits, in a folder of its own, and nothing stays from one paper
to the next. ``tests/exchange/test_pdf.py`` starts the real one.
"""

import subprocess
import sys
import tempfile
import threading
from functools import cache
from pathlib import Path

from exchange import pdf

in_a_process_of_its_own = pdf._in_child
FORKING = """
import os, sys
sys.path.insert(0, sys.argv[1])
import weasyprint, weasyprint.text.fonts, weasyprint.urls
from exchange import pdf_child
for line in sys.stdin:
    child = os.fork()
    if not child:
        os.chdir(line.strip())
        os.environ["TMPDIR"] = line.strip()
        os.dup2(os.open("typed", os.O_RDONLY), 0)
        os.dup2(os.open("paper", os.O_WRONLY | os.O_CREAT), 1)
        code = pdf_child.main()
        sys.stdout.flush()
        os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
_turn = threading.Lock()


@cache
def forking() -> subprocess.Popen:
    """It ends with this process, when nothing more can come from it."""
    root = Path(pdf.__file__).resolve().parents[1]
    return subprocess.Popen(
        [sys.executable, "-I", "-c", FORKING, str(root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=pdf._environment(tempfile.gettempdir()),
        text=True,
    )


def in_a_fork(markup: str) -> bytes:
    with _turn, tempfile.TemporaryDirectory(prefix="ibasho-pdf-") as folder:
        Path(folder, "typed").write_bytes(markup.encode())
        print(folder, file=forking().stdin, flush=True)
        code = forking().stdout.readline().strip()
        paper = Path(folder, "paper").read_bytes()
    if code != "0" or not paper.startswith(b"%PDF-"):
        raise pdf.PdfError(f"No paper: exit {code}")
    return paper
