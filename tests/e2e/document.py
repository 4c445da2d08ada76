"""openapi.yaml as a judge: does this answer stand in it?"""

import json
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

FILE = Path(__file__).resolve().parents[2] / "openapi.yaml"
ROOT = "urn:openapi"


@cache
def document():
    return yaml.safe_load(FILE.read_text())


@cache
def registry():
    return Registry().with_resource(ROOT, Resource(document(), DRAFT202012))


def resolved(node):
    while "$ref" in node:
        node = at(node["$ref"].removeprefix("#/").split("/"))
    return node


def at(parts):
    node = document()
    for part in parts:
        node = node[part]
    return node


def operation(method, path):
    """The document's operation for a request, a literal part before an id; None when it has no such path."""
    parts = urlsplit(path).path.strip("/").split("/")
    found = None
    for pattern, item in document()["paths"].items():
        wanted = pattern.strip("/").split("/")
        if len(wanted) != len(parts):
            continue
        if all(w == p or w.startswith("{") for w, p in zip(wanted, parts)):
            if found is None or "{" not in pattern:
                found = item
    return None if found is None else found.get(method.lower())


def check(method, path, answer):
    """Fails when the document does not promise this answer."""
    promised = operation(method, path)
    if promised is None:
        return
    where = f"{method} {path} → {answer.status}"
    assert str(answer.status) in promised["responses"], f"{where}: openapi.yaml knows no such status"
    response = resolved(promised["responses"][str(answer.status)])
    assert answer.headers["X-Request-Id"], where
    content = response.get("content")
    if not content:
        assert not answer.body, f"{where}: a body that openapi.yaml does not know"
        return
    media = answer.headers["Content-Type"].split(";")[0]
    assert media in content, f"{where}: openapi.yaml knows no {media}"
    if media.endswith("json"):
        check_schema(content[media]["schema"], json.loads(answer.body), where)
    for name in response.get("headers", {}):
        if name in ("ETag", "WWW-Authenticate", "Content-Disposition", "Retry-After"):
            assert answer.headers[name], f"{where}: openapi.yaml promises {name}"


def check_schema(schema, value, where):
    # The schema's own references begin with '#': they are read as if it stood in the document.
    anchored = json.loads(json.dumps(schema).replace('"#/', f'"{ROOT}#/'))
    validator = Draft202012Validator(anchored, registry=registry())
    faults = [f"{where}: {error.json_path} {error.message}" for error in validator.iter_errors(value)]
    assert not faults, "\n".join(faults)
