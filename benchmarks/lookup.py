"""Look-ups in a large ledger, by the clock: python benchmarks/lookup.py [--entries N] [--folder DIR] [--postgres]

Makes a ledger of N entries (1,000,000), as a company with 6,000 customers would have it after 60 days, indexes it, and
asks each kind of question with ever other values: 200 times warm, and 20 times cold (every file out of the system's
cache before). A look-up is all of it: see what is new, ask the index, read the entries (with their exchanges where
the question is about those), open their private parts, hold them against the question. Printed: entries indexed a
second, by the clock and by the processor's time, bytes an entry, and p50, p99 and the longest in milliseconds.

A ledger that lies in DIR is used again. With --postgres the index is kept in a PostgreSQL server made for it, the
ledger still in a file, and nothing is asked cold.
"""

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from answerable.adapters.postgres.index import PostgresIndex
from answerable.adapters.sqlite_index import SqliteIndex
from answerable.adapters.sqlite_ledger import SqliteLedger, beside
from answerable.apps.ledger.indexing import catch_up
from answerable.apps.ledger.lookup import find
from answerable.ports.ledger_index import LedgerIndex
from answerable.receipts import (
    CallBody,
    CallPrivate,
    ChoiceBody,
    ClaimPart,
    DecisionPart,
    Draft,
    ExchangeBody,
    ExchangePrivate,
    FindingPart,
    LineBody,
    LinePrivate,
    PolicyPart,
    ReleasePart,
    ReplyBody,
    Sealer,
    StatementPart,
    TermPart,
    subject_month,
)
from answerable.receipts.entries import ActDecisionPart, MessagePrivate
from answerable.receipts.facet import Amount
from answerable.receipts.query import Query
from answerable.receipts.sealing import ENTROPY_BYTES
from answerable.testing.postgres_server import PostgresServer
from answerable.values import rfc3339

CUSTOMERS = 6_000
DAYS = 60
BEGAN = datetime(2026, 9, 1, tzinfo=UTC)
BATCH = 20_000
POLICIES = [(f"policy-{at}", f"owner-{at % 7}") for at in range(40)]
SUBJECTS = "refund compensation discount price delivery return exchange cancellation warranty payment".split()
FORCES = "entitlement offer promise completed".split()
TERMS = [f"term:published-{at}@{1 + at % 3}" for at in range(60)]
WHETHER = (
    "no record shows",
    "a published term allows",
    "the policy permits",
    "nobody has confirmed",
    "it commits to",
)
WHAT = ("the refund", "a delivery date", "the discount", "an exchange", "any change of the booking")
WHY = ("for this order", "of a gold member", "within 30 days", "without a supervisor", "in writing")
REASONS = [f"{one} {what} {why}" for one in WHETHER for what in WHAT for why in WHY]
WORDING = [
    "A member of our team needs to look at that first.",
    "There is no confirmation of that in our system yet.",
]
TOOLS = "get_order get_customer issue_refund change_address cancel_order send_voucher".split()
TEXT = "Thank you for your patience, I have looked into this and can see what happened with it on our side."


