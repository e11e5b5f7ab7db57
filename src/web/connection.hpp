// One connection, by TLS or without. Part of web/server.cpp.

#pragma once

#include <array>
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

#include "web/server.hpp"
#include "web/service.hpp"

namespace asepsis {

// Threads that answer, and how many wait for them.
struct Answering {
  Answering(std::size_t count, std::size_t most_waiting) : threads(count), most(most_waiting) {}

  boost::asio::thread_pool threads;
  std::size_t most, waiting = 0;
};

// What connections share; used by the one thread of the sockets, but for the
// lanes that answer.
struct Shared {
  explicit Shared(Service& answering) : service(answering) {}

  Service& service;
  std::size_t connections = 0;
  std::multiset<std::string> streams;        // of events: whose each is
  std::map<std::string, std::size_t> peers;  // connections of each
  std::filesystem::path uploads;
  std::uint64_t next_upload = 0;
  bool secure = false;
  std::array<Answering, 4> lanes{{{2, kMostWaiting},        // quick
                                  {2, kMostSlowWaiting},    // slow
                                  {2, kMostSlowWaiting},    // questions
                                  {2, kMostSlowWaiting}}};  // log-in
  // Last, so that it ends first: connections that are open count themselves
  // out and let go of the lanes.
  boost::asio::io_context sockets{1};
};

boost::asio::awaitable<void> serve_plain(Shared& shared, boost::asio::ip::tcp::socket socket);
boost::asio::awaitable<void> serve_secure(Shared& shared, boost::asio::ip::tcp::socket socket,
                                          boost::asio::ssl::context& tls);

}  // namespace asepsis
