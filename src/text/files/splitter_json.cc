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

MetaspaceSplitter read_metaspace(const JsonSection& section) {
  using Prepend = MetaspaceSplitter::Prepend;
  MetaspaceSplitter step;
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

void read(const JsonSection& section, Splitter& splitter) {
  if (section.is_null()) return;
  const std::string type = section.type();
  const auto flag = [&](const char* field, bool otherwise) {
    return section[field].or_else(&JsonSection::boolean, otherwise);
  };
  if (type == "BertPreTokenizer") {
    splitter.emplace_back(BertSplitter{});
  } else if (type == "WhitespaceSplit") {
    splitter.emplace_back(WhitespaceSplitter{});
  } else if (type == "Whitespace") {
    splitter.emplace_back(WordSplitter{});
  } else if (type == "Punctuation") {
    const auto behavior = section["behavior"];
    splitter.emplace_back(PunctuationSplitter{behavior.is_null() ? Delimiter::isolated : read_delimiter(behavior)});
  } else if (type == "Digits") {
    splitter.emplace_back(DigitSplitter{flag("individual_digits", false)});
  } else if (type == "ByteLevel") {
    splitter.emplace_back(ByteLevelSplitter{flag("add_prefix_space", true), flag("use_regex", true)});
  } else if (type == "Metaspace") {
    splitter.emplace_back(read_metaspace(section));
  } else if (type == "Split") {
    splitter.emplace_back(
        PatternSplitter{read_pattern(section["pattern"]), read_delimiter(section["behavior"]), flag("invert", false)});
  } else if (type == "Sequence") {
    for (const JsonSection& step : section["pretokenizers"].items()) read(step, splitter);
  } else {
    refuse_type(section, type,
                "BertPreTokenizer, ByteLevel, Digits, Metaspace, Punctuation, Sequence, Split, Whitespace or "
                "WhitespaceSplit");
  }
}

}  // namespace

Splitter read_splitter(const JsonSection& section) {
  Splitter splitter;
  read(section, splitter);
  return splitter;
}

}  // namespace limn
