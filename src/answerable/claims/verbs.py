"""The verbs of customer service: what each one does, in every form it is met in."""

from dataclasses import dataclass
from enum import Enum, auto

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


def _table(act: Act, rows: dict[Subject, str]) -> list[Verb]:
    return [Verb(base, act, subject) for subject, bases in rows.items() for base in bases.split()]


_WRITES = _table(
    Act.WRITE,
    {
        Subject.REFUND: "refund reimburse repay reverse chargeback",
        Subject.COMPENSATION: "compensate credit",
        Subject.DISCOUNT: "waive discount knock",
        Subject.PRICE: "charge deduct bill invoice",
        Subject.DELIVERY: "ship deliver dispatch resend reship expedite redeliver reroute",
        Subject.RETURN: "return",
        Subject.EXCHANGE: "exchange swap",
        Subject.CANCELLATION: "cancel void terminate",
        Subject.WARRANTY: "replace repair fix",
        Subject.ACCOUNT_CHANGE: "activate deactivate reactivate enable disable unlock lock block unblock unfreeze "
        "freeze reset close delete erase renew suspend resume pause restore reinstate port migrate provision enroll "
        "enrol register subscribe unsubscribe downgrade whitelist opt",
        Subject.ORDER_CHANGE: "change update modify switch upgrade amend edit adjust correct move reschedule rebook "
        "redirect rename",
        Subject.PAYMENT: "pay settle disburse top",
        Subject.BOOKING: "book reserve schedule order place prescribe",
        Subject.ESCALATION: "escalate transfer forward connect refer hand route pass",
        Subject.OTHER: "deny decline reject process submit initiate start proceed file open raise apply "
        "add remove issue send extend "
        "approve honor honour match release revert undo redeem merge split complete finalize finalise arrange "
        "resolve sort install set handle grant authorize authorise assign generate reissue request log flag "
        "confirm mark hold backdate rectify execute implement clear save put push rush include cover prioritize "
        "prioritise trigger kick secure restart reconnect refresh sync write deposit top-up accept accommodate allow",
    },
)
_FOLLOW_UPS = _table(
    Act.FOLLOW_UP,
    {
        Subject.FOLLOW_UP: "notify email text call contact inform monitor investigate follow message ping remind "
        "alert watch chase reach phone ring respond reply",
    },
)
_READS = _table(
    Act.READ,
    {
        Subject.NONE: "check verify look find locate search review see retrieve pull access gather calculate "
        "authenticate fetch ask show list explain describe compare tell know understand walk guide clarify "
        "double-check identify view read track lookup determine assess examine analyze analyse consult "
        "summarize summarise notice realize realise try attempt experience encounter "
        "detect believe wonder outline suggest recommend advise answer discuss say think "
        "double "
        "imagine appreciate apologize apologise hope wish thank love note clarify collect obtain navigate "
        "present detail share",
    },
)
_HELPS = _table(Act.HELP, {Subject.NONE: "help assist support"})
_LIGHTS = _table(
    Act.LIGHT, {Subject.OTHER: "give make offer provide do get take have bring keep let go leave"}
)
_WAITS = _table(Act.WAIT, {Subject.OTHER: "receive hear arrive expect"})
_NEUTRALS = _table(
    Act.NEUTRAL,
    {
        Subject.OTHER: "depend vary need require mean seem appear include contain want like differ remain "
        "require wait continue prefer wonder purchase "
        "damage delay expire base date use cause disappoint concern confuse "
        "interest estimate affect mention design price born intend expect design mistake attach relate lose",
    },
)

# Verbs that double their last letter before -ed and -ing.
_DOUBLING = frozenset(
    "ship swap top refer log flag submit permit transfer cancel transship opt get put set hit sit "
    "run stop plan drop reship let".split()
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


_ALL = _NEUTRALS + _WAITS + _LIGHTS + _HELPS + _READS + _FOLLOW_UPS + _WRITES

BASE: dict[str, Verb] = {verb.base: verb for verb in _ALL}
"""By infinitive ("refund")."""

PAST: dict[str, Verb] = {form: verb for verb in _ALL for form in _pasts(verb.base)}
"""By past tense or participle ("refunded", "sent")."""

GERUND: dict[str, Verb] = {form: verb for verb in _ALL for form in _gerunds(verb.base)}
"""By -ing form ("refunding")."""

ACTS = frozenset({Act.WRITE, Act.FOLLOW_UP})
