// Matching is done in one pass for all rules of a claim (RE2::Set), and names
// are looked up in hash tables, so the cost of a value grows with its length
// and not with the number of rules and products.

#include "inventory/knowledge.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <span>
#include <sstream>
#include <unordered_map>

#include "base/embedded.hpp"
#include "base/text.hpp"
#include "inventory/knowledge_file.hpp"
#include "inventory/knowledge_index.hpp"
#include "inventory/words.hpp"

namespace asepsis {

namespace {

// What the rule says of this value. REQUIRES: the expression's groups are those of says.
PerAttribute<std::string> filled_in(const Rule& rule, const RE2& expression,
                                    std::string_view value) {
  PerAttribute<std::string> says = rule.says;
  std::array<re2::StringPiece, kMaxRuleGroups> groups;
  const int asked = std::min(kMaxRuleGroups, expression.NumberOfCapturingGroups() + 1);
  expression.Match(piece(value), 0, value.size(), RE2::UNANCHORED, groups.data(), asked);
  for (std::string& text : says) {
    for (std::size_t at = text.find('$'); at != std::string::npos; at = text.find('$', at)) {
      const re2::StringPiece group = groups[static_cast<std::size_t>(text[at + 1] - '0')];
      text.replace(at, 2, group.data() == nullptr ? "" : group.as_string());
      at += group.size();
    }
    text = trimmed(text);
  }
  return says;
}

}  // namespace

Knowledge::Knowledge() : tables_(std::make_unique<KnowledgeTables>()) {}
Knowledge::Knowledge(Knowledge&&) noexcept = default;
Knowledge& Knowledge::operator=(Knowledge&&) noexcept = default;
Knowledge::~Knowledge() = default;

Result<void> Knowledge::adopt(std::unique_ptr<KnowledgeTables> tables) {
  auto index = std::make_unique<KnowledgeIndex>();
  if (auto added = index->add(*tables); !added) return added;
  tables_ = std::move(tables);
  index_ = std::move(index);
  return {};
}

Result<Knowledge> Knowledge::built_in() {
  Knowledge knowledge;
  auto tables = std::make_unique<KnowledgeTables>();
  for (const EmbeddedFile& file : embedded_knowledge()) {
    if (auto read = read_knowledge(file.name, file.text, *tables); !read) {
      return Failure(read.error());
    }
  }
  if (auto adopted = knowledge.adopt(std::move(tables)); !adopted) return Failure(adopted.error());
  return knowledge;
}

Result<void> Knowledge::add_file(std::string_view name, std::string_view text) {
  auto tables = std::make_unique<KnowledgeTables>(*tables_);
  if (auto read = read_knowledge(name, text, *tables); !read) return read;
  if (auto checked = check_expressions(tables->rules); !checked) return checked;
  return adopt(std::move(tables));
}

Result<void> Knowledge::add_folder(const std::filesystem::path& folder) {
  std::error_code problem;
  std::vector<std::filesystem::path> paths;
  std::filesystem::recursive_directory_iterator files(folder, problem);
  for (; !problem && files != std::filesystem::recursive_directory_iterator();
       files.increment(problem)) {
    if (files->path().extension() == ".toml") paths.push_back(files->path());
  }
  if (problem) return fail(folder.string() + " cannot be read: " + problem.message());
  std::ranges::sort(paths);
  auto tables = std::make_unique<KnowledgeTables>(*tables_);
  for (const auto& path : paths) {
    std::ostringstream text;
    if (!(text << std::ifstream(path, std::ios::binary).rdbuf())) {
      return fail(path.string() + " cannot be read");
    }
    if (auto read = read_knowledge(path.string(), text.view(), *tables); !read) return read;
  }
  if (auto checked = check_expressions(tables->rules); !checked) return checked;
  return adopt(std::move(tables));
}

const std::vector<ClassInfo>& Knowledge::classes() const { return tables_->classes; }
const std::vector<Manufacturer>& Knowledge::manufacturers() const { return tables_->manufacturers; }
const std::vector<Product>& Knowledge::products() const { return tables_->products; }
const std::vector<Rule>& Knowledge::rules() const { return tables_->rules; }
const std::vector<ServiceName>& Knowledge::services() const { return tables_->services; }
const std::vector<SettingInfo>& Knowledge::settings() const { return tables_->settings; }
const std::vector<GradeRule>& Knowledge::grades() const { return tables_->grades; }

std::string Knowledge::fingerprint() const {
  const std::string built_in = built_in_fingerprint();
  const std::string whole = std::to_string(tables_->fingerprint);
  return whole == built_in ? built_in : built_in + ' ' + whole;
}

std::string Knowledge::built_in_fingerprint() {
  std::uint64_t fingerprint = 0;
  for (const EmbeddedFile& file : embedded_knowledge())
    fingerprint = fingerprint_with(file.name, file.text, fingerprint);
  return std::to_string(fingerprint);
}

const ClassInfo* Knowledge::find_class(std::string_view name) const {
  const auto found = index_->classes.find(name);
  return found == index_->classes.end() ? nullptr : found->second;
}

const Manufacturer* Knowledge::find_manufacturer(std::string_view name) const {
  const auto found = index_->makers.find(compact(name));
  return found == index_->makers.end() ? nullptr : found->second.maker;
}

const Manufacturer* Knowledge::owner(std::string_view oui_owner) const {
  const std::string name = lowered(oui_owner);
  for (const auto& [begin, maker] : index_->owners) {
    if (name.starts_with(begin) && at_boundary(name, begin.size())) return maker;
  }
  return nullptr;
}

namespace {

// Whether what stands between two words leaves them one name: not the comma
// of "CN=pump.test,O=Dell", but that of "VITROS 5,1".
bool joined(std::string_view text, std::size_t end, std::size_t begin) {
  constexpr std::string_view kParts = ",;:=|^<>\"\\\r\n\t";
  const std::string_view gap = text.substr(end, begin - end);
  return gap.find_first_of(kParts) == std::string_view::npos ||
         (gap == "," && is_digit(text[end - 1]) && is_digit(text[begin]));
}

}  // namespace

std::optional<Knowledge::MakerFound> Knowledge::maker_in(std::string_view text) const {
  const std::vector<Word> parts = words(text);
  std::string name;
  for (std::size_t first = 0; first < parts.size(); ++first) {
    if (!at_boundary(text, parts[first].begin)) continue;
    std::optional<MakerFound> found;
    name.clear();
    const std::size_t past = std::min(parts.size(), first + index_->most_maker_words);
    for (std::size_t i = first; i < past; ++i) {
      if (i > first && !joined(text, parts[i - 1].end, parts[i].begin)) break;
      name += compact(text.substr(parts[i].begin, parts[i].end - parts[i].begin));
      if (!at_boundary(text, parts[i].end)) continue;
      const auto maker = index_->makers.find(name);
      // Not "Testo" in "test O": a name may be written together, but not apart.
      if (maker == index_->makers.end() || maker->second.words < i - first + 1) continue;
      found = {maker->second.maker, parts[first].begin, parts[i].end};
    }
    if (found) return found;
  }
  return std::nullopt;
}

namespace {

// "i-STAT 1" does not stand in "i-STAT 1.2": that is a version.
bool goes_on_as_version(std::string_view text, std::size_t end) {
  return end + 1 < text.size() && is_digit(text[end - 1]) && text[end] == '.' &&
         is_digit(text[end + 1]);
}

}  // namespace

std::vector<Knowledge::ProductFound> Knowledge::products_in(std::string_view text) const {
  std::vector<ProductFound> all;
  const std::vector<Word> parts = words(text);
  std::string name;
  for (std::size_t first = 0; first < parts.size(); ++first) {
    const std::vector<const Product*>* found = nullptr;
    std::size_t end = 0;
    name.clear();
    for (std::size_t i = first; i < std::min(parts.size(), first + kMaxNameWords); ++i) {
      if (i > first && !joined(text, parts[i - 1].end, parts[i].begin)) break;
      name += compact(text.substr(parts[i].begin, parts[i].end - parts[i].begin));
      const auto place = index_->products.find(name);
      if (place == index_->products.end() || goes_on_as_version(text, parts[i].end)) continue;
      found = &place->second;
      end = parts[i].end;
    }
    if (found == nullptr) continue;
    for (const Product* product : *found) all.push_back({product, parts[first].begin, end});
  }
  return all;
}

std::vector<Knowledge::RuleFound> Knowledge::rules_for(std::string_view claim,
                                                       std::string_view value) const {
  std::vector<RuleFound> all;
  const auto of_claim = index_->claims.find(claim);
  if (of_claim == index_->claims.end()) return all;
  for (const std::size_t i : of_claim->second.matching(value, rules())) {
    const Rule& rule = rules()[i];
    const auto& expression = index_->expressions[i];
    all.push_back({&rule, expression ? filled_in(rule, *expression, value) : rule.says});
  }
  return all;
}

bool Knowledge::fulfils(const Condition& condition, std::string_view value) const {
  const auto expression = index_->conditions.find(condition.match);
  return expression != index_->conditions.end() &&
         RE2::PartialMatch(piece(value), *expression->second);
}

std::optional<std::string> Knowledge::setting_value(std::size_t setting,
                                                    std::string_view value) const {
  return index_->settings.value(setting, value);
}

std::string_view Knowledge::setting_level(std::size_t setting, std::string_view value) const {
  return index_->settings.level(setting, value);
}

std::string_view Knowledge::service_name(std::string_view transport, std::uint16_t port,
                                         std::string_view shape) const {
  return index_->services.find(transport, port, shape);
}

double Knowledge::direct_weight(std::string_view claim, std::string_view protocol) const {
  double weight = 0;
  for (const DirectWeight& row : tables_->direct) {
    if (row.claim != claim) continue;
    if (row.protocol == protocol) return row.weight;
    if (row.protocol.empty()) weight = row.weight;
  }
  return weight;
}

const TextTrust* Knowledge::text_trust(std::string_view claim) const {
  const auto found = std::ranges::find(tables_->texts, claim, &TextTrust::claim);
  return found == tables_->texts.end() ? nullptr : &*found;
}

}  // namespace asepsis
