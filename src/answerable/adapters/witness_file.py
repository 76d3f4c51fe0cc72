"""What a witness has cosigned, in one file: the last size and root of each log that it follows.

{"shop.example/log": {"keys": ["shop.example/log+5f3c…+AX…"], "retired": [], "size": 20853, "root": "CCAS…"}}
"""

import base64
import json
from pathlib import Path

from answerable.adapters.durable_files import write_over
from answerable.ledger.merkle import EMPTY_ROOT
from answerable.ledger.witness import Followed
from answerable.signing import Verifier, verifier_from
from answerable.values.errors import LedgerUnavailable, SettingsError, SignatureError


class WitnessFile:
    """Keeps the state. One process writes it."""

    def __init__(self, path: Path) -> None:
        """Raises SettingsError where the file is there and can't be read."""
        self._path = path
        self.logs: dict[str, Followed] = {}
        if path.exists():
            try:
                raw = json.loads(path.read_text(encoding="utf-8"))
                self.logs = {origin: _followed(origin, one) for origin, one in raw.items()}
            except (OSError, ValueError, KeyError, TypeError, AttributeError, SignatureError) as error:
                raise SettingsError(
                    f"the witness's file '{path}' can't be read: {error}; restore it, for without it a cut log "
                    "could be cosigned"
                ) from error

    def follow(self, key: Verifier) -> None:
        """Follow the log whose origin is the key's name, from its beginning; one that is followed goes on.

        A second key of a log is one that comes after the first; one that was retired stays so.
        """
        known = self.logs.get(key.name, Followed(key.name, ()))
        if (found := known.following(key)) is not known:
            self.keep(found)

    def keep(self, log: Followed) -> None:
        """Make a log's new state durable. Raises LedgerUnavailable, and then nothing may be cosigned."""
        found = {**self.logs, log.origin: log}
        content = json.dumps({origin: _raw(one) for origin, one in found.items()}, indent=1)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # A crash before it is whole leaves the old state, and no cosignature was given for the new one.
            write_over(self._path, content.encode())
        except OSError as error:
            raise LedgerUnavailable(f"'{self._path}' can't be written: {error.strerror}") from error
        self.logs = found


def _raw(log: Followed) -> dict[str, object]:
    root = base64.b64encode(log.root).decode()
    keys, retired = [str(key) for key in log.keys], [str(key) for key in log.retired]
    return {"keys": keys, "retired": retired, "size": log.size, "root": root}


def _followed(origin: str, raw: dict[str, object]) -> Followed:
    size = raw["size"]
    if not isinstance(size, int):
        raise TypeError(f"the entry of '{origin}' has no size")
    root = base64.b64decode(str(raw["root"]), validate=True)
    # Written before keys could be retired, a file has none that were.
    retired = _keys(origin, raw.get("retired", []))
    return Followed(origin, _keys(origin, raw["keys"]), size, root if size else EMPTY_ROOT, retired)


def _keys(origin: str, raw: object) -> tuple[Verifier, ...]:
    if not isinstance(raw, list):
        raise TypeError(f"the entry of '{origin}' has no list of keys")
    return tuple(verifier_from(str(key)) for key in raw)
