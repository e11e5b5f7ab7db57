#include "document/vocabulary.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <map>
#include <span>

#include "base/embedded.hpp"
#include "base/text.hpp"
#include "base/toml_table.hpp"

namespace asepsis {

std::span<const EmbeddedFile> embedded_documents();  // NOLINT(misc-use-internal-linkage)

namespace {

constexpr std::size_t kWorthGuessing =
    8;  // letters of a word that tells a field inside another name

constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_number(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_word(char c) {
  return is_lower(lower(c)) || is_number(c) || static_cast<unsigned char>(c) >= 0x80;
}

// "macAddress", "IPAddress", "ipv4Address" are two words; "SNMPv3" and "MACs" one.
bool new_word(std::string_view text, std::size_t at) {
  if (at == 0 || !is_upper(text[at])) return false;
  const char before = text[at - 1];
  if (is_lower(before)) return true;
  const auto small = [&](std::size_t i) { return i < text.size() && is_lower(text[i]); };
  return (is_upper(before) || is_number(before)) && small(at + 1) && small(at + 2);
}

std::string letters_of(std::string_view text) {
  std::string letters = spoken(text);
  std::erase(letters, ' ');
  return letters;
}

std::string padded(std::string_view text) { return ' ' + std::string(text) + ' '; }

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

bool found_in(std::string_view text, const RE2& expression) {
  return RE2::PartialMatch(piece(text), expression);
}

using Expression = std::unique_ptr<RE2>;

// An expression of the file; what is none is an error with its line.
Expression expression(TomlTable& in, std::string_view key, bool required = true) {
  const std::string text = in.text(key, required);
  if (text.empty() && !required) return nullptr;
  RE2::Options options;
  options.set_log_errors(false);
  auto compiled = std::make_unique<RE2>(text, options);
  if (!compiled->ok()) in.wrong(key, "is no regular expression: " + compiled->error());
  return compiled;
}

struct Nature {
  Expression match, unless;
  bool unless_foreign = false;
};

struct Meaning {
  Expression match;
  std::string about;
  std::vector<std::pair<std::string, Expression>> levels;
};

}  // namespace

struct Vocabulary::Tables {
  std::map<std::string, const Field*, std::less<>> columns;  // by their letters
  std::vector<std::pair<std::string, const Field*>> names;   // as spoken, the longest first
  std::map<std::string, const Field*, std::less<>> own;      // of exports, by their letters
  std::vector<std::string> yes, no, naming, well_known, needs_own;
  Expression patient, person, people, named_people, secret, about_secret, secret_value, foreign,
      own_above;
  std::vector<Nature> natures;
  std::vector<Meaning> meanings;
};

namespace {

template <class Tables>
void read_column(TomlTable& in, Tables& tables) {
  const std::string wanted = in.text("field");
  const Field* field = find_field(wanted);
  if (field == nullptr) return in.wrong("field", "names no field: '" + wanted + "'");
  for (const std::string& column : in.texts("names", true)) {
    const auto [known, fresh] = tables.columns.emplace(letters_of(column), field);
    if (!fresh && known->second != field)
      in.wrong("names", "'" + column + "' is of " + std::string(known->second->name) + " too");
    const std::string name = spoken(column);
    if (name.contains(' ') || name.size() >= kWorthGuessing) tables.names.emplace_back(name, field);
  }
  for (const std::string& word : in.texts("inside")) tables.names.emplace_back(spoken(word), field);
}

template <class Tables>
void read_left_out(TomlTable& in, Tables& tables) {
  tables.patient = expression(in, "patient");
  tables.person = expression(in, "person");
}

template <class Tables>
void read_export(TomlTable& in, Tables& tables) {
  tables.people = expression(in, "people");
  tables.named_people = expression(in, "named_people");
  tables.secret = expression(in, "secret");
  tables.about_secret = expression(in, "about_secret");
  tables.secret_value = expression(in, "secret_value");
  tables.foreign = expression(in, "foreign");
  tables.own_above = expression(in, "own");
  for (const std::string& step : in.texts("needs_own", true))
    tables.needs_own.push_back(letters_of(step));
  tables.naming = in.texts("naming", true);
  tables.well_known = in.texts("well_known", true);
  for (const std::string_view name : {"serial", "host_name"})
    for (const std::string& step : in.texts(name)) tables.own[letters_of(step)] = find_field(name);
}

template <class Tables>
void read_nature(TomlTable& in, Tables& tables) {
  in.text("why");
  Nature nature{.match = expression(in, "match"), .unless = expression(in, "unless", false)};
  nature.unless_foreign = in.yes("unless_foreign");
  tables.natures.push_back(std::move(nature));
}

template <class Tables>
void read_meaning(TomlTable& in, Tables& tables) {
  Meaning meaning{.match = expression(in, "match"), .about = in.text_or("about"), .levels = {}};
  RE2::Options options;
  options.set_case_sensitive(false);
  options.set_log_errors(false);
  for (const std::string_view level : {"open", "weak", "strong"})
    for (const std::string& text : in.texts(level)) {
      meaning.levels.emplace_back(level, std::make_unique<RE2>(text, options));
      if (!meaning.levels.back().second->ok()) in.wrong(level, "holds no regular expression");
    }
  tables.meanings.push_back(std::move(meaning));
}

}  // namespace

const std::vector<Field>& document_fields() {
  static const std::vector<Field> kFields{
      {.name = "asset_number", .identity = true},
      {.name = "serial", .identity = true},
      {.name = "manufacturer"},
      {.name = "model"},
      {.name = "device_type"},
      {.name = "firmware"},
      {.name = "mac", .type = FieldType::mac, .several = true, .identity = true},
      {.name = "ip", .type = FieldType::ip, .several = true},
      {.name = "host_name", .identity = true},
      {.name = "udi", .type = FieldType::udi, .identity = true},
      {.name = "care_area"},
      {.name = "location"},
      {.name = "owner_department"},
      {.name = "life_supporting", .type = FieldType::yes_no},
      {.name = "end_of_support", .type = FieldType::date},
      {.name = "in_service", .type = FieldType::date},
  };
  return kFields;
}

const Field* find_field(std::string_view name) {
  const auto found = std::ranges::find(document_fields(), name, &Field::name);
  return found == document_fields().end() ? nullptr : &*found;
}

std::string spoken(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_word(text[i]) || new_word(text, i))
      if (!out.empty() && out.back() != ' ') out += ' ';
    if (!is_word(text[i])) continue;
    // Latin capitals with accents are U+00C0 to U+00DE.
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool accented = i > 0 && text[i - 1] == '\xc3' && byte >= 0x80 && byte <= 0x9e;
    out += accented ? static_cast<char>(byte + 0x20) : lower(text[i]);
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

Vocabulary::Vocabulary(std::unique_ptr<Tables> tables) : tables_(std::move(tables)) {}
Vocabulary::Vocabulary(Vocabulary&&) noexcept = default;
Vocabulary& Vocabulary::operator=(Vocabulary&&) noexcept = default;
Vocabulary::~Vocabulary() = default;

Result<Vocabulary> Vocabulary::built_in() {
  const EmbeddedFile& file = embedded_documents().front();
  return read(file.name, file.text);
}

Result<Vocabulary> Vocabulary::read(std::string_view name, std::string_view text) {
  const auto parsed = parse_toml(name, text);
  if (!parsed) return std::unexpected(parsed.error());
  TomlTable in(name, "", *parsed);
  auto tables = std::make_unique<Tables>();
  in.tables(
      "column", [&](TomlTable& row) { read_column(row, *tables); }, true);
  in.table(
      "left_out", [&](TomlTable& row) { read_left_out(row, *tables); }, true);
  const auto words = [&](TomlTable& row) {
    for (const std::string& word : row.texts("yes", true)) tables->yes.push_back(spoken(word));
    for (const std::string& word : row.texts("no", true)) tables->no.push_back(spoken(word));
  };
  in.table("words", words, true);
  in.table(
      "export", [&](TomlTable& row) { read_export(row, *tables); }, true);
  in.tables(
      "nature", [&](TomlTable& row) { read_nature(row, *tables); }, true);
  in.tables(
      "said", [&](TomlTable& row) { read_meaning(row, *tables); }, true);
  if (const auto done = in.finished(); !done) return std::unexpected(done.error());
  std::ranges::stable_sort(tables->names, std::ranges::greater{},
                           [](const auto& entry) { return entry.first.size(); });
  return Vocabulary(std::move(tables));
}

std::optional<Vocabulary::ColumnMatch> Vocabulary::field_of(std::string_view column) const {
  const auto known = tables_->columns.find(letters_of(column));
  if (known != tables_->columns.end()) return ColumnMatch{known->second, false};
  // "Serial no. (maker's)": what stands in brackets explains.
  const auto plain =
      tables_->columns.find(letters_of(column.substr(0, column.find_first_of("(["))));
  if (plain != tables_->columns.end()) return ColumnMatch{plain->second, false};
  const std::string words = padded(spoken(column));
  for (const auto& [name, field] : tables_->names)
    if (words.contains(padded(name))) return ColumnMatch{field, true};
  return std::nullopt;
}

const Field* Vocabulary::identity_of(std::string_view step, std::string_view above) const {
  const std::string letters = letters_of(step);
  if (std::ranges::find(tables_->needs_own, letters) != tables_->needs_own.end() &&
      !found_in(above, *tables_->own_above))
    return nullptr;
  if (const auto own = tables_->own.find(letters); own != tables_->own.end()) return own->second;
  const auto known = tables_->columns.find(letters);
  if (known == tables_->columns.end()) return nullptr;
  constexpr std::string_view kOf[] = {"asset_number", "serial", "manufacturer", "model",
                                      "firmware",     "mac",    "host_name",    "udi"};
  return std::ranges::find(kOf, known->second->name) == std::end(kOf) ? nullptr : known->second;
}

std::optional<bool> Vocabulary::yes_or_no(std::string_view cell) const {
  const std::string word = spoken(cell);
  if (trimmed(cell) == "-") return false;
  if (std::ranges::find(tables_->yes, word) != tables_->yes.end()) return true;
  if (std::ranges::find(tables_->no, word) != tables_->no.end()) return false;
  return std::nullopt;
}

bool Vocabulary::names_patient(std::string_view step) const {
  return found_in(step, *tables_->patient);
}
bool Vocabulary::names_person(std::string_view step) const {
  return found_in(step, *tables_->person);
}
bool Vocabulary::names_people(std::string_view step) const {
  return found_in(step, *tables_->people);
}
bool Vocabulary::holds_named_people(std::string_view step) const {
  return found_in(step, *tables_->named_people);
}
bool Vocabulary::names_secret(std::string_view step) const {
  return found_in(step, *tables_->secret);
}
bool Vocabulary::about_secret(std::string_view step) const {
  return found_in(step, *tables_->about_secret);
}
bool Vocabulary::foreign(std::string_view path) const { return found_in(path, *tables_->foreign); }

bool Vocabulary::secret_value(std::string_view value) const {
  return found_in(value, *tables_->secret_value);
}

bool Vocabulary::well_known(std::string_view secret) const {
  return std::ranges::any_of(tables_->well_known,
                             [&](const std::string& known) { return same_letters(known, secret); });
}

const std::vector<std::string>& Vocabulary::naming() const { return tables_->naming; }

bool Vocabulary::differs_by_nature(std::string_view path) const {
  return std::ranges::any_of(tables_->natures, [&](const Nature& nature) {
    return found_in(path, *nature.match) && !(nature.unless && found_in(path, *nature.unless)) &&
           !(nature.unless_foreign && foreign(path));
  });
}

Vocabulary::Said Vocabulary::said(std::string_view path, std::string_view value) const {
  for (const Meaning& meaning : tables_->meanings) {
    if (!found_in(path, *meaning.match)) continue;
    Said said{.level = {}, .about = meaning.about};
    for (const auto& [level, text] : meaning.levels)
      if (said.level.empty() && RE2::FullMatch(piece(value), *text)) said.level = level;
    return said;
  }
  return {};
}

}  // namespace asepsis
