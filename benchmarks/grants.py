"""What a grant costs: python benchmarks/grants.py [--count N]

One after another, on one thread: a grant is made durable and signed, its holder proves, the back end checks
all of it and uses it up durably. What the holder does is left out of the sums. Beside it, what of that is not ours:
one ES256 verification by `cryptography`, and two commits of SQLite with a row of the same size, by turns.

On a machine that is busy with other work, p10 is nearer to what it costs and p50 to how long one waits.

Goals: the whole at most 3 ms at p50 with both commits, checking without the store at most 150 µs.
"""

import argparse
import secrets
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from answerable.adapters.postgres.grants import PostgresGrants
from answerable.adapters.sqlite_files import open_file
from answerable.adapters.sqlite_grants import SqliteGrants
from answerable.backends import Act, StoreAuthority, check_grant
from answerable.grants import Grant, Presented, arguments_digest, issue, read_token, verify_grant
from answerable.grants.claims import grant_json
from answerable.ports.grants import GrantStore
from answerable.testing import sample_grants as some
from answerable.testing.memory_grants import MemoryGrants
from answerable.testing.postgres_server import PostgresServer
from answerable.values.errors import AnswerableError

KEY = some.key()
KEYS = {KEY.id: KEY.secret}
ACT = Act(some.ACTION, some.ARGUMENTS)


class Ready(NamedTuple):
    """A grant that was issued, and the request that its holder makes under it."""

    grant: Grant
    token: str
    proof: str

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [("Authorization", f"DPoP {self.token}"), ("DPoP", self.proof)]

    @property
    def presented(self) -> Presented:
        return Presented("DPoP", self.token, "POST", some.URL, self.proof)


class Whole:
    """The life of one grant after another, at one store."""

    def __init__(self, store: GrantStore) -> None:
        self._store = store
        self._authority = StoreAuthority(some.ISSUER, store, lambda: KEYS, lambda: some.NOW)
        self.issued: list[float] = []
        self.used: list[float] = []
        self.whole: list[float] = []

    def once(self, number: int) -> None:
        permit = some.permit(number)
        began = time.perf_counter()
        grant = some.grant(number, permit)
        self._store.issue(grant, permit)
        token = issue(grant, KEY, some.ISSUER)
        issued = time.perf_counter() - began
        ready = Ready(grant, token, some.proof(token, jti=f"p{number}"))
        began = time.perf_counter()
        check_grant(
            ready.headers, "POST", some.URL, ACT,
            audience=some.AUDIENCE, authority=self._authority, now=some.NOW, attempt=secrets.token_urlsafe(24),
        )  # fmt: skip
        used = time.perf_counter() - began
        self.issued.append(issued)
        self.used.append(used)
        self.whole.append(issued + used)


def timed(act: Callable[[], object], count: int) -> list[float]:
    taken: list[float] = []
    for _ in range(count):
        began = time.perf_counter()
        act()
        taken.append(time.perf_counter() - began)
    return taken


def row(what: str, taken: list[float]) -> None:
    ordered = sorted(one * 1e6 for one in taken)
    p10, p50, p99 = (ordered[int(len(ordered) * part)] for part in (0.1, 0.5, 0.99))
    print(f"| {what} | {p10:,.0f} | {p50:,.0f} | {p99:,.0f} |")


def alone(count: int) -> None:
    """What needs no store."""
    grant = some.grant()
    token = issue(grant, KEY, some.ISSUER)
    ready = Ready(grant, token, some.proof(token))
    point, message, signature = KEY.secret.public_key, token.encode(), encode_dss_signature(2**200, 2**201)

    def raw() -> None:
        with suppress(InvalidSignature):  # it takes as long as one that holds
            point.verify(signature, message, ECDSA(SHA256()))

    def verify() -> None:
        verify_grant(ready.presented, KEYS.get, issuer=some.ISSUER, audience=some.AUDIENCE, now=some.NOW)

    row("one ES256 verification by `cryptography`", timed(raw, count))
    row("the token, verified and read", timed(lambda: read_token(token, KEYS.get, issuer=some.ISSUER), count))
    row("the token and its holder's proof, verified", timed(verify, count))
    row("the token, signed", timed(lambda: issue(grant, KEY, some.ISSUER), count))
    row("the arguments' digest", timed(lambda: arguments_digest(some.ARGUMENTS), count))


class TwoCommits:
    """SQLite alone: a row is made durable, and changed durably."""

    def __init__(self, path: Path) -> None:
        self._db = open_file(str(path), create=True)
        self._db.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, data BLOB, used INTEGER) STRICT")
        self._data = grant_json(some.grant()) + bytes(400)  # and what is kept beside the claims
        self.taken: list[float] = []

    def once(self, number: int) -> None:
        began = time.perf_counter()
        self._db.execute("INSERT INTO rows (id, data) VALUES (?, ?)", (number, self._data))
        self._db.execute("UPDATE rows SET used = 1 WHERE id = ? RETURNING data", (number,)).fetchall()
        self.taken.append(time.perf_counter() - began)


def at(name: str, store: GrantStore, count: int, beside: TwoCommits | None = None) -> None:
    """What is done at a store."""
    whole = Whole(store)
    for number in range(count + 20):
        whole.once(number)
        if beside is not None:
            beside.once(number)
    if beside is not None:
        row(f"{name}: two commits, and nothing else", beside.taken[20:])
    row(f"{name}: issued and signed", whole.issued[20:])
    row(f"{name}: verified and used up", whole.used[20:])
    row(f"{name}: the whole", whole.whole[20:])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=2000)
    count = parser.parse_args().count
    print("| | p10 µs | p50 µs | p99 µs |\n| --- | --- | --- | --- |")
    alone(count)
    at(
        "in memory", MemoryGrants(), min(count, 500)
    )  # it looks at every grant of a permit by going through all
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteGrants(Path(folder) / "grants.db")
        at("SQLite", store, count, TwoCommits(Path(folder) / "raw.db"))
        store.close()
    try:
        server = PostgresServer()
    except AnswerableError as error:
        print(f"\nPostgreSQL was not measured: {error}")
        return
    try:
        server.start()
        shared = PostgresGrants(server.new_database())
        at("PostgreSQL", shared, count)
        shared.close()
    finally:
        server.close()


if __name__ == "__main__":
    main()
