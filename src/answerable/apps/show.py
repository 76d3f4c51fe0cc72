"""`answerable show`: the chain of one exchange, for the person who has to answer for it."""

import json

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from answerable.apps.acting_words import second
from answerable.apps.chain import Chain, ChainLine, assemble
from answerable.apps.ledger_place import ledger_at
from answerable.receipts import CallBody, CallPrivate, FindingPart, ReplyBody, called
from answerable.values import TraceId
from answerable.values.errors import LedgerUnavailable

COLOURS = {
    "release": "green",
    "revise": "yellow",
    "hold": "yellow",
    "withhold": "red",
    "permit": "green",
    "refuse": "red",
}
MARKS = {"release": "✓", "revise": "~", "hold": "…", "withhold": "✗", "permit": "✓", "refuse": "✗"}
"""Colour is a second signal: every outcome has its mark and its word."""
_LONGEST = 400


async def show_trace(
    console: Console,
    ledger: str | None,
    trace: str | None,
    *,
    line: int | None,
    stopped: bool,
    as_json: bool,
) -> int:
    """Print the chain of a trace, the latest one where none is named. Raises LedgerUnavailable, LedgerBroken."""
    store = ledger_at(ledger).open()
    try:
        wanted = TraceId(trace) if trace else next(iter(await store.traces(1)), None)
        rows = await store.trace(wanted) if wanted else []
        chain = assemble(rows)
        if chain is None:
            raise LedgerUnavailable(
                f"nothing is on record under '{trace[:80]}' in this ledger; a reply's Answerable-Trace header names "
                "its trace, and 'answerable ledger find' looks for others"
                if trace
                else "nothing is on record in this ledger yet; a reply that goes through the gateway is the first"
            )
    finally:
        await store.close()
    chosen = [
        one
        for one in chain.lines
        if (line is None or one.body.line == line) and (not stopped or one.body.decision.outcome != "release")
    ]
    if as_json:
        console.print_json(data=chain_as_data(chain, chosen))
    else:
        print_chain(console, chain, chosen)
    return 0


def print_chain(console: Console, chain: Chain, lines: list[ChainLine]) -> None:
    """The four questions, in their order: asked and retrieved, said, decided by whom, what happened."""
    exchange = chain.exchange
    console.print(f"[bold]{chain.trace}[/]  {chain.at}")
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for role, text in _asked(chain):
        table.add_row(role, escape(_short(text)))
    if chain.is_tool_call:
        table.add_row("called by", escape(f"workload {chain.asker}, at the tool gate"))
        table.add_row("rests on", escape(_rests_on(chain)))
    else:
        table.add_row("answered by", escape(chain.answerer))
    if chain.vouching:
        table.add_row("customer", escape(f"{chain.vouching}, assurance level {exchange.assurance}"))
    table.add_row("under", escape(_bundle(chain)))
    console.print(table)
    for line in lines:
        _print_line(console, line)
    for call, private in chain.calls:
        _print_call(console, call, private, read=chain.is_tool_call)
    if chain.reply is not None:
        _print_ending(console, chain, chain.reply)
    elif chain.is_tool_call:
        console.print("\n[yellow]no ending on record[/]: nobody was told what became of this call")
    else:
        console.print("\n[yellow]no ending on record[/]: the gate was stopped while this reply was under way")
    _print_after(console, chain)


def _asked(chain: Chain) -> list[tuple[str, str]]:
    if chain.asked is None:
        return [("asked", "(erased)")]
    rows = [("asked", m.text) for m in chain.asked.messages if m.role == "user"][-1:]
    rows += [("retrieved", f"{source}: {text}") for source, text in chain.asked.context]
    for message in chain.asked.messages:
        if chain.is_tool_call:
            continue  # the call stands below, with its decision
        rows += [("tool called", f"{name} {arguments}") for _, name, arguments in message.tool_calls]
        if message.role == "tool":
            rows.append(("tool answered", message.text))
    return rows


def _rests_on(chain: Chain) -> str:
    """What the gate knew of the conversation."""
    talk = (
        f"conversation '{chain.exchange.conversation}'" if chain.exchange.conversation else "no conversation"
    )
    traces = [one.removeprefix("trace:") for one in chain.exchange.sources]
    return f"{talk}, {'of ' + ', '.join(traces) if traces else 'of which nothing is on record'}"


def _bundle(chain: Chain) -> str:
    exchange = chain.exchange
    approver = exchange.bundle_approver or "nobody in this organisation yet"
    return (
        f"bundle '{exchange.bundle_name}' {exchange.bundle[:19]}…, written by {exchange.bundle_author}, "
        f"approved by {approver}; reader {exchange.reader}; mode {exchange.mode}"
    )


