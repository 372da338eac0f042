"""Every conversation about a child, and every consent, or the reason for none."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.querysets import CaseRecordQuerySet, ContactLogQuerySet


class ContactLog(models.Model):
    """One conversation: a hearing, an interview, a visit, a conference.

    It hangs from a case, or from a referral that is not a case yet. ``visibility`` says
    how far it may be read: by the operator too, by the city, by the own unit alone.
    Records are added and never changed; a mistake is answered by a further record.
    """

    class Kind(models.TextChoices):
        HEARING = "hearing", _("Hearing")
        INTERVIEW = "pre_use_interview", _("Interview before use")
        SCHOOL_VISIT = "school_visit", _("Visit to the school")
        PHONE = "phone", _("Phone call")
        CONFERENCE = "conference", _("Case conference")
        RECOMMENDATION = "recommendation", _("Recommendation to use the programme")

    class Visibility(models.TextChoices):
        OPERATOR = "operator", _("City and operator")
        CITY = "city", _("The city")
        RESTRICTED = "restricted", _("Own unit and head of the centre")

    case = models.ForeignKey(
        "cases.Case",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="contacts",
    )
    referral = models.ForeignKey(
        "cases.Referral",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="contacts",
    )
    kind = models.CharField(_("Kind"), max_length=20, choices=Kind.choices)
    at = models.DateTimeField(_("When"))
    with_whom = models.CharField(_("With whom"), max_length=100)
    body = models.TextField(_("What was said"), max_length=4000)
    visibility = models.CharField(
        _("Who may read it"),
        max_length=20,
        choices=Visibility.choices,
        default=Visibility.CITY,
    )
    author = models.ForeignKey(
        "staff.User",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("Author"),
    )
    written_at = models.DateTimeField(_("Written at"), auto_now_add=True)

    objects = ContactLogQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("Contact record")
        verbose_name_plural = _("Contact records")
        constraints = [
            models.CheckConstraint(
                name="contact_log_has_a_case_or_a_referral",
                condition=~Q(case=None, referral=None),
            )
        ]

    def __str__(self) -> str:
        return f"L{self.pk}"

    def save(self, *args, **kwargs) -> None:
        if not self._state.adding:
            raise ValidationError(_("A contact record cannot be changed. Add another."))
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise ValidationError(_("A contact record cannot be changed. Add another."))

    @property
    def audit_subject(self) -> str:
        matter = self.case or self.referral
        return matter.audit_subject


class Consent(models.Model):
    """A consent of the family, or why there is none. It never gates anything."""

    class Topic(models.TextChoices):
        OPERATOR = "operator", _("Sharing between city and operator")
        SCHOOL = "school", _("Sharing with the school")
        OTHERS = "others", _("Sharing with medical and other bodies")
        PHOTO = "photo", _("Photographs")

    class Method(models.TextChoices):
        PAPER = "paper", _("On paper")
        SPOKEN = "spoken", _("Spoken")
        NONE = "none", _("Not obtained")

    case = models.ForeignKey(
        "cases.Case", on_delete=models.PROTECT, related_name="consents"
    )
    topic = models.CharField(_("About"), max_length=20, choices=Topic.choices)
    method = models.CharField(_("How"), max_length=20, choices=Method.choices)
    given_by = models.CharField(_("Given by"), max_length=100, blank=True)
    given_on = models.DateField(_("Given on"), null=True, blank=True)
    missing_reason = models.CharField(
        _("Why it was not obtained"), max_length=200, blank=True
    )
    withdrawn_on = models.DateField(_("Withdrawn on"), null=True, blank=True)
    author = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)

    objects = CaseRecordQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("Consent")
        verbose_name_plural = _("Consents")
        constraints = [
            models.CheckConstraint(
                name="consent_given_or_reason",
                condition=Q(method="none", missing_reason__gt="")
                | (~Q(method="none") & Q(given_on__isnull=False) & Q(given_by__gt="")),
                violation_error_message=_(
                    "Give who consented and when, or why it was not obtained."
                ),
            )
        ]

    def __str__(self) -> str:
        return f"S{self.pk}"

    @property
    def audit_subject(self) -> str:
        return self.case.audit_subject
