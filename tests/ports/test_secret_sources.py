"""A reference says where a secret is; whatever goes wrong, the secret is in no error, log or representation."""

import base64
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.adapters.secret_sources import (
    Place,
    Reference,
    parse_reference,
    read_secret,
    secret_made_once,
)
from answerable.apps.key_references import open_signing_key, open_wrapper
from answerable.apps.ledger_place import LedgerPlace
from answerable.signing import new_signer
from answerable.values.errors import KeyUnavailable, SettingsError, SignatureError

SIGNER = new_signer("answerable/log-1", bytes(range(32)))
MASTER = base64.b64encode(bytes(range(40, 72))).decode()
SECRETS = (
    SIGNER.secret(),
    SIGNER.secret().split("+")[-1],
    SIGNER.secret()[12:],
    MASTER,
    bytes(range(40, 72)).hex(),
)


def no_name() -> str:
    raise AssertionError("a file's and a variable's key have a name of their own")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/etc/l.key", Reference(Place.FILE, "/etc/l.key")),
        ("./env:x", Reference(Place.FILE, "./env:x")),
        ("env:LEDGER_1", Reference(Place.ENVIRONMENT, "LEDGER_1")),
        ("vault:ledger", Reference(Place.VAULT, "ledger")),
        ("vault:my-ledger.2@17", Reference(Place.VAULT, "my-ledger.2", 17)),
    ],
)
def test_a_reference_is_a_file_a_variable_or_a_vault_s_key(text: str, expected: Reference) -> None:
    assert parse_reference(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "env:", "env:1A", "env:A B", "env:A=B", "env:É", "env:" + "A" * 200, "vault:", "vault:a/b", "vault:../sys",
     "vault:a@", "vault:a@0", "vault:a@x", "vault:-a", "vault:a.", "vault:a?b", "vault:a@1234567890", "vault:é"],
)  # fmt: skip
def test_what_is_no_reference_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match=r"name where|comes the name"):
        parse_reference(text)


@given(st.text(max_size=40))
def test_any_text_is_a_reference_or_an_error_of_ours(text: str) -> None:
    for given_text in (text, f"env:{text}", f"vault:{text}"):
        try:
            found = parse_reference(given_text)
        except SettingsError:
            continue
        assert found.place is Place.FILE or found.name.isascii()


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("before", ["", "env:", "vault:", " "])
def test_a_secret_in_the_place_of_a_reference_is_refused_and_not_quoted(secret: str, before: str) -> None:
    for call in (parse_reference, open_wrapper, lambda text: open_signing_key(text, no_name)):
        with pytest.raises(SettingsError, match="a secret was given where it is kept") as told:
            call(before + secret)
        assert secret not in str(told.value)


def test_a_key_is_read_from_a_file_and_from_a_variable(tmp_path: Path) -> None:
    path = tmp_path / "l.key"
    path.write_text(f"{SIGNER.secret()}\n")
    path.chmod(0o600)
    assert open_signing_key(str(path), no_name) == SIGNER
    assert open_signing_key("env:L", no_name, {"L": f" {SIGNER.secret()}\n"}) == SIGNER
    assert open_wrapper("env:M", {"M": MASTER}).name.startswith("local:")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    for name, content in (("l.key", SIGNER.secret()), ("l.master", MASTER)):
        path = tmp_path / name
        path.write_text(content)
        path.chmod(mode)
        for call in (open_wrapper, lambda text: open_signing_key(text, no_name)):
            with pytest.raises(SettingsError, match="others can read the secret key"):
                call(str(path))


@pytest.mark.parametrize("secret", [SIGNER.secret(), MASTER])
@pytest.mark.parametrize(
    "spoil", [lambda text: text[:-3], lambda text: f"{text}é", lambda text: f"{text[:-9]}!{text[-8:]}"]
)
def test_a_spoilt_secret_is_in_no_error(tmp_path: Path, secret: str, spoil: Callable[[str], str]) -> None:
    path, given = tmp_path / "k", {"K": spoil(secret)}
    path.write_text(spoil(secret))
    path.chmod(0o600)
    for reference in (str(path), "env:K"):
        for call in (
            lambda text: open_wrapper(text, given),
            lambda text: open_signing_key(text, no_name, given),
        ):
            with pytest.raises((SettingsError, SignatureError)) as told:
                call(reference)
            assert secret[-30:-12] not in str(told.value)


def test_what_is_not_set_or_not_there_is_named(tmp_path: Path) -> None:
    for reference, words in (
        ("env:NONE", "the variable 'NONE', which should hold a secret key, is not set"),
        (str(tmp_path / "none"), "can't be read: No such file"),
        (str(tmp_path), "can't be read|others can read"),
    ):
        with pytest.raises(SettingsError, match=words):
            open_signing_key(reference, no_name, {"NONE": " "})
    with pytest.raises(SettingsError, match="VAULT_ADDR is not set"):
        open_signing_key("vault:ledger", no_name, {})
    with pytest.raises(SettingsError, match="never leaves the vault"):
        read_secret(Reference(Place.VAULT, "ledger"), {})


def test_a_vault_s_token_is_taken_from_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    given = {"VAULT_ADDR": "http://127.0.0.1:9", "HOME": str(tmp_path)}
    with pytest.raises(KeyUnavailable, match=r"no token for the vault: .*\.vault-token' can't be read"):
        open_wrapper("vault:wrap", given)
    token = tmp_path / ".vault-token"
    token.write_text("hvs.secret")
    token.chmod(0o644)
    with pytest.raises(KeyUnavailable, match="others can read") as told:
        open_wrapper("vault:wrap", given)
    assert "hvs" not in str(told.value)
    token.chmod(0o600)
    with pytest.raises(KeyUnavailable, match="can't be reached"):
        open_wrapper("vault:wrap", given)


def test_without_a_name_the_keys_beside_the_ledger_are_made_once_and_for_their_owner_alone(
    tmp_path: Path,
) -> None:
    ledger = tmp_path / "new" / "ledger.db"
    place = LedgerPlace(ledger)
    wrapper = place.wrapper()
    wrapped = wrapper.wrap(b"key", b"c")
    assert LedgerPlace(ledger).wrapper().unwrap(wrapped, b"c") == b"key"
    signer = place.signing_key(make=True)
    assert LedgerPlace(ledger).signing_key().verifier == signer.verifier
    for name in ("ledger.db.master", "ledger.db.key"):
        assert ledger.with_name(name).stat().st_mode & 0o777 == 0o600
    with pytest.raises(SettingsError, match="can't be read"):
        LedgerPlace(tmp_path / "other.db").signing_key()


def test_processes_that_make_the_same_secret_at_once_all_have_the_same_whole_one(tmp_path: Path) -> None:
    together = threading.Barrier(8)

    def make(number: int) -> str:
        together.wait()
        return secret_made_once(tmp_path / "new" / "k", lambda: f"secret {number}")

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(make, range(8)))
    assert len(found) == 1
    assert [one.name for one in (tmp_path / "new").iterdir()] == ["k"]


def test_a_secret_that_can_not_be_kept_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="can't be written"):
        secret_made_once(tmp_path / "file" / "k", lambda: "secret")
