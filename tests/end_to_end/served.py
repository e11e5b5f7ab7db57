"""A server of our own to ask: begun, asked, ended. For the tests of `asepsis serve`."""

import http.client
import json
import pathlib
import re
import subprocess
import urllib.parse


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.cookies = [value for name, value in response.getheaders() if name.lower() == "set-cookie"]
        self.body = response.read()

    def json(self):
        return json.loads(self.body)


class Served:
    """`asepsis serve` on a port of its own; ends with the block."""

    def __init__(self, asepsis, database, *arguments):
        self.process = subprocess.Popen(
            [asepsis, "serve", "--db", str(database), "--listen", "127.0.0.1:0", *map(str, arguments)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.link = ""
        while not self.link:
            line = self.process.stdout.readline()
            assert line, f"the server ended: {self.process.wait()}"
            found = re.search(r"asepsis is at (\S+)", line)
            self.link = found.group(1) if found else ""
        self.port = urllib.parse.urlsplit(self.link).port

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        status = self.process.wait(20)
        assert status == 0, f"the server ended with {status}: {self.process.stdout.read()[-6000:]}"

    @property
    def host(self):
        return f"127.0.0.1:{self.port}"

    def code(self):
        return self.link.split("#code=")[1]

    def next_link(self):
        line = self.process.stdout.readline()
        while "another browser" not in line:
            assert line, "the server ended"
            line = self.process.stdout.readline()
        self.link = line.split()[-1]
        return self.link

    def ask(self, method, path, body=None, headers=None, raw=False):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = dict(headers or {})
        if body is not None and not raw:
            body = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        connection.request(method, path if path.startswith("/") else "/api/v1/" + path, body, headers)
        answer = Answer(connection.getresponse())
        connection.close()
        return answer


class Visitor:
    """Somebody with a session, as a browser has one."""

    def __init__(self, server, credentials):
        self.server = server
        answer = server.ask("POST", "session", credentials)
        assert answer.status == 200, (answer.status, answer.body)
        self.cookie = answer.cookies[0].split(";")[0]
        self.cookie_attributes = answer.cookies[0]
        self.session = answer.json()

    def ask(self, method, path, body=None, headers=None, raw=False):
        mine = {"Cookie": self.cookie}
        if method not in ("GET", "HEAD"):
            mine["X-CSRF-Token"] = self.session["csrf"]
        return self.server.ask(method, path, body, {**mine, **(headers or {})}, raw)

    def get(self, path):
        answer = self.ask("GET", path)
        assert answer.status == 200, (path, answer.status, answer.body[:500])
        return answer.json()


def add_user(asepsis, database, name, role, password="correct horse battery"):
    subprocess.run([asepsis, "user", "add", name, "--role", role, "--db", str(database)], input=password + "\n",
                   text=True, check=True, stdout=subprocess.DEVNULL)
    return {"user": name, "password": password}


def example(asepsis, examples, folder):
    """The example estate, read and checked."""
    database = pathlib.Path(folder) / "a.db"
    for command in (["read", pathlib.Path(examples) / "hospital.pcapng.zst", "--site", "northvale"],
                    ["read", pathlib.Path(examples) / "four-pumps.pcapng.zst", "--site", "stmungo"], ["check"]):
        subprocess.run([asepsis, *map(str, command), "--db", str(database)], check=True, stdout=subprocess.DEVNULL)
    return database
