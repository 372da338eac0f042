"""The list of postal codes, which a form fills in addresses from."""

import csv
import io

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from forms.forms.controls.contacts import read_postcode
from forms.models import Town

# The post office's own file: code, prefecture, city and town stand in these columns.
POST_OFFICE = 15
NO_TOWN = ("以下に掲載がない場合",)


@transaction.atomic
def load_towns(content: bytes) -> int:
    """Take in a whole new list and forget the old one; how many places it has.

    Two columns, postal code and address, or the file that Japan Post gives out; UTF-8
    or CP932. ValidationError, with the line, where one cannot be read.
    """
    towns: dict[tuple[str, str], None] = {}
    for number, cells in enumerate(csv.reader(io.StringIO(_decoded(content))), 1):
        place = _place(cells)
        if place:
            towns[place] = None
        elif number > 1 and any(cells):
            raise ValidationError(
                _("Line %(line)s has no postal code of 7 digits with an address.")
                % {"line": number}
            )
    if not towns:
        raise ValidationError(_("The file has no postal code."))
    Town.objects.all().delete()
    Town.objects.bulk_create(
        [Town(postcode=code, name=name) for code, name in towns], batch_size=1000
    )
    return len(towns)


def _place(cells: list[str]) -> tuple[str, str] | None:
    if len(cells) >= POST_OFFICE:
        code, parts = cells[2], cells[6:9]
        town = "" if parts[2].startswith(NO_TOWN) else parts[2].partition("（")[0]
        name = "".join([*parts[:2], town])
    else:
        code, name = (*cells, "", "")[:2]
    code, name = read_postcode(code), name.strip()[:100]
    return (code, name) if code and name else None


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValidationError(_("The file is neither UTF-8 nor CP932."))
