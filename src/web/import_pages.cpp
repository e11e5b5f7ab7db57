// Bringing in files.

#include <algorithm>
#include <array>
#include <fstream>

#include "base/text.hpp"
#include "web/handlers.hpp"
#include "web/record.hpp"
#include "web/replies.hpp"

namespace asepsis {
namespace {

// Without folders, and nothing that a shell, a log or a page could stumble over.
bool is_file_name(std::string_view name) {
  return !name.empty() && name.front() != '.' && name.front() != '-' &&
         name.find('/') == std::string_view::npos && escaped(name) == name;
}

// What people keep as documents; all else is read as a capture or a log, which
// says so if it is none.
bool looks_like_document(const std::filesystem::path& upload, const std::string& name) {
  constexpr std::array<std::string_view, 9> kEndings{".csv",  ".tsv", ".xml",  ".ini",       ".cfg",
                                                     ".conf", ".txt", ".json", ".properties"};
  const std::string small = lowered(name);
  if (std::ranges::none_of(kEndings, [&](std::string_view one) { return small.ends_with(one); }))
    return false;
  constexpr std::size_t kEnough = 4'096;
  std::string text(kEnough, '\0');
  std::ifstream in(upload, std::ios::binary);
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  constexpr std::array<std::string_view, 3> kLogs{"\"event_type\"", "#separator", "\"id.orig_h\""};
  return std::ranges::none_of(
      kLogs, [&](std::string_view one) { return text.find(one) != std::string::npos; });
}

std::vector<std::string> arguments_of(const Values& values, bool document) {
  std::vector<std::string> words;
  const auto add = [&](const char* option, const std::string& value) {
    if (!value.empty()) words.insert(words.end(), {option, value});
  };
  add("--site", values.text("site"));
  if (!document) return words;
  add("--name", values.text("document"));
  add("--device", values.text("device"));
  add("--dates", values.text("dates"));
  for (const std::string& column : values.list("map")) add("--map", column);
  return words;
}

// What columns can be mapped to, as knowledge/documents.toml names them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 17> kFields{{
    {"asset_number", "the number that the hospital knows it by"},
    {"manufacturer", "who made it"},
    {"model", "the maker's name of the model"},
    {"device_type", "what kind of equipment it is"},
    {"serial", "the maker's serial number"},
    {"udi", "the whole UDI"},
    {"firmware", "version of its software"},
    {"host_name", "its name on the network"},
    {"mac", "MAC address"},
    {"ip", "IP address"},
    {"care_area", "the ward or department that it serves"},
    {"location", "where it stands"},
    {"owner_department", "whose it is"},
    {"life_supporting", "whether a life depends on it"},
    {"end_of_support", "the day its maker stops supporting it"},
    {"in_service", "whether it is in use"},
    {"-", "leave this column out"},
}};

}  // namespace

Response list_imports(const Asked& asked) {
  return json_reply(JsonObject()
                        .raw("items", json_array(asked.service.imports->all(),
                                                 [](const Import& one) { return one.json(); }))
                        .raw("fields", json_array(kFields, [](const auto& field) {
                               return JsonObject()
                                   .text("name", field.first)
                                   .text("description", field.second)
                                   .json();
                             })));
}

Response create_import(const Asked& asked) {
  const Values& values = asked.values;
  const auto refuse = [&](Response response) {
    std::error_code ignored;
    std::filesystem::remove(asked.request.upload, ignored);
    return response;
  };
  if (!is_file_name(values.text("file")))
    return refuse(problem(400, "file is a name without folders and control characters", "file"));
  if (asked.request.upload_bytes == 0) return refuse(problem(400, "The file is empty"));
  for (const char* name : {"site", "document", "device"})
    if (values.text(name).starts_with('-'))
      return refuse(problem(400, std::string(name) + " begins with -", name));
  const std::string& kind = values.text("kind");
  const bool document =
      kind == "document" || values.flag("mapping_only") ||
      (kind == "auto" && looks_like_document(asked.request.upload, values.text("file")));
  auto added = asked.service.imports->add({.id = {},
                                           .file = values.text("file"),
                                           .user = asked.who.user,
                                           .document = document,
                                           .mapping_only = values.flag("mapping_only"),
                                           .arguments = arguments_of(values, document),
                                           .folder = {},
                                           .bytes = asked.request.upload_bytes},
                                          asked.request.upload);
  if (!added) return refuse(problem(503, added.error().message));
  record(asked, asked.who.user, "import", added->file, true,
         std::to_string(added->bytes) + " bytes");
  return json_reply(added->json(), 202);
}

Response get_import(const Asked& asked) {
  const auto found = asked.service.imports->find(asked.values.text("id"));
  return found ? json_reply(found->json()) : not_found("There is no such import");
}

Response cancel_import(const Asked& asked) {
  if (!asked.service.imports->find(asked.values.text("id")))
    return not_found("There is no such import");
  if (!asked.service.imports->cancel(asked.values.text("id")))
    return problem(409, "It has ended already");
  record(asked, asked.who.user, "import-cancel", asked.values.text("id"), true);
  return nothing_to_say();
}

}  // namespace asepsis
