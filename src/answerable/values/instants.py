"""Instants are timezone-aware datetimes in UTC; on paper they are RFC 3339 with microseconds."""

from datetime import UTC, datetime


def rfc3339(instant: datetime) -> str:
    """Write an instant so that text order is time order (RFC 3339 section 5.6, always `Z`).

    Raises ValueError for a naive datetime: it names no instant.
    """
    if instant.tzinfo is None:
        raise ValueError(f"{instant!r} has no time zone, so it names no instant")
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def from_rfc3339(text: str) -> datetime:
    """Read an instant back. Raises ValueError where the text is no instant with a zone."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone, so it names no instant")
    return instant.astimezone(UTC)
