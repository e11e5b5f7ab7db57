// The page of `asepsis top`: where on a screen of a given size what is shown.
// Draws nothing: a page is lines of pieces.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "app/top_view.hpp"

namespace asepsis {

struct Piece {
  enum class Style : std::uint8_t { plain, bold, faint, warning, bad, chosen };
  std::size_t column = 0;  // from 0
  std::string text;        // already cut to its room
  Style style = Style::plain;

  bool operator==(const Piece&) const = default;
};
using PageLine = std::vector<Piece>;

struct PageSize {
  std::size_t width = 80, height = 24;
};

enum class Panel : std::uint8_t { classes, newest, facts, findings };
inline constexpr std::size_t kPanels = 4;

// What the person at the keyboard did.
struct PageState {
  Panel chosen = Panel::newest;
  std::array<std::size_t, kPanels> scrolled{};  // rows
  bool paused = false;
  std::string trouble;  // why what is shown is not of now; else ""

  std::size_t& scrolled_of(Panel panel) { return scrolled[static_cast<std::size_t>(panel)]; }
  std::size_t scrolled_of(Panel panel) const { return scrolled[static_cast<std::size_t>(panel)]; }
};

const std::vector<TopRow>& rows_of(const TopView& view, Panel panel);

// As many lines as the screen is high.
std::vector<PageLine> page(const TopView& view, const PageState& state, PageSize size, Time now);

// The same without a screen: so many rows of each list, nothing to press.
std::string plain_page(const TopView& view, std::size_t width, std::size_t rows, Time now);

}  // namespace asepsis
