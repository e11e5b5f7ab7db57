#!/usr/bin/env python3
"""Attacks on `asepsis serve`: each is refused, and nobody else waits for it.

    serve_security.py ASEPSIS EXAMPLES
"""

import csv
import http.client
import io
import json
import os
import pathlib
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import threading
import time

from oidc_provider import Provider
from served import Served, Visitor, add_user, example

SCRIPT = "<script>alert(1)</script>"
SQL = "x' OR 1=1; DROP TABLE device; --"
FORMULA = "=HYPERLINK(\"http://x\")"
ANSI = "\x1b[31mred\x1b[0m"


def raw(port, data, seconds=30):
    """What comes back for these bytes until the server ends it."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as sent:
        answer = b""
        try:
            sent.sendall(data)
            sent.shutdown(socket.SHUT_WR)
            while piece := sent.recv(65536):
                answer += piece
        except OSError:
            pass  # it was ended from the other side
        return answer


def status_of(answer):
    return int(answer.split(b" ", 2)[1]) if answer else 0


def link(server):
    """The printed link lets one in once; then another is printed."""
    assert server.ask("GET", "devices").status == 401
    code = server.code()
    assert server.ask("POST", "session", {"code": "guess"}).status == 401
    visitor = Visitor(server, {"code": code})
    assert visitor.session["role"] == "administrator" and "HttpOnly" in visitor.cookie_attributes
    assert "SameSite=Strict" in visitor.cookie_attributes
    assert server.ask("POST", "session", {"code": code}).status == 401
    server.next_link()
    assert server.code() != code
    return visitor


def forged(server, visitor):
    """Another site's page, or another name for this server, gets nothing."""
    for host in ("evil.example", f"evil.example:{server.port}", "127.0.0.1", "localhost:1", f"127.0.0.1:{server.port}.x", ""):
        answer = visitor.ask("GET", "devices", headers={"Host": host})
        assert answer.status in (400, 421), (host, answer.status)
    body = {"name": "x", "page": "map", "query": ""}
    evil = {"Origin": "http://evil.example"}
    assert visitor.ask("POST", "saved-views", body, evil).status == 403
    assert visitor.ask("POST", "saved-views", body, {"Origin": "null"}).status == 403
    for token in ("", "x", visitor.session["csrf"][:-1]):
        assert visitor.ask("POST", "saved-views", body, {"X-CSRF-Token": token}).status == 403, token
    own = visitor.ask("POST", "saved-views", body, {"Origin": f"http://{server.host}"})
    assert own.status == 201, own.body
    assert server.ask("POST", "session", {"code": server.code()}, evil).status == 403
    answer = visitor.ask("GET", "devices", headers={"Origin": "http://evil.example"})
    assert "access-control-allow-origin" not in answer.headers


def fixed_session(server, who):
    """A key that somebody else chose, or that is old, is none."""
    chosen = {"Cookie": "asepsis=chosen-by-an-attacker"}
    answer = server.ask("POST", "session", who, chosen)
    assert answer.status == 200 and "chosen" not in answer.cookies[0]
    assert server.ask("GET", "devices", headers=chosen).status == 401
    first = Visitor(server, who)
    again = server.ask("POST", "session", who, {"Cookie": first.cookie})
    assert again.status == 200 and again.cookies[0].split(";")[0] != first.cookie
    assert first.ask("GET", "devices").status == 401  # rotated
    second = Visitor(server, who)
    assert second.ask("DELETE", "session").status == 204
    assert second.ask("GET", "devices").status == 401


def locked_out(server, asepsis, database):
    who = add_user(asepsis, database, "guessed", "viewer")
    answers = [server.ask("POST", "session", {**who, "password": f"guess number {i}"}) for i in range(6)]
    assert [one.status for one in answers[:5]] == [401] * 5
    assert server.ask("POST", "session", who).status in (401, 429)
    unknown = server.ask("POST", "session", {"user": "nobody", "password": "guess number 1"})
    assert unknown.status in (401, 429)
    statuses = [server.ask("POST", "session", {**who, "user": "nobody"}).status for _ in range(12)]
    assert statuses[-1] == 429, statuses


