#include "sensor/certificate_book.hpp"

#include <algorithm>

#include "sensor/log_values.hpp"

namespace asepsis {
namespace {

struct Row {
  std::string_view column;
  Claim claim;
  LogValue value = log_value::as_is;
};

constexpr Row kRows[] = {
    {"fingerprint", "tls.certificate"_claim, log_value::sha256},
    {"certificate.subject", "tls.subject"_claim},
    {"certificate.issuer", "tls.issuer"_claim},
    {"certificate.not_valid_before", "tls.not_before"_claim, log_value::instant},
    {"certificate.not_valid_after", "tls.not_after"_claim, log_value::instant},
    {"certificate.sig_alg", "tls.signature"_claim},
    {"san.dns", "tls.names"_claim},
    {"san.uri", "tls.names"_claim},
    {"san.ip", "tls.names"_claim},
};

// "rsa 2048", "ec P-256".
std::string key_of(const Record& record) {
  const std::string_view type = record["certificate.key_type"];
  const std::string_view curve = record["certificate.curve"];
  if (type.empty()) return {};
  if (curve == "prime256v1") return "ec P-256";
  if (curve == "secp384r1") return "ec P-384";
  if (curve == "secp521r1") return "ec P-521";
  if (!curve.empty()) return "ec " + std::string(curve);
  return std::string(type) + ' ' + std::string(record["certificate.key_length"]);
}

}  // namespace

CertificateBook::Entry* CertificateBook::entry(std::string_view name) {
  if (name.empty()) return nullptr;
  const std::string key(name);
  const auto found = entries_.find(key);
  if (found != entries_.end()) return &found->second;
  if (entries_.size() >= kMostCertificates) {
    ++dropped_;
    return nullptr;
  }
  return &entries_[key];
}

void CertificateBook::add_handshake(const Record& record, const Endpoint& server,
                                    std::uint16_t port) {
  if (server.ip.empty()) return;
  for (const std::string_view column : {"cert_chain_fps", "cert_chain_fuids"})
    if (Entry* const own = entry(record[column])) {
      if (own->servers.size() < kMostServers) own->servers.emplace(server, port);
    }
}

void CertificateBook::add_certificate(const Record& record, Time time, std::uint64_t line) {
  for (const std::string_view column : {"fingerprint", "id"}) {
    Entry* const own = entry(record[column]);
    if (own == nullptr) continue;
    own->seen.add(time, line);
    if (!own->says.empty()) continue;
    for (const Row& row : kRows)
      record.each(row.column, [&](std::string_view text) {
        if (own->says.size() < kMostSaid)
          own->says.push_back({row.claim, row.value(record, text).substr(0, kMostValue)});
      });
    own->says.push_back({"tls.key"_claim, key_of(record)});
  }
}

void CertificateBook::tell(FactTable& out) const {
  for (const auto& [name, own] : entries_) {
    if (own.seen.count == 0) continue;
    for (const auto& [server, port] : own.servers)
      for (const Said& said : own.says) {
        if (said.value.empty()) continue;
        const Fact fact{.about = Side::server, .claim = said.claim, .value = said.value};
        const auto row = out.add(server, fact, port, "tls", own.seen.first, own.seen.packet);
        if (row)
          out.add_sightings(*row,
                            {own.seen.first, own.seen.last, own.seen.count - 1, own.seen.packet});
      }
  }
}

}  // namespace asepsis
