"""What people and programs throw at forms, and one record for each act of the desk."""

from contextlib import contextmanager
from datetime import timedelta
from functools import cache, reduce
from operator import or_

from bs4 import BeautifulSoup
from django import forms
from django.apps import apps
from django.db import transaction
from django.db.models import Q
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from decisions.models import PlacementInquiry
from forms import starters
from portal.wsgi import application as wsgi
from staff.forms import JapaneseDateField, JapaneseTimeField
from staff.models import Unit
from tests.databases import kept_connection
from tests.factories import (
    AssessmentFactory,
    CaseFactory,
    ChildFactory,
    DecisionFactory,
    EnrolmentFactory,
    MembershipFactory,
    OperatorFactory,
    PartnerFactory,
    PlanVersionFactory,
    ReferralFactory,
    ServiceTypeFactory,
    SiteFactory,
    UnitFactory,
    UseApplicationFactory,
    UserFactory,
)
from tests.forms import inbox
from tests.forms.journey import Journey

FAMILY = "👨‍👩‍👧‍👦"
RICH = "𠮷髙﨑葛\U000e0100辻\U000e0101\ufa19" + FAMILY + "👍🏽が①㈱"
IMPOSSIBLE_DATES = ["令和8年2月30日", "平成40年1月1日", "昭和100年1月1日", "8/11/23"]
TYPED = "application/x-www-form-urlencoded"
MALFORMED = [
    (b"garbage", "multipart/form-data"),
    (b"garbage", "multipart/form-data; boundary=" + "x" * 300),
    (b"garbage", "multipart/form-data; boundary=B"),
    (b"--B\r\nContent-Disposition: form-data", "multipart/form-data; boundary=B"),
    (
        b'--B\r\nContent-Disposition: form-data; name="draft_key"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n!!!\r\n--B--\r\n",
        "multipart/form-data; boundary=B",
    ),
    (b'{"draft_key": "\\ud800\\u0000"}', "application/json"),
    (b"\xff\xfe", "text/plain; charset=utf-16"),
    (b"&".join(b"f%d=1" % n for n in range(10_000)), TYPED),
    (b"draft_key=" + b"x" * 6_500_000, TYPED),
    (b"draft_key=%00&%00=%ED%A0%80", TYPED),
    (b"draft_key=%E3%81%82", TYPED),
    (b"", ""),
]
LISTS = {
    "intake": ["referrals", "cases", "assessments", "inbox"],
    "programme": ["applications", "decisions", "plans", "exchange/partners"],
    "auditor": ["audit"],
    "admin": ["membership", "unit", "operator", "partner", "users", "exchange/outbox"],
    "form-editor": ["forms"],
    "editor": ["sites-of-the-programme", "services"],
}
QUERIES = [
    "p=abc&ordering=__proto__&state=x&q=%22%27%5C%25_",
    "p=-1&ordering=user__password&site=" + "9" * 30 + "&unit=x&q=" + "9" * 3000,
    "p=" + "9" * 30 + "&ordering=-&by=" + "9" * 30 + "&operator=' OR 1=1",
    "since=x&until=令和8年2月30日&action=x&kind=x&role=x&is_active=maybe&locale=zz",
]
FORGED_KEYS = ["9" * 30, "-1", "0", "x", "\x00", "１e3", "' OR 1=1 --", "1,2"]
FORGED_REVISIONS = ["", "x", "-1", "0", "9" * 30, "1e3", "\x00", "1.5"]

