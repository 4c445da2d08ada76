"""The events' schemas, examples and catalogue agree with each other and with tests/golden/event_cases.json.

Each case of that file takes the type's example, puts `value` at the JSON Pointer `at` (or removes what stands there
when the case has no value), and says whether the result is valid. The C++ validator is held to the same file.
"""

import copy
import json
from pathlib import Path

import jsonschema
import pytest

ROOT = Path(__file__).resolve().parents[2]
EVENTS = ROOT / "schema" / "events"
TYPES = ["flight_delay.status_changed", "product.added", "product.updated", "product.removed"]
CASES = json.loads((ROOT / "tests" / "golden" / "event_cases.json").read_text())


def load(name):
    return json.loads((EVENTS / name).read_text())


def validator(event_type):
    return jsonschema.Draft4Validator(load(f"{event_type}.schema.json"))


def edited(document, case):
    if case["at"] == "":
        return case["value"]
    *parents, last = case["at"].split("/")[1:]
    place = document = copy.deepcopy(document)
    for step in parents:
        place = place[step]
    if "value" in case:
        place[last] = case["value"]
    else:
        del place[last]
    return document


def test_the_catalogue_lists_the_four_types_in_order():
    catalog = load("catalog.json")
    assert [entry["id"] for entry in catalog] == TYPES
    for entry in catalog:
        assert set(entry) == {"id", "label", "description"}
        assert all(entry.values())


def test_every_type_has_a_schema_and_an_example_and_nothing_else_lies_about():
    expected = {"catalog.json"}
    for event_type in TYPES:
        expected |= {f"{event_type}.schema.json", f"{event_type}.example.json"}
    assert {path.name for path in EVENTS.iterdir()} == expected


@pytest.mark.parametrize("event_type", TYPES)
def test_a_schema_is_draft_4_and_names_its_type(event_type):
    schema = load(f"{event_type}.schema.json")
    jsonschema.Draft4Validator.check_schema(schema)
    assert schema["$schema"] == "http://json-schema.org/draft-04/schema#"
    assert schema["title"] == event_type


@pytest.mark.parametrize("event_type", TYPES)
def test_every_object_is_closed_and_every_field_described(event_type):
    def walk(schema, name):
        if schema.get("type") == "object":
            assert schema["additionalProperties"] is False, name
            for field, inner in schema["properties"].items():
                walk(inner, f"{name}.{field}")
        else:
            assert schema["description"], name

    walk(load(f"{event_type}.schema.json"), event_type)


@pytest.mark.parametrize("event_type", TYPES)
def test_an_example_is_valid(event_type):
    validator(event_type).validate(load(f"{event_type}.example.json"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['type']}{case['at']}: {case['why']}")
def test_a_case_is_judged_as_it_says(case):
    data = edited(load(f"{case['type']}.example.json"), case)
    assert validator(case["type"]).is_valid(data) == case["valid"]
