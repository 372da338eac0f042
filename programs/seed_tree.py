"""The pages of the seed: the top page, those below it, and what they share."""

import json
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.utils import timezone
from wagtail.models import ModelLogEntry, Page
from wagtail.models import Site as WebSite

from home.models import (
    AccessibilityPage,
    BasePage,
    ChildrenPage,
    ContentPage,
    DocumentListPage,
    FaqPage,
    NewsIndexPage,
    NewsPage,
    PrivacyPage,
    Reading,
    Section,
    Starter,
)
from programs.models import (
    BackgroundPage,
    FlowPage,
    ProgrammePage,
    SchoolPage,
    Site,
    SitePage,
    StatisticsPage,
)

PAGES = Path(__file__).parent / "seed_pages"
NAME = "とよなか縁結実"
ORDER = [
    "sites",
    "enmusubi",
    "bb-house",
    "hogosha",
    "nagare",
    "soudan",
    "kodomo",
    "school",
    "jigyo",
    "suuji",
    "faq",
    "news",
    "news-example",
    "shiryo",
    "accessibility",
    "privacy",
]
TYPES: dict[str, type[BasePage]] = {
    "accessibility": AccessibilityPage,
    "background": BackgroundPage,
    "children": ChildrenPage,
    "content": ContentPage,
    "documents": DocumentListPage,
    "faq": FaqPage,
    "flow": FlowPage,
    "news": NewsPage,
    "news_index": NewsIndexPage,
    "privacy": PrivacyPage,
    "programme": ProgrammePage,
    "school": SchoolPage,
    "site": SitePage,
    "statistics": StatisticsPage,
}
STREAMS = (
    "body",
    "doors",
    "steps",
    "groups",
    "opening",
    "milestones",
    "results",
    "tables",
    "documents",
    "handlings",
    "cookies",
)
# The sections that the seed names. How to reach them it does not say.
SECTIONS = [
    "こども支援課 支援企画係",
    "こども支援課 こども相談係",
    "こども安心課",
    "こども総合相談窓口",
]


def next_review() -> date:
    """The end of the fiscal year, when the city's figures are gathered anyway."""
    today = timezone.localdate()
    return date(today.year if today.month < 3 else today.year + 1, 3, 31)


def load_sections() -> None:
    for name in SECTIONS:
        Section.objects.get_or_create(name=name)


def load_readings() -> None:
    """Common words of these pages that were not given before and are not there.

    The reading of 縁結実 is the city's to say.
    """
    lines = (PAGES / "readings.txt").read_text(encoding="utf-8").splitlines()
    rows = dict(line.split() for line in lines if line)
    known = set(Reading.objects.values_list("word", flat=True))
    fresh = [
        Reading(word=word, reading=rows[word], is_approved=True)
        for word in Starter.objects.not_given("reading", rows)
        if word not in known
    ]
    Reading.objects.bulk_create(without_dropped(fresh))


def without_dropped(rows: list[Model]) -> list[Model]:
    """Those that no editor deleted before it was written down what was given."""
    if not rows:
        return []
    kind = ContentType.objects.get_for_model(rows[0])
    log = ModelLogEntry.objects.filter(action="wagtail.delete", content_type=kind)
    labels = set(log.values_list("label", flat=True))
    return [row for row in rows if str(row) not in labels]


def load_pages(*, demo: bool) -> None:
    """The top page and those below it, published, and the web site over them."""
    own = ProgrammePage.objects.filter(locale__language_code=settings.LANGUAGE_CODE)
    top = own.first() or create_top_page()
    made: dict[str, tuple[BasePage, list[str]]] = {}
    for name in ORDER:
        row = read(name)
        if row.pop("demo_only", False) and not demo:
            continue
        above = row.pop("parent", "")
        parent = made[above][0] if above in made else top
        if above and above not in made:
            parent = top.get_descendants().get(slug=above)
        if not parent.get_children().filter(slug=row["slug"]).exists():
            related = row.pop("related", [])
            page = parent.add_child(instance=build(row, demo=demo))
            made[name] = page, related
    # Only now are all the pages there that others name as related.
    keys = dict(top.get_descendants().values_list("slug", "pk"))
    for page, related in made.values():
        page.related = json.dumps(
            [{"type": "page", "value": keys[s]} for s in related if s in keys]
        )
        page.save_revision().publish()


def create_top_page() -> ProgrammePage:
    """Put the top page in the place of Wagtail's welcome page."""
    root = Page.get_first_root_node()
    welcome = root.get_children().filter(slug="home", content_type__model="page")
    row = read("top") | {"type": "programme"}
    row.pop("related")
    top = publish(build(row, demo=False), under=root)
    parts = urlsplit(settings.PUBLIC_URL)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    WebSite.objects.update_or_create(
        is_default_site=True,
        defaults={
            "hostname": parts.hostname,
            "port": port,
            "site_name": NAME,
            "root_page": top,
        },
    )
    for page in welcome:
        page.delete()
    return top


def read(name: str) -> dict:
    """A row of the seed; ``NEXT`` stands for the next day of review."""
    text = (PAGES / f"{name}.json").read_text(encoding="utf-8")
    return json.loads(text.replace('"NEXT"', f'"{next_review()}"'))


def build(row: dict, *, demo: bool) -> BasePage:
    """A page of the type that the row names, with its section and day of review."""
    made_up = row.pop("demo", {})
    row = row | (made_up if demo else {})
    kind = TYPES[row.pop("type", "content")]
    row |= {name: json.dumps(row[name]) for name in STREAMS if name in row}
    row["section"] = Section.objects.get(name=row["section"])
    if row.get("as_of"):
        row["review_by"] = next_review()
    if "site" in row:
        row["site"] = Site.objects.get(slug=row["site"])
    return kind(**row)


def publish(page: BasePage, *, under: Page) -> BasePage:
    under.add_child(instance=page)
    page.save_revision().publish()
    return page
