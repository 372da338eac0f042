"""News: a page for each, and the list of them."""

from django.core.paginator import Paginator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import Page
from wagtail.search import index

from home.audiences import Audience
from home.models.pages import BasePage
from home.querysets import public


class NewsPage(BasePage):
    """One piece of news: of which day, of which kind, for whom."""

    class Category(models.TextChoices):
        NOTICE = "notice", _("Notice")
        CLOSURE = "closure", _("Closures and changes")
        EVENT = "event", _("Event")
        DOCUMENT = "document", _("Document")

    date = models.DateField(_("Date"), default=timezone.localdate)
    category = models.CharField(
        _("Category"), max_length=10, choices=Category.choices, default=Category.NOTICE
    )
    audience = models.CharField(
        _("Whom it is for"),
        max_length=10,
        choices=Audience.choices,
        blank=True,
        help_text=_("Empty: everybody."),
    )

    template = "home/news_page.html"
    parent_page_types = ["home.NewsIndexPage"]
    subpage_types: list[str] = []
    content_panels = [
        *Page.content_panels,
        MultiFieldPanel(
            [FieldPanel("date"), FieldPanel("category"), FieldPanel("audience")],
            heading=_("About this news"),
        ),
        FieldPanel("lead"),
        FieldPanel("body"),
    ]
    search_fields = [
        *BasePage.search_fields,
        index.FilterField("date"),
        index.FilterField("category"),
        index.FilterField("audience"),
    ]

    class Meta:
        verbose_name = _("News")
        verbose_name_plural = _("News")

    @classmethod
    def latest(cls) -> models.QuerySet:
        """What is published, the newest first."""
        return public(cls.objects.order_by("-date", "-pk"))

    def list_address(self) -> str:
        """The list it stands in, without reading that page."""
        return self.get_url().rstrip("/").rpartition("/")[0] + "/"


class NewsIndexPage(BasePage):
    """The list of news, filtered by kind and reader without any script."""

    PER_PAGE = 20

    template = "home/news_index_page.html"
    subpage_types = ["home.NewsPage"]

    class Meta:
        verbose_name = _("List of news")
        verbose_name_plural = _("Lists of news")

    def get_context(self, request, *args, **kwargs):
        """A page of the news asked for; what is no kind or reader filters nothing."""
        category = request.GET.get("category", "")
        audience = request.GET.get("audience", "")
        found = NewsPage.latest().descendant_of(self)
        if category in NewsPage.Category.values:
            found = found.filter(category=category)
        if audience in Audience.values:
            found = found.filter(audience__in=["", audience])
        entries = Paginator(found, self.PER_PAGE).get_page(request.GET.get("page"))
        return super().get_context(request, *args, **kwargs) | {
            "entries": entries,
            "categories": NewsPage.Category.choices,
            "audiences": Audience.choices,
            "category": category if category in NewsPage.Category.values else "",
            "audience": audience if audience in Audience.values else "",
        }
