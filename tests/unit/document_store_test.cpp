// Documents beside what is heard, on a network written by hand: which row is
// about which device, what comes of it, what differs, and that importing again
// changes nothing.

#include "inventory/document_store.hpp"
#include "base/text.hpp"
#include "document/document_file.hpp"
#include "inventory/documents.hpp"
#include "inventory/row_join.hpp"
#include "world.hpp"

namespace asepsis {
namespace {

const Vocabulary& words() {
  static const auto kWords = Vocabulary::built_in();
  return kWords.value();
}

struct Imported {
  std::string text;
  std::string name = "assets";
  int day = 1;
  std::string device = {};
};

StoredDocument import(World& world, const Imported& one) {
  DocumentOptions options;
  options.key = sealing_key(world.database()).value();
  const auto read = read_document(as_bytes(one.text), options, words());
  EXPECT_TRUE(read) << read.error().message;
  const DocumentInfo info{.site = "here",
                          .name = one.name,
                          .device = one.device,
                          .file = one.name + ".csv",
                          .content = one.text,
                          .identity = one.text,
                          .dated = time_from_nanoseconds(one.day * 86'400 * kSecond)};
  const auto stored = store_document(world.database(), info, read->document);
  EXPECT_TRUE(stored) << stored.error().message;
  EXPECT_TRUE(derive_documents(world.database(), knowledge()));
  return stored.value_or(StoredDocument{});
}

// Everything that a statement gives, cells apart by spaces.
std::string ask(World& world, const std::string& sql) {
  SQLite::Statement rows(world.sql(), sql);
  std::string out;
  while (rows.executeStep()) {
    for (int i = 0; i < rows.getColumnCount(); ++i)
      out +=
          (i > 0 ? " " : "") + (rows.getColumn(i).isNull() ? "-" : rows.getColumn(i).getString());
    out += '\n';
  }
  return out;
}

// Host 1 is a pump S-1 of Fresenius Kabi named pump1, host 2 one S-2, host 3
// says nothing of itself; the MACs of all are 00:1b:21:00:00:NN.
void fill(World& world) {
  for (const int host : {1, 2}) {
    world.pump(host);
    world.fact({host, "device.serial", "S-10" + std::to_string(host)});
    world.fact({host, "name.host", "pump" + std::to_string(host)});
  }
  world.talk({1, 3, 80, "http"});
  world.talk({2, 3, 80, "http"});
  world.derive();
}

TEST(Joining, TakesTheStrongestAndNoContradiction) {
  struct Case {
    const char* row;  // serial, MAC, host name, manufacturer
    int host;         // 0: none
    const char* by;
  };
  const Case cases[] = {
      {"S-101,,,", 1, "serial"},
      {"s101,,,", 1, "serial"},
      {"S-101,00:1b:21:00:00:01,pump1,Fresenius", 1, "serial"},
      {"S-101,aa:1b:21:00:00:01,,", 1, "serial"},  // another of its network cards
      {"S-101,00:1b:21:00:00:02,,", 0, ""},        // leads to two
      {"S-101,,,Philips", 0, ""},                  // another maker's number
      {"S-9,00:1b:21:00:00:01,,", 0, ""},          // another's serial number
      {",00:1b:21:00:00:01,,Philips", 1, "mac"},
      {"S-9,00:1b:21:00:00:03,,", 3, "mac"},
      {",,PUMP1.ward.example,", 1, "host_name"},
      {"S-9,,pump1,", 0, ""},
      {",aa:1b:21:00:00:01,pump1,", 0, ""},
      {",,pump1,Philips", 0, ""},
      {"S-101,,pump2,", 1, "serial"},
      {"S-9,,,", 0, ""},
      {"unknown,,nothing-like-it,", 0, ""},
  };
  World world;
  fill(world);
  int day = 1;
  for (const Case& one : cases) {
    import(world,
           {.text = std::string("Asset,Serial,MAC,Host name,Manufacturer\nA1,") + one.row + '\n',
            .day = ++day});
    EXPECT_EQ(ask(world, "SELECT device, coalesce(joined_by, '') FROM register_rows"),
              (one.host == 0 ? "-" : world.id(one.host)) + ' ' + one.by + '\n')
        << one.row;
  }
}

TEST(Joining, DoesNotDependOnTheOrder) {
  std::vector<JoinDevice> devices;
  devices.reserve(6);
  for (int i = 0; i < 6; ++i)
    devices.push_back({.key = i,
                       .id = "d-" + std::to_string(i),
                       .serial = "SER" + std::to_string(i / 2),
                       .udi_di = {},
                       .manufacturer = i % 2 == 0 ? "Philips" : "Draeger",
                       .model = {},
                       .macs = {"00:00:00:00:00:0" + std::to_string(i)},
                       .names = {"name" + std::to_string(i / 3)},
                       .assets = {}});
  std::vector<JoinRow> rows;
  rows.reserve(8);
  for (int i = 0; i < 8; ++i)
    rows.push_back({.id = i,
                    .document = 1,
                    .told = std::nullopt,
                    .serial = i < 4 ? "SER" + std::to_string(i) : "",
                    .udi_di = {},
                    .manufacturer = i % 2 == 0 ? "Philips" : "",
                    .model = {},
                    .asset = {},
                    .host_name = "name" + std::to_string(i / 4),
                    .macs = {"00:00:00:00:00:0" + std::to_string(i % 7)}});
  const auto outcome = [&] {
    std::map<std::int64_t, std::string> out;
    const auto joined = join_rows(rows, devices, knowledge());
    for (std::size_t i = 0; i < rows.size(); ++i)
      out[rows[i].id] = (joined[i].device ? devices[*joined[i].device].id : "-") + ' ' +
                        std::string(joined[i].by) + ' ' + joined[i].why;
    return out;
  };
  const auto first = outcome();
  std::ranges::reverse(rows);
  EXPECT_EQ(outcome(), first);
  std::ranges::rotate(devices, devices.begin() + 2);
  EXPECT_EQ(outcome(), first);
  EXPECT_TRUE(std::ranges::any_of(first, [](const auto& one) { return one.second[0] == 'd'; }));
}

TEST(Registers, GiveWhatTheWireDoesNotShow) {
  World world;
  fill(world);
  import(world,
         {.text = "Asset,MAC,Model,Manufacturer,Serial,Ward,Department,Life support,EOS\n"
                  "A3,00:1b:21:00:00:03,Evita V800,Draeger,V-3,ICU,Respiratory,yes,2030-01-31\n"
                  "A1,,,,S-101,Ward 7,,,\n"});
  EXPECT_EQ(ask(world,
                "SELECT class, manufacturer, model, serial, care_area, asset_number, "
                "owner_department, life_supporting, end_of_support FROM devices WHERE id = '" +
                    world.id(3) + "'"),
            "ventilator Draeger Evita V800 V-3 ICU A3 Respiratory yes 2030-01-31\n");
  // Less than the wire would be believed, and from where it is.
  EXPECT_EQ(
      ask(world,
          "SELECT DISTINCT e.source, \"row\", protocol, confidence < 0.8 FROM evidence e JOIN "
          "attributes a USING (device, attribute) WHERE attribute IN ('model', 'serial') "
          "AND device = '" +
              world.id(3) + "'"),
      "assets.csv 2 register 1\n");
  EXPECT_EQ(ask(world, "SELECT care_area, model FROM devices WHERE id = '" + world.id(1) + "'"),
            "Ward 7 Agilia VP MC\n");
}

TEST(Registers, SayWhereTheyDiffer) {
  World world;
  fill(world);
  world.fact({1, "device.firmware", "4.3"});
  world.fact({1, "device.care_area", "ICU"});
  world.derive();
  const std::string differ =
      "SELECT attribute, heard, said, \"row\", packet FROM document_conflicts ORDER BY attribute";
  import(world, {.text = "Serial,Model,SW version,Ward,Host name,Manufacturer\n"
                         "S-101,Agilia SP,V4.1,Ward 7,other,Fresenius\n"});
  EXPECT_EQ(ask(world, differ),
            "care_area ICU Ward 7 2 7\nfirmware 4.3 V4.1 2 7\nmodel Agilia VP MC Agilia SP 2 7\n"
            "name pump1 other 2 7\n");
  import(world,
         {.text = "Serial,Model,SW version,Ward,Host name,Manufacturer\n"
                  "S-101,Agilia VP MC WiFi,v4.3,Intensive Care Unit,PUMP1.x.y,Fresenius Kabi AG\n",
          .day = 2});
  EXPECT_EQ(ask(world, differ), "");
}

TEST(Registers, ListWhatIsMissing) {
  World world;
  fill(world);
  EXPECT_EQ(ask(world, "SELECT count(*) FROM unregistered"), "0\n");  // of no register
  import(world, {.text = "Asset,Serial\nA1,S-101\nA9,S-999\n"});
  EXPECT_EQ(ask(world, "SELECT asset_number FROM register_rows WHERE device IS NULL"), "A9\n");
  EXPECT_EQ(ask(world,
                "SELECT d.id, u.expected FROM unregistered u JOIN device d ON d.key = u.device "
                "WHERE u.expected"),
            world.id(2) + " 1\n");
  // What is only on a list is no device that was heard.
  EXPECT_EQ(ask(world, "SELECT count(*) FROM devices"), "3\n");
}

// What documents said and what came of it, but for numbers of rows.
std::string everything(World& world) {
  return ask(world,
             "SELECT device, kind, document, claim, value, current, file, \"row\", first_seen, "
             "last_seen FROM document_facts ORDER BY 2, 3, 4, 5") +
         ask(world,
             "SELECT device, attribute, value, confidence, source FROM attributes ORDER BY 1, 2, "
             "3") +
         ask(world,
             "SELECT device, setting, value, state, source, current, first_seen FROM "
             "setting_history ORDER BY 1, 2, 3, 4, 5, 6") +
         ask(world,
             "SELECT device, attribute, heard, said FROM document_conflicts ORDER BY 1, 2, 3, 4") +
         ask(world, "SELECT site, name, \"rows\" FROM documents ORDER BY 1, 2");
}

const char* const kList = "Asset,Serial,Ward\nA1,S-101,ICU\nA2,S-102,ED\nA3,S-103,ED\n";
const char* const kExport = R"({"serial": "S-101", "password": "x", "telnet": "on"})";

TEST(Importing, TwiceIsOnce) {
  World world;
  fill(world);
  import(world, {.text = kList});
  import(world, {.text = kExport, .name = "pump"});
  const std::string once = everything(world);
  EXPECT_NE(once.find("secret#"), std::string::npos);
  EXPECT_EQ(import(world, {.text = kList}).as, StoredDocument::As::known);
  EXPECT_EQ(import(world, {.text = kExport, .name = "pump"}).as, StoredDocument::As::known);
  EXPECT_EQ(import(world, {.text = kList, .day = 5}).as, StoredDocument::As::known);
  world.derive();
  EXPECT_EQ(everything(world), once);
}

TEST(Importing, BeforeReadingIsReadingBefore) {
  std::string after;
  {
    World world;
    fill(world);
    import(world, {.text = kList});
    after = everything(world);
  }
  World world;
  import(world, {.text = kList});
  EXPECT_EQ(ask(world, "SELECT count(*) FROM register_rows WHERE device IS NULL"), "3\n");
  fill(world);
  EXPECT_EQ(everything(world), after);
}

TEST(Importing, ANewVersionReplacesTheOldOne) {
  World world;
  fill(world);
  import(world, {.text = kList});
  const auto newer = import(
      world, {.text = "Asset,Serial,Ward\nA2,S-102,HDU\nA1,S-101,ICU\nA4,S-104,ED\n", .day = 3});
  EXPECT_EQ(newer.as, StoredDocument::As::renewed);
  EXPECT_EQ(newer.fresh, 1U);
  EXPECT_EQ(newer.changed, 1U);
  EXPECT_EQ(newer.same, 1U);
  EXPECT_EQ(newer.gone, 1U);
  EXPECT_EQ(ask(world, "SELECT asset_number, care_area, \"row\" FROM register_rows ORDER BY 1"),
            "A1 ICU 3\nA2 HDU 2\nA4 ED 4\n");
  // What it said before is known, and when it last did.
  EXPECT_EQ(ask(world,
                "SELECT value, current, first_seen, last_seen FROM document_facts WHERE claim = "
                "'care_area' AND device = '" +
                    world.id(2) + "' ORDER BY current"),
            "ED 0 1970-01-02T00:00:00.000000Z 1970-01-02T00:00:00.000000Z\n"
            "HDU 1 1970-01-04T00:00:00.000000Z 1970-01-04T00:00:00.000000Z\n");
  const std::string now = everything(world);
  const auto older = import(world, {.text = kList, .day = 2});
  EXPECT_EQ(older.as, StoredDocument::As::older);
  EXPECT_EQ(everything(world), now);
  // A second register that is mostly the first is asked about.
  EXPECT_EQ(import(world, {.text = kList, .name = "assets-new"}).like_it, "assets");
}

TEST(Settings, OfExportsStandBesideTheWire) {
  World world;
  fill(world);
  world.talk({3, 1, 23, "telnet"});
  world.derive();
  import(world,
         {.text = R"({"serial": "S-101", "telnet": "off", "x": 1, "own": "pump1"})", .name = "1"});
  import(world,
         {.text = R"({"serial": "S-102", "telnet": "off", "x": 2, "own": "pump2"})", .name = "2"});
  EXPECT_EQ(world.settings(1, "source = 'document'"),
            "export.own - (its own name) seen -\nexport.serial - S-101 seen -\n"
            "export.telnet - off seen strong\nexport.x - 1 seen -\n");
  EXPECT_EQ(ask(world, "SELECT said_setting, said, seen, differ FROM said_and_seen"),
            "export.telnet off clear 1\n");
  const auto drifts = world.drifts();
  ASSERT_EQ(drifts.size(), 1U);
  std::string separating;
  for (const Separating& one : drifts[0].separating)
    if (one.proven) separating += drifts[0].cohort.settings[one.setting].name + ' ';
  EXPECT_EQ(separating, "export.x ");
  EXPECT_EQ(drifts[0].at_least, 2U);
}

TEST(Settings, OfExportsHaveAPast) {
  World world;
  fill(world);
  import(world, {.text = R"({"serial": "S-101", "telnet": "on", "x": 1})", .name = "p", .day = 1});
  import(world, {.text = R"({"serial": "S-101", "telnet": "off"})", .name = "p", .day = 2});
  // Another file of the same device, later.
  import(world, {.text = R"({"serial": "S-101", "telnet": "on", "y": 1})", .name = "q", .day = 3});
  EXPECT_EQ(ask(world,
                "SELECT setting, value, current, first_seen FROM setting_history WHERE source = "
                "'document' AND setting <> 'export.serial' ORDER BY setting, first_seen"),
            "export.telnet on 0 1970-01-02T00:00:00.000000Z\n"
            "export.telnet off 0 1970-01-03T00:00:00.000000Z\n"
            "export.telnet on 1 1970-01-04T00:00:00.000000Z\n"
            "export.x 1 0 1970-01-02T00:00:00.000000Z\n"
            "export.y 1 1 1970-01-04T00:00:00.000000Z\n");
}

TEST(Settings, OfAnExportAreOfTheDeviceThatIsTold) {
  World world;
  fill(world);
  import(world, {.text = "telnet = on\n", .name = "p", .device = world.id(3)});
  EXPECT_EQ(world.settings(3, "source = 'document'"), "export.telnet - on seen open\n");
}

TEST(Secrets, KeyIsOneADatabaseAndNobodyReadsIt) {
  World world;
  const std::string key = sealing_key(world.database()).value();
  EXPECT_EQ(key.size(), 32U);
  EXPECT_EQ(sealing_key(world.database()).value(), key);
  const OnlyReads guard(world.database());
  EXPECT_THROW(SQLite::Statement(world.sql(), "SELECT key FROM sealing_key"), SQLite::Exception);
}

TEST(Ratings, UseTheRegister) {
  World world;
  fill(world);
  const std::string inputs =
      "SELECT value, source FROM attributes WHERE attribute = 'care_area' AND device = '" +
      world.id(1) + "'";
  import(world, {.text = kList});
  EXPECT_EQ(ask(world, inputs), "ICU document\n");
}

}  // namespace
}  // namespace asepsis
