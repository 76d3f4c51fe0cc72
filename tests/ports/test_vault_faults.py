"""A vault that is sealed, slow, strange or hostile: a key is unavailable, and nothing secret is told of it."""

import asyncio
import json
import logging
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from some_drafts import calls

from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.adapters.vault_http import Vault
from answerable.adapters.vault_transit import VaultKeyWrapper, VaultSigningKey, open_vault_signing_key
from answerable.apps.ledger.checkpointing import Checkpointer
from answerable.apps.ledger_place import LedgerPlace
from answerable.signing import Note, check_note
from answerable.testing.serving import serve_in_thread
from answerable.testing.vault_simulator import VaultSimulator
from answerable.values.errors import AnswerableError, KeyUnavailable, SettingsError, SignatureError

TOKEN = "hvs.CAESIJ-the-token"
KEY = b"the key of a data subject, 32 b."
NAME = "answerable/log-1"


@pytest.fixture
def simulator() -> VaultSimulator:
    made = VaultSimulator({TOKEN})
    made.create("ledger", "ed25519")
    made.create("wrap", "aes256-gcm96")
    return made


@pytest.fixture
def url(simulator: VaultSimulator) -> Iterator[str]:
    with serve_in_thread(simulator.app) as address:
        yield address


def open_vault(url: str, token: str = TOKEN, seconds: float = 5.0) -> Vault:
    return Vault(url, lambda: token, seconds=seconds)


@pytest.fixture
def signer(url: str) -> VaultSigningKey:
    return open_vault_signing_key(open_vault(url), "ledger", NAME)


# -- what goes well --------------------------------------------------------------------------------


def test_a_note_that_the_vault_signed_holds_like_any_other(signer: VaultSigningKey) -> None:
    note = Note("answerable/log-1\n5\nroot\n").signed(signer)
    [found] = check_note(note, [signer.verifier])
    assert (found.by.name, signer.version) == (NAME, 1)


def test_a_key_that_was_rotated_in_the_vault_signs_as_before_until_its_new_version_is_named(
    url: str, simulator: VaultSimulator, signer: VaultSigningKey
) -> None:
    simulator.keys["ledger"].rotate()
    assert check_note(Note("x\n").signed(signer), [signer.verifier])
    vault = open_vault(url)
    assert open_vault_signing_key(vault, "ledger", NAME, 1).verifier == signer.verifier
    latest = open_vault_signing_key(vault, "ledger", NAME)
    assert (latest.version, latest.verifier == signer.verifier) == (2, False)
    assert check_note(Note("x\n").signed(latest), [latest.verifier])


def test_only_what_is_needed_is_asked_of_the_vault(
    url: str, simulator: VaultSimulator, signer: VaultSigningKey
) -> None:
    signer.sign(b"x")
    wrapper = VaultKeyWrapper(open_vault(url), "wrap")
    wrapper.unwrap(wrapper.wrap(KEY, b"c"), b"c")
    assert simulator.asked == [
        "GET /v1/transit/keys/ledger",
        "POST /v1/transit/sign/ledger",
        "GET /v1/transit/keys/wrap",
        "POST /v1/transit/encrypt/wrap",
        "POST /v1/transit/decrypt/wrap",
    ]


def test_a_token_that_an_agent_renews_is_read_again_for_each_request(
    url: str, simulator: VaultSimulator
) -> None:
    tokens = [TOKEN]
    signer = open_vault_signing_key(Vault(url, lambda: tokens[-1]), "ledger", NAME)
    simulator.tokens = {"hvs.renewed"}
    with pytest.raises(KeyUnavailable, match="status 403"):
        signer.sign(b"x")
    tokens.append("hvs.renewed")
    assert signer.sign(b"x")


# -- what goes wrong -------------------------------------------------------------------------------


def uses(url: str) -> list[Callable[[], object]]:
    """Everything that asks the vault, opened while it was well."""
    vault = open_vault(url, seconds=0.5)
    signer, wrapper = open_vault_signing_key(vault, "ledger", NAME), VaultKeyWrapper(vault, "wrap")
    wrapped = wrapper.wrap(KEY, b"c")
    return [
        lambda: open_vault_signing_key(vault, "ledger", NAME),
        lambda: signer.sign(b"x"),
        lambda: VaultKeyWrapper(vault, "wrap"),
        lambda: wrapper.wrap(KEY, b"c"),
        lambda: wrapper.unwrap(wrapped, b"c"),
    ]


