"""The verbs of customer service: what each one does, in every form it is met in."""

from dataclasses import dataclass
from enum import Enum, auto

from answerable.claims import lexicon
from answerable.claims.claim import Subject


class Act(Enum):
    """What a verb of the company's does."""

    WRITE = auto()
    """Changes something for the customer."""
    FOLLOW_UP = auto()
    """A later word or look: call back, notify, look into."""
    READ = auto()
    """Looks something up, asks or tells."""
    HELP = auto()
    """Says nothing until it says with what."""
    LIGHT = auto()
    """Depends on its object: give, make, offer."""
    WAIT = auto()
    """Says what comes to the customer: receive, get, hear."""
    NEUTRAL = auto()
    """Says how things are: depend, need, mean."""


@dataclass(frozen=True, slots=True)
class Verb:
    base: str
    act: Act
    subject: Subject


def _row(act: Act, subject: Subject, bases: str) -> list[Verb]:
    return [Verb(base, act, subject) for base in bases.split()]


# Verbs that double their last letter before -ed and -ing.
_DOUBLING = frozenset(
    "ship swap top refer log flag submit permit transfer cancel transship opt get put set hit sit run stop plan drop "
    "reship let pop bar unbar tag untag cap uncap trim cut pin unpin wrap fit zap ping slot skim spot scan chat "
    "spin scrap nag dub bet forget knit remit commit debar airmail-in strip trap pat unplug plug chip flip "
    "clip rerun dim "
    "recur defer deter confer".split()
)
_IRREGULAR = {
    "send": ("sent",),
    "resend": ("resent",),
    "give": ("gave", "given"),
    "make": ("made",),
    "do": ("did", "done"),
    "get": ("got", "gotten"),
    "take": ("took", "taken"),
    "have": ("had",),
    "bring": ("brought",),
    "keep": ("kept",),
    "let": ("let",),
    "go": ("went", "gone"),
    "leave": ("left",),
    "pay": ("paid",),
    "repay": ("repaid",),
    "hold": ("held",),
    "put": ("put",),
    "set": ("set",),
    "reset": ("reset",),
    "split": ("split",),
    "undo": ("undid", "undone"),
    "find": ("found",),
    "see": ("saw", "seen"),
    "read": ("read",),
    "tell": ("told",),
    "know": ("knew", "known"),
    "understand": ("understood",),
    "say": ("said",),
    "think": ("thought",),
    "hear": ("heard",),
    "mean": ("meant",),
    "freeze": ("froze", "frozen"),
    "unfreeze": ("unfroze", "unfrozen"),
    "show": ("showed", "shown"),
    "ring": ("rang", "rung"),
    "cancel": ("cancelled", "canceled"),
    "write": ("wrote", "written"),
    "withdraw": ("withdrew", "withdrawn"),
    "forgive": ("forgave", "forgiven"),
    "forgo": ("forwent", "forgone"),
    "override": ("overrode", "overridden"),
    "overturn": ("overturned",),
    "withhold": ("withheld",),
    "uphold": ("upheld",),
    "run": ("ran", "run"),
    "rerun": ("reran", "rerun"),
    "stick": ("stuck",),
    "strike": ("struck", "stricken"),
    "cut": ("cut",),
    "build": ("built",),
    "rebuild": ("rebuilt",),
    "spread": ("spread",),
    "shrink": ("shrank", "shrunk"),
    "lend": ("lent",),
    "hide": ("hid", "hidden"),
    "speed": ("sped",),
    "throw": ("threw", "thrown"),
    "feel": ("felt",),
    "speak": ("spoke", "spoken"),
    "learn": ("learnt", "learned"),
    "spell": ("spelt", "spelled"),
    "stand": ("stood",),
    "fall": ("fell", "fallen"),
    "rise": ("rose", "risen"),
    "grow": ("grew", "grown"),
    "break": ("broke", "broken"),
    "lose": ("lost",),
    "buy": ("bought",),
    "fly": ("flew", "flown"),
    "drive": ("drove", "driven"),
    "wear": ("wore", "worn"),
    "eat": ("ate", "eaten"),
    "hurt": ("hurt",),
    "cost": ("cost",),
    "bet": ("bet",),
    "overnight": ("overnighted",),
    "fit": ("fitted",),
    "mistreat": ("mistreated",),
    "become": ("became",),
}


def _pasts(base: str) -> tuple[str, ...]:
    if base in _IRREGULAR:
        return _IRREGULAR[base]
    if base.endswith("e"):
        return (base + "d",)
    if base.endswith("y") and base[-2] not in "aeiou":
        return (base[:-1] + "ied",)
    return (base + base[-1] + "ed",) if base in _DOUBLING else (base + "ed",)


def _gerunds(base: str) -> tuple[str, ...]:
    if base == "cancel":
        return ("cancelling", "canceling")
    if base.endswith("e") and not base.endswith("ee"):
        return (base[:-1] + "ing",)
    return (base + base[-1] + "ing",) if base in _DOUBLING or base == "split" else (base + "ing",)


_ALL = (
    _row(Act.NEUTRAL, Subject.OTHER, lexicon.NEUTRALS)
    + _row(Act.WAIT, Subject.OTHER, lexicon.WAITS)
    + _row(Act.LIGHT, Subject.OTHER, lexicon.LIGHTS)
    + _row(Act.HELP, Subject.NONE, "help assist support")
    + _row(Act.READ, Subject.NONE, lexicon.READS)
    + _row(Act.FOLLOW_UP, Subject.FOLLOW_UP, lexicon.FOLLOW_UPS)
    + [verb for subject, bases in lexicon.WRITES.items() for verb in _row(Act.WRITE, subject, bases)]
)

BASE: dict[str, Verb] = {verb.base: verb for verb in _ALL}
"""By infinitive ("refund")."""

PAST: dict[str, Verb] = {form: verb for verb in _ALL for form in _pasts(verb.base)}
"""By past tense or participle ("refunded", "sent")."""

GERUND: dict[str, Verb] = {form: verb for verb in _ALL for form in _gerunds(verb.base)}
"""By -ing form ("refunding")."""

ACTS = frozenset({Act.WRITE, Act.FOLLOW_UP})
