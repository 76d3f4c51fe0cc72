"""Before a bundle is put in force: may its approver approve it, by the rules on duties and the roles on record?

The one who is asked about is known by their signature: over exactly these files, with a key that the approvers' file
says is theirs. That is their sign-in, as sure and as late as the rule wants one: they gave it for this one thing. A
note does not say when it was signed, so what counts is the role that they have now.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from answerable.adapters.bundle_shelf import Ready
from answerable.adapters.duty_files import shipped_duties
from answerable.adapters.world import new_trace
from answerable.apps.ledger_place import ledger_at
from answerable.apps.operators.opening import open_roles
from answerable.apps.operators.recorded_roles import RecordedRoles
from answerable.decisions import Approvers, Bundle
from answerable.identity.operators import Operator
from answerable.ports.roles import of_person
from answerable.receipts import BundleBody, Draft
from answerable.roles import Assignment, Duties
from answerable.signing import written
from answerable.values import rfc3339
from answerable.values.errors import BundleError, NotAllowed

_LONGEST = 500


def ask_and_record(
    ledger: str, approvers: Approvers, ready: Ready, now: datetime, *, by: str, because: str
) -> tuple[str, ...]:
    """Ask the rules, and put on record what is about to be put in force; the rules that allow it.

    The entry is durable when this returns, and nothing is in force yet (`BundleBody` says what a crash leaves).
    Raises NotAllowed in the words of the ruling, BundleError, RolesUnavailable, LedgerError, SettingsError.
    """
    for option, text in (("--by", by), ("--because", because)):
        if len(text) > _LONGEST or not text.isprintable():
            raise BundleError(
                f"write '{option}' in one line of at most {_LONGEST} letters; it stays on record"
            )
    return asyncio.run(_ask_and_record(ledger, approvers, ready, now, by, because))


async def _ask_and_record(
    ledger: str, approvers: Approvers, ready: Ready, now: datetime, by: str, because: str
) -> tuple[str, ...]:
    manifest, duties = ready.bundle.manifest, shipped_duties()
    name = manifest.approver or ""
    approver = approvers.operators.get(name)
    if approver is None or ready.note is None or ready.signed_with is None:
        raise NotAllowed(
            f"as whom '{name}' signs in is not known, and so not what role they have; write "
            "'operator: ISSUER#SUBJECT' behind their name in the approvers' file"
        )
    # Not made where there is none: one that was mistyped would be a ledger where nobody has a role.
    place = ledger_at(ledger)
    opened = place.open()
    try:
        store = open_roles(place, ledger)
        try:
            roles = RecordedRoles(store, opened)
            operator = Operator(
                approver,
                name,
                duties.rules.change.level,
                now,
                await asyncio.to_thread(roles.linked_with, approver),
            )
            mine = await asyncio.to_thread(of_person, roles.of, operator, now)
        finally:
            store.close()
        policies = allowed(duties, operator, mine, approvers, ready.bundle, now)
        body = BundleBody(
            ready.bundle.digest,
            manifest.name,
            manifest.version,
            approvers.operators[manifest.author],  # who is not known, the rules have refused
            approver,
            policies,
            duties.digest,
            written(ready.note).decode(),
            str(ready.signed_with),
            by,
            because,
        )
        await opened.append([Draft(new_trace(), rfc3339(now), body)])
    finally:
        await opened.close()
    return policies


def allowed(
    duties: Duties,
    operator: Operator,
    assignments: Sequence[Assignment],
    approvers: Approvers,
    bundle: Bundle,
    now: datetime,
) -> tuple[str, ...]:
    """The rules by which they may approve a bundle, and the terms that it publishes. Raises NotAllowed.

    A term is its owner's as it is the bundle's author's: who is either approves it not. An owner whom the approvers'
    file does not name is no person here (`returns-team`), and the author alone counts.
    """
    people, author = approvers.operators, bundle.manifest.author
    wrote, terms = people.get(author), bundle.terms.terms
    whole = f"the bundle '{bundle.manifest.name}'"
    asked = [(whole, duties.may_approve_bundle(operator, assignments, wrote, now))]
    if terms:
        owners = [people[term.owner] for term in terms if term.owner in people]
        asked += [
            (f"the terms of {whole}", duties.may_approve_term(operator, assignments, writer, now))
            for writer in dict.fromkeys([wrote, *owners])
        ]
    for what, ruling in asked:
        if not ruling.allowed:
            said = [f"'{operator.name}' ({operator.id}) may not approve {what}: {', '.join(ruling.because)}"]
            if wrote is None:
                said.append(f"as whom '{author}' signs in is not known")
                said.append(f"add 'author {author} operator: ISSUER#SUBJECT' to the approvers' file")
            raise NotAllowed("; ".join(said))
    return tuple(dict.fromkeys(policy for _, ruling in asked for policy in ruling.policies))
