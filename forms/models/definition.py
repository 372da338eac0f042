"""What form editors work on: a form before it is compiled into a version."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.fields import StreamField
from wagtail.models import DraftStateMixin, PreviewableMixin, RevisionMixin

from forms.blocks import PageBlock


class FormDefinition(PreviewableMixin, DraftStateMixin, RevisionMixin, models.Model):
    """A form as its editors see it. Publishing compiles it into a FormVersion."""

    class Access(models.TextChoices):
        PUBLIC = "public", _("Anyone")
        PARTNER = "partner", _("Schools and groups that have logged in")

    slug = models.SlugField(_("Address part"), max_length=40, unique=True)
    title = models.CharField(_("Title"), max_length=100)
    access = models.CharField(
        _("Who may fill it in"),
        max_length=20,
        choices=Access.choices,
        default=Access.PUBLIC,
    )
    handler = models.CharField(_("What happens next"), max_length=40, blank=True)
    intro = models.TextField(_("Introduction"), blank=True)
    pages = StreamField([("page", PageBlock())], verbose_name=_("Pages"), blank=True)

    class Meta:
        ordering = ["slug"]
        verbose_name = _("Form")
        verbose_name_plural = _("Forms")

    def __str__(self) -> str:
        return self.title

    def get_preview_template(self, request, mode_name):
        return "forms/preview.html"
