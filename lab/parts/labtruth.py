"""Ground truth: what was planned, and what of it the capture really holds."""
import collections
import json
import os
import re
import struct
import subprocess
import sys


def packets(path):
    """(number, time, src mac, dst mac, vlan, ethertype, src, dst, proto, sport, dport, tcp flags) of each frame of a pcapng file."""
    f = open(path, "rb")
    end, res, n = "<", [], 0
    while True:
        h = f.read(8)
        if len(h) < 8:
            return
        if h[:4] == b"\x0a\x0d\x0d\x0a":
            b = f.read(4)
            end = "<" if b == b"\x4d\x3c\x2b\x1a" else ">"
            ln = struct.unpack(end + "I", h[4:8])[0]
            f.read(ln - 12)
            res = []
            continue
        typ, ln = struct.unpack(end + "II", h)
        body = f.read(ln - 8)
        if typ == 1:
            r, o = 1e-6, 8
            while o + 4 <= len(body) - 4:
                c, l = struct.unpack(end + "HH", body[o:o + 4])
                if c == 0:
                    break
                if c == 9:
                    v = body[o + 4]
                    r = 2.0 ** -(v & 127) if v & 128 else 10.0 ** -v
                o += 4 + (l + 3) // 4 * 4
            res.append(r)
        elif typ == 6:
            n += 1
            i, hi, lo, cap, orig = struct.unpack(end + "IIIII", body[:20])
            d = body[20:20 + cap]
            yield (n, ((hi << 32) | lo) * res[i]) + decode(d)


def decode(d):
    if len(d) < 18:
        return "", "", None, 0, None, None, "", 0, 0, 0, None
    et, o, vlan = struct.unpack(">H", d[12:14])[0], 14, None
    sm, dm = d[6:12].hex(":"), d[:6].hex(":")
    if et == 0x8100:
        vlan, et, o = struct.unpack(">H", d[14:16])[0] & 4095, struct.unpack(">H", d[16:18])[0], 18
    if et == 0x0800 and len(d) >= o + 20:
        ihl = (d[o] & 15) * 4
        pr = d[o + 9]
        src, dst = "%d.%d.%d.%d" % tuple(d[o + 12:o + 16]), "%d.%d.%d.%d" % tuple(d[o + 16:o + 20])
        t = o + ihl
        frag = struct.unpack(">H", d[o + 6:o + 8])[0] & 0x1FFF
        if pr in (6, 17) and not frag and len(d) >= t + 8:
            sp, dp = struct.unpack(">HH", d[t:t + 4])
            v = None
            if pr == 6 and len(d) > t + 13:
                q = t + (d[t + 12] >> 4) * 4
                if d[q:q + 2] == b"\x16\x03" and len(d) > q + 44 and d[q + 5] == 2:
                    v = server_hello(d, q + 9)
            return sm, dm, vlan, et, src, dst, "tcp" if pr == 6 else "udp", sp, dp, d[t + 13] if pr == 6 and len(d) > t + 13 else 0, v
        return sm, dm, vlan, et, src, dst, str(pr), 0, 0, 0, None
    if et == 0x0806 and len(d) >= o + 28:
        return sm, dm, vlan, et, "%d.%d.%d.%d" % tuple(d[o + 14:o + 18]), "%d.%d.%d.%d" % tuple(d[o + 24:o + 28]), "arp", 0, 0, d[o + 7], None
    return sm, dm, vlan, et, None, None, "", 0, 0, 0, None


def server_hello(d, o):
    """TLS version a server chose: the supported_versions extension, else the legacy field."""
    v = struct.unpack(">H", d[o:o + 2])[0]
    o += 34
    o += 1 + d[o] + 3
    try:
        end = o + 2 + struct.unpack(">H", d[o:o + 2])[0]
        o += 2
        while o + 4 <= min(end, len(d)):
            t, l = struct.unpack(">HH", d[o:o + 4])
            if t == 43 and l == 2:
                v = struct.unpack(">H", d[o + 4:o + 6])[0]
            o += 4 + l
    except struct.error:
        pass
    return {0x0300: "SSLv3", 0x0301: "TLSv1", 0x0302: "TLSv1.1", 0x0303: "TLSv1.2", 0x0304: "TLSv1.3"}.get(v, hex(v))


