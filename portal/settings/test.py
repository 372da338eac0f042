"""Settings under test: as in service, with a sample secret and quick passwords."""

import os
import tempfile

os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "x" * 40)
# Workers inherit the environment of the run. A shared folder would tell one worker of
# the other's changes (home.freshness), so each has its own; what it starts shares it.
OWN = f"ibasho-test-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}-"
if OWN not in os.environ.get("DATA_DIR", ""):
    os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix=OWN)

from portal.settings.base import *  # noqa: E402, F403
from portal.settings.base import STORAGES  # noqa: E402

TESTING = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
WHITENOISE_AUTOREFRESH = True
ALLOWED_HOSTS = ["*"]
