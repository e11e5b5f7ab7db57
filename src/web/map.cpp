// Who talks to whom, in groups: a few nodes and edges, however many devices.

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>

#include "base/text.hpp"
#include "base/time.hpp"
#include "web/handlers.hpp"
#include "web/replies.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kEdgesPerNode = 4;
constexpr std::size_t kMostApplications = 5;
constexpr std::uint32_t kRest = UINT32_MAX;
constexpr std::uint32_t kOutside = UINT32_MAX - 1;
constexpr std::int64_t kSecond = 1'000'000'000;

enum class Level : std::uint8_t { care_area, kind, vlan, device };

struct Node {
  std::uint32_t devices = 0, findings = 0;
  std::uint8_t worst = 0;
  std::uint64_t weight = 0;  // conversations
  bool inside = true;
};

struct Edge {
  std::uint64_t bytes = 0;
  std::uint32_t conversations = 0, flows = 0, clear = 0, kept = 0, unknown = 0;
  std::map<std::uint32_t, std::uint32_t> applications;
};

// What is asked for.
struct Wish {
  Level level = Level::care_area;
  std::optional<std::pair<Level, std::string>> within;
  std::uint32_t from = 0, to = UINT32_MAX;  // s since 1970
  bool clear_only = false, external_only = false;
  std::size_t limit = 0;
};

Level level_named(std::string_view name) {
  if (name == "class") return Level::kind;
  if (name == "vlan") return Level::vlan;
  return name == "device" ? Level::device : Level::care_area;
}

std::string_view name_of(Level level) {
  constexpr std::array<std::string_view, 4> kNames{"care_area", "class", "vlan", "device"};
  return kNames.at(static_cast<std::size_t>(level));
}

class Mapping {
 public:
  Mapping(const Estate& estate, const Wish& wish) : estate_(estate), wish_(wish) {}

  void draw() {
    for (std::uint32_t place = 0; place < estate_.devices.size(); ++place) count_device(place);
    for (const EstateEdge& edge : estate_.edges) count_edge(edge);
    if (wish_.level == Level::device)
      std::erase_if(nodes_, [](const auto& one) { return one.second.weight == 0; });
    leave_out_nodes();
    leave_out_edges();
  }

  JsonObject json() const;

 private:
  std::uint32_t group(std::uint32_t place, Level level) const {
    const EstateDevice& device = estate_.devices[place];
    switch (level) {
      case Level::care_area: return device.care_area;
      case Level::kind: return device.kind;
      case Level::vlan: return device.vlan_count == 0 ? 0 : estate_.vlans[device.first_vlan];
      case Level::device: return place;
    }
    return 0;
  }

  bool external(std::uint32_t place) const {
    return estate_.devices[place].kind == estate_.external;
  }

  std::string group_text(Level level, std::uint32_t code) const {
    switch (level) {
      case Level::care_area: return estate_.care_areas.text(code);
      case Level::kind: return estate_.classes.text(code);
      case Level::vlan: return code == 0 ? std::string() : std::to_string(code);
      case Level::device: return estate_.devices[code].id;
    }
    return {};
  }

  bool inside(std::uint32_t place) const {
    if (!wish_.within) return true;
    const auto& [level, text] = *wish_.within;
    return group_text(level, group(place, level)) == text;
  }

  std::uint32_t node_of(std::uint32_t place) const {
    if (wish_.level != Level::device && external(place)) return kOutside;
    return group(place, wish_.level);
  }

  void count_device(std::uint32_t place);
  void count_edge(const EstateEdge& edge);
  void leave_out_nodes();
  void leave_out_edges();
  std::string id_of(std::uint32_t node) const;
  std::string json_node(std::uint32_t code, const Node& node) const;
  std::string json_edge(std::pair<std::uint32_t, std::uint32_t> ends, const Edge& edge) const;

  const Estate& estate_;
  const Wish& wish_;
  std::vector<char> inside_;
  std::unordered_map<std::uint32_t, Node> nodes_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, Edge> edges_;
  std::size_t nodes_left_out_ = 0, edges_left_out_ = 0;
};

