"""Messages over HTTP: to whoever answers, to a chat, to the host application.

A URL is https, or on this machine. Redirects are not followed: what is signed for one place is sent to no other.
Answers are not read, but for their status.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from answerable.adapters.identity.https import is_loopback
from answerable.ports import Clock
from answerable.ports.notifying import Notice, Told
from answerable.signing.webhooks import webhook_headers
from answerable.values import rfc3339
from answerable.values.errors import NotNotified, SettingsError

_SECONDS = 10.0
_OK = range(200, 300)


class SignedWebhook:
    """A `Notifier` and a `Teller`: a POST of JSON, signed as Standard Webhooks has it."""

    def __init__(
        self,
        url: str,
        secrets: Sequence[bytes],
        clock: Clock,
        *,
        seconds: float = _SECONDS,
        words: bool = True,
    ) -> None:
        """Each of the `secrets` signs; there are two while it is changed. `words`: what the customer hears is sent.

        Raises SettingsError.
        """
        self.name = f"webhook {checked_host(url)}"
        if not secrets:
            raise SettingsError(
                f"the {self.name} has no secret: whoever gets its messages could not tell them from others'"
            )
        self._url, self._secrets, self._clock = url, tuple(secrets), clock
        self._seconds, self._words = seconds, words

    def __repr__(self) -> str:
        return f"SignedWebhook({self.name!r})"

    async def notify(self, notice: Notice) -> None:
        data = {
            "route": notice.route,
            "summary": notice.summary,
            "link": notice.link,
            "deadline": rfc3339(notice.deadline) if notice.deadline else None,
        }
        await self._send(notice.id, f"approval.{notice.event}", rfc3339(notice.at), data)

    async def tell(self, told: Told) -> None:
        data = {
            "approval": told.approval,
            "conversation": told.conversation,
            "workload": told.workload,
            "outcome": told.outcome,
        }
        if self._words:
            data["text"] = told.text
        await self._send(told.id, "approval.outcome", rfc3339(told.at), data)

    async def _send(self, message: str, kind: str, at: str, data: Mapping[str, Any]) -> None:
        body = json.dumps({"type": kind, "timestamp": at, "data": data}, ensure_ascii=False).encode()
        signed = webhook_headers(self._secrets, message, int(self._clock().timestamp()), body)
        await post(self._url, body, signed, self.name, self._seconds)


class ChatWebhook:
    """A `Notifier`: one text into a chat, as Slack, Mattermost and Teams take it. The URL is the secret."""

    def __init__(self, url: str, *, seconds: float = _SECONDS) -> None:
        """Raises SettingsError."""
        self.name = f"chat {checked_host(url)}"
        self._url, self._seconds = url, seconds

    def __repr__(self) -> str:
        return f"ChatWebhook({self.name!r})"

    async def notify(self, notice: Notice) -> None:
        body = json.dumps({"text": written(notice)}, ensure_ascii=False).encode()
        await post(self._url, body, {}, self.name, self._seconds)


def written(notice: Notice) -> str:
    """A notice in a few lines of text."""
    until = f"\nUntil {notice.deadline:%Y-%m-%d %H:%M} UTC." if notice.deadline else ""
    return f"{notice.summary}{until}\n{notice.link}"


async def post(url: str, body: bytes, headers: Mapping[str, str], name: str, seconds: float) -> None:
    """Send JSON. Raises NotNotified, which quotes neither the URL nor what was sent."""
    sent = {"Content-Type": "application/json", **headers}
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=seconds)) as session,
            session.post(url, data=body, headers=sent, allow_redirects=False) as answer,
        ):
            status = answer.status
    except TimeoutError:
        raise NotNotified(f"the {name} did not answer within {seconds:g} seconds") from None
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise NotNotified(f"the {name} can't be reached ({type(error).__name__})") from None
    if status not in _OK:
        raise NotNotified(f"the {name} answered with status {status}")


def checked_host(url: str) -> str:
    """The host and port of a URL that may be posted to. Raises SettingsError, which quotes no more of it."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise SettingsError("a webhook's address is no URL; write https://HOST/PATH") from None
    shown = f"{host}:{port}" if port else host
    if parts.username is not None or parts.password is not None:
        raise SettingsError(f"the webhook at '{shown}' has a name or password in its URL; leave them out")
    if not host or not (parts.scheme == "https" or is_loopback(url)):
        raise SettingsError(f"the webhook at '{shown}' must be https, or on this machine")
    return shown
