"""The log over HTTP, read only: checkpoint, tiles and entry bundles, as C2SP tlog-tiles lays them out.

Beside them `keys.notes`: the handovers of its key, for who knows an older one.

Entries' public parts hold no personal data, but they say what was decided and under whose
policies; where callers have to prove who they are, so do its readers.
"""

import asyncio
from contextlib import closing

from starlette.responses import PlainTextResponse, Response

from answerable.apps.ledger_place import LedgerPlace
from answerable.ledger.checkpoint import parse_checkpoint
from answerable.ledger.log import tile_bytes
from answerable.ledger.tiles import WIDTH, EntryBundle, Tile, pack_entries, parse_path
from answerable.signing import written

_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
_NOW = {"Cache-Control": "no-store"}


class LogPages:
    """Answers the paths of a log."""

    def __init__(self, place: LedgerPlace) -> None:
        self._place = place

    async def answer(self, path: str) -> Response:
        """The page at a path below the log's prefix; 404 where there is none yet. Raises LedgerError."""
        return await asyncio.to_thread(self._answer, path)

    def _answer(self, path: str) -> Response:
        with closing(self._place.log()) as store:
            if path == "keys.notes":
                content = b"".join(written(one) for one in store.handovers())
                return Response(content, media_type="text/plain; charset=utf-8", headers=_NOW)
            note = store.checkpoint()
            if note is None:
                return PlainTextResponse("no checkpoint has been signed yet\n", 404)
            if path == "checkpoint":
                return Response(written(note), media_type="text/plain; charset=utf-8", headers=_NOW)
            wanted, size = parse_path(path), parse_checkpoint(note.text).size
            if wanted is None or not _is_there(wanted, size):
                return PlainTextResponse("the log has no such tile\n", 404)
            if isinstance(wanted, Tile):
                content = tile_bytes(store, wanted)
            else:
                first = wanted.at * WIDTH
                content = pack_entries(store.entries(first, first + wanted.width))
            return Response(content, media_type="application/octet-stream", headers=_FOR_EVER)


def _is_there(wanted: Tile | EntryBundle, size: int) -> bool:
    """Does a log of that size have it, up to that width?"""
    level = wanted.level if isinstance(wanted, Tile) else 0
    return wanted.at * WIDTH + wanted.width <= size >> level * 8
