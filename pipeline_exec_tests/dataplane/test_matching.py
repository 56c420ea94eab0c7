"""Matching: names that mean the same find each other, and nothing is guessed between two that might."""

import itertools

import pytest

from pipeline_exec.dataplane.mapping import compile_mapping, mapping_record
from pipeline_exec.dataplane.matching import Suggestion, match_columns, suggest
from pipeline_exec_tests.dataplane.tables import column, mapping


def found(suggestions):
    return {each.target_column: (each.source_column, str(each.method)) for each in suggestions}


@pytest.mark.parametrize(
    ("target", "source", "method", "score"),
    [
        pytest.param(column("name"), "name", "KEY", 1.0, id="the key to the letter"),
        pytest.param(column("first_name"), "First Name", "KEY", 0.99, id="the key but for case and punctuation"),
        pytest.param(column("x", label="Given name"), "Given name", "LABEL", 1.0, id="the label"),
        pytest.param(
            column("x", alternative_matches=["Vorname"]), "VORNAME", "ALTERNATIVE_MATCH", 0.99, id="an alternative"
        ),
        pytest.param(column("email_address"), "E-Mail Adress", "SIMILARITY", 0.957, id="a typing mistake"),
        pytest.param(column("customer_name"), "nameCustomer", "SIMILARITY", 0.98, id="the words in another order"),
        pytest.param(column("telefonnummer"), "Téléfonnummer", "SIMILARITY", 0.98, id="accents"),
        pytest.param(column("weight"), "Weight (kg)", "SIMILARITY", 0.93, id="a unit in brackets"),
    ],
)
def test_a_column_is_found_by_its_names_and_says_how(target, source, method, score):
    expected = [Suggestion(target.key, source, method, score)]
    assert match_columns([target], ["other", source]) == expected
    assert suggest([target], ["other", source]) == expected


@pytest.mark.parametrize(
    ("target", "source"),
    [
        pytest.param(["country"], ["county"], id="words that look alike"),
        pytest.param(["paid"], ["unpaid"], id="a word and its opposite"),
        pytest.param(["male"], ["female"], id="a word within another"),
        pytest.param(["address_1"], ["address_2"], id="another number"),
        pytest.param(["address_line_one"], ["address_line_1"], id="a number and a word"),
        pytest.param(["created_at"], ["updated_at"], id="another moment"),
        pytest.param(["minimum_order_quantity_per_customer"], ["maximum_order_quantity_per_customer"], id="a bound"),
        pytest.param(["shipping_address_country_name"], ["shipping_address_county_name"], id="a word in a long name"),
        pytest.param(["invoice_amount_paid_total_eur"], ["invoice_amount_unpaid_total_eur"], id="a prefix in it"),
        pytest.param(["customer_is_active_anymore"], ["customer_is_not_active_anymore"], id="a further word in it"),
        pytest.param(["size_15"], ["Size 1.5"], id="one number and two"),
        pytest.param(["address_1_1"], ["address 11"], id="two numbers and one"),
        pytest.param(["weight"], ["Weight (kg)", "Weight (lb)"], id="two units"),
        pytest.param(["phone"], ["Phone (private)"], id="more than a unit in brackets"),
        pytest.param(["qty"], ["quantity"], id="an abbreviation"),
        pytest.param(["order_date"], ["Order Date", "order-date"], id="two that are the same but for punctuation"),
        pytest.param(["order_date", "orderDate"], ["Order Date"], id="one that two are called the same as"),
        pytest.param(["customer_numbre"], ["customer_number_", "customer_numbers"], id="two that might be meant"),
        pytest.param(["delivery_adress", "delivery_addres"], ["delivery_address"], id="one that two might mean"),
    ],
)
def test_nothing_is_guessed(target, source):
    assert match_columns([column(key) for key in target], source) == []


def test_of_columns_with_one_label_none_is_taken_for_the_other():
    target = [column("billing_street", label="Street"), column("shipping_street", label="Street")]
    assert match_columns(target, ["Street"]) == []


def test_a_unit_the_target_does_not_have_is_another():
    target = [column("weight", label="Weight (kg)")]
    assert match_columns(target, ["Weight (lb)"]) == suggest(target, ["Weight (lb)"]) == []


def test_what_stands_in_brackets_is_a_word_to_who_knows_it():
    target = [column("amount"), column("net_amount")]
    assert found(match_columns(target, ["Amount (net)"])) == {"net_amount": ("Amount (net)", "SIMILARITY")}


def test_a_tie_that_a_better_match_resolves_is_none():
    target = [column("invoice_number"), column("invoice_numbre_date")]
    source = ["invoice_number", "invoice_number_date"]
    assert found(match_columns(target, source)) == {
        "invoice_number": ("invoice_number", "KEY"),
        "invoice_numbre_date": ("invoice_number_date", "SIMILARITY"),
    }


def test_what_the_mapping_uses_already_is_not_guessed_for_another_column():
    config = mapping({"source_columns": ["Customer Names"], "target_column": "x"})
    mapper = compile_mapping(config, [column("x"), column("customer_name")], ["Customer Names"])
    assert mapper.sources == {"x": ("Customer Names",), "customer_name": ()}


