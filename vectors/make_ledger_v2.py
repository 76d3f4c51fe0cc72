"""Write `ledger_v2.jsonl`: entries of format 2 with their bytes, leaf hashes and private digests.

    .venv/bin/python vectors/make_ledger_v2.py

Each line holds a draft as it was handed to the ledger, the salt and nonce that were drawn
for it, the key it is sealed under, and what the ledger made of them. Whoever writes a verifier in another
language can hold it against these. Lines are only ever added: where this script comes to write one of
them in another way, the entries of every ledger in use would no longer verify, so a change wants
format 3 and a file beside this one, as `ledger_v1.jsonl` is beside it.
"""

import json
from pathlib import Path
from typing import Any

import msgspec

from answerable.ledger import GENESIS, private_digest
from answerable.receipts import (
    NOT_OFFERED,
    ActionBody,
    ActionPrivate,
    ApprovalBody,
    ApprovalPrivate,
    BundleBody,
    CallBody,
    CallPrivate,
    ChoiceBody,
    ClaimPart,
    ClockBody,
    DecisionPart,
    Draft,
    ErasureBody,
    ExchangeBody,
    ExchangePrivate,
    ExtensionBody,
    ExtensionPrivate,
    FindingPart,
    GrantBody,
    GrantPrivate,
    Head,
    HoldBody,
    LineBody,
    LinePrivate,
    PolicyPart,
    ReceiptBody,
    ReceiptPrivate,
    ReleasePart,
    ReplyBody,
    ReplyPrivate,
    RoleBody,
    StatementPart,
    SubjectKey,
    TermPart,
    canonical,
    seal,
)
from answerable.receipts.canonical import canonical_fields
from answerable.receipts.entries import HistoryBody, MessagePrivate

FILE = Path(__file__).with_name("ledger_v2.jsonl")
TRACE, EARLIER = "tr_0123456789abcdefghjkmnpqrs", "tr_00000000000000000000000000"
BUNDLE, PROMPT = "sha256:" + "ab" * 32, "sha256:" + "cd" * 32
ODD = 'control \x00\x01\x1f\x7f, quote " and \\ and /, lines \r\n\t\b\f, é, \u2028, \ufeff, 😀'


def drafts() -> list[Draft]:
    """One entry of each kind, and the same kinds with everything in them that may be left out."""
    exchange = ExchangeBody(
        "bot", "small-1", 2, 3, ("get_order", "refund_order"), ("published/refunds",), PROMPT, "enforce",
        BUNDLE, "larkfield", "Ana", "Ben", "rules-1", "req-1", "conv-1", HistoryBody(EARLIER, 4, PROMPT),
    )  # fmt: skip
    asked = ExchangePrivate(
        "c-1188",
        (
            MessagePrivate("user", "Where is my refund? " + ODD),
            MessagePrivate("assistant", "", (("call-1", "refund_order", '{"amount":253.54}'),)),
            MessagePrivate("tool", "refunded", answers="call-1"),
        ),
        (("published/refunds", "Refunds take 3 to 5 business days."),),
    )
    bare = ExchangeBody(
        "bot", "small-1", 0, 0, (), (), PROMPT, "observe", BUNDLE, "b", "Ana", None, "rules-1"
    )
    proven = ExchangeBody(
        "spiffe://shop.example/bot/support", "small-1", 1, 1, (), (), PROMPT, "enforce", BUNDLE, "b", "Ana", None,
        "rules-1", identity="jwt-svid", customer_proof="https://login.shop.example",
    )  # fmt: skip
    claim = ClaimPart(
        "completed",
        "committal",
        "grants",
        "refund",
        940,
        ("has-written",),
        (("MoneyTerm", 16, 23),),
        "rules-1",
    )
    harmless = ClaimPart("none", "none", "neutral", "none", 990, (), (), "rules-1")
    permit = DecisionPart(
        "release", "a successful act shows it", (PolicyPart("completed-with-receipt", "support"),), BUNDLE, (),
        None, None, enforced=True,
    )  # fmt: skip
    hold = DecisionPart(
        "hold", "a policy could not be evaluated", (), BUNDLE, ("integer overflow",), "support-lead", "default",
        enforced=False,
    )  # fmt: skip
    return [
        _draft(exchange, asked),
        _draft(
            LineBody(
                0, "content", 0, StatementPart(2, 24, "item", overlong=False), claim,
                FindingPart("supported", None, ("call:refund_order/call-1",)), permit,
                ReleasePart(verbatim=True, text=None),
            ),
            LinePrivate(
                "I've refunded $253.54.", "- ", "Done:", "a successful act shows it", ("refunded",),
                (TermPart("money", '{"currency":"USD","end":23,"kind":"money","minor":25354,"start":14}'),),
            ),
        ),
        _draft(
            LineBody(
                1, "refusal", 7, StatementPart(0, 2000, "sentence", overlong=True), harmless,
                FindingPart("contradicted", "over", ()), hold, ReleasePart(verbatim=False, text="Not so. " + ODD),
            ),
            LinePrivate(ODD),
        ),
        _draft(
            LineBody(
                0, "content", 2**53 - 1, StatementPart(3, 3, "blank", overlong=False), harmless, None, permit, None
            )
        ),
        _draft(CallBody(0, -1, "call-2", "cancel_order"), CallPrivate('{"order_id":"W1"}')),
        _draft(ExtensionBody(0, ("reasoning",), passed=False), ExtensionPrivate('{"reasoning":"…"}')),
        _draft(
            ReplyBody(
                "upstream_cut", "stopped", "chatcmpl-1", "small-1", (ChoiceBody(0, None, 3, 1, 1, 9),), 2, '{"n":1}'
            ),
            ReplyPrivate(((0, "I can als"),)),
        ),
        _draft(bare),
        _draft(ReplyBody("complete", "", None, None, (), 0, None)),
        _draft(ErasureBody(("00000000000000aa",), "ruth.okafor", "asked for by letter", "request")),
        _draft(ErasureBody(("00000000000000aa", "00000000000000bb"), "ruth.okafor", "", "retention", "2025-02")),
        _draft(HoldBody("ho_1", lifted=False, by="counsel", reason="claim 7", keys=())),
        _draft(ClockBody(-3600, "2026-01-31T09:30:00.000000Z")),
        _draft(proven),
        *_acting(),
        # Appended, so that what is above keeps its bytes.
        _draft(
            ExchangeBody(
                "bot", "small-1", 0, 0, (), (), PROMPT, "enforce", BUNDLE, "b", "Ana", None, "rules-1",
                version="2026.1-é",
            )
        ),
        _draft(ReplyBody("complete", "", None, "small-1", (), 0, None, "fp_44709d6fcb")),
    ]  # fmt: skip


