// Rows in the order in which they came, each where it stays: a table takes over
// another's without moving one.

#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>
#include <vector>

namespace asepsis {

template <class Row>
class RowTable {
 public:
  std::size_t size() const { return rows_.size(); }
  bool empty() const { return rows_.empty(); }
  Row& operator[](std::size_t index) { return *rows_[index]; }
  const Row& operator[](std::size_t index) const { return *rows_[index]; }
  const Row& front() const { return *rows_.front(); }

  class Iterator {
   public:
    using difference_type = std::ptrdiff_t;
    using value_type = Row;

    Iterator() = default;
    explicit Iterator(Row* const* at) : at_(at) {}
    const Row& operator*() const { return **at_; }
    const Row* operator->() const { return *at_; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    Iterator operator++(int) { return Iterator(at_++); }
    bool operator==(const Iterator&) const = default;

   private:
    Row* const* at_ = nullptr;
  };
  Iterator begin() const { return Iterator(rows_.data()); }
  Iterator end() const { return Iterator(rows_.data() + rows_.size()); }

  void push_back(Row row) {
    if (blocks_.empty() || blocks_.back().size() == kBlock) {
      blocks_.emplace_back();
      blocks_.back().reserve(kBlock);
    }
    rows_.push_back(&blocks_.back().emplace_back(std::move(row)));
  }

  // Keeps all rows of `other` alive, which has none then, and gives them: those that
  // are wanted here are to be added.
  std::vector<Row*> adopt(RowTable& other) {
    std::ranges::move(other.blocks_, std::back_inserter(blocks_));
    other.blocks_.clear();
    return std::exchange(other.rows_, {});
  }
  void add(Row& adopted) { rows_.push_back(&adopted); }

 private:
  static constexpr std::size_t kBlock = 64;

  std::vector<std::vector<Row>> blocks_;  // which never grow beyond what they have room for
  std::vector<Row*> rows_;
};

}  // namespace asepsis
