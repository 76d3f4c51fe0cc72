"""The report of an evidence bundle as a PDF: the same that the HTML page tells, to be filed and printed.

Typeset by typst, which the extra `evidence` brings. What people wrote is
handed to a fixed template as JSON; no markup is ever made of it.
"""

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from answerable.apps.acting_words import Followed, second
from answerable.apps.chain import Chain
from answerable.apps.ledger.report_content import (
    ActTold,
    LineTold,
    act_told,
    asked,
    ending,
    facts,
    line_told,
    retrieved,
)
from answerable.apps.ledger.report_text import Run, plain, runs
from answerable.ledger.checkpoint import parse_checkpoint
from answerable.signing import Note
from answerable.values import from_rfc3339
from answerable.values.errors import SettingsError
from answerable.values.extras import how_to_install

_TEMPLATE = Path(__file__).with_name("report.typ")
_MOST_BYTES = 2_000_000
"""Of data. typst takes about a thousand times that of memory for the worst of it."""
_HEAD = 60
_LINE, _LONG = 40, 1000
"""Characters: more than a line of a column has, and fewer than surely fit on a page in one."""


def evidence_pdf(what: str, made: str, checkpoint: Note, chains: Sequence[Chain]) -> bytes:
    """A PDF of A4 pages; equal bytes for equal arguments and the same typst.

    `made` is RFC 3339. Raises SettingsError where typst is not installed or can't do it.
    """
    try:
        import typst  # noqa: PLC0415 – an extra
    except ImportError as error:
        raise SettingsError(
            f"a PDF report needs typst, which is not installed; {how_to_install('evidence')}"
        ) from error
    data = json.dumps(_data(what, made, checkpoint, chains))
    if len(data) > _MOST_BYTES:
        raise SettingsError(f"the PDF report of '{what}' would be too long to typeset; leave out --pdf")
    try:
        return typst.compile(
            _TEMPLATE,
            # The template reads no file; if it did, it could reach none outside this folder.
            root=_TEMPLATE.parent,
            font_paths=typst.Fonts(include_system_fonts=False),
            sys_inputs={"data": data},
            # For archives (ISO 19005-2) and for readers who can't see (ISO 14289-1); both refuse a
            # character that its font lacks, so none is an empty box.
            pdf_standards=["a-2a", "ua-1"],
            timestamp=int(from_rfc3339(made).timestamp()),
        )
    except typst.TypstError as error:
        raise SettingsError(f"the PDF report can't be typeset: {error.message}; leave out --pdf") from error


def _data(what: str, made: str, checkpoint: Note, chains: Sequence[Chain]) -> dict[str, Any]:
    """What the template shows. Every text in it is in runs, but for labels, which are ours."""
    log = parse_checkpoint(checkpoint.text)
    entries = sum(len(chain.entries) for chain in chains)
    exchanges = [_exchange(chain) for chain in chains]
    first = [
        ("of", what),
        ("made", made),
        ("holds", f"{_count(len(chains), 'exchange')}, {_count(entries, 'entry', 'entries')}"),
        ("from the log", log.origin),
        ("which counted", _count(log.size, "entry", "entries")),
    ]
    signers = [runs(one) for one in dict.fromkeys(one.name for one in checkpoint.signatures)]
    return {
        "title": f"Evidence: {plain(what)}",
        "name": runs(what),
        "head": runs(what if len(what) <= _HEAD else f"{what[:_HEAD]}…"),
        "made": runs(made),
        "facts": _pairs(first),
        "root": runs(base64.b64encode(log.root).decode()),
        "signers": signers or [runs("nobody")],
        "coded": _is_coded([signers, exchanges, runs(what)]),
        "exchanges": exchanges,
    }


def _exchange(chain: Chain) -> dict[str, Any]:
    return {
        "trace": runs(chain.trace),
        "at": runs(chain.at),
        "facts": _pairs(facts(chain)),
        "asked": _pairs(asked(chain)),
        "retrieved": [(runs(source), runs(text)) for source, text in retrieved(chain)],
        "lines": [_line(line_told(line)) for line in chain.lines],
        "acts": [_act(act_told(*call, at_tool_gate=chain.is_tool_call)) for call in chain.calls],
        "after": [_after(one) for one in chain.after],
        "ending": runs(ending(chain)),
        "entries": [(number, runs(kind), runs(leaf)) for number, kind, leaf in chain.entries],
    }


def _line(told: LineTold) -> dict[str, Any]:
    row = {
        "said": runs(told.said.strip()),
        "read_as": runs(told.read_as),
        "decided": runs(told.decided),
        "because": runs(told.because),
        "shown": runs(told.shown.strip()),
    }
    policies = [runs(one) for one in told.policies or ("no policy",)]
    return {
        **row,
        "number": told.number,
        "outcome": told.outcome,  # looked up for its colour, and never shown
        "policies": policies,
        "long": _are_long([*row.values(), *policies]),
    }


def _act(told: ActTold) -> dict[str, Any]:
    row = {name: runs(value) for name, value in told._asdict().items()}
    return {**row, "long": _are_long(row.values())}


def _after(one: Followed) -> dict[str, Any]:
    row = {
        "at": runs(second(one.at)),
        "what": runs(one.what),
        "who": runs(one.who or "the gate"),
        "told": runs(one.told),
    }
    return {**row, "long": _are_long(row.values())}


def _are_long(cells: Iterable[list[Run]]) -> bool:
    """Whether a row of a table may be too high for a page, and so must be let go on over the next."""
    return sum(_LINE + sum(len(text) or _LINE for _, text in cell) for cell in cells) > _LONG


def _pairs(rows: Sequence[tuple[str, str]]) -> list[tuple[str, list[Run]]]:
    return [(name, runs(value)) for name, value in rows]


def _is_coded(value: object) -> bool:
    if isinstance(value, Mapping):
        return any(_is_coded(one) for one in value.values())
    if isinstance(value, list | tuple):
        return value[:1] == ("code",) or any(_is_coded(one) for one in value)
    return False


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"