void Mapping::count_device(std::uint32_t place) {
  inside_.push_back(inside(place) ? 1 : 0);
  if (inside_.back() == 0 && wish_.level != Level::device) return;
  Node& node = nodes_[node_of(place)];
  const EstateDevice& device = estate_.devices[place];
  ++node.devices;
  node.findings += device.findings;
  node.worst = std::max(node.worst, device.rating);
  node.inside = inside_.back() != 0;
}

void Mapping::count_edge(const EstateEdge& edge) {
  if (edge.last < wish_.from || edge.first > wish_.to) return;
  if (inside_[edge.client] == 0 && inside_[edge.server] == 0) return;
  if (wish_.clear_only && edge.security != Security::clear) return;
  if (wish_.external_only && !external(edge.client) && !external(edge.server)) return;
  const std::uint32_t from = node_of(edge.client);
  const std::uint32_t to = node_of(edge.server);
  Edge& sum = edges_[{from, to}];
  sum.bytes += edge.bytes;
  sum.flows += edge.flows;
  sum.conversations += edge.conversations;
  (edge.security == Security::clear  ? sum.clear
   : edge.security == Security::kept ? sum.kept
                                     : sum.unknown) += edge.conversations;
  sum.applications[edge.application] += edge.conversations;
  for (const std::uint32_t end : {from, to}) nodes_[end].weight += edge.conversations;
}

