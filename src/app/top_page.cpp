#include "app/top_page.hpp"

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "export/rows.hpp"

namespace asepsis {
namespace {

using Style = Piece::Style;

constexpr std::size_t kHeader = 5;
constexpr std::size_t kLeft = 30;  // columns of the list of classes
constexpr double kFullMemory = 0.85;

std::string fixed(double number, int digits) {
  const std::string out = std::to_string(number);
  const std::size_t point = out.find('.');
  return out.substr(0, digits == 0 ? point : point + 1 + static_cast<std::size_t>(digits));
}

// 7012, 71 k, 7.1 M ...
std::string number(double value) {
  const char* const units[] = {"", " k", " M", " G", " T"};
  std::size_t unit = 0;
  for (; value >= 10'000 && unit + 1 < std::size(units); ++unit) value /= 1000;
  return fixed(value, value < 10 && unit > 0 ? 1 : 0) + units[unit];
}

std::string bits(double bytes) {
  const double megabits = bytes * 8 / 1e6;
  return fixed(megabits, megabits < 100 ? 1 : 0) + " Mbit/s";
}

std::string span(std::chrono::nanoseconds time) {
  const auto seconds = std::max<std::int64_t>(0, time / std::chrono::seconds(1));
  const auto two = [](std::int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  const std::string hours =
      two(seconds / 3600 % 24) + ':' + two(seconds / 60 % 60) + ':' + two(seconds % 60);
  return seconds < 86'400 ? hours : std::to_string(seconds / 86'400) + " d " + hours;
}

// One line, from left to right.
class Writer {
 public:
  explicit Writer(std::size_t width) : width_(width) {}
  Writer& at(std::size_t column) {
    column_ = std::max(column_, column);
    return *this;
  }
  Writer& add(const std::string& text, Style style = Style::plain) {
    return add_cut(text, SIZE_MAX, style);
  }
  // `room`: so many columns at most.
  Writer& add_cut(const std::string& text, std::size_t room, Style style = Style::plain) {
    if (column_ >= width_) return *this;
    std::string fits = cut_to(text, std::min(room, width_ - column_));
    const std::size_t taken = width_of(fits);
    if (taken > 0) line_.push_back({column_, std::move(fits), style});
    column_ += taken;
    return *this;
  }
  std::size_t room() const { return width_ - std::min(column_, width_); }
  PageLine line() && { return std::move(line_); }

 private:
  std::size_t width_, column_ = 0;
  PageLine line_;
};

PageLine title(const TopView& view, const PageState& state, std::size_t width, Time now) {
  Writer out(width);
  out.add("asepsis", Style::bold);
  if (!view.listener) {
    out.add("  nobody has listened yet; " + std::to_string(view.sources) + " sources were read");
  } else {
    const TopListener& one = *view.listener;
    const bool listens = one.state == "listening";
    out.add("  ").add(one.state, listens ? Style::plain : Style::bad);
    out.add(listens ? " for " + span(now - one.began)
                    : ", last heard of " + span(now - one.written) + " ago");
    if (state.paused) out.add("  paused", Style::warning);
    out.add("  " + one.name.substr(one.name.rfind('/') + 1), Style::bold).add(" at " + one.site);
    if (view.sources > 1) out.add(", " + std::to_string(view.sources - 1) + " more sources");
  }
  return std::move(out).line();
}

PageLine rates(const TopListener& one, std::size_t width) {
  Writer out(width);
  out.add("packets  ", Style::faint).add(number(one.packet_rate) + "/s, " + bits(one.byte_rate));
  out.at(32).add("in all ", Style::faint).add(number(static_cast<double>(one.packets)));
  out.at(50).add("dropped by the kernel ", Style::faint);
  const std::string rate = one.drop_rate > 0 ? ", " + number(std::ceil(one.drop_rate)) + "/s" : "";
  out.add(number(static_cast<double>(one.dropped)) + rate, one.drop_rate > 0 ? Style::bad
                                                           : one.dropped > 0 ? Style::warning
                                                                             : Style::plain);
  return std::move(out).line();
}

PageLine memory(const TopListener& one, std::size_t width) {
  constexpr std::size_t kBar = 6;  // four digits of MiB fit beside it
  const double share = one.memory_limit == 0 ? 0
                                             : static_cast<double>(one.memory) /
                                                   static_cast<double>(one.memory_limit);
  const auto full = static_cast<std::size_t>(std::lround(std::clamp(share, 0.0, 1.0) * kBar));
  Writer out(width);
  out.add("memory   ", Style::faint);
  out.add('[' + std::string(full, '#') + std::string(kBar - full, '-') + ']',
          share > kFullMemory ? Style::bad : Style::plain);
  out.add(' ' + std::to_string(one.memory >> 20) + "/" + std::to_string(one.memory_limit >> 20) +
          " MiB");
  out.at(32).add("workers ", Style::faint).add(std::to_string(one.workers));
  out.at(50).add("conversations now ", Style::faint);
  out.add(number(static_cast<double>(one.running)));
  return std::move(out).line();
}

PageLine lost(const TopView& view, std::size_t width, Time now) {
  const TopListener& one = *view.listener;
  Writer out(width);
  out.add("stored   ", Style::faint).add(span(now - one.written) + " ago");
  out.at(32).add("derived in ", Style::faint).add(fixed(one.derive_seconds, 2) + " s");
  out.at(50).add("lost ", Style::faint);
  if (view.losses.empty()) out.add("nothing");
  for (std::size_t i = 0; i < view.losses.size(); ++i)
    out.add((i == 0 ? "" : ", ") + view.losses[i].first + ' ' +
            number(static_cast<double>(view.losses[i].second)));
  return std::move(out).line();
}

std::vector<PageLine> header(const TopView& view, const PageState& state, std::size_t width,
                             Time now) {
  std::vector<PageLine> lines{title(view, state, width, now)};
  if (view.listener) {
    lines.push_back(rates(*view.listener, width));
    lines.push_back(memory(*view.listener, width));
    lines.push_back(lost(view, width, now));
  }
  if (!state.trouble.empty()) {
    Writer out(width);
    lines.push_back(std::move(out.add(state.trouble, Style::bad)).line());
  }
  lines.resize(kHeader);
  return lines;
}

std::string heading(const TopView& view, Panel panel) {
  switch (panel) {
    case Panel::classes: return "Devices " + std::to_string(view.devices);
    case Panel::newest: return "Newest devices";
    case Panel::facts: return "Newest facts";
    case Panel::findings: break;
  }
  std::string out = "Findings";
  if (view.ratings.empty()) return out + ": none; asepsis check looks for them";
  for (const auto& [rating, count] : view.ratings)
    out.append("  rated ").append(rating).append(": ").append(std::to_string(count));
  return out;
}

Style style_of_rating(const std::string& rating) {
  return rating >= "5" ? Style::bad : rating == "4" ? Style::warning : Style::plain;
}

// Where there is no room for both, what it is rather than where.
void write_device(Writer& out, const TopRow& row, std::size_t left) {
  constexpr std::size_t kBoth = 64;
  const std::string& address = row[4].empty() ? row[1] : row[4];
  const bool both = out.room() >= kBoth;
  out.add(row[0], Style::faint).at(left + 11).add_cut(row[2], both ? 20 : 17);
  if (both) {
    out.at(left + 32).add_cut(address, 15).at(left + 48).add(row[3]);
  } else {
    out.at(left + 29).add(row[3].empty() ? address : row[3]);
  }
}

void write_row(Writer& out, Panel panel, const TopRow& row, std::size_t left) {
  switch (panel) {
    case Panel::classes:
      out.add_cut(row[0], kLeft - 9).at(left + kLeft - 3 - width_of(row[1])).add(row[1]);
      break;
    case Panel::newest: write_device(out, row, left); break;
    case Panel::facts:
      out.add(row[0], Style::faint).at(left + 11).add_cut(row[1], 20).at(left + 32);
      out.add_cut(row[2], 24).at(left + 57).add(row[3]);
      break;
    case Panel::findings:
      out.add(row[0], style_of_rating(row[0])).at(left + 2).add(row[1], Style::faint);
      out.at(left + 13).add(row[2]).at(left + 27).add(row[3]);
      break;
  }
}

// Its heading and `height` - 1 rows, from a column to another, beside what is
// there.
void write_panel(std::vector<PageLine>& lines, std::size_t top, std::size_t height,
                 std::size_t left, std::size_t right, const TopView& view, const PageState& state,
                 Panel panel) {
  if (height == 0) return;
  const auto add = [&](std::size_t line, Writer out) {
    for (Piece& piece : std::move(out).line()) lines[line].push_back(std::move(piece));
  };
  Writer head(right);
  const bool chosen = state.chosen == panel;
  add(top, head.at(left).add(heading(view, panel), chosen ? Style::chosen : Style::bold));
  const auto& rows = rows_of(view, panel);
  const std::size_t from = std::min(state.scrolled_of(panel), rows.empty() ? 0 : rows.size() - 1);
  for (std::size_t i = 1; i < height && from + i <= rows.size(); ++i) {
    Writer out(right);
    out.at(left);
    write_row(out, panel, rows[from + i - 1], left);
    add(top + i, std::move(out));
  }
}

PageLine help(std::size_t width) {
  Writer out(width);
  return std::move(out.add("q quits  space pauses  left, right choose a list  up, down scroll it",
                           Style::faint))
      .line();
}

std::string as_text(const std::vector<PageLine>& lines) {
  std::string out;
  for (const PageLine& line : lines) {
    std::size_t column = 0;
    for (const Piece& piece : line) {
      out.append(piece.column - std::min(column, piece.column), ' ').append(piece.text);
      column = piece.column + width_of(piece.text);
    }
    out += '\n';
  }
  return out;
}

}  // namespace

const std::vector<TopRow>& rows_of(const TopView& view, Panel panel) {
  switch (panel) {
    case Panel::classes: return view.classes;
    case Panel::newest: return view.newest;
    case Panel::facts: return view.facts;
    case Panel::findings: break;
  }
  return view.findings;
}

std::vector<PageLine> page(const TopView& view, const PageState& state, PageSize size, Time now) {
  std::vector<PageLine> lines = header(view, state, size.width, now);
  const std::size_t height = std::max(size.height, kHeader + 1);
  lines.resize(height);
  const std::size_t room = height - kHeader - 1;
  const std::size_t findings = std::min(room / 3, view.findings.size() + 1);
  const std::size_t facts = (room - findings) / 2;
  const std::size_t devices = room - facts - findings;
  // Of a narrow screen the classes go.
  const std::size_t left = size.width >= 2 * kLeft ? kLeft : 0;
  if (left > 0) write_panel(lines, kHeader, devices, 0, left - 2, view, state, Panel::classes);
  write_panel(lines, kHeader, devices, left, size.width, view, state, Panel::newest);
  write_panel(lines, kHeader + devices, facts, 0, size.width, view, state, Panel::facts);
  write_panel(lines, kHeader + devices + facts, findings, 0, size.width, view, state,
              Panel::findings);
  lines.back() = help(size.width);
  lines.resize(size.height);
  return lines;
}

std::string plain_page(const TopView& view, std::size_t width, std::size_t rows, Time now) {
  std::vector<PageLine> lines = header(view, {}, width, now);
  while (lines.back().empty()) lines.pop_back();
  for (const Panel panel : {Panel::classes, Panel::newest, Panel::facts, Panel::findings}) {
    const std::size_t top = lines.size() + 1;
    const std::size_t height = 1 + std::min(rows, rows_of(view, panel).size());
    lines.resize(top + height);
    write_panel(lines, top, height, 0, width, view, {}, panel);
  }
  return as_text(lines);
}

}  // namespace asepsis
