// Lists and facets of findings.

#include <algorithm>
#include <bit>
#include <charconv>
#include <functional>
#include <optional>
#include <span>
#include <sstream>

#include "web/device_choice.hpp"
#include "web/facets.hpp"
#include "web/finding_rows.hpp"
#include "web/handlers.hpp"
#include "web/replies.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kMostCsv = 100'000;
constexpr std::size_t kCsvStep = 1'000;  // rows asked for at once
constexpr std::uint32_t kNoSuch = UINT32_MAX;

// What findings are filtered and counted by. A check has several weaknesses;
// all else is one number a finding.
struct Facet {
  std::string_view name;
  std::uint32_t (*code)(const Estate&, const EstateFinding&);
  std::string (*text)(const Estate&, std::uint32_t);
};

template <auto kMember>
std::uint32_t of_device(const Estate& estate, const EstateFinding& finding) {
  return finding.device == kNobody ? 0 : estate.devices[finding.device].*kMember;
}

template <auto kNames>
std::string by_name(const Estate& estate, std::uint32_t code) {
  return (estate.*kNames).text(code);
}

constexpr std::array<std::string_view, 3> kStates{"open", "gone", "accepted-until"};
constexpr std::size_t kWeakness = 7;  // its place below

constexpr std::array<Facet, 10> kFacets{{
    {"state", [](const Estate&, const EstateFinding& f) { return std::uint32_t(f.state); },
     [](const Estate&, std::uint32_t code) { return std::string(kStates.at(code)); }},
    {"rating", [](const Estate&, const EstateFinding& f) { return std::uint32_t{f.rating}; },
     [](const Estate&, std::uint32_t code) { return std::to_string(code); }},
    {"class", of_device<&EstateDevice::kind>, by_name<&Estate::classes>},
    {"manufacturer", of_device<&EstateDevice::manufacturer>, by_name<&Estate::manufacturers>},
    {"model", of_device<&EstateDevice::model>, by_name<&Estate::models>},
    {"owner_role",
     [](const Estate&, const EstateFinding& f) { return std::uint32_t{f.owner_role}; },
     by_name<&Estate::owner_roles>},
    {"check", [](const Estate&, const EstateFinding& f) { return f.check; },
     [](const Estate& estate, std::uint32_t code) { return estate.checks[code].id; }},
    {"cwe", nullptr, by_name<&Estate::cwes>},
    {"care_area", of_device<&EstateDevice::care_area>, by_name<&Estate::care_areas>},
    {"site", of_device<&EstateDevice::site>, by_name<&Estate::sites>},
}};

class FindingChoice {
 public:
  FindingChoice(const Estate& estate, const Values& values) : estate_(estate) {
    device_ =
        values.has("device") ? std::optional(estate.place_of(values.text("device"))) : std::nullopt;
    for (std::size_t i = 0; i < kFacets.size(); ++i) want(i, values);
    if (!values.has("state"))
      wanted_.front() = std::vector<std::uint32_t>{std::uint32_t(FindingState::open)};
    search_for(search_words(values.text("q")));
  }

  bool found(const EstateFinding& finding) const {
    if (device_ && finding.device != *device_) return false;
    for (std::size_t i = 0; i < by_device_.size(); ++i)
      if (!in_words(finding, i)) return false;
    return true;
  }

  unsigned failing(const EstateFinding& finding) const {
    unsigned bits = 0;
    for (std::size_t i = 0; i < kFacets.size(); ++i)
      if (wanted_[i] && !fits(finding, i)) bits |= 1U << i;
    return bits;
  }

  bool meant(const EstateFinding& finding) const { return failing(finding) == 0 && found(finding); }

 private:
  void want(std::size_t i, const Values& values) {
    const std::string name(kFacets.at(i).name);
    if (!values.has(name)) return;
    auto& wanted = wanted_.at(i).emplace();
    for (const std::string& text : values.list(name)) wanted.push_back(code_named(i, text));
    std::ranges::sort(wanted);
  }

  std::uint32_t code_named(std::size_t i, const std::string& text) const {
    const std::array<std::size_t, kFacets.size()> counts{kStates.size(),
                                                         6,
                                                         estate_.classes.size(),
                                                         estate_.manufacturers.size(),
                                                         estate_.models.size(),
                                                         estate_.owner_roles.size(),
                                                         estate_.checks.size(),
                                                         estate_.cwes.size(),
                                                         estate_.care_areas.size(),
                                                         estate_.sites.size()};
    for (std::uint32_t code = 0; code < counts.at(i); ++code)
      if (kFacets.at(i).text(estate_, code) == text) return code;
    return kNoSuch;
  }

  bool fits(const EstateFinding& finding, std::size_t i) const {
    const auto has = [&](std::uint32_t code) {
      return std::ranges::binary_search(*wanted_.at(i), code);
    };
    if (i == kWeakness) return std::ranges::any_of(estate_.checks[finding.check].cwe, has);
    return has(kFacets.at(i).code(estate_, finding));
  }

