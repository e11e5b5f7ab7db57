#!/usr/bin/env python3
"""The API on the example hospitals: who may what, what it says, what it refuses.

    serve.py ASEPSIS EXAMPLES
"""

import csv
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import time

from served import Served, Visitor, add_user, example

try:
    import jsonschema
except ImportError:
    jsonschema = None

SCOPES = {
    "viewer": {"read", "save", "query"},
    "ward": {"read", "save"},
    "biomedical": {"read", "save", "query", "decide", "import"},
    "it": {"read", "save", "query", "decide", "import"},
    "procurement": {"read", "save", "query"},
    "clinical-safety": {"read", "save", "query", "decide"},
    "administrator": {"read", "save", "query", "decide", "import", "administer"},
}


def operations(contract):
    for path, methods in contract["paths"].items():
        for method, operation in methods.items():
            yield path, method.upper(), operation


def schema_of(contract, operation, status):
    content = operation["responses"].get(str(status), {}).get("content", {}).get("application/json")
    return content and {**content["schema"], "components": contract["components"]}


def check_schema(contract, operation, answer):
    schema = schema_of(contract, operation, answer.status)
    if schema and jsonschema:
        jsonschema.Draft202012Validator(schema).validate(answer.json())


def fill(path, known):
    return re.sub(r"\{id\}", lambda _: known.get(path, "none"), path)


def matrix(server, contract, visitors):
    """Every operation by every role, and by nobody: allowed exactly where the contract says so."""
    denied = {"application/problem+json"}
    for path, method, operation in operations(contract):
        if operation["operationId"] in ("logOut", "listenToEvents"):
            continue
        scope = operation.get("x-scope")
        body = {} if "requestBody" in operation and method != "GET" else None
        answer = server.ask(method, "/api/v1" + fill(path, {}), body)
        if scope is None:
            assert answer.status not in (401, 403), (path, method, answer.status)
        else:
            assert answer.status == 401, (path, method, answer.status)
            assert answer.headers["content-type"] in denied
        for role, visitor in visitors.items():
            answer = visitor.ask(method, "/api/v1" + fill(path, {}), body)
            allowed = not scope or scope in SCOPES[role]
            while answer.status == 429:  # the matrix asks faster than a person
                time.sleep(1)
                answer = visitor.ask(method, "/api/v1" + fill(path, {}), body)
            assert (answer.status == 403) == (not allowed), (path, method, role, answer.status, answer.body)


def every_answer(visitor, contract):
    """What is read of the example fits the schemas, and says what the command line says."""
    devices = visitor.get("devices?limit=200")["items"]
    device = next(one["id"] for one in devices if one.get("class") == "infusion-pump")
    finding = visitor.get("findings")["items"][0]["id"]
    for _ in range(100):
        models = visitor.get("models")
        if not models["data"]["loading"]:
            break
        time.sleep(0.1)
    known = {"/models/{id}": models["items"][0]["id"], "/models/{id}/plan": models["items"][0]["id"],
             "/findings/{id}": finding, **{f"/devices/{{id}}{part}": device for part in
                                           ("", "/settings", "/conversations", "/services", "/findings", "/history")}}
    for path, method, operation in operations(contract):
        if method != "GET" or operation["operationId"] in ("listenToEvents", "beginOidc", "endOidc", "getImport"):
            continue
        query = f"?device={device}" if path == "/why" else ""
        answer = visitor.ask("GET", "/api/v1" + fill(path, known) + query)
        assert answer.status == 200, (path, answer.status, answer.body)
        check_schema(contract, operation, answer)
        head = visitor.ask("HEAD", "/api/v1" + fill(path, known) + query)
        assert head.status == 200 and not head.body, path
        if "etag" in answer.headers:
            again = visitor.ask("GET", "/api/v1" + fill(path, known) + query,
                                headers={"If-None-Match": answer.headers["etag"]})
            assert again.status == 304 and not again.body, path
    assert device not in visitor.get(f"devices/{device}")["aliases"], "it is no other name of itself"
    why = visitor.get(f"why?device={device}&attribute=class")
    assert any("packet" in one for one in why["evidence"]), why
    why = visitor.get(f"why?finding={finding}")
    assert why["evidence"] and all("packet" in one for one in why["evidence"])
    for level in ("care_area", "class", "vlan", "device"):
        drawn = visitor.get(f"map?level={level}")
        nodes = {one["id"] for one in drawn["nodes"]}
        assert drawn["edges"] and all(one["from"] in nodes and one["to"] in nodes for one in drawn["edges"]), level


