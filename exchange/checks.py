"""Start-up says what papers need and this machine lacks; the portal starts anyway."""

import ctypes
from pathlib import Path

from django.core.checks import Warning, register

from exchange.glyphs import FONT_FOLDERS

LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
INSTALL = "apt-get install --no-install-recommends"


def missing_libraries() -> list[str]:
    """The Debian packages of the libraries that WeasyPrint would not find."""
    missing = []
    for library, package in LIBRARIES.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.append(package)
    return missing


def has_fallback_font() -> bool:
    """Whether Noto Sans CJK, which has what the packaged face lacks, is installed."""
    folders = [Path(folder).expanduser() for folder in FONT_FOLDERS]
    return any(next(folder.rglob("NotoSansCJK*"), None) for folder in folders)


@register()
def papers_can_be_printed(app_configs, **kwargs):
    """Warn about missing libraries and fonts, with the command that brings them."""
    problems = []
    if missing := missing_libraries():
        problems.append(
            Warning(
                "Papers (PDF) cannot be made: libraries are missing.",
                hint=f"{INSTALL} {' '.join(missing)}",
                id="exchange.W001",
            )
        )
    if not has_fallback_font():
        problems.append(
            Warning(
                "Rare characters of names (𠮷, variants) cannot be printed: the"
                " fallback font is missing.",
                hint=f"{INSTALL} fonts-noto-cjk",
                id="exchange.W002",
            )
        )
    return problems
