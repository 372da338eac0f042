"""What staff type about a form beside its questions: period, places, mails, links."""

from datetime import datetime, time, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forms.compiler import fields_of
from forms.models import FormDefinition, FormSettings, FormWindow, Invitation
from staff.forms import JapaneseDateField, JapaneseTimeField, PrivateForm
from staff.models import Partner, Unit

LONGEST_INVITATION = 90
SHORT_TEXT = forms.Textarea(attrs={"rows": 3})


def moment(day, clock: time | None, otherwise: time) -> datetime | None:
    """A day and a time of day in Japan; None without a day."""
    if day is None:
        return None
    return timezone.make_aware(datetime.combine(day, clock or otherwise))


def questions_of(form: FormDefinition, kind: str) -> list[tuple[str, str]]:
    """The questions of a kind that the published form asks, to choose from."""
    version = form.latest_version()
    fields = fields_of(version.document) if version else []
    return [(field["key"], field["label"]) for field in fields if field["type"] == kind]


class RowForm(PrivateForm):
    """A form over one row beside a definition; the model's own checks decide."""

    row_model: type
    names: list[str] = []

    def __init__(self, *args, form: FormDefinition, **kwargs):
        super().__init__(*args, **kwargs)
        self.definition = form

    def typed(self) -> dict:
        """The values of the row, from what was typed."""
        return {name: self.cleaned_data.get(name) for name in self.names}


def model_field(model, name: str, **more) -> forms.Field:
    """The form field of a model's field, with its label, help and limits."""
    return model._meta.get_field(name).formfield(**more)


class WindowForm(RowForm):
    """From when to when, and how many."""

    opens_day = JapaneseDateField(label=_("Received from (day)"), required=False)
    opens_time = JapaneseTimeField(label=_("Received from (time)"), required=False)
    closes_day = JapaneseDateField(label=_("Received until (day)"), required=False)
    closes_time = JapaneseTimeField(
        label=_("Received until (time)"),
        required=False,
        help_text=_("Without a time, until the end of the day."),
    )
    grace = model_field(FormWindow, "grace", required=False)
    capacity = model_field(FormWindow, "capacity")
    counted = forms.ChoiceField(
        label=_("What takes a place"),
        required=False,
        help_text=FormWindow._meta.get_field("counted").help_text,
    )
    before_text = model_field(FormWindow, "before_text", widget=SHORT_TEXT)
    closed_text = model_field(FormWindow, "closed_text", widget=SHORT_TEXT)
    full_text = model_field(FormWindow, "full_text", widget=SHORT_TEXT)

    names = ["grace", "capacity", "counted", "before_text", "closed_text", "full_text"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        numbers = questions_of(self.definition, "number")
        each = [("", _("Each sending takes one place"))]
        self.fields["counted"].choices = each + [
            (key, gettext("The number in “%(label)s”") % {"label": label})
            for key, label in numbers
        ]

    def clean_grace(self) -> int:
        return self.cleaned_data["grace"] or 0

    def typed(self) -> dict:
        data = self.cleaned_data
        closes_day, closes_time = data.get("closes_day"), data.get("closes_time")
        if closes_day and not closes_time:
            closes_day, closes_time = closes_day + timedelta(days=1), time.min
        return super().typed() | {
            "opens_at": moment(data.get("opens_day"), data.get("opens_time"), time.min),
            "closes_at": moment(closes_day, closes_time, time.min),
        }

    def clean(self):
        cleaned = super().clean()
        for part in ("opens", "closes"):
            if cleaned.get(f"{part}_time") and not cleaned.get(f"{part}_day"):
                self.add_error(f"{part}_day", _("Give the day as well."))
        return cleaned


class ConductForm(RowForm):
    """Numbers, mails, drafts and guard of a form."""

    receipt_letters = model_field(FormSettings, "receipt_letters")
    units = forms.ModelMultipleChoiceField(
        Unit.objects.all(),
        label=_("Units told by mail"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=FormSettings._meta.get_field("units").help_text,
    )
    notice_text = model_field(FormSettings, "notice_text", widget=SHORT_TEXT)
    sender_question = forms.ChoiceField(
        label=_("Question with the sender's mail address"), required=False
    )
    reply_text = model_field(FormSettings, "reply_text", widget=SHORT_TEXT)
    draft_days = model_field(FormSettings, "draft_days")
    least_seconds = model_field(FormSettings, "least_seconds")
    hourly = model_field(FormSettings, "hourly")

    names = [
        "receipt_letters",
        "notice_text",
        "sender_question",
        "reply_text",
        "draft_days",
        "least_seconds",
        "hourly",
    ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        none = [("", _("No mail to an address typed in the form"))]
        self.fields["sender_question"].choices = none + questions_of(
            self.definition, "email"
        )


class InvitationForm(PrivateForm):
    """Whom to invite to which form."""

    form = forms.ModelChoiceField(
        FormDefinition.objects.none(), label=_("Form"), empty_label=None
    )
    partner = forms.ModelChoiceField(
        Partner.objects.none(),
        label=_("School or group"),
        required=False,
        help_text=Invitation._meta.get_field("partner").help_text,
    )
    reference = model_field(Invitation, "reference")
    unit = forms.ModelChoiceField(
        Unit.objects.none(), label=_("Unit in charge"), empty_label=None
    )
    max_uses = model_field(Invitation, "max_uses", initial=1)
    last_day = JapaneseDateField(label=_("Valid until the end of"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["form"].queryset = FormDefinition.objects.open()
        self.fields["partner"].queryset = Partner.objects.filter(is_active=True)
        self.fields["unit"].queryset = Unit.objects.filter(
            pk__in=self.user.scope.unit_ids
        )

    def clean_last_day(self):
        day, today = self.cleaned_data["last_day"], timezone.localdate()
        if day < today:
            raise ValidationError(_("This day is over already."))
        if day > today + timedelta(days=LONGEST_INVITATION):
            raise ValidationError(
                _("An invitation is good for %(days)s days at most.")
                % {"days": LONGEST_INVITATION}
            )
        return day

    @property
    def expires_at(self) -> datetime:
        return moment(self.cleaned_data["last_day"] + timedelta(days=1), None, time.min)
