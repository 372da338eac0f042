"""What every public page asks of the portal: navigation, contact, icons."""

from django import template
from django.db.models import Q
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from wagtail.models import Page, Site

from home import doors as leading
from home import linked_data as machine
from home import pictures, readings
from home.freshness import remembered
from home.languages import (
    Spoken,
    is_untranslated,
    spoken,
    tag_of,
    text_language,
    translated,
)
from home.models import ContactSettings, FaqPage, PageOpinion
from home.national import in_language_of_page
from home.notices import public_places, shown_now
from home.phrases import said, said_of
from home.querysets import public

register = template.Library()
register.filter("said", said)


def site_of(context) -> Site | None:
    """The Wagtail site of the request; none where there is no request or no site."""
    request = context.get("request")
    return Site.find_for_request(request) if request else None


def top_page(context) -> Page | None:
    """The top page in the language of the request, read once."""
    request, site = context.get("request"), site_of(context)
    if site is None:
        return None
    if not hasattr(request, "portal_top_page"):
        key = ("top page", site.pk, get_language())
        request.portal_top_page = remembered(key, lambda: site.root_page.localized)
    return request.portal_top_page


@register.simple_tag(takes_context=True)
def portal_name(context) -> str:
    """The name of the portal as web editors gave it."""
    site = site_of(context)
    return site.site_name if site else ""


@register.simple_tag(takes_context=True)
def contact(context) -> ContactSettings:
    """The office in charge, read once a request."""
    found = ContactSettings.load(request_or_site=context.get("request"))
    found.remember()
    return found


@register.simple_tag
def remembered_office() -> dict[str, str]:
    """The office as last seen; for pages that must not read the database."""
    return ContactSettings.remembered()


@register.inclusion_tag("partials/emergency_lines.html", takes_context=True)
def emergency_lines(context) -> dict[str, object]:
    """The numbers to call in an emergency, the city's own number first."""
    request = context.get("request")
    found = ContactSettings.load(request_or_site=request)
    for_children = getattr(request, "is_for_children", False)
    lines = [in_language_of_page(line.value) for line in found.lines]
    shown = [line for line in lines if for_children or not line["for_children"]]
    return {"contact": found, "lines": shown}


@register.simple_tag(takes_context=True)
def linked_data(context) -> SafeString | str:
    """What the page tells machines; nothing in a preview, which has no address."""
    page, request = context.get("page"), context.get("request")
    if not getattr(page, "pk", None) or request is None:
        return ""
    own = context.get("own_data") or []
    if getattr(request, "is_preview", False):
        return machine.script(machine.of_page(page, request) + own)
    key = ("linked data", request.get_host(), page.pk)
    return machine.script(remembered(key, lambda: machine.of_page(page, request)) + own)


@register.inclusion_tag("home/notices.html")
def emergency_notices() -> dict[str, object]:
    """What is urgent now, above the header of every page."""
    return {"notices": [(n, public_places(n)) for n in shown_now()]}


@register.filter
def said_of_places(text: str, places) -> SafeString:
    """What a notice says, in the reader's language; marked as Japanese where it is."""
    words = said_of(text, [place.name for place in places])
    if words == text and not speaks_japanese():
        return format_html('<span lang="ja">{}</span>', text)
    return format_html("{}", words)


@register.inclusion_tag("partials/icon.html")
def icon(name: str) -> dict[str, str]:
    """One of the portal's own icons; decoration, hidden from screen readers."""
    return {"name": name}


def menu_of(top: Page) -> list[Page]:
    """The pages that editors want in the menu."""
    pages = top.get_children().live().in_menu()
    return remembered(("menu", top.pk), lambda: list(pages))


@register.inclusion_tag("partials/navigation.html", takes_context=True)
def navigation(context) -> dict[str, object]:
    """The pages under the home page that editors marked for the menu."""
    top = top_page(context)
    pages = menu_of(top) if top else []
    request = context.get("request")
    return {"pages": pages, "request": request, "path": request.path if request else ""}


@register.inclusion_tag("partials/breadcrumbs.html", takes_context=True)
def breadcrumbs(context) -> dict[str, object]:
    """The way from the home page to this one; nothing on the home page itself."""
    page, top = context.get("page"), top_page(context)
    if not top or (getattr(page, "depth", None) or 0) <= top.depth:
        return {"ancestors": []}
    above = page.get_ancestors().filter(depth__gte=top.depth)
    return {"ancestors": above, "page": page, "request": context.get("request")}


@register.inclusion_tag("partials/footer_navigation.html", takes_context=True)
def footer_navigation(context) -> dict[str, object]:
    """The pages that editors want linked at the foot of every page."""
    top, pages = top_page(context), Page.objects.none()
    if top:
        chosen = Q(contentpage__in_footer=True)
        always = Q(accessibilitypage__isnull=False) | Q(privacypage__isnull=False)
        pages = Page.objects.filter(chosen | always, locale=top.locale_id)
        pages = public(pages)
    return {"pages": pages, "request": context.get("request")}


