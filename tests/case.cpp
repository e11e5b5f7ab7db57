#include "case.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iomanip>
#include <iterator>
#include <sstream>

#include "base/text.hpp"
#include "proto/stream.hpp"

namespace asepsis::test {
namespace {

std::string name_of(const Subject& about) {
  switch (about.kind) {
    case Subject::Kind::client: return "client";
    case Subject::Kind::server: return "server";
    case Subject::Kind::address: break;
  }
  std::string name = about.mac.empty() ? "" : to_text(about.mac);
  if (!about.ip.empty()) name += (name.empty() ? "" : "/") + to_text(about.ip);
  return name;
}

class Listener final : public FactSink {
 public:
  void on_fact(const Fact& fact) override {
    if (!rider_.empty()) facts += "(" + std::string(rider_) + ") ";
    facts += name_of(fact.about);
    if (!fact.equipment.empty()) facts += " [" + escaped(fact.equipment) + "]";
    facts += " " + std::string(fact.claim.name()) + (fact.refused ? " refused " : " ") +
             escaped(fact.value) + '\n';
  }
  void on_application(std::string_view name, Security security) override {
    facts += "application " + std::string(name) +
             (security == Security::clear ? " clear\n" : " protected\n");
  }

  void on_rider(std::string_view protocol) override { rider_ = protocol; }

  void on_related_flow(std::string_view application, Side listener, std::uint16_t port) override {
    facts += listener == Side::client ? "client" : "server";
    facts += " waits for " + std::string(application) + " at " + std::to_string(port) + '\n';
  }

  // Every case plays at noon of 2026-12-01, whatever the clock says.
  std::optional<Time> time() const override {
    return std::chrono::sys_days(std::chrono::year(2026) / 12 / 1) + std::chrono::hours(12);
  }

  std::string facts;

 private:
  std::string_view rider_;
};

// A name may stand for two rows, one for each transport.
const Protocol* protocol_named(std::string_view name, bool over_tcp) {
  if (!over_tcp) return find_protocol(name);
  const auto found = std::ranges::find_if(protocols(), [name](const Protocol* protocol) {
    return protocol->name == name && protocol->transport == Transport::tcp;
  });
  return found == protocols().end() ? nullptr : *found;
}

bool append_hex(std::vector<std::uint8_t>& bytes, std::string_view digits) {
  for (; digits.size() >= 2; digits.remove_prefix(2)) {
    std::uint8_t byte = 0;
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + 2, byte, 16);
    if (end != digits.data() + 2 || fault != std::errc()) return false;
    bytes.push_back(byte);
  }
  return digits.empty();
}

Result<Step> read_step(Side from, std::istringstream& words, const std::filesystem::path& folder) {
  Step step{from, {}};
  std::string word;
  while (words >> std::ws && !words.eof()) {
    if (words.peek() == '"') {
      words >> std::quoted(word, '"', '\0');
      step.bytes.insert(step.bytes.end(), word.begin(), word.end());
    } else if (words >> word; word == "lost") {
      words >> step.lost;
    } else if (word == "file") {
      words >> word;
      std::ifstream file(folder / word, std::ios::binary);
      if (!file) return fail("cannot read the file " + word);
      step.bytes.insert(step.bytes.end(), std::istreambuf_iterator<char>(file), {});
    } else if (!append_hex(step.bytes, word)) {
      return fail("cannot read the word " + word);
    }
  }
  return step;
}

// The whole stream, with what the parser asks to skip left out as the flow
// table would.
class Player {
 public:
  Player(const Protocol& protocol, FactSink& out)
      : stream_(protocol.make(), protocol.max_message), out_(out) {}

  void feed(Side from, Bytes bytes) {
    std::uint64_t& skip = skip_[static_cast<std::size_t>(from)];
    const auto now = std::min<std::uint64_t>(skip, bytes.size());
    skip -= now;
    if (bytes.size() > now) skip = stream_.feed(from, bytes.subspan(now), out_);
  }
  void lose(Side from, std::uint64_t size) {
    std::uint64_t& skip = skip_[static_cast<std::size_t>(from)];
    if (size > skip) stream_.lose(from);
    skip -= std::min(skip, size);
  }
  const Stream& stream() const { return stream_; }

 private:
  Stream stream_;
  FactSink& out_;
  std::uint64_t skip_[2] = {0, 0};
};

std::string recognition(const Case& test) {
  for (const Step& step : test.steps) {
    if (step.bytes.empty()) continue;
    const Opening opening{step.from, step.bytes, true};
    switch (test.protocol->recognise(opening)) {
      case Recognition::yes: return "";
      case Recognition::more: continue;
      case Recognition::no: return "not recognised\n";
    }
  }
  return "not recognised\n";
}

Outcome play_datagrams(const Case& test) {
  Listener listener;
  const auto parser = test.protocol->make();
  int malformed = 0;
  for (const Step& step : test.steps)
    if (!parser->message(step.from, Cursor(step.bytes), listener)) ++malformed;
  Outcome outcome{std::move(listener.facts), recognition(test)};
  if (malformed > 0) outcome.verdict += std::to_string(malformed) + " malformed\n";
  return outcome;
}

}  // namespace

Result<Case> read_case(const std::filesystem::path& folder) {
  std::ifstream file(folder / "stream.txt");
  Case test;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string word;
    if (!(words >> word) || word.front() == '#') continue;
    if (word == "protocol") {
      std::string transport;
      words >> word >> transport;
      test.protocol = protocol_named(word, transport == "tcp");
    } else if (word == "client" || word == "server") {
      auto step = read_step(word == "server" ? Side::server : Side::client, words, folder);
      if (!step) return fail(step.error(), "stream.txt");
      test.steps.push_back(*std::move(step));
    } else {
      return fail("stream.txt: a line begins with " + word);
    }
  }
  if (test.protocol == nullptr) return fail("stream.txt names no protocol we speak");
  return test;
}

Outcome play(const Case& test, std::size_t piece, std::size_t limit) {
  if (test.protocol->transport != Transport::tcp) return play_datagrams(test);
  Listener listener;
  Player player(*test.protocol, listener);
  for (const Step& step : test.steps) {
    Bytes left = Bytes(step.bytes).first(std::min(limit, step.bytes.size()));
    limit -= left.size();
    while (!left.empty()) {
      const std::size_t size = std::min(piece, left.size());
      player.feed(step.from, left.first(size));
      left = left.subspan(size);
    }
    if (step.lost > 0) player.lose(step.from, step.lost);
  }
  Outcome outcome{std::move(listener.facts), recognition(test)};
  const Stream& stream = player.stream();
  if (stream.malformed() > 0)
    outcome.verdict += std::to_string(stream.malformed()) + " malformed\n";
  if (stream.state() == Stream::State::gave_up) outcome.verdict += "gave up\n";
  if (stream.state() == Stream::State::again) outcome.verdict += "goes on as another protocol\n";
  return outcome;
}

}  // namespace asepsis::test
