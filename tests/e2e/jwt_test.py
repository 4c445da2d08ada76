"""Tokens of the platform's identity provider: how a partner's page signs in, and what does not get in."""

import time

import pytest

from api import Caller, call
from identity_provider import (
    AUDIENCE, ISSUER, JwksServer, SigningKey, base64url, claims_of, compact, header_of, hmac_signer, jwks,
)
from waiting import eventually

RULES = ("--jwt-issuer", ISSUER, "--jwt-audience", AUDIENCE)


@pytest.fixture
def make_key(tmp_path):
    return lambda kid, algorithm="ES256": SigningKey(tmp_path, kid, algorithm)


@pytest.fixture
def make_jwks_server(certificates):
    made = []

    def make(body, **options):
        made.append(JwksServer(certificates.server, body, **options))
        return made[-1]

    yield make
    for server in made:
        server.close()


@pytest.fixture
def from_file(start_service, tmp_path):
    """A service that trusts the keys of a file; `write(*keys)` changes them."""

    def start(*keys):
        file = tmp_path / "jwks.json"
        file.write_text(jwks(*keys))
        service = start_service(api_options=(*RULES, "--jwt-jwks-file", file))
        service.trust_keys = lambda *others: file.write_text(jwks(*others))
        return service

    return start


@pytest.fixture
def from_url(start_service, certificates):
    def start(server):
        where = ("--jwt-jwks-url", server.url, "--jwt-ca-file", certificates.ca_file)
        return start_service(api_options=(*RULES, *where))

    return start


def user(service, token):
    return Caller(lambda: service.api_address, token)


def code(answer):
    return answer.json()["type"].rsplit(":", 1)[1]


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_a_page_works_with_a_token_as_with_a_partners_key(from_file, make_key, receiver, algorithm):
    key = make_key("k-1", algorithm)
    service = from_file(key)
    service.partner = user(service, key.token())
    webhook = service.create_webhook(receiver)
    service.wait_delivered(webhook, service.publish())
    assert service.partner.get("/webhooks").expect(200).json()["total"] == 1
    assert [c["id"] for c in service.partner.get("/contracts").expect(200).json()["data"]] == [service.contract_id]

    service.partner.post("/events", service.event()).problem(403)  # its role is partner, whatever it claims
    service.partner.get("/api-keys").problem(403)
    service.put_contract("CTR-2", "PTR-2")
    stranger = user(service, key.token(partner_id="PTR-2"))
    assert stranger.get("/webhooks").expect(200).json()["total"] == 0
    stranger.get(f"/webhooks/{webhook.id}").problem(404)
    assert code(user(service, key.token(partner_id="PTR-3")).get("/webhooks").expect(403)) == "unknown-partner"
    assert key.token().split(".")[2] not in "\n".join(service.api.log)


def test_a_user_may_repeat_a_post_with_another_token(from_file, make_key, receiver):
    key = make_key("k-1")
    service = from_file(key)
    body = {"contract_id": service.contract_id, "url": receiver.url(), "event_types": ["product.added"]}
    again = {"Idempotency-Key": "once"}
    now = int(time.time())
    first = user(service, key.token(iat=now - 5)).post("/webhooks", body, **again).expect(201)
    second = user(service, key.token(iat=now)).post("/webhooks", body, **again).expect(201)
    assert second.body == first.body and second.headers["Idempotent-Replayed"] == "true"
    user(service, key.token(sub="user-2")).post("/webhooks", body, **again).problem(409)  # another user's key


def test_what_is_no_good_token_gets_nothing(from_file, make_key):
    rsa, ec, foreign = make_key("rsa", "RS256"), make_key("ec"), make_key("foreign", "RS256")
    service = from_file(rsa, ec)
    now = int(time.time())
    public = rsa.public_pem()
    good = rsa.token()
    header, payload, signature = good.split(".")
    forged = {
        "alg none": compact({"alg": "none"}, claims_of({}), lambda _: b""),
        "alg None, named key": compact({"alg": "None", "kid": "rsa"}, claims_of({}), lambda _: b""),
        "public key as HMAC secret": compact(header_of(rsa, {"alg": "HS256"}), claims_of({}), hmac_signer(public)),
        "HMAC under RS256": compact(header_of(rsa), claims_of({}), hmac_signer(public)),
        "RSA key as ES256": rsa.token({"alg": "ES256"}),
        "EC key as RS256": ec.token({"alg": "RS256"}),
        "another key's kid": rsa.token({"kid": "ec"}),
        "no kid among two keys": rsa.token({"kid": None}),
        "RS512 named": rsa.token({"alg": "RS512"}),
        "critical header": rsa.token({"crit": ["exp"]}),
        "unencoded payload": rsa.token({"b64": False, "crit": ["b64"]}),
        "made for a logout": rsa.token({"typ": "logout+jwt"}),
        "brings its own key": foreign.token({"kid": "rsa", "jwk": foreign.jwk()}),
        "signed by a stranger": foreign.token({"kid": "rsa"}),
        "key by URL": foreign.token({"kid": "rsa", "jku": "https://evil.example/jwks.json"}),
        "payload changed": ".".join([header, rsa.token(partner_id="PTR-2").split(".")[1], signature]),
        "signature cut": good[:-4],
        "signature missing": f"{header}.{payload}.",
        "padded": good + "=",
        "zero signature": f"{ec.token().rsplit('.', 1)[0]}.{base64url(bytes(64))}",
        "other issuer": rsa.token(iss="https://evil.example"),
        "other audience": rsa.token(aud=["somebody-else"]),
        "no audience": rsa.token(aud=None),
        "no expiry": rsa.token(exp=None),
        "expiry as text": rsa.token(exp=str(now + 600)),
        "not yet valid": rsa.token(nbf=now + 3600),
        "no partner": rsa.token(partner_id=None),
        "partner is a list": rsa.token(partner_id=["PTR-1"]),
        "very long": rsa.token(more="x" * 8000),
        "nonsense": "a.b.c",
    }
    for what, token in forged.items():
        answer = user(service, token).get("/webhooks")
        assert answer.status == 401, f"{what}: {answer.status} {answer.body}"
        assert code(answer) == "invalid-credentials", what
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert code(user(service, rsa.token(exp=now - 120)).get("/webhooks").expect(401)) == "token-expired"
    user(service, rsa.token(exp=now - 10)).get("/webhooks").expect(200)  # within the leeway
    user(service, good).get("/webhooks").expect(200)


