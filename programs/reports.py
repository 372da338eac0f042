"""Reports for web editors: facts to review, words for children, use of pages.

They stand here and not in home because they leave as workbooks, by way of exchange.
"""

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.models import Locale

from exchange.writing import XLSX, to_xlsx
from home import care, language_check, languages, opinions, phrases
from home.models import PageOpinion
from home.texts import edit_address
from programs.phrases import phrases_of_facts
from staff.dates import wareki
from staff.views import PrivateView

MOST_ROWS = 1000


class Report(PrivateView, TemplateView):
    """A table that says what to look at, each row with the way to its field."""

    permission_required = "home.review_facts"
    template_name = "programs/report.html"
    header_icon = "list-ul"
    name = ""
    empty_words = ""
    intro = ""

    def headings(self) -> list[str]:
        raise NotImplementedError

    def rows(self) -> list[tuple[str, str, list]]:
        """Of each row: its address, the text of the link, and the other cells."""
        raise NotImplementedError

    def get(self, request, *args, **kwargs):
        if request.GET.get("export") == "xlsx":
            return self.workbook()
        return super().get(request, *args, **kwargs)

    def workbook(self) -> HttpResponse:
        """The same rows as a workbook, with the addresses of their fields."""
        rows = [
            [link, *cells, self.request.build_absolute_uri(address)]
            for address, link, cells in self.rows()
        ]
        content = to_xlsx([*self.headings(), _("Where to change it")], rows)
        name = f"{self.name}_{timezone.localdate():%Y%m%d}.xlsx"
        response = HttpResponse(content, content_type=XLSX)
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    def get_context_data(self, **kwargs):
        rows = self.rows()
        shown = [
            (address, link, [self.said(cell) for cell in cells])
            for address, link, cells in rows[:MOST_ROWS]
        ]
        return super().get_context_data(**kwargs) | {
            "headings": self.headings(),
            "rows": shown,
            "intro": self.intro,
            "empty_words": self.empty_words,
        }

    @staticmethod
    def said(cell) -> str:
        return wareki(cell) if hasattr(cell, "weekday") else str(cell)


class FactsReport(Report):
    """Everything overdue, or due within a month."""

    page_title = gettext_lazy("Facts to review")
    name = "facts"
    intro = gettext_lazy(
        "Pages, blocks, sites, services and settings whose review is overdue or due"
        " within 30 days. Check the fact, then enter the next date."
    )
    empty_words = gettext_lazy("Nothing is overdue or due within 30 days.")

    def headings(self):
        return [
            _("What it is"),
            _("Kind"),
            _("Facts as of"),
            _("Section in charge"),
            _("To be reviewed by"),
            _("State"),
        ]

    def rows(self):
        today = timezone.localdate()
        return [
            (
                fact.address,
                fact.name or fact.kind,
                [
                    fact.kind,
                    fact.as_of,
                    fact.section,
                    fact.review_by,
                    _("Overdue") if fact.is_overdue(today) else _("Due soon"),
                ],
            )
            for fact in care.overdue_facts(today)
        ]


class ChildrensWordsReport(Report):
    """Hard kanji without a reading and long sentences on pages for children."""

    page_title = gettext_lazy("Words on pages for children")
    name = "children"
    intro = gettext_lazy(
        "Kanji taught in the fourth year or later without a reading, and sentences of"
        " more than 40 characters. Set the reading on the page, or add the word to the"
        " readings."
    )
    empty_words = gettext_lazy("There is nothing to look at.")

    def headings(self):
        return [_("Text found"), _("Kind"), _("Page")]

    def rows(self):
        return [
            (found.address, found.text, [found.kind, found.page.title])
            for found in language_check.findings()
        ]


class OpinionsReport(Report):
    """How often pages were of use, by month."""

    page_title = gettext_lazy("Use of pages")
    name = "opinions"
    intro = gettext_lazy(
        "What readers answered to whether a page was of use, in the last twelve months."
    )
    empty_words = gettext_lazy("Nobody has answered yet.")

    def headings(self):
        return [_("Page"), _("Month"), *map(str, PageOpinion.Answer.labels)]

    def rows(self):
        return [
            (
                edit_address(row["page"]),
                row["page"].title,
                [
                    f"{row['month']:%Y-%m}",
                    *(row[answer] for answer in PageOpinion.Answer.values),
                ],
            )
            for row in opinions.by_page_and_month()
        ]


class TranslationsReport(Report):
    """Every Japanese page, and how far it is in each other language."""

    page_title = gettext_lazy("State of translations")
    header_icon = "globe"
    name = "translations"
    empty_words = gettext_lazy("There are no pages yet.")
    intro = gettext_lazy(
        "A page that is not translated is shown in Japanese, with a word about it."
        " Open it and press “Convert alias into ordinary page” to write it in its"
        " language."
    )

    def locales(self) -> list[Locale]:
        others = Locale.objects.exclude(language_code=settings.LANGUAGE_CODE)
        return list(others.order_by("pk"))

    def headings(self) -> list[str]:
        return [_("Page"), _("Language"), _("State")]

    def rows(self):
        """What needs work first; within that in the order of the pages."""
        states = {
            "missing": _("Not translated: shown in Japanese"),
            "draft": _("Not published yet"),
            "outdated": _("The Japanese has changed since"),
            "current": _("Translated"),
        }
        order = list(states)
        locales = self.locales()
        found = []
        for row in languages.progress(locales):
            for locale, cell in zip(locales, row.cells, strict=True):
                if cell is None:
                    continue
                name = languages.NAMES.get(locale.language_code, str(locale))
                address = reverse("wagtailadmin_pages:edit", args=[cell.page.pk])
                cells = [name, states[cell.state]]
                found.append(
                    (order.index(cell.state), (address, row.source.title, cells))
                )
        pages = [entry for _rank, entry in sorted(found, key=lambda pair: pair[0])]
        return [*self.facts_to_say(locales), *pages]

    def facts_to_say(self, locales: list[Locale]):
        """Facts that pages show in Japanese, with the way to their words."""
        texts, add = phrases_of_facts(), reverse("phrase:add")
        for locale in locales:
            code = locale.language_code
            name = languages.NAMES.get(code, str(locale))
            for text in phrases.missing(texts, code):
                query = urlencode({"text": text, "language": code})
                cells = [name, _("Fact without words: shown in Japanese")]
                yield f"{add}?{query}", text, cells
