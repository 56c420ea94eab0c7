"""Column types: the value of a text."""

import re
import unicodedata
from datetime import UTC, datetime, time
from decimal import Decimal, InvalidOperation, localcontext
from math import isfinite

import phonenumbers
import pycountry
import stdnum.bic
import stdnum.ean
import stdnum.iban
from rapidfuzz import fuzz

from pipeline_exec_tests.dataplane.oracle.text import is_digits, strict_date


class NotOfTheType(Exception):
    """The text is no value of the type."""


def value_of(text, column):
    """The typed value of a text that is not empty."""
    return TYPES[column.column_type](text, column)


def refuse_unless(condition):
    if not condition:
        raise NotOfTheType


def int_of(text, column):
    digits = text[1:] if text[0] in "+-" else text
    refuse_unless(is_digits(digits) and -(2**63) <= int(text) < 2**63)
    return int(text)


def float_of(text, column):
    refuse_unless(all(character in "0123456789+-.eE" for character in text))
    try:
        value = float(text)
    except ValueError:
        raise NotOfTheType from None
    refuse_unless(isfinite(value))
    return value


def percentage_of(text, column):
    if text.endswith("%"):
        text = text.removesuffix("%")
        text = text[:-1] if unicodedata.category(text[-1:] or "x") == "Zs" else text
    refuse_unless(text)
    return float_of(text, column)


def decimal_of(text, column):
    refuse_unless(all(character in "0123456789+-.eE" for character in text))
    with localcontext(prec=200):
        try:
            value = Decimal(text)
        except InvalidOperation:
            raise NotOfTheType from None
        refuse_unless(abs(value) < 10**29 and value == round(value, 9))
    return value


def boolean_of(text, column):
    own_true, own_false = column.output_format.split("/") if column.output_format else ("true", "false")
    is_true = text.lower() in ("true", "yes", "y", "t", "on", "1", own_true.lower())
    refuse_unless(is_true or text.lower() in ("false", "no", "n", "f", "off", "0", own_false.lower()))
    return is_true


def category_of(text, column):
    for same in (lambda name: name == text, lambda name: folded(name) == folded(text)):
        for names_of in (
            lambda option: [option.value],
            lambda option: [option.label],
            lambda option: option.alternative_matches if column.options_matching != "EXACT" else [],
        ):
            for option in column.options:
                if any(name and same(name) for name in names_of(option)):
                    return option.value
        refuse_unless(column.options_matching != "EXACT")
    refuse_unless(column.options_matching == "FUZZY")
    return most_similar(text, column)


def folded(name):
    return "".join(name.lower().split())


def most_similar(text, column):
    names = {name: option.value for option in column.options for name in (option.value, option.label)}
    names |= {name: option.value for option in column.options for name in option.alternative_matches}
    scores = {name: fuzz.ratio(folded(text), folded(name)) for name in names}
    best = {names[name] for name in names if scores[name] == max(scores.values())}
    refuse_unless(len(best) == 1 and max(scores.values()) >= column.options_threshold)
    return best.pop()


def date_of(text, column):
    for date_format in ("YYYY-MM-DD", *([column.output_format] if column.output_format else []), *column.input_formats):
        if (found := strict_date(text, date_format)) is not None:
            return found
    moment = iso_timestamp(text)
    refuse_unless(moment is not None and moment.time() == time())
    return moment.date()


def timestamp_of(text, column):
    day = strict_date(text, "YYYY-MM-DD")
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) if day else iso_timestamp(text)
    refuse_unless(moment is not None)
    return moment