// The largest stay; all others are one node.
void Mapping::leave_out_nodes() {
  if (nodes_.size() <= wish_.limit) return;
  std::vector<std::pair<std::uint64_t, std::uint32_t>> weights;
  weights.reserve(nodes_.size());
  for (const auto& [code, node] : nodes_) weights.emplace_back(node.weight, code);
  std::ranges::sort(weights, [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  Node rest;
  for (std::size_t i = wish_.limit - 1; i < weights.size(); ++i) {
    const Node& node = nodes_[weights[i].second];
    rest.devices += node.devices;
    rest.findings += node.findings;
    rest.worst = std::max(rest.worst, node.worst);
    nodes_.erase(weights[i].second);
    ++nodes_left_out_;
  }
  nodes_[kRest] = rest;
  auto edges = std::move(edges_);
  edges_.clear();
  for (auto& [ends, edge] : edges) {
    const auto kept = [&](std::uint32_t end) { return nodes_.contains(end) ? end : kRest; };
    Edge& sum = edges_[{kept(ends.first), kept(ends.second)}];
    sum.bytes += edge.bytes;
    sum.flows += edge.flows;
    sum.conversations += edge.conversations;
    sum.clear += edge.clear;
    sum.kept += edge.kept;
    sum.unknown += edge.unknown;
    for (const auto& [application, count] : edge.applications)
      sum.applications[application] += count;
  }
}

void Mapping::leave_out_edges() {
  const std::size_t most = wish_.limit * kEdgesPerNode;
  if (edges_.size() <= most) return;
  std::vector<std::uint32_t> sizes;
  sizes.reserve(edges_.size());
  for (const auto& [ends, edge] : edges_) sizes.push_back(edge.conversations);
  std::ranges::nth_element(sizes, sizes.begin() + static_cast<std::ptrdiff_t>(most),
                           std::ranges::greater());
  const std::uint32_t least = sizes[most];
  const std::size_t before = edges_.size();
  std::erase_if(edges_, [&](const auto& one) { return one.second.conversations <= least; });
  edges_left_out_ = before - edges_.size();
}

std::string Mapping::id_of(std::uint32_t node) const {
  if (node == kRest) return "rest";
  if (node == kOutside) return "outside";
  return std::string(name_of(wish_.level)) + ':' + group_text(wish_.level, node);
}

std::string Mapping::json_node(std::uint32_t code, const Node& node) const {
  const bool device = wish_.level == Level::device && code != kRest;
  const std::string text = code == kRest      ? "all others"
                           : code == kOutside ? "the internet"
                                              : group_text(wish_.level, code);
  JsonObject object;
  object.text("id", id_of(code)).text("label", text.empty() ? "not known" : text);
  object.text("kind", code == kRest ? "rest" : code == kOutside ? "outside" : name_of(wish_.level));
  if (device) object.text("class", estate_.classes.text(estate_.devices[code].kind));
  object.number("devices", node.devices).number("findings", node.findings);
  object.number_if("worst", node.worst);
  object.raw("external", flag_text(code == kOutside || (device && external(code))));
  return object.raw("inside", flag_text(node.inside)).json();
}

std::string Mapping::json_edge(std::pair<std::uint32_t, std::uint32_t> ends,
                               const Edge& edge) const {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> applications;
  for (const auto& [application, count] : edge.applications)
    if (application != 0) applications.emplace_back(count, application);
  std::ranges::sort(applications, std::ranges::greater());
  applications.resize(std::min(applications.size(), kMostApplications));
  const auto outside = [&](std::uint32_t end) {
    return end == kOutside || (wish_.level == Level::device && end != kRest && external(end));
  };
  return JsonObject()
      .text("from", id_of(ends.first))
      .text("to", id_of(ends.second))
      .number("conversations", edge.conversations)
      .number("flows", edge.flows)
      .number("bytes", edge.bytes)
      .number("clear", edge.clear)
      .number("protected", edge.kept)
      .number("unknown", edge.unknown)
      .raw("external", flag_text(outside(ends.first) || outside(ends.second)))
      .raw("applications", json_array(applications,
                                      [&](const auto& one) {
                                        return json_string(estate_.applications.text(one.second));
                                      }))
      .json();
}

JsonObject Mapping::json() const {
  std::vector<std::uint32_t> codes;
  codes.reserve(nodes_.size());
  for (const auto& [code, node] : nodes_) codes.push_back(code);
  std::ranges::sort(codes);
  JsonObject object;
  object.text("level", name_of(wish_.level));
  object.raw("nodes", json_array(codes, [&](std::uint32_t code) {
               return json_node(code, nodes_.at(code));
             }));
  object.raw("edges",
             json_array(edges_, [&](const auto& one) { return json_edge(one.first, one.second); }));
  return object.object(
      "left_out", JsonObject().number("nodes", nodes_left_out_).number("edges", edges_left_out_));
}

std::uint32_t seconds_of(const std::string& time, std::uint32_t otherwise) {
  const auto read = time.empty() ? std::nullopt : time_from_text(time);
  if (!read) return otherwise;
  const std::int64_t seconds = nanoseconds_since_1970(*read) / kSecond;
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(seconds, 0, UINT32_MAX));
}

}  // namespace

Response get_map(const Asked& asked) {
  const Values& values = asked.values;
  const Estate& estate = asked.data.estate();
  Wish wish{.level = level_named(values.text("level")), .within = {}};
  wish.from = seconds_of(values.text("from"), 0);
  wish.to = seconds_of(values.text("to"), UINT32_MAX);
  wish.clear_only = values.text("only") == "clear";
  wish.external_only = values.text("only") == "external";
  wish.limit = static_cast<std::size_t>(std::max<std::int64_t>(2, values.number("limit")));
  if (values.has("within")) {
    const std::string& text = values.text("within");
    const std::size_t colon = text.find(':');
    const std::string kind = text.substr(0, colon);
    if (colon == std::string::npos || name_of(level_named(kind)) != kind)
      return problem(400, "within is care_area:NAME, class:NAME, vlan:NUMBER or device:ID",
                     "within");
    wish.within = {level_named(kind), text.substr(colon + 1)};
  }
  Mapping mapping(estate, wish);
  mapping.draw();
  JsonObject reply = mapping.json();
  reply.text("within", values.text("within"));
  if (estate.last > 0) {
    reply.text("first", time_text(estate.first)).text("last", time_text(estate.last));
  }
  return json_reply(reply.raw("data", data_age(asked)));
}

}  // namespace asepsis
