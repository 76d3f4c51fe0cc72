"""The closed word classes of English that the parse turns on."""

from answerable.claims.frame import Mood
from answerable.claims.verbs import ACTS, PAST

MODALS = {
    "will": Mood.FUTURE,
    "shall": Mood.FUTURE,
    "can": Mood.CAN,
    "could": Mood.CAN,
    "may": Mood.MAY,
    "might": Mood.MAY,
    "should": Mood.SHOULD,
    "ought": Mood.SHOULD,
    "would": Mood.WOULD,
    "must": Mood.MUST,
    "need": Mood.MUST,
}
HAVE = frozenset({"have", "has", "had"})
BE = frozenset({"is", "are", "am", "was", "were", "'s"})
DO = frozenset({"do", "does", "did"})
NEGATIONS = frozenset({"not", "never", "neither", "nor"})
HEDGES = frozenset(
    "probably likely possibly usually typically generally normally perhaps maybe hopefully ordinarily "
    "presumably potentially".split()
)
ADVERBS = frozenset(
    "now also just then already once still even always simply straight soon first next all both each "
    "please again right hereby indeed further instead only back ever "
    "meanwhile today".split()
)
NOT_ADVERBS = frozenset("reply apply supply family daily early only assembly monthly weekly yearly".split())
US = frozenset({"i", "we"})
US_NOUNS = frozenset(
    "adjuster assessor underwriter engineer dispatcher installer fitter mechanic plumber electrician locksmith "
    "pharmacist doctor dentist receptionist porter housekeeping workshop warehouse depot branch "
    "somebody moderator reviewer inspector surveyor broker banker teller librarian officer clerk caseworker "
    "concierge seller "
    "developers moderators reviewers couriers drivers technicians nurses carrier handler".split()
) | frozenset(
    "team agent agents representative representatives rep specialist specialists technician technicians engineer "
    "engineers manager supervisor department support company colleague colleagues someone advisor adviser "
    "advisors nurse clinic office courier driver crew staff bank system desk".split()
)
YOU = frozenset({"you", "customers", "passengers", "members", "patients", "users"})
THINGS = frozenset("it this that which they he she these those there who what everything".split())
OURS = frozenset("your this that these those the it our my its his her their".split())
GENERIC = frozenset(
    "a an any all most some each every no customers passengers members patients users one".split()
)
SUBORDINATORS = frozenset(
    "if when once after before unless until whether while whenever till provided assuming".split()
)
COURTESY = frozenset(
    "any other further more else questions question anything additional help assistance".split()
)
REQUESTS = frozenset(
    "provide share send give tell let reply confirm choose select specify enter say type respond dm message "
    "verify describe state list click tap sign text upload attach note pick check clarify indicate".split()
)
CONJUNCTIONS = frozenset({"and", "then", "or", ",", "but"})
BE_FORMS = frozenset({"be", "been", "being", "get", "gets", "getting", "got"})
BEFORE_MONTHS = frozenset("on in of by from until since for to through".split())
WH = frozenset("which what how why where whether".split())
BEFORE_WH = frozenset("of about on exactly out for with me us if see know to".split())
JOINING = frozenset({"and", "or", "but"})
NO = frozenset("no nothing none neither nobody".split())
INFORMATION = frozenset(
    "this that it confirmation approval reply response answer go-ahead details information info email number id "
    "choice choices preference these those them address code date permission consent".split()
)
WISHED = frozenset(
    "wanted wished needed hoped liked tried attempted received experienced noticed worried annoyed delighted pleased "
    "tired excited gutted based supposed used red need bed indeed embed speed".split()
)
BEFORE_THAT = frozenset(
    "so and but or then now okay ok right all with on of for about because as since is are be was say says "
    "said me us "
    "you it sure afraid sorry glad good fact given such than like".split()
)
"""Words after which "that" or "which" begins a new statement and does not say which."""
NO_NOTICE = frozenset(
    "a an any every each by items the that this our those these some most which who his her".split()
)
"""No notice of an act begins with these: "Refund issued" does, "the program ended" does not."""
STATUS = frozenset("status state result outcome stage condition progress visit".split())
"""Names of fields whose value is a recorded state."""
AFTER_PARTICIPLE = frozenset(
    "to for from on back successfully and as with today under at by in until till into off now too already via "
    "through per again tomorrow up out down over onto".split()
)
"""Words that may follow the participle of a notice: "refund issued to", "complaint logged under"."""
AFTER_OWN_PAST = AFTER_PARTICIPLE | frozenset(
    "the your a an it you both all this that them these those my our everything two three four five order booking "
    "card case ticket reservation one usd eur gbp half down off over along case".split()
)
"""Words that may follow a past form at the head of a notice: "Moved you to", "Refunded the fee"."""
COMING = frozenset({"like", "love", "prefer", "want", "wish"})


TELLING = (
    frozenset(MODALS)
    | HAVE
    | BE
    | DO
    | WH
    | US
    | {"let", "unable", "able", "happy", "glad", "ready", "want", "need", "like", "to"}
    | {form for form, verb in PAST.items() if verb.act in ACTS}
)
"""Words that can begin a frame in the middle of a clause; all others are passed over."""


_SHORTEST_ADVERB = 4


def is_adverb(word: str) -> bool:
    """Whether a word may stand inside a verb group without changing what it claims."""
    return word in ADVERBS or (
        word.endswith("ly") and len(word) > _SHORTEST_ADVERB and word not in NOT_ADVERBS
    )
