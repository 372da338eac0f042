"""The one door to an outside web server: a signed POST to a checked address.

A target is resolved first, every address it has is looked at, and the connection goes
to the very address that was looked at: a name that answers differently the second time
reaches nothing. Private, loopback and link-local addresses are refused, except for the
hosts that the operator of the portal lists in WEBHOOK_HOSTS: in a closed network every
target is private by nature. Redirects are not followed.

The receiver checks ``X-Ibasho-Signature``: ``v1=`` and the HMAC-SHA256 (hex), keyed
with the secret, of the timestamp header, a full stop, and the body as it came.
"""

import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

TIMEOUT = 10
DEADLINE = 25  # less than the lease of an outbox item
READ = 4096
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class TargetRefused(Exception):
    """The target is none that this portal may write to."""


class NoAnswer(Exception):
    """The target did not answer, or not in time."""


class Redirected(Exception):
    """The target points elsewhere; that is not followed."""


class AnsweredWithRefusal(Exception):
    """The target answered that the request is wrong (4xx)."""


class AnsweredWithFailure(Exception):
    """The target answered that it failed (5xx)."""


@dataclass(frozen=True)
class Target:
    """Where a request goes: the name for TLS and the address that was checked."""

    scheme: str
    host: str
    port: int
    path: str
    address: str


def is_listed(host: str, port: int) -> bool:
    """Whether the operator of the portal trusts this host of the inner network."""
    return bool({host, f"{host}:{port}"} & set(settings.WEBHOOK_HOSTS))


def check_url(url: str) -> SplitResult:
    """The parts of a URL that may be a target; ValidationError says what is wrong."""
    try:
        parts = urlsplit(url)
        port, host = parts.port, (parts.hostname or "").lower()
    except ValueError:
        raise ValidationError(_("This is no web address.")) from None
    if parts.scheme not in ("https", "http") or not host or not url.isascii():
        raise ValidationError(_("Give an address that begins with https://."))
    if parts.username or parts.password or any(sign <= " " for sign in url):
        raise ValidationError(_("The address must hold no user name and no blank."))
    wanted = port or (443 if parts.scheme == "https" else 80)
    if not is_listed(host, wanted) and (parts.scheme != "https" or wanted != 443):
        raise ValidationError(
            _(
                "Give an https:// address without a port. Hosts of the inner network"
                " must be listed in the settings (WEBHOOK_HOSTS)."
            )
        )
    if is_inner(host, is_listed(host, wanted)):
        raise ValidationError(
            _(
                "This address lies in the inner network. Give a public one, or have its"
                " host listed in the settings (WEBHOOK_HOSTS)."
            )
        )
    return parts


def is_inner(host: str, trusted: bool) -> bool:
    """Whether a host is, without asking anybody, none that may be connected to."""
    try:
        return not is_allowed(host, trusted)
    except ValueError:
        return not trusted and (host == "localhost" or host.endswith(".localhost"))


def resolve(url: str) -> Target:
    """The target with an address that may be connected to, or TargetRefused."""
    try:
        parts = check_url(url)
    except ValidationError as error:
        raise TargetRefused from error
    host = parts.hostname.lower()
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NoAnswer from error
    addresses = [entry[4][0] for entry in found]
    trusted = is_listed(host, port)
    if not addresses or not all(is_allowed(one, trusted) for one in addresses):
        raise TargetRefused
    path = parts.path or "/"
    path = f"{path}?{parts.query}" if parts.query else path
    return Target(parts.scheme, host, port, path, addresses[0])


def is_allowed(text: str, trusted: bool) -> bool:
    """Whether an address is a public one; of a trusted host, also a private one."""
    address = ipaddress.ip_address(text.partition("%")[0])
    inner = embedded(address)
    if inner is not None:
        return is_allowed(str(inner), trusted)
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        return False
    return address.is_global or (trusted and address.is_private)


def embedded(address) -> ipaddress.IPv4Address | None:
    """The address of version 4 that one of version 6 carries inside."""
    if address.version == 4:
        return None
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo and teredo[1])


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What the receiver compares with the header."""
    signed = timestamp.encode() + b"." + body
    return "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def post(url: str, body: bytes, *, secret: str, delivery: str) -> None:
    """Send *body* once; returns if it was taken, raises one of the errors above.

    *delivery* is the same at every attempt, so that the receiver takes it once.
    """
    target = resolve(url)
    timestamp = str(int(time.time()))
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Ibasho",
        "X-Ibasho-Delivery": delivery,
        "X-Ibasho-Timestamp": timestamp,
        "X-Ibasho-Signature": signature(secret, timestamp, body),
    }
    try:
        status = _send(target, body, headers)
    except (OSError, http.client.HTTPException) as error:
        raise NoAnswer from error
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        raise Redirected
    raise AnsweredWithRefusal if status < 500 else AnsweredWithFailure


def _send(target: Target, body: bytes, headers: dict[str, str]) -> int:
    raw = socket.create_connection((target.address, target.port), timeout=TIMEOUT)
    # A server that lets one byte fall every few seconds must not hold the worker.
    guillotine = threading.Timer(DEADLINE, _cut, [raw])
    guillotine.daemon = True
    guillotine.start()
    connection = http.client.HTTPConnection(target.host, target.port)
    try:
        connection.sock = _dressed(raw, target)
        connection.request("POST", target.path, body, headers)
        response = connection.getresponse()
        response.read(READ)
        return response.status
    finally:
        guillotine.cancel()
        connection.close()
        raw.close()


def _cut(raw: socket.socket) -> None:
    try:
        raw.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


def _dressed(raw: socket.socket, target: Target) -> socket.socket:
    """The connection in TLS, with the certificate checked for the name."""
    if target.scheme == "http":
        return raw
    context = ssl.create_default_context()
    return context.wrap_socket(raw, server_hostname=target.host)