def activity(lab):
    out = {}
    for h in lab.hosts.values():
        p = h.dir + "/activity.jsonl"
        if os.path.exists(p):
            for line in open(p):
                try:
                    r = json.loads(line)
                except ValueError:
                    continue
                out.setdefault((h.name, r["label"]), []).append(r)
    return out


def display(m):
    if "server" in m:
        return "ip.addr == %s && %s.port == %d" % (m["server"], m["proto"], m["port"]) if m["proto"] in ("tcp", "udp") else "eth"
    if "flags" in m:
        return "ip.src == %s && tcp.flags.syn == 1 && tcp.flags.ack == 0" % m["a"]
    return "ip.addr == %s && ip.addr == %s && %s.port == %d" % (m["a"], m["b"], m["proto"], m["port"])


def write_truth(lab, out, cap):
    acts = activity(lab)
    span = lab.t_end - lab.t0
    inside = {h.ip: h for h in lab.hosts.values()}
    router_ips = set()
    for h in lab.hosts.values():
        if h.router:
            for leg in h.legs():
                router_ips |= set(leg["ips"])
    # ---- windows and matchers
    items = []
    for p in lab.problems + lab.benign:
        w = None
        recs = [r for l in p["labels"] for r in acts.get(tuple(l), [])]
        if recs:
            w = (min(r["t0"] for r in recs), max(r["t1"] for r in recs))
        p["_window"] = w
        p["_ev"] = {"packets": 0, "first": None, "last": None, "first_frame": None, "last_frame": None}
        for m in p["match"]:
            items.append((p, m, w))
    by = collections.defaultdict(list)
    for it in items:
        m = it[1]
        if "server" in m:
            by[("s", m["proto"], m["server"], m["port"])].append(it)
        elif "flags" in m:
            by[("f", m["a"])].append(it)
        else:
            by[("p", m["proto"], m["a"], m["b"], m["port"])].append(it)
    svc = {}
    for h in lab.hosts.values():
        for s in h.services:
            if s["proto"] in ("tcp", "udp"):
                svc[(s["proto"], h.ip, s["port"])] = {"packets_in": 0, "packets_out": 0, "answered": False, "clients": collections.Counter(), "first": None, "last": None}
    seen = {h.name: {"frames_sent": 0, "frames_to": 0, "first": None, "last": None} for h in lab.hosts.values()}
    bymac = {}
    for h in lab.hosts.values():
        for leg in h.legs():
            bymac[leg["mac"]] = h.name
    pairs = collections.Counter()
    chosen = collections.defaultdict(set)
    eth = collections.Counter()
    total = nbytes = 0
    vl = collections.Counter()
    if cap and os.path.exists(cap):
        for n, ts, sm, dm, vlan, et, src, dst, pr, sp, dp, fl, tv in packets(cap):
            total += 1
            if tv:
                chosen[(src, sp)].add(tv)
                chosen[(src, sp, dst)].add(tv)
            vl[vlan] += 1
            nm = bymac.get(sm)
            if nm:
                s = seen[nm]
                s["frames_sent"] += 1
                s["first"] = s["first"] or ts
                s["last"] = ts
                if et in (0x88CC,) or et < 1500:
                    eth[(nm, "lldp" if et == 0x88CC else "cdp")] += 1
            if dm in bymac:
                seen[bymac[dm]]["frames_to"] += 1
            if src is None:
                continue
            pairs[(src, dst, pr, sp if (pr, src, sp) in svc else dp)] += 1
            k = svc.get((pr, dst, dp))
            if k:
                k["packets_in"] += 1
                k["clients"][src] += 1
                k["first"] = k["first"] or ts
                k["last"] = ts
            k = svc.get((pr, src, sp))
            if k:
                k["packets_out"] += 1
                if pr == "udp" or (fl & 0x12) == 0x12:
                    k["answered"] = True
                k["last"] = ts
            hits = []
            if pr in ("tcp", "udp"):
                hits = by.get(("s", pr, dst, dp), []) + by.get(("s", pr, src, sp), []) + by.get(("p", pr, src, dst, dp), []) + by.get(("p", pr, dst, src, sp), [])
                if pr == "tcp" and (fl & 0x12) == 0x02:
                    hits = hits + by.get(("f", src), [])
            elif pr == "arp" and fl == 1:
                hits = by.get(("f", src), [])
            for p, m, w in hits:
                if ("labels" in m or "flags" in m) and w and not (w[0] - .5 <= ts <= w[1] + 1.5):
                    continue
                if m.get("after") and ts < lab.t0 + m["after"] * span:
                    continue
                e = p["_ev"]
                e["packets"] += 1
                if e["first"] is None:
                    e["first"], e["first_frame"] = ts, n
                e["last"], e["last_frame"] = ts, n

    said = set((k[0], k[2], k[3]) for k in pairs)

    def pos(h):
        return "outside" if h.external else "inside"
    hosts = []
    for h in lab.hosts.values():
        ss = []
        for s in h.services:
            d = dict(s)
            k = svc.get((s["proto"], h.ip, s["port"]))
            if k is not None and cap:
                d["observed"] = bool((k["packets_in"] and (k["packets_out"] or s["app"] in ("syslog", "tftp"))) or (s["app"] in ("mdns", "ws-discovery") and (k["packets_out"] or (h.ip, s["proto"], s["port"]) in said)))
                d["tls_seen"] = sorted(chosen.get((h.ip, s["port"]), ()))
                d["clients"] = sorted(inside[c].name if c in inside else c for c in k["clients"])
            elif cap:
                d["observed"] = bool(eth.get((h.name, s["app"])))
            if "credentials" in d:
                d["credentials"] = {"user": d["credentials"][0], "password": d["credentials"][1]} if d["credentials"] else None
            ss.append(d)
        ts = []
        for t in h.talks:
            d = dict(t)
            o = t["host"]
            d["host"], d["ip"] = o.name, o.ip
            if cap:
                d["tls_seen"] = sorted(chosen.get((o.ip, t["port"], h.ip), ()))
                d["observed"] = any(pairs.get((a, b, t["proto"], t["port"])) for a, b in ((h.ip, o.ip), (o.ip, h.ip))) or (t["app"] == "dhcp" and bool(h.dhcp) and "dhcp" not in str(lab.bad.get(h.name)))
            ts.append(d)
        presented = dict((f, sorted(set(v))) for f, v in h.visible.items() if not (len(v) == 1 and v[0].startswith("nothing")))
        hosts.append({"name": h.name, "fqdn": h.fqdn, "position": pos(h), "mac": h.mac, "mac_owner": h.oui, "ip": h.ip, "other_ips": sorted(router_ips - {h.ip}) if h.router else [], "other_macs": [x["mac"] for x in h.legs()[-1:]] if h.router else [], "network": h.vlan,
                      "address_by": "dhcp" if h.dhcp else "static", "dhcp": {k: h.dhcp[k] for k in ("client", "vendor", "hostname")} if h.dhcp else None,
                      "role": h.role, "device_type": h.type, "medical": h.type in MEDICAL, "manufacturer": h.maker, "model": h.model, "serial": h.serial if h.maker else "", "software": h.sw, "hardware": h.hw, "udi_di": h.di,
                      "care_area": {"code": h.area, "name": h.area_name}, "ae_title": getattr(h, "aet", None), "config_group": h.config_name, "faults": h.faults, "presented": presented,
                      "services": ss, "talks_to": ts, "seen": seen[h.name] if cap else None})
    # ---- identical devices
    sets = []
    groups = collections.OrderedDict()
    for h in lab.hosts.values():
        if h.type in MEDICAL or h.type in ("printer", "camera"):
            groups.setdefault((h.type, h.maker, h.model, h.sw), []).append(h)
    pid = len(lab.problems)
    extra = []
    for (typ, mk, md, sw), hs in groups.items():
        if len(hs) < 2:
            continue
        sig = collections.OrderedDict()
        for h in hs:
            s = sorted(set("%s/%d%s%s" % (x["app"], x["port"], " " + "+".join(x["tls"]["offered"]) if x["tls"] else "", " [" + ",".join(sorted(x["weaknesses"])) + "]" if x["weaknesses"] else "") for x in h.services if x["app"] != "lldp")) + sorted("out " + o for o in set(h.outbound))
            sig.setdefault(tuple(s), []).append(h)
        e = {"device_type": typ, "manufacturer": mk, "model": md, "software": sw, "hosts": [h.name for h in hs], "differ": len(sig) > 1,
             "configurations": [{"group": (v[0].config_name or "as-found"), "hosts": [h.name for h in v], "signature": list(k)} for k, v in sig.items()]}
        sets.append(e)
        if len(sig) > 1:
            pid += 1
            extra.append({"id": "P%03d" % pid, "kind": "config-divergence", "title": "%d %s %s %s of the same software are configured in %d ways" % (len(hs), mk, md, typ, len(sig)), "severity": "medium", "hosts": [h.name for h in hs], "window": None, "evidence": None, "observed": True, "groups": [[h.name for h in v] for v in sig.values()]})

    def clean(p):
        e = p["_ev"]
        d = {k: v for k, v in p.items() if k not in ("_ev", "_window", "match", "labels") and v not in ("", None)}
        d["window"] = [e["first"], e["last"]] if e["packets"] else (list(p["_window"]) if p["_window"] else None)
        d["evidence"] = dict(e, filters=[display(m) for m in p["match"]]) if cap else None
        d["observed"] = bool(e["packets"]) if cap else None
        return d
    problems = [clean(p) for p in lab.problems] + extra
    versions = {}
    try:
        o = subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${Version}\n"] + SHOWN, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
        versions = dict(x.split(" ", 1) for x in o.splitlines() if " " in x)
    except OSError:
        pass
    t = {"lab": {"format": 1, "software_versions": versions, "scenario": lab.name, "about": lab.scn["about"], "seed": lab.seed, "seconds": lab.seconds, "traffic_from": lab.t0, "traffic_to": lab.t_end, "facility": lab.facility, "domain": lab.domain,
                 "span": {"mode": lab.span, "tagged": lab.span != "once", "routed_frames_twice": lab.span == "trunk"},
                 "capture": dict(lab.run_stats, packets=total, vlans=sorted(v for v in vl if v is not None)) if cap else None, "hosts_not_ready": lab.bad, "ended_early": lab.died,
                 "note": "Every name, number and configuration is synthetic; the configurations say nothing about any maker's product. 'presented' tells where on the wire a device's identity can be read; 'observed' tells whether the capture holds the traffic."},
         "networks": [{"name": n, "vlan": v["id"], "cidr": v["net"] + ".0/24", "gateway": v["net"] + ".1"} for n, v in lab.vlans.items()] + [{"name": "wan", "vlan": None, "cidr": c, "gateway": c.rsplit(".", 1)[0] + ".1"} for c in lab.wan_nets],
         "hosts": hosts, "identical_sets": sets, "problems": problems, "harmless": [clean(p) for p in lab.benign], "patients": lab.patients}
    with open(out + "/truth.json", "w") as f:
        json.dump(t, f, indent=1)
    quiet = [h["name"] for h in hosts if cap and not h["seen"]["frames_sent"] and h["position"] == "inside"]
    un = sum(1 for h in hosts for s in h["services"] if s.get("observed") is False)
    fails = collections.Counter()
    may = set((h.name, a["label"]) for h in lab.hosts.values() for a in h.activities if a.get("may_fail"))
    for (hn, l), rs in acts.items():
        b = [r for r in rs if r["rc"] not in (0, -15, 143, None)]
        if len(b) == len(rs) and rs and (hn, l) not in may:
            fails["%s %s rc=%s" % (hn, l, b[0]["rc"])] += len(b)
    with open(out + "/run.log", "w") as f:
        f.write("".join("client always failed: %s (%d times)\n" % x for x in sorted(fails.items())))
    return "%d packets, %d hosts (%d silent), %d services (%d unseen), %d findings (%d unseen), %d clients that never succeeded" % (
        total, len(hosts), len(quiet), sum(len(h["services"]) for h in hosts), un, len(problems), sum(1 for p in problems if p["observed"] is False), len(fails))


