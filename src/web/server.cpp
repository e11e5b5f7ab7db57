#include "web/server.hpp"

#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/text.hpp"
#include "web/connection.hpp"

namespace asepsis {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;

constexpr int kWaitingToConnect = 256;
constexpr auto kOutOfSockets = std::chrono::milliseconds(100);

// What a connection throws (memory that is not to be had) ends that connection.
void ended(const std::exception_ptr&) {}

// NOLINTBEGIN(bugprone-unused-return-value): Asio gives the same error twice.
asio::awaitable<void> accept(Shared& shared, tcp::acceptor& acceptor, asio::ssl::context* tls) {
  while (acceptor.is_open()) {
    ErrorCode error;
    tcp::socket socket =
        co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted) co_return;
    if (error) {
      asio::steady_timer pause(shared.sockets, kOutOfSockets);
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
      continue;
    }
    socket.set_option(tcp::no_delay(true), error);
    if (tls == nullptr)
      asio::co_spawn(shared.sockets, serve_plain(shared, std::move(socket)), ended);
    else
      asio::co_spawn(shared.sockets, serve_secure(shared, std::move(socket), *tls), ended);
  }
}

Result<void> open(tcp::acceptor& acceptor, const Listening& listening) {
  ErrorCode error;
  const auto address = asio::ip::make_address(listening.address, error);
  if (error) return fail(escaped(listening.address) + " is no address to listen at");
  const tcp::endpoint endpoint(address, listening.port);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(kWaitingToConnect, error);
  if (!error) return {};
  return fail(listening.address + ':' + std::to_string(listening.port) +
              " cannot be listened at: " + error.message() + "; --listen names another");
}

Result<void> prepare(asio::ssl::context& tls, const Listening& listening) {
  ErrorCode error;
  tls.set_options(asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1 |
                      asio::ssl::context::no_sslv2 | asio::ssl::context::no_sslv3 |
                      asio::ssl::context::no_compression,
                  error);
  tls.use_certificate_chain_file(listening.certificate.string(), error);
  if (error)
    return fail(escaped(listening.certificate.string()) +
                " is no certificate that can be used: " + error.message());
  tls.use_private_key_file(listening.key.string(), asio::ssl::context::pem, error);
  if (error)
    return fail(escaped(listening.key.string()) +
                " is no key of that certificate: " + error.message());
  return {};
}

// NOLINTEND(bugprone-unused-return-value)

// Who ends the server does not wait for models that are being compared: that only
// reads, and takes long on a large estate.
void end_soon() {
  constexpr unsigned kMostSeconds = 1;
  static_cast<void>(std::signal(SIGALRM, [](int) { ::_exit(0); }));
  ::alarm(kMostSeconds);
}

}  // namespace

Result<void> serve(Service& service, const Listening& listening,
                   const std::function<void(std::uint16_t port)>& ready) {
  Shared shared(service);
  shared.uploads = listening.uploads;
  shared.secure = !listening.certificate.empty();
  tcp::acceptor acceptor(shared.sockets);
  if (const auto opened = open(acceptor, listening); !opened) return opened;
  asio::ssl::context tls(asio::ssl::context::tls_server);
  if (shared.secure)
    if (const auto prepared = prepare(tls, listening); !prepared) return prepared;
  asio::signal_set signals(shared.sockets, SIGINT, SIGTERM);
  signals.async_wait([&](const ErrorCode&, int) { shared.sockets.stop(); });
  asio::co_spawn(shared.sockets, accept(shared, acceptor, shared.secure ? &tls : nullptr), ended);
  ErrorCode error;
  ready(acceptor.local_endpoint(error).port());
  shared.sockets.run();
  end_soon();
  // Other threads go on for a while: what they tell must not reach sockets that go.
  service.events->close();
  service.end();
  std::error_code ignored;
  std::filesystem::remove_all(listening.uploads, ignored);
  for (Answering& lane : shared.lanes) lane.threads.join();
  return {};
}

}  // namespace asepsis
