"""What form editors work on: a form before it is compiled into a version."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.fields import StreamField
from wagtail.models import DraftStateMixin, PreviewableMixin, RevisionMixin

from forms.blocks import FormTranslationBlock, PageBlock
from forms.querysets import FormDefinitionQuerySet


class FormDefinition(PreviewableMixin, DraftStateMixin, RevisionMixin, models.Model):
    """A form as its editors see it. Publishing compiles it into a FormVersion."""

    class Access(models.TextChoices):
        PUBLIC = "public", _("Everybody, without an account")
        PARTNER = "partner", _("Schools and groups that have logged in")
        INVITED = "invited", _("Only who was sent an invitation link")

    class RetentionAct(models.TextChoices):
        ANONYMISE = "anonymise", _("Clear the answers, keep number and counts")
        DELETE = "delete", _("Delete all, keep the record of it")

    slug = models.SlugField(
        _("Address part"),
        max_length=40,
        unique=True,
        help_text=_("The form stands at /forms/…/. Do not change it once it is known."),
    )
    title = models.CharField(_("Title"), max_length=100)
    access = models.CharField(
        _("Who may fill it in"),
        max_length=20,
        choices=Access.choices,
        default=Access.PUBLIC,
    )
    handler = models.CharField(
        _("What is done with the answers"), max_length=40, blank=True
    )
    intro = models.TextField(_("Introduction"), blank=True)
    who_may = models.TextField(_("Who it is for"), blank=True)
    what_you_need = models.TextField(
        _("What you need"), blank=True, help_text=_("One line for each thing.")
    )
    privacy_note = models.TextField(_("Personal data"), blank=True)
    next_steps = models.TextField(
        _("What happens after sending"),
        blank=True,
        help_text=_("Shown with the receipt number. One line for each step."),
    )
    retention_days = models.PositiveIntegerField(
        _("Days that answers are kept"),
        null=True,
        blank=True,
        help_text=_(
            "Counted from the day of receipt. Left empty, they are kept without limit."
            " Answers that became a referral or a case, or that are held, stay."
        ),
    )
    retention_short_days = models.PositiveIntegerField(
        _("Days that short-lived answers are kept"),
        null=True,
        blank=True,
        help_text=_(
            "For the questions marked “Cleared before the rest”. Left empty, they go"
            " with the rest."
        ),
    )
    retention_act = models.CharField(
        _("What is done then"),
        max_length=20,
        choices=RetentionAct.choices,
        default=RetentionAct.ANONYMISE,
    )
    drafts_until = models.DateField(
        _("Last day for drafts begun before a breaking change"),
        null=True,
        blank=True,
        help_text=_(
            "After this day, whoever comes back to a draft goes on with the new"
            " version, keeps what still fits and is shown the added questions. Left"
            " empty, drafts are sent as they were begun, until they expire."
        ),
    )
    pages = StreamField([("page", PageBlock())], verbose_name=_("Pages"), blank=True)
    translations = StreamField(
        [("translation", FormTranslationBlock())],
        verbose_name=_("Translations"),
        blank=True,
    )

    objects = FormDefinitionQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]
        verbose_name = _("Form")
        verbose_name_plural = _("Forms")

    def __str__(self) -> str:
        return self.title

    def save(self, *args, **kwargs) -> None:
        """Remember, for who publishes, the day for drafts that was set until now."""
        if self.pk and "day_before" not in self.__dict__:
            stored = type(self).objects.filter(pk=self.pk)
            self.day_before = stored.values_list("drafts_until", flat=True).first()
        super().save(*args, **kwargs)

    def latest_version(self):
        """The version that new drafts run from, or None before the first publishing."""
        return self.versions.order_by("-number").first()

    def serve_preview(self, request, mode_name):
        # The rendering of forms stands above the models; it is needed only here.
        from forms.views.preview import preview

        return preview(request, self)
