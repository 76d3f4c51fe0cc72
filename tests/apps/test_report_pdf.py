"""The PDF tells what the HTML page tells, shows hostile text as text, and is the same whenever it is made."""

import dataclasses
import io
import re
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from pypdf import PdfReader

from answerable.adapters.bundle_files import built_in
from answerable.apps.chain import Chain, assemble
from answerable.apps.gate import Gate
from answerable.apps.ledger import report_pdf, report_text
from answerable.apps.ledger.report_pdf import evidence_pdf
from answerable.claims import RuleReader
from answerable.decisions import CedarDecider
from answerable.exchange import Message, Role, ToolCall
from answerable.flow import CallArrived, ChoiceEnded, ReplyEnded, TextArrived
from answerable.ledger.checkpoint import Checkpoint
from answerable.receipts.entries import MessagePrivate
from answerable.signing import new_signer
from answerable.testing.memory_ledger import MemoryLedger
from answerable.values import CallId, CustomerId, TraceId
from answerable.values.errors import SettingsError

MADE = "2026-11-30T11:50:12.123456Z"
CHECKPOINT = (
    Checkpoint("answerable/log-1", 1027, bytes(range(32)))
    .note()
    .signed(new_signer("answerable/log-1", bytes(32)))
    .signed(new_signer("other.example/key", bytes(32)))
)
HOSTILE = {
    "markup": '#eval("1+1") #read("/etc/passwd") $x^2$ *bold* _it_ `raw` <label> @ref // c /* d */ = Heading',
    "closing": ']) } #panic("x") \\] ]} "\\" #{ \\u{41}',
    "html": "</td></tr><script>alert(1)</script>&amp;",
    "long word": "W" * 300,
    "json": '{"a":"' + "b" * 200 + '"}',
    "accents": "Ünïcödé Привет Ελληνικά ½ €",
}


@pytest.fixture
async def chain() -> Chain:
    ledger = MemoryLedger()
    gate = Gate(ledger, RuleReader(), CedarDecider(built_in()), new_trace=lambda: TraceId("tr_chain"))
    asked = gate.exchange([Message(Role.USER, "Refund me.")], customer=CustomerId("c-1188"))
    gated = gate.begin(asked)
    await gated.feed([TextArrived(0, "Hello. I've refunded it. Bye.")])
    await gated.feed([CallArrived(0, 0, ToolCall(CallId("c1"), "refund_order", '{"amount":45}'))])
    await gated.feed([ChoiceEnded(0, "stop"), ReplyEnded("complete")])
    found = assemble(await ledger.trace(asked.trace))
    assert found is not None
    return found


def saying(chain: Chain, text: str) -> Chain:
    """The same exchange with this text wherever somebody else's may be."""
    assert chain.asked is not None
    (call, arguments), line = chain.calls[0], chain.lines[0]
    assert line.text is not None
    assert arguments is not None
    said = dataclasses.replace(line, text=replace(line.text, text=text))
    return dataclasses.replace(
        chain,
        exchange=replace(chain.exchange, model=text, bundle_author=text),
        asked=replace(
            chain.asked, messages=(MessagePrivate("user", text),), context=((text, text),), customer=text
        ),
        lines=[said],
        calls=[(replace(call, name=text), replace(arguments, arguments=text))],
    )


