"""What the public frame does to each page on its way out."""

from django.http import HttpRequest, HttpResponse

from home import freshness, readings
from home.models import Reading

NEVER = (
    "/admin/",
    "/api/",
    "/documents/",
    "/media/",
    "/static/",
    "/healthz",
    "/readyz",
)


class Furigana:
    """Put readings on a page for those who want them, take them off for the others.

    It stands innermost, so that whatever keeps pages keeps them as they are shown; a
    cache of pages has to tell them apart by the cookie named in ``home.readings``.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not is_page(request, response):
            return response
        html = response.content.decode()
        if not readings.wanted(request):
            changed = readings.without_ruby(html)
        elif '<html lang="ja' in html[:200]:
            words = freshness.remembered("readings", dictionary)
            changed = readings.with_readings(html, words)
        else:
            changed = html
        if changed is not html:
            response.content = changed
        return response


def dictionary() -> dict[str, str]:
    """Every approved word with its reading."""
    return dict(Reading.objects.approved().values_list("word", "reading"))


def is_page(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether an answer is a page of the public side."""
    return (
        not response.streaming
        and response.get("Content-Type", "").startswith("text/html")
        and not request.path_info.startswith(NEVER)
        and response.status_code < 500
    )
