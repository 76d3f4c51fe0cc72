"""What the reports of an evidence bundle tell of an exchange, whatever they are printed as."""

from typing import NamedTuple

from answerable.apps.chain import Chain, ChainLine
from answerable.receipts import CallBody, CallPrivate, called
from answerable.receipts.entries import ActDecisionPart

LEFT_OUT = "(not part of this evidence)"
MARKS = {"release": "✓", "revise": "~", "hold": "…", "withhold": "✗"}


class LineTold(NamedTuple):
    """A line as a reader wants it: `outcome` is the decision's own word."""

    number: int
    said: str
    read_as: str
    outcome: str
    enforced: bool
    because: str
    policies: tuple[str, ...]
    """Each with its owner in brackets."""
    shown: str

    @property
    def decided(self) -> str:
        """The outcome with its mark, and whether it bound."""
        marked = f"{MARKS.get(self.outcome, '')} {self.outcome}".strip()
        return marked if self.enforced else f"{marked} (observed only)"


class ActTold(NamedTuple):
    """An act that the model asked for, and what became of it."""

    name: str
    arguments: str
    decided: str
    became: str


def facts(chain: Chain) -> list[tuple[str, str]]:
    """Who answered, under whose rules."""
    exchange = chain.exchange
    return [
        ("asked at", chain.at),
        ("called by", f"workload {chain.asker}, at the tool gate")
        if chain.is_tool_call
        else ("answered by", chain.answerer),
        ("under policies", f"'{exchange.bundle_name}' {exchange.bundle}"),
        ("written by", exchange.bundle_author),
        ("approved by", exchange.bundle_approver or "nobody in this organisation yet"),
        ("read by", exchange.reader),
        ("mode", exchange.mode),
    ]


def asked(chain: Chain) -> list[tuple[str, str]]:
    """Who asked, and the conversation until the reply: what each said and what tools were called and answered."""
    if chain.asked is None:
        return [("asked", LEFT_OUT)]
    vouching = f" ({chain.vouching})" if chain.vouching else ""
    rows = [("customer", (chain.asked.customer or "not named") + vouching)]
    for message in chain.asked.messages:
        if message.text and message.role != "system":
            rows.append(({"user": "asked", "tool": "tool answered"}.get(message.role, "said"), message.text))
        rows += [("tool called", f"{name} {arguments}") for _, name, arguments in message.tool_calls]
    return rows


def retrieved(chain: Chain) -> list[tuple[str, str]]:
    """Source and text of what the model was given to answer from; of an exchange without its words, nothing."""
    return [] if chain.asked is None else list(chain.asked.context)


def line_told(line: ChainLine) -> LineTold:
    """What was said in the line, and what became of it."""
    claim, decision = line.body.claim, line.body.decision
    return LineTold(
        line.body.line,
        line.text.text if line.text else LEFT_OUT,
        f"{claim.force}, {claim.polarity}, {claim.subject}",
        decision.outcome,
        decision.enforced,
        decision.because,
        tuple(f"{policy.id} ({policy.owner})" for policy in decision.policies),
        line.shown or "nothing",
    )


def act_told(call: CallBody, private: CallPrivate | None, *, at_tool_gate: bool = False) -> ActTold:
    """The act, and what became of it. At the tool gate a call that nothing was decided on is one that only looks."""
    undecided = "a read: nothing to decide" if at_tool_gate else "not decided"
    return ActTold(
        called(call, private),
        private.arguments if private else LEFT_OUT,
        undecided if call.decision is None else _decided(call.decision),
        "passed on" if call.passed else "stopped",
    )


def _decided(decision: ActDecisionPart) -> str:
    told = [f"{decision.outcome}: {decision.because}"]
    told += [f"by policy {policy.id} ({policy.owner})" for policy in decision.policies]
    told += [f"missing: {one}" for one in decision.missing if one not in decision.because]
    told += [f"error: {one}" for one in decision.errors]
    if decision.route:
        told.append(f"waits for {decision.route}")
    if not decision.enforced:
        told.append("observed only")
    return "; ".join(told)


def ending(chain: Chain) -> str:
    """How the reply ended; of a call, what its caller was told."""
    if chain.reply is None:
        return "no ending on record"
    return f"the caller was told '{chain.reply.detail}'" if chain.is_tool_call else chain.reply.ending