def plan_in_pages(visitor):
    """A plan is read on to its end and back again, and is then what it is in one."""
    model = next(one["id"] for one in visitor.get("models")["items"] if one["at_least"] > 1)
    whole = visitor.get(f"models/{model}/plan")
    assert whole["total"] == len(whole["devices"]) > 4 and whole["first"] == 1 and "next_cursor" not in whole
    pages, cursor = [], ""
    while cursor is not None:
        pages.append(visitor.get(f"models/{model}/plan?limit=2{cursor}"))
        assert pages[-1]["first"] == 2 * len(pages) - 1 and pages[-1]["total"] == whole["total"]
        cursor = "&cursor=" + pages[-1]["next_cursor"] if "next_cursor" in pages[-1] else None
    assert [one for page in pages for one in page["devices"]] == whole["devices"]
    assert "previous_cursor" not in pages[0] and "previous_cursor" not in pages[1]
    before = visitor.get(f"models/{model}/plan?limit=2&cursor={pages[2]['previous_cursor']}")
    assert before["devices"] == pages[1]["devices"], before
    for wrong in ("cursor=d-none", "limit=0", "limit=201"):
        assert visitor.ask("GET", f"/api/v1/models/{model}/plan?{wrong}").status == 400, wrong


def cursors(visitor, contract):
    """What no page before gave is no cursor, of any list: never is it the first page."""
    model = next(one["id"] for one in visitor.get("models")["items"] if one["at_least"] > 1)
    known = {"/models/{id}/plan": model, "/devices/{id}/conversations": visitor.get("devices")["items"][0]["id"]}
    wrong = ("", "x", "0", "-1", "+1", "1e3", "%201", "999999999", "9223372036854775807", "9223372036854775808",
             "99999999999999999999999", "d-none", "d-ffffffffff", "f-ffffffffffffffff", "'", "a" * 201)
    tried = 0
    for path, method, operation in operations(contract):
        names = [one.get("name") for one in operation.get("parameters", [])]
        for form in ("", "&format=csv") if "cursor" in names and "format" in names else ("",) if "cursor" in names else ():
            tried += 1
            for cursor in wrong:
                answer = visitor.ask(method, f"/api/v1{fill(path, known)}?cursor={cursor}{form}")
                assert answer.status == 400, (path, cursor, form, answer.status, answer.body[:200])
                assert answer.headers["content-type"] == "application/problem+json" and "cursor" in answer.json()["parameter"], answer.body
    assert tried >= 5, tried


def sensor(visitor):
    """What was merely counted is not lost, and of what did not show it is said."""
    said = visitor.get("sensor")
    assert not {"flows", "fragments", "datagrams reassembled"} & {one["what"] for one in said["losses"]}, said["losses"]
    devices = visitor.get("devices?limit=1")["total"]
    ssh = next(one for one in said["coverage"] if one["setting"] == "ssh")
    assert ssh["unknown"] > 0 and ssh["seen"] + ssh["refused"] + ssh["unknown"] == devices, (ssh, devices)