SHOWN = "nginx-light lighttpd openssh-server inetutils-telnetd vsftpd snmpd samba orthanc dcmtk dnsmasq-base avahi-daemon lldpd mosquitto chrony rsyslog stunnel4 postgresql-15 cups-ipp-utils slapd xrdp tigervnc-standalone-server tftpd-hpa wsdd python3-hl7 python3-pymodbus curl smbclient lftp nmap mbpoll freerdp2-x11 openssl udhcpc isc-dhcp-client dhcpcd-base".split()
MEDICAL = {"infusion-pump", "syringe-pump", "patient-monitor-iv", "patient-monitor-hl7", "ventilator", "anaesthesia", "ct", "mr", "us", "dx", "analyser", "poct", "blood-fridge", "wearable-gateway", "bed"}

DECODE = {"dicom": "dicom", "hl7-mllp": "hl7", "fhir-http": "http", "ai-http": "http", "http": "http", "ipp": "http", "modbus": "mbtcp", "mqtt": "mqtt", "https": "tls", "fhir-https": "tls", "ai-https": "tls", "mqtts": "tls", "hl7-mllp-tls": "tls", "dicom-tls": "tls", "ldap": "ldap", "vnc": "vnc", "postgresql": "pgsql", "telnet": "telnet", "ftp": "ftp"}
WANT = {"dicom": "dicom", "hl7-mllp": "hl7", "http": "http", "fhir-http": "http", "ai-http": "http", "https": "tls.handshake", "fhir-https": "tls.handshake", "mqtt": "mqtt", "mqtts": "tls.handshake", "modbus": "mbtcp", "bacnet": "bacapp", "snmp": "snmp", "ssh": "ssh", "telnet": "telnet", "ftp": "ftp", "smb": "smb || smb2",
        "dns": "dns", "dhcp": "dhcp", "ntp": "ntp", "syslog": "syslog", "mdns": "mdns", "lldp": "lldp", "cdp": "cdp", "ipp": "ipp", "rdp": "rdp || tpkt", "ldap": "ldap", "ldaps": "tls.handshake", "postgresql": "pgsql", "vnc": "vnc", "tftp": "tftp", "hl7-mllp-tls": "tls.handshake", "dicom-tls": "tls.handshake"}


