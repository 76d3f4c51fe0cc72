"""A trust domain in a folder: what it issues holds for anybody with its bundle, and rotating revokes."""

import json
import os
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from answerable.adapters.identity.local_domain import BUNDLE, KEY, LocalDomain
from answerable.adapters.identity.trust import bundle_files
from answerable.apps.cli import main
from answerable.identity import verify_jwt_svid, verify_x509_svid
from answerable.testing.authorities import AUDIENCE, HOUR, NOW, der
from answerable.testing.command_line import run_here
from answerable.values.errors import IdentityError, IdentityRefused, SettingsError

BOT = "spiffe://shop.example/bot/support"


@pytest.fixture
def made(tmp_path: Path) -> LocalDomain:
    return LocalDomain.make(tmp_path / "trust", "shop.example", NOW)


def test_what_it_issues_holds_by_its_bundle(made: LocalDomain, tmp_path: Path) -> None:
    bundles = bundle_files(tmp_path / "trust" / BUNDLE).current()
    token = made.issue_jwt("bot/support", AUDIENCE, HOUR, NOW)
    found = verify_jwt_svid(token, bundles, AUDIENCE, NOW)
    assert (str(found.id), found.expires) == (BOT, NOW + HOUR)
    issued = made.issue_x509("bot/support", HOUR, NOW, ("localhost", "127.0.0.1"))
    leaf = x509.load_pem_x509_certificate(issued.svid)
    proven = verify_x509_svid(der(leaf), bundles, NOW)
    assert (str(proven.id), proven.expires) == (BOT, NOW + HOUR)
    key = load_pem_private_key(issued.key, None)
    assert key.public_key() == leaf.public_key()
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert x509.load_pem_x509_certificates(issued.authorities) == list(made.bundle.x509_authorities)


def test_its_key_is_for_its_owner_alone(made: LocalDomain, tmp_path: Path) -> None:
    folder = tmp_path / "trust"
    assert (folder / KEY).stat().st_mode & 0o777 == 0o600
    made.rotate(NOW, keep=False)
    assert (folder / KEY).stat().st_mode & 0o777 == 0o600
    issued = made.issue_x509("bot", HOUR, NOW)
    for _ in range(2):
        made.write_x509(tmp_path / "svid", issued)
        assert (tmp_path / "svid" / "svid.key").stat().st_mode & 0o777 == 0o600
    for secret in (issued, made):
        assert "PRIVATE" not in repr(secret)
    (folder / KEY).chmod(0o640)
    with pytest.raises(SettingsError, match="others can read the secret key"):
        made.issue_jwt("bot", AUDIENCE, HOUR, NOW)


def test_rotating_revokes_whatever_was_issued_before(made: LocalDomain, tmp_path: Path) -> None:
    kept = bundle_files(tmp_path / "trust" / BUNDLE)
    token = made.issue_jwt("bot", AUDIENCE, HOUR, NOW)
    chain = der(x509.load_pem_x509_certificate(made.issue_x509("bot", HOUR, NOW).svid))
    made.rotate(NOW, keep=True)
    newer = made.issue_jwt("bot", AUDIENCE, HOUR, NOW)
    for one in (token, newer):
        assert verify_jwt_svid(one, kept.current(), AUDIENCE, NOW).id.path == "/bot"
    assert verify_x509_svid(chain, kept.current(), NOW).id.path == "/bot"
    made.rotate(NOW, keep=False)
    for one in (token, newer):
        with pytest.raises(IdentityRefused):
            verify_jwt_svid(one, kept.current(), AUDIENCE, NOW)
    with pytest.raises(IdentityRefused):
        verify_x509_svid(chain, kept.current(), NOW)
    again = LocalDomain(tmp_path / "trust").issue_jwt("bot", AUDIENCE, HOUR, NOW)
    assert verify_jwt_svid(again, kept.current(), AUDIENCE, NOW).id.path == "/bot"
    assert (kept.current()[made.bundle.trust_domain].sequence or 0) > 2


def test_a_rotation_stopped_half_way_leaves_what_can_issue(made: LocalDomain, tmp_path: Path) -> None:
    """Stopped before the key, or before the last bundle: what is issued then holds by the bundle that is there."""
    folder = tmp_path / "trust"
    before, key = (folder / BUNDLE).read_bytes(), (folder / KEY).read_bytes()
    made.rotate(NOW, keep=True)
    both = (folder / BUNDLE).read_bytes()
    (folder / KEY).write_bytes(key)
    stopped = LocalDomain(folder)
    bundles = {stopped.bundle.trust_domain: stopped.bundle}
    token = stopped.issue_jwt("bot", AUDIENCE, HOUR, NOW)
    assert verify_jwt_svid(token, bundles, AUDIENCE, NOW).id.path == "/bot"
    assert stopped.issue_x509("bot", HOUR, NOW).svid
    assert both != before


def test_svids_are_short_lived(made: LocalDomain) -> None:
    for lasts in (timedelta(), timedelta(seconds=-1), timedelta(hours=24, seconds=1)):
        with pytest.raises(IdentityError, match="lasts up to 24 hours"):
            made.issue_jwt("bot", AUDIENCE, lasts, NOW)
        with pytest.raises(IdentityError, match="lasts up to 24 hours"):
            made.issue_x509("bot", lasts, NOW)
    with pytest.raises(IdentityError, match="run 'answerable identity rotate'"):
        made.issue_x509("bot", HOUR, NOW + timedelta(days=365))


