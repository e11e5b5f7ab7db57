// Text looked through a block at a time finds what looking at every byte finds,
// wherever it lies and whatever the size.

#include "base/scan.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "proto/http_head.hpp"

namespace asepsis {
namespace {

std::vector<std::uint8_t> some_bytes(std::mt19937& random, std::size_t size) {
  constexpr std::string_view kLetters = "ab|\r\x1f\x20\x80\xff";
  std::vector<std::uint8_t> bytes(size);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(kLetters[random() % kLetters.size()]);
  return bytes;
}

TEST(Scan, FindsTheFirstControlCharacter) {
  std::mt19937 random(1);
  for (std::size_t size = 0; size < 70; ++size) {
    for (int round = 0; round < 50; ++round) {
      const auto bytes = some_bytes(random, size);
      const auto slow = std::ranges::find_if(bytes, [](auto byte) { return byte < 0x20; });
      ASSERT_EQ(find_control(bytes), static_cast<std::size_t>(slow - bytes.begin()));
    }
  }
}

TEST(Scan, FindsBytesWhereverTheyLie) {
  std::mt19937 random(3);
  for (int round = 0; round < 20'000; ++round) {
    const auto bytes = some_bytes(random, random() % 90);
    const auto wanted = some_bytes(random, 1 + random() % 4);
    const std::size_t from = random() % (bytes.size() + 1);
    const auto rest = std::span(bytes).subspan(from);
    const auto slow = std::ranges::search(rest, wanted);
    ASSERT_EQ(find_bytes(bytes, wanted, from),
              bytes.size() - static_cast<std::size_t>(rest.end() - slow.begin()));
  }
}

TEST(Scan, GivesEveryPlaceInOrderUntilItIsTold) {
  std::mt19937 random(2);
  for (std::size_t size = 0; size < 70; ++size) {
    const auto bytes = some_bytes(random, size);
    std::vector<std::size_t> slow;
    for (std::size_t i = 0; i < bytes.size(); ++i)
      if (bytes[i] == '|') slow.push_back(i);
    for (const std::size_t most : {slow.size(), slow.size() / 2 + 1}) {
      std::vector<std::size_t> found;
      for_each_byte(bytes, '|', [&](std::size_t at) {
        found.push_back(at);
        return found.size() < most;
      });
      slow.resize(std::min(slow.size(), most));
      ASSERT_EQ(found, slow);
    }
  }
}

TEST(Mentions, WhateverTheCase) {
  EXPECT_TRUE(mentions("220 pump vsFTPd ready", "FTP"));
  EXPECT_TRUE(mentions("220 pump vsftpd ready", "FTP"));
  EXPECT_TRUE(mentions("220 PUMP VSFTPD READY", "ftp"));
  EXPECT_TRUE(mentions("</HTML>", "</html>"));
  EXPECT_FALSE(mentions("220 pump vsft", "FTP"));
  EXPECT_FALSE(mentions("", "FTP"));
}

TEST(Mentions, WhereverItStands) {
  for (std::size_t before = 0; before < 40; ++before)
    for (std::size_t after = 0; after < 20; ++after)
      ASSERT_TRUE(mentions(std::string(before, 'f') + "fTp" + std::string(after, 't'), "FTP"));
}

}  // namespace
}  // namespace asepsis
