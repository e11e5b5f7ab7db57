#include "app/import_command.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <optional>
#include <set>

#include "app/answers.hpp"
#include "app/check_command.hpp"
#include "app/database_access.hpp"
#include "app/import_output.hpp"
#include "app/progress_file.hpp"
#include "assess/cohort_store.hpp"
#include "base/text.hpp"
#include "capture/input.hpp"
#include "document/document_file.hpp"
#include "document/text_file.hpp"
#include "inventory/derive.hpp"
#include "inventory/document_store.hpp"
#include "inventory/documents.hpp"
#include "inventory/update.hpp"
#include "proto/digest.hpp"

namespace asepsis {
namespace {

Result<std::vector<std::uint8_t>> bytes_of(const std::filesystem::path& path) {
  auto input = open_input(path);
  if (!input) return std::unexpected(input.error());
  ByteSource& source = *input->source;
  constexpr std::size_t kFirst = std::size_t{1} << 20;
  while (source.window().size() <= kMostDocumentBytes &&
         source.fill(std::max(kFirst, 2 * source.window().size()))) {
  }
  if (!source.failure().empty()) return fail(input->name + " cannot be read: " + source.failure());
  const Bytes window = source.window();
  return std::vector<std::uint8_t>(window.begin(), window.end());
}

Result<RegisterOptions> register_options(const ImportCommand& command) {
  RegisterOptions options;
  options.dates = command.dates == "month-first" ? DateOrder::month_first : DateOrder::day_first;
  for (const std::string& choice : command.columns) {
    const std::size_t equals = choice.rfind('=');
    if (equals == std::string::npos || equals == 0)
      return fail("--map is written COLUMN=field, as --map 'Ser.-Nr.=serial'");
    options.columns.push_back(
        {.column = choice.substr(0, equals), .field = choice.substr(equals + 1)});
  }
  return options;
}

// What the file is as of.
Result<Time> date_of(const ImportCommand& command, const std::filesystem::path& path) {
  if (!command.as_of.empty()) {
    constexpr std::size_t kDay = 10;  // 2026-03-31
    const auto time =
        time_from_text(command.as_of.size() == kDay ? command.as_of + "T00:00:00Z" : command.as_of);
    if (!time) return fail("--as-of " + escaped(command.as_of) + " is no day as 2026-03-31");
    return *time;
  }
  struct stat status {};
  if (path == "-" || ::stat(path.c_str(), &status) != 0) return clock_time();
  return time_from_nanoseconds(std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 +
                               status.st_mtim.tv_nsec);
}

class Importing {
 public:
  Importing(const ImportCommand& command, DocumentOptions options, Vocabulary words)
      : command_(command), options_(std::move(options)), words_(std::move(words)) {}

  // A site and a device of the command line, in the words of the database.
  Result<void> open() {
    if (command_.show_mapping) return {};
    auto database = Database::open(command_.database, Database::Mode::write);
    if (!database) return std::unexpected(database.error());
    database_.emplace(*std::move(database));
    auto key = sealing_key(*database_);
    if (!key) return std::unexpected(key.error());
    options_.key = *std::move(key);
    if (!command_.device.empty()) {
      auto device = resolve(*database_, command_.device);
      if (!device) return std::unexpected(device.error());
      device_ = *std::move(device);
    }
    return find_site();
  }

  Result<void> import(const std::string& path) {
    const ProgressFile progress(command_.progress);
    progress.say("reading");
    const auto bytes = bytes_of(path);
    if (!bytes) return std::unexpected(bytes.error());
    const std::string file = path == "-" ? "standard input" : path;
    const auto read = read_document(*bytes, options_, words_);
    if (!read) return fail(escaped(file) + ' ' + escaped(read.error().message));
    if (command_.show_mapping) {
      print_mapping(file, *read, command_.json);
      return {};
    }
    print_problems(file, read->document, command_.json);
    if (const auto usable = check_usable(file, read->document); !usable) return usable;
    const auto info = info_of(path, file, *bytes, *read);
    if (!info) return std::unexpected(info.error());
    progress.say("storing");
    const auto stored = store_document(*database_, *info, read->document);
    if (!stored) return std::unexpected(stored.error());
    if (stored->as == StoredDocument::As::older)
      return fail(escaped(file) + " is older than what is known of '" + escaped(info->name) +
                  "', which is as of " + stored->dated +
                  ": --as-of says what it is as of, if its own date is wrong");
    print_outcome(*info, read->document, *stored, command_.json);
    return {};
  }

  Database& database() { return *database_; }

 private:
  Result<void> find_site() {
    site_ = command_.site;
    if (!site_.empty()) return {};
    const auto sites =
        device_.empty()
            ? run_query(*database_, "SELECT name FROM site ORDER BY name")
            : run_query(*database_,
                        "SELECT s.name FROM site s JOIN device d ON d.site = s.id WHERE d.id = ?",
                        device_);
    if (!sites) return std::unexpected(sites.error());
    if (sites->cells.size() > 1)
      return fail("the database holds several sites: --site says whose documents these are");
    site_ = sites->cells.empty() ? "site" : sites->cells[0][0].value_or("");
    return {};
  }

