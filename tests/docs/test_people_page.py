"""docs/people.md shows a file that can be read, and the roles and rules that there are."""

import re
from pathlib import Path

from answerable.adapters.operator_file import read_operator_file
from answerable.apps.operators.limits_form import money_typed
from answerable.roles import Role

PAGE = (Path(__file__).parents[2] / "docs" / "people.md").read_text(encoding="utf-8")


def test_the_files_that_the_page_shows_can_be_read(tmp_path: Path) -> None:
    [shown] = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    [short] = re.findall(r"    # operators.yaml\n((?:    .*\n)+)", PAGE)
    for number, text in enumerate((shown, re.sub(r"^    ", "", short, flags=re.MULTILINE))):
        path = tmp_path / f"{number}.yaml"
        path.write_text(text)
        read_operator_file(path, lambda _: "secret", money_typed)


def test_the_page_names_every_role_and_is_short() -> None:
    assert set(re.findall(r"^\| `([a-z_]+)` \|", PAGE, re.MULTILINE)) == {role.value for role in Role}
    assert len(PAGE.splitlines()) <= 150
