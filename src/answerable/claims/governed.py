"""The force that a list item, a row or a field takes from the line above it and from the reply so far."""

from answerable.claims.acts import GRANTS
from answerable.claims.claim import Force
from answerable.claims.legibility import LONGEST_LINE
from answerable.claims.line import Line
from answerable.claims.neighbours import (
    LOOK_BACK,
    Setting,
    asks_to_confirm,
    is_done,
    is_proposal,
    judged,
    waits,
)
from answerable.claims.reasons import COMMITTAL, RANK, Reading
from answerable.claims.verbs import ACTS, BASE, GERUND, PAST, Act

_MENU = frozenset(
    "option options choose choice choices alternatives alternative can could would either prefer ways suggest "
    "offer following instead possibilities menu available free slots pick".split()
)
_SUMS = frozenset("summary breakdown recap details steps plan".split())
_ACTS_NAMED = frozenset(
    "exchange exchanges exchanging return returns returning refund refunds cancellation cancellations changes change "
    "modification modifications request requests transfer upgrade updated rebooking "
    "replacement involved".split()
)
_CATALOGUE = frozenset(
    "departure departs departing arrival arrives arriving duration color colour size material status".split()
)
_DECIDES = frozenset("checked decision eligible applies qualify owed ticket each means reviewing".split())
_VERDICTS = frozenset(
    "yes no refundable eligible covered free reimbursable returnable payable not open exempt included".split()
)
_ALSO_NOUNS = frozenset(
    "order process request book email text contact phone include call place list status".split()
)
_SPEAKS = frozenset("speak talk chat report pay".split())
_LABEL = 5
_MENU_WORDS = 7
_FACTS = frozenset("status available balance due departure current note tip reason question".split())


def governed(line: Line, setting: Setting, best: Reading | None) -> Reading | None:
    """The reading that the line's place gives it, or None where its own words decide."""
    if setting.governing is not None:
        found = _below(line, setting, setting.governing, best)
        if found is not None:
            return found
    if best is not None and best.force in COMMITTAL:
        return None
    return _in_reply(line, setting)


def _below(line: Line, setting: Setting, governing: str, best: Reading | None) -> Reading | None:
    above, lead = judged(governing[:LONGEST_LINE])
    force = lead.force if lead is not None else Force.NONE
    if force not in COMMITTAL and waits(above):
        return Reading(Force.OFFER, "governed-by-condition")
    if best is not None and RANK[best.force] >= RANK[Force.OFFER] and force is not Force.OFFER:
        return None
    if not _CATALOGUE.isdisjoint(line.words[:3]):
        return None
    if force not in COMMITTAL or force is Force.ENTITLEMENT:
        return _below_no_act(line, setting, above)
    if force is Force.COMPLETED and not _names_act(line, setting, lead):
        return None
    return Reading(force, f"governed-by-{force.value}", refuses=lead is not None and lead.refuses)


def _below_no_act(line: Line, setting: Setting, above: Line) -> Reading | None:
    """Below a request to confirm, a menu, a summary, a decision."""
    words = above.words
    if asks_to_confirm(above) and (line.has_terms or line.parse.frames) and not line.is_question:
        return Reading(Force.OFFER, "governed-by-confirmation")
    if not _MENU.isdisjoint(words) and _proposes_act(line):
        return Reading(Force.OFFER, "menu-item")
    if _sums_up(above):
        done = any(is_done(text) for text in setting.before[-LOOK_BACK:])
        return Reading(Force.COMPLETED if done else Force.OFFER, "within-summary")
    if any(text.rstrip(" *").endswith(":") and is_proposal(text) for text in setting.before[-LOOK_BACK:]):
        return Reading(Force.OFFER, "within-proposal")
    if not _DECIDES.isdisjoint(words) and not _VERDICTS.isdisjoint(line.words) and not line.is_question:
        refuses = not {"no", "not"}.isdisjoint(line.words)
        return Reading(Force.ENTITLEMENT, "governed-by-decision", refuses=refuses)
    return None


def _in_reply(line: Line, setting: Setting) -> Reading | None:
    """A field without a verb goes with the act that the reply has just told or proposed; so does a menu's item."""
    words = line.words
    if not words or not setting.before or line.is_question:
        return None
    if (
        setting.governing is None
        and ":" in words[1:_LABEL]
        and line.has_terms
        and not line.parse.frames
        and _FACTS.isdisjoint(words[:_LABEL])
    ):
        recent = setting.before[-3:]
        if setting.wrote and any(is_done(text) for text in recent):
            return Reading(Force.COMPLETED, "field-of-what-is-done")
        if not setting.wrote and any(is_proposal(text) for text in recent):
            return Reading(Force.OFFER, "field-of-what-is-proposed")
        return None
    if setting.governing is None and len(words) <= _MENU_WORDS and words[-1] not in {".", "!", ":", "now"}:
        head = words[1:2] if words[0].isdigit() else words[:1]
        verb = BASE.get(head[0]) if head else None
        if not any(_shows_menu(text) for text in setting.before[-LOOK_BACK:]):
            return None
        if verb is not None and ":" not in words and (verb.act is Act.WRITE or head[0] in _SPEAKS):
            return Reading(Force.OFFER, "menu-item")
    return None


def _shows_menu(text: str) -> bool:
    above, _ = judged(text[:LONGEST_LINE])
    return above.is_question or not _OPENS_MENU.isdisjoint(above.words) or text.rstrip(" *").endswith(":")


_OPENS_MENU = frozenset("welcome menu options choose pick reply press help assistant select".split())


def _sums_up(above: Line) -> bool:
    """As in "here is a summary of your exchange:" restates an act, done or to be done."""
    words = above.words
    return (
        not _SUMS.isdisjoint(words)
        and not _ACTS_NAMED.isdisjoint(words)
        and _MENU.isdisjoint(words)
        and {"asks-data", "needs-data"}.isdisjoint(above.idioms)
    )


def _proposes_act(line: Line) -> bool:
    """A menu item that names an act first: "Cancel the order", "A full refund", "Exchanging it"."""
    if line.words[:1] in (["a"], ["an"]) and not GRANTS.isdisjoint(line.words[:5]):
        return True
    for word in line.words[:4]:
        for forms in (BASE, GERUND):
            verb = forms.get(word)
            if verb is not None and verb.act in ACTS and word not in _ALSO_NOUNS:
                return True
    return False


def _names_act(line: Line, setting: Setting, lead: Reading | None) -> bool:
    """Whether an item below a completed line names the act, its object or its amounts."""
    if not setting.wrote and lead is not None and lead.rule == "has-been-written":
        return False
    if "not" in line.words or line.words[:1] == ["sent"]:
        return False
    return line.has_terms or ":" not in line.words or any(word in PAST or word in BASE for word in line.words)
