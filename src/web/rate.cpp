#include "web/rate.hpp"

#include <algorithm>
#include <chrono>

namespace asepsis {
namespace {

constexpr std::size_t kMostBuckets = 100'000;
constexpr auto kForgotten = std::chrono::hours(1);

}  // namespace

bool RateLimits::take(const std::string& who, const std::string& what, const Limit& limit,
                      Time now) {
  const std::scoped_lock lock(mutex_);
  if (buckets_.size() >= kMostBuckets)
    std::erase_if(buckets_, [&](const auto& one) { return one.second.filled + kForgotten < now; });
  if (buckets_.size() >= kMostBuckets) return false;
  auto& bucket = buckets_.try_emplace(what + ' ' + who, Bucket{.left = limit.most, .filled = now})
                     .first->second;
  const double seconds = std::chrono::duration<double>(now - bucket.filled).count();
  bucket.left = std::min(limit.most, bucket.left + std::max(0.0, seconds) * limit.per_second);
  bucket.filled = now;
  if (bucket.left < 1) return false;
  bucket.left -= 1;
  return true;
}

}  // namespace asepsis
