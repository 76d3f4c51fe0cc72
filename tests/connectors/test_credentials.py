"""A credential is fetched for one call, from where it is kept now, and is in nothing that comes back."""

import base64
import html
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.adapters.connectors.credentials import BLOT, Credential, Where
from answerable.adapters.connectors.secrets import Secrets
from answerable.adapters.vault_http import Vault
from answerable.testing.serving import serve_in_thread
from answerable.testing.vault_simulator import VaultSimulator
from answerable.values.errors import KeyUnavailable, SettingsError

PRINTABLE = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=40)


def no_vault() -> Vault:
    raise SettingsError("there is no vault here")


@given(PRINTABLE, st.sampled_from(list(Where)), st.text(max_size=20))
async def test_however_it_is_escaped_in_an_answer_it_is_blotted_out(
    secret: str, where: Where, other: str
) -> None:
    held = await Credential(where, lambda: secret, "bot").fetch()
    pair = base64.b64encode(f"bot:{secret}".encode()).decode()
    for told in (
        secret,
        json.dumps({"a": secret}),
        json.dumps({secret: [secret]}),
        json.dumps({"a": secret}).replace("/", "\\/"),
        quote(secret, safe=""),
        html.escape(secret),
        '{"a":"' + "".join(f"\\u{ord(letter):04x}" for letter in secret) + '"}',
        *([f"Basic {pair}"] if where is Where.BASIC else []),
    ):
        is_json = told.startswith('{"')
        text = told if is_json else f"{other}{told}{other}"
        blotted = held.blot(text)
        assert BLOT in blotted
        assert secret not in blotted
        assert pair not in blotted
        if is_json and told != secret:
            assert secret not in json.dumps(json.loads(blotted), ensure_ascii=False)
    assert secret not in repr(held)


@given(st.text())
async def test_an_answer_without_it_is_left_as_it_is(text: str) -> None:
    held = await Credential(Where.BEARER, lambda: "a-credential-1").fetch()
    assert held.blot(text) == text


@pytest.mark.parametrize(
    "secret", ["", "short", "a\r\nX-Admin: 1", "päßwort-päßwort", "x" * 9000, "tab\ttabtab"]
)
async def test_what_can_t_be_a_credential_is_not_sent(secret: str) -> None:
    with pytest.raises(KeyUnavailable, match="no credential"):
        await Credential(Where.BEARER, lambda: secret).fetch()


async def test_a_credential_that_was_changed_is_used_from_then_on(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("first-token\n")
    path.chmod(0o600)
    credential = Credential(Where.BEARER, Secrets({}, no_vault).at("token", tmp_path))
    assert (await credential.fetch()).headers == {"Authorization": "Bearer first-token"}
    path.write_text("second-token\n")
    assert (await credential.fetch()).headers == {"Authorization": "Bearer second-token"}
    path.chmod(0o644)
    with pytest.raises(KeyUnavailable, match="chmod 600"):
        await credential.fetch()


async def test_a_vault_s_secret_is_read_by_path_and_field(tmp_path: Path) -> None:
    simulator = VaultSimulator({"the-token"})
    simulator.kept["shop/crm"] = {"token": "from-the-vault", "number": 7}
    with serve_in_thread(simulator.app) as url:
        secrets = Secrets({}, lambda: Vault(url, lambda: "the-token"))
        assert (
            await Credential(Where.BEARER, secrets.at("vault:shop/crm/token", tmp_path)).fetch()
        ).headers == {"Authorization": "Bearer from-the-vault"}
        assert simulator.asked == ["GET /v1/secret/data/shop/crm"]
        for reference in ("vault:shop/crm/number", "vault:shop/crm/none", "vault:shop/none/token"):
            with pytest.raises(KeyUnavailable):
                await Credential(Where.BEARER, secrets.at(reference, tmp_path)).fetch()
        for fault in ("redirect", "huge", "no json", "other json", "no data", "echo"):
            simulator.fault = fault
            with pytest.raises(KeyUnavailable) as raised:
                await Credential(Where.BEARER, secrets.at("vault:shop/crm/token", tmp_path)).fetch()
            assert "the-token" not in str(raised.value)


@pytest.mark.parametrize(
    "reference",
    ["vault:", "vault:crm", "vault:../sys/x", "vault:a//b", "vault:/a/b", "vault:a/b?c", "vault:a/.hidden",
     "vault:é/b", "env:1A", ""],
)  # fmt: skip
def test_what_is_no_reference_is_refused(reference: str, tmp_path: Path) -> None:
    def vault() -> Any:
        raise AssertionError("no vault is opened for it")

    with pytest.raises(SettingsError):
        Secrets({}, vault).at(reference, tmp_path)