def _print_line(console: Console, line: ChainLine) -> None:
    text = line.text.text if line.text else "(erased)"
    if not text:
        return
    claim, decision = line.body.claim, line.body.decision
    colour, mark = COLOURS[decision.outcome], MARKS[decision.outcome]
    console.print(f"\n[bold]line {line.body.line}[/] [{colour}]{mark} {decision.outcome}[/]")
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("said", escape(_short(text)))
    sure = f"{claim.confidence / 10:.0f} %"
    table.add_row("read as", f"{claim.force}, {claim.polarity}, about {claim.subject} ({sure})")
    if line.body.finding:
        table.add_row("found", escape(_found(line, line.body.finding)))
    table.add_row("decided", escape(decision.because))
    for policy in decision.policies:
        table.add_row("by policy", escape(f"{policy.id}, owned by {policy.owner}"))
    for error in decision.errors:
        table.add_row("[red]error[/]", escape(error))
    if decision.route:
        table.add_row("waits for", escape(decision.route))
    shown = line.shown
    table.add_row("shown", escape(_short(shown.strip())) if shown else "nothing")
    console.print(table)


def _found(line: ChainLine, finding: FindingPart) -> str:
    direction = f" ({finding.direction})" if finding.direction else ""
    because = f": {line.text.because}" if line.text and line.text.because else ""
    sources = ", ".join(finding.sources)
    return f"{finding.support}{direction}{because}" + (f" [{sources}]" if sources else "")


def _print_call(console: Console, call: CallBody, private: CallPrivate | None, *, read: bool) -> None:
    """A call and its decision. `read`: without a decision it was one that only looks."""
    decision = call.decision
    kind = "read" if decision is None and read else "act"
    outcome = "passed on" if call.passed else "stopped"
    colour, mark = "default", ""
    if decision is not None:
        outcome, colour, mark = decision.outcome, COLOURS[decision.outcome], MARKS[decision.outcome]
    console.print(
        f"\n[bold]{kind} {escape(called(call, private))}[/] [{colour}]{f'{mark} {outcome}'.strip()}[/]"
    )
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("asked", escape(_short(private.arguments if private else "(erased)")))
    if decision is not None:
        table.add_row("decided", escape(decision.because))
        for policy in decision.policies:
            table.add_row("by policy", escape(f"{policy.id}, owned by {policy.owner}"))
        for missing in decision.missing:
            if missing in decision.because:
                continue
            table.add_row("missing", escape(missing))
        for error in decision.errors:
            table.add_row("[red]error[/]", escape(error))
        if decision.route:
            table.add_row("waits for", escape(decision.route))
        if not decision.enforced:
            table.add_row("observed", "the decision did not bind")
        if call.passed is not (decision.outcome == "permit"):
            table.add_row("became", "passed on" if call.passed else "stopped with the rest of the reply")
    elif kind == "read":
        table.add_row("decided", "nothing: it only looks")
    console.print(table)


def _print_ending(console: Console, chain: Chain, reply: ReplyBody) -> None:
    first, last = chain.entries[0][0], chain.entries[-1][0]
    ledger = f"[bold]ledger[/] entries {first} to {last}, last leaf {chain.entries[-1][2][:16]}…"
    if chain.is_tool_call:
        console.print(f"\n[bold]ended[/]  the caller was told: {escape(reply.detail)}\n{ledger}")
        return
    stopped = sum(choice.replaced for choice in reply.choices)
    shown = sum(choice.verbatim for choice in reply.choices)
    detail = f" ({escape(reply.detail)})" if reply.detail else ""
    console.print(
        f"\n[bold]ended[/]  {reply.ending}{detail}: {shown} lines as written, {stopped} replaced or left out, "
        f"{reply.sent} handed to the connection\n{ledger}"
    )


def _print_after(console: Console, chain: Chain) -> None:
    """What followed the decisions, in its order: who answered, under which credential, what was done."""
    if not chain.after:
        return
    console.print("\n[bold]what followed[/]")
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 2))
    table.add_column(no_wrap=True)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for one in chain.after:
        by = f"by {one.who}: " if one.who else ""
        table.add_row(second(one.at), escape(one.what), escape(_short(by + one.told)))
    console.print(table)


def chain_as_data(chain: Chain, lines: list[ChainLine]) -> dict[str, object]:
    """The chain as JSON data; shapes as in `answerable.receipts`."""
    asked = msgspec.to_builtins(chain.asked) if chain.asked else None
    data: dict[str, object] = {
        "trace": chain.trace,
        "at": chain.at,
        "exchange": msgspec.to_builtins(chain.exchange),
        "asked": asked,
        "lines": [_line_as_data(line) for line in lines],
        "calls": [
            {**msgspec.to_builtins(call), "arguments": private.arguments if private else None}
            for call, private in chain.calls
        ],
        "reply": msgspec.to_builtins(chain.reply) if chain.reply else None,
        "after": [one._asdict() for one in chain.after],
        "entries": [{"seq": seq, "is": kind, "leaf": leaf} for seq, kind, leaf in chain.entries],
    }
    return json.loads(json.dumps(data))  # type: ignore[no-any-return]


def _line_as_data(line: ChainLine) -> dict[str, object]:
    words = msgspec.to_builtins(line.text) if line.text else None
    return {**msgspec.to_builtins(line.body), "words": words, "shown": line.shown}


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST else flat[: _LONGEST - 1] + "…"
