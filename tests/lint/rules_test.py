"""Proves that each rule fires on what it forbids and is silent on what it allows."""

import pytest

import rules

HEADER = "#pragma once\n"


def include(*targets):
    return "".join(f"#include {t}\n" if t[0] == "<" else f'#include "{t}"\n' for t in targets)


BROKEN = [
    (rules.directions, {"common/base/a.cpp": include("common/domain/event.h")}),
    (rules.directions, {"common/domain/a.cpp": include("common/json/value.h")}),
    (rules.directions, {"common/json/a.cpp": include("common/store/backend.h")}),
    (rules.directions, {"common/store/a.cpp": include("common/json/parse.h")}),
    (rules.directions, {"common/store/sqlite/a.cpp": include("api/config.h")}),
    (rules.directions, {"api/a.cpp": include("worker/sender.h")}),
    (rules.directions, {"worker/a.cpp": include("api/routes.h")}),
    (rules.directions, {"worker/a.cpp": include("tests/support/clock.h")}),
    (rules.directions, {"common/http/a.cpp": include("api/handlers/events.h")}),
    (rules.directions, {"api/wire/a.cpp": include("api/serving/pipeline.h")}),
    (rules.directions, {"api/handlers/a.cpp": include("api/serving/sessions.h")}),
    (rules.directions, {"api/access/a.cpp": include("api/config.h")}),
    (rules.directions, {"common/http/a.cpp": include("common/domain/event.h")}),
    (rules.directions, {"common/attic/a.cpp": include("common/base/clock.h")}),
    (rules.own_includes_name_a_file_from_the_root, {"api/a.cpp": include("a.h"), "api/a.h": HEADER}),
    (rules.confined_headers, {"api/routes.cpp": include("<pistache/endpoint.h>")}),
    (rules.confined_headers, {f"common/http/{n}.cpp": include("<pistache/endpoint.h>") for n in "ab"}),
    (rules.confined_headers, {"worker/a.cpp": include("<httplib.h>")}),
    (rules.confined_headers, {f"worker/outbound/{n}.cpp": include("<httplib.h>") for n in "ab"}),
    (rules.confined_headers, {"common/store/a.cpp": include("<sqlite3.h>")}),
    (rules.confined_headers, {"common/domain/a.cpp": include("<rapidjson/document.h>")}),
    (rules.confined_headers, {f"api/export/{n}.cpp": include("<xlsxwriter.h>") for n in "ab"}),
    (rules.confined_headers, {"worker/main.cpp": include("common/store/sqlite/connection.h")}),
    (rules.no_include_cycles, {"api/a.h": include("api/b.h"), "api/b.h": include("api/c.h"), "api/c.h": include("api/a.h")}),
    (rules.no_sleeps_in_tests, {"tests/unit/a_test.cpp": "std::this_thread::sleep_for(1ms);\n"}),
    (rules.no_sleeps_in_tests, {"tests/unit/a_test.cpp": "usleep(10);\n"}),
    (rules.no_sleeps_in_tests, {"tests/e2e/a_test.py": "time.sleep(1)\n"}),
    (rules.no_sleeps_in_tests, {"tests/e2e/a_test.py": "from time import monotonic, sleep\n"}),
    (rules.no_sleeps_in_tests, {"tests/e2e/a.sh": "  sleep 0.5\n"}),
    (rules.no_sleeps_in_tests, {"tests/e2e/a.mjs": "await new Promise((r) => setTimeout(r, 100));\n"}),
    (rules.headers_begin_with_pragma_once, {"api/a.h": "struct A {};\n"}),
    (rules.no_using_namespace_in_headers, {"api/a.h": HEADER + "using namespace std;\n"}),
    (rules.cmake_names_its_files, {"api/CMakeLists.txt": "file(GLOB sources *.cpp)\n"}),
    (rules.cmake_names_its_files, {"api/a.cpp": "", "api/CMakeLists.txt": "add_room(api SOURCES aa.cpp)\n"}),
    (rules.cmake_names_its_files, {"common/http/a.cpp": "", "api/CMakeLists.txt": "add_room(api SOURCES a.cpp)\n"}),
    (rules.files_stay_short, {"api/a.cpp": "\n" * 401}),
    (rules.files_stay_short, {"dev": "\n" * 401}),
    (rules.no_unfinished_business, {"api/a.cpp": "// TODO: later\n"}),
    (rules.no_unfinished_business, {"README.md": "FIXME\n"}),
    (rules.no_paths_of_one_machine, {"dev": "cd /home/ada/webhooks\n"}),
    (rules.no_paths_of_one_machine, {"README.md": "See `/root/notes`.\n"}),
    (rules.text_is_tidy, {"api/a.cpp": "int a; \n"}),
    (rules.text_is_tidy, {"api/a.cpp": "int a;"}),
    (rules.text_is_tidy, {"api/a.cpp": "int a;\r\n"}),
]

