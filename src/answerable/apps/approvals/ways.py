"""How people and host applications are told, as a file says: secrets are named by where they are kept.

mail:
server: mail.shop.example:587       # STARTTLS; `tls: implicit` for a server that begins with it
from: gate@shop.example
user: gate
password: env:MAIL_PASSWORD
to: {support-lead: [lead@shop.example], "*": [support@shop.example]}
webhooks:
- {url: "https://desk.shop.example/hooks", secret: env:DESK_SECRET}
chats:
- {url: env:CHAT_URL}               # the URL is the secret
customers:                            # what became of it, for whoever speaks with the customer
- {url: "https://bot.shop.example/outcomes", secret: /etc/answerable/bot.secret, words: true}
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from answerable.adapters.mail import Mail, MailServer
from answerable.adapters.secret_sources import parse_reference, read_secret
from answerable.adapters.webhooks import ChatWebhook, SignedWebhook
from answerable.ports import Clock
from answerable.ports.notifying import Notifier, Teller
from answerable.signing.webhooks import webhook_secret
from answerable.values.errors import SettingsError, SignatureError

_MOST_BYTES = 256 * 1024
_MAIL_PORT, _IMPLICIT_PORT, _LAST_PORT = 587, 465, 0xFFFF


class Ways(NamedTuple):
    """Who is told how."""

    notifiers: tuple[Notifier, ...] = ()
    tellers: tuple[Teller, ...] = ()


def read_ways(path: Path, environment: Mapping[str, str], clock: Clock) -> Ways:
    """Read the file. Raises SettingsError, which names the entry and quotes no secret."""
    try:
        with path.open("rb") as file:
            raw = file.read(_MOST_BYTES + 1)
        found = yaml.safe_load(raw) if len(raw) <= _MOST_BYTES else None
    except (OSError, yaml.YAMLError, ValueError, RecursionError) as error:
        raise SettingsError(f"'{path}', which says how people are told, can't be read: {error}") from error
    body = _entry(found, frozenset({"mail", "webhooks", "chats", "customers"}), str(path))
    notifiers: list[Notifier] = []
    if "mail" in body:
        notifiers.append(_mail(body["mail"], f"{path}: mail", environment))
    notifiers += [
        _webhook(one, f"{path}: webhooks", environment, clock) for one in _list(body, "webhooks", path)
    ]
    notifiers += [_chat(one, f"{path}: chats", environment) for one in _list(body, "chats", path)]
    tellers = [
        _webhook(one, f"{path}: customers", environment, clock) for one in _list(body, "customers", path)
    ]
    return Ways(tuple(notifiers), tuple(tellers))


def _webhook(entry: Any, where: str, environment: Mapping[str, str], clock: Clock) -> SignedWebhook:
    body = _entry(entry, frozenset({"url", "secret", "older_secret", "words"}), where)
    words = body.get("words", True)
    if not isinstance(words, bool):
        raise SettingsError(f"{where}: 'words' must be true or false: is what the customer hears sent?")
    secrets = [_text(body, "secret", where)] + (
        [_text(body, "older_secret", where)] if "older_secret" in body else []
    )
    read = [_secret(one, where, environment) for one in secrets]
    try:
        return SignedWebhook(
            _text(body, "url", where), [webhook_secret(one) for one in read], clock, words=words
        )
    except (SettingsError, SignatureError) as error:
        raise SettingsError(f"{where}: {error}") from None


def _chat(entry: Any, where: str, environment: Mapping[str, str]) -> ChatWebhook:
    body = _entry(entry, frozenset({"url"}), where)
    return ChatWebhook(_secret(_text(body, "url", where), where, environment))


def _mail(entry: Any, where: str, environment: Mapping[str, str]) -> Mail:
    body = _entry(entry, frozenset({"server", "tls", "from", "user", "password", "to"}), where)
    implicit = body.get("tls", "starttls") == "implicit"
    if body.get("tls", "starttls") not in ("starttls", "implicit"):
        raise SettingsError(f"{where}: 'tls' must be starttls or implicit")
    host, colon, port = _text(body, "server", where).rpartition(":")
    if not colon:
        host, port = port, str(_IMPLICIT_PORT if implicit else _MAIL_PORT)
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port[:6]) <= _LAST_PORT:
        raise SettingsError(f"{where}: 'server' must be HOST or HOST:PORT")
    if ("user" in body) != ("password" in body):
        raise SettingsError(f"{where}: 'user' and 'password' go together")
    user = _text(body, "user", where) if "user" in body else None
    password: Callable[[], str] | None = None
    if user is not None:
        named = _text(body, "password", where)
        _secret(named, where, environment)  # said now and not when the first one waits

        def password() -> str:
            return _secret(named, where, environment)

    to = body.get("to")
    if not isinstance(to, dict) or not all(
        isinstance(queue, str) and isinstance(some, list) and all(isinstance(one, str) for one in some)
        for queue, some in to.items()
    ):
        raise SettingsError(f"{where}: 'to' must be a mapping of queues, and \"*\", to lists of addresses")
    return Mail(MailServer(host, int(port), implicit, user, password), _text(body, "from", where), to)


def _secret(named: str, where: str, environment: Mapping[str, str]) -> str:
    """Raises SettingsError. What looks like the secret itself is not quoted."""
    if "://" in named or named.startswith("whsec_"):
        raise SettingsError(
            f"{where}: name where the secret is kept, a file's path or env:NAME, and not itself"
        )
    try:
        return read_secret(parse_reference(named), environment)
    except (SettingsError, SignatureError) as error:
        raise SettingsError(f"{where}: {error}") from None


def _list(body: Mapping[str, Any], name: str, path: Path) -> list[Any]:
    found = body.get(name, [])
    if not isinstance(found, list):
        raise SettingsError(f"{path}: '{name}' must be a list")
    return found


def _entry(entry: Any, keys: frozenset[str], where: str) -> dict[str, Any]:
    if not isinstance(entry, dict):
        raise SettingsError(f"{where} must be a mapping with {', '.join(sorted(keys))}")
    for key in entry:
        if key not in keys:
            raise SettingsError(f"{where}: '{key}' is unknown; write one of {', '.join(sorted(keys))}")
    return entry


def _text(body: Mapping[str, Any], name: str, where: str) -> str:
    found = body.get(name)
    if not isinstance(found, str) or not found:
        raise SettingsError(f"{where}: '{name}' is missing; add it")
    return found
