"""Every error that Answerable raises on purpose, in one tree.

    AnswerableError
    ├── InvalidRequest        the caller sent something we can't take: names the field
    │   └── RequestTooLarge   ... because it is over a stated limit
    ├── NotAuthenticated      the caller didn't prove who it is
    │   └── IdentityRefused       ... by what it showed; why is for the gateway's owner alone
    ├── Overloaded            as many replies are under way as may be: come back later
    ├── UpstreamError         the model's side failed: says how
    │   ├── UpstreamUnreachable   no connection, or none in time
    │   ├── UpstreamTimeout       connected, then silent for too long
    │   ├── UpstreamRefused       answered with an HTTP error, kept as it was sent
    │   ├── UpstreamMalformed     answered with something that is not the protocol
    │   └── UpstreamCut           stopped in the middle of a reply
    ├── LedgerError           nothing more may be shown
    │   ├── LedgerUnavailable     an entry could not be made durable
    │   ├── LedgerBroken          an entry does not match its hash or its place
    │   ├── UnderHold             what should be erased is kept by a legal hold
    │   └── ProofError            a proof or checkpoint that does not show what it should
    ├── IdentityError         a SPIFFE id, certificate, key or set of keys that can't be used
    ├── GrantError            nothing may be done under the grant
    │   ├── GrantRefused      a grant, a proof or a request for one that is not taken: says why, to its owner only
    │   └── GrantsUnavailable it can't be known whether it still holds
    │       └── NotOnRecord       it holds, or does not any more, and the ledger has not heard of it yet
    ├── RoleError             who may do what can't be read, or a role can't be given so
    │   ├── NotAllowed        this person may not do this: says what is missing
    │   └── RolesUnavailable  it can't be known who may: nobody may
    ├── ApprovalError         nothing is approved
    │   ├── ApprovalClosed    what was asked about is not open any more, or is another than was shown
    │   ├── ApprovalsUnavailable  it can't be known what was approved
    │   └── NotNotified       somebody could not be told: it is tried again
    ├── ActionError           the act is not done
    │   ├── ActionRefused     it may not be begun: says why
    │   │   └── UndoWaits     somebody else has to say, too, that it is to be taken back
    │   ├── ActionHeld        it waits for a person: names the approval
    │   ├── ActionUncertain   it may have been done: it is not begun again
    │   ├── ActionTaken       somebody else carries it on: whoever had it does nothing more with it
    │   └── ActionsUnavailable    it can't be known what was done: nothing more is
    ├── SignatureError        a key or a signed note that can't be used, or a signature that does not hold
    ├── KeyUnavailable        a key that can't be had now, or that does not open what it is given
    ├── BundleError           policies, terms or wording that can't be put in force
    ├── ScriptError           a scenario or recording that can't be played
    ├── EvaluationError       labelled lines or recordings that nothing can be measured on as they are
    │   └── EvaluationMissing     a file or a labelled message that is not where it is looked for
    └── SettingsError         a setting that can't be used

Messages are lower-case, quote the input they speak of, and say what to do.
"""


class AnswerableError(Exception):
    """The root. Catch this to catch everything that is ours."""


class InvalidRequest(AnswerableError):
    """A request that is refused as it stands.

    `field` is the path in the caller's own words (`messages[3].role`), or None
    where the whole body is at fault.
    """

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class RequestTooLarge(InvalidRequest):
    """A request over a stated limit; nothing of it was parsed."""


class NotAuthenticated(AnswerableError):
    """The caller's credential is missing or not known here."""


class IdentityRefused(NotAuthenticated):
    """A credential that does not hold. The message is for the caller, and is the same whatever was wrong.

    `reason` says what was wrong and what to do: for the log of the gateway's owner. It never
    holds the credential itself. `bland` names to the caller what was refused.
    """

    def __init__(self, reason: str, bland: str = "this credential") -> None:
        super().__init__(f"the gate does not accept {bland}; its owner finds the reason in its log")
        self.reason = reason


class Overloaded(AnswerableError):
    """The gate has no room for another reply now; nothing of this one was begun."""


class UpstreamError(AnswerableError):
    """The model's side failed. `code` is the short name that clients match on."""

    code = "upstream_error"


class UpstreamUnreachable(UpstreamError):
    code = "upstream_unreachable"


