// The things devices hang on, and which of them are one: a union-find over
// anchors that remembers why they were joined. Part of fusion.

#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/address.hpp"

namespace asepsis {

class Anchors {
 public:
  std::size_t of(const Mac& mac);
  std::size_t of(const Ip& ip);
  std::size_t of_equipment(const std::string& name);

  std::optional<std::size_t> find(const Mac& mac) const;
  std::optional<std::size_t> find(const Ip& ip) const;

  // The one that stands for all that `anchor` was joined with.
  std::size_t root(std::size_t anchor) const;
  void join(std::size_t a, std::size_t b, const std::string& why);
  // All that a root stands for, itself included.
  const std::vector<std::size_t>& members(std::size_t root) const { return members_[root]; }

  std::size_t size() const { return names_.size(); }
  // "mac 00:12:21:...", "ip 10.0.0.7", "equipment N612345": sorts best first.
  const std::string& name(std::size_t anchor) const { return names_[anchor]; }
  int rank(std::size_t anchor) const { return ranks_[anchor]; }  // 0 is the best
  const std::set<std::string>& reasons(std::size_t root) const;

 private:
  std::size_t add(std::string name, int rank);

  std::map<Mac, std::size_t> of_mac_;
  std::map<Ip, std::size_t> of_ip_;
  std::map<std::string, std::size_t> of_equipment_;
  std::vector<std::string> names_;
  std::vector<int> ranks_;
  std::vector<std::size_t> parents_;
  std::vector<std::vector<std::size_t>> members_;
  std::vector<std::set<std::string>> reasons_;
};

}  // namespace asepsis
