"""The same portal with Django's own page cache instead of ours, for comparison."""

from portal.settings.base import *  # noqa: F403
from portal.settings.base import MIDDLEWARE as OURS

CACHE_MIDDLEWARE_SECONDS = 600
MIDDLEWARE = [
    "django.middleware.cache.UpdateCacheMiddleware",
    "django.middleware.cache.FetchFromCacheMiddleware",
    *(name for name in OURS if name != "portal.pagecache.OfferPublicPages"),
]
