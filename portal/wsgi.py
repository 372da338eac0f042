"""The WSGI application that bin/run serves."""

import os
import re

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.base")

CHARSET = re.compile(r";\s*charset\s*=[^;]*", re.IGNORECASE)

django_application = get_wsgi_application()

from portal.pagecache import PageCache  # noqa: E402  it needs Django set up


def trusting_application(environ, start_response):
    """Django, for requests whose charset it can trust.

    Django reads a request by the charset its sender names, before any middleware: an
    invented one would be an error of ours. Everything here is UTF-8.
    """
    named = environ.get("CONTENT_TYPE", "")
    environ["CONTENT_TYPE"] = CHARSET.sub("", named)
    return django_application(environ, start_response)


application = PageCache(trusting_application)