def _acting() -> list[Draft]:
    """What follows a decision that was held: people's answers, the credential, the act and its receipt."""
    person, bot, decision = (
        "https://login.shop.example#u-7",
        "spiffe://shop.example/bot",
        "sha256:" + "ef" * 32,
    )
    at, soon = "2026-01-31T17:00:00.000000Z", "2026-01-31T09:31:00.000000Z"
    return [
        _draft(ApprovalBody("ap_1", "opened", "line", decision, PROMPT, BUNDLE)),
        _draft(
            ApprovalBody(
                "ap_1", "approved", "act", decision, PROMPT, BUNDLE, "support-lead", person, 2, at,
                ("approver-within-limits",), 1, 2, "with other arguments",
            ),
            ApprovalPrivate("a fair offer " + ODD, '{"amount":2500}', "We refund $25.00."),
        ),
        _draft(GrantBody("", "revoked", by=person, selector="workload", value=bot, detail="taken over")),
        _draft(
            GrantBody(
                "gr_1", "issued", decision, "ap_1", "ac_1", "refund_order", "https://shop.example", bot, soon
            )
        ),
        _draft(ActionBody("ac_1", "given_up", "get_order", "k-1", "shop", decision, bot)),
        _draft(
            ActionBody(
                "ac_1", "sent", "refund_order", "k-1", "shop", decision, bot, 2, "gr_1", "ap_1", "ac_0", decision,
                "tried again",
            ),
            ActionPrivate('{"amount":2500}'),
        ),
        _draft(ReceiptBody("ac_1", "uncertain", "answer", 1)),
        _draft(
            ReceiptBody("ac_1", "done", "person", 2, person, "seen in the bank's list"),
            ReceiptPrivate('{"refunded":2500}', "re-9"),
        ),
        _draft(RoleBody(person, "auditor", "taken", person, "left")),
        _draft(
            RoleBody(person, "agent_operator", "given", person, "runs it", '{"routes":["a"]}', at, at, bot)
        ),
        # Appended, so that what is above keeps its bytes.
        _draft(GrantBody("", "lifted", by=person, selector="everything"), GrantPrivate("mended " + ODD)),
        _draft(RoleBody(person, "", "linked", person, "has both", other="local#a")),
        _draft(CallBody(0, 1, "call_2", NOT_OFFERED), CallPrivate("{}", "pay_ada")),
        _draft(ReceiptBody("ac_1", "done", "answer", 1, tool="refund_order"), ReceiptPrivate("{}")),
        _draft(ApprovalBody("ap_1", "opened", "act", decision, BUNDLE, BUNDLE, tool="refund_order")),
        _draft(
            BundleBody(
                BUNDLE, "larkfield", "2", person, "local#a", ("policy-approver-approves-bundles",), PROMPT,
                "answerable bundle approval v1\n\n— ben AAAAAA==\n", "ben+00000000+AQ==", "Ana", ODD,
            )
        ),
        _draft(BundleBody(BUNDLE, "b", "1", person, "local#a", (), PROMPT, "n", "k", "Ana")),
    ]  # fmt: skip


def _draft(body: Any, private: Any = None) -> Draft:
    return Draft(TRACE, "2026-01-31T09:30:00.000001Z", body, private, "customer:c-1188" if private else None)


def lines() -> str:
    """The file's text."""
    head, before = Head(0, GENESIS), None
    made: list[str] = []
    for draft in drafts():
        seq = head.seq
        key = SubjectKey(f"{seq:016x}", bytes([seq]) * 32)
        salt, nonce = bytes([seq] * 16), bytes([seq] * 12)
        row = seal(draft, head, before, key, salt + nonce)
        private = None if draft.private is None else canonical(draft.private)
        vector = {
            "seq": seq,
            "prev": head.leaf,
            "before": before,
            "kind": row.kind,
            "salt": None if private is None else salt.hex(),
            "nonce": None if private is None else nonce.hex(),
            "key": {"id": key.id, "secret": key.secret.hex()},
            "draft": msgspec.to_builtins(draft),
            "entry": row.entry.decode(),
            "leaf": row.leaf,
            "private": None if private is None else private.decode(),
            "private_digest": None
            if draft.private is None
            else private_digest(salt, canonical_fields(draft.private)),
            "sealed": None if row.sealed is None else row.sealed.hex(),
        }
        made.append(json.dumps(vector, sort_keys=True, ensure_ascii=True) + "\n")
        head, before = Head(seq + 1, row.leaf), seq
    return "".join(made)


if __name__ == "__main__":
    FILE.write_text(lines(), encoding="ascii", newline="\n")
