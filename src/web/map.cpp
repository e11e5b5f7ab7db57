// Who talks to whom, in groups: a few nodes and edges, however many devices.

#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <charconv>
#include <optional>

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
  std::uint32_t code = 0;  // of the group, or kRest or kOutside
  std::uint32_t devices = 0, findings = 0;
  std::uint8_t worst = 0;
  std::uint64_t weight = 0;  // conversations
  bool inside = false;
};

// Between two nodes by their places, in one direction.
struct Edge {
  std::uint32_t from = 0, to = 0;
  std::uint64_t bytes = 0;
  std::uint32_t conversations = 0, flows = 0, clear = 0, kept = 0, unknown = 0;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> applications;  // and how many

  void add(const EstateEdge& one);
};

void Edge::add(const EstateEdge& one) {
  bytes += one.bytes;
  flows += one.flows;
  conversations += one.conversations;
  (one.security == Security::clear  ? clear
   : one.security == Security::kept ? kept
                                    : unknown) += one.conversations;
  const auto known = std::ranges::find(applications, one.application,
                                       &std::pair<std::uint32_t, std::uint32_t>::first);
  if (known != applications.end())
    known->second += one.conversations;
  else
    applications.emplace_back(one.application, one.conversations);
}

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

// The conversations that are meant are gone over twice: to see which groups are the
// largest, and to add up what is between those and the rest. Both times only what
// stands in tables is looked at: there may be millions.
class Mapping {
 public:
  Mapping(const Estate& estate, const Wish& wish) : estate_(estate), wish_(wish) {}

  void draw() {
    const bool unknown = wish_.within && !within_code();
    for (std::uint32_t place = 0; place < estate_.devices.size() && !unknown; ++place)
      count_device(place);
    if (unknown) return;
    weigh_nodes();
    choose_nodes();
    add_edges();
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

  bool meant(const EstateEdge& edge) const {
    if (edge.last < wish_.from || edge.first > wish_.to) return false;
    if (wish_.clear_only && edge.security != Security::clear) return false;
    if (wish_.within && !inside_[edge.client] && !inside_[edge.server]) return false;
    return !wish_.external_only || external(edge.client) || external(edge.server);
  }

  bool within_code();
  std::uint32_t node_coded(std::uint32_t code);
  void count_device(std::uint32_t place);
  void weigh_nodes();
  void choose_nodes();
  void add_edges();
  void leave_out_edges();
  std::string id_of(std::uint32_t code) const;
  std::string json_node(const Node& node) const;
  std::string json_edge(const Edge& edge) const;

  const Estate& estate_;
  const Wish& wish_;
  std::uint32_t within_ = 0;            // the code of the group that is looked into
  std::vector<bool> inside_;            // of each device
  std::vector<std::uint32_t> meant_;    // places of conversations in the estate
  std::vector<std::uint32_t> node_of_;  // of each device, its place in nodes_
  absl::flat_hash_map<std::uint32_t, std::uint32_t> coded_;  // the place of each group
  std::vector<Node> nodes_;
  std::vector<Edge> edges_;
  std::size_t nodes_left_out_ = 0, edges_left_out_ = 0;
};

// Whether there is such a group.
bool Mapping::within_code() {
  const auto& [level, text] = *wish_.within;
  const auto known = [&](std::uint32_t code, bool none) {
    within_ = code;
    return code != 0 || none;
  };
  switch (level) {
    case Level::care_area: return known(estate_.care_areas.find(text), text.empty());
    case Level::kind: return known(estate_.classes.find(text), text.empty());
    case Level::device: return known(estate_.place_of(text), true) && within_ != kNobody;
    case Level::vlan: break;
  }
  const auto end = text.data() + text.size();
  return text.empty() || std::from_chars(text.data(), end, within_).ptr == end;
}

std::uint32_t Mapping::node_coded(std::uint32_t code) {
  const auto place = static_cast<std::uint32_t>(nodes_.size());
  if (wish_.level != Level::device) {
    const auto [entry, fresh] = coded_.try_emplace(code, place);
    if (!fresh) return entry->second;
  }
  nodes_.push_back({.code = code});
  return place;
}

// Of groups those count that are inside; of devices all, as they may be talked to.
void Mapping::count_device(std::uint32_t place) {
  const bool inside = !wish_.within || group(place, wish_.within->first) == within_;
  inside_.push_back(inside);
  const bool grouped = wish_.level != Level::device;
  node_of_.push_back(node_coded(grouped && external(place) ? kOutside : group(place, wish_.level)));
  if (!inside && grouped) return;
  Node& node = nodes_[node_of_.back()];
  const EstateDevice& device = estate_.devices[place];
  ++node.devices;
  node.findings += device.findings;
  node.worst = std::max(node.worst, device.rating);
  node.inside = inside;
}

void Mapping::weigh_nodes() {
  for (std::uint32_t place = 0; place < estate_.edges.size(); ++place) {
    const EstateEdge& edge = estate_.edges[place];
    if (!meant(edge)) continue;
    meant_.push_back(place);
    nodes_[node_of_[edge.client]].weight += edge.conversations;
    nodes_[node_of_[edge.server]].weight += edge.conversations;
  }
}

// Those that talk or are asked for; of too many the largest stay, and all others are one.
void Mapping::choose_nodes() {
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < nodes_.size(); ++i)
    if (nodes_[i].weight > 0 || (wish_.level != Level::device && nodes_[i].devices > 0))
      order.push_back(i);
  const auto larger = [&](std::uint32_t a, std::uint32_t b) {
    return nodes_[a].weight != nodes_[b].weight ? nodes_[a].weight > nodes_[b].weight
                                                : nodes_[a].code < nodes_[b].code;
  };
  const std::size_t most = order.size() > wish_.limit ? wish_.limit - 1 : order.size();
  if (most < order.size())
    std::ranges::nth_element(order, order.begin() + static_cast<std::ptrdiff_t>(most), larger);
  std::ranges::sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(most), {},
                    [&](std::uint32_t i) { return nodes_[i].code; });
  std::vector<Node> drawn;
  std::vector<std::uint32_t> moved(nodes_.size(), static_cast<std::uint32_t>(most));
  for (std::size_t i = 0; i < order.size(); ++i) {
    const Node& node = nodes_[order[i]];
    moved[order[i]] = static_cast<std::uint32_t>(std::min(i, most));
    if (i <= most) drawn.push_back(i < most ? node : Node{.code = kRest, .inside = true});
    if (i < most) continue;
    drawn.back().devices += node.devices;
    drawn.back().findings += node.findings;
    drawn.back().worst = std::max(drawn.back().worst, node.worst);
    ++nodes_left_out_;
  }
  nodes_ = std::move(drawn);
  for (std::uint32_t& node : node_of_) node = moved[node];
}

