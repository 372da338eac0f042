"""サイト点検: what is wrong on any page, public or draft. Works without a network."""

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import polib
import wagtail
from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exchange.views import as_file
from exchange.writing import XLSX, to_xlsx
from home.approval.views import ApprovalView
from home.checking.rules import KINDS, NOTE, STOPS, Finding
from home.checking.services import Checked, check_all, external_of
from staff.services import record_event

A_PAGE = 50
FILTERS = ("kind", "weight", "page", "state")


@dataclass(frozen=True)
class Row:
    """One finding with its page, and the way to the field."""

    checked: Checked
    found: Finding

    @property
    def page(self):
        return self.checked.page

    @property
    def title(self) -> str:
        return self.checked.values.get("title") or self.page.title

    @property
    def url(self) -> str:
        edit = reverse("wagtailadmin_pages:edit", args=[self.page.pk])
        return f"{edit}#{self.found.anchor}"

    @property
    def state(self) -> str:
        return _("Draft") if self.checked.is_draft else _("Public")


class SiteCheckView(ApprovalView):
    """Findings over all pages: by kind, weight and page, with their number."""

    template_name = "reports/site_check.html"
    page_title = gettext_lazy("Check of the site")

    def get_breadcrumbs_items(self):
        return [
            *super().get_breadcrumbs_items()[:1],
            {"url": "", "label": self.get_page_title()},
        ]

    def get(self, request, *args, **kwargs):
        self.checked = check_all()
        self.rows = [Row(one, found) for one in self.checked for found in one.found]
        if request.GET.get("file") == "xlsx":
            return self.as_workbook()
        return super().get(request, *args, **kwargs)

    def chosen(self) -> list[Row]:
        """The rows that the filters let through; an unknown value filters nothing."""
        get = self.request.GET
        kind, weight = get.get("kind", ""), get.get("weight", "")
        page, state = get.get("page", ""), get.get("state", "")
        tests = []
        if kind in KINDS:
            tests.append(lambda row: row.found.kind == kind)
        if weight in (STOPS, NOTE):
            tests.append(lambda row: row.found.stops == (weight == STOPS))
        if page.isdecimal():
            tests.append(lambda row: str(row.page.pk) == page)
        if state in ("draft", "public"):
            tests.append(lambda row: row.checked.is_draft == (state == "draft"))
        return [row for row in self.rows if all(test(row) for test in tests)]

    def get_context_data(self, **kwargs):
        rows = self.chosen()
        get = self.request.GET
        query = get.copy()
        query.pop("p", None)
        counts = Counter(row.found.kind for row in self.rows)
        titles = {one.page.pk: one.page.title for one in self.checked if one.found}
        return super().get_context_data(**kwargs) | {
            "rows": Paginator(rows, A_PAGE).get_page(get.get("p")),
            "total": len(rows),
            "stops": sum(row.found.stops for row in self.rows),
            "pages": len({one.page.pk for one in self.checked}),
            "kinds": [(k, KINDS[k][1], n) for k, n in counts.most_common()],
            "titles": sorted(titles.items(), key=lambda item: item[1]),
            "chosen": {name: get.get(name, "") for name in FILTERS},
            "query": query.urlencode(),
            "external": external_of(self.checked)[:200],
            "untranslated": untranslated()
            if self.request.user.scope.has("system_administrator")
            else None,
        }

    def as_workbook(self) -> HttpResponse:
        """The rows that the filters let through, as a workbook."""
        rows = self.chosen()
        headings = [
            _("Weight"),
            _("Kind"),
            _("Page"),
            _("Number of the page"),
            _("State"),
            _("Where"),
            _("Words found"),
            _("Address of the field"),
        ]
        cells = [
            [
                _("Stops") if row.found.stops else _("Note of the check"),
                row.found.label,
                row.title,
                row.page.pk,
                row.state,
                row.found.place,
                row.found.excerpt,
                f"{settings.PUBLIC_URL}{row.url}",
            ]
            for row in rows
        ]
        record_event(
            "page.check_exported", action="export", by=self.request.user, rows=len(rows)
        )
        name = f"サイト点検_{timezone.localdate():%Y%m%d}.xlsx"
        return as_file(to_xlsx(headings, cells, "サイト点検"), name, XLSX)


@lru_cache(maxsize=1)
def untranslated() -> int:
    """Strings of the admin that have no Japanese; none is the aim."""
    root = Path(wagtail.__file__).parent
    ours = Path(settings.BASE_DIR) / "locale" / "ja" / "LC_MESSAGES"
    missing = 0
    for domain in ("django", "djangojs"):
        wanted = keys(root.glob(f"**/locale/en/LC_MESSAGES/{domain}.po"))
        had = keys(root.glob(f"**/locale/ja/LC_MESSAGES/{domain}.po"), done=True)
        had |= keys([ours / f"{domain}.po"], done=True)
        missing += len(wanted - had)
    return missing


def keys(paths, *, done: bool = False) -> set[tuple]:
    return {
        (entry.msgctxt, entry.msgid)
        for path in paths
        for entry in polib.pofile(str(path))
        if not entry.obsolete and (not done or entry.translated())
    }
