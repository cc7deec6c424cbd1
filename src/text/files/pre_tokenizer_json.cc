#include <utility>

#include "text/files/component_json.h"
#include "text/unicode.h"

namespace limn {
namespace {

Delimiter read_delimiter(const JsonSection& section) {
  return read_choice<Delimiter>(section, {{"Removed", Delimiter::removed},
                                          {"Isolated", Delimiter::isolated},
                                          {"MergedWithPrevious", Delimiter::merged_with_previous},
                                          {"MergedWithNext", Delimiter::merged_with_next},
                                          {"Contiguous", Delimiter::contiguous}});
}

MetaspacePreTokenizer read_metaspace(const JsonSection& section) {
  using Prepend = MetaspacePreTokenizer::Prepend;
  MetaspacePreTokenizer step;
  if (const auto text = section["replacement"]; !text.is_null()) {
    const std::string replacement = text.string();
    std::size_t end = 0;
    if (!replacement.empty()) step.replacement = next_code_point(replacement, end);
    if (replacement.empty() || end != replacement.size()) text.refuse("one character");
  }
  const auto scheme = section["prepend_scheme"], old = section["add_prefix_space"];  // old files have only the latter
  if (!scheme.is_null()) {
    step.prepend = read_choice<Prepend>(
        scheme, {{"always", Prepend::always}, {"never", Prepend::never}, {"first", Prepend::first}});
  }
  if (!old.is_null() && !old.boolean()) {
    if (!scheme.is_null() && step.prepend != Prepend::never) old.refuse("true, or prepend_scheme \"never\"");
    step.prepend = Prepend::never;
  }
  step.split = section["split"].or_else(&JsonSection::boolean, true);
  return step;
}

void read(const JsonSection& section, PreTokenizer& pre_tokenizer) {
  if (section.is_null()) return;
  const std::string type = section.type();
  const auto flag = [&](const char* field, bool otherwise) {
    return section[field].or_else(&JsonSection::boolean, otherwise);
  };
  if (type == "BertPreTokenizer") {
    pre_tokenizer.emplace_back(BertPreTokenizer{});
  } else if (type == "WhitespaceSplit") {
    pre_tokenizer.emplace_back(WhitespacePreTokenizer{});
  } else if (type == "Whitespace") {
    pre_tokenizer.emplace_back(WordPreTokenizer{});
  } else if (type == "Punctuation") {
    const auto behavior = section["behavior"];
    pre_tokenizer.emplace_back(
        PunctuationPreTokenizer{behavior.is_null() ? Delimiter::isolated : read_delimiter(behavior)});
  } else if (type == "Digits") {
    pre_tokenizer.emplace_back(DigitPreTokenizer{flag("individual_digits", false)});
  } else if (type == "ByteLevel") {
    pre_tokenizer.emplace_back(ByteLevelPreTokenizer{flag("add_prefix_space", true), flag("use_regex", true)});
  } else if (type == "Metaspace") {
    pre_tokenizer.emplace_back(read_metaspace(section));
  } else if (type == "Split") {
    pre_tokenizer.emplace_back(PatternPreTokenizer{read_pattern(section["pattern"]),
                                                   read_delimiter(section["behavior"]), flag("invert", false)});
  } else if (type == "Sequence") {
    for (const JsonSection& step : section["pretokenizers"].items()) read(step, pre_tokenizer);
  } else {
    refuse_type(section, type,
                "BertPreTokenizer, ByteLevel, Digits, Metaspace, Punctuation, Sequence, Split, Whitespace or "
                "WhitespaceSplit");
  }
}

}  // namespace

PreTokenizer read_pre_tokenizer(const JsonSection& section) {
  PreTokenizer pre_tokenizer;
  read(section, pre_tokenizer);
  return pre_tokenizer;
}

}  // namespace limn
