"""Turns one HTML text into a PDF: run as a process of its own by ``exchange.pdf``.

It reads the HTML from standard input, writes the PDF to standard output, imports no
Django, holds no secret, and fetches nothing but the packaged font files. On failure it
says the class of the exception and no more: the text could quote the paper.
"""

import resource
import sys
from pathlib import Path

STATIC = Path(__file__).resolve().parent / "static" / "exchange"
CPU_SECONDS = 30
MEMORY = 1536 * 1024 * 1024


def limit() -> None:
    """Set the limits that the rest of this process cannot lift again."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def render(markup: str) -> bytes:
    """The PDF of *markup*: PDF/UA-1, tagged, in the packaged face."""
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    packaged = {file.as_uri() for file in (STATIC / "fonts").glob("*.ttf")}

    class PackagedFonts(URLFetcher):
        """Serves the font files that come with the portal, nothing else."""

        def fetch(self, url, headers=None):
            if url not in packaged:
                raise ValueError("Only the packaged fonts are served.")
            return super().fetch(url, headers)

    # The same configuration on both, or the packaged face is dropped without a word.
    fonts = FontConfiguration()
    stylesheet = CSS(
        filename=STATIC / "print.css",
        font_config=fonts,
        url_fetcher=PackagedFonts(allowed_protocols=["file"], allow_redirects=False),
    )
    document = HTML(
        string=markup,
        url_fetcher=URLFetcher(allowed_protocols=["data"], allow_redirects=False),
    )
    return document.write_pdf(
        stylesheets=[stylesheet], font_config=fonts, pdf_variant="pdf/ua-1"
    )


def main() -> int:
    limit()
    markup = sys.stdin.buffer.read().decode()
    try:
        pdf = render(markup)
    except BaseException as error:  # noqa: BLE001  the parent is told in any case
        sys.stderr.write(type(error).__name__)
        return 1
    sys.stdout.buffer.write(pdf)
    return 0


if __name__ == "__main__":
    sys.exit(main())
