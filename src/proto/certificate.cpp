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

namespace asepsis {
namespace {

constexpr std::size_t kMaxKept = 512;
constexpr std::size_t kMaxNames = 20;
constexpr std::size_t kMaxValue = 240;

struct Certificate {
  bool readable = false;
  bool self_signed = false;
  std::string subject, issuer, not_before, not_after, key, signature, mud_url;
  std::vector<std::string> names;
};

struct Free {
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
  void operator()(ASN1_OBJECT* object) const { ASN1_OBJECT_free(object); }
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

Certificate read(Bytes der) {
  Certificate out;
  const unsigned char* start = der.data();
  const std::unique_ptr<X509, Free> certificate(
      d2i_X509(nullptr, &start, static_cast<long>(der.size())));
  if (certificate) {
    out.readable = true;
    out.subject = line_of(X509_get_subject_name(certificate.get()));
    out.issuer = line_of(X509_get_issuer_name(certificate.get()));
    out.not_before = rfc3339_of(X509_get0_notBefore(certificate.get()));
    out.not_after = rfc3339_of(X509_get0_notAfter(certificate.get()));
    out.key = key_of(certificate.get());
    out.signature = signature_of(certificate.get());
    out.self_signed = signs_itself(certificate.get());
    out.names = names_of(certificate.get());
    out.mud_url = mud_url_of(certificate.get());
  }
  ERR_clear_error();
  return out;
}

struct Hash {
  std::size_t operator()(const Sha256& fingerprint) const { return hash_bytes(fingerprint); }
};

const Certificate& read_once(const Sha256& fingerprint, Bytes der) {
  thread_local std::unordered_map<Sha256, Certificate, Hash> kept;
  const auto found = kept.find(fingerprint);
  if (found != kept.end()) return found->second;
  if (kept.size() >= kMaxKept) kept.clear();
  return kept.emplace(fingerprint, read(der)).first->second;
}

}  // namespace

bool say_certificate(Bytes der, Side about, FactSink& out) {
  const Sha256 fingerprint = sha256_of(der);
  out.say(about, "tls.certificate"_claim, hex_of(fingerprint));
  const Certificate& certificate = read_once(fingerprint, der);
  out.say(about, "tls.subject"_claim, certificate.subject);
  out.say(about, "tls.issuer"_claim, certificate.issuer);
  for (const std::string& name : certificate.names) out.say(about, "tls.names"_claim, name);
  out.say(about, "tls.not_before"_claim, certificate.not_before);
  out.say(about, "tls.not_after"_claim, certificate.not_after);
  out.say(about, "tls.key"_claim, certificate.key);
  out.say(about, "tls.signature"_claim, certificate.signature);
  if (certificate.self_signed) out.say(about, "tls.self_signed"_claim, "yes");
  out.say(about, "device.mud_url"_claim, certificate.mud_url);
  return certificate.readable;
}

}  // namespace asepsis