def selftests(asepsis, examples, folder):
    """Whoever listened has proved that it cannot send; who only read files has not."""
    database = __import__("pathlib").Path(folder) / "listened.db"
    subprocess.run([asepsis, "watch", "--replay", examples / "four-pumps.pcapng.zst", "--speed", "0", "--db", database],
                   check=True, capture_output=True, timeout=100,
                   # Looking for leaks is among what a listener that has begun may not do any more.
                   env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
    with Served(asepsis, database) as server:
        sensor = Visitor(server, {"code": server.code()}).get("sensor")
        passive, privacy = sensor["selftests"]
        assert passive["passed"]["name"].endswith("four-pumps.pcapng.zst") and passive["passed"]["at"] > "2026", passive
        assert "passed" not in privacy, privacy


def same_as_command_line(asepsis, database, visitor):
    said = subprocess.run([asepsis, "devices", "--json", "--db", str(database)], capture_output=True, text=True, check=True)
    said = {one["id"]: one for one in map(json.loads, said.stdout.splitlines())}
    items, cursor = [], ""
    while True:
        page = visitor.get(f"devices?limit=17&sort=last_seen{cursor}")
        items += page["items"]
        assert page["total"] == len(said)
        if "next_cursor" not in page:
            break
        cursor = "&cursor=" + page["next_cursor"]
    assert len(items) == len(said) and {one["id"] for one in items} == set(said)
    for one in items:
        for key, value in said[one["id"]].items():
            assert one[key] == value, (key, one[key], value)
    facets = visitor.get("devices/facets")["facets"]
    for facet in facets["class"]:
        page = visitor.get(f"devices?class={facet['value']}&limit=1")
        assert page["total"] == facet["count"], facet
        assert facet["count"] == sum(one.get("class", "") == facet["value"] for one in said.values())
    text = visitor.ask("GET", "devices?format=csv").body.decode()
    assert {row["id"] for row in csv.DictReader(io.StringIO(text))} == set(said)
    findings = subprocess.run([asepsis, "findings", "--json", "--db", str(database)], capture_output=True, text=True, check=True)
    assert visitor.get("findings?limit=1")["total"] == len(findings.stdout.splitlines())


def refusals(server, visitor):
    for path in ("devices?limit=0", "devices?limit=x", "devices?nonsense=1", "devices?limit=1&limit=2", "devices?q=%",
                 "devices?q=%ff", "devices?cursor=d-none", "map?level=galaxy", "map?from=yesterday", "findings?sort=luck",
                 "devices?q=" + "a" * 300, "map?within=x", "why", "audit?cursor=x"):
        answer = visitor.ask("GET", path)
        assert answer.status == 400, (path, answer.status, answer.body)
        assert answer.json()["detail"], path
    for path in ("nothing", "devices/d-none", "findings/f-none", "models/none", "imports/i99", "why?device=d-nobody"):
        answer = visitor.ask("GET", path)
        assert answer.status == 404, path
        detail = answer.json()["detail"]  # for people at a page, who have no command line there
        assert detail[0].isupper() and "asepsis " not in detail, detail
    answer = visitor.ask("PUT", "devices")
    assert answer.status == 405 and answer.headers["allow"] == "GET, HEAD", answer.headers
    assert visitor.ask("POST", "query", "select", raw=True).status == 415
    for body in ("{", "[]", '{"sql":1}', '{"sql":"SELECT 1","more":1}', '{"sql":""}', "{}"):
        answer = visitor.ask("POST", "query", body, {"Content-Type": "application/json"}, raw=True)
        assert answer.status == 400, (body, answer.status)
    for path in ("/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/assets/../../x.js", "/api/v1/devices/..%2f..%2fx",
                 "/..%5c..%5cx.js"):
        answer = server.ask("GET", path)
        assert b"root:" not in answer.body and answer.status in (200, 400, 401, 404), (path, answer.status)
    page = server.ask("GET", "/devices/d-1234")
    assert page.status == 200 and page.headers["content-type"].startswith("text/html")
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    assert page.headers["x-content-type-options"] == "nosniff"
    assert server.ask("GET", "/missing.js").status == 404


def questions(visitor):
    answer = visitor.ask("POST", "query", {"sql": "SELECT class, count(*) AS n FROM devices GROUP BY 1", "limit": 2})
    result = answer.json()
    assert [one["name"] for one in result["columns"]] == ["class", "n"] and len(result["rows"]) == 2 and result["truncated"]
    for sql in ("DELETE FROM device", "SELECT * FROM sealing_key", "PRAGMA user_version = 9", "ATTACH 'x.db' AS x",
                "SELECT load_extension('x')", "SELECT 1; DELETE FROM device", "SELECT writefile('x', 'y')", "SELECT ?"):
        answer = visitor.ask("POST", "query", {"sql": sql})
        assert answer.status == 422 or (";" in sql and answer.status == 200), (sql, answer.status, answer.body)
    for sql, words in (("SELCT 1", 'near "SELCT": syntax error'), ("-- nothing", "a question begins with SELECT or WITH"),
                       ("SELECT * FROM devices WHERE clas = 'a'", "no such column: clas")):
        answer = visitor.ask("POST", "query", {"sql": sql})
        assert answer.status == 422 and answer.json()["detail"] == words, answer.body
    # One value, or one row of them, is not more than anybody reads: memory is everybody's.
    for sql in ("SELECT length(hex(zeroblob(20000000)))",
                "SELECT " + ",".join(["zeroblob(2000000)"] * 40),
                "WITH RECURSIVE s(x) AS (SELECT 'a' UNION ALL SELECT x || x FROM s LIMIT 25) SELECT max(length(x)) FROM s"):
        answer = visitor.ask("POST", "query", {"sql": sql})
        assert answer.status == 422 and "MiB" in answer.json()["detail"], (sql[:60], answer.status, answer.body[:200])
    answer = visitor.ask("POST", "query", {"sql": "SELECT 9e999 AS a, -9e999 AS b, 1.5 AS c, hex(zeroblob(500000)) AS d"})
    assert answer.status == 200, answer.body[:200]
    assert answer.json()["rows"][0][:3] == ["Inf", "-Inf", 1.5], answer.body[:200]  # no number of JSON
    began = time.monotonic()
    answer = visitor.ask("POST", "query", {
        "sql": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"})
    assert answer.status == 422 and time.monotonic() - began < 15, answer.body


def decisions(visitor, viewer, contract):
    finding = visitor.get("findings?limit=1")["items"][0]["id"]
    path = f"findings/{finding}/decision"
    good = {"decision": "accept", "reason": "replaced in March", "until": "2099-12-31"}
    assert viewer.ask("POST", path, good).status == 403
    for wrong in ({**good, "until": "2001-01-01"}, {**good, "until": "soon"}, {**good, "reason": " "},
                  {"decision": "accept", "reason": "x"}, {**good, "decision": "delete"}):
        assert visitor.ask("POST", path, wrong).status in (400, 409), wrong
    answer = visitor.ask("POST", path, good)
    assert answer.status == 200 and answer.json()["state"] == "accepted-until", answer.body
    check_schema(contract, contract["paths"]["/findings/{id}/decision"]["post"], answer)
    for _ in range(100):
        if visitor.get(f"findings?state=accepted-until&limit=5")["total"] == 1:
            break
        time.sleep(0.1)
    assert visitor.get(f"findings/{finding}")["history"][0]["who"] == visitor.session["user"]
    answer = visitor.ask("POST", path, {"decision": "reopen", "reason": "it was not replaced"})
    assert answer.status == 200 and answer.json()["state"] == "open"
    entries = visitor.get("audit")["items"]
    assert any(one["action"] == "finding-accept" and one["subject"] == finding for one in entries)


def tokens(server, visitor, viewer):
    answer = viewer.ask("POST", "tokens", {"name": "wall", "scopes": ["read"], "days": 1})
    assert answer.status == 201, answer.body
    bearer = {"Authorization": "Bearer " + answer.json()["token"]}
    assert server.ask("GET", "devices", headers=bearer).status == 200
    assert server.ask("POST", "query", {"sql": "SELECT 1"}, bearer).status == 403
    assert server.ask("POST", "tokens", {"name": "x", "scopes": ["read"], "days": 1}, bearer).status == 403
    assert viewer.ask("POST", "tokens", {"name": "x", "scopes": ["administer"], "days": 1}).status == 403
    assert "token" not in viewer.get("tokens")["items"][0]
    assert visitor.ask("DELETE", f"tokens/{answer.json()['id']}").status == 204
    assert server.ask("GET", "devices", headers=bearer).status == 401


def brought_in(visitor, examples, asepsis):
    def wait(answer):
        assert answer.status == 202, answer.body
        for _ in range(600):
            found = visitor.get("imports/" + answer.json()["id"])
            if found["state"] in ("done", "failed", "cancelled"):
                return found
            time.sleep(0.1)
        raise AssertionError("it does not end")

    octets = {"Content-Type": "application/octet-stream"}
    register = (examples / "documents" / "register.csv").read_bytes()
    mapping = wait(visitor.ask("POST", "imports?file=register.csv&mapping_only=true", register, octets, raw=True))
    assert any(one.get("field") == "serial" for one in mapping["mapping"]), mapping
    done = wait(visitor.ask("POST", "imports?file=register.csv&site=northvale", register, octets, raw=True))
    assert done["state"] == "done" and done["result"][-1]["rows"] > 0 and done["kind"] == "document", done
    broken = wait(visitor.ask("POST", "imports?file=broken.pcap", b"\xd4\xc3\xb2\xa1" + b"\xff" * 100, octets, raw=True))
    assert broken["state"] == "failed" and broken["error"] and broken["advice"], broken
    assert "--" not in broken["error"] + broken["advice"] and "./" not in broken["error"], broken
    # Lines about problems are not yet a document that was taken.
    nothing = wait(visitor.ask("POST", "imports?file=nothing.json&site=northvale", b'{"a":', octets, raw=True))
    assert nothing["state"] == "failed" and nothing["result"][0]["line"] == 1 and nothing["advice"], nothing
    read = wait(visitor.ask("POST", "imports?file=again.pcapng.zst&site=northvale",
                            (examples / "hospital.pcapng.zst").read_bytes(), octets, raw=True))
    assert read["state"] == "done" and "known already" in read["result"][0]["text"], read
    assert read["packets"] > 0 and read["progress"] == 100 and "phase" not in read, read
    for name in ("../x.csv", ".x.csv", "a/b.csv", "-x.csv", "a%00b.csv", "a%0ab.csv"):
        answer = visitor.ask("POST", f"imports?file={name}", b"x", octets, raw=True)
        assert answer.status == 400, (name, answer.status)
    assert visitor.ask("POST", "imports?file=x.csv&site=--db", b"x", octets, raw=True).status == 400


def main():
    asepsis, examples = sys.argv[1], __import__("pathlib").Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        database = example(asepsis, examples, folder)
        people = {role: add_user(asepsis, database, "u-" + role, role) for role in SCOPES}
        with Served(asepsis, database) as server:
            contract = server.ask("GET", "openapi.json").json()
            visitors = {role: Visitor(server, who) for role, who in people.items()}
            for role, visitor in visitors.items():
                assert set(visitor.session["scopes"]) == SCOPES[role]
            administrator, viewer = visitors["administrator"], visitors["viewer"]
            every_answer(administrator, contract)
            plan_in_pages(administrator)
            cursors(administrator, contract)
            sensor(administrator)
            assert not any("passed" in one for one in administrator.get("sensor")["selftests"])
            same_as_command_line(asepsis, database, administrator)
            refusals(server, administrator)
            questions(administrator)
            decisions(administrator, viewer, contract)
            tokens(server, administrator, viewer)
            brought_in(administrator, examples, asepsis)
            matrix(server, contract, visitors)
        selftests(asepsis, examples, folder)


main()
