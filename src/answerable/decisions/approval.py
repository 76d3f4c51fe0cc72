"""The approval of a bundle: a signed note in which its approver names exactly these files.

A bundle says who approved it; the note shows it. Its text is made from the bundle, so a
signature over any other bundle, version or author is a signature over another text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from answerable.decisions.bundle import Bundle
from answerable.signing import Note, Verifier, check_note, verifier_from
from answerable.values import OperatorId, rfc3339
from answerable.values.errors import BundleError, SignatureError

_AUTHOR, _OPERATOR = "author", " operator:"


@dataclass(frozen=True, slots=True)
class Approvers:
    """People as bundles name them, by name."""

    keys: Mapping[str, tuple[Verifier, ...]]
    """Of each person who may approve bundles."""
    operators: Mapping[str, OperatorId] = field(default_factory=dict)
    """As whom they sign in here, where that is said: to this id roles are given. Of authors, too."""


def approval_of(bundle: Bundle) -> Note:
    """The note for the approver to sign. Raises BundleError where the bundle names no approver."""
    manifest = bundle.manifest
    if manifest.approver is None:
        raise BundleError(f"nobody has approved '{manifest.name}'; name an approver in its bundle.yaml")
    lines = (
        "answerable bundle approval v1",
        f"bundle {bundle.digest}",
        f"name {manifest.name}",
        f"version {manifest.version}",
        f"author {manifest.author}",
        f"approver {manifest.approver}",
        f"from {rfc3339(manifest.effective_from)}",
    )
    return Note("".join(f"{line}\n" for line in lines))


def check_approval(bundle: Bundle, note: Note | None, approvers: Approvers) -> Verifier:
    """The key by which the bundle's approver signed for it. Raises BundleError, saying what is missing.

    1. The bundle names an approver.
    2. That person has a key among the approvers': the bundle can't bring its own.
    3. The note speaks of exactly this bundle.
    4. One of that person's keys signed it.
    """
    expected = approval_of(bundle)
    name, approver = bundle.manifest.name, bundle.manifest.approver or ""
    keys = approvers.keys.get(approver, ())
    if not keys:
        raise BundleError(
            f"'{approver}', who is to have approved '{name}', has no key among the approvers'; add a line"
        )
    if note is None:
        raise BundleError(
            f"'{name}' has no signed approval; '{approver}' makes one with 'answerable pack sign'"
        )
    if note.text != expected.text:
        raise BundleError(f"the approval is of another bundle than '{name}' ({bundle.digest}); sign this one")
    try:
        signed = check_note(note, keys)
    except SignatureError as error:
        raise BundleError(f"the approval of '{name}' does not hold: {error}") from error
    if not signed:
        raise BundleError(f"the approval of '{name}' is not signed by a key of '{approver}'")
    return signed[0].by


def parse_approvers(text: str) -> Approvers:
    """Read a list of approvers: on each line a public key, a space, and whose it is.

    Behind the name may stand as whom they sign in; a line `author` says that of somebody who has no key here:

        ruth+… Ruth Okafor operator: https://login.shop.example#ruth
        author Mira Lindqvist operator: local#9ygg

    Someone may have several keys; nobody shares one. Nobody is two operators. Raises BundleError naming the line.
    """
    keys: dict[str, tuple[Verifier, ...]] = {}
    operators: dict[str, OperatorId] = {}
    owners: dict[bytes, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        where = f"approvers, line {number}"
        key, _, rest = line.strip().partition(" ")
        name, says, operator = f" {rest}".partition(_OPERATOR)
        person, operator = name.strip(), operator.strip()
        if not person:
            raise BundleError(f"{where}: after the key, say whose it is")
        if says and ("#" not in operator or not operator.isascii() or not operator.isprintable()):
            raise BundleError(
                f"{where}: '{operator[:80]}' is no person's id; it is ISSUER#SUBJECT, as /operators/whoami shows"
            )
        if says and operators.setdefault(person, OperatorId(operator)) != operator:
            raise BundleError(
                f"{where}: '{person}' is '{operators[person]}' already; keep one of the two ids"
            )
        if key == _AUTHOR:
            if not says:
                raise BundleError(f"{where}: say as whom they sign in: author NAME operator: ISSUER#SUBJECT")
            continue
        try:
            verifier = verifier_from(key)
        except SignatureError as error:
            raise BundleError(f"{where}: {error}") from error
        if owners.setdefault(verifier.public, person) != person:
            raise BundleError(f"{where}: '{person}' and '{owners[verifier.public]}' can't have the same key")
        keys[person] = (*keys.get(person, ()), verifier)
    return Approvers(keys, operators)
