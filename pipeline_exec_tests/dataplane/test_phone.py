"""Phone numbers are what libphonenumber says they are, though it is rarely asked."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.dataplane.column_types import cell_type, phone
from pipeline_exec.errors import InvalidDocument
from pipeline_exec_tests.dataplane.codes import DIGITS, PHONES, damaged
from pipeline_exec_tests.dataplane.tables import column, texts

FORMATS = ["E.164", "international", "RFC3966", "national"]


def phone_type(**attributes):
    return cell_type(column(column_type="phone", **attributes))


def parsed(text, region=None):
    """The number as libphonenumber reads it."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    is_valid = phonenumbers.is_valid_number(number)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if is_valid else None


@st.composite
def dialled(draw):
    """A number, perhaps damaged, as it is dialled in its country; with the country."""
    region, code, number = draw(PHONES.filter(lambda phone: phone[0] in phonenumbers.SUPPORTED_REGIONS))
    prefix = phonenumbers.PhoneMetadata.metadata_for_region(region).national_prefix or ""
    before = draw(st.sampled_from(["", prefix, f"00{code}", f"011{code}", str(code), f"+{code}", f"+{code}{prefix}"]))
    return region, before + draw(damaged(st.just(number), DIGITS))


@given(st.lists(dialled(), min_size=1, max_size=30))
def test_numbers_with_a_calling_code_are_those_of_libphonenumber(numbers):
    cells = [number for _, number in numbers]
    assert phone_type().read(texts(*cells)).to_pylist() == [
        parsed(cell) if cell.startswith("+") else None for cell in cells
    ]


@given(dialled())
def test_numbers_dialled_in_a_country_are_those_of_libphonenumber(number):
    region, cell = number
    assert phone_type(region=region).read(texts(cell)).to_pylist() == [parsed(cell, region)]


@pytest.mark.parametrize("output_format", FORMATS)
@given(PHONES.filter(lambda phone: phone[0] in phonenumbers.SUPPORTED_REGIONS), PHONES)
def test_what_is_shown_is_read_as_the_same_number(output_format, home, other):
    kind = phone_type(region=home[0], output_format=output_format)
    numbers = texts(f"+{home[1]}{home[2]}", f"+{other[1]}{other[2]}", None)
    assert kind.read(kind.show(numbers)).equals(numbers)


NOTATIONS = {
    "international": phonenumbers.PhoneNumberFormat.INTERNATIONAL,
    "RFC3966": phonenumbers.PhoneNumberFormat.RFC3966,
}


@pytest.mark.parametrize("output_format", NOTATIONS)
@given(st.lists(dialled(), min_size=1, max_size=30))
def test_numbers_are_written_as_libphonenumber_writes_them(output_format, numbers):
    valid = phone_type().read(texts(*(number for _, number in numbers))).drop_null()
    expected = [
        phonenumbers.format_number(phonenumbers.parse(number), NOTATIONS[output_format]) for number in valid.to_pylist()
    ]
    assert phone_type(output_format=output_format).show(valid).to_pylist() == expected


@given(PHONES.filter(lambda phone: phone[0] in phonenumbers.SUPPORTED_REGIONS))
def test_numbers_are_written_at_home_as_libphonenumber_writes_them(phone):
    region, code, number = phone
    kind, own = phone_type(region=region, output_format="national"), texts(f"+{code}{number}")
    national = phonenumbers.format_number(
        phonenumbers.parse(f"+{code}{number}"), phonenumbers.PhoneNumberFormat.NATIONAL
    )
    assert kind.show(own).to_pylist() == [national] or kind.read(texts(national)) != own


def test_what_would_be_another_number_at_home_stays_international():
    kind, number = phone_type(region="BB", output_format="national"), texts("+13100870")
    assert kind.show(number).to_pylist() == ["+1 310-0870"]
    assert kind.read(kind.show(number)).equals(number)


def test_regular_numbers_are_never_looked_at_one_by_one():
    phone._parsed.cache_clear()
    cells = ["+4915123456789", "+49 30 123456", "+49 (0)30 123456", "030 123456", "0049 30 123456", "+49 1", "no"]

    assert phone_type(region="DE").read(texts(*cells)).null_count == 2

    assert phone._parsed.cache_info().misses == 0


@pytest.mark.parametrize(
    ("attributes", "field", "message"),
    [
        pytest.param({"region": "Germany"}, "region", "two letters, like DE", id="a country by name"),
        pytest.param({"output_format": "short"}, "output_format", "is not one of E.164", id="an unknown format"),
        pytest.param({"output_format": "national"}, "output_format", "needs a region", id="national of no country"),
    ],
)
def test_attributes_that_cannot_be_are_refused(attributes, field, message):
    with pytest.raises(InvalidDocument) as refused:
        phone_type(**attributes)
    assert [problem.field for problem in refused.value.problems] == [field]
    assert message in refused.value.problems[0].message
