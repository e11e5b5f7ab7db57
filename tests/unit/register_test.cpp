// Asset registers: what is told of every form, what is refused and why, and
// what is never kept.

#include "document/dates.hpp"
#include "documents.hpp"

namespace asepsis {
namespace {

std::string utf16(std::string_view text, bool little, bool mark) {
  std::string out = mark ? (little ? "\xff\xfe" : "\xfe\xff") : "";
  for (const char c : text) {
    const std::string pair = little ? std::string{c, '\0'} : std::string{'\0', c};
    out += pair;
  }
  return out;
}

TEST(Registers, AreReadInEveryForm) {
  const std::string rows =
      "2: asset_number=A1 serial=S-1 care_area=ICU\n"
      "3: asset_number=A2 serial=S-2\n";
  const std::string plain = "Asset No,Serial Number,Ward\nA1,S-1,ICU\nA2,S-2,\n";
  std::string semicolons = plain;
  std::ranges::replace(semicolons, ',', ';');
  std::string tabs = plain;
  std::ranges::replace(tabs, ',', '\t');
  std::string pipes = plain;
  std::ranges::replace(pipes, ',', '|');
  const std::string forms[] = {
      plain,
      semicolons,
      tabs,
      pipes,
      "\xef\xbb\xbf" + plain,
      utf16(plain, true, true),
      utf16(plain, false, true),
      utf16(plain, true, false),
      utf16(plain, false, false),
      "Asset No,Serial Number,Ward\r\nA1,S-1,ICU\r\nA2,S-2,\r\n",
      "Asset No,Serial Number,Ward\rA1,S-1,ICU\rA2,S-2,",
      "\"Asset No\",\"Serial Number\",\"Ward\"\n\"A1\",\"S-1\",\"ICU\"\n\"A2\",\"S-2\",\"\"\n",
      "asset_tag,SerialNo.,ward\nA1,S-1,ICU\nA2,S-2,n/a\n"};
  for (const std::string& form : forms) EXPECT_EQ(rows_of(read(form).document), rows) << form;
}

TEST(Registers, KnowTheNamesOfColumns) {
  struct Case {
    const char* name;
    const char* field;
  };
  const Case cases[] = {{"Serial-No.", "serial"},
                        {"serialNumber", "serial"},
                        {"S/N", "serial"},
                        {"Seriennummer", "serial"},
                        {"Num\xc3\xa9ro de s\xc3\xa9rie", "serial"},
                        {"NUM\xc3\x89RO DE S\xc3\x89RIE", "serial"},
                        {"N\xc3\xbamero de serie", "serial"},
                        {"Serial No. (manufacturer's)", "serial"},
                        {"MAC-Adresse", "mac"},
                        {"WLAN MAC", "mac"},
                        {"Hersteller", "manufacturer"},
                        {"Make", "manufacturer"},
                        {"Inventar-Nr.", "asset_number"},
                        {"CMMS ID", "asset_number"},
                        {"Supportende", "end_of_support"},
                        {"EOL date", "end_of_support"},
                        {"UDI-DI", "udi"},
                        {"Kostenstelle", "owner_department"},
                        {"Lebenserhaltend", "life_supporting"},
                        {"Primary Serial Number of unit", "serial"},
                        {"Current ward / bay", "care_area"},
                        {"Network MAC (eth0)", "mac"},
                        {"Unit price", nullptr},
                        {"Service contract", nullptr},
                        {"Purchase price", nullptr},
                        {"Notes", nullptr}};
  for (const Case& one : cases) {
    const auto found = words().field_of(one.name);
    EXPECT_EQ(found ? found->field->name : "", one.field == nullptr ? "" : one.field) << one.name;
  }
}

TEST(Registers, AreMappedAsAsked) {
  const std::string text = "Inv,Thing,Where\n1,S-1,ICU\n";
  EXPECT_EQ(read(text, as("register")).document.rows.size(), 0U);
  DocumentOptions options;
  options.asset_register.columns = {{"Thing", "serial"}, {"Where", "care_area"}};
  EXPECT_EQ(rows_of(read(text, options).document), "2: serial=S-1 care_area=ICU\n");
  options.asset_register.columns = {{"Serial No", "-"}};
  EXPECT_EQ(rows_of(read("Asset No,Serial No\n1,S-1\n", options).document), "2: asset_number=1\n");
  for (const ColumnChoice& wrong :
       {ColumnChoice{"Absent", "serial"}, {"Thing", "colour"}, {"Patient Name", "location"}}) {
    options.asset_register.columns = {wrong};
    options.as = "register";
    EXPECT_FALSE(read_document(as_bytes("Thing,Patient Name\n1,2\n"), options, words()))
        << wrong.column;
  }
}

TEST(Registers, SayWhatTheyLeaveOut) {
  const auto document = read(
                            "A title above it\n"
                            "Asset No,Serial No,MAC,EOL,Life support,UDI-DI\n"
                            "A1,S-1,00:11:22:33:44:55,2029-12-31,yes,\n"
                            "A2,S-2,00:11:22:33:44,31/02/2029,perhaps,123\n"
                            ",,,,,\n"
                            "\n"
                            ",,,2029-12-31,no,\n"
                            "A1,S-9,,,,\n"
                            "A3,S-1,,,,\n"
                            "A4,S-4,,,,,extra\n"
                            "\"A5,S-5,,,,\n")
                            .document;
  EXPECT_EQ(rows_of(document),
            "3: asset_number=A1 serial=S-1 mac=00:11:22:33:44:55 end_of_support=2029-12-31 "
            "life_supporting=yes\n"
            "4: asset_number=A2 serial=S-2\n");
  EXPECT_EQ(problems_of(document),
            "4 MAC: is no MAC address of a device\n"
            "4 EOL: is no date\n"
            "4 Life support: is neither yes nor no\n"
            "4 UDI-DI: is no UDI\n"
            "7 : says nothing by which equipment is known (a serial number, MAC address, UDI, "
            "asset number or host name)\n"
            "8 : is about what line 3 is about already (asset_number a1): only the first is taken\n"
            "9 : is about what line 3 is about already (serial s 1): only the first is taken\n"
            "10 : has 7 cells, and there are 6 columns\n"
            "11 : a quotation mark is never closed\n");
}

TEST(Registers, UndoWhatSpreadsheetsDo) {
  const auto document = read("Asset,Serial\n'0012,\"=\"\"0034\"\"\"\nA2,1.23457E+11\n").document;
  EXPECT_EQ(rows_of(document), "2: asset_number=0012 serial=0034\n3: asset_number=A2\n");
  EXPECT_EQ(problems_of(document),
            "3 Serial: was shortened to a rounded number by a spreadsheet\n");
}

TEST(Registers, KeepNoPeople) {
  const std::string text =
      "Asset No,Serial No,Patient Name,NHS Number,Contact,Owner,Engineer,E-Mail,Date of "
      "birth,Ward\n"
      "A1,S-1,Roe Jane,9434765919,J. Roe,J. Roe,J. Roe,jane@example.org,1958-02-14,ICU\n";
  const auto document = read(text).document;
  EXPECT_EQ(rows_of(document), "2: asset_number=A1 serial=S-1 care_area=ICU\n");
  EXPECT_EQ(document.persons, 7U);
}

TEST(Registers, TakeAWholeUdiApart) {
  EXPECT_EQ(rows_of(read("Asset,UDI\nA1,(01)04049098065225(21)A1550\n").document),
            "2: asset_number=A1 udi_di=04049098065225 serial=A1550\n");
  EXPECT_EQ(read("Asset,UDI\nA1,=/A9999XYZ100T0944\n").document.problems.size(), 1U);
}

TEST(Dates, AreReadAsTheColumnDecides) {
  struct Case {
    const char* cells;
    const char* dates;
  };
  const Case cases[] = {
      {"13/01/2026 02/03/2026", "2026-01-13 2026-03-02"},
      {"01/13/2026 02/03/2026", "2026-01-13 2026-02-03"},
      {"01/02/2026", "2026-02-01"},
      {"2026-02-01 2026/3/4", "2026-02-01 2026-03-04"},
      {"1.2.2026 1.2.26", "2026-02-01 2026-02-01"},
      {"01-Feb-2026 1-feb-26 Feb-1-2026", "2026-02-01 2026-02-01 2026-02-01"},
      {"31/02/2026 00/01/2026 1/1/1 12 x/y/z", "- - - - -"},
      {"1-2-99 1-2-05", "1999-02-01 2005-02-01"},
      {"2026-02-01T10:00:00Z", "2026-02-01"},
  };
  for (const Case& one : cases) {
    std::vector<std::string_view> cells;
    std::string_view rest = one.cells;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.size(), rest.find(' '));
      cells.push_back(rest.substr(0, end));
      rest.remove_prefix(std::min(rest.size(), end + 1));
    }
    const DateColumn column = date_order(cells, DateOrder::day_first);
    std::string dates;
    for (const auto cell : cells)
      dates += (dates.empty() ? "" : " ") + date_from_text(cell, column.order).value_or("-");
    EXPECT_EQ(dates, one.dates) << one.cells;
  }
  EXPECT_EQ(date_from_text("14 March 2026", DateOrder::day_first), "2026-03-14");
  EXPECT_EQ(date_from_text("March 14, 2026", DateOrder::day_first), "2026-03-14");
  EXPECT_EQ(date_from_text("14. M\xc3\xa4rz 2026", DateOrder::month_first), "2026-03-14");
  EXPECT_EQ(date_from_text("14/03/2026 10:15", DateOrder::day_first), "2026-03-14");
}

}  // namespace
}  // namespace asepsis
