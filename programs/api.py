"""The public facts of the programme as JSON."""

from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema
from ninja.errors import HttpError

from exchange.problems import Problem
from home.notices import public_places, shown_now
from programs.hours import opening_days
from programs.models import ServiceType, Site
from programs.news import news_pages
from programs.paging import Piece, piece_of

LONGEST_RANGE = timedelta(days=365)

router = Router(tags=["公開情報"])


NOT_FOUND = {404: Problem}
UNREADABLE = {422: Problem}


class ServiceOut(Schema):
    """A service as the public knows it."""

    code: str = Field(description="変わらない符号。", examples=["S4"])
    label: str = Field(
        alias="label_public",
        description="公開ページでの名前。",
        examples=["食事の提供"],
    )
    description: str = Field(description="説明。空のことがあります。")


class SiteOut(Schema):
    """A site; what is empty is not settled, and the address only as far as shown."""

    slug: str = Field(description="アドレスに使う名前。", examples=["enmusubi"])
    name: str = Field(description="拠点の名前。", examples=["とよなか縁結実"])
    name_kana: str = Field(description="カタカナの読み。空のことがあります。")
    parent: str | None = Field(description="サテライトのときは本拠点のslug。")
    capacity_guide: int | None = Field(
        description="定員のめやす（人）。", examples=[25]
    )
    capacity_note: str = Field(description="定員についての補足。")
    audience: str = Field(description="対象。")
    address: str = Field(
        alias="shown_address",
        description="所在地。市が公開している範囲だけで、空のことがあります。",
    )
    phone: str = Field(description="電話番号。空のことがあります。")
    fee_note: str = Field(description="利用料。空のときはお問い合わせください。")
    as_of: str = Field(description="いつの時点の情報か。", examples=["令和6年時点"])
    url: str = Field(description="人が読むページ。")
    calendar: str = Field(description="購読できるカレンダー（iCalendar）。")
    alert: str = Field(description="いま出ている緊急のお知らせ。なければ空です。")
    last_modified: datetime = Field(
        alias="facts_at", description="この情報や開所日が最後に変わった日時。"
    )

    @staticmethod
    def resolve_parent(site: Site) -> str | None:
        """The slug of the main site, unless that one is hidden."""
        return site.parent.slug if site.parent and site.parent.is_public else None

    @staticmethod
    def resolve_url(site: Site) -> str:
        return f"{settings.PUBLIC_URL}/sites/{site.slug}/"

    @staticmethod
    def resolve_calendar(site: Site) -> str:
        return f"{settings.PUBLIC_URL}{reverse('site_calendar', args=[site.slug])}"


class OpeningDayOut(Schema):
    """One day of a site; *kind* names the rule that decided."""

    date: date
    is_open: bool = Field(description="その日に開くかどうか。")
    opens: time | None = Field(description="開く時刻。休みの日はnull。")
    closes: time | None = Field(description="閉じる時刻。休みの日はnull。")
    kind: str = Field(
        description="決め手になった区分：exception（その日の変更・休み）、year_end（年末年始）、school_holiday（学校の長期休業）、public_holiday（祝日）、term（ふだん）。"
    )
    reason: str = Field(description="人が読む理由。空のことがあります。")


class Range(Schema):
    """The days asked for, both included; at most 366."""

    start: date = Field(alias="from", examples=["2026-10-01"])
    end: date = Field(alias="to", examples=["2026-10-31"])


class NoticeOut(Schema):
    """An emergency notice of this moment."""

    level: str = Field(description="urgent（緊急）か information（お知らせ）。")
    title: str
    body: str = Field(description="本文。空のことがあります。")
    link: str = Field(description="案内先のページ。空のことがあります。")
    starts_at: datetime
    ends_at: datetime
    sites: list[str] = Field(description="対象の拠点のslug。空のときは全体。")


class NewsOut(Schema):
    """A published page of news."""

    title: str
    url: str = Field(description="人が読むページ。")
    published_at: datetime | None
    changed_at: datetime | None


def alert_for(site: Site, notices: list) -> str:
    """The notices that speak for a site, in one line."""
    return "／".join(
        " ".join(filter(None, [notice.title, notice.body]))
        for notice, places in notices
        if not places or site in places
    )


def with_alerts(sites: list[Site]) -> list[Site]:
    """The sites with what is urgent about them now."""
    notices = [(notice, public_places(notice)) for notice in shown_now()]
    for site in sites:
        site.alert = alert_for(site, notices)
    return sites


def public_site(slug: str) -> Site:
    """The public site of that name; 404 for a hidden one as for none."""
    site = Site.objects.public().with_parent().filter(slug=slug[:60]).first()
    if site is None:
        raise Http404
    return site


@router.get(
    "/services",
    response={200: list[ServiceOut]} | UNREADABLE,
    url_name="services",
    summary="公開しているサービスの一覧",
)
def services(request: HttpRequest, response: HttpResponse, piece: Query[Piece]):
    return piece_of(ServiceType.objects.public(), piece, request, response)


@router.get(
    "/sites",
    response={200: list[SiteOut]} | UNREADABLE,
    url_name="sites",
    summary="公開している拠点の一覧",
)
def sites(request: HttpRequest, response: HttpResponse, piece: Query[Piece]):
    rows = Site.objects.public().with_parent()
    return with_alerts(piece_of(rows, piece, request, response))


@router.get(
    "/sites/{slug}",
    response={200: SiteOut} | NOT_FOUND,
    url_name="site",
    summary="一つの拠点",
)
def site(request: HttpRequest, slug: str):
    return with_alerts([public_site(slug)])[0]


@router.get(
    "/sites/{slug}/opening-days",
    response={200: list[OpeningDayOut]} | NOT_FOUND | UNREADABLE,
    url_name="opening_days",
    summary="期間の毎日の開所・休み（一度に366日まで）",
)
def days(
    request: HttpRequest,
    response: HttpResponse,
    slug: str,
    asked: Query[Range],
    piece: Query[Piece],
):
    site = public_site(slug)
    if not timedelta() <= asked.end - asked.start <= LONGEST_RANGE:
        raise HttpError(422, _("Give a range of at most 366 days, first day first."))
    found = opening_days(site, asked.start, asked.end)
    return piece_of(found, piece, request, response)


@router.get(
    "/notices",
    response={200: list[NoticeOut]},
    url_name="notices",
    summary="いま出ている緊急のお知らせ",
)
def notices(request: HttpRequest):
    return [
        {
            "level": notice.level,
            "title": notice.title,
            "body": notice.body,
            "link": notice.link,
            "starts_at": notice.starts_at,
            "ends_at": notice.ends_at,
            "sites": [site.slug for site in public_places(notice)],
        }
        for notice in shown_now()
    ]


@router.get(
    "/news",
    response={200: list[NewsOut]} | UNREADABLE,
    url_name="news",
    summary="公開しているお知らせ（新しい順）",
)
def news(request: HttpRequest, response: HttpResponse, piece: Query[Piece]):
    return [
        {
            "title": page.title,
            "url": page.get_full_url(request),
            "published_at": page.first_published_at,
            "changed_at": page.last_published_at,
        }
        for page in piece_of(news_pages(), piece, request, response)
    ]
