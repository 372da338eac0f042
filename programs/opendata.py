"""The open data: the standard list of facilities, and HSDS for machines abroad.

Only public sites, and of each only what the public pages show. What is not settled
stays empty: nothing is made up.
"""

import csv
import io
import uuid
from datetime import date, timedelta
from typing import Any

from django.conf import settings

from home.linked_data import without_empty
from home.models import ContactSettings
from home.notices import public_places, shown_now
from programs.calendar import CALENDAR_DAYS
from programs.hours import Season, Timetable, timetables
from programs.models import ServiceType, Site

# 自治体標準オープンデータセット「子育て施設一覧」, 53 columns.
HEADER_LINES = """
    全国地方公共団体コード,ID,地方公共団体名,名称,名称_カナ,名称_英字,種別
    所在地_全国地方公共団体コード,町字ID,所在地_連結表記,所在地_都道府県
    所在地_市区町村,所在地_町字,所在地_番地以下,建物名等(方書),緯度,経度
    高度の種別,高度の値,アクセス方法,駐車場情報,電話番号,内線番号,FAX番号
    メールアドレス,連絡先FormURL,連絡先備考(その他、SNSなど),郵便番号
    法人番号,団体名,許可等年月日,収容定員,受入年齢,利用可能曜日,開始時間
    終了時間,利用可能日時特記事項,一時預かりの有無,子供預かり料金種別
    子供預かり料金,子供預かり料金備考,子供預かり開所時間
    子供預かり閉所時間,病児保育の有無,授乳室,おむつ替えコーナー,飲食可否
    ベビーカー貸出,ベビーカー利用,URL,画像,画像_ライセンス,備考
"""
HEADER = ",".join(HEADER_LINES.split()).split(",")
DAY_HEADER = ["ID", "名称", "日付", "開所", "開始時間", "終了時間", "区分", "理由"]
KIND = "その他（児童育成支援拠点）"
WEEKDAYS = "月火水木金土日"
HSDS_DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
LICENCE = "https://creativecommons.org/licenses/by/4.0/deed.ja"
CONDITION = "利用には事前の申請と市の決定が必要です。"
BEGINNING = ("=", "+", "-", "@", "\t", "\r")

Row = dict[str, Any]


def tables_from(start: date) -> list[Timetable]:
    """The timetables of the public sites for the half year that is published."""
    sites = Site.objects.public().with_parent()
    return timetables(sites, start, start + timedelta(days=CALENDAR_DAYS))


def facility_rows(start: date) -> list[dict[str, str]]:
    """One row for each public site, every column of the standard."""
    return [facility(table, start) for table in tables_from(start)]


def facility(table: Timetable, start: date) -> dict[str, str]:
    """One site in the words of the standard."""
    site = table.site
    usual, remarks = usual_hours(table)
    row = dict.fromkeys(HEADER, "") | usual
    is_shown = site.address_visibility == Site.AddressVisibility.PUBLIC
    return row | {
        "全国地方公共団体コード": settings.MUNICIPALITY_CODE,
        "ID": f"{settings.MUNICIPALITY_CODE}-{site.slug}",
        "地方公共団体名": settings.MUNICIPALITY_NAME,
        "名称": site.name,
        "名称_カナ": site.name_kana,
        "種別": KIND,
        "所在地_連結表記": site.address if is_shown else "",
        "電話番号": site.phone,
        "収容定員": "" if site.capacity_guide is None else str(site.capacity_guide),
        "受入年齢": site.capacity_note,
        "利用可能日時特記事項": "。".join(filter(None, remarks + changes(table, start)))
        + "。"
        + CONDITION,
        "一時預かりの有無": "無",
        "URL": f"{settings.PUBLIC_URL}/sites/{site.slug}/",
        "備考": site.as_of,
    }


def usual_hours(table: Timetable) -> tuple[dict[str, str], list[str]]:
    """The weekdays and the hours that most of them keep; the others as remarks."""
    rows = {day: row for (season, day), row in table.weekly.items() if season == "term"}
    if not rows:
        return {}, []
    spans = [(row.opens, row.closes) for row in rows.values()]
    most = max(sorted(set(spans)), key=spans.count)
    remarks = [
        f"{WEEKDAYS[day]}曜日は{row.opens:%H:%M}～{row.closes:%H:%M}"
        for day, row in sorted(rows.items())
        if (row.opens, row.closes) != most
    ]
    remarks += long_holidays(table)
    for label, words in (
        ("祝日", table.holiday_words),
        ("年末年始", table.year_end_words),
    ):
        remarks.append(f"{label}：{words or 'お問い合わせください'}")
    return {
        "利用可能曜日": "".join(WEEKDAYS[day] for day in sorted(rows)),
        "開始時間": f"{most[0]:%H:%M}",
        "終了時間": f"{most[1]:%H:%M}",
    }, remarks


def long_holidays(table: Timetable) -> list[str]:
    """The hours of the school holidays, days of the same hours together."""
    by_hours: dict[tuple, list[int]] = {}
    for (season, day), row in sorted(table.weekly.items()):
        if season == Season.SCHOOL_HOLIDAY:
            by_hours.setdefault((row.opens, row.closes), []).append(day)
    return [
        f"夏・冬・春休み期間は{''.join(WEEKDAYS[day] for day in days)}曜日"
        f"{opens:%H:%M}～{closes:%H:%M}"
        for (opens, closes), days in by_hours.items()
    ]


