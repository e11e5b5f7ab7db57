#include "app/serve_certificate.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <memory>

#include "base/address.hpp"
#include "base/text.hpp"

namespace asepsis {
namespace {

template <auto kFree>
struct Frees {
  template <class Held>
  void operator()(Held* held) const {
    kFree(held);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Frees<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Frees<X509_free>>;
using File = std::unique_ptr<std::FILE, Frees<std::fclose>>;

constexpr long kDays = 397;  // the most that browsers take
constexpr long kDaySeconds = 24L * 3600;

// For the owner alone from the beginning.
File created(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  return File(file < 0 ? nullptr : ::fdopen(file, "w"));
}

bool add_extension(X509* certificate, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, Frees<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

std::string alternative_names(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names)
    text += (text.empty() ? "" : ",") + std::string(ip_from_text(name) ? "IP:" : "DNS:") + name;
  return text;
}

Certificate made(EVP_PKEY* key, const std::vector<std::string>& names) {
  Certificate certificate(X509_new());
  std::array<unsigned char, 8> serial{};
  if (certificate == nullptr || RAND_bytes(serial.data(), serial.size()) != 1) return nullptr;
  X509* one = certificate.get();
  X509_set_version(one, X509_VERSION_3);
  std::uint64_t number = 0;
  for (const unsigned char byte : serial) number = number << 8 | byte;
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(one), number >> 1);
  X509_gmtime_adj(X509_getm_notBefore(one), -kDaySeconds);
  X509_gmtime_adj(X509_getm_notAfter(one), kDays * kDaySeconds);
  X509_set_pubkey(one, key);
  X509_NAME* name = X509_get_subject_name(one);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(names.front().c_str()), -1, -1,
                             0);
  X509_set_issuer_name(one, name);
  const bool good = add_extension(one, NID_subject_alt_name, alternative_names(names)) &&
                    add_extension(one, NID_basic_constraints, "critical,CA:FALSE") &&
                    add_extension(one, NID_ext_key_usage, "serverAuth") &&
                    X509_sign(one, key, EVP_sha256()) > 0;
  return good ? std::move(certificate) : nullptr;
}

}  // namespace

Result<void> ensure_certificate(const std::filesystem::path& certificate,
                                const std::filesystem::path& key,
                                const std::vector<std::string>& names) {
  std::error_code ignored;
  if (std::filesystem::exists(certificate, ignored) && std::filesystem::exists(key, ignored))
    return {};
  const Key secret(EVP_EC_gen("P-256"));
  const Certificate one = secret == nullptr ? nullptr : made(secret.get(), names);
  if (one == nullptr)
    return fail("no certificate can be made for these names: give one by --certificate and --key");
  const File keys = created(key);
  const File certificates = created(certificate);
  if (keys == nullptr || certificates == nullptr ||
      PEM_write_PrivateKey(keys.get(), secret.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1 ||
      PEM_write_X509(certificates.get(), one.get()) != 1)
    return fail(escaped(certificate.string()) + " cannot be written");
  return {};
}

Result<std::string> fingerprint_of(const std::filesystem::path& certificate) {
  const File file(std::fopen(certificate.c_str(), "re"));
  const Certificate one(file == nullptr ? nullptr
                                        : PEM_read_X509(file.get(), nullptr, nullptr, nullptr));
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned size = 0;
  if (one == nullptr || X509_digest(one.get(), EVP_sha256(), hash.data(), &size) != 1)
    return fail(escaped(certificate.string()) + " is no certificate");
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    if (i > 0) text += ':';
    text += {kHex[hash.at(i) >> 4], kHex[hash.at(i) & 15]};
  }
  return text;
}

}  // namespace asepsis
