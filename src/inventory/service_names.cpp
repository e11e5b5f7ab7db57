#include "inventory/service_names.hpp"

#include <re2/re2.h>

namespace asepsis {

struct ServiceNames::Entry {
  const ServiceName* row;
  std::unique_ptr<re2::RE2> shape;
};

ServiceNames::ServiceNames() = default;
ServiceNames::~ServiceNames() = default;

Result<void> ServiceNames::add(const std::vector<ServiceName>& rows) {
  RE2::Options options;
  options.set_log_errors(false);
  for (const ServiceName& row : rows) {
    auto shape = std::make_unique<RE2>(row.shape, options);
    if (!shape->ok()) return fail(row.where + ": shape: " + shape->error());
    by_port_.emplace(row.port, Entry{&row, std::move(shape)});
  }
  return {};
}

std::string_view ServiceNames::find(std::string_view transport, std::uint16_t port,
                                    std::string_view shape) const {
  const re2::StringPiece text(shape.data(), shape.size());
  const auto [begin, end] = by_port_.equal_range(port);
  for (auto entry = begin; entry != end; ++entry)
    if (entry->second.row->transport == transport && RE2::PartialMatch(text, *entry->second.shape))
      return entry->second.row->name;
  return {};
}

}  // namespace asepsis
