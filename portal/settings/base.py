"""Settings of the portal. What differs from city to city comes from the environment.

DATA_DIR        everything the portal keeps (database, media, private files, secret)
DATABASE_URL    default: SQLite in DATA_DIR
SECRET_KEY      default: the file ``secret_key`` in DATA_DIR, made by ``bin/run``
WEBHOOK_HOSTS   hosts of the inner network that forms may deliver to: ``host:port,…``
PUBLIC_URL      the address people use; ``https://`` turns secure cookies and HSTS on
API_CORS_ORIGINS origins, with commas between, whose pages may read the public API
EMAIL_URL       ``smtp://user:password@host:port``; default: files in DATA_DIR/mail
CLAMD_URL       ``unix:///run/clamav/clamd.ctl`` or ``tcp://host:3310``, the virus
                scanner; default: files that people send are marked as unscanned
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy

from portal import sqlite
from portal.settings.environment import mail_settings, scanner_url, secret_key

BASE_DIR = Path(__file__).resolve().parents[2]
DATA_DIR = Path(os.environ.get("DATA_DIR") or BASE_DIR / "var").resolve()
PUBLIC_URL = os.environ.get("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")

DEBUG = False
TESTING = False
SECRET_KEY = secret_key(DATA_DIR)
ALLOWED_HOSTS = [
    host
    for host in os.environ.get("ALLOWED_HOSTS", "").split(",")
    + [urlsplit(PUBLIC_URL).hostname or "", "127.0.0.1", "localhost"]
    if host
]

INSTALLED_APPS = [
    "portal",
    "reports",
    "support",
    "decisions",
    "cases",
    "forms",
    "programs",
    "home",
    "exchange",
    "staff",
    "wagtail.contrib.settings",
    "wagtail.contrib.redirects",
    "wagtail.contrib.simple_translation",
    "wagtail.locales",
    "wagtail.sites",
    "staff.wagtail_users.PortalUsersConfig",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "home.wagtail_admin.PortalAdminConfig",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django_tasks",
    "ninja",
    "axes",
    "csp",
    "import_export",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
]

MIDDLEWARE = [
    "portal.pagecache.OfferPublicPages",
    "portal.middleware.AnswerOutages",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.middleware.AllowWagtailScripts",
    "portal.middleware.ContentPolicy",
    "portal.middleware.FrameFormsWhereAllowed",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.api_manners.ApiManners",
    "portal.middleware.RefuseUnreadableInput",
    "portal.pagecache.RememberSite",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "portal.middleware.SpeakTheLanguageOfTheAddress",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "portal.middleware.KeepPrivatePagesPrivate",
    "axes.middleware.AxesMiddleware",
    "home.middleware.Furigana",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
# The empty choice of a filter; other lists say it in select_option.html.
FILTERS_EMPTY_CHOICE_LABEL = gettext_lazy("All")
CSRF_FAILURE_VIEW = "portal.views.csrf_failure"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wagtail.contrib.settings.context_processors.settings",
            ],
        },
    }
]

DATABASES = {
    "default": dj_database_url.parse(
        os.environ.get("DATABASE_URL") or f"sqlite:///{DATA_DIR / 'ibasho.sqlite3'}"
    )
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    sqlite.use_newest()
    DATABASES["default"]["OPTIONS"] = sqlite.options()
    DATABASES["default"]["CONN_MAX_AGE"] = 600
elif DATABASES["default"]["ENGINE"].endswith("postgresql"):
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"]["CONN_MAX_AGE"] = 60
else:
    raise ImproperlyConfigured("DATABASE_URL must name SQLite or PostgreSQL.")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "staff.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "staff.backends.MembershipBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 15},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/accounts/home/"
LOGOUT_REDIRECT_URL = "/"
WAGTAILADMIN_LOGIN_URL = LOGIN_URL
WAGTAIL_FRONTEND_LOGIN_URL = LOGIN_URL
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_SAVE_EVERY_REQUEST = True  # the hours count from the last act
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
AXES_FAILURE_LIMIT = 10
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_COOLOFF_TIME = 1
AXES_VERBOSE = False
AXES_LOCKOUT_TEMPLATE = "staff/locked_out.html"

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
SECURE_TLS = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_TLS
SECURE_HSTS_SECONDS = 31536000 if SECURE_TLS else 0
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if os.environ.get("BEHIND_PROXY") else None
)
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024
# The editor posts some twenty fields for each question of a form of three hundred.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
# Where the pages of forms may be shown in a frame, beside the portal itself.
FORM_FRAME_ANCESTORS = os.environ.get("FORM_FRAME_ANCESTORS", "").split()
# How often the key of one school or group may ask the API in a minute; 0: no limit.
API_CALLS_PER_MINUTE = int(os.environ.get("API_CALLS_PER_MINUTE", "300"))
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

LANGUAGE_CODE = "ja"
# A public page may stand in any of these; which ones a city uses are its locales.
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [
    ("ja", "日本語"),
    ("ja-hira", "やさしい日本語"),
    ("en", "English"),
    ("zh-hans", "简体中文"),
    ("zh-hant", "繁體中文"),
    ("ko", "한국어"),
    ("vi", "Tiếng Việt"),
    ("ne", "नेपाली"),
    ("id", "Bahasa Indonesia"),
    ("th", "ไทย"),
    ("pt-br", "Português (Brasil)"),
    ("es", "Español"),
]
WAGTAIL_I18N_ENABLED = True
WAGTAILSIMPLETRANSLATION_SYNC_PAGE_TREE = True
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Tokyo"
USE_I18N = USE_TZ = True
FORMAT_MODULE_PATH = ["portal.formats"]

STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT") or DATA_DIR / "static")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "portal.static_files.RememberedFiles"},
}
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
PRIVATE_ROOT = DATA_DIR / "private"
CLAMD_URL = scanner_url(os.environ.get("CLAMD_URL", ""))

# Whose pages may read the public API from a browser: origins, or * for all.
API_CORS_ORIGINS = [
    origin.strip().rstrip("/")
    for origin in os.environ.get("API_CORS_ORIGINS", "").split(",")
    if origin.strip()
]
# The city in the open data: its code with the check digit, and its name.
MUNICIPALITY_CODE = os.environ.get("MUNICIPALITY_CODE", "272035")
MUNICIPALITY_NAME = os.environ.get("MUNICIPALITY_NAME", "大阪府豊中市")

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
DEFAULT_FROM_EMAIL = os.environ.get("MAIL_FROM", "ibasho@localhost")
globals().update(mail_settings(os.environ.get("EMAIL_URL", ""), DATA_DIR))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}

WAGTAIL_SITE_NAME = "居場所（Ibasho）"
WAGTAILADMIN_BASE_URL = PUBLIC_URL
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAILEMBEDS_FINDERS = []
WAGTAILAPI_DOCS_ENABLED = False
WAGTAIL_ALLOW_UNICODE_SLUGS = False
WAGTAIL_USER_TIME_ZONES = ["Asia/Tokyo"]
WAGTAILADMIN_PERMITTED_LANGUAGES = [("ja", "日本語"), ("en", "English")]
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAILIMAGES_IMAGE_FORM_BASE = "programs.uploads.BareImageForm"
WAGTAILDOCS_DOCUMENT_FORM_BASE = "programs.uploads.BareDocumentForm"
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_EXTENSIONS = ["pdf", "docx", "xlsx", "csv", "txt"]
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "home.search.backend"}}
MODELSEARCH_BACKENDS = WAGTAILSEARCH_BACKENDS
WAGTAIL_AUTOSAVE_INTERVAL = 0
WAGTAIL_FINISH_WORKFLOW_ACTION = "home.approval.finish.publish_approved"
# Comments would mail their text at once, beside the outbox.
WAGTAILADMIN_COMMENTS_ENABLED = False
WEBHOOK_HOSTS = [
    host for host in os.environ.get("WEBHOOK_HOSTS", "").lower().split(",") if host
]
AUDIT_ANCHOR_FILE = DATA_DIR / "audit-anchors.jsonl"
# The proxy redirects to TLS (W004, W008); subdomains and preload lists are the city's
# to decide (W005, W021); the admin shows previews in frames of its own (W019).
SILENCED_SYSTEM_CHECKS = [
    f"security.W{number}" for number in ("004", "005", "008", "019", "021")
]
