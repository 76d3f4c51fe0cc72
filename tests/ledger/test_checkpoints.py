"""Checkpoints: written and read as the specification has them, and nothing else."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from answerable.ledger.checkpoint import Checkpoint, parse_checkpoint
from answerable.values.errors import ProofError

ROOT = bytes(range(32))
B64 = base64.b64encode(ROOT).decode()
lines = st.text(st.characters(codec="utf-8", min_codepoint=32), min_size=1, max_size=30)


@settings(deadline=None)
@given(lines, st.integers(0, 1 << 62), st.binary(min_size=32, max_size=32), st.lists(lines, max_size=3))
def test_a_checkpoint_survives_writing_and_reading(
    origin: str, size: int, root: bytes, more: list[str]
) -> None:
    checkpoint = Checkpoint(origin, size, root, tuple(more))
    assert parse_checkpoint(checkpoint.note().text) == checkpoint


def test_it_is_three_lines() -> None:
    assert Checkpoint("shop.example/log", 7, ROOT).note().text == f"shop.example/log\n7\n{B64}\n"


@pytest.mark.parametrize(
    "text",
    [
        "", "log\n", "log\n7\n", f"log\n7\n{B64}", f"\n7\n{B64}\n", f"log\n07\n{B64}\n", f"log\n-7\n{B64}\n",
        f"log\n٧\n{B64}\n", f"log\n\n{B64}\n", f"log\n7\n{B64[:-4]}\n", f"log\n7\n{B64} \n", f"log\n7\n{B64}\n\n",
        f"log\n{1 << 63}\n{B64}\n", f"log\n{'9' * 5000}\n{B64}\n", f"log\n7\n{'A' * 42}B=\n",
    ],
)  # fmt: skip
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(ProofError):
        parse_checkpoint(text)
