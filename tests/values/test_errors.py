"""The tree of errors in `values.errors` is the one that its docstring draws."""

import inspect

from answerable.values import errors
from answerable.values.errors import AnswerableError


def test_every_error_stands_in_the_drawn_tree_at_its_place() -> None:
    drawn: dict[str, str] = {}
    above = {0: "AnswerableError"}
    for line in (errors.__doc__ or "").splitlines():
        if "── " not in line:
            continue
        depth = line.index("── ") // 4
        name = line.partition("── ")[2].split()[0]
        above[depth] = name
        drawn[name] = above[depth - 1]
    classes = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if kind is not AnswerableError]
    assert {kind.__name__: kind.__mro__[1].__name__ for kind in classes} == drawn
    assert all(issubclass(kind, AnswerableError) for kind in classes)
