"""The fictional demo: a cast of people, and the public content of the seed.

Every name is invented. The public pages and facts come from the seed alone.
"""

import os
import secrets
from datetime import date

from django.contrib.auth.models import Group
from django.db import transaction

from forms import starters
from programs import seed, seed_languages
from programs.models import Site
from staff.models import Membership, Operator, Partner, Unit, User

Role = Membership.Role
Function = Unit.Function
START = date(2024, 4, 1)

UNITS = [
    ("madoguchi", "こども総合相談窓口", Function.INTAKE),
    ("soudan", "こども支援課 こども相談係", Function.CASEWORK),
    ("anshin", "こども安心課", Function.PROTECTION),
    ("kikaku", "こども支援課 支援企画係", Function.PROGRAMME),
    ("center", "センター長", Function.HEAD),
]
CITY = [
    ("intake", "受付 一郎", Role.CASE_WORKER, "madoguchi", False),
    ("caseworker", "相談 花子", Role.CASE_WORKER, "soudan", False),
    ("caseworker-lead", "統括 次郎", Role.CASE_WORKER, "soudan", True),
    ("protection", "安心 三郎", Role.CASE_WORKER, "anshin", False),
    ("protection-lead", "安心 代子", Role.CASE_WORKER, "anshin", True),
    ("programme", "企画 四郎", Role.PROGRAMME_MANAGER, "kikaku", False),
    ("programme-lead", "企画 五月", Role.PROGRAMME_MANAGER, "kikaku", True),
    ("head", "センター 六実", Role.CENTRE_HEAD, "center", True),
]
WITHOUT_BODY = [
    ("admin", "管理 七海", Role.SYSTEM_ADMINISTRATOR),
    ("editor", "広報 八重", Role.WEB_EDITOR),
    ("form-editor", "様式 九子", Role.FORM_EDITOR),
    ("auditor", "監査 十和", Role.AUDITOR),
]
PARTNERS = [
    ("S0001", "架空市立あおぞら小学校", "カクウシリツアオゾラショウガッコウ", "school"),
    ("S0002", "架空市立みどり中学校", "カクウシリツミドリチュウガッコウ", "school"),
    ("G0001", "架空こども食堂ひだまり", "カクウコドモショクドウヒダマリ", "group"),
]

Account = tuple[str, str, str]


def password() -> str:
    return os.environ.get("DEMO_PASSWORD") or secrets.token_urlsafe(12)


@transaction.atomic
def load_administrator() -> list[Account]:
    """One system administrator for a portal that starts empty."""
    seed.load_editors()
    word = password()
    add_person("admin", "管理者", word, role=Role.SYSTEM_ADMINISTRATOR)
    return [("admin", word, Role.SYSTEM_ADMINISTRATOR.label)]


@transaction.atomic
def load() -> list[Account]:
    """The seed's content, the starter forms, and everybody of the cast."""
    seed.load(demo=True)
    seed_languages.load()
    load_units_and_partners()
    starters.load()
    word = password()
    load_people(word)
    return [
        (row.user.username, word, f"{row.user.full_name}（{row.get_role_display()}）")
        for row in Membership.objects.select_related("user").order_by("pk")
    ]


def load_units_and_partners() -> None:
    """The city's units by their function, and three partners."""
    for code, name, function in UNITS:
        Unit.objects.get_or_create(
            code=code, defaults={"name": name, "function": function}
        )
    for code, name, kana, kind in PARTNERS:
        Partner.objects.get_or_create(
            code=code,
            defaults={
                "name": name,
                "name_kana": kana,
                "kind": kind,
                "phone": "0600000000",
            },
        )


def load_people(word: str) -> None:
    """Everybody of the cast, each with the membership of their role."""
    for username, name, role, unit, is_lead in CITY:
        body = {"unit": Unit.objects.get(code=unit), "is_lead": is_lead}
        add_person(username, name, word, role=role, **body)
    for username, name, role in WITHOUT_BODY:
        add_person(username, name, word, role=role)
    operator = Site.objects.get(slug="enmusubi").operator
    other = other_operator()
    add_person(
        "operator", "施設 長子", word, role=Role.OPERATOR_MANAGER, operator=operator
    )
    add_person(
        "operator-staff", "支援 員代", word, role=Role.OPERATOR_STAFF, operator=operator
    )
    add_person(
        "other-operator", "別府 里子", word, role=Role.OPERATOR_MANAGER, operator=other
    )
    add_person(
        "school",
        "養護 教子",
        word,
        role=Role.SUBMITTER,
        partner=Partner.objects.get(code="S0001"),
    )
    add_person(
        "group",
        "居場 所子",
        word,
        role=Role.SUBMITTER,
        partner=Partner.objects.get(code="G0001"),
    )


def other_operator() -> Operator:
    """A second operator with a site of its own, that the public is not shown."""
    other, _ = Operator.objects.get_or_create(
        name="架空法人 となりまち", defaults={"contract_from": START}
    )
    Site.objects.get_or_create(
        slug="tonarimachi",
        defaults={"name": "架空の居場所となり", "operator": other, "is_public": False},
    )
    return other


def add_person(username: str, name: str, word: str, *, role: str, **body) -> User:
    """Make an account with one membership; web editors join their group as well."""
    mail = f"{username}@example.invalid"
    user = User(username=username, full_name=name, email=mail)
    user.set_password(word)
    user.save()
    Membership.objects.create(user=user, role=role, valid_from=START, **body)
    if role in (Role.WEB_EDITOR, Role.SYSTEM_ADMINISTRATOR):
        user.groups.set(Group.objects.filter(name="Web editors"))
    return user
