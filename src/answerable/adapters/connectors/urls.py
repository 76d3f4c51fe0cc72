"""A back end's address: encrypted, unless it is on this machine."""

import ipaddress
from urllib.parse import urlsplit

from answerable.values.errors import SettingsError


def base_url(url: str) -> str:
    """The URL without a slash at its end. Raises SettingsError, which does not quote what may be a password."""
    parts = urlsplit(url)
    try:
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if parts.username is not None or parts.password is not None:
        raise SettingsError("the URL holds a user; name the place of a credential instead: 'credential'")
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
        raise SettingsError(f"'{url}' is no base URL; write https://HOST[:PORT][/PATH]")
    if parts.scheme == "http" and not is_loopback(host):
        raise SettingsError(f"'{url}' goes over the network in clear; write https://")
    return url.rstrip("/")


def is_loopback(host: str) -> bool:
    """Is that this machine?"""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
