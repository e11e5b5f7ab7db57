"""A small log-in service (OpenID Connect), to log in to `asepsis serve` by. It checks PKCE."""

import base64
import hashlib
import http.server
import json
import secrets
import subprocess
import tempfile
import threading
import time
import urllib.parse


def text64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


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
                else:
                    self.answer(200, {"keys": [provider.jwk]})

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
