import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.errors import WriteFileFailure
from pipeline_exec.model.file_name import NAME_BYTES, PLACEHOLDERS, checked_template, plain_name, render_file_name

VALUES = {
    "pipeline": "Orders",
    "source_stem": "export",
    "execution_id": "0c1f",
    "date": "2024-02-29",
    "time": "14-05-09",
}


@pytest.mark.parametrize(
    ("template", "name"),
    [
        (None, "export_0c1f"),
        ("{pipeline} of {date} at {time}", "Orders of 2024-02-29 at 14-05-09"),
        ("fixed", "fixed"),
        ("{source_stem}{source_stem}", "exportexport"),
    ],
)
def test_a_template_is_filled_with_the_values_of_the_execution(template, name):
    assert render_file_name(template, VALUES) == name


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("../../etc/passwd", "_.._etc_passwd_0c1f"),
        (".bashrc", "bashrc_0c1f"),
        ("a\x00b\nc", "a_b_c_0c1f"),
        ("a\u202egpj", "a_gpj_0c1f"),
        ('C:\\x<y>|"?*', "C__x_y______0c1f"),
        ("{date}", "{date}_0c1f"),
        ("", "_0c1f"),
        ("u\u0308ber", "über_0c1f"),
    ],
    ids=["path", "hidden", "control characters", "direction mark", "reserved", "placeholder", "empty", "decomposed"],
)
def test_no_value_can_lead_the_name_elsewhere(stem, name):
    assert render_file_name(None, {**VALUES, "source_stem": stem}) == name


def test_a_long_value_does_not_push_the_execution_out_of_the_name():
    assert render_file_name(None, {**VALUES, "source_stem": "ü" * 500}).endswith("_0c1f")


@given(
    template=st.text(st.characters(exclude_characters="/\\{}"), max_size=40),
    values=st.fixed_dictionaries({name: st.text(st.characters(), max_size=400) for name in PLACEHOLDERS}),
)
def test_whatever_the_values_are_the_name_is_one_visible_path_component(template, values):
    name = render_file_name(template + "{pipeline}{source_stem}{time}", values)
    assert name == plain_name(name)
    assert name
    assert len(name.encode()) <= NAME_BYTES
    assert name[0] != "."
    assert not set(name) & set('/\\\0<>:"|?*')


@pytest.mark.parametrize("template", ["{sorce_stem}", "{}", "{date}/{time}", "..\\x", "{pipeline.__class__}"])
def test_a_template_that_cannot_be_filled_is_refused_with_what_there_is(template):
    with pytest.raises(ValueError, match="file name"):
        checked_template(template)
    with pytest.raises(WriteFileFailure, match="cannot be used"):
        render_file_name(template, VALUES)
