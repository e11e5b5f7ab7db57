#include "proto/digest.hpp"

#include <openssl/evp.h>

#include <cassert>
#include <memory>

namespace asepsis {
namespace {

struct Free {
  void operator()(EVP_MD* kind) const { EVP_MD_free(kind); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// OpenSSL 3 looks an algorithm up anew, under a lock, for each use of
// EVP_md5(); so each thread fetches once and keeps its context.
class Hasher {
 public:
  explicit Hasher(const char* name)
      : kind_(EVP_MD_fetch(nullptr, name, nullptr)), context_(EVP_MD_CTX_new()) {
    assert(kind_ && context_);
  }

  void begin() { check(EVP_DigestInit_ex2(context_.get(), kind_.get(), nullptr)); }
  void add(Bytes bytes) { check(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size())); }
  // REQUIRES: `out` has the size of the digest.
  void finish(std::uint8_t* out) { check(EVP_DigestFinal_ex(context_.get(), out, nullptr)); }

 private:
  static void check(int success) { assert(success == 1); }

  std::unique_ptr<EVP_MD, Free> kind_;
  std::unique_ptr<EVP_MD_CTX, Free> context_;
};

Hasher& md5() {
  thread_local Hasher hasher("MD5");
  return hasher;
}

Hasher& sha256() {
  thread_local Hasher hasher("SHA256");
  return hasher;
}

}  // namespace

Md5 md5_of(Bytes bytes) {
  Md5 out{};
  md5().begin();
  md5().add(bytes);
  md5().finish(out.data());
  return out;
}

Sha256 sha256_of(Bytes bytes) {
  Sha256 out{};
  sha256().begin();
  sha256().add(bytes);
  sha256().finish(out.data());
  return out;
}

Md5Text::Md5Text() { md5().begin(); }

Md5Text& Md5Text::add(std::string_view text) {
  if (text.size() > kHeld - held_.view().size()) flush();
  if (text.size() > kHeld) {
    md5().add(as_bytes(text));
  } else {
    held_.add(text);
  }
  return *this;
}

Md5Text& Md5Text::number(std::uint64_t value) { return add(ShortText<24>().number(value)); }

Md5 Md5Text::finish() {
  flush();
  Md5 out{};
  md5().finish(out.data());
  return out;
}

void Md5Text::flush() {
  md5().add(as_bytes(held_));
  held_.clear();
}

}  // namespace asepsis
