"""The public content of the seed: facts, pages, the site's root. Loading twice is safe.

What is there already is left as it is: editors own it from the first day on.
"""

import json
from datetime import date, time
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from wagtail.models import Page
from wagtail.models import Site as WebSite

from home import languages
from home.models import ContactSettings, ContentPage
from home.services import ensure_editors
from programs.models import (
    OpeningHours,
    ProgrammePage,
    SchoolHoliday,
    ServiceType,
    Site,
    SitePage,
)
from staff.models import Operator

PAGES = Path(__file__).parent / "seed_pages"
ORDER = ["sites", "enmusubi", "bb-house", "hogosha", "kodomo", "school", "jigyo"]
ORDER += ["accessibility", "privacy"]
AS_OF = "令和6年時点"
NAME = "とよなか縁結実"
AUDIENCE = "市・学校・市内のこどもの居場所団体等が把握している、支援が必要なこども"
REGISTERED = "小学生・中学生中心。現在30名程度のこどもが利用登録中"
EVENING, MORNING, NIGHT = time(16), time(11), time(21)
TUESDAY, SATURDAY = 1, 5

# Code, label in the contract, label for the public, counted in, icon, public, optional.
SERVICES = [
    (
        "S1",
        "安全・安心な居場所の提供",
        "こどもたちが自由に過ごせる場所の提供",
        "person_times",
        "home",
        True,
        False,
    ),
    ("S2", "生活習慣の形成", "生活習慣の形成", "person_times", "life", True, False),
    ("S3", "学習の支援", "学習サポート", "person_times", "book", True, False),
    ("S4", "食事の提供", "食事の提供", "meals", "meal", True, False),
    ("S5", "課外活動の提供", "課外活動の提供", "events", "play", False, False),
    (
        "S6",
        "学校、医療機関、地域団体等の関係機関との連携",
        "関係機関などとの連携支援",
        "contacts",
        "link",
        True,
        False,
    ),
    (
        "S7",
        "保護者への情報提供、相談支援",
        "個別の課題に応じた相談支援",
        "contacts",
        "talk",
        True,
        False,
    ),
    ("S8", "送迎支援", "送迎支援", "trips", "car", False, True),
]
DESCRIPTIONS = {
    "S6": (
        "必要に応じ、市・学校・関係機関・地域・市内のこどもの居場所運営団体と"
        "連携して支援します。"
    )
}
# The dates are the schools' to say. For the demo only, and marked as made up.
DEMO_HOLIDAYS = [
    ("春休み（架空の例）", date(2026, 4, 1), date(2026, 4, 7)),
    ("夏休み（架空の例）", date(2026, 7, 21), date(2026, 8, 25)),
    ("冬休み（架空の例）", date(2026, 12, 25), date(2027, 1, 6)),
    ("春休み（架空の例）", date(2027, 3, 25), date(2027, 3, 31)),
]


@transaction.atomic
def load(*, demo: bool = False) -> None:
    """Load the seed's facts and pages where they are missing.

    *demo* adds what the seed does not say and a demonstration needs, marked as made
    up: a name for the operator and the dates of school holidays.
    """
    load_editors()
    load_services()
    load_sites(demo=demo)
    if demo and not SchoolHoliday.objects.exists():
        for name, first, last in DEMO_HOLIDAYS:
            SchoolHoliday.objects.create(name=name, starts_on=first, ends_on=last)
    load_contact()
    load_pages()


def load_editors() -> None:
    """The group of web editors, which an empty portal needs as well."""
    ensure_editors()


def load_services() -> None:
    """The seven services of the contract, and the optional one."""
    for order, row in enumerate(SERVICES, start=1):
        code, official, public, unit, icon, is_public, is_optional = row
        ServiceType.objects.get_or_create(
            code=code,
            defaults={
                "label_official": official,
                "label_public": public,
                "description": DESCRIPTIONS.get(code, ""),
                "unit": unit,
                "icon": icon,
                "is_public": is_public,
                "is_optional": is_optional,
                "order": order * 10,
            },
        )


def load_sites(*, demo: bool) -> None:
    """The main site with its hours, and the satellite that keeps the same ones."""
    name = "架空法人 えんむすび（実在しません）" if demo else "委託事業者（名称未入力）"
    main = Site.objects.filter(slug="enmusubi").first()
    if main is None:
        operator, _ = Operator.objects.get_or_create(
            name=name, defaults={"contract_from": date(2024, 4, 1)}
        )
        main = Site(
            slug="enmusubi",
            name=NAME,
            operator=operator,
            capacity_guide=25,
            capacity_note=REGISTERED,
            audience=AUDIENCE,
            as_of=AS_OF,
        )
        main.hours = list(seed_hours())
        main.full_clean()
        main.save()
    Site.objects.get_or_create(
        slug="bb-house",
        defaults={
            "name": "BBハウス",
            "parent": main,
            "operator": main.operator,
            "audience": AUDIENCE,
            "as_of": AS_OF,
        },
    )


def seed_hours():
    """Tuesday to Saturday; Saturdays and school holidays begin in the morning."""
    for weekday in range(TUESDAY, SATURDAY + 1):
        term = MORNING if weekday == SATURDAY else EVENING
        yield OpeningHours(season="term", weekday=weekday, opens=term, closes=NIGHT)
        yield OpeningHours(
            season="school_holiday", weekday=weekday, opens=MORNING, closes=NIGHT
        )


def load_contact() -> None:
    """The section that the seed names for running the programme; no phone is known."""
    contact = ContactSettings.load()
    if not contact.office_name:
        contact.office_name = "豊中市 こども支援課 支援企画係"
        contact.save()


def load_pages() -> None:
    """The top page and those below it, published, and the web site over them."""
    own = ProgrammePage.objects.filter(locale__language_code=settings.LANGUAGE_CODE)
    top = own.first() or create_top_page()
    for name in ORDER:
        row = read(name)
        parent = top
        if "parent" in row:
            parent = top.get_descendants().get(slug=row.pop("parent"))
        if not parent.get_children().filter(slug=row["slug"]).exists():
            publish(build(row), under=parent)


def load_languages() -> None:
    """The languages to begin with, and in each the same tree of pages."""
    languages.ensure_locales()
    languages.synchronise()


def create_top_page() -> ProgrammePage:
    """Put the top page in the place of Wagtail's welcome page."""
    root = Page.get_first_root_node()
    welcome = root.get_children().filter(slug="home", content_type__model="page")
    row = read("top")
    row["doors"] = json.dumps(row["doors"])
    top = publish(ProgrammePage(**with_body(row)), under=root)
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
    return json.loads((PAGES / f"{name}.json").read_text(encoding="utf-8"))


def with_body(row: dict) -> dict:
    return row | {"body": json.dumps(row["body"])}


def build(row: dict) -> Page:
    """A page of a site where the row names one, else a page of content."""
    row = with_body(row)
    slug = row.pop("site", None)
    if slug is None:
        return ContentPage(**row)
    return SitePage(site=Site.objects.get(slug=slug), **row)


def publish(page: Page, *, under: Page) -> Page:
    under.add_child(instance=page)
    page.save_revision().publish()
    return page
