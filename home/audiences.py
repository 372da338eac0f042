"""Whom a question or a piece of news is for."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Audience(models.TextChoices):
    """The readers that the portal tells apart."""

    GUARDIANS = "guardians", _("Parents and guardians")
    CHILDREN = "children", _("Children")
    SCHOOLS = "schools", _("Schools and groups")
    CITIES = "cities", _("Other municipalities")
