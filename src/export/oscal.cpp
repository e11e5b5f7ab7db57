// OSCAL assessment results 1.1.2 (NIST): each finding is an observation of an
// inventory item, a finding against a control objective (the check) and a risk.
// Its identifiers follow from ours (UUID version 5, RFC 9562), so that the same
// findings are the same document.

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>

#include "base/character.hpp"
#include "base/text.hpp"
#include "export/finding_files.hpp"
#include "export/json_object.hpp"

namespace asepsis {
namespace {

using Findings = std::vector<ToldFinding>;

// In a name space of our own; any would do, as long as it stays.
std::string uuid_of(std::string_view name) {
  const std::string text = "asepsis\x1f" + std::string(name);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  digest[6] = static_cast<unsigned char>((digest[6] & 0x0fU) | 0x50U);  // version 5
  digest[8] = static_cast<unsigned char>((digest[8] & 0x3fU) | 0x80U);  // variant
  ShortText<36> uuid;
  const Bytes bytes(digest);
  uuid.hex(bytes.first(4)).add('-').hex(bytes.subspan(4, 2)).add('-').hex(bytes.subspan(6, 2));
  uuid.add('-').hex(bytes.subspan(8, 2)).add('-').hex(bytes.subspan(10, 6));
  return std::string(uuid.view());
}

// White space of Unicode, and controls, some of which end a line.
bool blank(char32_t code) {
  constexpr char32_t kDelete = 0x7f;
  constexpr char32_t kNoBreakSpace = 0xa0;
  constexpr char32_t kOthers[] = {0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000, 0xfeff};
  return code <= U' ' || (code >= kDelete && code <= kNoBreakSpace) ||
         (code >= 0x2000 && code <= 0x200a) ||  // quads and other spaces with a width
         std::ranges::find(kOthers, code) != std::end(kOthers);
}

// Values of properties, and titles: one line, no space at either end.
std::string as_value(std::string_view text) {
  std::string value;
  std::size_t end = 0;
  while (!text.empty()) {
    const Character one = first_character(text);
    if (!blank(one.code)) {
      value += text.substr(0, one.size);
      end = value.size();
    } else if (!value.empty()) {
      value += ' ';
    }
    text.remove_prefix(one.size);
  }
  value.resize(end);
  return value;
}

// What must be there is said by the id of the check if nothing else says it.
std::string title_of(const ToldFinding& finding) {
  const std::string title = as_value(finding.title);
  return title.empty() ? finding.check : title;
}
const std::string& told(const std::string& text, const ToldFinding& finding) {
  return text.empty() ? finding.check : text;
}

// A token begins with a letter; a pack may be named after a number.
std::string token_of(const std::string& check) {
  return check.starts_with('_') || std::isalpha(static_cast<unsigned char>(check.front())) != 0
             ? check
             : '_' + check;
}

// Lists may be left out, but not empty.
void add_list(JsonObject& to, std::string_view key, const std::string& json) {
  if (json != "[]") to.raw(key, json);
}

std::string props(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::vector<std::string> items;
  for (const auto& [name, value] : pairs)
    if (!as_value(value).empty())
      items.push_back(JsonObject()
                          .text("name", name)
                          .text("ns", "https://asepsis.example/ns/oscal")
                          .text("value", as_value(value))
                          .json());
  return json_array(items, [](const std::string& item) { return item; });
}

std::string item_of(const ToldFinding& finding) {
  return JsonObject()
      .text("uuid", uuid_of("device " + finding.device))
      .text("description",
            finding.device_class.empty() ? "device of unknown kind" : finding.device_class)
      .raw("props", props({{"asset-id", finding.device},
                           {"class", finding.device_class},
                           {"model", finding.model}}))
      .json();
}

std::string observation_of(const ToldFinding& finding) {
  const auto evidence = [](const ToldFinding::Evidence& at) {
    return JsonObject()
        .text("description", at.source +
                                 (at.row != 0 ? ", row " + std::to_string(at.row)
                                              : ", packet " + std::to_string(at.packet)) +
                                 ", " + at.time + ": " + at.text)
        .json();
  };
  const std::string subject = JsonObject()
                                  .text("subject-uuid", uuid_of("device " + finding.device))
                                  .text("type", "inventory-item")
                                  .json();
  JsonObject observation;
  observation.text("uuid", uuid_of("observation " + finding.id))
      .text("title", title_of(finding))
      .text("description", told(finding.detail, finding))
      .raw("methods", "[\"TEST\"]")
      .raw("types", "[\"finding\"]")
      .raw("subjects", '[' + subject + ']');
  add_list(observation, "relevant-evidence", json_array(finding.evidence, evidence));
  return observation.text("collected", finding.last_seen).json();
}

std::string risk_of(const ToldFinding& finding) {
  const char* status = finding.accepted_until.empty() ? "open" : "deviation-approved";
  return JsonObject()
      .text("uuid", uuid_of("risk " + finding.id))
      .text("title", title_of(finding))
      .text("description", told(finding.harm, finding))
      .text("statement", told(finding.reasoning, finding))
      .raw("props", props({{"dcb0160-rating", std::to_string(finding.rating)},
                           {"owner-role", finding.owner_role},
                           {"accepted-until", finding.accepted_until}}))
      .text("status", status)
      .json();
}

std::string finding_of(const ToldFinding& finding) {
  const JsonObject target = JsonObject()
                                .text("type", "objective-id")
                                .text("target-id", token_of(finding.check))
                                .object("status", JsonObject().text("state", "not-satisfied"));
  const auto link = [](const char* key, const std::string& uuid) {
    return '[' + JsonObject().text(key, uuid).json() + ']';
  };
  std::vector<std::pair<std::string, std::string>> about{{"finding-id", finding.id},
                                                         {"instance", finding.instance}};
  for (const std::string& cwe : finding.cwe) about.emplace_back("cwe", cwe);
  for (const auto& [standard, clause] : finding.clauses)
    about.emplace_back("clause", std::string(standard).append(": ").append(clause));
  return JsonObject()
      .text("uuid", uuid_of("finding " + finding.id))
      .text("title", title_of(finding))
      .text("description", told(finding.detail, finding))
      .raw("props", props(about))
      .object("target", target)
      .raw("related-observations", link("observation-uuid", uuid_of("observation " + finding.id)))
      .raw("related-risks", link("risk-uuid", uuid_of("risk " + finding.id)))
      .json();
}

JsonObject result_of(const Findings& findings, const std::string& made) {
  std::map<std::string, std::string> items;
  std::string start = made;
  for (const ToldFinding& finding : findings) {
    items.emplace(finding.device, item_of(finding));
    start = std::min(start, finding.first_seen);
  }
  JsonObject local;
  JsonObject result;
  add_list(local, "inventory-items", json_array(items, [](const auto& one) { return one.second; }));
  const JsonObject everything = JsonObject().raw("include-all", "{}");
  result.text("uuid", uuid_of("result " + made))
      .text("title", "Devices on the network against packs of checks")
      .text("description",
            "What was heard on the network, passively, held against packs of checks. What was "
            "not heard is not judged.")
      .text("start", start)
      .text("end", made);
  if (!items.empty()) result.object("local-definitions", local);
  result.object("reviewed-controls",
                JsonObject().raw("control-selections", '[' + everything.json() + ']'));
  add_list(result, "observations", json_array(findings, observation_of));
  add_list(result, "risks", json_array(findings, risk_of));
  add_list(result, "findings", json_array(findings, finding_of));
  return result;
}

}  // namespace

void write_oscal(std::ostream& out, const Findings& all, Time made) {
  // What is gone is not known to be satisfied: it was not seen any more.
  Findings findings = all;
  std::erase_if(findings, [](const ToldFinding& finding) { return finding.state == "gone"; });
  const std::string now = to_rfc3339(made);
  const std::string plan = uuid_of("plan");
  const JsonObject metadata = JsonObject()
                                  .text("title", "Findings of asepsis")
                                  .text("last-modified", now)
                                  .text("version", "1")
                                  .text("oscal-version", "1.1.2");
  const JsonObject resource =
      JsonObject()
          .text("uuid", plan)
          .text("title", "Packs of checks")
          .text("description",
                "The packs name the checks and their clauses: asepsis pack list --json");
  const JsonObject whole =
      JsonObject()
          .text("uuid", uuid_of("document " + now))
          .object("metadata", metadata)
          .object("import-ap", JsonObject().text("href", '#' + plan))
          .raw("results", '[' + result_of(findings, now).json() + ']')
          .object("back-matter", JsonObject().raw("resources", '[' + resource.json() + ']'));
  out << JsonObject().object("assessment-results", whole).json() << '\n';
}

}  // namespace asepsis
