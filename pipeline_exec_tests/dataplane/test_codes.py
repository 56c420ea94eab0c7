"""Types with a rule of their own agree with the libraries everybody uses, on right codes and on damaged ones."""

import re

import pyarrow.compute as pc
import pytest
import stdnum.bic
import stdnum.ean
import stdnum.iban
from hypothesis import given
from hypothesis import strategies as st
from stdnum import numdb

from pipeline_exec.dataplane.column_types import COLUMN_TYPES, cell_type
from pipeline_exec.dataplane.column_types.countries import ALPHA_2
from pipeline_exec.dataplane.column_types.countries import COUNTRIES as COUNTRY_FORMS
from pipeline_exec.dataplane.column_types.iban_registry import IBANS
from pipeline_exec.dataplane.validations.check import Cells
from pipeline_exec.dataplane.validations.of_type import TypeCheck
from pipeline_exec.model.target_model import ColumnType
from pipeline_exec_tests.dataplane.codes import COUNTRIES, DIGITS, bics, damaged, gtins, ibans, typed
from pipeline_exec_tests.dataplane.tables import column, texts


def read(kind, cells, **attributes):
    return cell_type(column(column_type=kind, **attributes)).read(texts(*cells)).to_pylist()


def iban(cell):
    """The account number stdnum sees in a cell, but no letters, 00, 01 or 99 for check digits, which it takes too."""
    code = stdnum.iban.compact(cell.replace("\u00a0", " "))
    is_valid = stdnum.iban.is_valid(code, check_country=False) and re.fullmatch("..(0[2-9]|[1-8][0-9]|9[0-8]).+", code)
    return code if is_valid else None


@given(st.lists(typed(damaged(ibans())), min_size=1, max_size=20))
def test_ibans_are_those_of_stdnum(cells):
    assert read("iban", cells) == list(map(iban, cells))


def test_the_registry_of_ibans_is_the_one_of_stdnum():
    entries = {
        country: "".join(kind * int(count) for count, kind in stdnum.iban._struct_re.findall(properties["bban"]))
        for _, country, _, properties, _ in numdb.get("iban").prefixes
    }
    assert {country: kinds[4:] for country, kinds in IBANS.items()} == entries


def test_no_two_countries_have_a_name_in_common():
    meant = {(name.upper(), code) for names in COUNTRY_FORMS["name"] for name, code in zip(names, ALPHA_2, strict=True)}
    assert len(meant) == len({name for name, _ in meant})


@given(st.lists(damaged(gtins(), DIGITS), min_size=1, max_size=20))
def test_gtins_are_those_of_stdnum(cells):
    expected = [cell if stdnum.ean.is_valid(cell) else None for cell in cells]
    assert read("gtin", cells) == expected
    assert read("gtin", cells, output_format="GTIN-14") == [cell and cell.rjust(14, "0") for cell in expected]


@given(st.lists(typed(damaged(bics())), min_size=1, max_size=20))
def test_bics_are_those_of_stdnum_with_a_country(cells):
    compact = [stdnum.bic.compact(cell.replace("\u00a0", " ")) for cell in cells]
    assert read("bic", cells) == [
        code if stdnum.bic.is_valid(code) and code[4:6] in [*COUNTRIES, "XK"] else None for code in compact
    ]


@pytest.mark.parametrize("kind", sorted(set(COLUMN_TYPES) - {ColumnType.CATEGORY}))
@given(st.lists(st.none() | st.text(min_size=1) | st.text("0129.:- \u200b\t", min_size=1), max_size=10))
def test_anything_can_be_read_and_complained_of(kind, cells):
    reader = cell_type(column(column_type=kind))
    text = texts(*cells)
    values, is_wrong = reader.parse(text)
    assert len(values) == len(is_wrong) == len(cells)
    complaints = TypeCheck(reader).complaints(Cells(text, values).take(pc.indices_nonzero(is_wrong)))
    assert not complaints.null_count
    assert all(complaint.endswith(".") for complaint in complaints.to_pylist())
