"""The standing cast. Every access test is played by the same people."""

import gc
import os
from unittest import mock

import pytest
from playwright.sync_api import sync_playwright

from exchange import pdf
from staff.models import Membership, Partner, Unit
from tests import databases, lanes, papers
from tests.exchange.clamd import clamd, scanner  # noqa: F401  fixtures
from tests.factories import (
    CaseFactory,
    EnrolmentFactory,
    OperatorFactory,
    PartnerFactory,
    ReferralFactory,
    SiteFactory,
)
from tests.portal.walk import CHROMIUM, Walk
from tests.serving import running_portal
from tests.standing import (
    people_with,
    seed_of_the_module,  # noqa: F401  fixture
    units_of,
)

Role = Membership.Role
Function = Unit.Function

CITY = {
    "intake": (Role.CASE_WORKER, Function.INTAKE, False),
    "caseworker": (Role.CASE_WORKER, Function.CASEWORK, False),
    "caseworker-lead": (Role.CASE_WORKER, Function.CASEWORK, True),
    "protection": (Role.CASE_WORKER, Function.PROTECTION, False),
    "programme": (Role.PROGRAMME_MANAGER, Function.PROGRAMME, False),
    "programme-lead": (Role.PROGRAMME_MANAGER, Function.PROGRAMME, True),
    "head": (Role.CENTRE_HEAD, Function.HEAD, True),
}
WITHOUT_BODY = {
    "admin": Role.SYSTEM_ADMINISTRATOR,
    "editor": Role.WEB_EDITOR,
    "form-editor": Role.FORM_EDITOR,
    "auditor": Role.AUDITOR,
}
EVERYBODY = [
    *CITY,
    *WITHOUT_BODY,
    "operator",
    "operator-staff",
    "other-operator",
    "school",
    "group",
]


# They begin first, or one worker would still be busy when the other has gone home.
LONGEST = (
    "portal/test_access_matrix_of_others.py",
    "portal/test_access_matrix.py",
    "forms/test_kill.py",
    "portal/test_bad_input.py",
    "home/test_editors_in_japanese.py",
    "decisions/test_states.py",
    "programs/test_agreement.py",
    "decisions/test_screens.py",
    "programs/test_in_browser.py",
    "portal/test_path.py",
    "decisions/test_notices.py",
    "home/test_languages.py",
    "home/test_approval.py",
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first; the order within a file stays."""
    lanes.mark(items)
    places = {name: place for place, name in enumerate(LONGEST)}

    def place(item: pytest.Item) -> int:
        return places.get("/".join(item.path.parts[-2:]), len(places))

    items.sort(key=place)


def pytest_collection_finish() -> None:
    """What was imported stays to the end: the collector need not look through it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """A database that is filled already is migrated only as far as needed."""
    return True


@pytest.fixture(scope="session")
def filled_database(django_db_modify_db_settings, shared_folder):
    """The database that Django is about to open, filled from what was migrated."""
    with databases.filled(shared_folder) as keep:
        yield keep


@pytest.fixture(scope="session")
def django_db_setup(filled_database, django_db_setup):
    """As pytest-django does it, with the migrated database kept for others."""
    filled_database()


@pytest.fixture(scope="session", autouse=True)
def papers_from_a_fork():
    with mock.patch.object(pdf, "_in_child", papers.in_a_fork):
        yield


@pytest.fixture
def site(db):
    """The site of ``operator``."""
    return SiteFactory(slug="enmusubi", operator=OperatorFactory(name="架空法人えん"))


@pytest.fixture
def cast(db, site):
    """Every person of the cast by name: ``cast["operator"]``."""
    units = {unit.function: unit for unit in units_of(f for _r, f, _l in CITY.values())}
    other_site = SiteFactory(
        slug="other", operator=OperatorFactory(name="架空法人ほか")
    )
    group = PartnerFactory(code="G-OWN", kind=Partner.Kind.GROUP)
    posts = {
        username: {"role": role, "unit": units[function], "is_lead": is_lead}
        for username, (role, function, is_lead) in CITY.items()
    }
    posts |= {username: {"role": role} for username, role in WITHOUT_BODY.items()}
    posts |= {
        "operator": {"role": Role.OPERATOR_MANAGER, "operator": site.operator},
        "operator-staff": {"role": Role.OPERATOR_STAFF, "operator": site.operator},
        "other-operator": {
            "role": Role.OPERATOR_MANAGER,
            "operator": other_site.operator,
        },
        "school": {"role": Role.SUBMITTER, "partner": PartnerFactory(code="S-OWN")},
        "group": {"role": Role.SUBMITTER, "partner": group},
    }
    return people_with(posts)


@pytest.fixture
def log_in(client, cast):
    """Log the client in as somebody of the cast: ``log_in("intake")``."""

    def as_person(username):
        client.force_login(cast[username], backend="staff.backends.MembershipBackend")
        return client

    return as_person


@pytest.fixture
def referral(cast):
    """A referral of the school, at the intake desk."""
    partner = Partner.objects.get(code="S-OWN")
    return ReferralFactory(submission__partner=partner)


@pytest.fixture
def case(cast):
    """A case of the casework unit, still without use."""
    return CaseFactory(unit=Unit.objects.get(function=Function.CASEWORK))


@pytest.fixture
def enrolment(cast, site, case):
    """The same case, enrolled at the site of ``operator``."""
    return EnrolmentFactory(case=case, site=site)


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory):
    """A folder that all workers of this run share."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session")
def portal(tmp_path_factory, shared_folder):
    """The real portal with the seed and the demo, as ``bin/run`` serves it."""
    with running_portal(tmp_path_factory.mktemp("portal"), shared_folder) as served:
        yield served


@pytest.fixture(scope="session")
def portal_url(portal):
    """The address of the real portal."""
    return portal.url


@pytest.fixture(scope="module")
def browser():
    """Chromium, closed with the module: its loop would bar tests from the database."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def walk(portal, browser):
    """The real portal and a browser to walk through it."""
    return Walk(portal, browser)