def check(d):
    """Hold the capture against the truth, with tshark's dissectors as the second opinion."""
    t = json.load(open(d + "/truth.json"))
    cap = d + "/capture.pcapng"
    bad, note = [], []
    as_ = set()
    for h in t["hosts"]:
        for s in h["services"]:
            if s["app"] in DECODE and s["proto"] == "tcp" and not s["simulated"]:
                as_.add("tcp.port==%d,%s" % (s["port"], DECODE[s["app"]]))
    dec = []
    for a in sorted(as_):
        dec += ["-d", a]
    F = ["frame.number", "ip.src", "tcp.srcport", "udp.srcport", "tls.handshake.type", "tls.handshake.version", "tls.handshake.extensions.supported_version", "_ws.malformed", "frame.protocols", "ip.checksum.status", "tcp.checksum.status", "udp.checksum.status", "tcp.checksum"]
    cmd = ["tshark", "-n", "-r", cap, "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"] + dec + ["-T", "fields", "-E", "separator=|", "-E", "occurrence=a"]
    for f in F:
        cmd += ["-e", f]
    p = subprocess.Popen(cmd, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    protos = collections.Counter()
    tlsver = collections.defaultdict(set)
    malformed = collections.Counter()
    badsum = n = 0
    per = collections.defaultdict(collections.Counter)
    for line in p.stdout:
        f = line.rstrip("\n").split("|")
        if len(f) < 13:
            continue
        n += 1
        stack = f[8].split(":")
        for x in set(stack):
            protos[x] += 1
        if f[7]:
            malformed[stack[-1] if stack[-1] != "_ws.malformed" else stack[-2]] += 1
        if "0" in f[9].split(",")[:1] or ("0" in f[10].split(",")[:1] and f[12] != "0xffff") or "0" in f[11].split(",")[:1]:
            badsum += 1
        sp = f[2] or f[3]
        if sp:
            per[(f[1].split(",")[0], sp.split(",")[0])].update(set(stack))
        if "2" in f[4].split(","):
            v = f[6].split(",")[-1] if f[6] else f[5].split(",")[-1]
            tlsver[(f[1].split(",")[0], (f[2] or "0").split(",")[0])].add({"0x0301": "TLSv1", "0x0302": "TLSv1.1", "0x0303": "TLSv1.2", "0x0304": "TLSv1.3"}.get(v, v))
    if p.wait():
        bad.append("tshark ended with %d" % p.returncode)
    c = t["lab"]["capture"] or {}
    if c.get("packets") != n:
        bad.append("truth counts %s packets, tshark %d" % (c.get("packets"), n))
    if c.get("mirror_packets") is not None and c["mirror_packets"] != n:
        (bad if abs(c["mirror_packets"] - n) > 20 else note).append("the mirror port carried %d frames, the capture holds %d" % (c["mirror_packets"], n))
    m2 = re.search(r"received/dropped on interface '[^']+': (\d+)/(\d+)", c.get("capture") or "")
    if m2 and int(m2.group(2)):
        bad.append("dumpcap dropped %s" % m2.group(2))
    if badsum:
        bad.append("%d frames with wrong checksums" % badsum)
    for h in t["hosts"]:
        if h["position"] == "inside" and h["seen"] and not h["seen"]["frames_sent"]:
            bad.append("%s sent nothing" % h["name"])
        for s in h["services"]:
            if s.get("observed") is False:
                note.append("%s %s/%d never used" % (h["name"], s["app"], s["port"]))
            elif s["app"] in DECODE and not s["simulated"] and s["proto"] == "tcp":
                want = {"mbtcp": "mbtcp", "http": "http", "ipp": "ipp"}.get(DECODE[s["app"]], DECODE[s["app"]])
                got = per.get((h["ip"], str(s["port"])), {})
                if s["app"] != "postgresql" and want not in got and not (want == "mbtcp" and ("modbus" in got)):
                    (note if s.get("weaknesses") else bad).append("%s %s/%d: tshark does not read it as %s (%s)" % (h["name"], s["app"], s["port"], want, ",".join(list(got)[:9])))
            tv = tlsver.get((h["ip"], str(s["port"])))
            if tv and sorted(tv) != s.get("tls_seen"):
                bad.append("%s port %d: tshark sees %s, truth %s" % (h["name"], s["port"], sorted(tv), s.get("tls_seen")))
            if tv and s["tls"] and "optional" not in s["tls"]["offered"] and not tv <= set(s["tls"]["offered"]):
                bad.append("%s port %d: TLS %s on the wire, truth says %s" % (h["name"], s["port"], sorted(tv), s["tls"]["offered"]))
            if tv and not s["tls"] and s["app"] not in ("rdp", "postgresql", "mqtt"):
                bad.append("%s port %d: TLS on the wire, truth says none" % (h["name"], s["port"]))
    for x in t["problems"] + t["harmless"]:
        if x["observed"] is False:
            note.append("%s %s on %s: no packets" % (x["id"], x["kind"], ",".join(x["hosts"][:3])))
        elif x.get("event") and x["evidence"]["packets"] < 3:
            bad.append("%s %s: only %d packets" % (x["id"], x["kind"], x["evidence"]["packets"]))
    for k in ("hosts_not_ready", "ended_early"):
        for h, w in t["lab"][k].items():
            bad.append("%s: %s" % (h, w))
    keep = [x for x in ("arp", "icmp", "dhcp", "dns", "mdns", "ntp", "snmp", "syslog", "lldp", "cdp", "http", "json", "tls", "ssh", "telnet", "ftp", "ftp-data", "tftp", "smb", "smb2", "dicom", "hl7", "mqtt", "mbtcp", "bacapp", "ipp", "ldap", "pgsql", "vnc", "rdp", "tpkt", "xml", "igmp", "icmpv6", "nbns") if protos.get(x)]
    print("%s seed %d: %d packets; %s" % (t["lab"]["scenario"], t["lab"]["seed"], n, " ".join("%s:%d" % (x, protos[x]) for x in keep)))
    if malformed:
        print("  tshark calls malformed: %s" % dict(malformed))
    for x in note:
        print("  note:", x)
    for x in bad:
        print("  WRONG:", x)
    print("  %s: %d wrong, %d notes, TLS versions seen: %s" % ("ok" if not bad else "FAILED", len(bad), len(note), dict(collections.Counter(v for s in tlsver.values() for v in s))))
    return 1 if bad else 0
