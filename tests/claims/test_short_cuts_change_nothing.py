"""What is skipped, cut in one pass or added up ahead comes to what the long way comes to."""

from functools import lru_cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.adapters.shipped_reader import shipped_reader
from answerable.claims import Force
from answerable.claims.carried import in_full
from answerable.claims.disguise.look_alikes import FOREIGN, IN_WORDS, SAME_LENGTH, fold, is_flag
from answerable.claims.disguise.pictures import picture_word
from answerable.claims.features import features_of
from answerable.claims.model import LinearModel
from answerable.claims.neighbours import Setting
from answerable.claims.normalise import (
    _EMPHASIS,
    _folded,
    _in_latin_word,
    _joins_words,
    _mostly_latin,
    normalise,
)
from answerable.claims.polarity import polarity_of
from answerable.claims.setting import settle
from answerable.claims.subject import subject_of
from answerable.claims.terms import extract, identifiers, numbers
from answerable.claims.terms.tokens import _cut_up, tokens_of
from answerable.claims.weigher import Weigher

PIECES = st.sampled_from(
    """I we you 've 'll refund your the order a an once if hundred few couple #W12 W-12 ABCD gift_card_1 $45.20 3-5
    business days . , ! ? : - -- ** _ ~ ` cancel Would like me to it's www.shop.co.uk see@shop.com 1,234.50 50% half
    past four usd Friday may on in Café “so” – • € 💸 ½ re fund r3fund [x](y) <b> &amp; | yes please now done not no
    flight AA 1234 aa ending reservation reference 2026-05-17T15:30 tomorrow the end of month credit back
    bias len=3 ^ $ g:refund""".split()
)
LINES = st.lists(PIECES | st.text(max_size=4), max_size=14).map(" ".join) | st.text(max_size=60)
CALLS = st.lists(st.sampled_from(["get_order", "refundOrder", "cancel-order", "x"]), max_size=3).map(tuple)
SETTINGS = st.builds(
    Setting,
    st.none() | LINES,
    st.lists(LINES, max_size=4).map(tuple),
    LINES,
    CALLS,
    st.lists(LINES, max_size=4).map(tuple),
)


@lru_cache
def reader_parts() -> tuple[LinearModel, Weigher]:
    reader = shipped_reader()
    return reader._model, reader._weigher


@given(LINES, SETTINGS)
def test_a_line_is_weighed_by_the_features_that_the_model_was_trained_on(text: str, setting: Setting) -> None:
    model, weigher = reader_parts()
    line = in_full(text, setting.governing, setting.before)
    settled = settle(line, setting)
    subject = subject_of(line, settled.reading, setting)
    told = (line, setting, settled, subject, polarity_of(line, settled.reading, subject))
    rows = sorted(model.rows(features_of(*told)))
    weighed = weigher.weigh(*told)
    assert sorted(weighed.own + weighed.around) == rows
    assert weighed.sums.tolist() == model.summed(rows).tolist()
    for force in model.forces:
        assert weigher.spoke_for(weighed, force) == loudest(model, rows, force)


def loudest(model: LinearModel, rows: list[int], force: Force) -> tuple[str, ...]:
    column = model._matrix[:, model.forces.index(force)].tolist()
    ranked = sorted(rows, key=lambda row: (-column[row], row))[:3]
    return tuple(model._names[row] for row in ranked if column[row] > 0)


@given(LINES)
def test_a_line_is_cut_in_one_pass_as_chunk_by_chunk(text: str) -> None:
    line = normalise(text)
    tokens = tokens_of(line, text)
    count = tokens.count
    assert (tokens.words[:count], tokens.starts[:count], tokens.ends[:count]) == _cut_up(line.text)


class _Everywhere:
    def isdisjoint(self, words: object) -> bool:
        return False


@given(LINES)
def test_a_line_in_which_no_term_can_begin_has_none(text: str) -> None:
    line = normalise(text)
    found = extract.terms_of(line, text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(extract, "_STARTS", _Everywhere())
        patch.setattr(numbers, "AFTER_ARTICLE", _Anything())
        assert extract.terms_of(line, text) == found


class _Anything:
    def __contains__(self, word: object) -> bool:
        return True


@given(LINES)
def test_a_plain_word_behind_a_noun_is_no_identifier(text: str) -> None:
    tokens = tokens_of(normalise(text), text)
    for at in range(tokens.count):
        word, behind = tokens.words[at], tokens.words[at + 1]
        if word.isalpha() and not (tokens.capital(at) or tokens.glued(at + 1) or behind.isdigit()):
            end = identifiers.code_end(tokens, at)
            assert not identifiers._may_be_named(tokens, at, end, tokens.written(at, end), loose=False)


@given(LINES)
def test_a_line_is_folded_in_stretches_as_letter_by_letter(text: str) -> None:
    found = _folded(text)
    if found.origins is not None and not text.translate(SAME_LENGTH).isascii():
        assert (found.text, found.origins, found.foreign, found.latin, found.mixed) == letter_by_letter(text)


def letter_by_letter(text: str) -> tuple[str, tuple[int, ...], int, int, bool]:
    folded: list[str] = []
    origins: list[int] = []
    foreign = latin = 0
    mixed = False
    mostly_latin = _mostly_latin(text)
    for at, char in enumerate(text):
        if " " <= char <= "~":
            if char not in _EMPHASIS or _joins_words(text, at):
                folded.append(char)
                origins.append(at)
                latin += char.isalpha()
            continue
        if is_flag(text, at):
            plain = " "
        elif char in IN_WORDS and text[at - 1 : at].isalpha() and text[at + 1 : at + 2].isalpha():
            plain = IN_WORDS[char]
        else:
            plain = picture_word(text, at) or fold(char, look_alikes=mostly_latin)
        if plain == FOREIGN:
            foreign += 1
            mixed = mixed or _in_latin_word(text, at)
        elif plain.isalpha():
            latin += 1
        folded.append(plain)
        origins.extend([at] * len(plain))
    return "".join(folded), tuple(origins), foreign, latin, mixed