def hostile_names(server, visitor, device):
    one = visitor.get(f"devices/{device}")
    assert SCRIPT in one["name"] and one["care_area"] == SQL, one
    answer = visitor.ask("GET", f"devices/{device}")
    assert answer.headers["content-type"] == "application/json" and b"\x1b" not in answer.body
    assert answer.headers["x-content-type-options"] == "nosniff"
    facets = visitor.get("devices/facets")["facets"]["care_area"]
    assert any(facet["value"] == SQL for facet in facets)
    quoted = __import__("urllib.parse").parse.quote
    assert visitor.get("devices?care_area=" + quoted(SQL))["total"] == 1
    assert visitor.get("devices?q=" + quoted(SCRIPT))["total"] == 1
    assert visitor.get("map?within=" + quoted("care_area:" + SQL))["level"] == "care_area"
    assert visitor.ask("GET", f"why?device={device}&attribute=" + quoted(SQL)).status == 404
    assert visitor.ask("GET", "devices/" + quoted(SQL, safe="")).status == 404
    assert visitor.ask("GET", "findings?check=" + quoted(SQL)).json()["total"] == 0
    text = visitor.ask("GET", "devices?format=csv&q=" + device).body.decode()
    row = next(csv.DictReader(io.StringIO(text)))
    assert row["model"].startswith("'="), row
    assert "\x1b" not in text
    assert visitor.get("devices?limit=1")["total"] > 50