def seal(simulator: VaultSimulator) -> None:
    simulator.sealed = True


def slow(simulator: VaultSimulator) -> None:
    simulator.slow = 2.0


def forget(simulator: VaultSimulator) -> None:
    simulator.keys.clear()


def revoke(simulator: VaultSimulator) -> None:
    simulator.tokens.clear()


def fault(name: str) -> Callable[[VaultSimulator], None]:
    def set_fault(simulator: VaultSimulator) -> None:
        simulator.fault = name

    return set_fault


@pytest.mark.parametrize(
    ("goes_wrong", "words"),
    [
        (seal, "status 503: it is sealed"),
        (slow, "did not answer in time"),
        (revoke, "status 403: the token is not known there"),
        (forget, "status 40[04]"),
        (fault("redirect"), "status 307: it leads elsewhere, and a token is not carried there"),
        (fault("huge"), "answers with more than"),
        (fault("no json"), "does not answer as Vault does"),
        (fault("other json"), "does not answer as Vault does"),
        (fault("no data"), "does not answer as Vault does"),
        (fault("echo"), "status 500: see its log"),
    ],
    ids=lambda one: getattr(one, "__name__", str(one)),
)
def test_whatever_is_wrong_with_the_vault_the_key_is_unavailable_and_nothing_secret_is_told(
    url: str,
    simulator: VaultSimulator,
    caplog: pytest.LogCaptureFixture,
    goes_wrong: Callable[[VaultSimulator], None],
    words: str,
) -> None:
    calls = uses(url)
    goes_wrong(simulator)
    with caplog.at_level(logging.DEBUG):
        for call in calls:
            with pytest.raises(KeyUnavailable, match=words) as told:
                call()
            chain: BaseException | None = told.value
            while chain is not None:
                for secret in (TOKEN, KEY.decode()):
                    assert secret not in f"{chain!r} {chain}"
                chain = chain.__cause__
    assert TOKEN not in caplog.text


def test_a_gateway_whose_vault_is_sealed_is_not_ready_and_signs_again_once_it_is_back(
    tmp_path: Path, simulator: VaultSimulator, signer: VaultSigningKey, caplog: pytest.LogCaptureFixture
) -> None:
    async def walk() -> None:
        ledger = SqliteLedger(tmp_path / "l.db")
        await ledger.append(calls(3))
        await ledger.close()
        signs = Checkpointer(LedgerPlace(tmp_path / "l.db"), signer)
        simulator.sealed = True
        for _ in range(3):
            await signs.finish()
        assert "status 503: it is sealed" in signs.problem
        simulator.sealed = False
        await signs.finish()
        assert signs.problem == ""

    asyncio.run(walk())
    told = [one for one in caplog.records if one.name == "answerable.ledger"]
    assert len(told) == 1, "it is said once, without a traceback"
    assert (TOKEN in caplog.text, "Traceback" in caplog.text) == (False, False)


@pytest.mark.parametrize(
    "token",
    ["", " ", "two words", "new\nline", "tokén", "nul\0"],
    ids=["empty", "space", "two", "line", "é", "nul"],
)
def test_what_is_no_token_is_not_sent_and_not_quoted(url: str, simulator: VaultSimulator, token: str) -> None:
    with pytest.raises(KeyUnavailable, match="token for the vault is no token") as told:
        open_vault_signing_key(open_vault(url, token), "ledger", NAME)
    assert not token.strip() or token not in str(told.value)
    assert simulator.asked == []


