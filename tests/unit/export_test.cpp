// Exported configurations: what is told of every form, whose they are, what is
// secret and what is never kept.

#include "document/flatten.hpp"
#include "document/secret.hpp"
#include "documents.hpp"

namespace asepsis {
namespace {

TEST(Exports, AreFlattened) {
  struct Case {
    const char* text;
    const char* settings;
  };
  const Case cases[] = {
      {R"({"a": {"b": 1, "c": [true, null, "x"]}, "d": 1.50})",
       "a.b=1\na.c[0]=true\na.c[2]=x\nd=1.50\n"},
      {R"({"list": [{"name": "eth0", "mtu": 1500}, {"name": "eth1", "mtu": 9000}]})",
       "list[eth0].mtu=1500\nlist[eth1].mtu=9000\n"},
      {R"({"list": [{"mtu": 1500}, {"mtu": 9000}]})", "list[0].mtu=1500\nlist[1].mtu=9000\n"},
      {R"([{"id": 7, "x": "y"}])", "[7].x=y\n"},
      {"<c><a x='1'>t</a><p name='telnet' value='on'/><p name='ssh'>off</p><q/><q>2</q></c>",
       "a.x=1\na=t\np[telnet]=on\np[ssh]=off\nq[1]=2\n"},
      {"<n:c xmlns:n='u'><n:a>1</n:a><b><![CDATA[2]]></b></n:c>", "a=1\nb=2\n"},
      {"; a comment\n[net]\ntelnet = off\nname: x\n[net.wifi]\nssid=\"a b\"\n# more\n",
       "net.telnet=off\nnet.name=x\nnet.wifi.ssid=a b\n"},
      {"a.b=1\na.b=2\nc=\n", "a.b=1\na.b[1]=2\n"},
      {"setting,value\ntelnet,off\nssh,on\n", "telnet=off\nssh=on\n"},
      {"section;name;value\nnet;telnet;off\nnet;ssh;on\n", "net.telnet=off\nnet.ssh=on\n"},
      {"port,speed,duplex,vlan\n1,100,full,7\n2,10,half,8\n",
       "1.speed=100\n1.duplex=full\n1.vlan=7\n2.speed=10\n2.duplex=half\n2.vlan=8\n"},
  };
  for (const Case& one : cases)
    EXPECT_EQ(settings_of(read(one.text, as("export")).document), one.settings) << one.text;
}

TEST(Exports, GiveWhatStoodBeforeADamage) {
  const auto json = read("{\"a\": 1,\n\"b\": 2,\n\"c\": }").document;
  EXPECT_EQ(settings_of(json), "a=1\nb=2\n");
  EXPECT_EQ(json.problems.front().line, 2U);  // the last that was whole
  const auto xml = read("<c><a>1</a>\n<b>2</c>").document;
  EXPECT_TRUE(settings_of(xml).starts_with("a=1\n")) << settings_of(xml);
  EXPECT_EQ(xml.problems.size(), 1U);
  const auto ini = read("[a]\nx = 1\nnonsense\ny = 2\n").document;
  EXPECT_EQ(settings_of(ini), "a.x=1\na.y=2\n");
  EXPECT_EQ(problems_of(ini), "3 : is neither a section nor a key with a value\n");
}

TEST(Exports, KnowTheLinesOfTheirSettings) {
  for (const char* text :
       {"{\n\"a\": {\n\"b\": 1}}", "<c>\n<a>\n<b>1</b></a></c>", "[a]\n\nb=1\n"}) {
    const auto document = read(text).document;
    ASSERT_EQ(document.rows.size(), 1U);
    EXPECT_EQ(document.rows[0].facts[0].line, 3U) << text;
  }
}

TEST(Exports, AreBounded) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "{\"a\":";
  EXPECT_LT(read(deep + "1").document.problems.size(), 5U);
  const std::string arrays(100'000, '[');
  EXPECT_LT(read("{\"a\":" + arrays).document.problems.size(), 5U);
  std::string tags;
  for (int i = 0; i < 100'000; ++i) tags += "<a>";
  EXPECT_LE(read(tags).document.rows.size(), 1U);
  std::string many = "[x]\n";
  for (std::size_t i = 0; i < kMostLeaves + 10; ++i) many += 'k' + std::to_string(i) + "=1\n";
  const auto document = read(many).document;
  EXPECT_EQ(document.rows[0].facts.size(), kMostLeaves);
  EXPECT_EQ(document.problems.size(), 1U);
  std::string list;
  for (std::size_t i = 0; i < kMostLeaves; ++i) list += i == 0 ? "1" : ",1";
  EXPECT_EQ(read("{\"l\":[" + list + "]}").document.problems.size(), 0U);
  EXPECT_EQ(read("{\"l\":[" + list + ",1]}").document.problems.size(), 1U);
  std::string elements;
  for (std::size_t i = 0; i <= kMostLeaves; ++i) elements += "<a>1</a>";
  EXPECT_EQ(read("<c>" + elements + "</c>").document.problems.size(), 1U);
  // What an entity stands for is never put in its place.
  const auto bomb = read(
      "<!DOCTYPE c [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY x "
      "SYSTEM \"file:///etc/passwd\">]><c><d>&b;</d><e>&x;</e></c>");
  EXPECT_EQ(settings_of(bomb.document), "d=&b;\ne=&x;\n");
}

TEST(Exports, SayWhoseTheyAre) {
  const auto identity = [](const char* text) {
    return rows_of(read(text).document, kExportPrefix);
  };
  EXPECT_EQ(identity(R"({"device": {"serialNumber": "S1", "version": "4.3", "type": "x"},
                         "net": {"mac": "00-11-22-33-44-55", "hostname": "p1"}})"),
            "1: firmware=4.3 host_name=p1 mac=00:11:22:33:44:55 serial=S1\n");
  // What stands below a server, a module or a library is theirs.
  EXPECT_EQ(identity(R"({"serial": "S1", "ntp": {"server": {"hostname": "t"}},
                         "modules": [{"serial": "M1"}], "library": {"version": "7"}, "version": 2})"),
            "1: serial=S1\n");
  // The nearest to the root counts; of two as near neither.
  EXPECT_EQ(identity(R"({"a": {"b": {"serial": "S2"}}, "serial": "S1"})"), "1: serial=S1\n");
  const auto two = read(R"({"a": {"serial": "S2"}, "b": {"serial": "S1"}, "hostname": "h"})");
  EXPECT_EQ(rows_of(two.document, kExportPrefix), "1: host_name=h\n");
  EXPECT_EQ(two.document.problems.size(), 1U);
}

TEST(Secrets, AreNeverKept) {
  const char* const kSecrets[] = {
      R"({"a": {"password": "hunter2!"}})",
      R"({"adminPassword": "hunter2!"})",
      R"({"snmpCommunity": "hunter2!"})",
      R"({"wifi": {"PSK": "hunter2!"}})",
      R"({"credentials": {"jroe": "hunter2!"}})",
      R"({"API_KEY": "hunter2!"})",
      R"({"x": {"private-key": "hunter2!"}})",
      R"({"keys": ["hunter2!", "hunter2!"]})",
      R"({"servicePIN": "hunter2!"})",
      R"({"url": "ftp://user:hunter2!@10.0.0.1/x"})",
      R"({"dsn": "Server=x;Password=hunter2!;"})",
      R"({"note": "-----BEGIN RSA PRIVATE KEY-----\nhunter2!"})",
      R"({"hash": "$6$salt$hunter2!"})",
      R"({"header": "Bearer hunter2!"})",
      "<c><param name='password' value='hunter2!'/></c>",
      "<c><password>hunter2!</password></c>",
      "<c><user password='hunter2!'/></c>",
      "[radius]\nsecret = hunter2!\n",
      "enable passwd: hunter2!\n",
      "snmp.community=hunter2!\n",
      "name,value\nwpa_key,hunter2!\n",
      "Kennwort = hunter2!\nmode = 1\n",
      "users.admin.pass=hunter2!\n",
      "mode = 1\nurl: ftp://u:hunter2!@10.0.0.1/?a=b\n",
      "mode = 1\nftp://u:hunter2!@10.0.0.1/ = on\n",
      R"({"ftp://u:hunter2!@10.0.0.1": {"mode": 1}})",
      "bindPw = hunter2!\n",
      R"({"encryptionKeyText": "hunter2!", "seed": "hunter2!"})",
  };
  for (const char* text : kSecrets) {
    const auto document = read(text, as("export")).document;
    const std::string all = settings_of(document) + problems_of(document) + rows_of(document);
    EXPECT_EQ(all.find("hunter2"), std::string::npos) << text << '\n' << all;
    EXPECT_NE(all.find("secret#"), std::string::npos) << text << '\n' << all;
  }
  for (const char* value : {"kJ8sd72HsKq0PzL3mNvB91xQ", "5f4dcc3b5aa765d61d8327deb882cf995f4dcc3b",
                            "AbC1dEf2GhI3jKl4MnO5pQr6"})
    EXPECT_TRUE(looks_secret(value, words())) << value;
  for (const char* value :
       {"Northvale adult library 2026", "10.86.59.17", "CARESCAPE-B650-ICU-BED-12-CONFIG",
        "123e4567-e89b-12d3-a456-426614174000", "2026-03-31T10:00:00.000000Z", "WPA2-Enterprise",
        "https://updates.example.org/pump", "ECDHE-RSA-AES256-GCM-SHA384", "Europe/London"})
    EXPECT_FALSE(looks_secret(value, words())) << value;
}

TEST(Secrets, CanBeCompared) {
  EXPECT_EQ(sealed("x", "key"), sealed("x", "key"));
  EXPECT_NE(sealed("x", "key"), sealed("y", "key"));
  EXPECT_NE(sealed("x", "key"), sealed("x", "another key"));
  EXPECT_TRUE(settings_of(read(R"({"password": "admin"})").document).ends_with("(well-known)\n"));
  EXPECT_EQ(settings_of(read(R"({"password": ""})").document), "password=(empty)\n");
}

TEST(Secrets, DoNotHideWhatIsNone) {
  EXPECT_EQ(settings_of(read(R"({"passwordMinLength": 8, "passwordRequired": true, "keyboard": "uk",
                                 "tokenLifetime": "3600", "passThrough": "on",
                                 "password": {"policy": "strict"}})")
                            .document),
            "passwordMinLength=8\npasswordRequired=true\nkeyboard=uk\ntokenLifetime=3600\n"
            "passThrough=on\npassword.policy=strict\n");
}

TEST(Exports, KeepNoPeople) {
  const char* const kTexts[] = {
      R"({"x": 1, "patient": {"name": "Roe", "id": "Roe"}})",
      R"({"x": 1, "patients": [{"bed": "Roe"}]})",
      R"({"x": 1, "currentPatient": "Roe", "nhsNumber": "Roe", "patientId": "Roe", "dob": "Roe"})",
      R"({"x": 1, "users": [{"name": "Roe", "role": "biomed"}]})",
      R"({"x": 1, "contact": {"email": "Roe"}, "sysContact": "Roe", "modifiedBy": "Roe"})",
      "<c><x>1</x><patient name='Roe'/><users><user name='Roe'>1</user></users></c>",
      "x=1\nsysContact=Roe\nPatientName=Roe\nuser_name=Roe\n",
      "name,value\nx,1\npatient name,Roe\n",
      R"({"x": 1, "users": {"Roe": {"role": "admin", "email": "y"}}})",
      R"({"x": 1, "users": {"Roe": "admin", "max": 5}, "email": "y"})",
      "x=1\n[users.Roe]\nrole=admin\nmail=on\nuser_name=y\n",
  };
  for (const char* text : kTexts) {
    const auto document = read(text, as("export")).document;
    const std::string all = settings_of(document) + problems_of(document) + rows_of(document);
    EXPECT_EQ(all.find("Roe"), std::string::npos) << text << '\n' << all;
    EXPECT_NE(all.find("x=1"), std::string::npos) << text;
    EXPECT_GT(document.persons, 0U) << text;
  }
}

// "net.macAddress" is "net.mac address".
std::string spoken_path(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const std::size_t end = std::min(path.size(), path.find('.'));
    out += (out.empty() ? "" : ".") + spoken(path.substr(0, end));
    path.remove_prefix(std::min(path.size(), end + 1));
  }
  return out;
}

