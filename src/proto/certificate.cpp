// Reading X.509 costs far more than the rest of a handshake, and the same few
// certificates are shown again and again: each thread keeps what it read,
// under the certificate's fingerprint.
//
// Names of persons (e-mail addresses, user principal names) in the
// alternative names are left out.

#include "proto/certificate.hpp"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <ctime>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/address.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
#include "proto/digest.hpp"
#include "proto/remote_support.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kMaxKept = 512;
constexpr std::size_t kMaxNames = 20;
constexpr std::size_t kMaxValue = 240;
constexpr std::size_t kMaxChain = 8;

struct Free {
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
  void operator()(ASN1_OBJECT* object) const { ASN1_OBJECT_free(object); }
};

struct Certificate {
  std::vector<std::uint8_t> bytes;
  Sha256 fingerprint{};
  std::unique_ptr<X509, Free> whole;  // none if it cannot be read
  bool self_signed = false;
  bool weak_key = false;
  bool weak_signature = false;
  unsigned long subject_hash = 0, issuer_hash = 0;
  std::string subject, issuer, not_before, not_after, key, signature, mud_url;
  std::vector<std::string> names;
};

std::string cut(std::string_view text) { return std::string(text.substr(0, kMaxValue)); }

// RFC 2253: "CN=pump-17,O=Maker"; letters beyond ASCII as UTF-8.
std::string line_of(const X509_NAME* name) {
  const std::unique_ptr<BIO, Free> bio(BIO_new(BIO_s_mem()));
  if (!bio || X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) < 0)
    return {};
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return size > 0 ? cut({text, static_cast<std::size_t>(size)}) : std::string();
}

std::string rfc3339_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  char text[32];
  const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text, size};
}

// "rsa 2048", "ec P-256", "ed25519".
std::string key_of(const X509* certificate) {
  const EVP_PKEY* key = X509_get0_pubkey(certificate);
  if (key == nullptr) return {};
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA: return "rsa " + std::to_string(EVP_PKEY_get_bits(key));
    case EVP_PKEY_RSA_PSS: return "rsa-pss " + std::to_string(EVP_PKEY_get_bits(key));
    case EVP_PKEY_DSA: return "dsa " + std::to_string(EVP_PKEY_get_bits(key));
    case EVP_PKEY_EC: {
      char group[64] = {};
      std::size_t size = 0;
      if (EVP_PKEY_get_group_name(key, group, sizeof group, &size) != 1)
        return "ec " + std::to_string(EVP_PKEY_get_bits(key));
      const char* nist = EC_curve_nid2nist(OBJ_txt2nid(group));
      return std::string("ec ") + (nist != nullptr ? nist : group);
    }
    default: break;
  }
  const char* name = EVP_PKEY_get0_type_name(key);
  return name != nullptr ? lowered(name) : std::string();
}

std::string signature_of(const X509* certificate) {
  const int nid = X509_get_signature_nid(certificate);
  if (nid != NID_undef) return OBJ_nid2ln(nid);
  const X509_ALGOR* algorithm = nullptr;
  X509_get0_signature(nullptr, &algorithm, certificate);
  const ASN1_OBJECT* object = nullptr;
  X509_ALGOR_get0(&object, nullptr, nullptr, algorithm);
  char text[80];
  const int size = OBJ_obj2txt(text, sizeof text, object, 1);
  return size > 0 ? std::string(text) : std::string();
}

// NIST SP 800-131A: 112 bits of security at least.
bool has_weak_key(const X509* certificate) {
  constexpr int kLeastRsa = 2048;
  constexpr int kLeastEc = 224;
  const EVP_PKEY* key = X509_get0_pubkey(certificate);
  if (key == nullptr) return false;
  const int bits = EVP_PKEY_get_bits(key);
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
    case EVP_PKEY_RSA_PSS:
    case EVP_PKEY_DSA: return bits < kLeastRsa;
    case EVP_PKEY_EC: return bits < kLeastEc;
    default: return false;
  }
}

