"""The one door to WeasyPrint: a paper is made in a process of its own, with limits."""

import logging
import os
import re
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from exchange.glyphs import with_fallback

logger = logging.getLogger(__name__)

CHILD = Path(__file__).resolve().parent / "pdf_child.py"
WALL_CLOCK = 40
TURN = 15  # with the wall clock less than the lease of an outbox item
MAX_CHARACTERS = 400_000
MAX_LINES = 8_000
NOT_FOR_PAPER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
# Two at a time: each may take a gigabyte, and the desk must go on.
_turn = threading.BoundedSemaphore(2)


class PdfError(Exception):
    """A paper could not be made; the text says why and what to do, in Japanese."""


def render_pdf(template_name: str, context: dict[str, object]) -> bytes:
    """Render a template as an accessible PDF (PDF/UA-1) that fetches nothing.

    The template extends ``exchange/paper.html``. Raises PdfError.
    """
    with translation.override(settings.LANGUAGE_CODE):
        markup = render_to_string(template_name, context)
    return pdf_of(with_fallback(NOT_FOR_PAPER.sub("", markup)))


def pdf_of(markup: str) -> bytes:
    """The PDF of a whole HTML text, or PdfError if it is too long or too heavy."""
    lines = markup.count("\n") + markup.count("<br")
    if len(markup) > MAX_CHARACTERS or lines > MAX_LINES:
        raise PdfError(_("The text is too long for a paper. Shorten it and try again."))
    if not _turn.acquire(timeout=TURN):
        raise PdfError(_("Too many papers are being made. Try again in a minute."))
    try:
        return _in_child(markup)
    finally:
        _turn.release()


def _in_child(markup: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="ibasho-pdf-") as folder:
        try:
            done = subprocess.run(  # noqa: S603  our own interpreter and file
                [sys.executable, "-I", str(CHILD)],
                input=markup.encode(),
                capture_output=True,
                timeout=WALL_CLOCK,
                cwd=folder,
                env=_environment(folder),
                check=False,
            )
        except subprocess.TimeoutExpired:
            logger.error("Paper: no PDF within %s seconds", WALL_CLOCK)
            raise PdfError(
                _("Making the paper took too long. Shorten the text and try again.")
            ) from None
    if done.returncode or not done.stdout.startswith(b"%PDF-"):
        reason = done.stderr[-40:].decode("ascii", "replace")
        logger.error("Paper: %s, exit %s", reason, done.returncode)
        raise PdfError(
            _("The paper could not be made. Try again; if it fails again, shorten it.")
        )
    return done.stdout


def _environment(folder: str) -> dict[str, str]:
    """What the child may know: where programs and font caches are; no secret."""
    kept = {
        name: os.environ[name]
        for name in ("PATH", "HOME", "FONTCONFIG_FILE", "LD_LIBRARY_PATH")
        if name in os.environ
    }
    return kept | {"LANG": "C.UTF-8", "TMPDIR": folder, "SOURCE_DATE_EPOCH": "0"}
