"""A bundle that can't be put in force: the error names the file, what is wrong with it, and what to do."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from bundles import PERMIT, Files, built_in_files, forbid, with_policies
from hypothesis import given, settings
from hypothesis import strategies as st

from answerable.adapters.bundle_files import built_in, from_folder
from answerable.decisions import Outcome, parse
from answerable.decisions.bundle import digest_of
from answerable.values.errors import BundleError

FILES = ("schema.cedarschema", "policies.cedar", "wording.yaml", "bundle.yaml")
MANIFEST = "name: b\nversion: 1\nauthor: Ana\napprover: Ben\neffective_from: 2026-01-31T00:00:00Z\n"
NOTES = '@id("p") @owner("o") @because("b")'


def changed(name: str, content: str | bytes) -> Files:
    return built_in_files() | {name: content.encode() if isinstance(content, str) else content}


def error_of(files: Files) -> str:
    with pytest.raises(BundleError) as raised:
        parse(files)
    return str(raised.value)


def manifest_without(key: str) -> str:
    return "".join(line for line in MANIFEST.splitlines(keepends=True) if not line.startswith(key))


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(name: str) -> None:
    files = built_in_files()
    del files[name]
    assert error_of(files) == f"the bundle has no '{name}'; add the file"


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_not_utf_8_is_named_with_the_place(name: str) -> None:
    assert error_of(changed(name, b"abc\xff")) == f"{name} is not UTF-8 at byte 3; save it as UTF-8"


@pytest.mark.parametrize("name", ["wording.yaml", "bundle.yaml"])
@pytest.mark.parametrize(
    "text",
    [
        "a: [",
        "a: b: c",
        "\tx",
        "a: 2026-13-01T00:00:00Z",
        "a: 2026-02-30",
        "a: &x [*x, {*x: 1}]\n? [*x]\n: 1",
        "a: !!python/object:os.system {}",
        "[" * 1500,
        "\x07",
    ],
)
def test_yaml_that_can_not_be_read_is_named_whatever_is_wrong_with_it(name: str, text: str) -> None:
    said = error_of(changed(name, text))
    assert said.startswith(f"{name} ")
    assert "correct it there" in said or "quote names" in said


@pytest.mark.parametrize("name", ["wording.yaml", "bundle.yaml"])
@pytest.mark.parametrize("text", ["", "just words", "- a\n- b", "42", "no: words", "1: words", "? [a]\n: b"])
def test_yaml_that_is_no_mapping_of_names_is_refused(name: str, text: str) -> None:
    said = error_of(changed(name, text))
    assert said.startswith(f"{name} ")


def test_a_name_that_stands_twice_is_refused_and_not_guessed_at() -> None:
    said = error_of(changed("bundle.yaml", MANIFEST + "approver: Carl\n"))
    assert said == "bundle.yaml is not valid YAML: 'approver' stands there twice; correct it there"
    assert "'default' stands there twice" in error_of(changed("wording.yaml", "default: a\ndefault: b\n"))


# -- policies -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policies", "said"),
    [
        ("permit (principal", "policies.cedar can't be parsed: unexpected end of input; correct it there"),
        (
            NOTES + " permit (principal, action, resource) when { resource.mood == 1 };",
            "(that is policy 'p'); correct either",
        ),
        (
            NOTES + " permit (principal, action, resource) when { resource.force > 1 };",
            "policies.cedar does not fit schema.cedarschema",
        ),
        (NOTES + ' permit (principal, action == Answerable::Action::"shout", resource);', "policy 'p'"),
        (
            '@owner("o") @because("b") permit (principal, action, resource);',
            'policies.cedar: policy number 1 has no @id("..."); every policy names its id',
        ),
        (
            PERMIT + '@id @owner("o") @because("b") permit (principal, action, resource);',
            'policies.cedar: policy number 2 has no @id("..."); every policy names its id',
        ),
        (
            '@id("p") @because("b") permit (principal, action, resource);',
            'policies.cedar: policy p has no @owner("..."); every policy names its owner',
        ),
        (
            '@id("p") @owner("o") @because("") permit (principal, action, resource);',
            'policies.cedar: policy p has no @because("..."); every policy names its because',
        ),
        (PERMIT + PERMIT, 'policies.cedar: two policies have @id("yes"); ids must differ'),
        (
            NOTES + " forbid (principal, action, resource);",
            'policies.cedar: policy p forbids, so it needs @outcome("revise"), ("hold") or ("withhold")',
        ),
        (forbid("p", "release"), "it needs @outcome"),
        (forbid("p", "explode"), "it needs @outcome"),
        (
            forbid("p", more='@wording("nowhere")'),
            'policies.cedar: policy p has @wording("nowhere"), which is not in wording.yaml',
        ),
        (
            '@id("p") @owner("o") @because("b") @outcome("hold") forbid (principal == ?principal, action, resource);',
            "policies.cedar: policy 'p' has a slot (?principal or ?resource), and nothing here fills slots",
        ),
    ],
)
def test_a_policy_that_can_not_be_used_is_named_with_what_it_lacks(policies: str, said: str) -> None:
    assert said in error_of(changed("policies.cedar", policies))


def test_a_schema_that_can_not_be_parsed_is_named() -> None:
    said = error_of(changed("schema.cedarschema", "entity {"))
    assert said.startswith("schema.cedarschema can't be parsed: ")
    assert said.endswith("correct it there")


# -- wording and manifest -------------------------------------------------------------


@pytest.mark.parametrize("text", ["''", "'  '", "null", "3", "[a]", "{a: b}"])
def test_wording_that_says_nothing_is_refused(text: str) -> None:
    said = error_of(changed("wording.yaml", f"default: Please wait.\nno-offer: {text}\n"))
    assert said == "wording.yaml: 'no-offer' must be a text that is not empty"


def test_wording_without_a_default_is_refused() -> None:
    said = error_of(changed("wording.yaml", "no-offer: Not here.\n") | {"policies.cedar": PERMIT.encode()})
    assert said == "wording.yaml has no 'default'; add the words for when no policy names any"


@pytest.mark.parametrize("key", ["name", "version", "author", "effective_from"])
def test_a_manifest_without_a_needed_name_is_refused(key: str) -> None:
    said = f"bundle.yaml: '{key}' is missing; add it"
    assert error_of(changed("bundle.yaml", manifest_without(key))) == said
    assert error_of(changed("bundle.yaml", manifest_without(key) + f"{key}: ''\n")) == said
    assert error_of(changed("bundle.yaml", manifest_without(key) + f"{key}:\n")) == said


@pytest.mark.parametrize(
    "written", ["2026-01-31T00:00:00", "2026-01-31", "soon", "2026", "'2026-01-31T00:00:00Z'"]
)
def test_a_bundle_that_takes_effect_at_no_certain_instant_is_refused(written: str) -> None:
    text = manifest_without("effective_from") + f"effective_from: {written}\n"
    said = error_of(changed("bundle.yaml", text))
    assert said == "bundle.yaml: 'effective_from' must be an instant with a zone, as 2026-01-31T00:00:00Z"


@pytest.mark.parametrize("approver", ["Ana", "' Ana '", "ANA", '"Ana\\t"'])
def test_nobody_approves_a_bundle_of_their_own(approver: str) -> None:
    text = manifest_without("approver") + f"approver: {approver}\n"
    said = error_of(changed("bundle.yaml", text))
    assert said == "bundle.yaml: 'Ana' is both author and approver; someone else must approve"


@pytest.mark.parametrize("key", ["author", "approver"])
@pytest.mark.parametrize("written", ["7", "[Ben]", "true", "{name: Ben}", "' '", "2026-01-31"])
def test_whoever_stands_behind_a_bundle_has_a_name(key: str, written: str) -> None:
    text = manifest_without(key) + f"{key}: {written}\n"
    assert f"bundle.yaml: '{key}' must be somebody's name" in error_of(changed("bundle.yaml", text))


@pytest.mark.parametrize("line", ["", "approver:\n", "approver: null\n", "approver: ~\n"])
def test_a_bundle_that_nobody_approved_says_so(line: str) -> None:
    bundle = parse(changed("bundle.yaml", manifest_without("approver") + line))
    assert bundle.manifest.approver is None


def test_a_manifest_is_read_as_it_stands() -> None:
    manifest = parse(changed("bundle.yaml", MANIFEST)).manifest
    assert (manifest.name, manifest.version, manifest.author, manifest.approver) == ("b", "1", "Ana", "Ben")
    assert manifest.effective_from == datetime(2026, 1, 31, tzinfo=UTC)


def test_policies_keep_the_order_of_their_file() -> None:
    names = [f"p{number}" for number in range(30)]
    bundle = with_policies(*(forbid(name, "revise", more='@route("lead")') for name in names))
    assert list(bundle.policies) == names
    policy = bundle.policies[next(iter(bundle.policies))]
    assert (policy.owner, policy.because, policy.permits) == ("ben", "p0 says no", False)
    assert (policy.outcome, policy.wording, policy.route) == (Outcome.REVISE, "default", "lead")


# -- content addressing ---------------------------------------------------------------

contents = st.dictionaries(st.sampled_from(["a", "b", "ab", "c"]), st.binary(max_size=20), min_size=1)


@settings(deadline=None)
@given(contents, st.randoms(use_true_random=False))
def test_the_digest_does_not_depend_on_the_order_of_files(files: Files, random: object) -> None:
    turned = dict(reversed(files.items()))
    assert digest_of(turned) == digest_of(files)
    assert digest_of(files).startswith("sha256:")
    assert len(digest_of(files)) == len("sha256:") + 64


@settings(deadline=None)
@given(contents, contents)
def test_two_sets_of_files_have_one_digest_only_if_they_are_the_same(one: Files, other: Files) -> None:
    assert (digest_of(one) == digest_of(other)) == (one == other)


def test_bytes_can_not_move_between_a_name_and_a_content_or_between_files_under_one_digest() -> None:
    digest = digest_of({"a": b"bc"})
    apart: list[Files] = [{"ab": b"c"}, {"abc": b""}, {"a": b"b", "c": b""}, {"a": b"\0bc"}, {"a\0": b"bc"}]
    assert digest not in {digest_of(files) for files in apart}
    assert digest_of({"a": b"x", "b": b"y"}) != digest_of({"a": b"y", "b": b"x"})


@pytest.mark.parametrize("name", FILES)
def test_one_more_byte_in_any_file_is_another_bundle(name: str) -> None:
    files = built_in_files()
    assert parse(files | {name: files[name] + b"\n"}).digest != parse(files).digest


def test_the_built_in_bundle_is_the_one_of_its_folder(tmp_path: Path) -> None:
    for name, content in built_in_files().items():
        (tmp_path / name).write_bytes(content)
    assert from_folder(tmp_path).digest == built_in().digest
    assert built_in().manifest.approver is None


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"the bundle folder '.*nowhere' can't be read"):
        from_folder(tmp_path / "nowhere")
