"""What Arrow's parser may read, held to a look at one byte after the other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.formats.delimited.soundness import Sound, sound_part
from pipeline_exec.formats.delimited.syntax import Syntax

SYNTAXES = {
    "doubled quotes": Syntax(",", '"', None),
    "escaped quotes": Syntax(",", '"', "\\"),
    "two characters": Syntax("|~", '"', None),
    "no quotes": Syntax(",", None, None),
}
PIECES = ['"', '"', "\\", ",", "|~", "~", "\n", "\r", "\r\n", "a", '"b"', '"b,\n"', '""']
BLOCKS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=90).map("".join)


def by_hand(text, syntax, whole):
    """The same as ``sound_part``, one character after the other; blocks that Arrow must not see at all left aside."""
    trouble, end, is_quoted, opened = len(text), 0, False, 0
    may_precede, may_follow = {syntax.separator[-1], '"', "\n", "\r"}, {syntax.separator[0], '"', "\n", "\r"}
    for place, character in enumerate(text):
        is_escaped = place > 0 and text[place - 1] == syntax.escape
        if character == syntax.quote and is_escaped and not is_quoted:
            trouble = place - 1
        elif character == syntax.quote and not is_escaped:
            beside = text[place - 1 : place] or "\n" if not is_quoted else text[place + 1 : place + 2] or "\n"
            trouble = trouble if beside in (may_follow if is_quoted else may_precede) else place
            is_quoted, opened = not is_quoted, place
        if trouble < len(text):
            return Sound(end, meets_trouble=True)
        ends = character == "\n" or (character == "\r" and text[place + 1 : place + 2] not in ("\n", ""))
        if ends and not is_quoted:
            end = place + 1
    if whole and is_quoted:
        return Sound(max((at + 1 for at in line_ends(text, syntax) if at < opened), default=0), meets_trouble=True)
    return Sound(len(text) if whole else end, meets_trouble=False)


def line_ends(text, syntax):
    is_quoted = False
    for place, character in enumerate(text):
        if character == syntax.quote and not (place > 0 and text[place - 1] == syntax.escape):
            is_quoted = not is_quoted
        if not is_quoted and (character == "\n" or (character == "\r" and text[place + 1 : place + 2] != "\n")):
            yield place


@pytest.mark.parametrize("syntax", SYNTAXES.values(), ids=SYNTAXES)
@given(BLOCKS, st.booleans())
def test_the_sound_part_ends_before_the_first_misplaced_quote(syntax, text, whole):
    if syntax.escape and (syntax.escape * 2 in text or syntax.escape + syntax.separator in text):
        text = text.replace("\\", "a")

    assert sound_part(text.encode(), syntax, whole=whole) == by_hand(text, syntax, whole)


@pytest.mark.parametrize(
    ("block", "syntax"),
    [
        pytest.param(b"a\x1fb|~c\n", SYNTAXES["two characters"], id="the byte that stands for a longer delimiter"),
        pytest.param(b"a,b\rc\n", Syntax(",", '"', None, "\n"), id="a line break that is not the record's end"),
        pytest.param(b'"a\\\\",b\n', SYNTAXES["escaped quotes"], id="an escaped escape"),
        pytest.param(b"a\\,b\n", SYNTAXES["escaped quotes"], id="an escaped delimiter"),
        pytest.param(b'a\\"b,c\n', SYNTAXES["escaped quotes"], id="an escaped quote where nothing is quoted"),
    ],
)
def test_what_arrow_would_misread_is_not_sound(block, syntax):
    assert sound_part(block, syntax, whole=True) == Sound(0, meets_trouble=True)
