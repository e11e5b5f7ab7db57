// The vertices of a graph in groups, in none of which two are joined.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "assess/colouring.hpp"

namespace asepsis {

inline constexpr std::size_t kNowhere = SIZE_MAX;

// Borrows the graph.
class Partition {
 public:
  Partition(const Graph& graph, std::size_t groups)
      : graph_(&graph),
        of_(graph.size(), kNowhere),
        members_(groups, std::vector<Graph::Word>(graph.words())),
        sizes_(groups),
        placed_(graph.words()) {}

  std::size_t groups() const { return members_.size(); }
  // Its group, or kNowhere.
  std::size_t of(std::size_t vertex) const { return of_[vertex]; }

  void add_group();
  void put(std::size_t vertex, std::size_t group);
  void take(std::size_t vertex);

  // The groups in which it is joined with nobody, ascending.
  std::vector<std::size_t> fitting(std::size_t vertex) const;

 private:
  bool fits(std::size_t vertex, std::size_t group) const;

  const Graph* graph_;
  std::vector<std::size_t> of_;
  std::vector<std::vector<Graph::Word>> members_;
  std::vector<std::size_t> sizes_;   // of each group
  std::vector<Graph::Word> placed_;  // those that are in a group
};

}  // namespace asepsis
