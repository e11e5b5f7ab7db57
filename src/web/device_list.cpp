// Lists and facets of devices.

#include <algorithm>
#include <bit>

#include "web/device_choice.hpp"
#include "web/device_rows.hpp"
#include "web/facets.hpp"
#include "web/handlers.hpp"
#include "web/lists.hpp"
#include "web/replies.hpp"

namespace asepsis {
namespace {

const std::vector<std::uint32_t>& order_of(const Estate& estate, const std::string& sort) {
  constexpr std::array<std::string_view, kDeviceOrders> kNames{"id", "class", "rating", "last_seen",
                                                               "coverage"};
  const auto* found = std::ranges::find(kNames, sort);
  return estate.orders.at(static_cast<std::size_t>(found - kNames.begin()));
}

}  // namespace

Response list_devices(const Asked& asked) {
  const Estate& estate = asked.data.estate();
  const std::string& cursor = asked.values.text("cursor");
  const std::uint32_t after = cursor.empty() ? kNobody : estate.place_of(cursor);
  if (!cursor.empty() && after == kNobody) return no_cursor();
  const DeviceChoice choice(estate, asked.values);
  const auto& order = order_of(estate, asked.values.text("sort"));
  const auto limit = static_cast<std::size_t>(asked.values.number("limit"));
  const ListPage page =
      page_of(choice.all(), order, asked.csv ? kNobody : after, asked.csv ? kMostCsv : limit);
  if (asked.csv)
    return csv_of(page.places, "devices",
                  [&](std::span<const std::uint32_t> part) { return device_rows(asked, part); });
  const auto rows = device_rows(asked, page.places);
  if (!rows) return failed(rows.error());
  JsonObject reply;
  reply.raw("items", json_rows(*rows));
  if (page.more) reply.text("next_cursor", estate.devices[page.places.back()].id);
  return json_reply(reply.number("total", page.total).raw("data", data_age(asked)));
}

Response get_device_facets(const Asked& asked) {
  const Estate& estate = asked.data.estate();
  const DeviceChoice choice(estate, asked.values);
  std::array<Counts, kDeviceFacets> counts;
  std::size_t total = 0;
  for (std::uint32_t place = 0; place < estate.devices.size(); ++place) {
    if (!choice.found(place)) continue;
    const unsigned failing = choice.failing(place);
    if (failing == 0) ++total;
    if (std::popcount(failing) > 1) continue;
    const EstateDevice& device = estate.devices[place];
    for (std::size_t i = 0; i < kDeviceFacets; ++i) {
      if (failing != 0 && failing != 1U << i) continue;
      const auto facet = static_cast<DeviceFacet>(i);
      if (facet != DeviceFacet::vlan || device.vlan_count == 0)
        counts[i].add(code_of(estate, device, facet));
      else
        for (std::uint32_t n = 0; n < device.vlan_count; ++n)
          counts[i].add(estate.vlans[device.first_vlan + n]);
    }
  }
  JsonObject facets;
  for (std::size_t i = 0; i < kDeviceFacets; ++i)
    facets.raw(kDeviceFacetNames.at(i), counts[i].json([&](std::uint32_t code) {
      return text_of_code(estate, static_cast<DeviceFacet>(i), code);
    }));
  return json_reply(
      JsonObject().object("facets", facets).number("total", total).raw("data", data_age(asked)));
}

}  // namespace asepsis