# An act that takes nothing but its confirmation.
WITHOUT_FIELDS = {
    "cases:restrict",
    "inbox:restore",
    "inbox:unlink",
    "inbox:columns",
    "inbox:bulk",
    "inbox:export",
    "inbox:lift",
    "referrals:urgency",
}
# Who may do an act, to which record of ``records``.
ACTS = {
    "referrals:triage": ("intake", "new"),
    "referrals:hearing": ("intake", "heard"),
    "referrals:accept": ("intake", "heard"),
    "referrals:redirect": ("intake", "heard"),
    "referrals:duplicate": ("intake", "new"),
    "referrals:withdraw": ("intake", "new"),
    "inbox:assign": ("intake", "sent"),
    "inbox:state": ("intake", "sent"),
    "inbox:note": ("intake", "sent"),
    "inbox:ask": ("intake", "sent"),
    "inbox:aside": ("intake", "sent"),
    "inbox:link": ("intake", "sent"),
    "inbox:hand_on": ("intake", "sent"),
    "inbox:hold": ("intake", "sent"),
    "inbox:correct": ("intake", "sent"),
    "inbox:enter": ("intake", None),
    "cases:contact": ("caseworker", "case"),
    "cases:consent": ("caseworker", "case"),
    "cases:child": ("caseworker", "case"),
    "cases:guardian": ("caseworker", "case"),
    "cases:worker": ("caseworker", "case"),
    "cases:assessment": ("caseworker", "case"),
    "assessments:edit": ("caseworker", "assessment"),
    "assessments:submit": ("caseworker", "assessment"),
    "assessments:confirm": ("caseworker-lead", "submitted"),
    "assessments:return": ("caseworker-lead", "submitted"),
    "applications:record": ("programme", None),
    "applications:record_of_case": ("programme", "case"),
    "applications:withdraw": ("programme", "application"),
    "applications:ask": ("programme", "application"),
    "applications:answer": ("programme", "application"),
    "applications:use": ("programme", "application"),
    "applications:not_use": ("programme", "application"),
    "decisions:draft_recommend": ("caseworker", "case"),
    "decisions:draft_measure": ("caseworker", "case"),
    "decisions:draft_end": ("programme", "enrolled"),
    "decisions:edit": ("programme", "draft"),
    "decisions:circulate": ("programme", "draft"),
    "decisions:withdraw": ("programme", "draft"),
    "decisions:approve": ("programme-lead", "circulated"),
    "decisions:return": ("programme-lead", "circulated"),
    "plans:add": ("operator", None),
    "plans:edit": ("operator", "plan"),
    "plans:share": ("operator", "plan"),
    "plans:withdraw": ("operator", "shared"),
    "plans:acknowledge": ("caseworker", "shared"),
    "plans:advise": ("caseworker", "shared"),
    "plans:confirm": ("operator", "acknowledged"),
}
QUERY = {"inbox:hand_on": "way=attach-to-case", "inbox:correct": "key=f_more"}
# What the form alone does not tell of good input.
GOOD = {
    "referrals:accept": {"child": "new"},
    "referrals:duplicate": {"case": ""},
    "inbox:aside": {"state": "false", "of": ""},
    "inbox:hold": {"until": ""},
    "inbox:link": {"other": "R8-8101"},
    "inbox:hand_on": {"typed": "C-83000"},
    "inbox:correct": {"f_more": "別の言葉"},
    "inbox:enter": {"partner": ""},
    "cases:consent": {"method": "paper"},
    "applications:record": {"case": "C-81000"},
    "decisions:draft_end": {"ends_on": "令和8年11月30日"},
}


