"""Instants are timezone-aware datetimes in UTC; on paper they are RFC 3339 with microseconds."""

from datetime import UTC, datetime


def rfc3339(instant: datetime) -> str:
    """Write an instant so that text order is time order (RFC 3339 section 5.6, always `Z`).

    Raises ValueError for a naive datetime: it names no instant.
    """
    return _in_utc(instant).isoformat(timespec="microseconds").replace("+00:00", "Z")


def from_rfc3339(text: str) -> datetime:
    """Read an instant back. Raises ValueError where the text is no instant with a zone."""
    return _in_utc(datetime.fromisoformat(text))


def _in_utc(instant: datetime) -> datetime:
    if instant.utcoffset() is None:
        raise ValueError(f"'{instant}' has no time zone, so it names no instant")
    try:
        return instant.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"'{instant}' is outside the years 1 to 9999 in UTC") from error
