"""The registry of finding codes: complete, and each shown by an example that has it."""

import pytest

from docs.findings import example, found
from pipeline_exec.dataplane.column_types import COLUMN_TYPES
from pipeline_exec.dataplane.finding_codes import FINDING_CODES, finding_code
from pipeline_exec.dataplane.validations import VALIDATIONS
from pipeline_exec.dataplane.validations.irregular import MissingCellsCheck, SurplusCellsCheck


def test_every_code_a_check_can_give_is_registered_and_no_other():
    of_checks = {rule.code for rule in VALIDATIONS.values()} | {MissingCellsCheck.code, SurplusCellsCheck.code}
    assert set(FINDING_CODES) == of_checks | {f"type.{kind}" for kind in COLUMN_TYPES}


@pytest.mark.parametrize("code", [code for code in FINDING_CODES if code != "type.string"])
def test_the_example_of_a_code_has_it(code):
    columns, rows = example(code)
    assert {finding["code"] for finding in found(columns, rows)} == {code}
    assert {finding["row"] for finding in found(columns, rows)} == {len(rows)}


@pytest.mark.parametrize("each", FINDING_CODES.values(), ids=lambda each: each.code)
def test_a_code_is_explained_in_sentences(each):
    assert each.title[0].isupper()
    assert not each.title.endswith(".")
    assert each.meaning.endswith(".")
    assert each.remedy.endswith(".")


def test_a_word_that_a_service_added_is_explained_by_the_code_before_it():
    assert finding_code("webhook.unknown_customer").code == "webhook"
    assert finding_code("type.date").code == "type.date"
