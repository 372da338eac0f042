"""Filling in a form: its pages and the review. Every step is POST and redirect.

Nothing here needs JavaScript, and nothing typed is ever only in the browser: each step
is kept in the draft, valid or not, before anything is said about it.
"""

import json
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forms.answers import Reading, pages_in_words
from forms.forms.bound import BoundField, bind_page, faults_of, known_answers
from forms.forms.controls import control_of
from forms.forms.controls.contacts import place_of
from forms.forms.uploads import refused
from forms.languages import language_choices
from forms.models import Draft
from forms.services import (
    FormChanged,
    IncompleteAnswers,
    NotReceived,
    document_of,
    read_draft,
    record_refusal,
    save_page,
    set_language,
    submit,
)
from forms.services.files import places_of
from forms.services.following import added_questions, last_day_of, same_number
from forms.services.resuming import keep_for_later
from forms.views import drafts
from forms.views.answering import SeeOther
from forms.views.files import stays_for_files, take_files
from home import readings
from staff.services import client_address

UNKNOWN_PLACE = gettext_lazy(
    "No address was found for this postal code. Please write the address yourself."
)


@drafts.with_draft
def page(request: HttpRequest, draft: Draft, key: str, number: int) -> HttpResponse:
    """One page of questions."""
    if draft.sent_at:
        return SeeOther(drafts.address("done", draft, query="again=1"))
    shown = drafts.version_shown(request, draft).document
    if not 1 <= number <= len(shown["pages"]):
        raise Http404
    this = shown["pages"][number - 1]
    if request.method == "POST" and "save" in request.POST:
        return save_by_script(request, draft, this)
    if request.method == "POST":
        not_taken = take_files(request, draft, this)
        draft = save_page(draft, this, request.POST, not_taken)
        number = same_number(shown, number, draft.version.document)
        this = draft.version.document["pages"][number - 1]
        response = SeeOther(after_page(request, draft, this, number, key))
        readings.choose(request, response, request.POST.get(readings.COOKIE))
        return response
    reading = read_draft(draft)
    if this["key"] not in reading.asked:
        return SeeOther(next_address(draft, reading, number))
    return render_page(request, draft, key, number, reading)


def save_by_script(request: HttpRequest, draft: Draft, this: Mapping) -> JsonResponse:
    """Keep the page while it is being typed; the answer says when, and nothing else."""
    save_page(draft, this, request.POST, by_script=True)
    time = timezone.localtime()
    return JsonResponse({"text": _("Saved at %(time)s") % {"time": f"{time:%-H:%M}"}})


def after_page(
    request: HttpRequest, draft: Draft, this: Mapping, number: int, key: str
) -> str:
    """Where to go once a page is kept; the way back never asks for anything."""
    if drafts.belongs_to_another(request, draft):
        # Not even which page comes next: that would tell an answer.
        return redirect_to_login(drafts.address("page", draft, number)).url
    if "keep" in request.POST:
        keep_for_later(draft, key)
        return drafts.address("keep", draft)
    if "language" in request.POST:
        wanted = request.POST["language"]
        if wanted in dict(language_choices(draft.version.document)):
            set_language(draft, wanted)
        return same_page(request, draft, number)
    if readings.COOKIE in request.POST:
        return same_page(request, draft, number)
    return page_after_saving(request, draft, this, number)


def same_page(request: HttpRequest, draft: Draft, number: int) -> str:
    """The same page as it is now read; only a file that was not taken is spoken of."""
    query = [("files", "1")] if request.FILES else []
    query += came_from(request)
    return drafts.address("page", draft, number, query=urlencode(query))


def came_from(request: HttpRequest) -> list[tuple[str, str]]:
    """What the next address carries, so that the way still leads back to the review."""
    is_from_review = "review" in request.POST.getlist("from")
    return [("from", "review")] if is_from_review else []


def page_after_saving(
    request: HttpRequest, draft: Draft, this: Mapping, number: int
) -> str:
    reading = read_draft(draft)
    if stays_for_files(request):
        return here_again(request, draft, this, number)
    if "leave" in request.POST:
        return drafts.address("leave", draft, query=f"page={number}")
    if "back" in request.POST:
        return previous_address(draft, reading, number)
    new = newly_asked(request, draft, this, reading)
    stay = pressed_inside(request, this)
    if stay:
        return stay_here(request, draft, number, new, stay)
    wrong = [f for f in this["fields"] if reading.is_wrong(f)]
    query = [("new", key) for key in new]
    if any(field["key"] not in new for field in wrong):
        query.append(("check", "1"))
    if back := came_from(request):
        query_back = [*query, *back]
        if query:
            return drafts.address("page", draft, number, query=urlencode(query_back))
        return drafts.address("review", draft)
    if query:
        return drafts.address("page", draft, number, query=urlencode(query))
    return next_address(draft, reading, number)


