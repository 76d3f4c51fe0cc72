"""Whom the gateway tells that something waits for people, and what became of it, as a file says it.

webhooks:                              # signed, as Standard Webhooks has it
- {url: "https://desk.shop.example/hooks", secret: env:DESK_HOOK}
chats:                                 # Slack, Mattermost, Teams: the address itself is the secret
- {url: env:CHAT_HOOK}
mail:
  host: mail.shop.example              # port 587 and STARTTLS without more
  sender: gate@shop.example
  user: gate
  password: mail.secret                # a file, env:NAME
  to: {"*": [desk@shop.example], support-lead: [lead@shop.example]}
customers:                             # the host application, which tells the customer
- {url: "https://chat.shop.example/outcomes", secret: env:CHAT_OUTCOMES, words: true}
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from answerable.adapters.connectors.yaml_files import read_yaml
from answerable.adapters.mail import Mail, MailServer
from answerable.adapters.webhooks import ChatWebhook, SignedWebhook
from answerable.ports import Clock
from answerable.ports.notifying import Notifier, Teller
from answerable.signing.webhooks import webhook_secret
from answerable.values.errors import SettingsError

ReadSecret = Callable[[str], str]
"""The secret at a reference. Raises SettingsError, SignatureError."""


class _Webhook(msgspec.Struct, forbid_unknown_fields=True):
    url: str
    secret: str
    old_secret: str | None = None
    """While it is changed: both sign."""
    words: bool = True


class _Chat(msgspec.Struct, forbid_unknown_fields=True):
    url: str


class _Mail(msgspec.Struct, forbid_unknown_fields=True):
    host: str
    sender: str
    to: dict[str, tuple[str, ...]]
    port: int = 587
    tls: bool = False
    """From the first byte."""
    user: str | None = None
    password: str | None = None
    insecure_plain: bool = False


class _File(msgspec.Struct, forbid_unknown_fields=True):
    webhooks: tuple[_Webhook, ...] = ()
    chats: tuple[_Chat, ...] = ()
    mail: _Mail | None = None
    customers: tuple[_Webhook, ...] = ()


@dataclass(frozen=True, slots=True)
class Notifications:
    """Those who answer, and the host application."""

    notifiers: tuple[Notifier, ...] = ()
    tellers: tuple[Teller, ...] = ()


def read_notifications(path: Path, read_secret: ReadSecret, clock: Clock) -> Notifications:
    """Read the file. Secrets of webhooks are read now, that of the mail server when mail is sent.

    Raises SettingsError, SignatureError; none of them quotes a secret.
    """
    try:
        found = msgspec.convert(read_yaml(path, "the file of notifications") or {}, _File)
    except msgspec.ValidationError as error:
        raise SettingsError(f"'{path}': {error}; docs/approvals.md has what goes there") from None
    notifiers: list[Notifier] = [_webhook(one, read_secret, clock) for one in found.webhooks]
    notifiers += [ChatWebhook(read_secret(one.url)) for one in found.chats]
    if found.mail is not None:
        notifiers.append(_mail(found.mail, read_secret))
    return Notifications(
        tuple(notifiers), tuple(_webhook(one, read_secret, clock) for one in found.customers)
    )


def _webhook(entry: _Webhook, read_secret: ReadSecret, clock: Clock) -> SignedWebhook:
    names = [entry.secret, *([entry.old_secret] if entry.old_secret else [])]
    secrets = [webhook_secret(read_secret(name)) for name in names]
    return SignedWebhook(entry.url, secrets, clock, words=entry.words)


def _mail(entry: _Mail, read_secret: ReadSecret) -> Mail:
    reference = entry.password
    server = MailServer(
        entry.host,
        entry.port,
        entry.tls,
        entry.user,
        None if reference is None else lambda: read_secret(reference),
        insecure_plain=entry.insecure_plain,
    )
    return Mail(server, entry.sender, entry.to)
