"""One control for each kind of question: its names, what was typed, what it means."""

from forms.forms.controls.base import CONTROLS, Control, Notice, control_of
from forms.forms.controls.choices import (
    Checkboxes,
    Confirm,
    Consent,
    OneChoice,
    PartnerChoice,
    PartnerList,
    one_partner_list,
)
from forms.forms.controls.computed import Calculated, FileList, Preset, Stop
from forms.forms.controls.contacts import Address, Email, Name, Phone, Postcode
from forms.forms.controls.groups import Repeat, in_row, sub_key
from forms.forms.controls.texts import Day, Kana, LongText, Number, Time

__all__ = [
    "CONTROLS",
    "Control",
    "PartnerList",
    "Repeat",
    "control_of",
    "in_row",
    "one_partner_list",
    "sub_key",
]

CONTROLS |= {
    "short_text": Control(),
    "long_text": LongText(),
    "name": Name(),
    "kana": Kana(),
    "number": Number(),
    "date": Day(),
    "time": Time(),
    "phone": Phone(),
    "email": Email(),
    "postcode": Postcode(),
    "address": Address(),
    "radio": OneChoice("forms/controls/radio.html", is_group=True),
    "select": OneChoice("forms/controls/select.html", is_group=False),
    "checkboxes": Checkboxes(),
    "yes_no": OneChoice("forms/controls/radio.html", is_group=True),
    "grade": OneChoice("forms/controls/grade.html", is_group=False),
    "confirm": Confirm(),
    "consent": Consent(),
    "partner": PartnerChoice(),
    "repeat": Repeat(),
    "file": FileList(),
    "calculated": Calculated(),
    "preset": Preset(),
    "heading": Notice(),
    "information": Notice(),
    "urgent": Notice(),
    "stop": Stop(),
}