def malformed(server):
    port = server.port
    host = f"Host: {server.host}\r\n".encode()
    for sent, statuses in (
            (b"\x16\x03\x01\x02\x00\x01\x00", (0, 400)),
            (b"GET / HTTP/1.1\r\n\r\n", (421,)),
            (b"GET / HTTP/1.0\r\n" + host + b"\r\n", (400,)),
            (b"GET /api/v1/health HTTP/1.1\r\n" + host + b"X: " + b"a" * 20000 + b"\r\n\r\n", (0, 400, 431)),
            (b"POST /api/v1/session HTTP/1.1\r\n" + host + b"Content-Length: 99999999\r\n\r\n", (413,)),
            (b"POST /api/v1/session HTTP/1.1\r\n" + host + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", (0, 400)),
            (b"POST /api/v1/session HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\n" + b"1000\r\n" + b"a" * 4096 + b"\r\n", (0, 400, 413)),
            (b"GET /api/v1/health HTTP/1.1\r\n" + host + b"Cookie: asepsis=" + b"\xff" * 99 + b"\r\n\r\n", (200, 400)),
            (b"BREW /api/v1/health HTTP/1.1\r\n" + host + b"\r\n", (400, 405)),
            (b"OPTIONS /api/v1/devices HTTP/1.1\r\n" + host + b"\r\n", (405,))):
        status = status_of(raw(port, sent))
        assert status in statuses, (sent[:60], status)


def starved(server, visitor):
    """Many who dawdle over a header, over a body, or never read: others are served at once."""
    slow = []
    for i in range(120):
        one = socket.create_connection(("127.0.0.1", server.port))
        one.sendall(b"GET /api/v1/devices HTTP/1.1\r\nHost: " + (b"x" if i % 2 else server.host.encode()))
        slow.append(one)
    host = f"Host: {server.host}\r\nCookie: {visitor.cookie}\r\n".encode()
    for _ in range(20):  # asks for much and reads none of it
        one = socket.create_connection(("127.0.0.1", server.port))
        one.sendall((b"GET /api/v1/openapi.json HTTP/1.1\r\n" + host + b"\r\n") * 60)
        slow.append(one)
    for _ in range(20):
        one = socket.create_connection(("127.0.0.1", server.port))
        one.sendall(b"POST /api/v1/query HTTP/1.1\r\n" + host + b"Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{")
        slow.append(one)
    slowest = 0.0
    for _ in range(50):
        began = time.monotonic()
        assert visitor.ask("GET", "devices?limit=5").status == 200
        slowest = max(slowest, time.monotonic() - began)
    assert slowest < 2, slowest
    time.sleep(12)  # a header has ten seconds
    slow[0].settimeout(5)
    assert slow[0].recv(10) == b"", "who dawdles is let go"
    for one in slow:
        one.close()


def questions_beside(visitor):
    """Long questions do not keep others waiting."""
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    threads = [threading.Thread(target=visitor.ask, args=("POST", "query", {"sql": endless})) for _ in range(4)]
    for one in threads:
        one.start()
    began = time.monotonic()
    for _ in range(20):
        assert visitor.ask("GET", "devices/facets").status == 200
    assert time.monotonic() - began < 4
    for one in threads:
        one.join()


LONG = "replace(hex(zeroblob(500000)), '0', 'a')"  # a megabyte
# What each does inside one function, where SQLite looks at no clock.
UNENDING = {
    "searched": "SELECT " + " + ".join([f"instr(a, b || '{i}')" for i in range(8)]) +
                f" FROM (SELECT {LONG} AS a, substr({LONG}, 1, 500000) AS b)",
    "replaced": f"SELECT length(replace({LONG}, substr({LONG}, 1, 500000) || 'b', 'c'))",
    "patched": "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 90000) SELECT length(json_patch("
               "json_group_object('k' || i, 1), json_group_object('m' || i, 1))) FROM n",
    "one after another": f"SELECT {'+'.join(['length(hex(a))'] * 900)} FROM (SELECT {LONG} AS a)",
    "windows": f"WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100000) SELECT max(length(g)) FROM (SELECT "
               "group_concat(hex(zeroblob(500)), '') OVER (ROWS BETWEEN 900 PRECEDING AND CURRENT ROW) AS g FROM n)",
    "sorted": f"WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000000) SELECT max(t) FROM (SELECT {LONG} || i "
              "AS t FROM n ORDER BY 1)",
    "remembered": f"WITH RECURSIVE n(i, t) AS (SELECT 1, {LONG} UNION SELECT i + 1, t || i FROM n) SELECT count(*) FROM n",
}


def questions_end(server, visitor, who):
    """No question outlasts its five seconds by much, whatever SQLite is at; meanwhile people log in."""
    for name, sql in UNENDING.items():
        took = []

        def ask(sql=sql, took=took):
            began = time.monotonic()
            answer = visitor.ask("POST", "query", {"sql": sql})
            assert answer.status in (200, 422), (answer.status, answer.body)
            told = b"ask for less" in answer.body or b"too big" in answer.body
            assert answer.status == 200 or told, answer.body
            assert b".db" not in answer.body, answer.body  # where it lies is nobody's business
            took.append(time.monotonic() - began)

        threads = [threading.Thread(target=ask) for _ in range(2)]
        for one in threads:
            one.start()
        time.sleep(0.2)
        began = time.monotonic()
        status = server.ask("POST", "session", who).status
        waited = time.monotonic() - began
        for one in threads:
            one.join()
        print(f"{name}: {max(took, default=99):.1f} s; log-in beside it {waited:.1f} s", flush=True)
        assert len(took) == 2 and max(took) < 9, (name, took)  # it was half a minute
        assert status == 200 and waited < 3, (name, status, waited)


def ended_at_once(asepsis, database, who):
    """Who ends the server does not wait for those who ask without an end, nor for those who wait their turn."""
    with Served(asepsis, database) as server:
        visitor = Visitor(server, who)
        endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"

        def ask():
            try:
                visitor.ask("POST", "query", {"sql": endless})
            except (OSError, http.client.HTTPException):
                pass  # it was ended meanwhile

        threads = [threading.Thread(target=ask) for _ in range(6)]
        for one in threads:
            one.start()
        time.sleep(1)
        began = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(30) == 0
        assert time.monotonic() - began < 2, time.monotonic() - began
        for one in threads:
            one.join()


def events(server, visitor, database, asepsis):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("GET", "/api/v1/events", headers={"Cookie": visitor.cookie})
    response = connection.getresponse()
    assert response.status == 200 and response.getheader("Content-Type") == "text/event-stream"

    def next_event():
        lines = []
        while (line := response.fp.readline().decode().rstrip("\n")) or not lines:
            lines.append(line) if line and not line.startswith(":") else None
        return dict(line.split(": ", 1) for line in lines)

    first = next_event()
    version = json.loads(first["data"])["version"]
    change = sqlite3.connect(database)
    change.execute("UPDATE finding SET detail = detail || ' '")
    change.commit()
    change.close()
    while (event := next_event())["event"] != "data" or json.loads(event["data"])["version"] == version:
        pass
    connection.close()
    assert server.ask("GET", "events").status == 401


def listeners(server):
    """Nobody takes all streams of events, and one ends when its token is taken back."""
    def listen(headers):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=40)
        connection.request("GET", "/api/v1/events", headers=headers)
        return connection.getresponse()

    visitor = Visitor(server, {"code": server.code()})
    server.next_link()
    many = [listen({"Cookie": visitor.cookie}) for _ in range(30)]
    assert [one.status for one in many] == [200] * 20 + [503] * 10, [one.status for one in many]
    made = visitor.ask("POST", "tokens", {"name": "wall", "scopes": ["read"], "days": 1}).json()
    other = listen({"Authorization": "Bearer " + made["token"]})
    assert other.status == 200
    assert visitor.ask("DELETE", f"tokens/{made['id']}").status == 204
    heard = other.read()  # to its end
    assert heard.rstrip().endswith(b"event: session\ndata: {}"), heard[-80:]
    for one in many:
        one.close()
    # A page that was left is noticed long before the next comment to it (15 s).
    until = time.monotonic() + 6
    while (again := listen({"Cookie": visitor.cookie})).status != 200:
        assert time.monotonic() < until, "streams that were closed are counted as open"
        time.sleep(0.5)
    again.close()


