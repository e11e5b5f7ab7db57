#include "web/connection.hpp"

#include <poll.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>

#include "base/text.hpp"
#include "web/server.hpp"

namespace asepsis {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;
template <class Value>
using Awaitable = asio::awaitable<Value>;

constexpr auto kIdle = std::chrono::seconds(60);        // between two requests
constexpr auto kHeaderTime = std::chrono::seconds(10);  // for all of a header
constexpr auto kBodyTime = std::chrono::seconds(20);
constexpr auto kWriteTime = std::chrono::seconds(30);
constexpr auto kUploadStep = std::chrono::seconds(20);
constexpr auto kHeartbeat = std::chrono::seconds(15);
constexpr auto kListeningLook = std::chrono::seconds(1);  // between two, whether one still listens
constexpr std::size_t kMostMessages = 32;                 // that a stream of events may be behind

auto into(ErrorCode& error) { return asio::redirect_error(asio::use_awaitable, error); }

std::string text_of(const http::fields& fields, http::field name) {
  const auto value = fields[name];
  return {value.data(), value.size()};
}

template <class Fields>
Request request_of(const Fields& head, const Shared& shared, const std::string& peer) {
  Request request;
  request.method = std::string(head.method_string());
  const std::string_view target(head.target().data(), head.target().size());
  request.path = target.substr(0, target.find('?'));
  if (request.path.size() < target.size()) request.query = target.substr(request.path.size() + 1);
  request.host = text_of(head, http::field::host);
  request.origin = text_of(head, http::field::origin);
  request.cookie = text_of(head, http::field::cookie);
  request.authorization = text_of(head, http::field::authorization);
  request.if_none_match = text_of(head, http::field::if_none_match);
  request.accept = text_of(head, http::field::accept);
  request.content_type = text_of(head, http::field::content_type);
  const auto csrf = head["X-CSRF-Token"];
  request.csrf = std::string(csrf.data(), csrf.size());
  request.accepts_gzip =
      text_of(head, http::field::accept_encoding).find("gzip") != std::string::npos;
  request.unattended = !head["X-Unattended"].empty();
  request.peer = peer;
  request.secure = shared.secure;
  return request;
}

// What happens while one stream of events is open, however that ends: the server
// too may end in the middle of one.
class Happenings {
 public:
  Happenings(Shared& shared, const std::string& session)
      : shared_(shared), counted_(shared.streams.insert(session)) {
    key_ = shared_.service.events->listen(
        [queue = queue_, &sockets = shared.sockets](const std::string& text) {
          asio::post(sockets, [queue, text] {
            if (queue->messages.size() == kMostMessages) queue->messages.pop_front();
            queue->messages.push_back(text);
            queue->timer.cancel();
          });
        });
  }
  Happenings(const Happenings&) = delete;
  Happenings& operator=(const Happenings&) = delete;
  ~Happenings() {
    shared_.streams.erase(counted_);
    shared_.service.events->stop(key_);
  }

  // All since the last time; a comment if nothing happens for a while, or if whoever
  // listens is gone.
  template <class Gone>
  Awaitable<std::string> next(Gone gone) {
    for (auto waited = kListeningLook; queue_->messages.empty(); waited += kListeningLook) {
      ErrorCode woken;
      queue_->timer.expires_after(kListeningLook);
      co_await queue_->timer.async_wait(into(woken));
      if (waited >= kHeartbeat || gone()) break;
    }
    std::string text = queue_->messages.empty() ? std::string(":\n\n") : std::string();
    for (const std::string& one : queue_->messages) text += one;
    queue_->messages.clear();
    co_return text;
  }

 private:
  struct Queue {
    explicit Queue(asio::io_context& context) : timer(context) {}
    std::deque<std::string> messages;
    asio::steady_timer timer;
  };

  Shared& shared_;
  std::multiset<std::string>::iterator counted_;
  std::shared_ptr<Queue> queue_ = std::make_shared<Queue>(shared_.sockets);
  std::uint64_t key_ = 0;
};

// One side of a conversation over HTTP/1.1.
template <class Stream>
class Connection {
 public:
  Connection(Shared& shared, Stream& stream, std::string peer)
      : shared_(shared), stream_(stream), peer_(std::move(peer)) {}

