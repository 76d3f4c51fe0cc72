"""An auditor's program that is not ours, against the log that the gateway serves: python proofs/log_auditor.py

aics-tlog, a verifier of C2SP transparency logs by somebody else, is installed into var/auditor, an environment of
its own, and run unchanged from its command line. It gets the gateway's URL, the log's public key and a
witness's, and nothing else of ours.

1. A gateway serves a ledger that is in use: some hundred entries, a witness that cosigns.
2. The auditor verifies checkpoint and cosignature, every tile and entry bundle, and some entries' inclusion. It
   saves the checkpoint.
3. Customers talk through the gateway. The auditor verifies that the log has only grown.
4. It has to refuse another key, an entry that was changed in the file, a history that an insider wrote anew and
   signed with the log's own key, and a ledger that was put back to an older copy.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import apsw
from openai import OpenAI

from answerable.adapters.key_files import write_secret_key
from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.adapters.witness_file import WitnessFile
from answerable.apps.ledger.checkpointing import Checkpointer
from answerable.apps.ledger.witnessing import witness_app
from answerable.apps.ledger_place import LedgerPlace
from answerable.apps.playing import play
from answerable.apps.serve import build
from answerable.apps.settings import Settings
from answerable.ledger.checkpoint import parse_checkpoint
from answerable.receipts import CallBody, CallPrivate, Draft
from answerable.signing import new_signer, parse_note
from answerable.signing.keys import Algorithm
from answerable.testing.scenario_files import load_scenarios
from answerable.testing.script_upstream import script_upstream
from answerable.testing.serving import serve_in_thread

PACKAGE = "aics-tlog==0.2.1"
ENVIRONMENT = Path(__file__).resolve().parent.parent / "var" / "auditor"
LOG = new_signer("shop.example/answerable", os.urandom(32))
WITNESS = new_signer("auditor.example/w", os.urandom(32), Algorithm.COSIGNATURE)
AT = "2026-11-24T00:00:00.000000Z"
ENTRIES = 600
UNVERIFIED = "no tile source served a checkpoint that verifies"
EVERYTHING = """
import json, sys
from aics_tlog import HttpTileReader, audit_tiles, parse_checkpoint, parse_note
reader = HttpTileReader(sys.argv[1], proxies={})
head = parse_checkpoint(parse_note(reader.read_checkpoint()).text)
found = audit_tiles(reader, head.size, head.root)
print(json.dumps({"ok": True, "tiles": found.tiles, "bundles": found.bundles, "size": found.size}))
"""


def environment() -> Path:
    """The auditor's interpreter; its environment is made where it is not there yet."""
    stamp = ENVIRONMENT / "installed"
    if not stamp.exists() or stamp.read_text() != PACKAGE:
        print(f"installing {PACKAGE} into {ENVIRONMENT}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
        pip = [str(ENVIRONMENT / "bin" / "pip"), "install", "-q", "--disable-pip-version-check"]
        # It asks for Python 3.12 and runs on 3.11, which is what this project is run on.
        subprocess.run([*pip, "--ignore-requires-python", PACKAGE], check=True, stdout=sys.stderr)
        stamp.write_text(PACKAGE)
    return ENVIRONMENT / "bin" / "python"


@dataclass
class Auditor:
    """The other program, and what came of it."""

    python: Path
    folder: Path
    checks: list[tuple[str, bool, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.key, self.other_key = self.folder / "log.vkey", self.folder / "other.vkey"
        self.saved = self.folder / "saved.note"
        self.key.write_text(f"{LOG.verifier}\n")
        self.other_key.write_text(f"{new_signer(LOG.verifier.name, os.urandom(32)).verifier}\n")

    def expect(self, name: str, command: str, url: str, *more: str, key: Path | None = None) -> None:
        """It has to find everything right."""
        found = self._run(command, url, *more, key=key)
        self._told(name, found, held=found.get("ok") is True)

    def expect_refusal(
        self, name: str, why: str, command: str, url: str, *more: str, key: Path | None = None
    ) -> None:
        """It has to refuse, and for that reason."""
        found = self._run(command, url, *more, key=key)
        self._told(name, found, held=found.get("ok") is False and why in str(found.get("error")))

    def everything(self, name: str, url: str) -> None:
        """Every tile and every entry bundle against the checkpoint that is served."""
        found = self._answer([str(self.python), "-c", EVERYTHING, url])
        self._told(name, found, held=found.get("ok") is True)

    def _run(self, command: str, url: str, *more: str, key: Path | None) -> dict[str, object]:
        fixed = ["--tiles", url, "--vkey-file", str(key or self.key), "--origin", LOG.verifier.name]
        witnessed = ["--witness-key", str(WITNESS.verifier), "--quorum", "1"]
        return self._answer([str(self.python), "-m", "aics_tlog", command, *fixed, *witnessed, *more])

    def _answer(self, command: list[str]) -> dict[str, object]:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
        try:
            found: dict[str, object] = json.loads(done.stdout)
        except ValueError:
            return {"failed": done.stdout + done.stderr}
        return found

    def _told(self, name: str, found: dict[str, object], *, held: bool) -> None:
        self.checks.append((name, held, json.dumps(found)))
        print(f"  {'✓' if held else '✗'} {name}: {found.get('error', '')}", file=sys.stderr)


# -- the gateway and its ledger -------------------------------------------------------------------


@contextmanager
def witness(folder: Path) -> Iterator[Path]:
    """A witness that listens; the file that tells a gateway of it."""
    state = WitnessFile(folder / "witness.json")
    state.follow(LOG.verifier)
    with serve_in_thread(witness_app(state, WITNESS, lambda: datetime.now(UTC))) as url:
        listed = folder / "witnesses.txt"
        listed.write_text(f"{url} {WITNESS.verifier}\n")
        yield listed


@contextmanager
def gateway(ledger: Path, witnesses: Path | None = None) -> Iterator[str]:
    """A gateway over HTTP before an upstream over HTTP; its URL."""
    store = SqliteLedger(ledger)
    try:
        with serve_in_thread(script_upstream(load_scenarios())) as upstream:
            settings = Settings(upstream=f"{upstream}/v1", ledger=str(ledger), witnesses=witnesses)
            with serve_in_thread(build(settings, store)) as url:
                yield url
    finally:
        asyncio.run(store.close())


def talk(url: str) -> None:
    """Some conversations, through the official client."""
    for script in list(load_scenarios().values())[:5]:
        with OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as client:
            for _ in play(client, script):
                pass


def wait_for(url: str, size: int, signatures: int = 2) -> str:
    """The log's URL, once its checkpoint counts more than `size` entries and is cosigned."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{url}/log/checkpoint", timeout=10) as answer:
                note = parse_note(answer.read())
        except urllib.error.HTTPError:
            note = None
        if note and parse_checkpoint(note.text).size > size and len(note.signatures) >= signatures:
            return f"{url}/log/"
        time.sleep(0.1)
    raise SystemExit(f"no checkpoint of more than {size} entries was signed and cosigned in 30 seconds")


async def write(path: Path, tool: str, *, sign: bool = False) -> None:
    """Entries, as many as there are; signed with the log's key, if told to."""
    ledger = SqliteLedger(path)
    await ledger.append(
        [
            Draft(f"tr_{at // 10}", AT, CallBody(0, at, f"c-{at}", tool), CallPrivate('{"order":7}'))
            for at in range(ENTRIES)
        ]
    )
    await ledger.close()
    if sign:
        await Checkpointer(LedgerPlace(path), LOG).once()


def copied(path: Path, to: Path) -> Path:
    """A copy of a ledger that nobody has open, with its key."""
    to.mkdir()
    for one in path.parent.glob(f"{path.name}*"):
        shutil.copy(one, to / one.name)
    return to / path.name


def change(path: Path, *queries: str) -> None:
    with closing(apsw.Connection(str(path))) as db:
        for query in queries:
            db.execute(query).fetchall()


# -- the proof ------------------------------------------------------------------------------------


def audit(auditor: Auditor, folder: Path) -> None:
    path = folder / "ledger.db"
    write_secret_key(folder / "ledger.db.key", LOG)
    asyncio.run(write(path, "refund"))
    save = ("--save-checkpoint", str(auditor.saved))
    extends = ("--old-checkpoint", str(auditor.saved))
    with witness(folder) as witnesses:
        with gateway(path, witnesses) as url:
            log = wait_for(url, ENTRIES - 1)
            auditor.expect(
                "the checkpoint, the log's signature, the witness's", "verify-checkpoint", log, *save
            )
            auditor.everything("every tile and every entry bundle", log)
            for index in (0, 255, 256, 511, ENTRIES - 1):
                auditor.expect(f"entry {index} is in the log", "verify-inclusion", log, "--index", str(index))
            auditor.expect_refusal("another key", UNVERIFIED, "verify-checkpoint", log, key=auditor.other_key)
        older = copied(path, folder / "older")
        with gateway(path, witnesses) as url:
            talk(url)
            log = wait_for(url, ENTRIES + 10)
            auditor.expect(
                "after conversations, the log has only grown", "verify-consistency", log, *extends, *save
            )
            auditor.everything("every tile and every entry bundle of those, too", log)
    unwitnessed = ("--quorum", "0")
    changed = copied(path, folder / "changed")
    change(
        changed, "UPDATE entries SET entry = CAST(replace(entry, 'refund', 'fefund') AS BLOB) WHERE seq = 300"
    )
    with gateway(changed) as url:
        log = wait_for(url, ENTRIES, 1)
        why = "does not match its level 0 tile"
        auditor.expect_refusal("an entry changed in the file", why, "verify-inclusion", log, "--index", "300")
    anew = copied(path, folder / "anew")
    change(anew, *(f"DELETE FROM {table}" for table in ("entries", "tile_roots", "checkpoints")))
    asyncio.run(write(anew, "goodwill"))
    asyncio.run(write(anew, "goodwill", sign=True))
    with gateway(anew) as url:
        log = wait_for(url, ENTRIES, 1)
        auditor.expect_refusal(
            "a history written anew, signed, without the witness", UNVERIFIED, "verify-checkpoint", log
        )
        told = "a history written anew and signed, against the checkpoint that was saved"
        auditor.expect_refusal(
            told, "history was rewritten", "verify-consistency", log, *extends, *unwitnessed
        )
    with gateway(older) as url:
        log = wait_for(url, ENTRIES - 1)
        auditor.expect_refusal(
            "a ledger put back to an older copy", "a rollback", "verify-consistency", log, *extends
        )


def main() -> None:
    python = environment()
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as auditors:
        auditor = Auditor(python, Path(auditors))
        audit(auditor, Path(folder))
    print(f"{PACKAGE}, unchanged, over HTTP.\n\n| check | held | what it said |\n| --- | --- | --- |")
    for name, held, found in auditor.checks:
        said = str(json.loads(found).get("error", "")).replace("|", "\\|")
        print(f"| {name} | {'yes' if held else '**no**'} | {said} |")
    failed = [(name, found) for name, held, found in auditor.checks if not held]
    for name, found in failed:
        print(f"\n✗ {name}: {found}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
