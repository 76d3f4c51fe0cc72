"""Which database a ledger is in. Its DSN may hold a password, and is shown to nobody."""

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

from answerable.values.errors import SettingsError

_SCHEMES = ("postgresql", "postgres")
_SHOWN = ("host", "port", "dbname")


@dataclass(frozen=True, slots=True)
class Place:
    """A database. `name` is what messages call it: its DSN without user, password and options."""

    dsns: tuple[str, ...] = field(repr=False)
    """One for each host that it may be on."""
    name: str


def place(dsn: str, whose: str = "the ledger") -> Place:
    """Read a DSN, `postgresql://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full`.

    `whose` database it is, for messages. Raises SettingsError, which does not quote it: where it can't
    be told what of it is the password, and where it leads to another machine and does not say whether
    the line is encrypted. Source: PostgreSQL documentation, 34.1.1.2 (connection URIs).
    """
    scheme, found, rest = dsn.partition("://")
    rest, _, query = rest.partition("?")
    authority, _, database = rest.partition("/")
    user, _, hosts = authority.rpartition("@")
    if not found or scheme not in _SCHEMES:
        raise SettingsError(f"{whose}'s DSN does not begin with 'postgresql://'")
    unclear = "#" in dsn or "/" in database or any("@" in part for part in (user, database, query))
    if unclear or not all(_is_host(one) for one in hosts.split(",")):
        raise SettingsError(
            f"{whose}'s DSN can't be read; write it postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with '@', '/', "
            "':', '?' and '#' in the user or the password as %40, %2F, %3A, %3F and %23"
        )
    options = dict(parse_qsl(query))
    elsewhere = [one for one in (hosts or options.get("host", "")).split(",") if not _is_here(one)]
    if elsewhere and "sslmode" not in options:
        raise SettingsError(
            f"{whose}'s database is on another machine, '{elsewhere[0]}', and its DSN does not say whether the line "
            "is encrypted; add '?sslmode=verify-full', or '?sslmode=disable' where nobody else is on that network"
        )
    shown = urlencode({name: options[name] for name in _SHOWN if name in options}, safe="/")
    if "," in hosts and "target_session_attrs" not in options:
        query = "&".join(filter(None, (query, "target_session_attrs=read-write")))
    dsns = (f"{scheme}://{authority.removesuffix(hosts)}{one}/{database}?{query}" for one in hosts.split(","))
    return Place(tuple(dsns), f"postgresql://{hosts}/{database}" + (f"?{shown}" if shown else ""))


def _is_host(text: str) -> bool:
    """`HOST`, `HOST:PORT` or `[IPv6]:PORT`, and not the user and the password of somebody who forgot the '@'."""
    host, colon, port = text.rpartition(":")
    return not colon or text.endswith("]") or (port.isdecimal() and (":" not in host or host.endswith("]")))


def _is_here(host: str) -> bool:
    """Is that this machine, so that nobody else is on the line? Nothing, and a path, are a socket."""
    if not host or host.startswith("/"):
        return True
    name = host.rpartition("]")[0].removeprefix("[") or host.partition(":")[0] or host
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
