"""The platform's identity provider: keys of its own, tokens signed with them, and a JWK Set over HTTPS."""

import base64
import hashlib
import hmac
import http.server
import json
import subprocess
import threading
import time

ISSUER = "https://idp.example"
AUDIENCE = "partner-webhooks"


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def openssl(*arguments, stdin=None):
    return subprocess.run(["openssl", *arguments], input=stdin, check=True, capture_output=True).stdout


class SigningKey:
    """A key pair for RS256 or ES256, made by openssl."""

    def __init__(self, folder, kid, algorithm="ES256"):
        self.kid = kid
        self.algorithm = algorithm
        self._file = folder / f"{kid}.pem"
        kind = ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"]
        if algorithm == "ES256":
            kind = ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
        openssl("genpkey", "-algorithm", *kind, "-out", str(self._file))

    def public_pem(self):
        return openssl("pkey", "-in", str(self._file), "-pubout")

    def jwk(self, **more):
        named = {"kid": self.kid, "use": "sig", "alg": self.algorithm, **more}
        if self.algorithm == "ES256":
            point = openssl("pkey", "-in", str(self._file), "-pubout", "-outform", "DER")[-64:]
            return {"kty": "EC", "crv": "P-256", "x": base64url(point[:32]), "y": base64url(point[32:]), **named}
        modulus = openssl("rsa", "-in", str(self._file), "-noout", "-modulus").decode().strip().removeprefix("Modulus=")
        return {"kty": "RSA", "n": base64url(bytes.fromhex(modulus)), "e": "AQAB", **named}

    def sign(self, content):
        signature = openssl("dgst", "-sha256", "-sign", str(self._file), stdin=content)
        if self.algorithm == "RS256":
            return signature
        # DER: SEQUENCE { INTEGER r, INTEGER s }
        length = signature[3]
        r, s = signature[4 : 4 + length], signature[6 + length :]
        return b"".join(number.lstrip(b"\0").rjust(32, b"\0") for number in (r, s))

    def token(self, header=None, **claims):
        """A token of this key; claims and header members that are None are left out."""
        return compact(header_of(self, header), claims_of(claims), self.sign)


def header_of(key, changes=None):
    header = {"alg": key.algorithm, "kid": key.kid, "typ": "JWT", **(changes or {})}
    return {name: value for name, value in header.items() if value is not None}


def claims_of(changes):
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "user-1", "iat": now, "exp": now + 600, "partner_id": "PTR-1"}
    return {name: value for name, value in {**claims, **changes}.items() if value is not None}


def compact(header, claims, sign):
    content = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims)).encode()
    return (content + b"." + base64url(sign(content)).encode()).decode()


def hmac_signer(secret):
    return lambda content: hmac.new(secret, content, hashlib.sha256).digest()


def jwks(*keys):
    return json.dumps({"keys": [key if isinstance(key, dict) else key.jwk() for key in keys]})


class JwksServer:
    """Serves a JWK Set by HTTPS. `body` and `status` may change; `hold()` leaves requests without an answer."""

    def __init__(self, tls, body, status=200):
        self.body = body
        self.status = status
        self._free = threading.Event()
        self._free.set()
        self._asked = threading.Semaphore(0)
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                owner._asked.release()
                owner._free.wait()
                body = owner.body.encode()
                self.send_response(owner.status)
                self.send_header("Content-Length", str(len(body)))
                if owner.status in (301, 302):
                    self.send_header("Location", owner.body)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self):
        return f"https://127.0.0.1:{self._server.server_port}/jwks.json"

    def hold(self):
        self._free.clear()

    def wait_asked(self):
        assert self._asked.acquire(timeout=60), "nobody asked for the keys"

    def close(self):
        self._free.set()
        self._server.shutdown()
        self._server.server_close()
