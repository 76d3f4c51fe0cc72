"""Telling people that something waits for them, and the host application what became of it.

Implementations are held to one suite: tests/ports/test_notifiers.py.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Notice:
    """What those who answer are told. It names nobody: who may know more follows the link and signs in."""

    id: str
    """The same for every try of one notice: whoever gets it twice can tell."""
    event: str
    """waiting, reminder, escalated."""
    route: str
    """The queue: it says who is told."""
    summary: str
    link: str
    at: datetime
    deadline: datetime | None = None


class Notifier(Protocol):
    """One way to tell them."""

    name: str
    """What messages call it. It holds no secret: where a URL is one, not the URL."""

    async def notify(self, notice: Notice) -> None:
        """Send it, once. Raises NotNotified where it is not certain that it arrived: trying again is the caller's."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the host application is told, so that it tells the customer."""

    id: str
    """The same for every try."""
    approval: str
    conversation: str | None
    workload: str
    outcome: str
    text: str
    """Words that may be said as they stand; empty where the host is to ask for them itself."""
    at: datetime


class Teller(Protocol):
    """The host application's side."""

    name: str

    async def tell(self, told: Told) -> None:
        """Raises NotNotified, as `Notifier.notify`."""
