#!/usr/bin/env python3
"""Completion in the shells themselves: what is offered where somebody presses Tab.

    completions.py ASEPSIS FOLDER

FOLDER holds the completions. bash is always tried; zsh and fish where they are installed.
"""

import os
import pathlib
import pty
import re
import shutil
import subprocess
import sys
import tempfile
import time

PATIENCE = 20  # seconds until zsh is taken to hang

# zsh completes in its line editor only: Tab writes down what would be added.
ZSH = """
setopt extended_glob
fpath=({folder} $fpath)
autoload -Uz compinit && compinit -u -D
compadd() {{
  local -a options hits
  options=("${{@[1,(i)(-|--)]}}")
  if [[ " ${{options[*]}} " == *' -'[a-zA-Z0-9]#[OAD]' '* ]]; then builtin compadd "$@"; return; fi
  builtin compadd -A hits "$@"
  print -rl -- $hits >>{answers}
}}
tell() {{ _main_complete; print -r -- +done+ >>{answers} }}
zle -C tell complete-word tell
bindkey '^I' tell
print -r -- +done+ >{answers}
"""

BASH = """
source "$1/asepsis.bash"
COMP_WORDS=() COMP_LINE=$2
read -ra COMP_WORDS <<<"$2"
[[ $2 == *' ' ]] && COMP_WORDS+=('')
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_asepsis
printf '%s\\n' "${COMPREPLY[@]}"
"""


class Bash:
    def __init__(self, folder):
        self.folder = folder

    def offers(self, line):
        done = subprocess.run(["bash", "-c", BASH, "bash", self.folder, line],
                              capture_output=True, text=True, check=True)
        return set(done.stdout.split())


class Fish:
    def __init__(self, folder):
        self.folder = folder

    def offers(self, line):
        script = f"source {self.folder}/asepsis.fish; complete -C (printf %s $argv[1])"
        done = subprocess.run(["fish", "--no-config", "-c", script, line], capture_output=True, text=True, check=True)
        return {one.split("\t")[0] for one in done.stdout.splitlines()}


class Zsh:
    def __init__(self, folder):
        self.home = tempfile.TemporaryDirectory()
        self.answers = pathlib.Path(self.home.name) / "answers"
        setup = pathlib.Path(self.home.name) / "setup.zsh"
        setup.write_text(ZSH.format(folder=folder, answers=self.answers), encoding="utf-8")
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.chdir(self.home.name)
            os.execvpe("zsh", ["zsh", "-f", "-i"], {**os.environ, "TERM": "dumb", "HOME": self.home.name})
        os.set_blocking(self.terminal, False)
        self.type(f"source {setup}\n")
        self.answered()

    def type(self, text):
        os.write(self.terminal, text.encode())

    def answered(self):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                os.read(self.terminal, 65536)  # else the shell waits for us
            except BlockingIOError:
                time.sleep(0.02)
            text = self.answers.read_text(encoding="utf-8") if self.answers.exists() else ""
            if "+done+\n" in text:
                self.answers.unlink()
                return set(text.replace("+done+", "").split())
        raise AssertionError("zsh said nothing")

    def offers(self, line):
        self.type("\x15" + line + "\t")  # Ctrl-U first: an empty line
        return self.answered()

    def close(self):
        self.type("\x15exit\n")
        os.waitpid(self.process, 0)


def listed(asepsis, *arguments):
    """The commands and the options that --help lists."""
    text = subprocess.run([asepsis, *arguments, "--help"], capture_output=True, text=True, check=True).stdout
    commands = text.partition("Subcommands:\n")[2].split("\n\n")[0]
    return (set(re.findall(r"^  ([a-z]+) ", commands, re.MULTILINE)),
            set(re.findall(r"^ .*?(--[a-z-]+)", text.partition("Examples:")[0], re.MULTILINE)))


def cases(asepsis):
    """Typed, what must be offered, and what must not."""
    commands, _ = listed(asepsis)
    assert len(commands) > 10, commands
    yield "asepsis ", commands, {"site", "class"}
    yield "asepsis dev", {"device", "devices"}, {"read", "why"}
    for command in sorted(commands - {"pack"}):
        _, options = listed(asepsis, command)
        assert "--help" in options, (command, options)
        yield f"asepsis {command} --", options, set() if command in ("read", "watch") else {"--workers"}
    yield "asepsis pack ", {"list", "check", "test", "new"}, {"read"}
    yield "asepsis drift --split ", {"site", "care-area", "firmware"}, {"--plan", "read"}
    yield "asepsis check --fail-on ", {"1", "5"}, {"--pack", "read"}
    yield "asepsis findings --by ", {"device", "owner-role"}, {"--all", "read"}


def main():
    asepsis, folder = sys.argv[1], str(pathlib.Path(sys.argv[2]).resolve())
    wrong = tried = 0
    for name, kind in (("bash", Bash), ("zsh", Zsh), ("fish", Fish)):
        if shutil.which(name) is None:
            print(f"{name} is not installed")
            continue
        shell = kind(folder)
        for line, wanted, unwanted in cases(asepsis):
            offered = shell.offers(line)
            tried += 1
            if wanted <= offered and not unwanted & offered:
                continue
            wrong += 1
            print(f"{name}: {line!r} lacks {sorted(wanted - offered)}, wrongly has {sorted(unwanted & offered)}")
        if name == "zsh":
            shell.close()
    print(f"{tried - wrong} passed, {wrong} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
