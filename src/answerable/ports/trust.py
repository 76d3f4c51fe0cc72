"""The keys that credentials are verified with, kept fresh by an adapter."""

from typing import Protocol, TypeVar

T_co = TypeVar("T_co", covariant=True)


class Kept(Protocol[T_co]):
    """Keys from outside, of trust domains (`Bundles`) or of an issuer (`Keys`).

    Implementations are held to one suite: tests/identity/test_kept_keys.py.
    """

    @property
    def problem(self) -> str:
        """Why there are none now, in words for an operator; empty where there are."""

    def current(self) -> T_co:
        """As they are now, empty where they can't be believed any more: the same object until something changes."""

    async def hurry(self) -> bool:
        """Look for newer ones at once, unless that was done just now. Did they change?"""

    async def run(self) -> None:
        """Keep them fresh until cancelled. Never raises."""