def pressed_inside(request: HttpRequest, this: Mapping) -> str:
    """Where on the same page to go on: a row was added, an address filled in, …"""
    places = (control_of(f).stay(f, request.POST) for f in this["fields"])
    return next(filter(None, places), "")


def stay_here(
    request: HttpRequest, draft: Draft, number: int, new: list[str], stay: str
) -> str:
    """The same page at *stay*, where a button was pressed inside it."""
    asked = [("new", key) for key in new]
    for place in unknown_places(request):
        asked.append(("unknown", place))
        stay = f"id_{place}-field"
    asked += came_from(request)
    return f"{drafts.address('page', draft, number, query=urlencode(asked))}#{stay}"


def unknown_places(request: HttpRequest) -> list[str]:
    """The address to be filled in by its postal code, where the code is not known."""
    pressed = request.POST.get("complete")
    if not pressed or place_of(request.POST.get(f"{pressed}-postcode", "")):
        return []
    return [pressed]


def here_again(request: HttpRequest, draft: Draft, this: Mapping, number: int) -> str:
    """The same page at its files, whose button was pressed; nothing else is judged."""
    query = [("files", "1"), *came_from(request)]
    path = drafts.address("page", draft, number, query=urlencode(query))
    places = [place.control for place in places_of(this, draft.answers)]
    pressed = request.POST.get("attach")
    for place in [pressed] if pressed in places else places[:1]:
        path += f"#id_{place}-field"
    return path


def newly_asked(
    request: HttpRequest, draft: Draft, this: Mapping, reading: Reading
) -> list[str]:
    """Questions that this very POST called up, so that nobody has seen them yet.

    Without JavaScript they were hidden: they are shown now, with a friendly note, and
    not as an error. ``…-shown`` says that the browser had them in sight.
    """
    bound = bind_page(this, draft.answers, reading.asked, {}, {}, reading)
    return [
        item.field["key"]
        for item in bound
        if item.is_conditional
        and item.is_asked
        and item.control.is_empty(item.typed)
        and (item.control.is_typed or item.field["type"] in ("urgent", "file"))
        and request.POST.get(item.shown_name) != "1"
    ]


def asked_numbers(draft: Draft, reading: Reading) -> list[int]:
    """The numbers of the pages that are asked."""
    pages = draft.version.document["pages"]
    return [n for n, page in enumerate(pages, 1) if page["key"] in reading.asked]


def next_address(draft: Draft, reading: Reading, number: int) -> str:
    later = [n for n in asked_numbers(draft, reading) if n > number]
    if later:
        return drafts.address("page", draft, later[0])
    return drafts.address("review", draft)


def previous_address(draft: Draft, reading: Reading, number: int) -> str:
    earlier = [n for n in asked_numbers(draft, reading) if n < number]
    return drafts.address("page", draft, earlier[-1] if earlier else number)


def render_page(
    request: HttpRequest, draft: Draft, key: str, number: int, reading: Reading
) -> HttpResponse:
    document = document_of(draft)
    this = document["pages"][number - 1]
    new = set(request.GET.getlist("new"))
    errors = {}
    if "check" in request.GET:
        errors = {k: text for k, text in reading.errors.items() if k not in new}
    elif "files" in request.GET:
        errors = {k: reading.errors[k] for k in refused_here(draft, this, reading)}
    parts = reading.parts
    if unknown := request.GET.get("unknown"):
        errors = {**errors, unknown: UNKNOWN_PLACE}
        parts = {**parts, unknown: "postcode"}
    items = bind_page(this, draft.answers, reading.asked, errors, parts, reading)
    numbers = asked_numbers(draft, reading)
    return render(
        request,
        "forms/page.html",
        {
            "draft": draft,
            "draft_key": key,
            "document": document,
            "languages": language_choices(document),
            "language": draft.language or settings.LANGUAGE_CODE,
            "save_mark": get_random_string(12),
            "added": added_questions(draft, reading),
            "last_day": last_day_of(draft),
            "page": this,
            "items": [item for item in items if item.field["type"] != "urgent"],
            "urgent": [item for item in items if item.field["type"] == "urgent"],
            "wrong": faults_of(items),
            "new": [item for item in items if item.field["key"] in new],
            "step": numbers.index(number) + 1,
            "steps": len(numbers),
            "has_previous": numbers[0] != number,
            "from_review": request.GET.get("from") == "review",
            "known_json": json.dumps(known_answers(items, reading.values)),
            "has_files": bool(places_of(this, draft.answers)),
            "switch_form": "page-form",
        },
    )