def iso_timestamp(text):
    """ISO 8601 with hours and minutes at least, in UTC; None when it is none."""
    shape = (
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?([Zz]|[+-][0-9]{2}(:?[0-5][0-9])?)?"
    )
    if not re.fullmatch(shape, text):
        return None
    try:
        moment = datetime.fromisoformat(re.sub(r"(\.[0-9]{6})[0-9]+", r"\1", text.upper()))
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def time_of(text, column):
    refuse_unless(re.fullmatch(r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?", text))
    try:
        return time.fromisoformat(text[:15])
    except ValueError:
        raise NotOfTheType from None


def email_of(text, column):
    refuse_unless(text.isascii() and len(text) <= 254 and text.count("@") == 1)
    local, domain = text.split("@")
    labels = domain.split(".")
    refuse_unless(1 <= len(local) <= 64 and all(local.split(".")))
    refuse_unless(all(character.isalnum() or character in "!#$%&'*+/=?^_`{|}~-." for character in local))
    refuse_unless(len(labels) >= 2 and len(labels[-1]) >= 2 and labels[-1][0].isalpha())
    for label in labels:
        refuse_unless(1 <= len(label) <= 63 and label[0] != "-" and label[-1] != "-")
        refuse_unless(all(character.isalnum() or character == "-" for character in label))
    return text


def url_of(text, column):
    scheme, _, rest = text.partition("://")
    refuse_unless(scheme.lower() in ("http", "https", "ftp"))
    authority = re.split("[/?#]", rest)[0]
    refuse_unless(all(is_seen(character) for character in text))
    refuse_unless(not any(character in '<>"{}|\\^`' for character in rest[len(authority) :]))
    refuse_unless(authority.count("@") <= 1)
    host, _, port = authority.rpartition("@")[2].partition(":")
    refuse_unless(":" not in authority or (re.fullmatch("[0-9]{1,5}", port) and int(port) < 65536))
    labels = host.removesuffix(".").split(".")
    if is_digits(labels[-1]):
        refuse_unless(len(labels) == 4 and all(re.fullmatch("0|[1-9][0-9]{0,2}", each) for each in labels))
        refuse_unless(all(int(label) < 256 for label in labels) and not host.endswith("."))
    for label in labels:
        refuse_unless(label and all(is_of_a_name(label[at]) for at in (0, -1)))
        refuse_unless(all(is_of_a_name(character) or character in "-_" for character in label))
    return text


def is_seen(character):
    return not character.isspace() and unicodedata.category(character)[0] not in "ZC"


def is_of_a_name(character):
    return unicodedata.category(character)[0] in "LN"


def uuid_of(text, column):
    if text.startswith("{") and text.endswith("}"):
        text = text[1:-1]
    elif text.lower().startswith("urn:uuid:"):
        text = text[9:]
    parts = text.split("-")
    refuse_unless([len(part) for part in parts] == [8, 4, 4, 4, 12])
    refuse_unless(all(character in "0123456789abcdefABCDEF" for part in parts for character in part))
    return text.lower()


def with_plain_separators(text):
    """Spaces and hyphens as a keyboard has them."""
    return re.sub("[\u2010-\u2015\u2212]", "-", re.sub("[\u00a0\u2007\u2009\u202f]", " ", text))


def ungrouped(text):
    text = with_plain_separators(text)
    refuse_unless(text.isascii() and re.fullmatch("[0-9A-Za-z]+([ -][0-9A-Za-z]+)*", text))
    return text.replace(" ", "").replace("-", "").upper()


def iban_of(text, column):
    code = ungrouped(text)
    # stdnum also takes letters, 00, 01 and 99 for check digits.
    refuse_unless(
        stdnum.iban.is_valid(code, check_country=False) and re.fullmatch("..(0[2-9]|[1-8][0-9]|9[0-8]).+", code)
    )
    return code


def bic_of(text, column):
    code = ungrouped(text)
    refuse_unless(stdnum.bic.is_valid(code) and (code[4:6] == "XK" or pycountry.countries.get(alpha_2=code[4:6])))
    return code


def gtin_of(text, column):
    code = ungrouped(text)
    refuse_unless(stdnum.ean.is_valid(code))
    return code.zfill(14) if column.output_format == "GTIN-14" else code


def phone_of(text, column):
    text = with_plain_separators(text)
    refuse_unless(re.fullmatch(r"\+?\(?[0-9](?:[-() ./]{0,3}[0-9]){2,19}", text))
    try:
        number = phonenumbers.parse(text, column.region)
    except phonenumbers.NumberParseException:
        raise NotOfTheType from None
    refuse_unless(phonenumbers.is_valid_number(number))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def country_of(text, column):
    code = upper(text)
    country = pycountry.countries.get(alpha_2=code) or pycountry.countries.get(alpha_3=code)
    if "numeric" in column.input_formats:
        country = country or pycountry.countries.get(numeric=text)
    refuse_unless(country)
    return country.alpha_2


def currency_of(text, column):
    currency = pycountry.currencies.get(alpha_3=upper(text))
    if "numeric" in column.input_formats:
        currency = currency or pycountry.currencies.get(numeric=text)
    refuse_unless(currency)
    return currency.alpha_3


def upper(text):
    """Letter by letter: one never becomes two, so that ``ß`` is not South Sudan."""
    return "".join(letter.upper() if len(letter.upper()) == 1 else letter for letter in text)


TYPES = {
    "string": lambda text, column: text,
    "int": int_of,
    "float": float_of,
    "percentage": percentage_of,
    "decimal": decimal_of,
    "boolean": boolean_of,
    "category": category_of,
    "date": date_of,
    "timestamp": timestamp_of,
    "time": time_of,
    "email": email_of,
    "url": url_of,
    "uuid": uuid_of,
    "phone": phone_of,
    "iban": iban_of,
    "bic": bic_of,
    "gtin": gtin_of,
    "country_code": country_of,
    "currency_code": currency_of,
}