// Whoever can make two certificates of one hash can forge one.
bool has_weak_signature(const X509* certificate) {
  int digest = NID_undef;
  if (OBJ_find_sigid_algs(X509_get_signature_nid(certificate), &digest, nullptr) != 1) return false;
  return digest == NID_md2 || digest == NID_md4 || digest == NID_md5 || digest == NID_sha1;
}

// Checking costs most for keys of absurd size, which only a forger makes.
bool signs_itself(X509* certificate) {
  constexpr int kMaxBits = 8192;
  if (X509_NAME_cmp(X509_get_subject_name(certificate), X509_get_issuer_name(certificate)) != 0)
    return false;
  EVP_PKEY* key = X509_get0_pubkey(certificate);
  return key != nullptr && EVP_PKEY_get_bits(key) <= kMaxBits && X509_verify(certificate, key) == 1;
}

Bytes bytes_of(const ASN1_STRING* text) {
  return {ASN1_STRING_get0_data(text), static_cast<std::size_t>(ASN1_STRING_length(text))};
}

// DNS names, addresses and URIs.
std::vector<std::string> names_of(const X509* certificate) {
  std::vector<std::string> out;
  const std::unique_ptr<GENERAL_NAMES, Free> names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  const int count = names ? sk_GENERAL_NAME_num(names.get()) : 0;
  for (int i = 0; i < count && out.size() < kMaxNames; ++i) {
    int type = 0;
    const void* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &type);
    if (type != GEN_DNS && type != GEN_URI && type != GEN_IPADD) continue;
    const Bytes bytes = bytes_of(static_cast<const ASN1_STRING*>(value));
    if (type != GEN_IPADD) {
      out.push_back(cut(as_text(bytes)));
    } else if (bytes.size() == 4) {
      out.push_back(to_text(Ip::v4(bytes)));
    } else if (bytes.size() == 16) {
      out.push_back(to_text(Ip::v6(bytes)));
    }
  }
  return out;
}

// RFC 8520, 11: id-pe-mud-url, an IA5String.
std::string mud_url_of(const X509* certificate) {
  static const std::unique_ptr<ASN1_OBJECT, Free> oid(OBJ_txt2obj("1.3.6.1.5.5.7.1.25", 1));
  const int at = X509_get_ext_by_OBJ(certificate, oid.get(), -1);
  if (at < 0) return {};
  constexpr std::uint8_t kIa5String = 0x16;
  Cursor in(bytes_of(X509_EXTENSION_get_data(X509_get_ext(certificate, at))));
  const bool is_text = in.u8() == kIa5String;
  std::size_t size = in.u8();
  if (size == 0x81) size = in.u8();
  if (size == 0x82) size = in.be16();
  const Bytes url = in.take(size);
  return is_text ? cut(as_text(url)) : std::string();
}

unsigned long hash_of(const X509_NAME* name) {
  return X509_NAME_hash_ex(name, nullptr, nullptr, nullptr);
}

Certificate read(Bytes der) {
  Certificate out;
  out.bytes.assign(der.begin(), der.end());
  out.fingerprint = sha256_of(der);
  const unsigned char* start = der.data();
  out.whole.reset(d2i_X509(nullptr, &start, static_cast<long>(der.size())));
  if (X509* const certificate = out.whole.get()) {
    out.subject = line_of(X509_get_subject_name(certificate));
    out.issuer = line_of(X509_get_issuer_name(certificate));
    out.subject_hash = hash_of(X509_get_subject_name(certificate));
    out.issuer_hash = hash_of(X509_get_issuer_name(certificate));
    out.not_before = rfc3339_of(X509_get0_notBefore(certificate));
    out.not_after = rfc3339_of(X509_get0_notAfter(certificate));
    out.key = key_of(certificate);
    out.weak_key = has_weak_key(certificate);
    out.signature = signature_of(certificate);
    out.weak_signature = has_weak_signature(certificate);
    out.self_signed = signs_itself(certificate);
    out.names = names_of(certificate);
    out.mud_url = mud_url_of(certificate);
  }
  ERR_clear_error();
  return out;
}

