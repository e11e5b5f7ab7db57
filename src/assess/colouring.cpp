#include "assess/colouring.hpp"

#include <algorithm>
#include <bit>
#include <optional>

#include "assess/partition.hpp"

namespace asepsis {
namespace {

using Word = Graph::Word;

// Work of each search, in vertices looked at. Real estates come nowhere near; a
// graph made to be hard gets the bound that was found until then.
constexpr std::size_t kMostSteps = 400'000;
constexpr std::size_t kMostExact = 160;       // vertices: the depth of the search
constexpr std::size_t kMostDominators = 256;  // of a large graph: those of the highest degree
constexpr std::size_t kLarge = 2'000;

constexpr Word bit(std::size_t vertex) { return Word{1} << (vertex % Graph::kBits); }

bool within(std::span<const Word> part, std::span<const Word> whole) {
  for (std::size_t i = 0; i < part.size(); ++i)
    if ((part[i] & ~whole[i]) != 0) return false;
  return true;
}

std::vector<std::size_t> by_degree(const Graph& graph) {
  std::vector<std::size_t> degrees(graph.size());
  std::vector<std::size_t> order = numbers_below(graph.size());
  for (const std::size_t i : order) degrees[i] = graph.degree(i);
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    return degrees[a] != degrees[b] ? degrees[a] > degrees[b] : a < b;
  });
  return order;
}

// The largest set of vertices that are all joined to each other: they all
// need colours of their own.
class CliqueSearch {
 public:
  explicit CliqueSearch(const Graph& graph) : graph_(graph) {}

  std::vector<std::size_t> run() {
    const std::vector<std::size_t> order = by_degree(graph_);
    // A first one from each of the most joined; then all, as far as steps allow.
    for (std::size_t i = 0; i < std::min(order.size(), kMostDominators); ++i) grow(order[i], order);
    if (graph_.size() <= kMostExact) extend(order, 0);
    std::ranges::sort(best_);
    return best_;
  }

 private:
  void grow(std::size_t first, const std::vector<std::size_t>& order) {
    std::vector<std::size_t> members{first};
    std::vector<Word> common(graph_.row(first).begin(), graph_.row(first).end());
    for (const std::size_t vertex : order) {
      if ((common[vertex / Graph::kBits] >> (vertex % Graph::kBits) & 1) == 0) continue;
      members.push_back(vertex);
      for (std::size_t i = 0; i < common.size(); ++i) common[i] &= graph_.row(vertex)[i];
    }
    if (members.size() > best_.size()) best_ = std::move(members);
  }

  // How many colours the candidates would take at most: no clique is larger.
  std::size_t bound(const std::vector<std::size_t>& candidates) const {
    std::vector<std::vector<std::size_t>> groups;
    for (const std::size_t vertex : candidates) {
      const auto group = std::ranges::find_if(groups, [&](const auto& members) {
        return std::ranges::none_of(
            members, [&](std::size_t member) { return graph_.joined(member, vertex); });
      });
      if (group == groups.end()) {
        groups.push_back({vertex});
      } else {
        group->push_back(vertex);
      }
    }
    return groups.size();
  }

  // `candidates`: joined to all of the clique so far, which has `depth` members.
  void extend(std::vector<std::size_t> candidates, std::size_t depth) {
    while (!candidates.empty()) {
      steps_ += candidates.size();
      if (steps_ > kMostSteps || depth + bound(candidates) <= best_.size()) return;
      const std::size_t vertex = candidates.front();
      candidates.erase(candidates.begin());
      std::vector<std::size_t> next;
      std::ranges::copy_if(candidates, std::back_inserter(next),
                           [&](std::size_t other) { return graph_.joined(vertex, other); });
      clique_.push_back(vertex);
      if (clique_.size() > best_.size()) best_ = clique_;
      extend(std::move(next), depth + 1);
      clique_.pop_back();
    }
  }

  const Graph& graph_;
  std::vector<std::size_t> clique_, best_;
  std::size_t steps_ = 0;
};

