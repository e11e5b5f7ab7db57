"""A small log-in service (OpenID Connect), to log in to `asepsis serve` by. It checks PKCE.

    oidc_provider.py    prints where it is; browsers choose there how the log-in ends
"""

import base64
import hashlib
import html
import http.server
import json
import secrets
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse


def text64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


# What a browser may choose, and what of the answer is then wrong.
CHOICES = {"as Jo Doe": {}, "too late": {"exp": 1}, "for another request": {"nonce": "other"},
           "with another state": {"state": "other"}, "not at all": {"error": "access_denied"}}


class Provider:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.key = self.folder.name + "/key.pem"
        subprocess.run(["openssl", "genrsa", "-out", self.key, "2048"], check=True, capture_output=True)
        modulus = subprocess.run(["openssl", "rsa", "-in", self.key, "-noout", "-modulus"], check=True,
                                 capture_output=True, text=True).stdout.strip().split("=")[1]
        self.jwk = {"kty": "RSA", "use": "sig", "kid": "one", "n": text64(bytes.fromhex(modulus)), "e": "AQAB"}
        self.codes, self.verified, self.clients = {}, 0, set()
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def answer(self, status, value):
                body = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                if self.path == "/.well-known/openid-configuration":
                    own = provider.issuer
                    self.answer(200, {"issuer": own, "authorization_endpoint": own + "/authorize",
                                      "token_endpoint": own + "/token", "jwks_uri": own + "/keys"})
                elif self.path.startswith("/authorize"):
                    self.page(provider.choices(self.path))
                else:
                    self.answer(200, {"keys": [provider.jwk]})

            def page(self, body):
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(body.encode())

            def do_POST(self):
                form = dict(urllib.parse.parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
                self.answer(*provider.token(form, self.headers.get("Authorization", "")))

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.folder.cleanup()

    def authorize(self, location, error=None, state=None, **wrong):
        """The person agrees: the path that the browser is sent back to."""
        asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(location).query))
        assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256", asked
        if error:
            return "/api/v1/session/oidc/callback?" + urllib.parse.urlencode({"error": error, "state": asked["state"]})
        code = secrets.token_urlsafe()
        self.codes[code] = (asked, wrong)
        return "/api/v1/session/oidc/callback?" + urllib.parse.urlencode(
            {"code": code, "state": state or asked["state"], "iss": self.issuer})

    def choices(self, path):
        redirect = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(path).query))["redirect_uri"]
        ways = [(name, urllib.parse.urljoin(redirect, self.authorize(path, **wrong))) for name, wrong in CHOICES.items()]
        links = "".join(f'<p><a href="{html.escape(way)}">Log in {name}</a></p>' for name, way in ways)
        return f"<!doctype html><title>Log-in service</title><h1>Who are you?</h1>{links}"

    def token(self, form, authorization):
        asked, wrong = self.codes.pop(form["code"])
        challenge = text64(hashlib.sha256(form["code_verifier"].encode()).digest())
        if challenge != asked["code_challenge"] or form["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        user, _, word = base64.b64decode(authorization.split()[1]).decode().partition(":")
        if urllib.parse.unquote(word) != "s3cret/+ of the client":
            return 401, {"error": "invalid_client"}
        self.verified += 1
        self.clients.add(user)
        return 200, {"token_type": "Bearer", "access_token": "x", "id_token": self.signed(asked, **wrong)}

    def signed(self, asked, algorithm="RS256", broken_signature=False, **claims):
        header = {"alg": algorithm, "kid": "one"}
        now = int(time.time())
        body = {"iss": self.issuer, "aud": asked["client_id"], "sub": "42", "nonce": asked["nonce"], "iat": now,
                "exp": now + 60, "preferred_username": "J.Doe", "name": "Jo Doe", "roles": ["staff", "engineers"], **claims}
        text = ".".join(text64(json.dumps(part).encode()) for part in (header, body))
        signature = b""
        if algorithm == "RS256":
            signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.key], input=text.encode(), check=True,
                                       capture_output=True).stdout
        if algorithm == "HS256":
            signature = __import__("hmac").new(self.jwk["n"].encode(), text.encode(), "sha256").digest()
        if broken_signature:
            signature = signature[:-1] + bytes([signature[-1] ^ 1])
        return text + "." + text64(signature)


if __name__ == "__main__":
    with Provider() as provider:
        print(provider.issuer, flush=True)
        sys.stdin.read()  # until whoever began it ends
