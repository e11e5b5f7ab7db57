// SARIF 2.1.0 (OASIS, 2020): a rule a check, a result a finding. The place of
// a finding is a device (a logical location); where the evidence is, related
// locations tell.

#include <algorithm>
#include <map>
#include <utility>

#include "export/finding_files.hpp"
#include "export/json_object.hpp"

namespace asepsis {
namespace {

using Findings = std::vector<ToldFinding>;

const char* level_of(int rating) {
  constexpr int kError = 4;
  constexpr int kWarning = 3;
  return rating >= kError ? "error" : rating >= kWarning ? "warning" : "note";
}

// A message has a text, or is left out.
void add_message(JsonObject& to, std::string_view key, std::string_view text) {
  if (!text.empty()) to.object(key, JsonObject().text("text", text));
}

// A file name as a URI (RFC 3986): everything but the unreserved is escaped.
std::string as_uri(std::string_view name) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string uri;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (kPlain.find(c) != std::string_view::npos)
      uri += c;
    else
      uri.append("%").append(1, kHex[byte >> 4]).append(1, kHex[byte & 0xf]);
  }
  return uri;
}

std::string rule_of(const ToldFinding& finding) {
  std::vector<std::string> tags{"security"};
  const auto add_tag = [&](std::string tag) {  // each may stand there once
    if (std::ranges::find(tags, tag) == tags.end()) tags.push_back(std::move(tag));
  };
  for (const std::string& cwe : finding.cwe) add_tag("external/cwe/" + cwe);
  for (const auto& [standard, clause] : finding.clauses)
    add_tag(std::string(standard).append(": ").append(clause));
  std::string help;
  for (const auto& [reader, advice] : finding.advice)
    help.append(reader).append(": ").append(advice).append("\n");
  JsonObject rule;
  rule.text("id", finding.check);
  add_message(rule, "shortDescription", finding.title);
  add_message(rule, "fullDescription", finding.harm);
  add_message(rule, "help", help);
  return rule.object("properties", JsonObject().raw("tags", json_array(tags))).json();
}

std::string related(const ToldFinding::Evidence& evidence) {
  const JsonObject place =
      JsonObject().object("artifactLocation", JsonObject().text("uri", as_uri(evidence.source)));
  JsonObject location;
  location.object("physicalLocation", place);
  add_message(location, "message", evidence.text);
  return location
      .object("properties", JsonObject()
                                .number(evidence.row != 0 ? "row" : "packet",
                                        evidence.row != 0 ? evidence.row : evidence.packet)
                                .text("time", evidence.time))
      .json();
}

std::string result_of(const ToldFinding& finding, std::size_t rule) {
  const std::string device = JsonObject()
                                 .text("name", finding.device)
                                 .text("fullyQualifiedName", finding.device)
                                 .text("kind", "resource")
                                 .json();
  const JsonObject location = JsonObject().raw("logicalLocations", '[' + device + ']');
  JsonObject result;
  result.text("ruleId", finding.check)
      .raw("ruleIndex", std::to_string(rule))
      .text("level", level_of(finding.rating));
  add_message(result, "message", finding.detail.empty() ? finding.check : finding.detail);
  result.raw("locations", '[' + location.json() + ']')
      .raw("relatedLocations", json_array(finding.evidence, related))
      .object("partialFingerprints", JsonObject().text("asepsis/v1", finding.id));
  if (finding.state == "gone") result.text("baselineState", "absent");
  if (!finding.accepted_until.empty())
    result.raw("suppressions",
               '[' +
                   JsonObject()
                       .text("kind", "external")
                       .text("status", "accepted")
                       .text("justification", "accepted until " + finding.accepted_until)
                       .json() +
                   ']');
  return result
      .object("properties", JsonObject()
                                .number("rating", static_cast<std::uint64_t>(finding.rating))
                                .text("reasoning", finding.reasoning)
                                .text("ownerRole", finding.owner_role)
                                .text("deviceClass", finding.device_class)
                                .text("model", finding.model)
                                .text("instance", finding.instance)
                                .text("firstSeen", finding.first_seen)
                                .text("lastSeen", finding.last_seen))
      .json();
}

}  // namespace

void write_sarif(std::ostream& out, const Findings& findings) {
  std::map<std::string, std::size_t> rules;  // by check: the place in the list
  std::string listed;
  std::string results;
  for (const ToldFinding& finding : findings) {
    const auto [rule, fresh] = rules.emplace(finding.check, rules.size());
    if (fresh) listed.append(listed.empty() ? "" : ",").append(rule_of(finding));
    results.append(results.empty() ? "" : ",").append(result_of(finding, rule->second));
  }
  const JsonObject driver = JsonObject().text("name", "asepsis").raw("rules", '[' + listed + ']');
  const JsonObject run = JsonObject()
                             .object("tool", JsonObject().object("driver", driver))
                             .raw("results", '[' + results + ']');
  out << JsonObject()
             .text("$schema", "https://json.schemastore.org/sarif-2.1.0.json")
             .text("version", "2.1.0")
             .raw("runs", '[' + run.json() + ']')
             .json()
      << '\n';
}

}  // namespace asepsis
