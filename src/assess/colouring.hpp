// The least number of groups such that no two that conflict share one: the
// colouring of a graph. Exact where that is feasible, else a grouping that
// holds and a bound that is true.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace asepsis {

// Undirected; a row of bits for each vertex.
class Graph {
 public:
  using Word = std::uint64_t;
  static constexpr std::size_t kBits = 64;

  explicit Graph(std::size_t size)
      : size_(size), words_((size + kBits - 1) / kBits), rows_(size * words_) {}

  std::size_t size() const { return size_; }
  std::size_t words() const { return words_; }
  std::span<Word> row(std::size_t vertex) { return {rows_.data() + vertex * words_, words_}; }
  std::span<const Word> row(std::size_t vertex) const {
    return {rows_.data() + vertex * words_, words_};
  }
  bool joined(std::size_t a, std::size_t b) const {
    return (row(a)[b / kBits] >> (b % kBits) & 1) != 0;
  }
  void join(std::size_t a, std::size_t b) {
    row(a)[b / kBits] |= Word{1} << (b % kBits);
    row(b)[a / kBits] |= Word{1} << (a % kBits);
  }
  std::size_t degree(std::size_t vertex) const;

 private:
  std::size_t size_, words_;
  std::vector<Word> rows_;
};

struct Colouring {
  std::vector<std::uint32_t> of;         // a colour for each vertex, from 0 on
  std::size_t used = 0;                  // how many colours
  std::size_t at_least = 0;              // no colouring has fewer; as `used` if that is proven
  std::vector<std::size_t> clique = {};  // vertices that all need colours of their own
};

// The same for the same graph. A graph without vertices has no colours.
Colouring colour(const Graph& graph);

// The same for thousands of vertices, at a fraction of the cost: each, the most
// joined first, gets the first colour that is free. Often as good, and then
// proven.
Colouring colour_quickly(const Graph& graph);

// The vertices that remain when each goes whose neighbours are all neighbours
// of another that stays, and the order in which they went: in the opposite
// order each fits in with the one that stayed (`for_whom`).
struct Reduction {
  struct Gone {
    std::size_t vertex, for_whom;
  };
  std::vector<std::size_t> kept;  // ascending
  std::vector<Gone> gone;
};
Reduction reduce(const Graph& graph);

// 0, 1 ... as many as `count`.
std::vector<std::size_t> numbers_below(std::size_t count);

// The graph of some of its vertices.
Graph part_of(const Graph& graph, std::span<const std::size_t> vertices);

}  // namespace asepsis