def speaks_japanese() -> bool:
    return (get_language() or "").startswith("ja")


@register.inclusion_tag("partials/furigana_switch.html", takes_context=True)
def furigana_switch(context) -> dict[str, object]:
    """The switch of readings, where nothing typed is lost by it.

    A page that people type into names in ``switch_form`` the form that keeps it all
    when the switch is pressed; an empty name says that there is none. The answer to a
    POST has no address to come back to.
    """
    request = context.get("request")
    form = context.get("switch_form")
    is_offered = (
        request is not None
        and speaks_japanese()
        and form != ""
        and (form is not None or request.method in ("GET", "HEAD"))
    )
    if not is_offered:
        return {"is_offered": False}
    return {
        "is_offered": True,
        "is_on": readings.wanted(request),
        "here": request.get_full_path(),
        "form": form,
    }


@register.inclusion_tag("partials/picture.html")
def picture(image, sizes: str = "") -> dict[str, object]:
    """An image in the sizes that screens ask for; its words if the file is broken."""
    return {"picture": pictures.shown(image), "sizes": sizes or pictures.SIZES}


@register.simple_tag(takes_context=True)
def open_doors(context, doors) -> list[tuple]:
    """The large links that lead somewhere, each with its address."""
    return leading.open_doors(doors, context.get("request"))


@register.simple_tag(takes_context=True)
def asked_by(context, audience: str) -> list:
    """The questions of an audience, out of the page of questions in this language."""
    top = top_page(context)
    pages = public(FaqPage.objects.all())
    page = pages.filter(locale=top.locale_id).first() if top else pages.first()
    return page.asked_by(audience) if page else []


@register.simple_tag
def opinions() -> list[tuple[str, str]]:
    """The answers to whether a page was of use."""
    return PageOpinion.Answer.choices


@register.simple_tag
def choice_label(block, name: str) -> str:
    """The word for a choice of a struct: what editors chose, as readers read it."""
    choices = block.block.child_blocks[name].field.choices
    return dict(choices).get(block.value[name], "")


@register.simple_tag(takes_context=True)
def top_address(context) -> str:
    """The top page in the language of this page."""
    top = top_page(context)
    return top.get_url(context.get("request")) if top else "/"


@register.simple_tag(takes_context=True)
def languages(context) -> list[Spoken]:
    """The languages in which this page can be read; a view beside the tree says so."""
    if "read_languages" in context:
        return context["read_languages"]
    page = context.get("page")
    if not isinstance(page, Page) or not page.pk:
        return []
    if not hasattr(page, "read_languages"):
        page.read_languages = spoken(page, context.get("request"))
    return page.read_languages


@register.simple_tag
def untranslated_from(page) -> str:
    """The tag of the language that the text of the page is really in; else empty."""
    if not isinstance(page, Page) or not page.pk or not is_untranslated(page):
        return ""
    return tag_of(text_language(page))


@register.simple_tag
def lang_of(page) -> SafeString | str:
    """The attribute for a title that is not in the language around it.

    Of an untranslated page the title alone may be said in the language of the reader.
    """
    if not page.alias_of_id or said(page.title) != page.title:
        return ""
    key = ("foreign title", page.pk)
    tag = remembered(key, lambda: untranslated_from(page))
    return format_html(' lang="{}"', tag) if tag else ""


@register.simple_tag(takes_context=True)
def absolute(context, address: str) -> str:
    """An address of ours with its host, as search engines want it."""
    request = context.get("request")
    return request.build_absolute_uri(address) if request else address


register.filter("in_own_language", translated)
register.filter("language_tag", tag_of)


@register.filter
def readings_inline(text: str) -> SafeString:
    """``{漢字|かんじ}`` as ruby; everything else stays the text it is."""
    return format_html_join("", "{}", ((part,) for part in pieces(str(text))))


def pieces(text: str):
    """The text cut at its readings; what is no reading is escaped as it stands."""
    end = 0
    for match in readings.MARKUP.finditer(text):
        yield escape(text[end : match.start()])
        yield readings.ruby(match[1], match[2])
        end = match.end()
    yield escape(text[end:])


@register.filter
def without_readings(text: str) -> str:
    """``{漢字|かんじ}`` as 漢字."""
    return readings.without_markup(str(text))


@register.filter(name="readings")
def in_paragraphs(text: str) -> SafeString:
    """With readings, in paragraphs: one for each line that is not empty."""
    lines = [line for line in str(text).splitlines() if line.strip()]
    return format_html_join(
        "\n", "<p>{}</p>", ((readings_inline(line),) for line in lines)
    )


@register.filter
def lines(text: str) -> list[str]:
    """The lines of a text that are not empty."""
    return [line.strip() for line in str(text or "").splitlines() if line.strip()]
