"""Pages of the public site to edit, to approve and to check."""

import json

import pytest
from wagtail.models import Page

from home.models import ContentPage
from tests.programs.conftest import seeded  # noqa: F401  the seed, for tests here


@pytest.fixture
def make_page(db):
    """A page of content below the root, live or a draft; by nobody."""

    def make(slug="page", *, live=True, body=(), kind=ContentPage, **fields):
        fields.setdefault("title", "利用のながれ")
        page = kind(
            slug=slug,
            live=False,
            body=json.dumps([{"type": name, "value": value} for name, value in body]),
            **fields,
        )
        Page.objects.get(depth=2).add_child(instance=page)
        revision = page.save_revision()
        if live:
            revision.publish()
        return kind.objects.get(pk=page.pk)

    return make


@pytest.fixture
def page(make_page):
    return make_page()