def smuggled(visitor, folder):
    """What is said of a file that is brought in is never an option of the program that reads it."""
    other = pathlib.Path(folder) / "smuggled.db"
    octets = {"Content-Type": "application/octet-stream"}
    for said in (f"map=--db={other}", f"map=A=b&map=--db={other}", f"document=x&map=--db%20{other}"):
        answer = visitor.ask("POST", f"imports?file=a.csv&site=northvale&{said}", b"Asset No.,Serial No.\nA,1\n", octets, raw=True)
        assert answer.status in (202, 400), answer.body
        while answer.status == 202 and visitor.get("imports/" + answer.json()["id"])["state"] in ("waiting", "running"):
            time.sleep(0.1)
    assert not other.exists()


WRONG = ({"nonce": "other"}, {"aud": "another"}, {"iss": "http://evil.example"}, {"exp": 1}, {"algorithm": "none"},
         {"algorithm": "HS256"}, {"broken_signature": True}, {"roles": ["porters"]}, {"state": "other"},
         {"cookie": "asepsis-oidc=other"}, {"again": True}, {"error": "access_denied"},
         {"preferred_username": "u-administrator"})


def oidc(asepsis, database):
    secret = pathlib.Path(database).with_name("secret")
    secret.write_text("s3cret/+ of the client\n", encoding="utf-8")
    with Provider() as provider:
        arguments = ["--oidc-issuer", provider.issuer, "--oidc-client", "asepsis", "--oidc-role", "engineers=biomedical",
                     "--oidc-secret-file", secret, "--oidc-redirect", "http://127.0.0.1/api/v1/session/oidc/callback"]

        def log_in(server, cookie=None, again=False, **wrong):
            begun = server.ask("GET", "session/oidc")
            assert begun.status == 302, begun.body
            back = provider.authorize(begun.headers["location"], **wrong)
            binding = {"Cookie": begun.cookies[0].split(";")[0] if cookie is None else cookie}
            answer = server.ask("GET", back, headers=binding)
            return server.ask("GET", back, headers=binding) if again else answer

        with Served(asepsis, database, *arguments) as server:
            answer = log_in(server)
            assert answer.status == 302 and answer.headers["location"] == "/", answer.headers
            session = {"Cookie": answer.cookies[0].split(";")[0]}
            who = server.ask("GET", "session", headers=session).json()
            assert who["user"] == "j.doe" and who["role"] == "biomedical", who
            assert server.ask("GET", "users", headers=session).status == 403
        for begin in range(0, len(WRONG), 6):  # ten log-ins at once are allowed of one address
            with Served(asepsis, database, *arguments) as server:
                for wrong in WRONG[begin:begin + 6]:
                    answer = log_in(server, **wrong)
                    assert answer.headers["location"] == "/log-in", (wrong, answer.headers)
                    assert [cookie.split("=")[0] for cookie in answer.cookies] == ["asepsis-refusal"], wrong
        assert provider.verified > 0 and provider.clients == {"asepsis"}