class Company:
    """Makes exchanges, each a list of drafts; the same ones every time."""

    def __init__(self) -> None:
        self.random = random.Random(7)
        self.conversations: dict[int, str] = {}
        self.number = 0

    def exchange(self, at: datetime) -> list[Draft]:
        draw = self.random
        self.number += 1
        trace, written = f"tr_{self.number:026d}", rfc3339(at)
        customer = int(CUSTOMERS * draw.random() ** 1.5)
        if draw.random() < 0.4 or customer not in self.conversations:
            self.conversations[customer] = f"c-{self.number}"
        order = f"W{customer:05d}{draw.randrange(12):02d}"
        version = int((at - BEGAN).days / 3)
        bundle = f"sha256:{version:064x}"
        subject = f"customer:u-{customer}"
        drafts: list[Draft] = []

        def add(body: object, private: object | None = None) -> None:
            drafts.append(Draft(trace, written, body, private, subject))  # type: ignore[arg-type]

        asked = MessagePrivate("user", f"Where is my order {order}? {TEXT}")
        called = MessagePrivate("assistant", "", (("call_1", "get_order", f'{{"order_id":"{order}"}}'),))
        add(
            ExchangeBody("support-bot", "gpt-large", 1, 2, tuple(TOOLS), ("returns",), "sha256:" + "0" * 64, "enforce",
                         bundle, "larkfield", "Mira Lindqvist", f"Approver {version % 5}", "rules-7", None,
                         self.conversations[customer]),
            ExchangePrivate(f"u-{customer}", (asked, called), (("returns", TEXT),)),
        )  # fmt: skip
        for line in range(draw.randrange(3, 9)):
            add(*self.line(line, order, bundle))
        for index in range(draw.randrange(0, 2)):
            outcome = draw.choices(("permit", "hold", "refuse"), (90, 6, 4))[0]
            act = ActDecisionPart(
                outcome, draw.choice(REASONS), (self.policy(),), bundle, (), (), None, enforced=True
            )
            arguments = f'{{"order_id":"{order}","amount":{draw.randrange(500, 40000)}}}'
            add(CallBody(0, index, f"call_{index}", draw.choice(TOOLS), act), CallPrivate(arguments))
        choice = ChoiceBody(0, "stop", len(drafts), len(drafts), 0, 0)
        add(ReplyBody("complete", "", f"chatcmpl-{self.number}", "gpt-large", (choice,), len(drafts), None))
        return drafts

    def policy(self) -> PolicyPart:
        return PolicyPart(*POLICIES[int(len(POLICIES) * self.random.random() ** 3)])

    def line(self, line: int, order: str, bundle: str) -> tuple[LineBody, LinePrivate]:
        draw = self.random
        committal = draw.random() < 0.25
        force = draw.choice(FORCES) if committal else "informational"
        outcome = draw.choices(
            ("release", "revise", "hold", "withhold"), (86, 6, 6, 2) if committal else (98, 1, 1, 0)
        )[0]
        terms: list[TermPart] = []
        if draw.random() < (0.5 if committal else 0.1):
            minor = round(draw.lognormvariate(8.5, 1.2))
            terms.append(
                TermPart("money", f'{{"currency":"USD","end":20,"kind":"money","minor":{minor},"start":13}}')
            )
        if draw.random() < 0.1:
            terms.append(
                TermPart(
                    "identifier", f'{{"end":9,"kind":"identifier","of":"order","start":2,"value":"{order}"}}'
                )
            )
        released = ReleasePart(outcome == "release", None if outcome == "release" else draw.choice(WORDING))
        body = LineBody(
            0, "content", line, StatementPart(100 * line, 100 * line + 99, "sentence", overlong=False),
            ClaimPart(force, "committal" if committal else force, "grants", draw.choice(SUBJECTS), 930, ("will-do",),
                      tuple((one.kind, 13, 20) for one in terms), "rules-7"),
            FindingPart("supported", None, (draw.choice(TERMS),)) if committal else None,
            DecisionPart(outcome, draw.choice(REASONS), (self.policy(),), bundle, (), None, None, enforced=True),
            released,
        )  # fmt: skip
        return body, LinePrivate(" ", TEXT, None, "a term allows it" if committal else None, (), tuple(terms))


def fill(ledger: SqliteLedger, count: int) -> None:
    company, head = Company(), ledger.store.head()
    drafts: list[Draft] = []
    step = timedelta(days=DAYS) / (count / 7)
    while head.seq < count:
        drafts = []
        while len(drafts) < BATCH and head.seq + len(drafts) < count:
            drafts += company.exchange(BEGAN + step * company.number)
        wanted = {subject_month(one) for one in drafts if one.private is not None}
        sealer = Sealer(head, {}, ledger.keys.current(wanted))
        sealer.seal(drafts, lambda: os.urandom(ENTROPY_BYTES))
        ledger.store.insert(sealer.rows)
        head = sealer.head


def questions(draw: random.Random) -> Iterator[tuple[str, Callable[[], Query]]]:
    def customer() -> str:
        return f"u-{draw.randrange(CUSTOMERS)}"

    def order() -> str:
        return f"W{draw.randrange(CUSTOMERS):05d}{draw.randrange(12):02d}"

    def day() -> datetime:
        return BEGAN + timedelta(days=draw.randrange(DAYS), hours=draw.randrange(24))

    def subject() -> str:
        return draw.choice(SUBJECTS)

    def some(most: int) -> Amount:
        low = draw.randrange(100, 100_000)
        return Amount(low, low + draw.randrange(most), "USD")

    policy = "policy-0"  # the most common
    yield "conversation", lambda: Query(conversation=f"c-{draw.randrange(100_000)}")
    yield "customer", lambda: Query(customer=customer())
    yield "order", lambda: Query(identifier=order())
    yield "customer and subject", lambda: Query(customer=customer(), subject=subject())
    yield "order and outcome", lambda: Query(identifier=order(), outcome="withhold")
    yield "subject and amount", lambda: Query(subject=subject(), amount=some(15_000))
    yield "one amount", lambda: Query(amount=some(1))
    yield "amount that nobody named", lambda: Query(amount=Amount(10**9, 2 * 10**9, "USD"))
    yield "policy", lambda: Query(policy=draw.choice(POLICIES)[0])
    yield "policy and outcome", lambda: Query(policy=draw.choice(POLICIES)[0], outcome="withhold")
    yield "published term", lambda: Query(term=f"published-{draw.randrange(60)}")
    yield "approver", lambda: Query(approver=f"Approver {draw.randrange(5)}")
    yield "bundle and outcome", lambda: Query(bundle=f"sha256:{draw.randrange(20):064x}", outcome="hold")
    yield "tool", lambda: Query(tool=draw.choice(TOOLS))
    yield "an hour", lambda: Query(since=(at := day()), until=at + timedelta(hours=1))
    yield "half of the time", lambda: Query(since=BEGAN, until=BEGAN + timedelta(days=30), outcome="hold")
    yield "words", lambda: Query(words=" ".join(draw.choice(REASONS).split()[-6:]))
    yield "words that never meet", lambda: Query(words="gold member writing")
    yield "common, and never together", lambda: Query(tool="get_order", subject=subject())
    yield "everything", lambda: Query(subject=subject(), amount=some(50_000), policy=policy, outcome="release",
                                      since=day(), approver="Approver 3", words="refund")  # fmt: skip
    yield "nothing has it", lambda: Query(customer="nobody", words="no such thing")