constexpr std::uint32_t kNone = UINT32_MAX;
constexpr std::size_t kNextIsCheap = 50;  // than the bound of a clique

// DSATUR (Brélaz 1979): the next vertex is the one that sees the most colours.
class ColourSearch {
 public:
  ColourSearch(const Graph& graph, const std::vector<std::size_t>& clique)
      : graph_(graph),
        of_(graph.size(), kNone),
        open_(graph.words(), ~Word{0}),
        seen_(graph.size()),
        saturation_(graph.size()) {
    for (std::size_t i = 0; i < graph.size(); ++i) degrees_.push_back(graph.degree(i));
    for (const std::size_t vertex : clique) set(vertex, used_);
  }

  std::vector<std::uint32_t> greedy() {
    while (const auto vertex = next()) set(*vertex, least_free(*vertex));
    return of_;
  }
  std::size_t used() const { return used_; }

  // Whether there is a colouring with fewer than `most` colours, which is then
  // in `found`; nothing if the steps did not suffice to tell.
  std::optional<bool> fewer_than(std::size_t most, std::vector<std::uint32_t>& found) {
    const bool any = descend(most, found);
    if (any) return true;
    return steps_ > kMostSteps * kNextIsCheap ? std::nullopt : std::optional(false);
  }

 private:
  std::optional<std::size_t> next() const {
    std::optional<std::size_t> best;
    const auto rank = [&](std::size_t i) { return std::pair(saturation_[i], degrees_[i]); };
    for (std::size_t i = 0; i < graph_.size(); ++i)
      if (of_[i] == kNone && (!best || rank(i) > rank(*best))) best = i;
    return best;
  }

  // Thousands of vertices have thousands of colours beside them. Only what is taken back must be
  // counted to the end, and colours are where there are few vertices.
  using Count = std::uint8_t;
  static constexpr Count kMostCounted = UINT8_MAX;
  static_assert(kMostExact <= kMostCounted);

  std::size_t count(std::size_t vertex, std::size_t colour) const {
    return colour < seen_[vertex].size() ? seen_[vertex][colour] : 0;
  }
  std::size_t least_free(std::size_t vertex) const {
    std::size_t colour = 0;
    while (count(vertex, colour) > 0) ++colour;
    return colour;
  }

  // Only those without a colour are told: colours are taken back in the opposite order, so that
  // who has one now has it until this one is taken back, and tells nobody of it any more.
  template <class Use>
  void for_each_open_beside(std::size_t vertex, Use use) const {
    const std::span<const Word> row = graph_.row(vertex);
    for (std::size_t i = 0; i < row.size(); ++i)
      for (Word word = row[i] & open_[i]; word != 0; word &= word - 1)
        use(i * Graph::kBits + static_cast<std::size_t>(std::countr_zero(word)));
  }

  void set(std::size_t vertex, std::size_t colour) {
    of_[vertex] = static_cast<std::uint32_t>(colour);
    open_[vertex / Graph::kBits] &= ~bit(vertex);
    used_ = std::max(used_, colour + 1);
    for_each_open_beside(vertex, [&](std::size_t other) {
      if (seen_[other].size() <= colour) seen_[other].resize(colour + 1);
      Count& count = seen_[other][colour];
      if (count == 0) ++saturation_[other];
      if (count < kMostCounted) ++count;
    });
  }
  void clear(std::size_t vertex, std::size_t used_before) {
    const std::size_t colour = of_[vertex];
    used_ = used_before;
    for_each_open_beside(vertex, [&](std::size_t other) {
      if (--seen_[other][colour] == 0) --saturation_[other];
    });
    of_[vertex] = kNone;
    open_[vertex / Graph::kBits] |= bit(vertex);
  }

  bool descend(std::size_t most, std::vector<std::uint32_t>& found) {
    steps_ += graph_.size();
    if (steps_ > kMostSteps * kNextIsCheap) return false;
    const auto vertex = next();
    if (!vertex) {
      found = of_;
      return true;
    }
    // One colour that nobody has yet is as good as another.
    const std::size_t before = used_;
    for (std::size_t colour = 0; colour < std::min(before + 1, most - 1); ++colour) {
      if (count(*vertex, colour) > 0) continue;
      set(*vertex, colour);
      if (descend(most, found)) return true;
      clear(*vertex, before);
    }
    return false;
  }

