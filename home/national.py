"""The national numbers in other languages: their names and what stands beside them.

The lines are typed in Japanese. What came with the portal is said in the language of
the page, since whoever reads no Japanese needs it most; what staff wrote stays.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from staff.templatetags.japanese import is_abroad

WORDS = {
    "警察": gettext_noop("Police"),
    "救急・消防": gettext_noop("Ambulance and fire brigade"),
    "児童相談所虐待対応ダイヤル": gettext_noop(
        "Child guidance centre, child abuse line"
    ),
    "24時間子供SOSダイヤル": gettext_noop("Children's SOS line"),
    "チャイルドライン（18歳まで）": gettext_noop("Childline (up to 18 years)"),
    "24時間": gettext_noop("Day and night"),
    "毎日16時～21時": gettext_noop("Every day 16:00–21:00"),
    "いま危ないとき": gettext_noop("When you are in danger now"),
    "けが・急病・火事": gettext_noop("Injury, sudden illness, fire"),
}


def in_language_of_page(line: Mapping[str, Any]) -> dict[str, Any]:
    """A line as the readers of this page read it."""
    if not is_abroad():
        return dict(line)
    return {
        name: _(WORDS[value]) if isinstance(value, str) and value in WORDS else value
        for name, value in line.items()
    }
