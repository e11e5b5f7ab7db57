#include "app/packet_source.hpp"

namespace asepsis {
namespace {

constexpr auto kProgressEvery = std::chrono::milliseconds(100);

}  // namespace

bool PacketSource::next(PacketBatch& batch, std::size_t limit) {
  while (!failure_ && !stopped() && file_.next(batch, limit)) {
    count(batch);
    if (!options_.filter.empty() && !apply_filter(batch)) return false;
    if (!batch.packets.empty()) return true;
  }
  return false;
}

CapturePieces::Proof PacketSource::prove(CapturePiece& piece) {
  const CapturePieces::Proof proof = pieces_->prove(piece);
  if (proof == CapturePieces::Proof::right) count(piece.batch);
  return proof;
}

void PacketSource::count(const PacketBatch& batch) {
  for (const Packet& packet : batch.packets) {
    if (identity_.complete()) break;
    identity_.add(packet);
  }
  seen_ += batch.packets.size();
}

bool PacketSource::apply_filter(PacketBatch& batch) {
  const auto before = batch.packets.size();
  std::erase_if(batch.packets, [&](const Packet& packet) { return !passes(packet); });
  filtered_out_ += before - batch.packets.size();
  return !failure_;
}

bool PacketSource::passes(const Packet& packet) {
  if (failure_) return false;
  auto found = filters_.find(packet.link_type);
  if (found == filters_.end()) {
    auto filter = PacketFilter::compile(options_.filter, packet.link_type);
    if (!filter) {
      failure_ = filter.error();
      return false;
    }
    found = filters_.emplace(packet.link_type, *std::move(filter)).first;
  }
  return found->second.matches(packet);
}

void Progress::maybe(const PacketSource& source) {
  if (!options_.progress) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < kProgressEvery) return;
  last_ = now;
  options_.progress(source.file().bytes_read(), source.file().bytes_total(), source.packets());
}

}  // namespace asepsis
