"""The page of an evidence bundle: for the person who has to read it, not for the proof, which is beside it."""

from collections.abc import Sequence
from html import escape

from answerable.apps.acting_words import second
from answerable.apps.chain import Chain, ChainLine
from answerable.apps.evaluation.style import STYLE
from answerable.apps.ledger.report_content import act_told, asked, ending, facts, line_told, retrieved
from answerable.ledger.checkpoint import Checkpoint

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_WIDER = (
    "thead th { text-align: left; } table { width: 100%; }"
    "td.text { text-align: left; vertical-align: top; white-space: normal; min-width: 6.5rem; "
    "overflow-wrap: anywhere; }"
)


def evidence_page(what: str, made: str, checkpoint: Checkpoint, chains: Sequence[Chain]) -> str:
    """One page, no script, nothing fetched from anywhere."""
    title = escape(f"Evidence: {what}")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{STYLE}{_WIDER}</style>\n</head>\n<body>\n<header><h1>{title}</h1>"
        f'<p class="soft">Made {escape(made)} from the log {escape(checkpoint.origin)}, which counted '
        f"{checkpoint.size} entries. This page is for reading; what it says is proven by the files "
        "beside it: <code>answerable verify FILE --key PUBLIC_KEY</code>.</p></header>\n"
        f"<main>\n{''.join(_exchange(chain) for chain in chains)}</main>\n</body>\n</html>\n"
    )


def _exchange(chain: Chain) -> str:
    told = [*facts(chain), *asked(chain)]
    told += [("retrieved", f"{source}: {text}") for source, text in retrieved(chain)]
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in told)
    return (
        f"<section><h2>Exchange {escape(chain.trace)}</h2><dl>{rows}</dl>"
        f"{_lines(chain.lines)}{_acts(chain)}{_after(chain)}<p>The reply ended: {escape(ending(chain))}.</p>"
        f"{_entries(chain)}</section>\n"
    )


def _lines(lines: Sequence[ChainLine]) -> str:
    if not lines:
        return "<p>No line was said.</p>"
    rows = "".join(_line(line) for line in lines)
    return (
        '<div class="scroll"><table><caption>What was said, and what became of it</caption><thead><tr>'
        "<th>line</th><th>said</th><th>read as</th><th>decided</th><th>because</th><th>policies, with their owners</th>"
        f"<th>shown</th></tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _line(line: ChainLine) -> str:
    told = line_told(line)
    policies = "; ".join(told.policies) or "none"
    cells = (told.said, told.read_as, told.decided, told.because, policies, told.shown)
    return f'<tr><th scope="row">{told.number}</th>' + "".join(_cell(cell) for cell in cells) + "</tr>"


def _acts(chain: Chain) -> str:
    if not chain.calls:
        return ""
    rows = "".join(
        f'<tr><th scope="row">{escape(act.name)}</th>'
        + "".join(_cell(cell) for cell in (act.arguments, act.decided, act.became))
        + "</tr>"
        for act in (act_told(call, private, at_tool_gate=chain.is_tool_call) for call, private in chain.calls)
    )
    return (
        '<div class="scroll"><table><caption>Acts that were asked for</caption><thead><tr><th>act</th>'
        "<th>arguments</th>"
        f"<th>decided</th><th>what became of it</th></tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _after(chain: Chain) -> str:
    if not chain.after:
        return ""
    rows = "".join(
        f'<tr><th scope="row">{escape(second(one.at))}</th>'
        + "".join(_cell(cell) for cell in (one.what, one.who, one.told))
        + "</tr>"
        for one in chain.after
    )
    return (
        '<div class="scroll"><table><caption>What followed the decisions</caption><thead><tr><th>at (UTC)</th>'
        f"<th>what</th><th>by or for whom</th><th>told</th></tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _entries(chain: Chain) -> str:
    rows = "".join(
        f'<tr><th scope="row">{seq}</th>{_cell(kind)}<td><code>{escape(leaf)}</code></td></tr>'
        for seq, kind, leaf in chain.entries
    )
    return (
        "<details><summary>Entries in the log</summary>"
        '<div class="scroll"><table><thead><tr><th>number</th><th>kind</th><th>leaf hash</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div></details>"
    )


def _cell(text: str) -> str:
    return f'<td class="text">{escape(text)}</td>'
