// One connection, by TLS or without. Part of web/server.cpp.

#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>  // Boost 1.74 forgets it

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/thread_pool.hpp>

#include "web/service.hpp"

namespace asepsis {

// What connections share; used by the one thread of the sockets, but for the
// two lanes that answer.
struct Shared {
  explicit Shared(Service& answering) : service(answering) {}

  Service& service;
  std::size_t quick_waiting = 0, slow_waiting = 0;
  std::size_t connections = 0;
  std::multiset<std::string> streams;        // of events: whose each is
  std::map<std::string, std::size_t> peers;  // connections of each
  std::filesystem::path uploads;
  std::uint64_t next_upload = 0;
  bool secure = false;
  boost::asio::thread_pool quick{2};
  boost::asio::thread_pool slow{2};
  // Last, so that it ends first: connections that are open count themselves
  // out and let go of the lanes.
  boost::asio::io_context sockets{1};
};

boost::asio::awaitable<void> serve_plain(Shared& shared, boost::asio::ip::tcp::socket socket);
boost::asio::awaitable<void> serve_secure(Shared& shared, boost::asio::ip::tcp::socket socket,
                                          boost::asio::ssl::context& tls);

}  // namespace asepsis
