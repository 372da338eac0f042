"""A person who fills in a form without JavaScript, through Django's test client."""

import subprocess

from bs4 import BeautifulSoup
from django.test import Client

DATES = ("year", "month", "day")

REFERRAL = {
    "kind": "use",
    "urgency": "normal",
    "school": "架空北小学校",
    "writer_role": "担任",
    "writer_name": "試験太郎",
    "writer_phone": "06-6858-0000",
    "contact_hours": "平日 16時",
    "child_family_name": "𠮷田",
    "child_given_name": "\ufa19花\U000e0100",
    "child_family_kana": "よしだ",
    "child_given_kana": "ﾊﾅ",
    "birth_date": ("平成28", "７", "15"),
    "grade": "e4",
    "guardian_name": "不明",
    "signs": ["meals", "absence"],
    "facts": "「おなかすいた」と話す。\r\n夕食を食べていない日がある。",
    "school_support": "保健室で休む",
    "told_child": "not_yet",
    "told_guardian": "agreed",
}


def words_of(pdf: bytes) -> str:
    """What can be read on a paper."""
    done = subprocess.run(
        ["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True
    )
    return done.stdout.decode()


def fields_for(page: BeautifulSoup, answers: dict) -> dict:
    """The fields that a browser sends for answers by item code, where asked."""
    fields: dict = {}
    for code, value in answers.items():
        fields |= control_fields(page, code, value)
    return fields


def control_fields(page: BeautifulSoup, code: str, value) -> dict:
    control = page.select_one(f'main [data-code="{code}"]')
    if control is None:
        return {}
    if control.name == "fieldset":
        key = control["id"].removeprefix("id_").removesuffix("-field")
        return {f"{key}-{p}": [v] for p, v in zip(DATES, value, strict=True)}
    name = control["name"]
    options = page.select(
        f'[name="{name}"][data-option-code], [name="{name}"] option[data-option-code]'
    )
    if options:
        wanted = value if isinstance(value, list) else [value]
        return {name: [o["value"] for o in options if o["data-option-code"] in wanted]}
    if control.name == "select":
        return {name: [""], f"{name}-other": [value]}
    return {name: [value]}


class Journey:
    """Begins a form and walks through it, page by page, as the pages say."""

    def __init__(self, client: Client | None = None, slug: str = "referral"):
        self.client = client or Client()
        self.start = f"/forms/{slug}/"
        self.response = None

    def begin(self) -> "Journey":
        return self.follow(self.client.post(self.start))

    def follow(self, response) -> "Journey":
        """Go where the answer points, as browsers do after a POST."""
        self.posted = response
        while response.status_code in (302, 303):
            self.url = response["Location"]
            response = self.client.get(self.url)
        self.response = response
        return self

    def open(self, url: str) -> "Journey":
        self.url = url
        return self.follow(self.client.get(url))

    @property
    def page(self) -> BeautifulSoup:
        return BeautifulSoup(self.response.content, "html.parser")

    @property
    def text(self) -> str:
        return self.page.get_text(" ", strip=True)

    @property
    def errors(self) -> list[str]:
        return [a.get_text(strip=True) for a in self.page.select("[role=alert] a")]

    @property
    def receipt(self) -> str:
        return self.page.select_one("[data-receipt]").get_text(strip=True)

    @property
    def draft_address(self) -> str:
        return "/".join(self.url.split("/")[:4]) + "/"

    def is_shown(self, code: str) -> bool:
        found = self.page.select(f'main [data-code="{code}"]')
        return bool(found) and not any(e.find_parent(hidden=True) for e in found[:1])

    def state(self) -> dict:
        """What a browser would send if nothing was changed."""
        data: dict = {}
        form = self.page.select_one("main form[method=post]")
        controls = form.select("input, select, textarea")
        controls += self.page.select(f'input[form="{form.get("id")}"]')
        for control in controls:
            name, kind = control.get("name"), control.get("type")
            if kind in ("radio", "checkbox") and not control.has_attr("checked"):
                continue
            if control.name == "select":
                chosen = control.select_one("option[selected]")
                value = chosen["value"] if chosen else ""
            elif control.name == "textarea":
                value = control.get_text().removeprefix("\n")
            else:
                value = control.get("value", "")
            data.setdefault(name, []).append(value)
        return data

    def value(self, code: str) -> list[str]:
        """What stands in a control now."""
        control = self.page.select_one(f'main [data-code="{code}"]')
        return self.state().get(control["name"], [])

    def typed(self, answers: dict) -> dict:
        """The fields of a POST for answers by item code; the rest as it stands."""
        return self.state() | fields_for(self.page, answers)

    def next(self, answers: dict | None = None, **extra) -> "Journey":
        """Fill in this page and press the first button."""
        data = self.typed(answers or {}) | {k: [v] for k, v in extra.items()}
        return self.follow(self.client.post(self.url, data))

    def walk(self, answers: dict) -> "Journey":
        """From here to the page where all is looked over."""
        for _step in range(20):
            if "/review/" in self.url:
                return self
            before = self.url
            self.next(answers)
            assert not self.errors, self.errors
            assert self.url != before
        raise AssertionError(f"The form does not end: {self.url}")

    def send(self) -> "Journey":
        return self.follow(self.client.post(self.url, self.state()))
