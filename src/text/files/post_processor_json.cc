#include <algorithm>
#include <string>
#include <vector>

#include "text/files/component_json.h"

namespace limn {
namespace {

constexpr const char* known_types = "BertProcessing, ByteLevel, RobertaProcessing, Sequence or TemplateProcessing";

class Reader {
 public:
  Reader(const Vocabulary& vocabulary, std::span<const AddedToken> added) : vocabulary_(vocabulary), added_(added) {}

  void read(const JsonSection& section) {
    if (section.is_null()) return;
    const std::string type = section.type();
    if (type == "Sequence") {
      for (const JsonSection& step : section["processors"].items()) read(step);
    } else if (type == "ByteLevel") {
      read_trim_offsets(section);
    } else if (type == "RobertaProcessing") {
      read_trim_offsets(section);
      set_layout(section, roberta_layout(named(section["cls"]), named(section["sep"])));
    } else if (type == "BertProcessing") {
      set_layout(section, bert_layout(named(section["cls"]), named(section["sep"])));
    } else if (type == "TemplateProcessing") {
      set_layout(section, {parts(section["single"], section["special_tokens"], 1),
                           parts(section["pair"], section["special_tokens"], 2)});
    } else {
      refuse_type(section, type, known_types);
    }
  }

  PostProcessor result;

 private:
  void set_layout(const JsonSection& section, SequenceLayout layout) {
    if (has_layout_) refuse_type(section, section.type(), "one such processor in a Sequence");
    has_layout_ = true;
    result.layout = std::move(layout);
  }
  void read_trim_offsets(const JsonSection& section) {
    if (!section["trim_offsets"].or_else(&JsonSection::boolean, true)) return;
    if (result.trim_offsets) refuse_type(section, section.type(), "offsets trimmed only once");
    result.trim_offsets = TrimOffsets{section["add_prefix_space"].or_else(&JsonSection::boolean, true)};
  }

  std::int32_t known(const JsonSection& id) const {
    const std::int32_t value = id.id();
    if (vocabulary_.token(value).empty() && std::ranges::find(added_, value, &AddedToken::id) == added_.end())
      id.refuse("the id of a token of the vocabulary");
    return value;
  }

  /// ["[SEP]", 102]
  std::int32_t named(const JsonSection& section) const {
    const auto items = section.items();
    if (items.size() != 2) section.refuse("a token and its id");
    return known(items[1]);
  }

  std::vector<SequenceLayout::Part> parts(const JsonSection& section, const JsonSection& special_tokens,
                                          int sequences) const {
    std::vector<SequenceLayout::Part> result;
    std::vector<int> seen(2, 0);
    for (const JsonSection& item : section.items()) {
      if (const auto sequence = item["Sequence"]; !sequence.is_null()) {
        const std::string name = sequence["id"].string();
        if (name != "A" && name != "B") sequence["id"].refuse("\"A\" or \"B\"");
        const int index = name == "B" ? 1 : 0;
        ++seen[static_cast<std::size_t>(index)];
        result.push_back({index, 0, sequence["type_id"].or_else(&JsonSection::id, 0)});
      } else if (const auto token = item["SpecialToken"]; !token.is_null()) {
        const std::int32_t type_id = token["type_id"].or_else(&JsonSection::id, 0);
        const auto named = special_tokens[token["id"].string()];
        if (named.is_null()) token["id"].refuse("a token in post_processor.special_tokens");
        for (const JsonSection& id : named["ids"].items()) result.push_back({{}, known(id), type_id});
      } else {
        item.refuse("a Sequence or a SpecialToken");
      }
    }
    if (seen[0] != 1 || seen[1] != sequences - 1)
      section.refuse(sequences == 1 ? "sequence A once" : "sequences A and B once each");
    return result;
  }

  const Vocabulary& vocabulary_;
  std::span<const AddedToken> added_;
  bool has_layout_ = false;
};

}  // namespace

PostProcessor read_post_processor(const JsonSection& section, const Vocabulary& vocabulary,
                                  std::span<const AddedToken> added) {
  Reader reader(vocabulary, added);
  reader.read(section);
  return std::move(reader.result);
}

}  // namespace limn
