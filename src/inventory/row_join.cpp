#include "inventory/row_join.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <unordered_map>

#include "base/address.hpp"
#include "base/text.hpp"
#include "inventory/description.hpp"
#include "inventory/words.hpp"

namespace asepsis {
namespace {

using Places = std::vector<std::size_t>;
using Index = std::unordered_map<std::string, Places>;

// The weakest last.
constexpr std::array<std::string_view, 5> kStrength{"told", "serial", "mac", "asset_number",
                                                    "host_name"};

std::size_t strength(std::string_view by) {
  return static_cast<std::size_t>(std::ranges::find(kStrength, by == "udi" ? "serial" : by) -
                                  kStrength.begin());
}

Places found(const Index& index, const std::string& what) {
  const auto at = index.find(what);
  return at == index.end() || what.empty() ? Places() : at->second;
}

void add_unique(Places& places, std::size_t place) {
  if (std::ranges::find(places, place) == places.end()) places.push_back(place);
}

class Joining {
 public:
  Joining(const std::vector<JoinRow>& rows, const std::vector<JoinDevice>& devices,
          const Knowledge& knowledge)
      : rows_(rows), devices_(devices), knowledge_(knowledge) {
    for (std::size_t i = 0; i < devices.size(); ++i) index(i);
    for (const JoinRow& row : rows)
      if (!row.host_name.empty()) ++rows_named_[{row.document, short_name(row.host_name)}];
  }

  std::vector<Joined> join() {
    std::vector<Joined> all;
    all.reserve(rows_.size());
    for (const JoinRow& row : rows_) all.push_back(join(row));
    settle(all);
    return all;
  }

 private:
  void index(std::size_t i) {
    const JoinDevice& device = devices_[i];
    by_key_.emplace(device.key, i);
    if (!placeholder(device.serial)) by_serial_[compact(device.serial)].push_back(i);
    for (const std::string& mac : device.macs) by_mac_[mac].push_back(i);
    for (const std::string& asset : device.assets) by_asset_[compact(asset)].push_back(i);
    for (const std::string& name : device.names) add_unique(by_name_[short_name(name)], i);
    makers_.push_back(known_maker(knowledge_, device.manufacturer));
  }

  Joined join(const JoinRow& row) {
    Joined out;
    if (row.told) {
      if (const auto at = by_key_.find(*row.told); at != by_key_.end())
        return {.device = at->second, .by = "told", .why = {}, .contradictions = {}};
      return out;
    }
    const Places serial = by_serial(row, out);
    const Places mac = by_mac(row);
    if (serial.size() > 1) return ambiguous(out, "serial number", serial);
    if (serial.size() == 1) return strong(row, serial.front(), mac, out);
    if (mac.size() > 1) return ambiguous(out, "MAC addresses", mac);
    if (mac.size() == 1) return take(row, mac.front(), "mac", out);
    const Places asset = found(by_asset_, compact(row.asset));
    if (asset.size() > 1) return ambiguous(out, "asset number", asset);
    if (asset.size() == 1) return take(row, asset.front(), "asset_number", out);
    return by_host_name(row, out);
  }

  // The same number of another maker, or with another device identifier, is
  // another thing's; of several the one of the same model.
  Places by_serial(const JoinRow& row, Joined& out) {
    if (row.serial.empty() || placeholder(row.serial)) return {};
    const std::string maker = known_maker(knowledge_, row.manufacturer);
    Places same;
    for (const std::size_t i : found(by_serial_, compact(row.serial))) {
      const JoinDevice& device = devices_[i];
      if (!maker.empty() && !makers_[i].empty() && maker != makers_[i]) {
        contradict(out, i, "manufacturer", device.manufacturer, row.manufacturer);
      } else if (!row.udi_di.empty() && !device.udi_di.empty() && row.udi_di != device.udi_di) {
        contradict(out, i, "udi_di", device.udi_di, row.udi_di);
      } else {
        same.push_back(i);
      }
    }
    if (same.size() > 1 && !row.model.empty()) {
      Places model;
      for (const std::size_t i : same)
        if (compact(devices_[i].model) == compact(row.model)) model.push_back(i);
      if (!model.empty()) return model;
    }
    return same;
  }

  Places by_mac(const JoinRow& row) const {
    Places places;
    for (const std::string& mac : row.macs)
      for (const std::size_t i : found(by_mac_, mac)) add_unique(places, i);
    return places;
  }

  Joined strong(const JoinRow& row, std::size_t device, const Places& mac, Joined& out) const {
    if (!mac.empty() && std::ranges::find(mac, device) == mac.end()) {
      out.why = "its serial number leads to " + devices_[device].id + " and its MAC address to " +
                devices_[mac.front()].id;
      contradict(out, device, "mac", first(devices_[device].macs), row.macs.front());
      contradict(out, mac.front(), "serial", devices_[mac.front()].serial, row.serial);
      return out;
    }
    out.device = device;
    const bool udi = !row.udi_di.empty() && row.udi_di == devices_[device].udi_di;
    out.by = udi ? "udi" : "serial";
    return out;
  }