  const Graph& graph_;
  std::vector<std::uint32_t> of_;
  std::vector<Word> open_;                // a bit for each that has no colour yet
  std::vector<std::vector<Count>> seen_;  // how often each colour is beside a vertex
  std::vector<std::size_t> saturation_, degrees_;
  std::size_t used_ = 0, steps_ = 0;
};

}  // namespace

std::size_t Graph::degree(std::size_t vertex) const {
  std::size_t count = 0;
  for (const Word word : row(vertex)) count += static_cast<std::size_t>(std::popcount(word));
  return count;
}

Colouring colour(const Graph& graph) {
  const std::vector<std::size_t> clique = CliqueSearch(graph).run();
  ColourSearch greedy(graph, clique);
  Colouring result{
      .of = greedy.greedy(), .used = greedy.used(), .at_least = clique.size(), .clique = clique};
  // Fewer and fewer, until it is known that there are no fewer.
  while (graph.size() <= kMostExact && result.used > result.at_least) {
    std::vector<std::uint32_t> found;
    const auto fewer = ColourSearch(graph, clique).fewer_than(result.used, found);
    if (!fewer) return result;
    if (!*fewer) {
      result.at_least = result.used;
      return result;
    }
    result.of = std::move(found);
    result.used = std::size_t{*std::ranges::max_element(result.of)} + 1;
  }
  return result;
}

Colouring colour_quickly(const Graph& graph) {
  std::vector<std::size_t> order = CliqueSearch(graph).run();
  Colouring result{
      .of = std::vector<std::uint32_t>(graph.size(), kNone), .used = 0, .at_least = order.size()};
  std::ranges::copy(by_degree(graph), std::back_inserter(order));
  Partition colours(graph, 0);
  for (const std::size_t vertex : order) {
    if (result.of[vertex] != kNone) continue;
    const std::vector<std::size_t> free = colours.fitting(vertex);
    if (free.empty()) colours.add_group();
    const std::size_t colour = free.empty() ? colours.groups() - 1 : free.front();
    colours.put(vertex, colour);
    result.of[vertex] = static_cast<std::uint32_t>(colour);
  }
  result.used = colours.groups();
  return result;
}

Reduction reduce(const Graph& graph) {
  const std::vector<std::size_t> order = by_degree(graph);
  const std::size_t dominators =
      graph.size() > kLarge ? std::min(kMostDominators, order.size()) : order.size();
  Reduction result;
  std::vector<bool> present(graph.size(), true);
  // Those with the fewest neighbours go first. Rows need not forget who is
  // gone: who is within a whole row is within what is left of it.
  for (std::size_t at = order.size(); at-- > 0;) {
    const std::size_t vertex = order[at];
    for (std::size_t i = 0; i < std::min(dominators, at); ++i) {
      const std::size_t other = order[i];
      if (graph.joined(vertex, other) || !within(graph.row(vertex), graph.row(other))) continue;
      result.gone.push_back({vertex, other});
      present[vertex] = false;
      break;
    }
  }
  for (std::size_t i = 0; i < graph.size(); ++i)
    if (present[i]) result.kept.push_back(i);
  return result;
}

std::vector<std::size_t> numbers_below(std::size_t count) {
  std::vector<std::size_t> numbers(count);
  for (std::size_t i = 0; i < count; ++i) numbers[i] = i;
  return numbers;
}

Graph part_of(const Graph& graph, std::span<const std::size_t> vertices) {
  Graph part(vertices.size());
  for (std::size_t a = 0; a < vertices.size(); ++a)
    for (std::size_t b = a + 1; b < vertices.size(); ++b)
      if (graph.joined(vertices[a], vertices[b])) part.join(a, b);
  return part;
}

}  // namespace asepsis
