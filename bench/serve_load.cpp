// Many people at once before `asepsis serve`: each keeps a connection, asks,
// reads the answer, waits, and asks something else. Says how long answers took,
// of each kind of question.
//
//   serve_load QUESTIONS --port 8420 --cookie asepsis=... --clients 200 --pause 1000
//
// QUESTIONS: lines of a kind, a tab and a path. Kinds are asked equally often.

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace asepsis::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct Order {
  std::string questions, cookie;
  std::uint16_t port = 0;
  unsigned clients = 200;
  unsigned pause_ms = 1'000;
  unsigned seconds = 30;
};

using Questions = std::map<std::string, std::vector<std::string>>;
struct Answers {
  std::vector<double> milliseconds;
  std::size_t refused = 0;
};
using Taken = std::map<std::string, Answers>;

Questions read_questions(const std::string& path) {
  Questions questions;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);)
    if (const std::size_t tab = line.find('\t'); tab != std::string::npos)
      questions[line.substr(0, tab)].push_back(line.substr(tab + 1));
  return questions;
}

// A connection that is kept; blocking, as each person has a thread.
class Connection {
 public:
  explicit Connection(const Order& order) : order_(order) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(order.port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int one = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) shut();
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { shut(); }

  // The status; none if the connection ended.
  std::optional<int> ask(const std::string& path) {
    const std::string request = "GET " + path +
                                " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(order_.port) +
                                "\r\nCookie: " + order_.cookie + "\r\n\r\n";
    if (::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request.size()))
      return std::nullopt;
    got_.clear();
    std::size_t end = std::string::npos;
    while ((end = got_.find("\r\n\r\n")) == std::string::npos)
      if (!more()) return std::nullopt;
    const std::size_t whole = end + 4 + length_of(std::string_view(got_).substr(0, end));
    while (got_.size() < whole)
      if (!more()) return std::nullopt;
    return number_at(got_, got_.find(' ') + 1);
  }

 private:
  static int number_at(std::string_view text, std::size_t at) {
    int number = 0;
    std::from_chars(text.data() + std::min(at, text.size()), text.data() + text.size(), number);
    return number;
  }
  static std::size_t length_of(std::string_view head) {
    constexpr std::string_view kName = "\r\nContent-Length: ";
    const std::size_t at = head.find(kName);
    return at == std::string_view::npos
               ? 0
               : static_cast<std::size_t>(number_at(head, at + kName.size()));
  }
  bool more() {
    char part[65'536];
    const ssize_t size = ::recv(socket_, part, sizeof part, 0);
    if (size > 0) got_.append(part, static_cast<std::size_t>(size));
    return size > 0;
  }
  void shut() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }

  const Order& order_;
  int socket_ = -1;
  std::string got_;
};

// One person until the end: the wait before the next question is up to twice the pause.
void visit(const Order& order, const Questions& questions, unsigned who, Taken& taken) {
  std::mt19937 random(who);
  const auto draw = [&](std::size_t most) { return random() % std::max<std::size_t>(1, most); };
  const auto end = Clock::now() + std::chrono::seconds(order.seconds);
  auto connection = std::make_unique<Connection>(order);
  while (Clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(draw(2 * order.pause_ms)));
    const auto kind =
        std::next(questions.begin(), static_cast<std::ptrdiff_t>(draw(questions.size())));
    const std::string& path = kind->second[draw(kind->second.size())];
    const auto began = Clock::now();
    const auto status = connection->ask(path);
    const std::chrono::duration<double, std::milli> took = Clock::now() - began;
    Answers& answers = taken[kind->first];
    answers.milliseconds.push_back(took.count());
    if (status != 200) ++answers.refused;
    if (!status) connection = std::make_unique<Connection>(order);
  }
}

void say(const std::string& kind, Answers& answers) {
  auto& all = answers.milliseconds;
  std::ranges::sort(all);
  const auto at = [&](std::size_t share) {
    return all[std::min(all.size() - 1, all.size() * share / 100)];
  };
  std::cout << kind << '\t' << all.size() << '\t' << answers.refused << '\t' << at(50) << '\t'
            << at(99) << '\t' << all.back() << '\n';
}

void run(const Order& order, const Questions& questions) {
  std::vector<Taken> taken(order.clients);
  {
    std::vector<std::jthread> people;
    people.reserve(order.clients);
    for (unsigned who = 0; who < order.clients; ++who)
      people.emplace_back([&, who] { visit(order, questions, who, taken[who]); });
  }
  Taken all;
  for (const Taken& one : taken)
    for (const auto& [kind, answers] : one)
      for (const auto& name : {kind, std::string("all")}) {
        auto& sum = all[name];
        sum.milliseconds.insert(sum.milliseconds.end(), answers.milliseconds.begin(),
                                answers.milliseconds.end());
        sum.refused += answers.refused;
      }
  for (auto& [kind, answers] : all) say(kind, answers);
}

}  // namespace
}  // namespace asepsis::bench

int main(int argc, char** argv) {
  asepsis::bench::Order order;
  CLI::App app("Asks asepsis serve as many people would");
  app.add_option("questions", order.questions, "Lines of kind, tab, path")->required();
  app.add_option("--port", order.port, "Of the server, on this computer")->required();
  app.add_option("--cookie", order.cookie, "Of a session");
  app.add_option("--clients", order.clients, "How many at once")->capture_default_str();
  app.add_option("--pause", order.pause_ms, "Milliseconds between, in the mean")
      ->capture_default_str();
  app.add_option("--seconds", order.seconds, "How long")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const auto questions = asepsis::bench::read_questions(order.questions);
  if (questions.empty()) {
    std::cerr << order.questions << " has no question\n";
    return 2;
  }
  asepsis::bench::run(order, questions);
  return 0;
}