KEPT = [
    (rules.directions, {"common/store/a.cpp": include("common/base/clock.h", "common/domain/event.h")}),
    (rules.directions, {"tests/e2e/a.cpp": include("worker/sender.h", "api/routes.h")}),
    (rules.directions, {"common/ops/a.cpp": include("common/http/message.h", "common/base/clock.h", "<vector>")}),
    (rules.own_includes_name_a_file_from_the_root, {"api/a.cpp": include("api/a.h"), "api/a.h": HEADER}),
    (
        rules.own_includes_name_a_file_from_the_root,
        {"api/a.cpp": include("api_files.h"), "api/CMakeLists.txt": "embed_files(api_files NAMESPACE api)\n"},
    ),
    (rules.confined_headers, {"common/http/a.cpp": include("<pistache/endpoint.h>", "<pistache/http.h>")}),
    (rules.confined_headers, {"tests/bench/a.cpp": include("<httplib.h>", "<pistache/endpoint.h>")}),
    (rules.confined_headers, {"common/store/backend.cpp": include("common/store/sqlite/backend.h")}),
    (rules.no_include_cycles, {"api/a.h": include("api/b.h", "api/c.h"), "api/b.h": include("api/c.h"), "api/c.h": ""}),
    (rules.no_sleeps_in_tests, {"tests/bench/a.cpp": "std::this_thread::sleep_for(20ms);\n"}),
    (rules.no_sleeps_in_tests, {"worker/a.cpp": "::nanosleep(&pause, nullptr);\n"}),
    (rules.no_sleeps_in_tests, {"tests/unit/a_test.cpp": "const WebhookId sleeping = world.add_webhook();\n"}),
    (rules.no_using_namespace_in_headers, {"tests/a.h": HEADER + "using namespace std::chrono_literals;\n"}),
    (rules.no_using_namespace_in_headers, {"api/a.cpp": "using namespace webhooks;\n"}),
    (rules.cmake_names_its_files, {"api/a.cpp": "", "api/CMakeLists.txt": "add_room(api SOURCES a.cpp)\n"}),
    (rules.cmake_names_its_files, {"api/x/a.cpp": "", "api/CMakeLists.txt": "add_room(api SOURCES x/a.cpp)\n"}),
    (rules.cmake_names_its_files, {"tests/fuzz/a/fuzz_a.cpp": "", "tests/fuzz/CMakeLists.txt": "add_fuzzer(a LINKS b)\n"}),
    (rules.files_stay_short, {"api/a.cpp": "\n" * 400, "openapi.yaml": "\n" * 4000}),
    (rules.no_paths_of_one_machine, {"README.md": "GET https://example.com/home/ and {id}/work/ and data/tmp/x\n"}),
    (rules.text_is_tidy, {"api/a.cpp": "int a;\n", "README.md": "two spaces break a line  \n"}),
]


@pytest.mark.parametrize("rule, tree", BROKEN, ids=lambda value: getattr(value, "__name__", ""))
def test_a_rule_fires(rule, tree):
    assert rule(tree), "the rule is silent on what it forbids"


@pytest.mark.parametrize("rule, tree", KEPT, ids=lambda value: getattr(value, "__name__", ""))
def test_a_rule_is_silent(rule, tree):
    assert rule(tree) == []


def test_every_rule_is_proven():
    assert {rule for rule, _ in BROKEN} == set(rules.ALL)