void Mapping::add_edges() {
  const std::size_t side = nodes_.size();
  std::vector<std::uint32_t> places(side * side, kNobody);  // in edges_, by both ends
  for (const std::uint32_t place : meant_) {
    const EstateEdge& edge = estate_.edges[place];
    const std::uint32_t from = node_of_[edge.client];
    const std::uint32_t to = node_of_[edge.server];
    std::uint32_t& drawn = places[from * side + to];
    if (drawn == kNobody) {
      drawn = static_cast<std::uint32_t>(edges_.size());
      edges_.emplace_back().from = from;
      edges_.back().to = to;
    }
    edges_[drawn].add(edge);
  }
  std::ranges::sort(edges_, {}, [](const Edge& edge) { return std::pair(edge.from, edge.to); });
}

void Mapping::leave_out_edges() {
  const std::size_t most = wish_.limit * kEdgesPerNode;
  if (edges_.size() <= most) return;
  std::vector<std::uint32_t> sizes;
  sizes.reserve(edges_.size());
  for (const Edge& edge : edges_) sizes.push_back(edge.conversations);
  std::ranges::nth_element(sizes, sizes.begin() + static_cast<std::ptrdiff_t>(most),
                           std::ranges::greater());
  const std::uint32_t least = sizes[most];
  edges_left_out_ =
      std::erase_if(edges_, [&](const Edge& edge) { return edge.conversations <= least; });
}

std::string Mapping::id_of(std::uint32_t code) const {
  if (code == kRest) return "rest";
  if (code == kOutside) return "outside";
  return std::string(name_of(wish_.level)) + ':' + group_text(wish_.level, code);
}

std::string Mapping::json_node(const Node& node) const {
  const std::uint32_t code = node.code;
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

std::string Mapping::json_edge(const Edge& edge) const {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> applications;
  for (const auto& [application, count] : edge.applications)
    if (application != 0) applications.emplace_back(count, application);
  std::ranges::sort(applications, std::ranges::greater());
  applications.resize(std::min(applications.size(), kMostApplications));
  const auto outside = [&](std::uint32_t end) {
    const std::uint32_t code = nodes_[end].code;
    return code == kOutside || (wish_.level == Level::device && code != kRest && external(code));
  };
  return JsonObject()
      .text("from", id_of(nodes_[edge.from].code))
      .text("to", id_of(nodes_[edge.to].code))
      .number("conversations", edge.conversations)
      .number("flows", edge.flows)
      .number("bytes", edge.bytes)
      .number("clear", edge.clear)
      .number("protected", edge.kept)
      .number("unknown", edge.unknown)
      .raw("external", flag_text(outside(edge.from) || outside(edge.to)))
      .raw("applications", json_array(applications,
                                      [&](const auto& one) {
                                        return json_string(estate_.applications.text(one.second));
                                      }))
      .json();
}

JsonObject Mapping::json() const {
  JsonObject object;
  object.text("level", name_of(wish_.level));
  object.raw("nodes", json_array(nodes_, [&](const Node& node) { return json_node(node); }));
  object.raw("edges", json_array(edges_, [&](const Edge& edge) { return json_edge(edge); }));
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
