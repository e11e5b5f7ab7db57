// How the kernel shares the frames of an interface out to sockets: by the pair
// of addresses, in either direction, as pair_hash() does for files. So all of a
// conversation, its fragments and what belongs to it (the data of FTP) meet one
// worker. What is in a tunnel follows the tunnel's ends.

#pragma once

#include "base/result.hpp"

namespace asepsis {

// One group of sockets: those after the first are given what this returned.
class FanoutGroup {
 public:
  // Makes the bound packet socket one more member. Members are numbered in the
  // order in which they join; a pair goes to the same number in every group of
  // that size.
  Result<void> join(int socket);

 private:
  int id_ = 0;
  bool made_ = false;
};

}  // namespace asepsis
