"""The back end of proofs/crash_actions.py: a process of its own, with a database of its own.

    POST /KIND/TOOL      with an Idempotency-Key: does it, and says so; `?hold=MS` says so only after that long
    GET  /KIND/acts/KEY  what became of that call

KIND: `plain` does whatever it is asked, `repeatable` does one key once, `queryable` can be asked, `granted` does
nothing without a grant, which it uses up itself. What was done is a row that nothing keeps from being there twice.
"""

import argparse
import json
import os
import secrets
import sqlite3
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from answerable.adapters.postgres.grants import PostgresGrants
from answerable.adapters.sqlite_grants import SqliteGrants
from answerable.backends import Act, StoreAuthority, check_grant
from answerable.testing import sample_grants as some
from answerable.values.errors import AnswerableError

AUDIENCE = "https://shop.example"
KEYS = {one.id: one.secret for one in (some.key(1), some.key(2))}


class BackEnd(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder = folder
        self.door = threading.Lock()
        self.db = sqlite3.connect(folder / "back-end.db", check_same_thread=False, isolation_level=None)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = FULL")
        self.db.execute("CREATE TABLE IF NOT EXISTS done (key TEXT, tool TEXT, arguments TEXT)")
        dsn = os.environ.get("ANSWERABLE_LEDGER")
        self.grants = PostgresGrants(dsn) if dsn else SqliteGrants(folder / "grants.db")
        self.authority = StoreAuthority(some.ISSUER, self.grants, lambda: KEYS, self.now)

    def now(self) -> datetime:
        """The proof's clock: the real one, and as much as the proof has moved it by."""
        ahead = float((self.folder / "clock").read_text() or 0)
        return datetime.now(UTC) + timedelta(seconds=ahead)

    def count(self, key: str) -> int:
        with self.door:
            return int(self.db.execute("SELECT count(*) FROM done WHERE key = ?", (key,)).fetchone()[0])

    def do(self, key: str, tool: str, arguments: str, *, once: bool) -> None:
        with self.door:
            if once and self.db.execute("SELECT 1 FROM done WHERE key = ?", (key,)).fetchone():
                return
            self.db.execute("INSERT INTO done VALUES (?, ?, ?)", (key, tool, arguments))


class Handler(BaseHTTPRequestHandler):
    server: BackEnd
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        _, kind, _, key = urlsplit(self.path).path.split("/")
        if kind != "queryable":
            self.answer(404, {})
        elif self.server.count(key):
            self.answer(200, {"refund_id": f"rf-{key[:8]}"})
        else:
            self.answer(410, {"why": "no such call came"})

    def do_POST(self) -> None:
        parts = urlsplit(self.path)
        _, kind, tool = parts.path.split("/")
        arguments = self.rfile.read(int(self.headers["Content-Length"])).decode()
        key = self.headers["Idempotency-Key"]
        if kind == "granted":
            url = f"{AUDIENCE}/{tool}"
            try:
                check_grant(
                    list(self.headers.items()), "POST", url, Act(tool, arguments),
                    audience=AUDIENCE, authority=self.server.authority, now=self.server.now(),
                    attempt=secrets.token_urlsafe(24),
                )  # fmt: skip
            except AnswerableError as error:
                self.answer(401, {"why": str(error)})
                return
        self.server.do(key, tool, arguments, once=kind == "repeatable")
        held = parse_qs(parts.query).get("hold")
        if held:
            time.sleep(int(held[0]) / 1000)
        self.answer(200, {"refund_id": f"rf-{key[:8]}"})

    def answer(self, status: int, body: dict[str, str]) -> None:
        raw = json.dumps(body).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)
        except OSError:
            self.close_connection = True  # whoever asked is dead: that is what this is about

    def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002 – the library's name


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    server = BackEnd(parser.parse_args().folder)
    print(json.dumps({"url": f"http://127.0.0.1:{server.server_port}"}), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
