"""Timestamps of evidence: asked for when it is exported, checked when it is verified.

`rfc3161-client` is an extra, so it is imported only where a timestamp is asked for or checked.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from answerable.receipts.evidence import MANIFEST, TIMESTAMP
from answerable.values import rfc3339
from answerable.values.errors import ProofError, SettingsError
from answerable.values.extras import how_to_install

if TYPE_CHECKING:
    from answerable.receipts.timestamps import Timestamp


def stamping(url: str | None, authorities: Path | None) -> Callable[[bytes], Awaitable[bytes]] | None:
    """What asks an authority for a timestamp over bytes, and checks it where its certificates are named.

    None where no URL is. Raises SettingsError where they can't be read or the extra is not
    installed; what is returned raises as `ask_timestamp` and `check_timestamp` do.
    """
    if url is None:
        if authorities is not None:
            raise SettingsError("--timestamp-ca goes with --timestamp URL: there is no timestamp to check")
        return None
    with _extra():
        from answerable.adapters.timestamp_authority import ask_timestamp, read_authorities  # noqa: PLC0415
        from answerable.receipts.timestamps import check_timestamp  # noqa: PLC0415
    known = read_authorities(authorities) if authorities else None

    async def stamp(content: bytes) -> bytes:
        raw = await ask_timestamp(url, content)
        if known is not None:
            check_timestamp(raw, content, known)
        return raw

    return stamp


def timestamp_in(files: Mapping[str, bytes], authorities: Path | None) -> "Timestamp | None":
    """The timestamp of evidence, checked against an authority's certificates; None where none are named.

    Raises ProofError where it does not hold or is not there, SettingsError where the
    certificates can't be read or the extra is not installed.
    """
    if authorities is None:
        return None
    with _extra():
        from answerable.adapters.timestamp_authority import read_authorities  # noqa: PLC0415
        from answerable.receipts.timestamps import check_timestamp  # noqa: PLC0415
    known = read_authorities(authorities)
    if TIMESTAMP not in files:
        raise ProofError(f"'{TIMESTAMP}' is missing from the evidence: no authority says when it was there")
    return check_timestamp(files[TIMESTAMP], files[MANIFEST], known)


def tell_timestamp(console: Console, files: Mapping[str, bytes], timestamp: "Timestamp | None") -> None:
    """Print what an authority says, or that nobody asked whether it does."""
    if timestamp is not None:
        console.print(
            f"  there by {rfc3339(timestamp.at)}, says {escape(timestamp.authority)}", soft_wrap=True
        )
    elif TIMESTAMP in files:
        console.print(
            "  with a timestamp that was not checked: name its authority's certificates with --timestamp-ca"
        )


def timestamp_as_data(files: Mapping[str, bytes], timestamp: "Timestamp | None") -> dict[str, object] | None:
    """For JSON: None where the evidence has none; `checked` says whether the rest is there."""
    if timestamp is not None:
        return {
            "checked": True,
            "at": rfc3339(timestamp.at),
            "authority": timestamp.authority,
            "serial": str(timestamp.serial),
        }
    return {"checked": False} if TIMESTAMP in files else None


@contextmanager
def _extra() -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        raise SettingsError(
            f"a timestamp needs rfc3161-client, which is not installed; {how_to_install('evidence')}"
        ) from error
