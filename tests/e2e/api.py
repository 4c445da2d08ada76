"""A client of the API: plain HTTP as any integration script would speak it, one connection a request."""

import http.client
import json as jsonlib
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self):
        return jsonlib.loads(self.body)

    def expect(self, status):
        """This answer, or a failure that shows what came instead."""
        assert self.status == status, f"expected {status}, got {self.status}: {self.body.decode(errors='replace')}"
        return self

    def problem(self, status):
        """The body of an error, which always has this form (RFC 9457)."""
        self.expect(status)
        assert self.headers["Content-Type"].startswith("application/problem+json")
        body = self.json()
        assert body["status"] == status and body["title"]
        return body

    def bad_fields(self, status):
        return {error["field"] for error in self.problem(status)["errors"]}


def call(base_url, method, path, key=None, json=None, body=None, headers=None, query=None):
    target = urlsplit(base_url)
    # Very long: the first byte of an export comes when the whole file is made.
    connection = http.client.HTTPConnection(target.hostname, target.port, timeout=150)
    headers = dict(headers or {})
    if key:
        headers["Authorization"] = f"Bearer {key}"
    if json is not None:
        body = jsonlib.dumps(json)
        headers.setdefault("Content-Type", "application/json")
    if query:
        path += "?" + urlencode(query, doseq=True)
    try:
        connection.request(method, path, body=body, headers=headers)
        reply = connection.getresponse()
        return Answer(reply.status, reply.headers, reply.read())
    finally:
        connection.close()


class Caller:
    """Somebody with a key. `address()` is asked at every call: it changes when the API starts again."""

    def __init__(self, address, key):
        self._address = address
        self.key = key

    def call(self, method, path, **options):
        return call(self._address(), method, path, key=self.key, **options)

    def get(self, path, **query):
        return self.call("GET", path, query=query)

    def post(self, path, json, **headers):
        return self.call("POST", path, json=json, headers=headers)

    def put(self, path, json, **headers):
        return self.call("PUT", path, json=json, headers=headers)

    def patch(self, path, json):
        return self.call("PATCH", path, json=json, headers={"Content-Type": "application/merge-patch+json"})

    def delete(self, path):
        return self.call("DELETE", path)
