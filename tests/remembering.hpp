// A listener for parsers that writes down what is said, with or without a
// memory of sayings (FactSink::said_before()): with one it must hear the same.

#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "proto/stream.hpp"

namespace asepsis {
extern const Protocol kHl7;
}

namespace asepsis::test {

using Facts = std::vector<std::string>;

class Listener final : public FactSink {
 public:
  explicit Listener(bool remembers) : remembers_(remembers) {}

  Facts take() { return std::exchange(said_, {}); }
  int remembered() const { return remembered_; }

  void on_fact(const Fact& fact) override {
    const char* const side = fact.about.kind == Subject::Kind::client ? "client " : "server ";
    said_.push_back(side + std::string(fact.claim.name()) + " " + std::string(fact.value) + " of " +
                    std::string(fact.equipment));
    if (saying_ != nullptr) saying_->push_back(said_.back());
  }
  void on_application(std::string_view, Security) override {}
  bool said_before(std::uint64_t key) override {
    if (!remembers_) return false;
    if (saying_ != nullptr) {
      ++inner_;
      return false;
    }
    const auto [found, unknown] = sayings_.try_emplace(key);
    if (unknown) {
      saying_ = &found->second;
      return false;
    }
    said_.insert(said_.end(), found->second.begin(), found->second.end());
    ++remembered_;
    return true;
  }
  void said_all() override {
    if (inner_ > 0) {
      --inner_;
    } else {
      saying_ = nullptr;
    }
  }

 private:
  bool remembers_;
  int remembered_ = 0;
  int inner_ = 0;
  std::map<std::uint64_t, Facts> sayings_;
  Facts* saying_ = nullptr;
  Facts said_;
};

// A stream of HL7, heard by one.
class Hl7Stream {
 public:
  explicit Hl7Stream(bool remembers) : listener_(remembers) {}

  // What is said when these bytes come.
  Facts hear(Bytes bytes, Side from) {
    StreamReading reading(*parser_, kHl7.max_message, place_, waiting_);
    reading.feed(from, bytes, listener_);
    return listener_.take();
  }
  int remembered() const { return listener_.remembered(); }

 private:
  std::unique_ptr<Parser> parser_ = kHl7.make();
  StreamPlace place_;
  std::unique_ptr<WaitingBytes> waiting_;
  Listener listener_;
};

}  // namespace asepsis::test