def timed(act: Callable[[], object], count: int, before: Callable[[], None] = lambda: None) -> str:
    taken: list[float] = []
    for _ in range(count):
        before()
        began = time.perf_counter()
        act()
        taken.append((time.perf_counter() - began) * 1000)
    taken.sort()
    return f"{statistics.median(taken):.1f} / {taken[int(len(taken) * 0.99)]:.1f} / {taken[-1]:.1f}"


class Bench:
    """The ledger in its folder, and its index."""

    def __init__(self, folder: Path, dsn: str) -> None:
        self.folder, self.dsn = folder, dsn
        self.open()

    def open(self) -> None:
        self.ledger = SqliteLedger(self.folder / "ledger.db")
        self.index: LedgerIndex = (
            PostgresIndex(self.dsn) if self.dsn else SqliteIndex(beside(self.ledger.path, "index"))
        )

    def cold(self) -> None:
        """Begin again with every file out of the system's cache."""
        self.index.close()
        self.ledger.store.close()
        for file in self.folder.iterdir():
            handle = os.open(file, os.O_RDONLY)
            os.fsync(handle)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(handle)
        self.open()

    def find(self, query: Query) -> int:
        return len(find(self.ledger, self.index, query, limit=20))

    def fill(self, entries: int) -> None:
        began = time.perf_counter()
        fill(self.ledger, entries)
        count = self.ledger.store.head().seq
        size = self.ledger.path.stat().st_size / count
        print(f"a ledger of {count:,} entries, {size:,.0f} bytes each, {time.perf_counter() - began:.0f} s")

    def make_index(self) -> None:
        self.index.clear()
        began, busy = time.perf_counter(), time.process_time()
        count = catch_up(self.ledger, self.index)
        taken, busy = time.perf_counter() - began, time.process_time() - busy
        self.index.forget([])
        size = self.size() / count
        print(
            f"indexed in {taken:.1f} s, {count / taken:,.0f} entries/s, {count / busy:,.0f} a second of the processor, "
            f"{size:,.0f} bytes an entry\n"
        )

    def size(self) -> int:
        if isinstance(self.index, PostgresIndex):
            query = (
                "SELECT sum(pg_total_relation_size(oid)) FROM pg_class "
                "WHERE relnamespace = 'answerable_index'::regnamespace AND relkind = 'r'"
            )
            return int(self.index._rows(query)[0][0])  # noqa: SLF001 – only to measure
        return Path(self.index.name).stat().st_size


def measure(bench: Bench) -> None:
    print(
        "| look-up | found | warm p50 / p99 / max ms | cold p50 / p99 / max ms |\n| --- | --- | --- | --- |"
    )
    for name, make in questions(random.Random(11)):
        found = [bench.find(make()) for _ in range(20)]
        warm = timed(lambda make=make: bench.find(make()), 200)  # type: ignore[misc]
        cold = "–" if bench.dsn else timed(lambda make=make: bench.find(make()), 20, bench.cold)  # type: ignore[misc]
        print(f"| {name} | {min(found)} to {max(found)} | {warm} | {cold} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="where the ledger lies, or is made and left")
    parser.add_argument("--postgres", action="store_true", help="keep the index in PostgreSQL")
    options = parser.parse_args()
    server = PostgresServer() if options.postgres else None
    with tempfile.TemporaryDirectory() as temporary:
        try:
            if server is not None:
                server.start()
            bench = Bench(options.folder or Path(temporary), server.new_database() if server else "")
            bench.fill(options.entries)
            bench.make_index()
            measure(bench)
        finally:
            if server is not None:
                server.close()


if __name__ == "__main__":
    main()
