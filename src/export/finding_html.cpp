// The printable report: a page an audience, of what is open. All of it is plain
// HTML without scripts; every text is escaped in one place. Its shape follows
// WCAG 2.2: headings in order, tables with captions and heading cells, colour
// never the only sign, a link past the heading.

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <set>

#include "base/text.hpp"
#include "export/finding_files.hpp"

namespace asepsis {
namespace {

using Findings = std::vector<const ToldFinding*>;

struct Audience {
  std::string_view reader, file, title, intro;
};
constexpr Audience kAudiences[] = {
    {"ward", "ward.html", "For wards and departments",
     "What was found on devices that you use, and what it means for you. Nothing here asks you to "
     "stop using a device; if one behaves oddly, see to the patient first and follow your downtime "
     "procedure."},
    {"biomedical_engineering", "biomedical-engineering.html", "For biomedical engineering",
     "What to ask, test and change on devices, off the patient and one at a time."},
    {"it_network", "it-network.html", "For IT and network",
     "What to offer and to narrow. Ask the owner of a device before any change to what it can "
     "reach: somebody may depend on it."},
    {"procurement", "procurement.html", "For procurement",
     "What to ask for, before more of the same is bought and when contracts are renewed."},
    {"manufacturer", "manufacturer.html", "For manufacturers",
     "What was found on devices of yours, and what would end it for every hospital."},
};

constexpr std::string_view kStyle =
    "body{font:1rem/1.5 Arial,sans-serif;color:#212b32;background:#fff;max-width:60rem;"
    "margin:0 auto;padding:1rem}"
    "a{color:#005eb8}a:focus{outline:3px solid #212b32;background:#ffeb3b}"
    "h1{font-size:1.75rem}h2{font-size:1.25rem;border-top:2px solid #005eb8;padding-top:.75rem}"
    "table{border-collapse:collapse;width:100%}caption{text-align:left;font-weight:bold}"
    "th,td{border-bottom:1px solid #768692;padding:.25rem .5rem;text-align:left;"
    "vertical-align:top;overflow-wrap:anywhere}"
    ".skip{position:absolute;left:-999rem}.skip:focus{position:static}"
    ".advice{border-left:4px solid #005eb8;padding-left:.75rem}"
    "@media print{a{color:inherit;text-decoration:none}nav,.skip{display:none}"
    "section{break-inside:avoid}}";

std::string html(std::string_view text) {
  std::string out;
  for (const char c : escaped(to_utf8(text))) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string_view meaning(int rating) {
  constexpr std::array<std::string_view, 6> kMeanings{"",
                                                      "acceptable",
                                                      "acceptable where cost outweighs benefit",
                                                      "undesirable",
                                                      "must be controlled",
                                                      "unacceptable"};
  return kMeanings[static_cast<std::size_t>(std::clamp(rating, 0, 5))];
}

std::string rating_of(int rating) {
  return std::to_string(rating) + " of 5 (" + std::string(meaning(rating)) + ')';
}

std::string page(std::string_view title, std::string_view body, const std::string& made) {
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "style-src 'unsafe-inline'\">\n<title>";
  out += html(title) + " - asepsis</title>\n<style>" + std::string(kStyle) + "</style>\n</head>\n";
  out += "<body>\n<a class=\"skip\" href=\"#main\">Skip to the findings</a>\n<header>\n<h1>" +
         html(title) +
         "</h1>\n<p>What was heard on the network, passively, held against packs of "
         "checks; what was not heard is not judged. Made " +
         html(made) + ".</p>\n</header>\n";
  out += "<main id=\"main\">\n" + std::string(body) + "</main>\n</body>\n</html>\n";
  return out;
}

std::string device_rows(const Findings& findings) {
  std::string rows;
  for (const ToldFinding* finding : findings)
    rows += "<tr><th scope=\"row\">" + html(finding->device) + "</th><td>" +
            html(finding->model.empty() ? "unknown" : finding->model) + "</td><td>" +
            html(finding->device_class.empty() ? "unknown" : finding->device_class) + "</td><td>" +
            html(finding->detail) + "</td><td>" + rating_of(finding->rating) + "</td><td>" +
            html(finding->last_seen.substr(0, 10)) + "</td><td>" + html(finding->id) +
            "</td></tr>\n";
  return rows;
}

// One check: what it means, what the reader can do, and where it was found.
std::string section(const Findings& findings, std::string_view reader) {
  const ToldFinding& first = *findings.front();
  std::string out = "<section>\n<h2>" + html(first.title) + "</h2>\n<p><strong>Rating " +
                    rating_of(first.rating) + "</strong>. " + html(first.harm) + "</p>\n";
  for (const auto& [name, advice] : first.advice)
    if (name == reader) out += "<p class=\"advice\">" + html(advice) + "</p>\n";
  std::string clauses;
  for (const auto& [standard, clause] : first.clauses)
    clauses.append(clauses.empty() ? "" : "; ").append(standard).append(" ").append(clause);
  out += "<p>" + html(first.reasoning) + "</p>\n<table>\n<caption>Found " +
         std::to_string(findings.size()) + (findings.size() == 1 ? " time" : " times") + " (" +
         html(first.check) + "; " + html(clauses) + ")</caption>\n<thead><tr>";
  for (const char* heading : {"Device", "Model", "Kind", "What", "Rating", "Last seen", "Finding"})
    out += "<th scope=\"col\">" + std::string(heading) + "</th>";
  return out + "</tr></thead>\n<tbody>\n" + device_rows(findings) +
         "</tbody>\n</table>\n</section>\n";
}

// The findings of each check, in the order of the worst of them.
std::vector<Findings> by_check(const std::vector<ToldFinding>& findings) {
  std::vector<Findings> groups;
  std::map<std::string, std::size_t> places;
  for (const ToldFinding& finding : findings) {
    if (finding.state != "open") continue;
    const auto [place, fresh] = places.emplace(finding.check, groups.size());
    if (fresh) groups.emplace_back();
    groups[place->second].push_back(&finding);
  }
  return groups;
}

std::string index_body(const std::vector<Findings>& groups) {
  std::map<int, std::size_t, std::greater<>> counts;
  std::set<std::string> devices;
  for (const Findings& group : groups)
    for (const ToldFinding* finding : group) {
      ++counts[finding->rating];
      devices.insert(finding->device);
    }
  std::string out = "<table>\n<caption>Open findings on " + std::to_string(devices.size()) +
                    " devices, by DCB0160 rating</caption>\n<thead><tr><th scope=\"col\">Rating"
                    "</th><th scope=\"col\">Findings</th></tr></thead>\n<tbody>\n";
  for (const auto& [rating, count] : counts)
    out += "<tr><th scope=\"row\">" + rating_of(rating) + "</th><td>" + std::to_string(count) +
           "</td></tr>\n";
  out += "</tbody>\n</table>\n<nav aria-label=\"Pages\">\n<h2>A page for each reader</h2>\n<ul>\n";
  for (const Audience& audience : kAudiences)
    out += "<li><a href=\"" + std::string(audience.file) + "\">" + std::string(audience.title) +
           "</a></li>\n";
  return out + "</ul>\n</nav>\n";
}

Result<void> write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  if (!out) return fail(path.string() + " cannot be written");
  return {};
}

}  // namespace

Result<void> write_html(const std::filesystem::path& folder,
                        const std::vector<ToldFinding>& findings, Time made) {
  std::error_code problem;
  std::filesystem::create_directories(folder, problem);
  if (problem) return fail(folder.string() + " cannot be made: " + problem.message());
  const auto groups = by_check(findings);
  const std::string day = to_rfc3339(made).substr(0, 10);
  for (const Audience& audience : kAudiences) {
    std::string body = "<p>" + html(audience.intro) + "</p>\n";
    if (groups.empty()) body += "<p>Nothing is open.</p>\n";
    for (const Findings& group : groups) body += section(group, audience.reader);
    const auto done = write_file(folder / audience.file, page(audience.title, body, day));
    if (!done) return done;
  }
  return write_file(folder / "index.html", page("Findings", index_body(groups), day));
}

}  // namespace asepsis