def pages_of(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def without_spaces(text: str) -> str:
    return re.sub(r"\s", "", text)


async def test_it_tells_what_the_page_tells(chain: Chain) -> None:
    pdf = evidence_pdf("trace tr_chain", MADE, CHECKPOINT, [chain])
    text = " ".join(" ".join(pages_of(pdf)).split())
    for part in (
        *(
            "trace tr_chain",
            MADE,
            "1 exchange, 6 entries",
            "1,027 entries",
            "answerable/log-1",
            "other.example/key",
        ),
        *(
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
            "c-1188",
            "Refund me.",
            "nobody in this organisation yet",
        ),
        *(
            "I've refunded it.",
            "There is no confirmation of that in our system yet.",
            "~ revise",
            "✓ release",
        ),
        *(
            "(answerable)",
            "refund_order",
            '{"amount":45}',
            "passed on",
            "The reply ended: complete.",
            "read as",
        ),
    ):
        assert part in text, part
    for _, _, leaf in chain.entries:
        assert leaf in text
    assert pages_of(pdf)[-1].strip().endswith(f"{len(pages_of(pdf))} of {len(pages_of(pdf))}")
    assert PdfReader(io.BytesIO(pdf)).metadata["/Title"] == "Evidence: trace tr_chain"  # type: ignore[index]


async def test_what_is_not_part_of_the_evidence_is_said_to_be_missing(chain: Chain) -> None:
    without = dataclasses.replace(
        chain,
        asked=None,
        lines=[dataclasses.replace(one, text=None) for one in chain.lines],
        calls=[(call, None) for call, _ in chain.calls],
        reply=None,
    )
    text = " ".join(" ".join(pages_of(evidence_pdf("trace tr_chain", MADE, CHECKPOINT, [without]))).split())
    assert text.count("(not part of this evidence)") == 1 + len(chain.lines) + 1
    assert "The reply ended: no ending on record." in text


async def test_many_exchanges_are_listed_with_their_pages_and_every_page_is_numbered(chain: Chain) -> None:
    chains = [dataclasses.replace(chain, trace=f"tr_{number}") for number in range(8)]
    pages = pages_of(evidence_pdf("conversation c-81", MADE, CHECKPOINT, chains))
    assert len(pages) > 3
    for number, page in enumerate(pages, start=1):
        assert f"{number} of {len(pages)}" in page
        assert ("Evidence: conversation c-81" in page) is (number > 1)
    at = next(number for number, page in enumerate(pages, start=1) if "Exchange tr_7" in page)
    assert re.search(rf"tr_7\s+\S+Z\s+{at}\b", pages[0])


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
async def test_hostile_text_stands_there_as_text(chain: Chain, text: str) -> None:
    pdf = evidence_pdf(f"conversation {text}", MADE, CHECKPOINT, [saying(chain, text)])
    # The head of each page cuts into a text that goes over it.
    pages = [re.sub(r"^.*?made.*?Z", "", without_spaces(page)) for page in pages_of(pdf)[1:]]
    body = without_spaces(pages_of(pdf)[0]) + "".join(pages)
    body = re.sub(r"Forreading\.Theproofisinthefilesbesideit\.\d+of\d+", "", body)
    # what, model, author, customer, question, source, context, line, act, arguments
    assert body.count(without_spaces(text)) >= 10


async def test_text_from_right_to_left_stands_there_in_its_letters(chain: Chain) -> None:
    body = "".join(pages_of(evidence_pdf("x", MADE, CHECKPOINT, [saying(chain, "שלום עולם")])))
    assert min(body.count(word) for word in ("שלום", "עולם")) >= 9


async def test_what_turns_text_around_or_can_not_be_seen_stands_as_its_number(chain: Chain) -> None:
    text = "send to \u202egnp.exe\u202c\u200b\x00 😀\U000e0041"
    pdf = evidence_pdf("trace tr_chain", MADE, CHECKPOINT, [saying(chain, text)])
    found = " ".join(" ".join(pages_of(pdf)).split())
    for part in (
        "U+202E right-to-left override",
        "U+200B zero width space",
        "U+0000",
        "U+1F600 grinning face",
    ):
        assert part in found
    assert not set(found) & set("\u202e\u202c\u200b\x00😀\U000e0041")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text(st.characters() | st.sampled_from("\u0301\u05b8\u064bאم\u202e\n ")))
async def test_any_text_at_all_can_be_typeset(chain: Chain, text: str) -> None:
    assert evidence_pdf(text, MADE, CHECKPOINT, [saying(chain, text)]).startswith(b"%PDF-")


async def test_every_character_that_counts_as_shown_has_its_glyph(chain: Chain) -> None:
    table = "".join(map(chr, sorted(report_text._fonts())))
    assert len(table) > 3000
    alone = [" ".join(table[start : start + 500]) for start in range(0, len(table), 500)]
    for text in alone:  # one that has none would be refused
        evidence_pdf("fonts", MADE, CHECKPOINT, [saying(chain, text)])


async def test_a_character_without_a_glyph_is_refused_and_no_empty_box(
    chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_text, "_fonts", lambda: {ord("😀"): 1})
    with pytest.raises(SettingsError, match=r"can't be typeset: .*😀.*leave out --pdf"):
        evidence_pdf("trace tr_chain", MADE, CHECKPOINT, [saying(chain, "😀")])


async def test_it_is_the_same_whenever_and_wherever_it_is_made(
    chain: Chain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = evidence_pdf("trace tr_chain", MADE, CHECKPOINT, [chain])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    assert evidence_pdf("trace tr_chain", MADE, CHECKPOINT, [chain]) == first
    assert evidence_pdf("trace tr_chain", MADE.replace("12.1", "13.1"), CHECKPOINT, [chain]) != first


def test_the_template_evaluates_nothing_and_reads_nothing() -> None:
    template = report_pdf._TEMPLATE.read_text(encoding="utf-8")
    code = "\n".join(line.partition("//")[0] for line in template.splitlines())
    for call in (
        r"\beval\s*\(",
        r"\bread\s*\(",
        r"\bplugin\s*\(",
        r"\bimport\b",
        r"\binclude\b",
        r"\bimage\s*\(",
        "@preview",
    ):
        assert not re.search(call, code), call
    assert re.findall(r"(?:json|csv|xml|yaml|toml|cbor)\(.*", code) == ["json(bytes(sys.inputs.data))"]


async def test_without_the_extra_it_says_what_to_install(
    chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(SettingsError, match=r"pip install '\.\[evidence\]'"):
        evidence_pdf("trace tr_chain", MADE, CHECKPOINT, [chain])


async def test_what_is_too_long_to_typeset_is_refused(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_pdf, "_MOST_BYTES", 1000)
    with pytest.raises(SettingsError, match="too long to typeset; leave out --pdf"):
        evidence_pdf("trace tr_chain", MADE, CHECKPOINT, [chain])