def changes(table: Timetable, start: date) -> list[str]:
    """The days of the coming half year that differ, each with its date and reason."""
    end = start + timedelta(days=CALENDAR_DAYS)
    told = []
    for on in sorted(on for on in table.exceptions if start <= on <= end):
        day = table.day(on)
        hours = f"{day.opens:%H:%M}～{day.closes:%H:%M}" if day.is_open else "臨時休所"
        told.append(f"{on}は{hours}（{day.reason}）")
    return told


def safe(value: str) -> str:
    """A cell that a spreadsheet takes for text, whatever it begins with."""
    return f"'{value}" if value.startswith(BEGINNING) else value


def facility_csv(start: date) -> bytes:
    """UTF-8 with its mark and CRLF, as Excel opens it and the standard wants it."""
    text = io.StringIO()
    writer = csv.DictWriter(text, HEADER, lineterminator="\r\n")
    writer.writeheader()
    for row in facility_rows(start):
        writer.writerow({key: safe(value) for key, value in row.items()})
    return text.getvalue().encode("utf-8-sig")


def opening_csv(start: date) -> bytes:
    """Every day of every public site for half a year: the calendar as a table."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(
        ["ID", "名称", "日付", "開所", "開始時間", "終了時間", "区分", "理由"]
    )
    for table in tables_from(start):
        for day in table.days(start, start + timedelta(days=CALENDAR_DAYS)):
            cells = [
                table.site.slug,
                table.site.name,
                f"{day.date}",
                "開所" if day.is_open else "休み",
                f"{day.opens:%H:%M}" if day.is_open else "",
                f"{day.closes:%H:%M}" if day.is_open else "",
                str(day.kind_label),
                day.reason,
            ]
            writer.writerow([safe(cell) for cell in cells])
    return text.getvalue().encode("utf-8-sig")


def identifier(*parts: str) -> str:
    """A UUID that stays the same: HSDS wants one for each thing."""
    name = "/".join([settings.PUBLIC_URL, *parts])
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


def hsds(start: date) -> Row:
    """Organisation, programme, services, places and their schedules, after HSDS 3."""
    contact = ContactSettings.load()
    organization = identifier("organization")
    tables = tables_from(start)
    notices = [(notice, public_places(notice)) for notice in shown_now()]
    return {
        "version": "3.0",
        "license": LICENCE,
        "organization": without_empty(
            {
                "id": organization,
                "name": contact.office_name or settings.MUNICIPALITY_NAME,
                "description": "児童育成支援拠点事業",
                "phones": phones(contact.office_phone, "organization"),
                "programs": [
                    {
                        "id": identifier("program"),
                        "name": "児童育成支援拠点事業",
                        "organization_id": organization,
                    }
                ],
            }
        ),
        "services": [hsds_service(table, start, notices) for table in tables],
    }


def phones(number: str, *owner: str) -> list[Row]:
    if not number:
        return []
    return [{"id": identifier("phone", *owner), "number": number, "type": "voice"}]


def hsds_service(table: Timetable, start: date, notices) -> Row:
    """One site: the service, where it is given, and when."""
    site, slug = table.site, table.site.slug
    alert = "／".join(
        " ".join(filter(None, [notice.title, notice.body]))
        for notice, places in notices
        if not places or site in places
    )
    service = identifier("service", slug)
    location = without_empty(
        {
            "id": identifier("location", slug),
            "location_type": "physical",
            "name": site.name,
            "addresses": addresses(site),
        }
    )
    return without_empty(
        {
            "id": service,
            "organization_id": identifier("organization"),
            "program_id": identifier("program"),
            "name": site.name,
            "status": "active",
            "description": "、".join(
                row.label_public for row in ServiceType.objects.public()
            ),
            "url": f"{settings.PUBLIC_URL}/sites/{slug}/",
            "application_process": CONDITION,
            "fees_description": site.fee_note,
            "eligibility_description": site.audience,
            "alert": alert,
            "last_modified": site.facts_at.isoformat(),
            "phones": phones(site.phone, slug),
            "schedules": schedules(table, start),
            "service_at_locations": [
                {
                    "id": identifier("service_at_location", slug),
                    "service_id": service,
                    "location": location,
                }
            ],
        }
    )


def addresses(site: Site) -> list[Row]:
    """The address as far as it may be shown."""
    if not site.shown_address:
        return []
    return [
        {
            "id": identifier("address", site.slug),
            "address_1": site.shown_address,
            "city": settings.MUNICIPALITY_NAME,
            "state_province": "",
            "postal_code": "",
            "country": "JP",
            "address_type": "physical",
        }
    ]


def schedules(table: Timetable, start: date) -> list[Row]:
    """Every run of days with the same hours, closed ones with their reason."""
    end = start + timedelta(days=CALENDAR_DAYS)
    rows = []
    for day in table.days(start, end):
        row: Row = {
            "id": identifier("schedule", table.site.slug, f"{day.date}"),
            "valid_from": f"{day.date}",
            "valid_to": f"{day.date}",
            "freq": "WEEKLY",
            "byday": HSDS_DAYS[day.date.weekday()],
        }
        if day.is_open:
            row |= {
                "opens_at": f"{day.opens:%H:%M}",
                "closes_at": f"{day.closes:%H:%M}",
            }
        rows.append(row | {"description": str(day.mark.label), "notes": day.reason})
    return rows
