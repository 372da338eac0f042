"""Forms of the facts and of emergency notices; nobody names a site of others."""

import uuid
from datetime import datetime, time, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from home.models import Notice
from home.models.notices import BODY_LENGTH, TITLE_LENGTH, Level, is_address
from home.querysets import CITY
from programs.models import Site
from staff.forms import JapaneseDateField, JapaneseTimeField, PrivateForm

LONGEST = timedelta(days=31)
MORNING = time(9)


def sites_for(user):
    """The public sites that somebody may speak for."""
    public = Site.objects.public()
    return public if user.scope.has(*CITY) else public.run_by(user)


class NoticeForm(PrivateForm):
    """What is urgent, from when until when, for which site, and whether it closes."""

    token = forms.UUIDField(widget=forms.HiddenInput, required=False)
    level = forms.ChoiceField(label=_("Level"), choices=Level.choices)
    title = forms.CharField(
        label=_("Heading"),
        max_length=TITLE_LENGTH,
        help_text=_("At most 30 characters: what happens, where."),
    )
    body = forms.CharField(
        label=_("Text"),
        max_length=BODY_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("At most 100 characters: why, and what to do."),
    )
    link_text = forms.CharField(
        label=_("Words of the link"), max_length=40, required=False
    )
    link = forms.CharField(
        label=_("Address of the link"),
        max_length=200,
        required=False,
        validators=[is_address],
        help_text=_("One page at most, such as /sites/. May stay empty."),
    )
    sites = forms.ModelMultipleChoiceField(
        label=_("Sites"),
        queryset=Site.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    from_day = JapaneseDateField(
        label=_("Shown from (day)"), required=False, help_text=_("Empty: at once.")
    )
    from_time = JapaneseTimeField(
        label=_("Shown from (time)"), required=False, help_text=_("Empty: at once.")
    )
    until_day = JapaneseDateField(label=_("Shown until (day)"))
    until_time = JapaneseTimeField(label=_("Shown until (time)"))
    closes_today = forms.BooleanField(
        label=_("Close these sites for today"),
        required=False,
        help_text=_("The calendar, the subscriptions and the data follow at once."),
    )
    reason = forms.CharField(
        label=_("Reason of the closure"),
        max_length=100,
        required=False,
        help_text=_("It stands in the calendar, such as 台風のため."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["sites"]
        field.queryset = sites_for(self.user)
        field.required = not self.user.scope.has(*CITY)
        if not field.required:
            field.help_text = _("None chosen: the notice speaks for the whole portal.")

    def clean_token(self) -> uuid.UUID:
        return self.cleaned_data.get("token") or uuid.uuid4()

    def clean(self):
        cleaned = super().clean()
        for name in ("title", "body", "link_text", "reason"):
            if name in cleaned:
                cleaned[name] = " ".join(cleaned[name].split())
        if bool(cleaned.get("link")) != bool(cleaned.get("link_text")) and not (
            self.errors.get("link") or self.errors.get("link_text")
        ):
            self.add_error("link", _("Give the link and its words together."))
        self.clean_moments(cleaned)
        if cleaned.get("closes_today"):
            self.clean_closure(cleaned)
        return cleaned

    def clean_moments(self, cleaned) -> None:
        """From now or later, until later than that, and a month at most."""
        if {"from_day", "from_time", "until_day", "until_time"} & set(self.errors):
            return
        now = timezone.now()
        start = self.moment(cleaned.get("from_day"), cleaned.get("from_time"), now)
        end = self.moment(cleaned["until_day"], cleaned["until_time"], now)
        start = max(start, now)
        if end <= start:
            self.add_error("until_day", _("Give a time that is still to come."))
        elif end - start > LONGEST:
            self.add_error("until_day", _("An emergency notice holds 31 days at most."))
        cleaned["starts_at"], cleaned["ends_at"] = start, end

    @staticmethod
    def moment(day, hour, now: datetime) -> datetime:
        """The moment that a day and a time name; what is empty is now."""
        local = timezone.localtime(now)
        if day is None and hour is None:
            return now
        naive = datetime.combine(day or local.date(), hour or time())
        return timezone.make_aware(naive)

    def clean_closure(self, cleaned) -> None:
        """A closure needs a site and a reason, and it is today's."""
        if not cleaned.get("sites") and "sites" not in self.errors:
            self.add_error("sites", _("Choose the site that closes today."))
        if not cleaned.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("Give the reason of the closure."))
        start = cleaned.get("starts_at")
        if start and timezone.localdate(start) != timezone.localdate():
            self.add_error(
                "closes_today",
                _("A notice that begins on another day cannot close the site today."),
            )

    @property
    def notice(self) -> Notice:
        """The notice as it would be published."""
        return Notice(**self.values)

    @property
    def values(self) -> dict:
        names = ("token", "level", "title", "body", "link", "link_text")
        names += ("starts_at", "ends_at")
        return {name: self.cleaned_data[name] for name in names}

    @property
    def closing(self) -> str:
        """The reason to close today; empty if nothing is to close."""
        cleaned = self.cleaned_data
        return cleaned["reason"] if cleaned["closes_today"] else ""


class StartForm(PrivateForm):
    """What to begin from: one of the prepared texts, and the site it names."""

    text = forms.ModelChoiceField(
        label=_("Text to start from"), queryset=None, required=False
    )
    site = forms.ModelChoiceField(label=_("Site"), queryset=None, required=False)

    def __init__(self, *args, texts, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["text"].queryset = texts
        self.fields["site"].queryset = sites_for(self.user)

    def initial_notice(self) -> dict:
        """The fields of the notice that the choice fills in."""
        now = timezone.localtime()
        filled = {
            "token": uuid.uuid4(),
            "until_day": now.date() + timedelta(days=1),
            "until_time": MORNING,
        }
        if not self.is_valid():
            return filled
        text, site = self.cleaned_data["text"], self.cleaned_data["site"]
        if site:
            filled["sites"] = [site]
        if text:
            name = site.name if site else str(_("All sites"))
            for field in ("title", "body", "reason"):
                filled[field] = getattr(text, field).replace("{site}", name)
            filled |= {"level": text.level, "closes_today": text.closes_today}
        return filled


class WithdrawForm(PrivateForm):
    """Take a notice down, with its closure of today or without."""

    reopens = forms.BooleanField(
        label=_("Take back the closure of today as well"), required=False
    )

    def __init__(self, *args, has_closure: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not has_closure:
            del self.fields["reopens"]


class SiteForm(WagtailAdminModelForm):
    """A site with its days: the same single day is not entered twice."""

    def is_valid(self) -> bool:
        return super().is_valid() and not self.has_doubled_days()

    def has_doubled_days(self) -> bool:
        """Mark each day that stands in the list twice."""
        seen, doubled = set(), False
        for form in getattr(self, "formsets", {}).get("exceptions", ()):
            row = getattr(form, "cleaned_data", {})
            day = (row.get("date"), row.get("last_day"))
            if not row.get("date") or row.get("DELETE") or form.instance.notice_id:
                continue
            if day in seen:
                form.add_error("date", _("This day is there already."))
                doubled = True
            seen.add(day)
        return doubled
