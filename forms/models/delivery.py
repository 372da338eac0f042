"""Who is told, outside the inbox, that answers came: by mail or by a web server."""

import secrets

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from exchange.webhooks import check_url
from forms.querysets import FormDeliveryQuerySet


def new_secret() -> str:
    return secrets.token_urlsafe(32)


class FormDelivery(models.Model):
    """One receiver of one form: a web server (signed), or a unit (by mail).

    By default it learns the number alone. ``fields`` may name questions that are not
    sensitive; a mail never carries an answer.
    """

    class Kind(models.TextChoices):
        WEBHOOK = "webhook", _("Web server")
        MAIL = "mail", _("Mail to a unit")

    form = models.ForeignKey(
        "portal_forms.FormDefinition",
        on_delete=models.PROTECT,
        related_name="deliveries",
        verbose_name=_("Form"),
    )
    kind = models.CharField(
        _("Kind of delivery"),
        max_length=10,
        choices=Kind.choices,
        default=Kind.WEBHOOK,
    )
    url = models.CharField(
        _("Address of the web server"),
        max_length=300,
        blank=True,
        help_text=_("For a web server: https://…"),
    )
    unit = models.ForeignKey(
        "staff.Unit",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Unit"),
        help_text=_("For mail: everybody in it is told the number."),
    )
    secret = models.CharField(
        _("Secret for the signature"),
        max_length=100,
        default=new_secret,
        help_text=_("Give it to whoever runs the web server, by another way."),
    )
    fields = models.TextField(
        _("Item codes of answers to send along"),
        blank=True,
        max_length=2000,
        help_text=_("One on a line. Empty: the number only. No sensitive questions."),
    )
    is_active = models.BooleanField(_("In use"), default=True)

    objects = FormDeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["form__slug", "pk"]
        verbose_name = _("Delivery of a form")
        verbose_name_plural = _("Deliveries of forms")

    def __str__(self) -> str:
        return f"{self.pk}"

    @property
    def codes(self) -> list[str]:
        return self.fields.split()

    def clean(self) -> None:
        is_mail = self.kind == self.Kind.MAIL
        if is_mail and not self.unit_id:
            raise ValidationError({"unit": _("Choose who is told.")})
        if is_mail and self.codes:
            raise ValidationError({"fields": _("A mail never carries an answer.")})
        if not is_mail:
            try:
                check_url(self.url)
            except ValidationError as error:
                raise ValidationError({"url": error.messages}) from error
            if len(self.secret) < 20:
                raise ValidationError(
                    {"secret": _("The secret needs 20 characters or more.")}
                )
        self._clean_codes()

    def _clean_codes(self) -> None:
        from forms.compiler import fields_of

        latest = self.form.latest_version() if self.form_id else None
        questions = list(fields_of(latest.document)) if latest else []
        known = {question["code"]: question for question in questions}
        for code in self.codes:
            if code not in known:
                raise ValidationError(
                    {"fields": _("There is no question “%(code)s”.") % {"code": code}}
                )
            inner = known[code].get("fields", ())
            if any(q.get("sensitive") for q in (known[code], *inner)):
                raise ValidationError(
                    {"fields": _("“%(code)s” is sensitive.") % {"code": code}}
                )

    def audit_detail(self) -> dict[str, object]:
        """What the audit keeps of a change: never the secret."""
        return {
            "form": self.form.slug,
            "kind": self.kind,
            "url": self.url,
            "unit": self.unit.code if self.unit else "",
            "codes": self.codes,
            "is_active": self.is_active,
        }
