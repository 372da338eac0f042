"""What pages tell machines about themselves: schema.org as JSON-LD."""

import json
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from wagtail.fields import StreamField
from wagtail.models import Site as WebSite

from home.notices import shown_now
from home.readings import without_markup

CONTEXT = "https://schema.org"
ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}

Data = dict[str, Any]


def script(data: list[Data]) -> SafeString:
    """The block for a page: no text in it can end the block or begin another.

    Browsers run nothing of this type, so the security policy has no word about it.
    """
    text = json.dumps({"@context": CONTEXT, "@graph": data}, ensure_ascii=False)
    text = text.translate(ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308


def without_empty(data: Data) -> Data:
    """Only what is known: nothing is told as empty."""
    return {key: value for key, value in data.items() if value not in (None, "", [])}


def announcements() -> list[Data]:
    """The emergency notices of this moment."""
    return [
        without_empty(
            {
                "@type": "SpecialAnnouncement",
                "name": notice.title,
                "text": notice.body,
                "datePosted": notice.starts_at.isoformat(),
                "expires": notice.ends_at.isoformat(),
            }
        )
        for notice in shown_now()
    ]


def page_of(page, url: str) -> Data:
    """A page with the day of its last change."""
    changed = page.last_published_at
    kind = "Article" if page._meta.model_name == "newspage" else "WebPage"
    return without_empty(
        {
            "@type": kind,
            "@id": f"{url}#page",
            "url": url,
            ("headline" if kind == "Article" else "name"): page.title,
            "description": page.search_description or getattr(page, "lead", ""),
            "inLanguage": get_language(),
            "datePublished": page.first_published_at
            and page.first_published_at.isoformat(),
            "dateModified": changed and changed.isoformat(),
        }
    )


def breadcrumbs_of(page, request) -> Data | None:
    """The way from the top page; none on the top page itself."""
    site = WebSite.find_for_request(request)
    if site is None or page.pk == site.root_page_id:
        return None
    above = page.get_ancestors(inclusive=True).filter(depth__gte=site.root_page.depth)
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {
                "@type": "ListItem",
                "position": position,
                "name": each.title,
                "item": each.get_full_url(request),
            }
            for position, each in enumerate(above, start=1)
        ],
    }


def questions_of(page) -> Data | None:
    """The questions and answers that a page holds, wherever its blocks keep them."""
    streams = [
        getattr(page, field.name).get_prep_value()
        for field in page._meta.get_fields()
        if isinstance(field, StreamField) and getattr(page, field.name)
    ]
    pairs = list(find_questions(streams))
    if not pairs:
        return None
    return {
        "@type": "FAQPage",
        "mainEntity": [
            {
                "@type": "Question",
                "name": question,
                "acceptedAnswer": {"@type": "Answer", "text": answer},
            }
            for question, answer in pairs
        ],
    }


def find_questions(value):
    """Every pair of ``question`` and ``answer`` in the raw value of a stream."""
    if isinstance(value, list):
        for each in value:
            yield from find_questions(each)
    elif isinstance(value, dict):
        question, answer = value.get("question"), value.get("answer")
        if isinstance(question, str) and isinstance(answer, str):
            yield plain(question), plain(answer)
        else:
            for each in value.values():
                yield from find_questions(each)


def plain(text: str) -> str:
    """Without the readings that stand above it on the page."""
    return without_markup(text).strip()


def of_page(page, request) -> list[Data]:
    """What every page tells: itself, the way to it, its questions."""
    url = request.build_absolute_uri(request.path)
    told = [page_of(page, url), breadcrumbs_of(page, request), questions_of(page)]
    return [data for data in told if data]
