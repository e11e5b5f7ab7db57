// Lists and facets of findings.

#include "web/facets.hpp"
#include "web/finding_choice.hpp"
#include "web/finding_rows.hpp"
#include "web/handlers.hpp"
#include "web/lists.hpp"
#include "web/replies.hpp"

namespace asepsis {
namespace {

FindingOrder order_named(const std::string& sort) {
  if (sort == "last_seen") return FindingOrder::last_seen;
  return sort == "first_seen" ? FindingOrder::first_seen : FindingOrder::rating;
}

}  // namespace

Response list_findings(const Asked& asked) {
  const Estate& estate = asked.data.estate();
  const std::string& cursor = asked.values.text("cursor");
  std::uint32_t after = kNobody;
  if (!cursor.empty()) {
    if (const auto id = number_of_finding(cursor)) after = estate.place_of_finding(*id);
    if (after == kNobody) return no_cursor();
  }
  const FindingChoice choice(estate, asked.values);
  const auto& order =
      estate.finding_orders.at(static_cast<std::size_t>(order_named(asked.values.text("sort"))));
  const auto limit = asked.csv ? kMostCsv : static_cast<std::size_t>(asked.values.number("limit"));
  const ListPage page = page_of(choice.all(), order, asked.csv ? kNobody : after, limit);
  if (asked.csv)
    return csv_of(page.places, "findings",
                  [&](std::span<const std::uint32_t> part) { return finding_rows(asked, part); });
  const auto rows = finding_rows(asked, page.places);
  if (!rows) return failed(rows.error());
  JsonObject reply;
  reply.raw("items", json_rows(*rows));
  if (page.more) reply.text("next_cursor", id_of_finding(estate.findings[page.places.back()].id));
  return json_reply(reply.number("total", page.total).raw("data", data_age(asked)));
}

Response get_finding_facets(const Asked& asked) {
  const Estate& estate = asked.data.estate();
  const FindingChoice choice(estate, asked.values);
  FindingCounts counted(estate);
  choice.each([&](std::uint32_t place, unsigned failing) { counted.add(place, failing); });
  const auto counts = counted.by_facet();
  JsonObject facets;
  for (std::size_t i = 0; i < kFindingFacets; ++i)
    facets.raw(kFindingFacetNames.at(i), counts.at(i).json([&](std::uint32_t code) {
      return text_of_code(estate, static_cast<FindingFacet>(i), code);
    }));
  return json_reply(JsonObject()
                        .object("facets", facets)
                        .number("total", counted.total())
                        .raw("data", data_age(asked)));
}

}  // namespace asepsis