class UpstreamTimeout(UpstreamError):
    code = "upstream_timeout"


class UpstreamMalformed(UpstreamError):
    code = "upstream_malformed"


class UpstreamCut(UpstreamError):
    code = "upstream_cut"


class UpstreamRefused(UpstreamError):
    """The upstream's own HTTP error, kept byte for byte so it can be passed on."""

    code = "upstream_refused"

    def __init__(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        super().__init__(f"the upstream answered with status {status}")
        self.status = status
        self.body = body
        self.headers = headers


class LedgerError(AnswerableError):
    """The ledger can't vouch for what comes next, so nothing comes next."""


class LedgerUnavailable(LedgerError):
    """An entry could not be made durable."""


class LedgerBroken(LedgerError):
    """An entry does not match its hash, or is not where it was put."""


class UnderHold(LedgerError):
    """What should be erased is under a legal hold; nothing of it was erased. The message names the hold."""


class ProofError(LedgerError):
    """A proof or checkpoint that does not show what it should: altered, cut, or of another log."""


class IdentityError(AnswerableError):
    """A SPIFFE id, a certificate, a key or a set of keys that can't be used."""


class GrantError(AnswerableError):
    """Nothing may be done under the grant, so nothing is."""


class GrantRefused(GrantError):
    """A grant, a proof or a request for one that is not taken.

    The message is for whoever owns the gate or the back end. Whoever presented it is told `code`
    alone (an OAuth error code), which says nothing of what to try next.
    """

    def __init__(self, message: str, code: str = "invalid_token") -> None:
        super().__init__(message)
        self.code = code


class GrantsUnavailable(GrantError):
    """The store of grants can't be asked, or did not answer: a grant that may be used up is not used."""


class NotOnRecord(GrantsUnavailable):
    """What was asked of the store is done; its entry could not be written. Asked for again, it is written then."""


class RoleError(AnswerableError):
    """Roles, or rules about duties, that can't be used as they stand."""


class NotAllowed(RoleError):
    """What this person may not do. The message is for them, and says what is missing."""


class RolesUnavailable(RoleError):
    """It can't be known who has which role, so nobody has one."""


class ApprovalError(AnswerableError):
    """Nothing is approved."""


class ApprovalClosed(ApprovalError):
    """What somebody answers is not open any more, or is no longer what they were shown."""


class ApprovalsUnavailable(ApprovalError):
    """The store of approvals can't be asked, or did not answer: what may be approved counts as not approved."""


class NotNotified(ApprovalError):
    """A message that did not go out, or of which that is not known. It is sent again, under the same id."""


class ActionError(AnswerableError):
    """The act is not done, or not known to be."""


class ActionRefused(ActionError):
    """An act that may not be begun; nothing of it was. The message says why, in words that a model can act on."""


class UndoWaits(ActionRefused):
    """Somebody's word that an act is to be taken back is on record, and somebody else has to say so, too."""


class ActionHeld(ActionError):
    """An act that waits for a person; nothing of it was begun. `approval` is what it waits for, where that is open."""

    def __init__(self, message: str, approval: str | None = None) -> None:
        super().__init__(message)
        self.approval = approval


class ActionUncertain(ActionError):
    """An act that may have been done: what it came to was lost."""


class ActionTaken(ActionError):
    """Another process has taken the act over, or a person has: what is known here of it is out of date."""


class ActionsUnavailable(ActionError):
    """The store of actions can't be asked, or did not answer: nothing more is done until it does."""


class SignatureError(AnswerableError):
    """A key or a signed note that can't be used, or a signature that does not hold."""


class KeyUnavailable(AnswerableError):
    """A key, or the service that holds it, can't be had now; or it does not open what it is given."""


class BundleError(AnswerableError):
    """A bundle that can't be put in force; the one before it stays."""


class ScriptError(AnswerableError):
    """A scenario or a recorded conversation that can't be played."""


class EvaluationError(AnswerableError):
    """Labelled lines or recordings that can't be measured on; the message names the file and the line."""


class EvaluationMissing(EvaluationError):
    """A file, or the message that a labelled line stands in, is not where it is looked for."""


class SettingsError(AnswerableError):
    """A setting that can't be used; the message names it."""
