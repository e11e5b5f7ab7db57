// How often somebody may do what costs something: a bucket that fills with
// time. What only reads is bounded by connections and lanes instead.

#pragma once

#include <map>
#include <mutex>
#include <string>

#include "base/time.hpp"

namespace asepsis {

class RateLimits {
 public:
  struct Limit {
    double most;        // at once
    double per_second;  // and then
  };
  static constexpr Limit kLogIns{.most = 10, .per_second = 0.2};
  static constexpr Limit kQueries{.most = 30, .per_second = 2};
  static constexpr Limit kChanges{.most = 60, .per_second = 5};

  // Whether `who` may once more do `what`.
  bool take(const std::string& who, const std::string& what, const Limit& limit, Time now);

 private:
  struct Bucket {
    double left;
    Time filled;
  };
  std::mutex mutex_;
  std::map<std::string, Bucket> buckets_;
};

}  // namespace asepsis
