"""How long it takes to decide an act: python benchmarks/acts.py [--rounds N]

The store pack, padded to 100 policies and 200 terms, decides a refund that a conversation of
ten messages has earned; half of the acts are refused. Printed: decided with everything about the
conversation at hand, and with the conversation read anew. Beside it, on the same acts and by
turns, `govern()` of the Agent Governance Toolkit with 100 rules and its audit in memory, where it is
installed:

    pip install agentmesh-platform==3.7.0

It compares a call's arguments with rules; it reads no records, no consent and no talk.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from answerable.adapters.bundle_files import pack_files
from answerable.decisions import ActOutcome, Bundle, parse
from answerable.exchange import Exchange, Message, Role, ToolCall, outcomes
from answerable.flow import Acts
from answerable.values import CallId, TraceId, WorkloadId

STORE = Path(__file__).parents[1] / "packs" / "store"
POLICIES, TERMS = 100, 200
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ORDER = {
    "order_id": "L-1", "status": "delivered", "total": 45.0, "days_since_delivery": 3, "currency": "USD",
    "items": [{"item_id": "P-310", "name": "Blue glazed planter", "price": 45.0}],
}  # fmt: skip


def padded() -> Bundle:
    """The store pack with as many policies and terms as a company of some size has."""
    files = pack_files(STORE)
    have = sum(text.count(b"@id(") for name, text in files.items() if name.endswith(".cedar"))
    more = "".join(
        f'@id("limit-{at}") @owner("Mira") @because("a limit") @outcome("refuse")\n'
        f'forbid (principal, action == Action::"refund_order", resource)\n'
        f'when {{ context.amount > {1_000_000 + at} && resource.status == "status-{at}" }};\n'
        for at in range(POLICIES - have)
    )
    files["policies/limits.cedar"] = more.encode()
    some = files["terms.yaml"].decode()
    count = some.count("wording:")
    files["terms.yaml"] = (some + "".join(term(at) for at in range(TERMS - count))).encode()
    return parse(files)


def term(at: int) -> str:
    return (
        f"\nwindow-{at}:\n  subjects: [return]\n  about: [thing{at}]\n  value: within {at + 1} days\n  better: more\n"
        f"  wording: Thing{at} can be returned within {at + 1} days.\n  owner: Mira\n  source: {{document: r.md}}\n"
    )


def exchange() -> Exchange:
    """Ten messages: a greeting, a record read, an offer and a yes."""
    read = ToolCall(CallId("c1"), "get_order", '{"order_id": "L-1"}')
    said = (
        Message(Role.SYSTEM, "You are the support assistant of Larkfield."),
        Message(Role.USER, "Hi, my planter arrived broken."),
        Message(Role.ASSISTANT, "I'm sorry about that. Could you give me the order number?"),
        Message(Role.USER, "It's L-1."),
        Message(Role.ASSISTANT, "", (read,)),
        Message(Role.TOOL, msgspec.json.encode(ORDER).decode(), answers=read.id),
        Message(Role.ASSISTANT, "Order L-1 was delivered on March 2."),
        Message(Role.USER, "And now?"),
        Message(Role.ASSISTANT, "Would you like me to refund $45.00 for order L-1?"),
        Message(Role.USER, "Yes, please."),
    )
    return Exchange(
        TraceId("t"), NOW, WorkloadId("w"), "m", said,
        published=(said[0].text,), outcomes=outcomes(said),
    )  # fmt: skip


def ours(bundle: Bundle, *, anew: bool) -> Callable[[float], bool]:
    asked = exchange()
    kept = Acts(asked, bundle)

    def decide(amount: float) -> bool:
        acts = Acts(asked, bundle) if anew else kept
        arguments = {"order_id": "L-1", "amount": amount, "currency": "USD", "reason": "damaged"}
        call = ToolCall(CallId("act"), "refund_order", msgspec.json.encode(arguments).decode())
        decision = acts.one(call)
        assert decision is not None
        return decision.outcome is ActOutcome.PERMIT

    return decide


def theirs() -> Callable[[float], bool] | None:
    try:
        from agentmesh.governance.govern import (  # type: ignore[import-not-found]  # noqa: PLC0415 – a peer
            GovernanceConfig,
            GovernedCallable,
        )
    except ImportError:
        return None
    rules = "".join(
        f'  - {{name: limit-{at}, condition: "amount.value > {1_000_000 + at}", action: deny}}\n'
        for at in range(POLICIES - 2)
    )
    policy = (
        "apiVersion: governance.toolkit/v1\nname: store\nrules:\n"
        '  - {name: too-much, condition: "amount.value > 45", action: deny, priority: 10}\n'
        f"{rules}  - {{name: refunds, condition: \"action.type == 'refund_order'\", action: allow}}\n"
    )
    governed = GovernedCallable(lambda **_: True, GovernanceConfig(policy=policy, on_deny=lambda _: False))

    def decide(amount: float) -> bool:
        return bool(governed(action="refund_order", amount=amount, order={"id": "L-1"}))

    return decide


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=2000)
    rounds = parser.parse_args().rounds
    bundle = padded()
    ways: dict[str, Callable[[float], bool] | None] = {
        "decided": ours(bundle, anew=False),
        "decided, the conversation read anew": ours(bundle, anew=True),
        "govern(), 100 rules": theirs(),
    }
    print(f"{len(bundle.policies)} policies, {len(bundle.terms.terms)} terms, {rounds} acts each, by turns\n")
    times: dict[str, list[float]] = {name: [] for name in ways}
    for at in range(rounds):
        amount: float = 45.0 if at % 2 else 46.0
        for name, way in ways.items():
            if way is None:
                continue
            begun = time.perf_counter()
            permitted = way(amount)
            times[name].append((time.perf_counter() - begun) * 1e6)
            assert permitted == (amount == 45.0), (name, amount)
    print("| | p50 | p99 |")
    print("| --- | --- | --- |")
    for name, taken in times.items():
        if not taken:
            print(f"| {name} | not installed | |")
            continue
        cuts = statistics.quantiles(taken, n=100)
        print(f"| {name} | {statistics.median(taken):.0f} µs | {cuts[98]:.0f} µs |")


if __name__ == "__main__":
    main()