def records(cast, site) -> dict:
    """A record for every act, and of each kind one that nobody here may choose."""
    ServiceTypeFactory(code="S1")
    unit = Unit.objects.get(function=Unit.Function.CASEWORK)
    today = timezone.localdate()
    worker = cast["caseworker"]
    made = {"case": CaseFactory(unit=unit, number="C-81000", worker=worker)}
    made["new"] = ReferralFactory()
    made["sent"] = answers_for(Unit.objects.get(function=Unit.Function.INTAKE))
    made["heard"] = ReferralFactory(state="hearing", council_check="not_listed")
    made["assessment"] = AssessmentFactory(case=CaseFactory(unit=unit))
    made["submitted"] = AssessmentFactory(case=CaseFactory(unit=unit), submitted=True)
    made["application"] = UseApplicationFactory(case=CaseFactory(unit=unit), site=site)
    ask(made["application"], cast["programme"])
    for name, more in (("draft", {}), ("circulated", {"circulated": True})):
        case = CaseFactory(unit=unit)
        AssessmentFactory(case=case, confirmed=True, child_voice="みんなと食べたい")
        made[name] = DecisionFactory(
            case=case,
            site=site,
            application=UseApplicationFactory(case=case, site=site),
            starts_on=today + timedelta(days=7),
            ends_on=today + timedelta(days=97),
            **more,
        )
        made[name].services.add(ServiceTypeFactory(code="S1"))
    made["enrolled"] = EnrolmentFactory(case__unit=unit, site=site).case
    made["fresh"] = EnrolmentFactory(case__unit=unit, site=site)
    seen = {"acknowledged_at": timezone.now(), "acknowledged_by": cast["caseworker"]}
    for name, more in (
        ("plan", {}),
        ("shared", {"shared": True}),
        ("acknowledged", {"shared": True, **seen}),
    ):
        made[name] = PlanVersionFactory(
            enrolment=EnrolmentFactory(case__unit=unit, site=site), **more
        )
    make_others()
    return made


def answers_for(unit: Unit):
    """Answers that were only kept, at a desk; with a second one, and a case there."""
    consult = inbox.version(inbox.form())
    inbox.grant(consult.form, unit=unit)
    inbox.received(consult, receipt="R8-8101")
    CaseFactory(unit=unit, number="C-83000")
    return inbox.received(consult)


def make_others() -> None:
    """Records that exist, and that no form of the cast may offer."""
    elsewhere = SiteFactory(
        slug="closed", is_public=False, operator=OperatorFactory(name="架空法人よそ")
    )
    PartnerFactory(code="S-GONE", is_active=False)
    MembershipFactory(
        user=UserFactory(username="stranger"),
        role="case_worker",
        unit=UnitFactory(function=Unit.Function.PROTECTION),
    )
    hidden = CaseFactory(
        restricted=True,
        number="C-82000",
        child=ChildFactory(family_name="秘匿乙"),
    )
    enrolment = EnrolmentFactory(case=hidden, site=elsewhere)
    application = UseApplicationFactory(case=hidden, site=elsewhere)
    ask(application, enrolment.decision.drafted_by)


def ask(application, author) -> None:
    """Ask the site of an application, today."""
    PlacementInquiry.objects.create(
        application=application,
        case=application.case,
        site=application.site,
        asked_on=timezone.localdate(),
        author=author,
    )


def browser_of(user) -> Client:
    """A browser of somebody, that shows a 5xx like any other page."""
    browser = Client(raise_request_exception=False)
    browser.force_login(user, backend="staff.backends.MembershipBackend")
    return browser