  Joined by_host_name(const JoinRow& row, Joined& out) {
    const std::string name = short_name(row.host_name);
    if (generic_name(name)) return out;
    const Places places = found(by_name_, name);
    if (places.size() > 1) return ambiguous(out, "host name", places);
    if (places.empty()) return out;
    if (rows_named_[{row.document, name}] > 1) {
      out.why = "other rows have the same host name";
      return out;
    }
    return take(row, places.front(), "host_name", out);
  }

  // By something weaker than the serial number, unless that or another
  // stronger thing is another's.
  Joined take(const JoinRow& row, std::size_t i, std::string_view by, Joined& out) const {
    const JoinDevice& device = devices_[i];
    const std::size_t before = out.contradictions.size();
    if (!row.serial.empty() && !device.serial.empty() && !placeholder(row.serial) &&
        !placeholder(device.serial) && compact(row.serial) != compact(device.serial))
      contradict(out, i, "serial", device.serial, row.serial);
    if (by != "mac") {
      if (!row.macs.empty() && !device.macs.empty())
        contradict(out, i, "mac", first(device.macs), row.macs.front());
      const std::string maker = known_maker(knowledge_, row.manufacturer);
      if (!maker.empty() && !makers_[i].empty() && maker != makers_[i])
        contradict(out, i, "manufacturer", device.manufacturer, row.manufacturer);
    }
    if (out.contradictions.size() > before) {
      out.why = "its " + std::string(by == "mac" ? "MAC address" : spoken_name(by)) +
                " is that of " + device.id + ", whose " +
                std::string(out.contradictions.back().attribute) + " is another";
      return out;
    }
    out.device = i;
    out.by = by;
    return out;
  }

  static std::string spoken_name(std::string_view by) {
    return by == "asset_number" ? "asset number" : "host name";
  }
  static std::string first(const std::set<std::string>& texts) {
    return texts.empty() ? std::string() : *texts.begin();
  }

  static void contradict(Joined& out, std::size_t device, std::string_view attribute,
                         std::string heard, std::string said) {
    if (heard.empty() || said.empty()) return;
    out.contradictions.push_back({.device = device,
                                  .attribute = attribute,
                                  .heard = std::move(heard),
                                  .said = std::move(said)});
  }

  Joined ambiguous(Joined& out, std::string_view what, const Places& places) const {
    std::set<std::string> ids;
    for (const std::size_t i : places) ids.insert(devices_[i].id);
    out.why = "its " + std::string(what) + (what.ends_with('s') ? " lead to " : " leads to ");
    std::size_t named = 0;
    for (const std::string& id : ids) {
      constexpr std::size_t kNamed = 3;
      if (named++ < kNamed) out.why += (named > 1 ? " and " : "") + id;
    }
    return out;
  }

  // Of the rows of one document that are about one device the strongest; of
  // as strong ones none.
  void settle(std::vector<Joined>& all) const {
    std::map<std::pair<std::int64_t, std::size_t>, Places> claims;
    for (std::size_t i = 0; i < all.size(); ++i)
      if (all[i].device) claims[{rows_[i].document, *all[i].device}].push_back(i);
    for (const auto& [key, rows] : claims) {
      if (rows.size() < 2) continue;
      const auto rank = [&](std::size_t i) { return strength(all[i].by); };
      const std::size_t best = rank(*std::ranges::min_element(rows, {}, rank));
      const bool alone = std::ranges::count_if(rows, [&](auto i) { return rank(i) == best; }) == 1;
      for (const std::size_t i : rows) {
        if (alone && rank(i) == best) continue;
        all[i].why = "another row is about " + devices_[key.second].id + " too";
        all[i].device.reset();
        all[i].by = {};
      }
    }
  }

  const std::vector<JoinRow>& rows_;
  const std::vector<JoinDevice>& devices_;
  const Knowledge& knowledge_;
  std::unordered_map<std::int64_t, std::size_t> by_key_;
  Index by_serial_, by_mac_, by_asset_, by_name_;
  std::vector<std::string> makers_;  // of each device
  std::map<std::pair<std::int64_t, std::string>, std::size_t> rows_named_;
};

}  // namespace

std::string known_maker(const Knowledge& knowledge, std::string_view text) {
  if (text.empty()) return {};
  if (const Manufacturer* maker = knowledge.find_manufacturer(text)) return maker->name;
  const auto found = knowledge.maker_in(text);
  return found ? found->maker->name : std::string();
}

std::string short_name(std::string_view host_name) {
  // An address is no name with a domain behind it.
  if (ip_from_text(host_name)) return std::string(host_name);
  return lowered(host_name.substr(0, host_name.find('.')));
}

bool generic_name(const std::string& name) {
  constexpr std::size_t kShortest = 3;
  return name.size() < kShortest || name == "localhost" || placeholder(name);
}

std::vector<Joined> join_rows(const std::vector<JoinRow>& rows,
                              const std::vector<JoinDevice>& devices, const Knowledge& knowledge) {
  return Joining(rows, devices, knowledge).join();
}

}  // namespace asepsis