  Awaitable<void> run() {
    bool more = true;
    while (more) {
      parser_.emplace();
      parser_->header_limit(kMostHeader);
      parser_->body_limit(kMostUpload);
      ErrorCode error;
      // What waits for a next request is not what dawdles over one.
      if (buffer_.size() == 0) {
        limit(kIdle);
        const std::size_t read =
            co_await stream_.async_read_some(buffer_.prepare(kMostHeader), into(error));
        if (error) co_return;
        buffer_.commit(read);
      }
      limit(kHeaderTime);
      co_await http::async_read_header(stream_, buffer_, *parser_, into(error));
      if (error) {
        if (error.category() == http::make_error_code(http::error::end_of_stream).category() &&
            error != http::error::end_of_stream && error != http::error::partial_message)
          co_await refuse(error == http::error::header_limit ? 431 : 400,
                          "This is no request of HTTP/1.1 that is understood");
        co_return;
      }
      more = co_await serve_one();
    }
  }

 private:
  void limit(std::chrono::steady_clock::duration time) {
    beast::get_lowest_layer(stream_).expires_after(time);
  }

  // Answers, and ends the connection: what else was sent is not read.
  Awaitable<void> refuse(int status, std::string_view why) {
    ++shared_.service.counts.refused;
    co_await write(problem(status, why), false, false);
  }

  Awaitable<bool> serve_one() {
    Request request = request_of(parser_->get(), shared_, peer_);
    const bool keep = parser_->get().keep_alive();
    if (parser_->get().version() != 11) {
      co_await refuse(400, "HTTP/1.1 is spoken here");
      co_return false;
    }
    if (Service::takes_upload(request)) {
      if (!co_await take_upload(request)) co_return false;
    } else if (!co_await take_body(request)) {
      co_return false;
    }
    Response response = co_await answer(request);
    if (response.events) {
      co_await stream_events(request, response);
      co_return false;
    }
    co_return co_await write(std::move(response), keep, request.method == "HEAD");
  }

  Awaitable<bool> take_body(Request& request) {
    const auto length = parser_->content_length();
    if (length && *length > kMostBody) {
      co_await refuse(413, "That is too much: a body here has 64 KiB at most");
      co_return false;
    }
    if (!length && !parser_->chunked()) co_return true;
    http::request_parser<http::string_body> whole(std::move(*parser_));
    whole.body_limit(kMostBody);
    ErrorCode error;
    limit(kBodyTime);
    co_await http::async_read(stream_, buffer_, whole, into(error));
    if (error == http::error::body_limit)
      co_await refuse(413, "That is too much: a body here has 64 KiB at most");
    if (error) co_return false;
    request.body = std::move(whole.get().body());
    co_return true;
  }

  // The file goes to the disk as it comes, as long as it keeps coming.
  Awaitable<bool> take_upload(Request& request) {
    if (auto refused = shared_.service.refuse_upload(request)) {
      co_await write(*std::move(refused), false, false);
      co_return false;
    }
    http::request_parser<http::file_body> whole(std::move(*parser_));
    whole.body_limit(kMostUpload);
    request.upload = shared_.uploads / std::to_string(++shared_.next_upload);
    ErrorCode error;
    whole.get().body().open(request.upload.c_str(), beast::file_mode::write_new, error);
    while (!error && !whole.is_done()) {
      limit(kUploadStep);
      co_await http::async_read_some(stream_, buffer_, whole, into(error));
    }
    whole.get().body().close();
    std::error_code ignored;
    if (!error) {
      // The body's own size() is that of the file when it was opened.
      request.upload_bytes = std::filesystem::file_size(request.upload, ignored);
      co_return true;
    }
    std::filesystem::remove(request.upload, ignored);
    if (error == http::error::body_limit)
      co_await refuse(413, "The file is larger than 8 GiB");
    else
      co_await refuse(408, "The file did not come to its end, or could not be kept");
    co_return false;
  }

  Awaitable<Response> answer(const Request& request) {
    Answering& lane = shared_.lanes.at(static_cast<std::size_t>(shared_.service.lane_of(request)));
    if (lane.waiting >= lane.most) {
      ++shared_.service.counts.refused;
      Response busy = problem(503, "Too many ask at once: try again in a moment");
      busy.headers.emplace_back("Retry-After", "2");
      co_return busy;
    }
    ++lane.waiting;
    beast::get_lowest_layer(stream_).expires_never();
    Response response = co_await asio::co_spawn(
        lane.threads.get_executor(),
        [&]() -> Awaitable<Response> { co_return shared_.service.answer(request); },
        asio::use_awaitable);
    --lane.waiting;
    co_return response;
  }

  template <class Message>
  void fill_head(Message& message, const Response& response, bool keep) {
    message.result(static_cast<unsigned>(response.status));
    const std::string_view reason = reason_of(response.status);
    message.reason(beast::string_view(reason.data(), reason.size()));
    if (!response.type.empty()) message.set(http::field::content_type, response.type);
    for (const auto& [name, value] : response.headers) message.insert(name, value);
    message.keep_alive(keep);
  }

