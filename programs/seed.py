"""The public content of the seed: facts, pages, the site's root. Loading twice is safe.

What is there already is left as it is: editors own it from the first day on.
"""

from datetime import date, time

from django.db import transaction

from home.models import ContactSettings, Section
from home.services import ensure_editors
from programs import seed_tree
from programs.models import OpeningHours, SchoolHoliday, ServiceType, Site
from programs.seed_tree import NAME
from programs.services import load_notice_texts
from staff.models import Operator

AS_OF = "令和6年時点"
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
    seed_tree.load_sections()
    seed_tree.load_readings()
    load_services()
    load_sites(demo=demo)
    if demo and not SchoolHoliday.objects.exists():
        for name, first, last in DEMO_HOLIDAYS:
            SchoolHoliday.objects.create(name=name, starts_on=first, ends_on=last)
    load_contact()
    seed_tree.load_pages(demo=demo)


def load_editors() -> None:
    """What an empty portal needs as well: the editors' group, texts for emergencies."""
    ensure_editors()
    load_notice_texts()


def care() -> dict[str, object]:
    """As of when the seed's facts hold, who keeps them, when to look again."""
    return {
        "as_of": AS_OF,
        "section": Section.objects.get(name=seed_tree.SECTIONS[0]),
        "review_by": seed_tree.next_review(),
    }


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
                **care(),
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
            **care(),
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
            **care(),
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