def test_a_key_of_another_kind_is_refused_when_it_is_opened(url: str, simulator: VaultSimulator) -> None:
    simulator.create("derived", "ed25519", derived=True)
    simulator.create("rsa", "rsa-2048")
    vault = open_vault(url)
    for key in ("wrap", "derived", "rsa"):
        with pytest.raises(KeyUnavailable, match="make one of type ed25519 that is not derived"):
            open_vault_signing_key(vault, key, NAME)
    for key in ("ledger", "derived", "rsa"):
        with pytest.raises(KeyUnavailable, match="make one of type aes256-gcm96 or chacha20-poly1305"):
            VaultKeyWrapper(vault, key)
    with pytest.raises(KeyUnavailable, match="status 404: there is no such key"):
        VaultKeyWrapper(vault, "none")
    with pytest.raises(KeyUnavailable, match="has no version 7; its latest is 1"):
        open_vault_signing_key(vault, "ledger", NAME, 7)
    with pytest.raises(SignatureError, match="can't be a key's name"):
        open_vault_signing_key(vault, "ledger", "a b")


def test_a_signature_that_does_not_hold_is_not_passed_on(
    simulator: VaultSimulator, signer: VaultSigningKey
) -> None:
    simulator.create("ledger", "ed25519")
    with pytest.raises(KeyUnavailable, match="'ledger@1' does not hold"):
        signer.sign(b"x")


def test_a_version_that_the_vault_no_longer_uses_is_told(
    simulator: VaultSimulator, signer: VaultSigningKey
) -> None:
    simulator.keys["ledger"].rotate()
    simulator.keys["ledger"].min_encryption_version = 2
    with pytest.raises(KeyUnavailable, match="status 400: it refuses the request: the key's kind, a version"):
        signer.sign(b"x")


def test_a_vault_that_is_not_there_is_told() -> None:
    with pytest.raises(KeyUnavailable, match="can't be reached: Connection refused"):
        open_vault_signing_key(open_vault("http://127.0.0.1:9"), "ledger", NAME)


@pytest.mark.parametrize(
    "answer",
    [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{", b"HTTP/1.1 abc\r\n\r\n"],
)
def test_something_else_on_its_port_is_an_error_of_ours(answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(KeyUnavailable, match=r"can't be reached|does not answer"):
            open_vault_signing_key(
                open_vault(f"http://127.0.0.1:{listener.getsockname()[1]}"), "ledger", NAME
            )
        thread.join(5)


# -- the way there ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://vault.example:8200", "in clear; write https"),
        ("http://10.0.0.7:8200", "in clear; write https"),
        ("http://127.0.0.1.example:8200", "in clear; write https"),
        ("vault.example:8200", "is no address"),
        ("ftp://vault.example", "is no address"),
        ("https://", "is no address"),
        ("https://user:pass@vault.example", "is no address"),
        ("https://vault.example?x=1", "is no address"),
        ("https://vault.example:port", "is no address"),
        ("", "is no address"),
    ],
)
def test_an_address_over_which_a_token_must_not_go_is_refused_and_not_quoted(
    address: str, words: str
) -> None:
    with pytest.raises(SettingsError, match=words) as told:
        open_vault(address)
    assert "pass" not in str(told.value)


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate that nobody vouches for, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "vault")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "c.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "k.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return folder / "c.pem", folder / "k.pem"


def test_a_certificate_is_checked_and_no_token_sent_to_whose_does_not_hold(tmp_path: Path) -> None:
    shown, key = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(shown, key)
    received = bytearray()
    answer = json.dumps({"data": {"type": "rsa-2048", "latest_version": 1, "keys": {}}}).encode()

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        try:
            with context.wrap_socket(connection, server_side=True) as secured:
                received.extend(secured.recv(65536))
                head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(answer)
                secured.sendall(head + answer)
        except OSError:
            connection.close()

    for ca_file, words in ((None, "CERTIFICATE_VERIFY_FAILED"), (str(shown), "make one of type ed25519")):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            thread = threading.Thread(target=serve, args=(listener,))
            thread.start()
            address = f"https://127.0.0.1:{listener.getsockname()[1]}"
            with pytest.raises(KeyUnavailable, match=words):
                open_vault_signing_key(Vault(address, lambda: TOKEN, ca_file=ca_file), "ledger", NAME)
            thread.join(5)
        assert (TOKEN.encode() in received) is (ca_file is not None)
    with pytest.raises(SettingsError, match="VAULT_CACERT names no certificates"):
        Vault("https://127.0.0.1", lambda: TOKEN, ca_file=str(tmp_path / "none.pem"))


def test_every_error_here_is_of_our_tree() -> None:
    assert issubclass(KeyUnavailable, AnswerableError)
