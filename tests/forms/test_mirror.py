"""The script shows and hides what the server would: it never decides anything else."""

import html
from datetime import date
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forms.answers import read
from forms.forms.bound import bind_page
from forms.forms.controls import control_of
from tests.forms.test_agreement import PLAIN, compiled, forms
from tests.portal.walk import CHROMIUM

pytestmark = pytest.mark.browser
SCRIPT = Path(__file__).parents[2] / "forms/static/forms/journey.js"
DAY = date(2026, 11, 27)


@pytest.fixture(scope="module")
def page():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        yield browser.new_page()
        browser.close()


def as_html(first, reading):
    """The questions of a page as they are sent, without the portal around them."""
    bound = bind_page(first, {}, reading.asked, {}, {}, reading)
    fields = "".join(render_to_string("forms/field.html", {"item": b}) for b in bound)
    style = "<style>[hidden] { display: none !important }</style>"
    known = html.escape("{}")
    return f'{style}<form id="page-form" data-known="{known}">{fields}</form>'


def names_of(first):
    """Every question of the page, in its one row too, with its name there."""
    for field in first["fields"]:
        yield field["key"], field
        for sub in field.get("fields") or []:
            yield f"{field['key']}-r1-{sub['key']}", sub


FILL = """(values) => {
  for (const [name, value] of Object.entries(values)) {
    document.querySelectorAll(`[name="${name}"]`).forEach((box) => {
      if (box.type === "radio") box.checked = box.value === value;
      else box.value = value;
    });
  }
  document.getElementById("page-form").dispatchEvent(new Event("change"));
}"""
SHOWN = """(names) => names.filter((name) => {
  const box = document.getElementById(`id_${name}-field`);
  return box && box.checkVisibility();
})"""


def values_for(draw, first):
    found = {}
    for name, field in names_of(first):
        if field.get("fields") is None:
            texts = ["", "3", "９", "10"] if field["type"] == "number" else ["", "あ"]
            options = [option["key"] for option in field.get("options") or []]
            found[name] = draw(st.sampled_from([*options, ""] if options else texts))
    return found


def as_typed(first, values):
    typed = {}
    for field in first["fields"]:
        if field.get("fields") is None:
            typed[field["key"]] = values[field["key"]]
        else:
            row = {
                s["key"]: values[f"{field['key']}-r1-{s['key']}"]
                for s in field["fields"]
            }
            typed[field["key"]] = [{"id": "r1", **row}]
    return typed


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(forms(PLAIN), st.data())
def test_the_script_shows_what_the_server_asks(page, pages, data):
    for field in pages[0]["fields"]:
        if field["type"] == "repeat":
            field["min_rows"] = 1
    result = compiled(
        pages[:1] if "goto" not in pages[0] else [{**pages[0], "goto": []}]
    )
    first = result.document["pages"][0]
    page.set_content(as_html(first, read(result.document, {}, DAY)))
    page.add_script_tag(path=SCRIPT)
    values = values_for(data.draw, first)
    page.evaluate(FILL, values)
    names = [name for name, _field in names_of(first)]

    expected = read(result.document, as_typed(first, values), DAY).asked

    assert set(page.evaluate(SHOWN, names)) == {
        name for name in names if name in expected
    }
    assert all(control_of(field) for _name, field in names_of(first))


def test_characters_are_counted_as_people_see_them(page):
    limit = '<p id="x-limit" data-max="5" data-left="残り#" data-over="#超過">5</p>'
    page.set_content(f'<form id="page-form">{limit}<textarea id="x"></textarea></form>')
    page.add_script_tag(path=SCRIPT)
    page.fill("#x", "👨‍👩‍👧‍👦葛\U000e0100𠮷")
    assert page.inner_text("[data-count]") == "残り2"
    page.fill("#x", "あいうえおか")
    assert page.inner_text("[data-count]") == "1超過"
