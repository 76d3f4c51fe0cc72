"""The gateway signs for its ledger while it runs, and lets others read the log and hold it to account."""

import time
from pathlib import Path

import apsw
from gateway_stack import Programmed, Stack, either, gateway

from answerable.adapters.key_files import read_secret_key
from answerable.ledger.checkpoint import parse_checkpoint
from answerable.ledger.handover import KeyHistory
from answerable.ledger.merkle import Frontier, leaf_node
from answerable.ledger.tiles import EntryBundle, Tile, unpack_entries
from answerable.signing import parse_note


def checkpoint(stack: Stack, size: int = 1) -> bytes:
    until = time.monotonic() + 15
    while True:
        answer = stack.get("/log/checkpoint")
        if answer.status == 200 and parse_checkpoint(parse_note(answer.body).text).size >= size:
            return answer.body
        assert time.monotonic() < until, "no checkpoint was signed"
        time.sleep(0.1)


def test_whoever_reads_the_log_finds_the_root_that_was_signed(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    upstream = Programmed(either("Your order is packed."))
    with gateway(upstream.app, path) as stack:
        trace = stack.ask().trace
        note = parse_note(checkpoint(stack, len(stack.entries(trace))))
        key = read_secret_key(path.with_name("ledger.db.key")).verifier
        found = KeyHistory.of(key).open(note)
        bundle = stack.get(f"/log/{EntryBundle(0, found.size).path()}")
        tile = stack.get(f"/log/{Tile(0, 0, found.size).path()}")
        assert "immutable" in bundle.headers["cache-control"]
        entries = unpack_entries(bundle.body, found.size)
        frontier = Frontier()
        for entry in entries:
            frontier.append(leaf_node(entry))
        assert frontier.root() == found.root
        assert tile.body == b"".join(leaf_node(entry) for entry in entries)
        assert b"Your order is packed" not in bundle.body, "what customers are told is private"
        assert trace.encode() in bundle.body


def test_what_the_log_has_not_is_not_found(tmp_path: Path) -> None:
    with gateway(Programmed(either("Hello.")).app, tmp_path / "ledger.db") as stack:
        assert stack.get("/log/checkpoint").status in (200, 404)
        stack.ask()
        checkpoint(stack)
        for path in (
            "tile/0/000",
            "tile/1/000.p/1",
            "tile/entries/001.p/1",
            "tile/0/../../healthz",
            "secret",
            "tile/9/000",
            "",
        ):
            assert stack.get(f"/log/{path}").status == 404, path


def test_reading_the_log_takes_a_key_where_calling_does(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.write_text("bot:0123456789abcdef0123\n")
    with gateway(Programmed(either("Hello.")).app, tmp_path / "l.db", insecure_client_keys=keys) as stack:
        assert stack.get("/log/checkpoint").status == 401
        known = {"Authorization": "Bearer 0123456789abcdef0123"}
        assert stack.get("/log/checkpoint", known).status in (200, 404)


def test_a_gateway_whose_ledger_was_cut_is_not_ready(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with gateway(Programmed(either("Hello.")).app, path) as stack:
        stack.ask()
        checkpoint(stack, 3)
    connection = apsw.Connection(str(path))
    connection.execute("DELETE FROM entries WHERE seq = (SELECT max(seq) FROM entries)").fetchall()
    connection.close()
    with gateway(Programmed(either("Hello.")).app, path) as stack:
        until = time.monotonic() + 15
        while "checkpoint" not in (failing := stack.get("/readyz").json["failing"]):
            assert time.monotonic() < until
            time.sleep(0.1)
        assert "was cut off or restored" in failing["checkpoint"]