def beyond(asepsis, database):
    """Others are served by TLS alone, and only if they log in."""
    fresh = pathlib.Path(database).with_name("fresh.db")
    done = subprocess.run([asepsis, "serve", "--db", fresh, "--listen", "0.0.0.0:0"], capture_output=True, text=True,
                          check=False, timeout=60)
    assert done.returncode == 2 and "log in" in done.stderr, done
    server = subprocess.Popen([asepsis, "serve", "--db", str(database), "--listen", "0.0.0.0:0", "--name", "asepsis.test"],
                              stdout=subprocess.PIPE, text=True)
    try:
        printed = server.stdout.readline()
        assert "SHA-256" in printed, printed
        port = int(server.stdout.readline().split()[3].rstrip("/").rsplit(":", 1)[1])
        context = ssl.create_default_context(cafile=pathlib.Path(database).with_suffix(".cert.pem"))
        connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=30)
        connection.request("GET", "/api/v1/session")
        answer = connection.getresponse()
        assert answer.status == 200 and answer.getheader("Strict-Transport-Security")
        assert json.loads(answer.read())["methods"] == ["password"]
        clear = raw(port, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert b"200" not in clear
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        old.maximum_version = ssl.TLSVersion.TLSv1_1
        try:
            with socket.create_connection(("127.0.0.1", port)) as plain, old.wrap_socket(plain):
                raise AssertionError("TLS 1.1 was taken")
        except (ssl.SSLError, OSError):
            pass
        key = pathlib.Path(database).with_suffix(".key.pem")
        assert key.stat().st_mode & 0o77 == 0
        assert pathlib.Path(database).with_suffix(".access.db").stat().st_mode & 0o77 == 0
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(20) == 0


def plant(database):
    change = sqlite3.connect(database)
    key, device = change.execute("SELECT key, id FROM device WHERE key IN (SELECT device FROM device_value WHERE "
                                 "attribute = 'model' AND value <> '') ORDER BY id LIMIT 1").fetchone()
    change.execute("DELETE FROM device_value WHERE device = ? AND attribute IN ('name', 'care_area')", (key,))
    for attribute, value in (("name", SCRIPT), ("care_area", SQL), ("location", ANSI)):
        change.execute("INSERT OR REPLACE INTO device_value VALUES (?, ?, ?, 1, '', 0, '[]', 'wire')", (key, attribute, value))
    change.execute("UPDATE device_value SET value = ? WHERE device = ? AND attribute = 'model'", (FORMULA, key))
    change.commit()
    change.close()
    return device


def left_open(asepsis, database, who):
    """What a page asks by itself keeps no session: a person does."""
    idle = 2
    with Served(asepsis, database, "--idle", f"{idle}s") as server:
        left, used = Visitor(server, who), Visitor(server, who)
        asked = []
        for _ in range(2 * idle + 1):
            time.sleep(idle / 2)
            asked.append(left.ask("GET", "devices", headers={"X-Unattended": "1"}).status)
            assert used.ask("GET", "devices").status == 200
        assert asked[0] == 200, asked
        assert left.ask("GET", "devices").status == 401, asked
        assert left.ask("GET", "today", headers={"X-Unattended": "1"}).status == 401


def main():
    asepsis, examples = sys.argv[1], sys.argv[2]
    with tempfile.TemporaryDirectory() as folder:
        database = example(asepsis, examples, folder)
        device = plant(database)
        with Served(asepsis, database) as server:
            visitor = link(server)
            forged(server, visitor)
            hostile_names(server, visitor, device)
            malformed(server)
            questions_beside(visitor)
            events(server, visitor, database, asepsis)
            listeners(server)
            smuggled(visitor, folder)
            starved(server, visitor)
            assert server.ask("GET", "health").status == 200
        who = add_user(asepsis, database, "u-administrator", "administrator")
        with Served(asepsis, database) as server:
            assert "#code" not in server.link
            fixed_session(server, who)
        with Served(asepsis, database) as server:
            locked_out(server, asepsis, database)
        with Served(asepsis, database) as server:
            questions_end(server, Visitor(server, who), who)
        left_open(asepsis, database, who)
        ended_at_once(asepsis, database, who)
        oidc(asepsis, database)
        beyond(asepsis, database)
    assert not [name for name in os.listdir(tempfile.gettempdir()) if name == "x.db"]


main()
