"""The end of the audit's chain, written outside the database once an hour.

A file of its own, because it is what shows that the tail of the chain was cut: whoever
can change the database should not be able to change this file.
"""

import json
import os
from pathlib import Path

from django.conf import settings

from exchange.handlers import every
from staff.services import latest_anchor


@every(3600)
def append_anchor() -> None:
    """Append the present end of the chain as one line, unless it is there already."""
    anchor = latest_anchor()
    if anchor is None:
        return
    file = Path(settings.AUDIT_ANCHOR_FILE)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+b") as stream:
        stream.seek(0)
        known = stream.read()
        line = json.dumps(anchor).encode() + b"\n"
        if known.endswith(line):
            return
        # A line that a power failure cut gets its end first.
        torn = b"\n" if known and not known.endswith(b"\n") else b""
        stream.write(torn + line)
        stream.flush()
        os.fsync(stream.fileno())
