"""A root that nobody trusts unless told to, and servers' certificates under it, made by the openssl command."""

import ssl
import subprocess
import warnings

NEW_KEY = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-batch"]


class Authority:
    def __init__(self, folder):
        self._folder = folder
        self.ca_file = folder / "ca.pem"
        self._openssl(
            *NEW_KEY, "-x509", "-days", "2", "-subj", "/CN=Test Root", "-keyout", "ca.key", "-out", "ca.pem"
        )
        self.server = self.issue("server")

    def _openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self._folder, check=True, capture_output=True)

    def issue(self, name, names="IP:127.0.0.1,DNS:localhost", days=2, self_signed=False):
        """An ssl.SSLContext of a server with a new certificate."""
        certificate, key = self._folder / f"{name}.pem", self._folder / f"{name}.key"
        (self._folder / "names").write_text(f"subjectAltName={names}\n")
        self._openssl(*NEW_KEY, "-subj", "/CN=localhost", "-keyout", key, "-out", f"{name}.csr")
        signer = ["-signkey", key] if self_signed else ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"]
        self._openssl(
            *("x509", "-req", "-in", f"{name}.csr", "-days", str(days), *signer),
            *("-extfile", "names", "-out", certificate),
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        return context

    def issue_old(self, name, version):
        """A server that speaks nothing newer than that TLS version."""
        context = self.issue(name)
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # that nobody should speak it is the point
            context.minimum_version = context.maximum_version = version
        return context

    def issue_demanding(self, name):
        """A server that wants to see the sender's own certificate."""
        context = self.issue(name)
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(self.ca_file)
        return context
