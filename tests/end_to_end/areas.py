#!/usr/bin/env python3
"""Care areas by rules for VLANs and networks, from the command line.

    areas.py ASEPSIS EXAMPLES

The rules are made from what the example hospital shows: a VLAN, and a network of another.
"""

import collections
import ipaddress
import json
import pathlib
import subprocess
import sys
import tempfile


def run(asepsis, *arguments, status=0):
    done = subprocess.run([asepsis, *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == status, f"{arguments}: {done.returncode}, not {status}: {done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def lines(asepsis, *arguments):
    return [json.loads(line) for line in run(asepsis, *arguments, "--json").splitlines()]


def networks_of(device):
    return {str(ipaddress.ip_network(f"{ip}/24", strict=False)) for ip in device["ip"] if "." in ip}


def main():
    asepsis, capture = sys.argv[1], pathlib.Path(sys.argv[2]) / "hospital.pcapng.zst"
    with tempfile.TemporaryDirectory() as folder:
        database, later = pathlib.Path(folder) / "a.db", pathlib.Path(folder) / "later.db"
        rules = pathlib.Path(folder) / "areas.toml"
        run(asepsis, "read", capture, "--db", database)
        before = {one["id"]: one for one in lines(asepsis, "devices", "--db", database)}
        vlans = collections.Counter(one["vlan"][0] for one in before.values() if len(one["vlan"]) == 1)
        vlan, another = [number for number, _ in vlans.most_common(2)]
        network = collections.Counter(
            one for device in before.values() if device["vlan"] == [another]
            for one in networks_of(device)).most_common(1)[0][0]

        rules.write_text(f'[[area]]\nname = "Day surgery"\nvlans = [{vlan}]\n\n'
                         f'[[area]]\nname = "Ward 9"\nnetworks = ["{network}"]\n', encoding="utf-8")
        assert run(asepsis, "areas", rules, "--db", database).startswith("2 rules hold for the site site")
        after = {one["id"]: one for one in lines(asepsis, "devices", "--db", database)}
        placed = {id: one["care_area"] for id, one in after.items() if one.get("care_area")}
        by_rule = {id for id, area in placed.items() if before[id].get("care_area") != area}
        assert len(by_rule) > 10, by_rule
        for id, one in before.items():  # what a device says of itself stays
            assert "care_area" not in one or placed[id] == one["care_area"], id
        for id in by_rule:
            device = after[id]
            assert (placed[id] == "Day surgery" and vlan in device["vlan"] or
                    placed[id] == "Ward 9" and network in networks_of(device)), device
        for id, one in after.items():
            if one.get("mac") and one["vlan"] == [vlan] and network not in networks_of(one):
                assert placed.get(id), f"{id} is on VLAN {vlan} and in no area"
        listed = lines(asepsis, "areas", "--db", database)
        assert sum(rule["devices"] for rule in listed) == len(by_rule), listed
        some = sorted(by_rule)[0]
        why = run(asepsis, "why", some, "care_area", "--db", database)
        assert f"{rules}: line " in why and placed[some] in why, why

        run(asepsis, "check", "--db", database)
        told = [one for one in lines(asepsis, "query", "SELECT device, reasoning FROM findings", "--db", database)
                if one["device"] in by_rule]
        assert told and all(f"care area {placed[one['device']]}, by {rules}: line" in one["reasoning"] for one in told)

        # Other rules rate the findings that are there anew, and their absence too.
        text = rules.read_text(encoding="utf-8")
        for other in (text.replace("Day surgery", "Intensive care"), "", text):
            rules.write_text(other, encoding="utf-8")
            run(asepsis, "areas", rules, "--db", database)
            rated = "SELECT id, rating, reasoning, state FROM findings ORDER BY id"
            at_once = lines(asepsis, "query", rated, "--db", database)
            run(asepsis, "check", "--db", database)
            assert at_once == lines(asepsis, "query", rated, "--db", database), other
        apart = run(asepsis, "drift", "--split", "care-area", "--db", database)
        assert "Ward 9" in apart or "Day surgery" in apart, apart

        # Reading again, and rules before the first capture, come to the same.
        run(asepsis, "read", capture, "--db", database)
        assert list(after.values()) == lines(asepsis, "devices", "--db", database)
        run(asepsis, "areas", rules, "--db", later)
        run(asepsis, "read", capture, "--db", later)
        assert list(after.values()) == lines(asepsis, "devices", "--db", later)

        # What is wrong changes nothing.
        rules.write_text('[[area]]\nname = "x"\nvlans = [9999]\n', encoding="utf-8")
        assert f"{rules}: line 3: area: vlans is not" in run(asepsis, "areas", rules, "--db", database, status=2)
        run(asepsis, "areas", pathlib.Path(folder) / "absent.toml", "--db", database, status=2)
        run(asepsis, "areas", folder, "--db", database, status=2)
        assert lines(asepsis, "areas", "--db", database) == listed
        rules.write_text("", encoding="utf-8")
        assert run(asepsis, "areas", rules, "--db", database).startswith("0 rules hold")
        assert list(before.values()) == lines(asepsis, "devices", "--db", database)
    print("1 passed, 0 failed")


if __name__ == "__main__":
    main()