TEST(Nature, IsARule) {
  for (const char* path : {"serialNumber",       "network.mac", "network.macAddress",
                           "net.eth0.ipAddress", "net.ip",      "net.netmask",
                           "system.hostname",    "sysName",     "exported",
                           "lastBackup",         "uptime",      "statistics.bootCount",
                           "runtimeHours",       "device.udi",  "location",
                           "assetTag",           "date",        "room",
                           "clock.time",         "net.gateway", "installDate"})
    EXPECT_TRUE(words().differs_by_nature(spoken_path(path))) << path;
  for (const char* path :
       {"ntp.server.address", "syslog.host name", "syslog.ip address", "time zone", "time server",
        "alarm.high", "telnet.enabled", "session.timeout", "firmware", "dns.server ip",
        "temperature alarm limit", "snmp.version", "log on"})
    EXPECT_FALSE(words().differs_by_nature(path)) << path;
}

TEST(Names, AreTakenApart) {
  for (const auto& [name, said] : {std::pair{"macAddress", "mac address"},
                                   {"IPAddress", "ip address"},
                                   {"ipv4Address", "ipv4 address"},
                                   {"SNMPv3", "snmpv3"},
                                   {"wifi_PSK", "wifi psk"},
                                   {"Serien-Nr.", "serien nr"},
                                   {"  A  B ", "a b"},
                                   {"Ger\xc3\x84T", "ger\xc3\xa4t"}})
    EXPECT_EQ(spoken(name), said);
}

TEST(Said, TellsHowSafeASettingIs) {
  struct Case {
    const char *path, *value, *level, *about;
  };
  const Case cases[] = {{"network.telnet.enabled", "true", "open", "telnet"},
                        {"network.telnet", "off", "strong", "telnet"},
                        {"parameter telnet", "on", "open", "telnet"},
                        {"services.ftp.enabled", "1", "open", "ftp"},
                        {"snmp.version", "v2c", "weak", "snmp.version"},
                        {"tls.min version", "1.0", "weak", "tls.lowest_version"},
                        {"tls.min version", "TLS 1.2", "strong", "tls.lowest_version"},
                        {"wifi.security", "WEP-128", "weak", ""},
                        {"login.required", "false", "open", ""},
                        {"alarm.volume", "40", "", ""}};
  for (const Case& one : cases) {
    const auto said = words().said(one.path, one.value);
    EXPECT_EQ(said.level, one.level) << one.path;
    EXPECT_EQ(said.about, one.about) << one.path;
  }
}

}  // namespace
}  // namespace asepsis
