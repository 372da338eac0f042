"""Small readers of the environment that refuse a bad value loudly."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def secret_key(data_dir: Path) -> str:
    """The secret from SECRET_KEY or DATA_DIR/secret_key; never a default."""
    key = os.environ.get("SECRET_KEY", "")
    file = data_dir / "secret_key"
    if not key and file.exists():
        key = file.read_text().strip()
    if len(key) < 40:
        raise ImproperlyConfigured(
            "No secret of at least 40 characters: set SECRET_KEY, or start with"
            " bin/run, which makes one in DATA_DIR."
        )
    return key


def mail_settings(url: str, data_dir: Path) -> dict[str, object]:
    """Django's mail settings from EMAIL_URL; without one, mails become files."""
    if not url:
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": data_dir / "mail",
        }
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps", "smtp+tls") or not parts.hostname:
        raise ImproperlyConfigured("EMAIL_URL must read smtp://user:password@host:port")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or 25,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_TIMEOUT": 20,
    }


def scanner_url(url: str) -> str:
    """The address of clamd, as given; refused where nobody could be behind it."""
    parts = urlsplit(url)
    is_socket = parts.scheme == "unix" and parts.path.startswith("/")
    is_host = parts.scheme == "tcp" and bool(parts.hostname)
    if url and not is_socket and not is_host:
        raise ImproperlyConfigured(
            "CLAMD_URL must read unix:///path/of/socket or tcp://host:port"
        )
    return url
