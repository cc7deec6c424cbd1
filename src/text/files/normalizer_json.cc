#include <utility>

#include "base/base64.h"
#include "base/json.h"
#include "limn/error.h"
#include "text/files/component_json.h"
#include "text/unicode.h"

namespace limn {
namespace {

std::u32string decoded(const std::string& text) {
  std::u32string result;
  for (std::size_t position = 0; position < text.size();) result.push_back(next_code_point(text, position));
  return result;
}

/// Nothing for an empty map, which SentencePiece writes if there is no normalisation.
std::optional<Charsmap> read_charsmap(const JsonSection& section) {
  const auto bytes = decode_base64(section.string());
  if (!bytes) section.refuse("Base64");
  if (bytes->empty()) return {};
  return Charsmap(*bytes, section.file(), section.name());
}

void read(const JsonSection& section, Normalizer& normalizer) {
  if (section.is_null()) return;
  const std::string type = section.type();
  const auto flag = [&](const char* field) { return section[field].or_else(&JsonSection::boolean, true); };
  if (type == "BertNormalizer") {
    BertNormalizer bert = {flag("clean_text"), flag("handle_chinese_chars"), {}, flag("lowercase")};
    if (const auto strip = section["strip_accents"]; !strip.is_null()) bert.strip_accents = strip.boolean();
    normalizer.emplace_back(bert);
  } else if (type == "Lowercase") {
    normalizer.emplace_back(Lowercase{});
  } else if (type == "StripAccents") {
    normalizer.emplace_back(StripAccents{});
  } else if (type == "NFD" || type == "NFC" || type == "NFKD" || type == "NFKC") {
    normalizer.emplace_back(UnicodeForm{.compatible = type[2] == 'K', .composed = type.back() == 'C'});
  } else if (type == "Replace") {
    normalizer.emplace_back(Replace{read_pattern(section["pattern"]), decoded(section["content"].string())});
  } else if (type == "Prepend") {
    normalizer.emplace_back(Prepend{decoded(section["prepend"].string())});
  } else if (type == "Strip") {
    normalizer.emplace_back(Strip{flag("strip_left"), flag("strip_right")});
  } else if (type == "Precompiled") {
    if (auto charsmap = read_charsmap(section["precompiled_charsmap"])) normalizer.emplace_back(std::move(*charsmap));
  } else if (type == "Nmt") {
    normalizer.emplace_back(Nmt{});
  } else if (type == "ByteLevel") {
    normalizer.emplace_back(ByteCharacters{});
  } else if (type == "Sequence") {
    for (const JsonSection& step : section["normalizers"].items()) read(step, normalizer);
  } else {
    refuse_type(
        section, type,
        "BertNormalizer, ByteLevel, Lowercase, NFC, NFD, NFKC, NFKD, Nmt, Precompiled, Prepend, Replace, Sequence, "
        "Strip or StripAccents");
  }
}

}  // namespace

Normalizer read_normalizer(const JsonSection& section) {
  Normalizer normalizer;
  read(section, normalizer);
  return normalizer;
}

Pattern read_pattern(const JsonSection& section) {
  if (const auto text = section["String"]; !text.is_null()) return Pattern::literal(text.string());
  if (const auto regex = section["Regex"]; !regex.is_null())
    return Pattern::regex(regex.string(), regex.file(), regex.name());
  section.refuse("a String or a Regex");
}

void refuse_type(const JsonSection& section, const std::string& type, std::string known) {
  throw Error({.file = section.file(),
               .thing = section.name(),
               .found = "type " + shown_name(type),
               .expected = std::move(known)});
}

}  // namespace limn