@contextmanager
def undone():
    """Do something to the database and take it back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def answered(response):
    """The response, which is no 5xx; otherwise the exception behind it."""
    if response.status_code >= 500:
        error = getattr(response, "exc_info", None)
        raise AssertionError(response.request["PATH_INFO"]) from error and error[1]
    return response


def address(name: str, made: dict) -> str:
    record = ACTS[name][1]
    if name in QUERY:
        return f"{reverse(name, args=[made[record].pk])}?{QUERY[name]}"
    if name == "plans:add":
        return f"{reverse(name)}?enrolment={made['fresh'].pk}"
    return reverse(name, args=[made[record].pk] if record else [])


def opened(client, path: str):
    """The form of an act, and what a person sends who fills it in well."""
    response = answered(client.get(path))
    if response.status_code == 405 or response.context is None:
        response = answered(client.post(path))
    form = response.context["form"]
    return form, good_input(form, response)


def good_input(form, response) -> dict:
    page = BeautifulSoup(response.content, "html.parser")
    data = {}
    for control in page.select("main form [name]"):
        name, kind = control["name"], control.get("type")
        if name == "csrfmiddlewaretoken" or control.name == "button":
            continue
        if kind in ("radio", "checkbox") and not control.has_attr("checked"):
            continue
        if control.name == "select":
            chosen = control.select_one("option[selected]")
            data[name] = chosen["value"] if chosen else ""
        elif control.name == "textarea":
            data[name] = control.get_text().removeprefix("\n")
        else:
            data[name] = control.get("value", "")
    for name, field in form.fields.items():
        key = form.add_prefix(name)
        if not data.get(key):
            data[key] = good_value(name, field)
    return data


def good_value(name: str, field: forms.Field):
    if isinstance(field, JapaneseDateField):
        return "令和8年11月20日"
    if isinstance(field, JapaneseTimeField):
        return "０：００"  # of a day that a form suggests: past, at any hour
    if isinstance(field, forms.ModelMultipleChoiceField):
        return [str(row.pk) for row in field.queryset[:1]]
    if isinstance(field, forms.ModelChoiceField):
        return str(field.queryset.first().pk) if field.queryset.exists() else ""
    if isinstance(field, forms.ChoiceField):
        return next((str(value) for value, _label in field.choices if value), "")
    if isinstance(field, forms.IntegerField):
        return "1"
    if "phone" in name:
        return "０６−００００−００００"
    return "カクウ" if "kana" in name else "架空の記録であるため"


def texts_of(form) -> dict[str, int | None]:
    """The free texts that a form takes, each with its limit."""
    return {
        form.add_prefix(name): field.max_length
        for name, field in form.fields.items()
        if isinstance(field, forms.CharField)
        and not isinstance(field.widget, forms.HiddenInput)
    }


def dates_of(form) -> list[str]:
    fields = form.fields.items()
    return [name for name, field in fields if isinstance(field, JapaneseDateField)]


def choices_of(form) -> dict[str, forms.Field]:
    kinds = (forms.ChoiceField, forms.ModelChoiceField)
    fields = form.fields.items()
    return {name: field for name, field in fields if isinstance(field, kinds)}


def keeps(response, typed: str) -> bool:
    """Whether a page shows again what was typed, sign by sign."""
    body = response.content.decode().replace("\r\n", "\n")
    return escape(typed) in body


def is_japanese(sentence: str) -> bool:
    return bool(sentence) and not sentence.isascii()


def stored(*texts: str) -> bool:
    """Whether a private record holds exactly one of these texts."""
    return any(
        model.objects.filter(anywhere(fields, texts)).exists()
        for model, fields in texts_of_rooms().items()
    )


@cache
def texts_of_rooms() -> dict:
    """The columns of text of each model of the rooms."""
    rooms = {"cases", "decisions", "support", "forms"}
    kinds = ("CharField", "TextField")
    found = {
        model: [
            f.name
            for f in model._meta.concrete_fields
            if f.get_internal_type() in kinds
        ]
        for model in apps.get_models()
        if model.__module__.split(".")[0] in rooms
    }
    return {model: fields for model, fields in found.items() if fields}


def anywhere(fields, texts) -> Q:
    return reduce(or_, (Q(**{f"{name}__in": texts}) for name in fields))


def everything() -> dict[str, int]:
    """How many rows each table of the rooms holds."""
    rooms = {"cases", "decisions", "support", "portal_forms", "staff", "programs"}
    return {
        model._meta.label: model._base_manager.count()
        for model in apps.get_models()
        if model._meta.app_label in rooms and model._meta.label != "staff.AuditEvent"
    }


def outsiders(field) -> list[str]:
    """Keys of rows that exist and are not offered."""
    offered = field.queryset.values_list("pk", flat=True)
    rows = field.queryset.model._base_manager.exclude(pk__in=list(offered))
    return [str(pk) for pk in rows.values_list("pk", flat=True)]


def served(path, method="GET", body=b"", **headers):
    """The status and the page as the server gives them, from the first byte on."""
    environ = RequestFactory().generic(method, path, body).environ | headers
    told = []
    with kept_connection():
        page = wsgi(environ, lambda status, headers: told.append(int(status[:3])))
        try:
            return told[0], b"".join(page).decode()
        finally:
            page.close()


def begun(user) -> Journey:
    """The form for schools, begun by somebody."""
    starters.load()
    return Journey(browser_of(user)).begin()