  // Whether anything can come of it.
  Result<void> check_usable(const std::string& file, const Document& document) const {
    if (document.kind == DocumentKind::asset_register) {
      if (document.rows.empty())
        return fail("nothing of " + escaped(file) +
                    " could be taken: --show-mapping shows how its columns are read, --map "
                    "COLUMN=field corrects it");
      return {};
    }
    if (document.rows.empty())
      return fail("nothing of " + escaped(file) + " could be taken: it holds no setting");
    constexpr std::string_view kNames[] = {"serial", "mac", "asset_number", "host_name"};
    const DocumentRow& whole = document.rows.front();
    if (device_.empty() && std::ranges::all_of(kNames, [&](std::string_view field) {
          return whole.value(field).empty();
        }))
      return fail(escaped(file) +
                  " does not say which device it is of (no serial number, MAC address, asset "
                  "number or host name of its own): --device ID says it");
    return {};
  }

  Result<DocumentInfo> info_of(const std::filesystem::path& path, const std::string& file,
                               const std::vector<std::uint8_t>& bytes,
                               const ReadDocument& read) const {
    const auto dated = date_of(command_, path);
    if (!dated) return std::unexpected(dated.error());
    const bool listed = read.document.kind == DocumentKind::asset_register;
    DocumentInfo info{.site = site_,
                      .name = command_.name,
                      .device = listed ? std::string() : device_,
                      .file = file,
                      .content = std::string(hex_of(sha256_of(bytes)).view()),
                      .identity = {},
                      .dated = *dated};
    // The name of a register outlives that of its file's form.
    if (info.name.empty()) info.name = to_utf8((listed ? path.stem() : path.filename()).string());
    info.identity = info.content + ' ' + command_.dates;
    if (read.mapping)
      for (const MappedColumn& column : read.mapping->columns)
        info.identity += ' ' + std::string(column.field == nullptr ? "-" : column.field->name);
    return info;
  }

  const ImportCommand& command_;
  DocumentOptions options_;
  Vocabulary words_;
  std::optional<Database> database_;
  std::string site_, device_;
};

// What documents come to for each device: its id, and a text that is another where they say
// anything else of it.
using SaidOfDevices = std::map<std::string, std::string>;

Result<SaidOfDevices> said_of_devices(Database& database) {
  const auto rows = run_query(
      database,
      "SELECT d.id, group_concat(said, char(31)) FROM (SELECT device, attribute || '=' || value || "
      "source AS said FROM device_value WHERE source <> 'wire' OR attribute GLOB '*.heard' UNION "
      "ALL SELECT r.device, f.claim || '=' || f.value || f.current || '@' || f.line || v.file FROM "
      "row_device r JOIN document_fact f ON f.document_row = r.document_row JOIN document_version "
      "v ON v.id = f.version ORDER BY 1, 2) s JOIN device d ON d.key = s.device GROUP BY d.key");
  if (!rows) return std::unexpected(rows.error());
  SaidOfDevices said;
  for (const auto& cells : rows->cells) said.emplace(*cells[0], cells[1].value_or(""));
  return said;
}

Result<Updated> add_to_inventory(Database& database, const Knowledge& knowledge) {
  const auto before = said_of_devices(database);
  if (!before) return std::unexpected(before.error());
  if (const auto derived = derive_documents(database, knowledge); !derived)
    return std::unexpected(derived.error());
  const auto after = said_of_devices(database);
  if (!after) return std::unexpected(after.error());
  std::set<std::string> changed;
  const auto differ = [&](const SaidOfDevices& here, const SaidOfDevices& there) {
    for (const auto& [id, said] : here)
      if (const auto other = there.find(id); other == there.end() || other->second != said)
        changed.insert(id);
  };
  differ(*before, *after);
  differ(*after, *before);
  return Updated{.devices = {changed.begin(), changed.end()}};
}

// Documents are added to what is derived; what is stale is derived as a whole. Findings follow.
Result<void> derive(Database& database, const ImportCommand& command) {
  const auto knowledge = load_knowledge(command.knowledge);
  if (!knowledge) return std::unexpected(knowledge.error());
  const auto devices = run_query(database,
                                 "SELECT EXISTS (SELECT 1 FROM talk) AND NOT EXISTS (SELECT 1 "
                                 "FROM conversation)");
  if (!devices) return std::unexpected(devices.error());
  const bool whole = devices->cells[0][0] == "1";
  if (whole)
    if (const auto derived = derive_inventory(database, *knowledge); !derived) return derived;
  const auto updated =
      whole ? Result<Updated>(Updated{.whole = true}) : add_to_inventory(database, *knowledge);
  if (!updated) return std::unexpected(updated.error());
  if (const auto found = refresh_findings(database, *knowledge, *updated); !found) return found;
  return renew_cohorts(database);
}

}  // namespace

Result<void> run(const ImportCommand& command) {
  if (command.paths.size() > 1 && !command.name.empty())
    return fail("--name is for one file: import several one by one");
  auto words = Vocabulary::built_in();
  if (!words) return std::unexpected(words.error());
  auto registers = register_options(command);
  if (!registers) return std::unexpected(registers.error());
  Importing importing(command,
                      {.asset_register = *std::move(registers), .as = command.as, .key = {}},
                      *std::move(words));
  if (const auto opened = importing.open(); !opened) return opened;
  std::vector<std::string> failures;
  for (const std::string& path : command.paths)
    if (const auto imported = importing.import(path); !imported)
      failures.push_back(imported.error().message);
  if (!command.show_mapping) {
    ProgressFile(command.progress).say("deriving");
    if (const auto derived = derive(importing.database(), command); !derived) return derived;
    if (const auto told = print_joins(importing.database(), command.json); !told) return told;
  }
  if (failures.empty()) return {};
  for (std::size_t i = 0; i + 1 < failures.size(); ++i)
    std::cerr << "asepsis: " << escaped(failures[i]) << '\n';
  return fail(failures.back());
}

}  // namespace asepsis