  void search_for(const std::vector<std::string>& words) {
    for (const std::string& word : words) {
      by_device_.push_back(search(estate_, {word}));
      auto& by_check = by_check_.emplace_back();
      for (const EstateCheck& check : estate_.checks)
        by_check.push_back(check.text.find(word) != std::string::npos);
      std::uint64_t id = 0;
      if (word.starts_with("f-"))
        std::from_chars(word.data() + 2, word.data() + word.size(), id, 16);
      ids_.push_back(id);
    }
  }

  bool in_words(const EstateFinding& finding, std::size_t i) const {
    if (by_check_[i][finding.check] || (ids_[i] != 0 && ids_[i] == finding.id)) return true;
    return finding.device != kNobody && by_device_[i][finding.device];
  }

  const Estate& estate_;
  std::optional<std::uint32_t> device_;
  std::array<std::optional<std::vector<std::uint32_t>>, kFacets.size()> wanted_;  // sorted
  // For each word that is searched for.
  std::vector<std::vector<bool>> by_device_, by_check_;
  std::vector<std::uint64_t> ids_;
};

struct Page {
  std::vector<std::uint32_t> places;
  std::size_t total = 0;
  bool more = false;
};

Page page_of(const Estate& estate, const FindingChoice& choice,
             const std::vector<std::uint32_t>& order, std::optional<std::uint64_t> after,
             std::size_t limit) {
  Page page;
  bool begun = !after;
  for (const std::uint32_t place : order) {
    const EstateFinding& finding = estate.findings[place];
    if (choice.meant(finding)) {
      ++page.total;
      if (begun && page.places.size() < limit)
        page.places.push_back(place);
      else
        page.more = page.more || begun;
    }
    begun = begun || finding.id == *after;
  }
  return page;
}

Response csv_of(const Asked& asked, const std::vector<std::uint32_t>& places) {
  std::ostringstream out;
  for (std::size_t at = 0; at == 0 || at < places.size(); at += kCsvStep) {
    const auto rows =
        finding_rows(asked, std::span(places).subspan(at, std::min(kCsvStep, places.size() - at)));
    if (!rows) return failed(rows.error());
    std::ostringstream part;
    write_csv(part, *rows);
    const std::string text = std::move(part).str();
    out << (at == 0 ? text : text.substr(text.find('\n') + 1));
  }
  Response response{.type = "text/csv; charset=utf-8; header=present",
                    .body = std::move(out).str()};
  response.headers.emplace_back("Content-Disposition", "attachment; filename=\"findings.csv\"");
  return response;
}

FindingOrder order_named(const std::string& sort) {
  if (sort == "last_seen") return FindingOrder::last_seen;
  return sort == "first_seen" ? FindingOrder::first_seen : FindingOrder::rating;
}

}  // namespace

Response list_findings(const Asked& asked) {
  const Estate& estate = asked.data.estate();
  const std::string& cursor = asked.values.text("cursor");
  std::optional<std::uint64_t> after;
  if (!cursor.empty() && !asked.csv) {
    after = number_of_finding(cursor);
    if (!after ||
        std::ranges::find(estate.findings, *after, &EstateFinding::id) == estate.findings.end())
      return problem(400, "That is no cursor of this list any more: begin it anew", "cursor");
  }
  const FindingChoice choice(estate, asked.values);
  const auto& order =
      estate.finding_orders.at(static_cast<std::size_t>(order_named(asked.values.text("sort"))));
  const auto limit = asked.csv ? kMostCsv : static_cast<std::size_t>(asked.values.number("limit"));
  const Page page = page_of(estate, choice, order, after, limit);
  if (asked.csv) return csv_of(asked, page.places);
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
  std::array<Counts, kFacets.size()> counts;
  std::size_t total = 0;
  for (const EstateFinding& finding : estate.findings) {
    const unsigned failing = choice.failing(finding);
    if (std::popcount(failing) > 1 || !choice.found(finding)) continue;
    if (failing == 0) ++total;
    for (std::size_t i = 0; i < kFacets.size(); ++i) {
      if (failing != 0 && failing != 1U << i) continue;
      if (i != kWeakness)
        counts.at(i).add(kFacets.at(i).code(estate, finding));
      else
        for (const std::uint32_t cwe : estate.checks[finding.check].cwe) counts.at(i).add(cwe);
    }
  }
  JsonObject facets;
  for (std::size_t i = 0; i < kFacets.size(); ++i)
    facets.raw(kFacets.at(i).name, counts.at(i).json([&](std::uint32_t code) {
      return kFacets.at(i).text(estate, code);
    }));
  return json_reply(
      JsonObject().object("facets", facets).number("total", total).raw("data", data_age(asked)));
}

}  // namespace asepsis
