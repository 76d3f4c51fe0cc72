"""A thousand attempts at once to use one grant: python proofs/grant_once.py [--store KIND] [--attempts N] [--rounds N]

Claim: of all attempts to use a grant, whoever makes them, exactly one succeeds; and none more if a process is killed.

1. Several processes open the same store, and each holds its share of threads at a barrier.
2. All are let go at once. Every thread makes one attempt, with an id of its own.
3. Each answer is written to a pipe before anything else happens. They are counted, and the store is asked.

In every other round one of the processes gets SIGKILL while the attempts are under way: then its own answers may
be missing, and the claim is that there are never two, and that the store knows of one wherever one was told.
"""

import argparse
import os
import random
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from answerable.adapters.postgres.grants import PostgresGrants
from answerable.adapters.sqlite_grants import SqliteGrants
from answerable.grants import AlreadyConsumed, Consumed, Issued
from answerable.ports.grants import GrantStore
from answerable.testing import sample_grants as some
from answerable.testing.postgres_server import PostgresServer
from answerable.values import GrantId

PROCESSES = 4
PATIENCE = 120


def opened(place: str) -> GrantStore:
    """The store at a place: a file, or a database by its DSN."""
    return PostgresGrants(place) if place.startswith("postgresql:") else SqliteGrants(place)


def child(place: str, grant: str, first: int, count: int) -> None:
    """Hold `count` threads until a line comes in, then let each make its attempt and write its answer."""
    store = opened(place)
    gate = threading.Barrier(count + 1)

    def attempt(number: int) -> None:
        gate.wait()
        answer = store.consume(GrantId(grant), some.NOW, f"attempt-{number}")
        os.write(1, f"{type(answer).__name__} {number}\n".encode())

    threading.stack_size(256 * 1024)
    threads = [threading.Thread(target=attempt, args=(first + at,)) for at in range(count)]
    for thread in threads:
        thread.start()
    os.write(1, b"ready\n")
    sys.stdin.readline()
    gate.wait()
    for thread in threads:
        thread.join()
    store.close()


def one_round(place: str, number: int, attempts: int, processes: int, *, kill: float | None) -> Counter[str]:
    """The answers to `attempts` attempts at one new grant; `kill` is after how many seconds a process dies."""
    store = opened(place)
    grant = some.grant(number)
    if store.issue(grant, some.permit(number)) != Issued():
        raise SystemExit("the grant could not be issued")
    shares = [attempts // processes + (at < attempts % processes) for at in range(processes)]
    command = [sys.executable, __file__, "--child", place, grant.id]
    children = [
        subprocess.Popen(
            [*command, str(sum(shares[:at])), str(share)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for at, share in enumerate(shares)
    ]
    answers: Counter[str] = Counter()
    for one in children:
        assert one.stdout is not None
        if one.stdout.readline() != b"ready\n":
            raise SystemExit("a process did not begin")
    for one in children:
        assert one.stdin is not None
        one.stdin.write(b"go\n")
        one.stdin.flush()
    if kill is not None:
        time.sleep(kill)
        children[0].send_signal(signal.SIGKILL)
    for one in children:
        answers.update(read(one))
    state = store.state(grant.id, some.NOW)
    again = store.consume(grant.id, some.NOW, "afterwards")
    if answers["Consumed"] and not isinstance(state, AlreadyConsumed):
        raise SystemExit(f"somebody was told that the grant is theirs, and the store says {state}")
    answers["Consumed afterwards"] = isinstance(again, Consumed)
    store.close()
    return answers


def read(one: "subprocess.Popen[bytes]") -> list[str]:
    """The answers that a process wrote, to its end. A line is written whole or not at all (POSIX write, PIPE_BUF)."""
    assert one.stdout is not None
    assert one.stdin is not None
    data = bytearray()
    give_up = time.monotonic() + PATIENCE
    while select.select([one.stdout], [], [], max(0.0, give_up - time.monotonic()))[0]:
        if not (chunk := os.read(one.stdout.fileno(), 65536)):
            break
        data += chunk
    else:
        one.kill()
        raise SystemExit("a process did not come to its end")
    one.wait(PATIENCE)
    one.stdout.close()
    one.stdin.close()
    return [line.split(" ")[0] for line in data.decode().splitlines()]


def prove(place: str, attempts: int, rounds: int, processes: int, chance: random.Random) -> Counter[str]:
    """All rounds at one store; the answers of all. Exits where the claim does not hold."""
    total: Counter[str] = Counter()
    for number in range(rounds):
        kill = chance.uniform(0, 0.15) if number % 2 else None
        answers = one_round(place, number, attempts, processes, kill=kill)
        used = answers["Consumed"] + answers["Consumed afterwards"]
        told = sum(answers.values()) - answers["Consumed afterwards"]
        if used > 1 or (kill is None and (used != 1 or told != attempts)):
            raise SystemExit(f"round {number}: the claim does not hold: {dict(answers)}")
        total += answers
        total["rounds"] += 1
        total["rounds with a kill"] += kill is not None
        total["answers lost to a kill"] += attempts - told
    return total


def shown(name: str, attempts: int, processes: int, total: Counter[str]) -> str:
    return (
        f"{name}: {total['rounds']} grants, {attempts:,} attempts at each in {processes} processes: "
        f"{total['Consumed']} told that it is theirs, {total['AlreadyConsumed']:,} that it was used already; in "
        f"{total['rounds with a kill']} rounds a process was killed, and {total['answers lost to a kill']:,} answers "
        "with it"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--attempts", type=int, default=1000, help="at each grant, all at once")
    parser.add_argument("--rounds", type=int, default=10, help="grants, one after another, at each store")
    parser.add_argument("--processes", type=int, default=PROCESSES)
    parser.add_argument("--store", choices=["sqlite", "postgres", "both"], default="both")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        place, grant, first, count = options.child
        child(place, grant, int(first), int(count))
        return
    chance = random.Random(options.seed)
    sizes = (options.attempts, options.rounds, options.processes)
    if options.store in ("sqlite", "both"):
        with tempfile.TemporaryDirectory() as folder:
            total = prove(str(Path(folder) / "grants.db"), *sizes, chance)
        print(shown("SQLite", options.attempts, options.processes, total))
    if options.store in ("postgres", "both"):
        server = PostgresServer()
        try:
            server.start()
            total = prove(server.new_database(), *sizes, chance)
        finally:
            server.close()
        print(shown("PostgreSQL", options.attempts, options.processes, total))


if __name__ == "__main__":
    main()
