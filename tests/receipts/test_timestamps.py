"""A timestamp is believed only if an authority that was named gave it, over these bytes, with a right to."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st
from rfc3161_client import HashAlgorithm
from time_stamping import DAY, Authority, certificate, info_of, pem_of, query, stated_in

from answerable.receipts.timestamps import MOST_BYTES, authorities_from, check_timestamp, read_timestamp
from answerable.values.errors import ProofError, SettingsError

CONTENT = b"answerable evidence v1\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("authorities")


@pytest.fixture(scope="module")
def authority(folder: Path) -> Authority:
    return Authority(folder / "good")


@pytest.fixture(scope="module")
def reply(authority: Authority) -> bytes:
    return authority.stamp(CONTENT)


def fails(raw: bytes, authority: Authority, words: str, content: bytes = CONTENT) -> None:
    with pytest.raises(ProofError, match=words):
        check_timestamp(raw, content, [authority.root])


def test_a_timestamp_says_when_and_who(authority: Authority) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    raw = authority.stamp(CONTENT)
    found = check_timestamp(raw, CONTENT, authorities_from(authority.pem))
    assert before <= found.at <= datetime.now(UTC)
    assert (found.authority, found.serial > 0) == ("CN=Test TSA", True)
    assert authority.openssl_verifies(raw, CONTENT)


def test_a_timestamp_over_other_bytes_is_told(authority: Authority, reply: bytes) -> None:
    fails(reply, authority, "over other bytes", CONTENT + b"!")
    longer = authority.reply(query(CONTENT, HashAlgorithm.SHA512))
    fails(longer, authority, "over other bytes")


def test_an_answer_to_another_request_is_told(reply: bytes) -> None:
    nonce = stated_in(reply).nonce
    assert read_timestamp(reply, CONTENT, nonce).authority == "CN=Test TSA"
    with pytest.raises(ProofError, match="its nonce is not the one that was sent"):
        read_timestamp(reply, CONTENT, nonce + 1)


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_an_altered_timestamp_never_says_another_thing(authority: Authority, reply: bytes) -> None:
    true, draw = check_timestamp(reply, CONTENT, [authority.root]), random.Random(1)
    info = info_of(reply)
    stated = range(reply.index(info), reply.index(info) + len(info))
    for at in range(len(reply)):
        altered = bytearray(reply)
        altered[at] ^= 1 << draw.randrange(8)
        try:
            found = check_timestamp(bytes(altered), CONTENT, [authority.root])
        except ProofError:
            continue
        # What no signature covers may differ: the root's own copy, which nobody reads. What is stated may not.
        assert at not in stated
        assert found == true, at


def test_an_altered_time_is_told(authority: Authority, reply: bytes) -> None:
    info = info_of(reply)
    year = info.index(b"20", info.index(b"\x18\x0f"))
    later = info[:year] + b"2001" + info[year + 4 :]
    fails(reply.replace(info, later), authority, "was not valid yet at 2001-")
    at = datetime.now(UTC)
    second = at.replace(minute=(at.minute + 1) % 60).strftime("%Y%m%d%H%M%SZ").encode()
    fails(reply.replace(info, info[:year] + second + info[year + 15 :]), authority, "it was altered")


def test_a_timestamp_that_was_cut_off_or_grew_is_told(authority: Authority, reply: bytes) -> None:
    for end in range(len(reply)):
        fails(reply[:end], authority, "can't be read|gave no timestamp")
    fails(reply + b"\0", authority, "can't be read")
    fails(reply.ljust(MOST_BYTES + 1, b"\0"), authority, f"at most {MOST_BYTES} bytes")


@given(st.binary(max_size=400))
def test_bytes_that_are_no_timestamp_are_told(raw: bytes) -> None:
    with pytest.raises(ProofError):
        check_timestamp(raw, CONTENT, [])


def test_an_authority_that_nobody_named_is_told(folder: Path, reply: bytes) -> None:
    # Its root has the same name, and another key.
    fails(
        reply, Authority(folder / "other"), "by 'CN=Test TSA' does not lead to a certificate that was given"
    )


@pytest.mark.parametrize(
    ("name", "since", "until", "words"),
    [
        ("expired", -2 * DAY, -DAY, "the authority's certificate had expired by 20"),
        ("too-early", DAY, 2 * DAY, "was not valid yet at 20"),
    ],
)
def test_a_certificate_that_was_not_valid_at_that_time_is_told(
    folder: Path, name: str, since: object, until: object, words: str
) -> None:
    other = Authority(folder / name, since=since, until=until)  # type: ignore[arg-type]
    raw = other.stamp(CONTENT)
    fails(raw, other, words)
    assert not other.openssl_verifies(raw, CONTENT)


def test_a_root_that_had_expired_is_told(folder: Path) -> None:
    other = Authority(folder / "old-root", root_until=-DAY)
    fails(other.stamp(CONTENT), other, "a certificate above the authority's had expired")


@pytest.mark.parametrize(
    ("name", "usages", "critical"),
    [
        ("no-usage", (), True),
        ("other-usage", (ExtendedKeyUsageOID.CODE_SIGNING,), True),
        ("two-usages", (ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING), True),
        ("not-critical", (ExtendedKeyUsageOID.TIME_STAMPING,), False),
    ],
)
def test_a_certificate_that_is_not_for_timestamps_alone_is_told(
    folder: Path, reply: bytes, name: str, usages: Sequence[x509.ObjectIdentifier], critical: bool
) -> None:
    other = Authority(folder / name, usages=usages, critical=critical)
    raw = other.signed(info_of(reply))
    fails(raw, other, "'CN=Test TSA' is not one for timestamps")
    assert not other.openssl_verifies(raw, CONTENT)


def test_what_is_signed_must_be_a_timestamp(authority: Authority, reply: bytes) -> None:
    signed = authority.signed(info_of(reply))
    assert check_timestamp(signed, CONTENT, [authority.root]).authority == "CN=Test TSA"
    fails(authority.signed(b"approved"), authority, "can't be read")


def test_a_refusal_is_told_in_the_authority_s_words(folder: Path) -> None:
    other = Authority(folder / "picky", digests="sha512")
    fails(other.stamp(CONTENT), other, "gave no timestamp, but said 'rejected': .*not supported")


def test_a_timestamp_without_its_certificate_is_told(authority: Authority) -> None:
    fails(
        authority.reply(query(CONTENT, certificate=False)), authority, "does not hold its authority's certif"
    )


def test_a_certificate_by_another_s_name_is_not_shown_in_its_place(
    authority: Authority, reply: bytes
) -> None:
    true = authority.certificate
    twin = certificate(
        "Test TSA",
        authority.root_key,
        authority.root,
        authority.root_key,
        usages=(ExtendedKeyUsageOID.TIME_STAMPING,),
        number=true.serial_number,
    )
    words = "two certificates go by the name"
    fails(authority.signed(info_of(reply), twin), authority, words)
    with pytest.raises(ProofError, match=words):
        check_timestamp(reply, CONTENT, [authority.root, twin])


def test_certificates_between_root_and_authority_come_with_the_timestamp_or_are_given(folder: Path) -> None:
    other = Authority(folder / "between", between=True, precision=3)
    raw = other.stamp(CONTENT)
    assert check_timestamp(raw, CONTENT, [other.root]).at.microsecond == 0  # parts of a second are left out
    alone = other.signed(info_of(raw))
    fails(alone, other, "does not lead to a certificate that was given: unable to get local issuer")
    both = pem_of(other.root) + (other.folder / "above.pem").read_bytes()
    assert check_timestamp(alone, CONTENT, authorities_from(both)).authority == "CN=Test TSA"


def test_certificates_that_can_not_be_used_are_told(authority: Authority) -> None:
    for pem in (b"", b"no PEM", authority.pem[:-40]):
        with pytest.raises(SettingsError, match="are a PEM file"):
            authorities_from(pem)
    with pytest.raises(SettingsError, match="no root is among"):
        authorities_from(pem_of(authority.certificate))
    assert authorities_from(authority.pem * 2) == (authority.root,)
