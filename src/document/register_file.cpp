#include "document/register_file.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "base/address.hpp"
#include "base/text.hpp"
#include "base/udi.hpp"

namespace asepsis {
namespace {

// What people write where there is nothing to say.
bool nothing_said(std::string_view cell) {
  const std::string word = spoken(cell);
  constexpr std::string_view kNothing[] = {
      "",    "n a",       "na",        "none", "unknown", "tbc",         "tbd",           "null",
      "nil", "not known", "unbekannt", "k a",  "inconnu", "desconocido", "not applicable"};
  return std::ranges::find(kNothing, word) != std::end(kNothing);
}

// 1.23457E+11: what a spreadsheet makes of a long number.
bool shortened(std::string_view cell) {
  const std::size_t power = cell.find("E+");
  constexpr std::string_view kDigits = "0123456789.,";
  return power != std::string_view::npos && power > 0 && power + 2 < cell.size() &&
         cell.substr(0, power).find_first_not_of(kDigits) == std::string_view::npos &&
         cell.substr(power + 2).find_first_not_of(kDigits) == std::string_view::npos;
}

// What keeps a spreadsheet from taking a text for a number: '00123 or ="00123".
std::string_view as_typed(std::string_view cell) {
  if (cell.starts_with("=\"") && cell.ends_with('"') && cell.size() > 3)
    return cell.substr(2, cell.size() - 3);
  return cell.starts_with('\'') && cell.size() > 1 ? cell.substr(1) : cell;
}

class RegisterReader {
 public:
  RegisterReader(const CsvTable& table, const RegisterMapping& mapping,
                 const RegisterOptions& options, const Vocabulary& words)
      : table_(table), mapping_(mapping), options_(options), words_(words) {}

  Document read() {
    document_.format = "csv";
    document_.problems = table_.problems;
    decide_dates();
    for (std::size_t i = mapping_.header + 1; i < table_.rows.size(); ++i) read_row(table_.rows[i]);
    note_left_out();
    std::ranges::stable_sort(document_.problems, {}, &DocumentProblem::line);
    return std::move(document_);
  }

 private:
  void decide_dates() {
    orders_.resize(mapping_.columns.size(), options_.dates);
    for (std::size_t i = 0; i < mapping_.columns.size(); ++i) {
      const MappedColumn& column = mapping_.columns[i];
      if (column.field == nullptr || column.field->type != FieldType::date) continue;
      std::vector<std::string_view> cells;
      for (std::size_t row = mapping_.header + 1; row < table_.rows.size(); ++row)
        if (i < table_.rows[row].cells.size()) cells.emplace_back(table_.rows[row].cells[i]);
      const DateColumn found = date_order(cells, options_.dates);
      orders_[i] = found.order;
      note_dates(column, found);
    }
  }

  void note_dates(const MappedColumn& column, const DateColumn& found) {
    if (found.proofs + found.ambiguous == 0) return;
    const std::string order =
        found.order == DateOrder::day_first ? "the day first" : "the month first";
    document_.notes.push_back(
        "dates of '" + column.name + "' are read with " + order +
        (found.proofs > 0 ? ": " + std::to_string(found.proofs) + " cells can only be read so"
                          : ", as nothing in the column decides it (--dates says otherwise)"));
  }

  void read_row(const CsvRow& row) {
    std::size_t cells = row.cells.size();
    while (cells > mapping_.columns.size() && row.cells[cells - 1].empty()) --cells;
    if (cells > mapping_.columns.size())
      return refuse(row, {},
                    "has " + std::to_string(cells) + " cells, and there are " +
                        std::to_string(mapping_.columns.size()) + " columns");
    DocumentRow read{.line = row.line, .key = {}, .facts = {}};
    for (std::size_t i = 0; i < cells; ++i)
      if (mapping_.columns[i].field != nullptr && !nothing_said(row.cells[i]))
        add_cell(row, i, read);
    const bool known = std::ranges::any_of(read.facts, [](const DocumentFact& fact) {
      const Field* field = find_field(fact.claim == "udi_di" ? "udi" : fact.claim);
      return field != nullptr && field->identity;
    });
    if (!known)
      return refuse(row, {},
                    "says nothing by which equipment is known (a serial number, MAC "
                    "address, UDI, asset number or host name)");
    read.key = key_of(read);
    if (!is_double(read)) document_.rows.push_back(std::move(read));
  }

