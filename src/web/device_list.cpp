// Lists and facets of devices.

#include <algorithm>
#include <bit>
#include <span>
#include <sstream>

#include "web/device_choice.hpp"
#include "web/device_rows.hpp"
#include "web/facets.hpp"
#include "web/handlers.hpp"
#include "web/replies.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kMostCsv = 100'000;
constexpr std::size_t kCsvStep = 1'000;  // rows asked for at once

const std::vector<std::uint32_t>& order_of(const Estate& estate, const std::string& sort) {
  constexpr std::array<std::string_view, kDeviceOrders> kNames{"id", "class", "rating", "last_seen",
                                                               "coverage"};
  const auto* found = std::ranges::find(kNames, sort);
  return estate.orders.at(static_cast<std::size_t>(found - kNames.begin()));
}

struct Page {
  std::vector<std::uint32_t> places;
  std::size_t total = 0;
  bool more = false;
};

// Those that are meant, in order, after the one the cursor names.
Page page_of(const DeviceChoice& choice, const std::vector<std::uint32_t>& order,
             std::uint32_t after, std::size_t limit) {
  Page page;
  bool begun = after == kNobody;
  for (const std::uint32_t place : order) {
    if (choice.meant(place)) {
      ++page.total;
      if (begun && page.places.size() < limit)
        page.places.push_back(place);
      else
        page.more = page.more || begun;
    }
    begun = begun || place == after;
  }
  return page;
}

Response csv_of(const Asked& asked, const std::vector<std::uint32_t>& places) {
  std::ostringstream out;
  for (std::size_t at = 0; at == 0 || at < places.size(); at += kCsvStep) {
    const std::size_t size = std::min(kCsvStep, places.size() - at);
    const auto rows = device_rows(asked, std::span(places).subspan(at, size));
    if (!rows) return failed(rows.error());
    std::ostringstream part;
    write_csv(part, *rows);
    const std::string text = std::move(part).str();
    out << (at == 0 ? text : text.substr(text.find('\n') + 1));
  }
  Response response{.type = "text/csv; charset=utf-8; header=present",
                    .body = std::move(out).str()};
  response.headers.emplace_back("Content-Disposition", "attachment; filename=\"devices.csv\"");
  return response;
}

}  // namespace

Response list_devices(const Asked& asked) {
  const Estate& estate = asked.data.estate();
  const std::string& cursor = asked.values.text("cursor");
  const std::uint32_t after = cursor.empty() ? kNobody : estate.place_of(cursor);
  if (!cursor.empty() && after == kNobody)
    return problem(400, "That is no cursor of this list any more: begin it anew", "cursor");
  const DeviceChoice choice(estate, asked.values);
  const auto& order = order_of(estate, asked.values.text("sort"));
  const auto limit = static_cast<std::size_t>(asked.values.number("limit"));
  const Page page =
      page_of(choice, order, asked.csv ? kNobody : after, asked.csv ? kMostCsv : limit);
  if (asked.csv) return csv_of(asked, page.places);
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