def refused_here(draft: Draft, page: Mapping, reading: Reading) -> list[str]:
    """The questions of a page whose files could not be taken."""
    return [
        place.control
        for place in places_of(page, draft.answers)
        if place.control in reading.errors
        and refused(place.answers.get(place.field["key"]))
    ]


@drafts.with_draft
def review(request: HttpRequest, draft: Draft, key: str) -> HttpResponse:
    """All answers to look over; the button sends them."""
    if request.method == "POST":
        return send(request, draft, key)
    if draft.sent_at:
        return SeeOther(drafts.address("done", draft, query="again=1"))
    return render_review(request, draft, key)


def render_review(
    request: HttpRequest, draft: Draft, key: str, refused: Sequence[str] = ()
) -> HttpResponse:
    document, reading = document_of(draft), read_draft(draft)
    numbers = asked_numbers(draft, reading)
    pages = pages_in_words(document, reading.values, reading.asked)
    wrong = [
        item
        for number in numbers
        for item in bound_errors(document["pages"][number - 1], draft, reading, number)
    ]
    return render(
        request,
        "forms/review.html",
        {
            "draft": draft,
            "draft_key": key,
            "document": document,
            "pages": pages,
            "errors": reading.errors,
            "wrong": wrong,
            "added": added_questions(draft, reading),
            "last_day": last_day_of(draft),
            "urgent": urgent_notices(document, reading),
            "last": numbers[-1] if numbers else 1,
            "refused": refused,
            "is_changed": "changed" in request.GET,
        },
    )


def bound_errors(
    page: Mapping, draft: Draft, reading: Reading, number: int
) -> list[tuple[int, BoundField]]:
    items = bind_page(
        page, draft.answers, reading.asked, reading.errors, reading.parts, reading
    )
    return [(number, item) for item in faults_of(items)]


def urgent_notices(document: Mapping, reading: Reading) -> list[BoundField]:
    """The emergency notices that these answers call for."""
    return [
        BoundField(field, "")
        for page in document["pages"]
        for field in page["fields"]
        if field["type"] == "urgent" and field["key"] in reading.asked
    ]


def send(request: HttpRequest, draft: Draft, key: str) -> HttpResponse:
    """Receive the answers. The receipt is only shown by the page after the commit."""
    if drafts.belongs_to_another(request, draft):
        return drafts.ask_to_log_in(request, drafts.address("review", draft))
    if draft.sent_at:
        return SeeOther(drafts.address("done", draft, query="again=1"))
    try:
        submit(draft, key=key, address=client_address(request), seen=seen(request))
    except Draft.DoesNotExist:
        raise Http404 from None  # given up in another tab, this very moment
    except FormChanged:
        return SeeOther(drafts.address("review", draft, query="changed=1"))
    except NotReceived as refusal:
        return not_received(request, draft, key, refusal)
    except IncompleteAnswers as refusal:
        for number, page in enumerate(draft.version.document["pages"], 1):
            if any(refusal.reading.is_wrong(f) for f in page["fields"]):
                where = drafts.address(
                    "page", draft, number, query="check=1&from=review"
                )
                return SeeOther(where)
        return SeeOther(drafts.address("review", draft, query="changed=1"))
    except ValidationError as refusal:
        # Whoever was to take it in could not: nothing was received, all is kept.
        return render_review(request, draft, key, refused=refusal.messages)
    return SeeOther(drafts.address("done", draft))


def seen(request: HttpRequest) -> int | None:
    """The number of the version that was looked over, as the page says it."""
    number = request.POST.get("version", "")[:9]
    return int(number) if number.isdecimal() else None


def not_received(
    request: HttpRequest, draft: Draft, key: str, refusal: NotReceived
) -> HttpResponse:
    """Say that it was not accepted, prove the attempt, name whom to call."""
    draft = record_refusal(draft, refusal)
    context = {
        "draft": draft,
        "draft_key": key,
        "document": document_of(draft),
        "message": refusal.message,
    }
    return render(request, "forms/not_received.html", context, status=409)