def test_a_new_key_in_the_file_is_taken_without_a_restart(from_file, make_key):
    old, new = make_key("old"), make_key("new")
    service = from_file(old)
    user(service, old.token()).get("/webhooks").expect(200)
    service.trust_keys(new)
    fresh = user(service, new.token())
    eventually(lambda: fresh.get("/webhooks").status == 200, "the new key is known")
    user(service, old.token()).get("/webhooks").problem(401)


def test_keys_by_url_roll_over_and_outlive_the_provider(from_url, make_jwks_server, make_key):
    old, new = make_key("old", "RS256"), make_key("new")
    provider = make_jwks_server(jwks(old))
    service = from_url(provider)
    known = user(service, old.token())
    eventually(lambda: known.get("/webhooks").status == 200, "the first keys are fetched")

    provider.body = jwks(old, new)
    fresh = user(service, new.token())
    answers = []

    def accepted():
        answers.append(fresh.get("/webhooks"))
        return answers[-1].status == 200

    eventually(accepted, "the new key is fetched because a token names it")
    assert {answer.status for answer in answers} <= {200, 401, 503}
    known.get("/webhooks").expect(200)

    provider.status = 500
    unknown = make_key("unknown").token()

    def a_fetch_failed():
        user(service, unknown).get("/webhooks")  # a key that nobody knows makes the API look again
        return any("api.jwks_failed" in line for line in service.api.log)

    eventually(a_fetch_failed, "a fetch has failed")
    known.get("/webhooks").expect(200)
    fresh.get("/webhooks").expect(200)


def test_without_the_providers_keys_only_tokens_are_refused(from_url, make_jwks_server, make_key):
    key = make_key("k-1")
    provider = make_jwks_server("https://elsewhere.example/", status=302)  # redirects are not followed
    service = from_url(provider)
    service.api.wait_for_log("api.jwks_failed")
    refused = user(service, key.token()).get("/webhooks")
    assert refused.problem(503) and refused.headers["Retry-After"]
    service.partner.get("/webhooks").expect(200)
    assert call(service.api_ops, "GET", "/readyz").status == 200

    provider.body, provider.status = jwks(key), 200
    eventually(lambda: user(service, key.token()).get("/webhooks").status == 200, "the keys are fetched at last")


def test_a_provider_that_does_not_answer_holds_up_nobody(from_url, make_jwks_server, make_key):
    key = make_key("k-1")
    provider = make_jwks_server(jwks(key))
    provider.hold()
    service = from_url(provider)
    provider.wait_asked()
    user(service, key.token()).get("/webhooks").problem(503)  # at once, while the fetch still waits
    service.partner.get("/webhooks").expect(200)
    service.api.signal_stop()
    service.api.wait_stopped()


def test_a_file_without_good_keys_is_a_mistake_of_configuration(service, tmp_path, make_key):
    file = tmp_path / "jwks.json"
    file.write_text(jwks(make_key("k-1").jwk(d="AAAA")))
    serve = ("serve", "--database", service.database_url, "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0")
    for options, named in [
        (("--jwt-jwks-file", file, *RULES), "private key"),
        (("--jwt-jwks-file", tmp_path / "none.json", *RULES), "cannot be read"),
        (("--jwt-jwks-file", file), "--jwt-issuer"),
        (("--jwt-jwks-url", "http://idp.example/jwks", *RULES), "https://"),
        (("--jwt-jwks-url", "https://idp.example/jwks", "--jwt-jwks-file", file, *RULES), "--jwt-jwks-url"),
        (RULES, "--jwt-jwks-file"),
    ]:
        done = service.command(*serve, *options)
        assert done.returncode == 2 and named in done.stderr, done
        assert len(done.stderr.splitlines()) == 1
