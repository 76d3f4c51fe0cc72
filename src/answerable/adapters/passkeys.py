"""Passkeys: what a browser is asked to make and to sign, and the check of what it brings back.

Source: Web Authentication Level 3, sections 7.1 and 7.2, checked by the package `webauthn`.

What a passkey is worth. It is a phishing-resistant cryptographic authenticator (NIST SP 800-63B-4, 3.1.7, 3.2.5), bound
to this site's name. User verification (a PIN, a finger) is demanded at every use, so that it is of two factors: AAL2.
It never counts as AAL3. That asks for a key that can't be exported (section 2.3), which a syncable authenticator's
can (appendix B), and which a "device-bound" one only claims: without an attestation any program can set that flag,
and attestations are not asked for, since they would say which device somebody has.

Who must reach AAL3 signs in through a login service that vouches for it.
"""

import json
from typing import Any, NamedTuple

from answerable.ports.directory import Passkey, Person
from answerable.values import AssuranceLevel
from answerable.values.errors import IdentityRefused, SettingsError
from answerable.values.extras import how_to_install

LEVEL = AssuranceLevel.AAL2
CHALLENGE_BYTES = 32
_BLAND = "this passkey"
_MOST_MS = 300_000
_LONGEST_ID = 1400  # 1023 bytes in base64url


class Site(NamedTuple):
    """For whom passkeys are made."""

    origin: str
    """`https://gate.shop.example`"""
    host: str
    """Its name without scheme and port: the relying party's id."""
    name: str = "Answerable"


class SignedBy(NamedTuple):
    """What a passkey's signature showed."""

    counted: int
    synced: bool


def need_webauthn() -> None:
    """Raises SettingsError where the package is not installed."""
    try:
        import webauthn  # noqa: F401, PLC0415 – an extra
    except ImportError as error:
        raise SettingsError(
            f"passkeys need a package that is not installed; {how_to_install('people')}"
        ) from error


def creation_options(site: Site, person: Person, known: list[str], challenge: bytes) -> dict[str, Any]:
    """What the browser is asked to make: a passkey that finds its own user, with user verification."""
    import webauthn  # noqa: PLC0415 – an extra
    from webauthn.helpers import structs  # noqa: PLC0415

    made = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=site.name,
        user_id=person.handle.encode(),
        user_name=person.name,
        user_display_name=person.name,
        challenge=challenge,
        timeout=_MOST_MS,
        attestation=structs.AttestationConveyancePreference.NONE,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            structs.PublicKeyCredentialDescriptor(id=webauthn.base64url_to_bytes(one)) for one in known
        ],
    )
    options: dict[str, Any] = json.loads(webauthn.options_to_json(made))
    return options


def request_options(site: Site, challenge: bytes) -> dict[str, Any]:
    """What the browser is asked to sign. It names nobody: whoever asks learns of no one that they are here."""
    import webauthn  # noqa: PLC0415 – an extra
    from webauthn.helpers import structs  # noqa: PLC0415

    made = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=challenge,
        timeout=_MOST_MS,
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    options: dict[str, Any] = json.loads(webauthn.options_to_json(made))
    return options


def read_new(site: Site, credential: dict[str, Any], challenge: bytes) -> Passkey:
    """The passkey that a browser says it made. Raises IdentityRefused."""
    import webauthn  # noqa: PLC0415 – an extra
    from webauthn.helpers.structs import CredentialDeviceType  # noqa: PLC0415

    try:
        found = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except Exception as error:  # noqa: BLE001 – strangers send this, and whatever it breaks, it proves nothing
        raise IdentityRefused(f"the new passkey does not hold: {error}", _BLAND) from None
    synced = found.credential_device_type is CredentialDeviceType.MULTI_DEVICE
    return Passkey(id_of(credential), found.credential_public_key, found.sign_count, synced)


def read_signed(site: Site, credential: dict[str, Any], challenge: bytes, known: Passkey) -> SignedBy:
    """What a known passkey's signature shows. Raises IdentityRefused.

    A count that is not above the last one says that there are two of it, where it counts at all: one is a copy.
    """
    import webauthn  # noqa: PLC0415 – an extra
    from webauthn.helpers.structs import CredentialDeviceType  # noqa: PLC0415

    try:
        found = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=known.public_key,
            credential_current_sign_count=known.count,
            require_user_verification=True,
        )
    except Exception as error:  # noqa: BLE001 – strangers send this, and whatever it breaks, it proves nothing
        raise IdentityRefused(f"the passkey's signature does not hold: {error}", _BLAND) from None
    return SignedBy(found.new_sign_count, found.credential_device_type is CredentialDeviceType.MULTI_DEVICE)


def id_of(credential: dict[str, Any]) -> str:
    """The id that a credential says. Raises IdentityRefused where it is none."""
    found = credential.get("id")
    if not isinstance(found, str) or not 0 < len(found) <= _LONGEST_ID or not found.isascii():
        raise IdentityRefused("the passkey has no id", _BLAND)
    return found
