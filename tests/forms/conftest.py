"""The starter forms, and small forms made of a few lines."""

import json

import pytest
from hypothesis import settings
from wagtail.signal_handlers import disable_reference_index_auto_update

from forms import handlers, starters
from forms.models import FormDefinition
from tests.factories import UnitFactory
from tests.forms.journey import Journey

# A slow machine is no failure of the code.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(autouse=True)
def private_files(tmp_path, settings):
    """A folder of private files for each test."""
    settings.PRIVATE_ROOT = tmp_path / "private"


def load_starters() -> FormDefinition:
    """Publish the starter forms, without the index of what they refer to."""
    with disable_reference_index_auto_update():
        starters.load()
    return FormDefinition.objects.get(slug="referral")


@pytest.fixture
def referral_form(db):
    """The starter form of the schools, published, and the desk that receives it."""
    UnitFactory(function="intake")
    return load_starters()


@pytest.fixture
def journey(referral_form, client):
    return Journey(client)


@pytest.fixture
def definition_of(db, monkeypatch):
    """Make a definition of pages given as lists of questions; not published.

    What is done with its answers is nothing: the tests read them themselves.
    """
    kept = ("残すだけ", lambda submissions: None)
    monkeypatch.setitem(handlers._handlers, "kept", kept)

    def make(*pages, slug="small", handler="kept", **settings):
        rows = [
            page if isinstance(page, dict) else {"title": f"ページ{at}", "fields": page}
            for at, page in enumerate(pages, 1)
        ]
        data = {"slug": slug, "pages": rows}
        return FormDefinition(
            slug=slug,
            title="小さなフォーム",
            live=False,
            handler=handler,
            pages=json.dumps(starters.pages_as_blocks(data)),
            **settings,
        )

    return make


@pytest.fixture
def publish(definition_of):
    """Publish a small form; return the definition as it stands afterwards."""

    def put(*pages, slug="small", **settings):
        made = definition_of(*pages, slug=slug, **settings)
        known = FormDefinition.objects.filter(slug=slug).first()
        if known:
            known.pages = made.pages
            made = known
        made.save()
        made.save_revision().publish()
        return FormDefinition.objects.get(slug=slug)

    return put


def question(kind, code, label="", **more):
    """One question of a small form."""
    return {"type": kind, "code": code, "label": label or f"設問{code}", **more}


def yes_no(code, label="", **more):
    options = [{"code": "yes", "label": "はい"}, {"code": "no", "label": "いいえ"}]
    return question("radio", code, label, options=options, **more)


def when(code, comparison, value="", **more):
    return {
        "conditions": [{"question": code, "comparison": comparison, "value": value}],
        **more,
    }
