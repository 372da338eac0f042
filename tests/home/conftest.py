"""Pages of the public site to edit, to approve and to check."""

import json

import pytest
from wagtail.models import Page

from home.models import ContentPage


@pytest.fixture
def make_page(db):
    """A page of content below the root, live or a draft; by nobody."""

    def make(slug="page", *, live=True, body=(), **fields):
        fields.setdefault("title", "利用のながれ")
        page = ContentPage(
            slug=slug,
            live=False,
            body=json.dumps([{"type": kind, "value": value} for kind, value in body]),
            **fields,
        )
        Page.objects.get(depth=2).add_child(instance=page)
        revision = page.save_revision()
        if live:
            revision.publish()
        return ContentPage.objects.get(pk=page.pk)

    return make


@pytest.fixture
def page(make_page):
    return make_page()
