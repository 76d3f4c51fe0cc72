"""From a key to a bundle in force, by the commands that the tutorial names."""

import stat
from pathlib import Path

import pytest
from command_runner import run

from answerable.values.errors import AnswerableError, BundleError, SettingsError, SignatureError

STORE = Path(__file__).parents[2] / "packs" / "store"


@pytest.fixture
def approvers(tmp_path: Path) -> Path:
    public = run("key", "new", "tomas", "--output", tmp_path / "tomas.key")
    path = tmp_path / "approvers.txt"
    path.write_text(f"{public.strip()} Tomas Adeyemi\n")
    return path


def test_build_sign_add_activate_list_and_roll_back(tmp_path: Path, approvers: Path) -> None:
    shelf = ("--shelf", tmp_path / "shelf")
    built, note = tmp_path / "store.bundle", tmp_path / "store.note"
    digest = run("pack", "build", STORE, "--output", built).strip()
    assert digest in run("pack", "sign", built, "--key", tmp_path / "tomas.key", "--output", note)
    run("bundle", "add", built, "--approval", note, *shelf)
    told = run("bundle", "activate", digest[:15], "--by", "Ana", "--approvers", approvers, *shelf)
    assert "is in force" in told
    listed = run("bundle", "list", *shelf)
    assert "approval signed with 'tomas'" in listed
    assert "unsigned" not in listed
    with pytest.raises(BundleError, match="nothing to go back to"):
        run("bundle", "rollback", "--by", "Ana", "--approvers", approvers, *shelf)


def test_without_approvers_a_bundle_is_put_in_force_only_by_saying_insecure(tmp_path: Path) -> None:
    shelf = ("--shelf", tmp_path / "shelf")
    digest = run("bundle", "add", STORE, *shelf).split()[0]
    with pytest.raises(SettingsError, match="say who may approve"):
        run("bundle", "activate", digest, "--by", "Ana", *shelf)
    run("bundle", "activate", digest, "--by", "Ana", "--insecure-unsigned", *shelf)
    listed = run("bundle", "list", *shelf)
    assert "INSECURE" in listed
    assert "unsigned" in listed


def test_a_secret_key_is_its_owner_s_alone(tmp_path: Path, approvers: Path) -> None:
    key = tmp_path / "tomas.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert run("key", "show", key).strip() in approvers.read_text()
    key.chmod(0o640)
    with pytest.raises(SettingsError, match="chmod 600"):
        run("key", "show", key)


def test_a_key_is_never_written_over(tmp_path: Path, approvers: Path) -> None:
    with pytest.raises(SettingsError, match="is not overwritten"):
        run("key", "new", "tomas", "--output", tmp_path / "tomas.key")


@pytest.mark.parametrize(
    ("content", "error"), [("", SignatureError), ("\u00e9", SignatureError), ("tomas+1+2", SignatureError)]
)
def test_a_file_that_holds_no_key_is_said_to_hold_none(
    tmp_path: Path, content: str, error: type[AnswerableError]
) -> None:
    path = tmp_path / "k"
    path.write_text(content, encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(error):
        run("key", "show", path)


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="can't be read"):
        run("key", "show", tmp_path / "none")
    with pytest.raises(BundleError, match="can't be read"):
        run("bundle", "add", STORE, "--approval", tmp_path / "none", "--shelf", tmp_path / "shelf")
    with pytest.raises(SettingsError, match="can't be written"):
        run("key", "new", "a", "--output", tmp_path / "none" / "k")
