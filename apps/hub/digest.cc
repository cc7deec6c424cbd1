#include "apps/hub/digest.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <memory>
#include <new>

#include "base/mapped_file.h"

namespace limn::hub {
namespace {

constexpr std::size_t sha1_digits = 40, sha256_digits = 64;

}  // namespace

bool is_digest(std::string_view etag) {
  const auto hexadecimal = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return (etag.size() == sha1_digits || etag.size() == sha256_digits) && std::ranges::all_of(etag, hexadecimal);
}

std::string digest_of(const std::filesystem::path& file, std::string_view etag) {
  const MappedFile mapped(file);
  const auto bytes = mapped.bytes();
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  const bool git = etag.size() == sha1_digits;
  if (context == nullptr || EVP_DigestInit_ex(context.get(), git ? EVP_sha1() : EVP_sha256(), nullptr) != 1)
    throw std::bad_alloc();
  if (git) {  // git hashes a header before the contents
    const std::string header = fmt::format("blob {}", bytes.size());
    EVP_DigestUpdate(context.get(), header.c_str(), header.size() + 1);
  }
  constexpr std::size_t chunk = std::size_t{4} << 20;
  for (std::size_t begin = 0; begin < bytes.size(); begin += chunk) {
    const auto part = bytes.subspan(begin, std::min(chunk, bytes.size() - begin));
    EVP_DigestUpdate(context.get(), part.data(), part.size());
    mapped.release(part);
  }
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_DigestFinal_ex(context.get(), digest, &size);
  std::string text;
  for (unsigned i = 0; i < size; ++i) text += fmt::format("{:02x}", digest[i]);
  return text;
}

}  // namespace limn::hub