  Awaitable<bool> write(Response response, bool keep, bool head_only) {
    http::response<http::span_body<const char>> message;
    message.version(11);
    fill_head(message, response, keep);
    const std::string_view body = response.fixed.empty() ? response.body : response.fixed;
    const bool none = response.status == 204 || response.status == 304;
    if (!none) message.content_length(body.size());
    if (!none && !head_only) message.body() = beast::span<const char>(body.data(), body.size());
    http::response_serializer<http::span_body<const char>> serializer(message);
    ErrorCode error;
    limit(kWriteTime);
    if (head_only)
      co_await http::async_write_header(stream_, serializer, into(error));
    else
      co_await http::async_write(stream_, serializer, into(error));
    co_return !error && keep;
  }

  Awaitable<bool> send(std::string text) {
    ErrorCode error;
    limit(kWriteTime);
    co_await asio::async_write(stream_, asio::buffer(text), into(error));
    co_return !error;
  }

  // The other side has closed: written to it is found out only with the second comment.
  bool peer_is_gone() {
    pollfd socket{.fd = beast::get_lowest_layer(stream_).socket().native_handle(),
                  .events = POLLRDHUP,
                  .revents = 0};
    return ::poll(&socket, 1, 0) > 0;
  }

  // Sends what happens, and a comment now and then, until one side ends.
  Awaitable<void> stream_events(const Request& request, const Response& response) {
    if (shared_.streams.size() >= kMostEventStreams ||
        shared_.streams.count(response.session) >= kMostStreamsOfOne) {
      co_await refuse(503, "Too many listen to events: ask now and then instead");
      co_return;
    }
    Happenings happenings(shared_, response.session);  // counted from now on
    http::response<http::empty_body> head;
    head.version(11);
    fill_head(head, response, false);
    http::response_serializer<http::empty_body> serializer(head);
    ErrorCode error;
    limit(kWriteTime);
    co_await http::async_write_header(stream_, serializer, into(error));
    if (error) co_return;
    bool open = co_await send(response.body);
    const auto gone = [this] { return peer_is_gone(); };
    while (open && shared_.service.may_listen(request)) {
      const std::string news = co_await happenings.next(gone);
      open = !gone() && co_await send(news);
    }
    if (open) co_await send("event: session\ndata: {}\n\n");
  }

  Shared& shared_;
  Stream& stream_;
  std::string peer_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::empty_body>> parser_;
};

// Counts a connection for as long as it lives.
class Counted {
 public:
  Counted(Shared& shared, std::string peer) : shared_(shared), peer_(std::move(peer)) {
    ++shared_.connections;
    ++shared_.peers[peer_];
    shared_.service.counts.connections = shared_.connections;
  }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() {
    shared_.service.counts.connections = --shared_.connections;
    if (--shared_.peers[peer_] == 0) shared_.peers.erase(peer_);
  }
  bool too_many() const {
    return shared_.connections > kMostConnections || shared_.peers[peer_] > kMostOfOnePeer;
  }
  const std::string& peer() const { return peer_; }

 private:
  Shared& shared_;
  std::string peer_;
};

std::string peer_of(const tcp::socket& socket) {
  ErrorCode error;
  const auto endpoint = socket.remote_endpoint(error);
  return error ? std::string("nobody") : endpoint.address().to_string();
}

}  // namespace

Awaitable<void> serve_plain(Shared& shared, tcp::socket socket) {
  const Counted counted(shared, peer_of(socket));
  if (counted.too_many()) {
    ++shared.service.counts.refused;
    co_return;
  }
  beast::tcp_stream stream(std::move(socket));
  Connection<beast::tcp_stream> connection(shared, stream, counted.peer());
  co_await connection.run();
  ErrorCode ignored;
  // NOLINTNEXTLINE(bugprone-unused-return-value): Asio gives the same error twice.
  stream.socket().shutdown(tcp::socket::shutdown_both, ignored);
}

Awaitable<void> serve_secure(Shared& shared, tcp::socket socket, asio::ssl::context& tls) {
  const Counted counted(shared, peer_of(socket));
  if (counted.too_many()) {
    ++shared.service.counts.refused;
    co_return;
  }
  beast::ssl_stream<beast::tcp_stream> stream(beast::tcp_stream(std::move(socket)), tls);
  ErrorCode error;
  beast::get_lowest_layer(stream).expires_after(kHeaderTime);
  co_await stream.async_handshake(asio::ssl::stream_base::server, into(error));
  if (error) co_return;
  Connection<beast::ssl_stream<beast::tcp_stream>> connection(shared, stream, counted.peer());
  co_await connection.run();
  beast::get_lowest_layer(stream).expires_after(kHeaderTime);
  co_await stream.async_shutdown(into(error));
}

}  // namespace asepsis
