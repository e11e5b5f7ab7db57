// Turns the IEEE registration authority's lists (Debian package ieee-data:
// oui.txt, mam.txt, oui36.txt) into the table that src/inventory/oui.cpp
// searches. Run by the build:
//
//   make_oui OUTPUT oui.txt mam.txt oui36.txt
//
// The table, big endian: three times (24, 28, 36 bits) a 32-bit count and so
// many rows of {40-bit prefix, 24-bit offset}, sorted by prefix, a prefix
// being the first five octets with the bits past its length zero; then the
// owners, each a length octet and its text, at those offsets.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace {

using Registry = std::map<std::uint64_t, std::string>;  // by prefix

std::string hex_digits(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (std::string_view("0123456789ABCDEF").find(c) != std::string_view::npos) digits += c;
  }
  return digits;
}

// A line that starts an entry: "74-1A-E0   (hex)\t\tOwner" gives the first 24
// bits, and the next, "900000-9FFFFF     (base 16)\t\tOwner", the rest. In
// oui.txt the second repeats the first.
Registry read(const char* path, unsigned bits) {
  std::ifstream file(path);
  if (!file) {
    std::cerr << path << " cannot be read: install the package ieee-data\n";
    std::exit(1);
  }
  Registry registry;
  std::string first;
  for (std::string line; std::getline(file, line);) {
    if (const auto mark = line.find("(hex)"); mark != std::string::npos) {
      first = hex_digits(line.substr(0, mark));
    } else if (const auto base = line.find("(base 16)"); base != std::string::npos) {
      std::string digits = bits == 24 ? first : first + hex_digits(line.substr(0, line.find('-')));
      digits.resize(10, '0');
      std::string owner = line.substr(line.find_first_not_of(" \t\r", base + 9));
      owner.erase(owner.find_last_not_of(" \t\r") + 1);
      // Blocks of no known owner, and blocks that are cut up in the other lists.
      if (owner != "Private" && owner != "IEEE Registration Authority") {
        registry.emplace(std::stoull(digits, nullptr, 16), owner);
      }
    }
  }
  return registry;
}

void put(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out += static_cast<char>((value >> shift) & 0xff);
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 5) return 1;
  std::string rows;
  std::string owners;
  std::map<std::string, std::size_t> offsets;
  for (const auto& [index, bits] : {std::pair{2, 24U}, {3, 28U}, {4, 36U}}) {
    const Registry registry = read(arguments[index], bits);
    put(rows, registry.size(), 4);
    for (const auto& [prefix, owner] : registry) {
      const auto [place, added] = offsets.emplace(owner.substr(0, 255), owners.size());
      if (added) owners += static_cast<char>(place->first.size()) + place->first;
      put(rows, prefix, 5);
      put(rows, place->second, 3);
    }
  }
  std::ofstream out(arguments[1], std::ios::binary);
  out << rows << owners;
  return out.flush() ? 0 : 1;
}