  void add_cell(const CsvRow& row, std::size_t column, DocumentRow& out) {
    const MappedColumn& mapped = mapping_.columns[column];
    const std::string& cell = row.cells[column];
    const auto wrong = [&](const std::string& why) { refuse(row, mapped.name, why); };
    switch (mapped.field->type) {
      case FieldType::text:
        return shortened(cell) ? wrong("was shortened to a rounded number by a spreadsheet")
                               : add(out, mapped.field->name, to_utf8(as_typed(cell)));
      case FieldType::mac:
      case FieldType::ip: return add_addresses(row, mapped, cell, out);
      case FieldType::udi: return add_udi(row, mapped, cell, out);
      case FieldType::date: {
        const auto date = date_from_text(cell, orders_[column]);
        return date ? add(out, mapped.field->name, *date) : wrong("is no date");
      }
      case FieldType::yes_no: {
        const auto yes = words_.yes_or_no(cell);
        return yes ? add(out, mapped.field->name, *yes ? "yes" : "no")
                   : wrong("is neither yes nor no");
      }
    }
  }

  // Several may stand in one cell.
  void add_addresses(const CsvRow& row, const MappedColumn& mapped, std::string_view cell,
                     DocumentRow& out) {
    while (!cell.empty()) {
      const std::size_t end = std::min(cell.size(), cell.find_first_of(",;/ \n"));
      const std::string_view one = trimmed(cell.substr(0, end));
      cell.remove_prefix(std::min(cell.size(), end + 1));
      if (one.empty()) continue;
      const auto mac = mac_from_text(one);
      const auto ip = ip_from_text(one);
      const bool is_mac = mapped.field->type == FieldType::mac;
      if (is_mac && mac && !mac->empty() && !mac->group()) {
        add(out, mapped.field->name, to_text(*mac));
      } else if (!is_mac && ip && !ip->empty()) {
        add(out, mapped.field->name, to_text(*ip));
      } else {
        refuse(row, mapped.name, is_mac ? "is no MAC address of a device" : "is no IP address");
      }
    }
  }

  // A whole UDI says the serial number too, and what makes it one model's.
  void add_udi(const CsvRow& row, const MappedColumn& mapped, const std::string& cell,
               DocumentRow& out) {
    if (!udi_is_of_device(cell))
      return refuse(row, mapped.name, "may hold a donation number, which leads to a person");
    const auto udi = udi_from_text(cell);
    if (!udi && !gtin14(cell)) return refuse(row, mapped.name, "is no UDI");
    add(out, "udi_di", std::string(udi ? udi->device_identifier : std::string_view(cell)));
    if (udi && !udi->serial.empty() && out.value("serial").empty())
      add(out, "serial", std::string(udi->serial));
  }

  static void add(DocumentRow& out, std::string_view claim, std::string value) {
    for (const DocumentFact& fact : out.facts)
      if (fact.claim == claim && fact.value == value) return;
    out.facts.push_back({.claim = std::string(claim), .value = std::move(value), .line = out.line});
  }

  // The strongest thing that says which piece of equipment it is.
  static std::string key_of(const DocumentRow& row) {
    for (const std::string_view field : {"asset_number", "serial", "mac", "host_name", "udi_di"})
      if (const auto value = row.value(field); !value.empty())
        return std::string(field) + ' ' + spoken(value) +
               (field == "serial" ? ' ' + spoken(row.value("manufacturer")) : "");
    return {};
  }

  // The first row of a piece of equipment counts; the others are reported.
  bool is_double(const DocumentRow& row) {
    std::vector<std::string> names{row.key};
    const std::string serial = spoken(row.value("serial"));
    if (!serial.empty())
      names.push_back("serial " + serial + ' ' + spoken(row.value("manufacturer")) + ' ' +
                      spoken(row.value("model")));
    for (const DocumentFact& fact : row.facts)
      if (fact.claim == "mac") names.push_back("mac " + fact.value);
    for (const std::string& name : names) {
      const auto known = seen_.find(name);
      if (known == seen_.end()) continue;
      document_.problems.push_back(
          {.line = row.line,
           .column = {},
           .reason = "is about what line " + std::to_string(known->second) + " is about already (" +
                     std::string(trimmed(name)) + "): only the first is taken"});
      return true;
    }
    for (std::string& name : names) seen_.emplace(std::move(name), row.line);
    return false;
  }

  void refuse(const CsvRow& row, const std::string& column, std::string why) {
    document_.problems.push_back({.line = row.line, .column = column, .reason = std::move(why)});
  }

  void note_left_out() {
    for (const MappedColumn& column : mapping_.columns)
      if (column.field == nullptr && column.why.ends_with("never kept")) ++document_.persons;
  }

  const CsvTable& table_;
  const RegisterMapping& mapping_;
  const RegisterOptions& options_;
  const Vocabulary& words_;
  std::vector<DateOrder> orders_;  // of each column
  std::unordered_map<std::string, std::uint64_t> seen_;
  Document document_;
};

}  // namespace

Document read_register(const CsvTable& table, const RegisterMapping& mapping,
                       const RegisterOptions& options, const Vocabulary& words) {
  return RegisterReader(table, mapping, options, words).read();
}

}  // namespace asepsis