@pytest.mark.parametrize(
    "workload", ["", "/bot", "bot/", "../bot", "b ot", "bot%20", "spiffe://other.example/bot"]
)
def test_a_workload_is_a_path_in_this_trust_domain(made: LocalDomain, workload: str) -> None:
    with pytest.raises(IdentityError):
        made.issue_jwt(workload, AUDIENCE, HOUR, NOW)


def test_a_folder_that_holds_something_else_says_so(made: LocalDomain, tmp_path: Path) -> None:
    folder = tmp_path / "trust"
    with pytest.raises(SettingsError, match="is there already"):
        LocalDomain.make(folder, "other.example", NOW)
    with pytest.raises(SettingsError, match="answerable identity init"):
        LocalDomain(tmp_path)
    other = LocalDomain.make(tmp_path / "other", "shop.example", NOW)
    (folder / KEY).write_bytes((tmp_path / "other" / KEY).read_bytes())
    with pytest.raises(IdentityError, match=r"does not have the authority whose key is 'ca\.key'"):
        LocalDomain(folder).issue_x509("bot", HOUR, NOW)
    (folder / KEY).write_bytes(b"nothing")
    with pytest.raises(IdentityError, match="does not hold the two keys"):
        LocalDomain(folder).issue_jwt("bot", AUDIENCE, HOUR, NOW)
    (folder / KEY).unlink()
    with pytest.raises(SettingsError, match="can't be read"):
        LocalDomain(folder).issue_jwt("bot", AUDIENCE, HOUR, NOW)
    assert other.bundle.sequence == 1


# -- the command line -----------------------------------------------------------------------------


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ANSWERABLE_")}
    return run_here(main, ["identity", *arguments], cwd=folder, environment=clean)


def test_the_commands_make_issue_show_and_rotate(tmp_path: Path) -> None:
    made = run(tmp_path, "init", "trust", "--trust-domain", "shop.example")
    assert (made.returncode, made.stdout.strip()) == (0, "spiffe://shop.example"), made.stderr
    token = run(tmp_path, "issue", "trust", "--workload", "bot/support", "--jwt", "--audience", AUDIENCE)
    (tmp_path / "token").write_text(token.stdout)
    shown = json.loads(run(tmp_path, "show", "token", "--json").stdout)
    assert shown[0]["token of"] == BOT
    assert AUDIENCE in shown[0]["for"]
    issued = run(tmp_path, "issue", "trust", "--workload", "bot/support", "--x509", "tls", "--ttl", "10m")
    assert issued.stdout.strip() == BOT, issued.stderr
    assert BOT in run(tmp_path, "show", "tls/svid.pem").stdout
    assert (
        json.loads(run(tmp_path, "show", "trust/bundle.json", "--json").stdout)[0]["bundle of"]
        == "shop.example"
    )
    assert run(tmp_path, "rotate", "trust").stdout.strip() == "bundle 3 of spiffe://shop.example"


def test_a_token_in_a_file_is_its_owners_alone_to_read(tmp_path: Path) -> None:
    run(tmp_path, "init", "trust", "--trust-domain", "shop.example")
    (tmp_path / "token").touch(0o644)
    asked = ("issue", "trust", "--workload", "bot/support", "--jwt", "--audience", AUDIENCE)
    made = run(tmp_path, *asked, "--output", "token")
    assert (made.returncode, made.stdout.strip()) == (0, BOT), made.stderr
    assert (tmp_path / "token").stat().st_mode & 0o777 == 0o600
    assert json.loads(run(tmp_path, "show", "token", "--json").stdout)[0]["token of"] == BOT
    refused = run(tmp_path, *asked, "--output", "none/token")
    assert refused.returncode != 0
    assert "'none/token' can't be written" in refused.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("init", "trust", "--trust-domain", "Shop"),
        ("issue", "none", "--workload", "bot", "--jwt", "--audience", "a"),
        ("show", "none"),
        ("show", "."),
        ("rotate", "none"),
        *[
            ("issue", "trust", "--workload", "bot", *more)
            for more in (
                (),
                ("--jwt",),
                ("--audience", "a"),
                ("--x509", "t", "--output", "f"),
                ("--jwt", "--audience", "a", "--x509", "t"),
                ("--x509", "t", "--audience", "a"),
                ("--jwt", "--audience", "a", "--host", "h"),
                ("--jwt", "--audience", "a", "--ttl", "1d"),
                ("--jwt", "--audience", "a", "--ttl", "h"),
                ("--jwt", "--audience", "a", "--ttl", "-1h"),
                ("--jwt", "--audience", "a", "--ttl", "25h"),
            )
        ],
    ],
    ids=" ".join,
)
def test_a_command_that_cannot_be_used_as_given_is_misuse(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    LocalDomain.make(tmp_path / "trust", "shop.example", NOW)
    told = run(tmp_path, *arguments)
    assert told.returncode == 2, told
    assert told.stderr.startswith("answerable: ")
    assert "Traceback" not in told.stderr