// Found by a hash that is quicker than the fingerprint, and compared.
const Certificate& read_once(Bytes der) {
  thread_local std::unordered_map<std::uint64_t, Certificate> kept;
  const std::uint64_t hash = hash_bytes(der);
  const auto found = kept.find(hash);
  if (found != kept.end() && std::ranges::equal(found->second.bytes, der)) return found->second;
  if (kept.size() >= kMaxKept) kept.clear();
  return kept.insert_or_assign(hash, read(der)).first->second;
}

// Whether the certificate is made out to the name, a host's or an address.
bool names_host(const Certificate& certificate, std::string_view name) {
  const std::string text(name);
  return X509_check_host(certificate.whole.get(), text.data(), text.size(), 0, nullptr) == 1 ||
         X509_check_ip_asc(certificate.whole.get(), text.c_str(), 0) == 1;
}

void say_weaknesses(const Certificate& certificate, Side about, std::string_view asked_for,
                    FactSink& out) {
  constexpr Claim kClaim = "tls.weakness"_claim;
  if (const auto time = out.time()) {
    using std::chrono::floor, std::chrono::seconds;
    std::time_t now = floor<seconds>(*time).time_since_epoch().count();
    if (X509_cmp_time(X509_get0_notAfter(certificate.whole.get()), &now) < 0)
      out.say(about, kClaim, "certificate expired");
    if (X509_cmp_time(X509_get0_notBefore(certificate.whole.get()), &now) > 0)
      out.say(about, kClaim, "certificate not yet valid");
  }
  if (certificate.weak_key)
    out.say(about, kClaim, ShortText<>().add("certificate key ").add(certificate.key));
  if (certificate.weak_signature)
    out.say(about, kClaim, ShortText<>().add("certificate signature ").add(certificate.signature));
  if (!asked_for.empty() && !names_host(certificate, asked_for))
    out.say(about, kClaim, "certificate of another name than asked for");
  ERR_clear_error();
}

// RFC 5246, 7.4.2: each certificate directly certifies the one before it.
// Which ones are missing cannot be told: the root need not be sent.
bool in_order(Cursor chain) {
  unsigned long issuer = 0;
  for (std::size_t count = 0; !chain.done() && count < kMaxChain; ++count) {
    const Bytes der = chain.take(chain.be24());
    if (!chain.ok()) return true;  // cut, not out of order
    const Certificate& certificate = read_once(der);
    if (!certificate.whole) return true;
    if (count > 0 && certificate.subject_hash != issuer) return false;
    issuer = certificate.issuer_hash;
  }
  return true;
}

}  // namespace

bool say_certificate(Bytes der, Side about, std::string_view asked_for, FactSink& out) {
  const Certificate& certificate = read_once(der);
  out.say(about, "tls.certificate"_claim, hex_of(certificate.fingerprint));
  out.say(about, "tls.subject"_claim, certificate.subject);
  out.say(about, "tls.issuer"_claim, certificate.issuer);
  out.say(other(about), "remote.support"_claim, remote_support_of_subject(certificate.subject));
  for (const std::string& name : certificate.names) out.say(about, "tls.names"_claim, name);
  out.say(about, "tls.not_before"_claim, certificate.not_before);
  out.say(about, "tls.not_after"_claim, certificate.not_after);
  out.say(about, "tls.key"_claim, certificate.key);
  out.say(about, "tls.signature"_claim, certificate.signature);
  if (certificate.self_signed) out.say(about, "tls.self_signed"_claim, "yes");
  out.say(about, "device.mud_url"_claim, certificate.mud_url);
  if (!certificate.whole) return false;
  say_weaknesses(certificate, about, asked_for, out);
  return true;
}

bool say_certificates(Bytes chain, Side about, std::string_view asked_for, FactSink& out) {
  Cursor in(chain);
  const Bytes own = in.take(in.be24());
  if (!in.ok() || !say_certificate(own, about, asked_for, out)) return false;
  if (!in.done() && !in_order(Cursor(chain)))
    out.say(about, "tls.weakness"_claim, "certificate chain out of order");
  return true;
}

}  // namespace asepsis
