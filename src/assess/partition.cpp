#include "assess/partition.hpp"

#include <bit>

namespace asepsis {
namespace {

using Word = Graph::Word;

Word bit_of(std::size_t vertex) { return Word{1} << (vertex % Graph::kBits); }

}  // namespace

void Partition::add_group() {
  members_.emplace_back(graph_->words());
  sizes_.push_back(0);
}

void Partition::put(std::size_t vertex, std::size_t group) {
  of_[vertex] = group;
  members_[group][vertex / Graph::kBits] |= bit_of(vertex);
  placed_[vertex / Graph::kBits] |= bit_of(vertex);
  ++sizes_[group];
}

void Partition::take(std::size_t vertex) {
  const std::size_t group = of_[vertex];
  of_[vertex] = kNowhere;
  members_[group][vertex / Graph::kBits] &= ~bit_of(vertex);
  placed_[vertex / Graph::kBits] &= ~bit_of(vertex);
  --sizes_[group];
}

bool Partition::fits(std::size_t vertex, std::size_t group) const {
  const auto row = graph_->row(vertex);
  for (std::size_t i = 0; i < row.size(); ++i)
    if ((members_[group][i] & row[i]) != 0) return false;
  return true;
}

std::vector<std::size_t> Partition::fitting(std::size_t vertex) const {
  constexpr std::size_t kFew = 64;
  std::vector<std::size_t> fit;
  if (groups() <= kFew) {
    for (std::size_t group = 0; group < groups(); ++group)
      if (fits(vertex, group)) fit.push_back(group);
    return fit;
  }
  // Of many groups hardly one fits: count with whom it is not joined.
  std::vector<std::size_t> met(groups());
  const auto row = graph_->row(vertex);
  for (std::size_t i = 0; i < placed_.size(); ++i)
    for (Word free = placed_[i] & ~row[i]; free != 0; free &= free - 1)
      ++met[of_[i * Graph::kBits + static_cast<std::size_t>(std::countr_zero(free))]];
  for (std::size_t group = 0; group < groups(); ++group)
    if (met[group] == sizes_[group]) fit.push_back(group);
  return fit;
}

}  // namespace asepsis
