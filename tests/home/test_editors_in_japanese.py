"""What an editor, an approver and an operator meet on their screens is Japanese.

Every screen is visited and its text read, with the labels that only screen readers say.
An English word that is not on the short list below fails, with the screen it is on.
"""

import re

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.core.files.base import ContentFile
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Page, Site, get_page_models

from home.approval import services

# Names of things that have no other name here, and what the test itself put in. “None”
# is what Wagtail says of a version that nobody made, such as the seed's. The report of
# page types, for administrators alone, names kinds of pages as the software does.
ALLOWED = set(
    re.findall(
        r"\S+",
        """
        Excel XLSX CSV PDF URL ID HTML JSON ICS API FAQ px MB KB Tab Ctrl Alt Shift
        Esc Enter Cmd JIS WCAG AA SNS QR BB Wagtail Ibasho ibasho English ja en hira
        UTF SVG JPEG PNG GIF WEBP AVIF JPG HEIC WebP docx xlsx csv txt pdf png jpeg
        jpg gif webp avif svg heic http https localhost testserver com jp www Django
        Draftail Google Edge slug riyou nagare riyou-nagare forms referral page
        admin editor None
        home programs
        """,
    )
)
NUMERALS = re.compile(r"[IVX]+|No|ii+|iv|vi+|ix")  # the list of signs has them
WORD = re.compile(r"[A-Za-z][A-Za-z'’-]+")
ATTRIBUTES = ("aria-label", "title", "alt", "placeholder")
INVISIBLE = ["script", "style", "noscript", "template", "svg", "code", "kbd"]


def words_of(text: str, own: set[str]) -> set[str]:
    """The Latin words on a screen that are on no list."""
    soup = BeautifulSoup(text, "html.parser")
    shown = [templates.get_text(" ") for templates in soup("template")]
    for one in soup(INVISIBLE):
        one.decompose()
    shown.append(soup.get_text(" "))
    for one in soup.find_all(True):
        shown += [one[name] for name in ATTRIBUTES if one.get(name)]
    found = set()
    for line in shown:
        line = re.sub(
            r"[\w.+-]+@[\w.-]+|(?:https?:/)?/[\w./?=&%#-]*|[\w-]+\.\w{2,5}\b", " ", line
        )
        found |= {
            word
            for word in WORD.findall(line)
            if word not in ALLOWED | own and not NUMERALS.fullmatch(word)
        }
    return found


@pytest.fixture
def screens(make_page, cast):
    """The addresses that editors use, with something on each."""
    page = make_page("riyou", body=[("heading", "流れ"), ("text", "<p>文</p>")])
    draft = page.get_latest_revision_as_object()
    draft.title = "新しい題"
    draft.save_revision(user=cast["editor"])
    waiting = make_page("nagare", live=False)
    services.request_approval(
        waiting.get_latest_revision_as_object(), by=cast["editor"], message="確認"
    )
    Site.objects.update(site_name="居場所")
    image = get_image_model().objects.create(
        title="写真", file=get_test_image_file(), uploaded_by_user=cast["editor"]
    )
    document = get_document_model().objects.create(
        title="様式", file=ContentFile(b"x", "a.txt"), uploaded_by_user=cast["editor"]
    )
    parent = page.get_parent()
    Page.objects.filter(pk=parent.pk).update(title="トップ", draft_title="トップ")
    one = f"pages/{page.pk}"
    first, last = page.revisions.order_by("pk").values_list("pk", flat=True)[:2]
    return {
        "": "home",
        "account/": "account",
        "pages/": "explorer",
        f"pages/{parent.pk}/": "explorer",
        "pages/search/?q=流れ": "search",
        f"pages/{parent.pk}/add_subpage/": "add",
        f"pages/add/home/contentpage/{parent.pk}/": "new",
        f"{one}/edit/": "edit",
        f"{one}/history/": "history",
        f"{one}/revisions/compare/{first}...{last}/": "compare",
        f"{one}/revisions/{first}/revert/": "revert",
        f"{one}/usage/": "usage",
        f"{one}/delete/": "delete",
        f"{one}/move/": "move",
        f"{one}/copy/": "copy",
        f"{one}/unpublish/": "unpublish",
        f"{one}/workflow_history/": "workflow history",
        f"pages/{waiting.pk}/workflow_history/": "workflow history",
        f"pages/{waiting.pk}/edit/": "locked",
        f"bulk/wagtailcore/page/delete/?id={page.pk}": "bulk",
        f"bulk/wagtailcore/page/move/?id={page.pk}": "bulk",
        "approval/": "approval",
        f"approval/{page.pk}/": "approval",
        f"approval/{page.pk}/request/": "approval",
        f"approval/{waiting.pk}/": "approval",
        f"checks/{page.pk}/": "check",
        "site-check/": "check",
        "check-words/": "words",
        "check-words/new/": "words",
        "images/": "images",
        "images/add/": "images",
        f"images/{image.pk}/": "images",
        f"images/{image.pk}/delete/": "images",
        f"images/usage/{image.pk}/": "images",
        "documents/": "documents",
        "documents/multiple/add/": "documents",
        f"documents/edit/{document.pk}/": "documents",
        f"documents/usage/{document.pk}/": "documents",
        "settings/home/contactsettings/": "settings",
        "settings/home/approvalsettings/": "settings",
        "redirects/": "redirects",
        "redirects/add/": "redirects",
        "locales/": "locales",
        "sites/": "sites",
        "services/": "facts",
        "services/new/": "facts",
        "school-holidays/": "facts",
        "school-holidays/new/": "facts",
        "sites-of-the-programme/": "facts",
        "reports/site-history/": "report",
        "reports/aging-pages/": "report",
        "reports/workflow/": "report",
        "reports/page-types-usage/": "report",
        "workflows/tasks/index/": "workflow",
        "choose-page/": "chooser",
        "images/chooser/": "chooser",
        "documents/chooser/": "chooser",
    }


@pytest.mark.parametrize("person", ["editor", "admin", "head", "operator"])
def test_every_screen_of_an_editor_is_in_japanese(person, screens, log_in, cast):
    client = log_in(person)
    own = {part for user in cast.values() for part in WORD.findall(str(user))}
    own |= {part for user in cast.values() for part in WORD.findall(user.username)}
    own |= {part for _code, name in settings.LANGUAGES for part in WORD.findall(name)}
    own |= {model._meta.model_name for model in get_page_models()}
    english, seen = {}, 0
    for path in screens:
        answer = client.get(f"/admin/{path}", follow=True)
        if answer.status_code != 200:
            continue
        seen += 1
        text = answer.text
        if "json" in answer["Content-Type"]:
            text = answer.json().get("html", "")
        if words := words_of(text, own):
            english[path] = sorted(words)
    assert seen >= {"editor": 35, "admin": 45, "head": 4, "operator": 2}[person]
    assert english == {}, "\n".join(f"{at}: {words}" for at, words in english.items())