def test_what_was_found_is_recorded_with_the_reason():
    config = mapping({"source_columns": ["b"], "target_column": "x"})
    source = ["b", "note", "Customer Names"]
    record = mapping_record(
        compile_mapping(config, [column("x"), column("customer_name"), column("z")], source), source
    )
    assert record.by_target() == {
        "x": {"sources": ["b"]},
        "customer_name": {"sources": ["Customer Names"], "method": "SIMILARITY", "score": 0.963},
        "z": {"sources": []},
    }
    assert (record.total_columns, record.unused_columns, record.total_unused_columns) == (3, ("note",), 1)


def test_an_exact_mapping_finds_nothing_by_itself():
    mapper = compile_mapping(mapping(mode="EXACT"), [column("customer_name")], ["customer_name", "Customer Names"])
    assert mapper.sources == {"customer_name": ()}


def test_a_person_is_proposed_what_is_less_similar():
    assert match_columns([column("price")], ["pricing"]) == []
    assert found(suggest([column("price")], ["prices", "x"])) == {"price": ("prices", "SIMILARITY")}
    assert match_columns([column("price")], ["prices", "x"]) == []


@pytest.mark.parametrize(
    ("key", "header"),
    [
        pytest.param("quantity", "Qty", id="consonants"),
        pytest.param("description", "Desc.", id="a beginning"),
        pytest.param("department", "Dept", id="a beginning and a consonant"),
        pytest.param("billing_address", "bill_addr", id="of two words"),
        pytest.param("maximum_hours", "Max. hrs", id="of both kinds"),
    ],
)
def test_a_person_is_proposed_what_is_abbreviated(key, header):
    assert found(suggest([column(key)], ["other", header])) == {key: (header, "SIMILARITY")}


@pytest.mark.parametrize(
    ("key", "header"),
    [
        pytest.param("customer_number", "Customer Name", id="another word"),
        pytest.param("max_hours", "Min hours", id="another bound"),
        pytest.param("tax_rate", "vat_rate", id="another first letter"),
        pytest.param("paid", "unpaid", id="a prefix"),
        pytest.param("capacity", "city", id="some of its letters"),
    ],
)
def test_not_even_a_person_is_proposed_what_differs_in_a_word(key, header):
    assert suggest([column(key)], [header]) == []


def test_samples_speak_for_and_against_a_similar_name():
    target = [column("start_date", column_type="date")]
    samples = {"started": ["2024-01-01", None, "2024-02-29"], "start_data": ["a", "b", "c"]}
    assert suggest(target, ["start_data"], {"start_data": samples["start_data"]}) == []
    (proposed,) = suggest(target, ["start_data"], {"start_data": samples["started"]})
    assert proposed.source_column == "start_data"


def test_a_column_may_be_found_by_what_it_alone_holds():
    target = [column("email", column_type="email"), column("note")]
    samples = {"Kontakt": ["a@b.de", "c@d.org"], "Text": ["x", "y"]}
    assert suggest(target, ["Kontakt", "Text"], samples) == [Suggestion("email", "Kontakt", "CONTENT", 0.5)]
    assert suggest(target, ["Kontakt", "Text"]) == []
    assert suggest(target, ["Kontakt", "Andere"], {**samples, "Andere": ["e@f.net"]}) == []


def test_proposals_come_in_the_order_of_the_target():
    target = [column("b_long_enough"), column("a")]
    assert [each.target_column for each in suggest(target, ["a", "b_long_enogh"])] == ["b_long_enough", "a"]


CUSTOMER = [
    column("customer_number", alternative_matches=["Kundennummer"]),
    column("first_name", alternative_matches=["Vorname", "given name"]),
    column("last_name", alternative_matches=["Nachname", "surname"]),
    column("email", label="E-mail address", column_type="email"),
    column("street", alternative_matches=["Straße"]),
    column("postal_code", alternative_matches=["PLZ", "ZIP"]),
    column("date_of_birth", alternative_matches=["Geburtsdatum"]),
    column("credit_limit"),
]


@pytest.mark.parametrize(
    ("headers", "certain", "proposed"),
    [
        pytest.param(
            ["customerNumber", "firstname", "SURNAME", "emailAddress", "Strasse", "postalCode", "dateOfBirth"],
            "customer_number first_name last_name email street postal_code date_of_birth",
            "",
            id="camel case",
        ),
        pytest.param(
            ["Kunden-Nr.", "Vorname", "Nachname", "e-mail addr.", "Str.", "Plz.", "Geb.-Datum", "Credit limit (EUR)"],
            "first_name last_name postal_code credit_limit",
            "customer_number email street date_of_birth",
            id="abbreviations",
        ),
        pytest.param(
            ["Customer name", "Fname", "Last login", "Fax", "Street 2", "Postal zone", "Place of birth", "Debit limit"],
            "",
            "",
            id="nothing that is meant",
        ),
    ],
)
def test_of_headers_as_they_come_the_right_ones_are_found_and_no_others(headers, certain, proposed):
    assert {each.target_column for each in match_columns(CUSTOMER, headers)} == {*certain.split()}
    assert {each.target_column for each in suggest(CUSTOMER, headers)} == {*certain.split(), *proposed.split()}


def test_columns_that_are_all_alike_are_told_apart_or_left_alone_in_a_moment():
    words = ["".join(letters) for letters in itertools.product("abc", repeat=4)]
    assert (
        match_columns([column(f"common_{word}_target") for word in words], [f"common_{word}_source" for word in words])
        == []
    )


def test_many_columns_are_matched_in_a_moment():
    target = [column(f"column_{number}_of_the_target") for number in range(200)]
    source = [f"Column {number} of the targets" for number in range(200)]
    assert len(match_columns(target, source)) == 200
