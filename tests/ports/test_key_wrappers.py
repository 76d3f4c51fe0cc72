"""Every key wrapper, held to one suite: a key comes back for its own context, and for nothing else."""

import base64
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from answerable.adapters.local_key_wrapper import LocalKeyWrapper, masters_from, new_master
from answerable.adapters.vault_http import Vault
from answerable.adapters.vault_transit import VaultKeyWrapper
from answerable.ports import KeyWrapper
from answerable.testing.serving import serve_in_thread
from answerable.testing.vault_simulator import VaultSimulator
from answerable.values.errors import KeyUnavailable, SettingsError

MASTERS = [bytes([number]) * 32 for number in range(1, 4)]
KEY = b"the key of a data subject, 32 b."
keys = st.binary(min_size=1, max_size=1024)


@pytest.fixture(scope="module")
def vault() -> Iterator[Vault]:
    simulator = VaultSimulator({"hvs.secret"})
    simulator.create("wrap", "aes256-gcm96")
    with serve_in_thread(simulator.app) as url:
        yield Vault(url, lambda: "hvs.secret")


@pytest.fixture(params=["local", "vault"])
def wrapper(request: pytest.FixtureRequest) -> KeyWrapper:
    if request.param == "local":
        return LocalKeyWrapper(MASTERS[:1])
    return VaultKeyWrapper(request.getfixturevalue("vault"), "wrap")


few = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


@few
@given(keys, st.binary(max_size=200))
def test_a_wrapped_key_comes_back_for_its_context(wrapper: KeyWrapper, key: bytes, context: bytes) -> None:
    wrapped = wrapper.wrap(key, context)
    assert wrapper.unwrap(wrapped, context) == key
    assert len(key) < 16 or key not in wrapped


@few
@given(keys, st.binary(max_size=50), st.binary(max_size=50))
def test_a_key_does_not_come_back_for_another_context(
    wrapper: KeyWrapper, key: bytes, context: bytes, other: bytes
) -> None:
    if context != other:
        with pytest.raises(KeyUnavailable, match="wrapped for something else"):
            wrapper.unwrap(wrapper.wrap(key, context), other)


@few
@given(st.data())
def test_no_altered_byte_opens(wrapper: KeyWrapper, data: st.DataObject) -> None:
    wrapped = bytearray(wrapper.wrap(KEY, b"c"))
    place = data.draw(st.integers(0, len(wrapped) - 1))
    wrapped[place] ^= data.draw(st.integers(1, 255))
    try:
        found = wrapper.unwrap(bytes(wrapped), b"c")
    except KeyUnavailable:
        return
    # The last letter of base64 has bits that say nothing.
    assert (found, wrapper.name[:6]) == (KEY, "vault:")


@few
@given(st.binary(max_size=300))
def test_bytes_that_were_never_wrapped_are_an_error_of_ours(wrapper: KeyWrapper, raw: bytes) -> None:
    for content in (raw, b"\x01" + raw, b"vault:v1:" + raw, b"vault:v1:" + base64.b64encode(raw)):
        with pytest.raises(KeyUnavailable):
            wrapper.unwrap(content, b"c")


def test_the_same_key_is_never_wrapped_to_the_same_bytes(wrapper: KeyWrapper) -> None:
    assert wrapper.wrap(KEY, b"c") != wrapper.wrap(KEY, b"c")


@pytest.mark.parametrize("key", [b"", b"x" * 1025])
def test_what_is_no_key_is_not_wrapped(wrapper: KeyWrapper, key: bytes) -> None:
    with pytest.raises(KeyUnavailable, match="1 to 1024 bytes"):
        wrapper.wrap(key, b"c")


def test_a_wrapper_is_named_and_shows_no_key(wrapper: KeyWrapper, vault: Vault) -> None:
    assert wrapper.name in ("vault:wrap@1", f"local:{wrapper.name[6:]}")
    for shown in (repr(wrapper), wrapper.name, repr(vault), repr(vars(vault))):
        assert "hvs.secret" not in shown
        assert MASTERS[0].hex() not in shown


# -- local masters ---------------------------------------------------------------------------------


def test_a_new_master_wraps_and_the_old_ones_still_open() -> None:
    before = [(LocalKeyWrapper(MASTERS[: at + 1]).wrap(KEY, b"c"), at) for at in range(3)]
    after = LocalKeyWrapper(MASTERS)
    for wrapped, _ in before:
        assert after.unwrap(wrapped, b"c") == KEY
    assert after.name == LocalKeyWrapper(MASTERS[2:]).name != LocalKeyWrapper(MASTERS[:2]).name
    with pytest.raises(KeyUnavailable, match="is not among those known here; put it back"):
        LocalKeyWrapper(MASTERS[2:]).unwrap(before[0][0], b"c")


def test_a_wrapped_key_does_not_pass_for_one_of_another_master() -> None:
    both = LocalKeyWrapper(MASTERS[:2])
    wrapped = LocalKeyWrapper(MASTERS[:1]).wrap(KEY, b"c")
    head = both.wrap(KEY, b"c")[:9]
    with pytest.raises(KeyUnavailable, match="was altered"):
        both.unwrap(head + wrapped[9:], b"c")


def test_context_and_head_do_not_run_into_each_other() -> None:
    wrapper = LocalKeyWrapper(MASTERS[:1], draw=bytes)
    wrapped = wrapper.wrap(KEY, b"xy")
    for context in (b"x", b"y", b"", b"xyz", wrapped[:9] + b"xy"):
        with pytest.raises(KeyUnavailable):
            wrapper.unwrap(wrapped, context)


def test_masters_are_read_one_a_line_the_newest_last() -> None:
    text = "\n".join(["", *(new_master(one) for one in MASTERS), ""])
    assert masters_from(text) == tuple(MASTERS)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        new_master(MASTERS[0])[:-4],
        f"{new_master(MASTERS[0])}\nc2VjcmV0IG1hc3Rlcg==",
        "sécret",
        "A" * 5000,
    ],
)
def test_what_is_no_master_is_named_by_its_line_and_not_quoted(text: str) -> None:
    with pytest.raises(SettingsError, match="master keys") as told:
        masters_from(text)
    for line in text.split():
        assert line not in str(told.value)
    with pytest.raises(SettingsError):
        LocalKeyWrapper([b"short"])


# -- a vault's key, version after version ----------------------------------------------------------


def test_a_key_that_the_vault_rotated_still_opens_what_it_wrapped_and_the_name_says_the_version() -> None:
    simulator = VaultSimulator({"hvs.secret"})
    key = simulator.create("wrap", "aes256-gcm96")
    with serve_in_thread(simulator.app) as url:
        vault = Vault(url, lambda: "hvs.secret")
        old = VaultKeyWrapper(vault, "wrap")
        first = old.wrap(KEY, b"c")
        key.rotate()
        assert old.name == "vault:wrap@1"
        assert old.wrap(KEY, b"c").startswith(b"vault:v1:"), "nothing changes under a wrapper that is open"
        new = VaultKeyWrapper(vault, "wrap")
        assert (new.name, new.wrap(KEY, b"c")[:9]) == ("vault:wrap@2", b"vault:v2:")
        assert new.unwrap(first, b"c") == KEY == VaultKeyWrapper(vault, "wrap", 1).unwrap(first, b"c")
        key.min_decryption_version = 2
        with pytest.raises(KeyUnavailable, match="status 400: it refuses the request"):
            new.unwrap(first, b"c")
        with pytest.raises(KeyUnavailable, match="has no version 3; its latest is 2"):
            VaultKeyWrapper(vault, "wrap", 3)
