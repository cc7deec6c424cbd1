#include "text/tokenizer_json.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/json.h"
#include "limn/error.h"
#include "text/json_section.h"

namespace limn {
namespace {

using Json = nlohmann::json;

/// Builds the document as it is parsed, but for `model.vocab`, which goes to the vocabulary straight away: as JSON it
/// would take ten times the memory and most of the time.
class Document {
 public:
  explicit Document(const std::string& file) : pieces(file, "model.vocab"), file_(file) {}

  Json root;
  Vocabulary::Builder pieces;

  bool null() { return add(nullptr); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(std::int64_t value) { return in_vocabulary_ ? add_piece(value) : add(value); }
  bool number_unsigned(std::uint64_t value) {
    constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
    return in_vocabulary_ ? add_piece(static_cast<std::int64_t>(std::min(value, largest))) : add(value);
  }
  bool number_float(double value, const std::string&) { return add(value); }
  bool string(std::string& value) { return add(std::move(value)); }
  bool binary(Json::binary_t&) { return false; }  // JSON text has none
  bool start_object(std::size_t) {
    const bool vocabulary = open_.size() == 2 && key_ == "vocab" && model_ == open_[1];
    const bool model = open_.size() == 1 && key_ == "model";
    open(Json::object());
    if (model) model_ = open_.back();
    in_vocabulary_ = vocabulary;
    return true;
  }
  bool key(std::string& name) {
    if (!in_vocabulary_ && open_.back()->contains(name)) {
      throw Error({.file = file_,
                   .thing = "key " + shown_name(name),
                   .found = "it twice in one object",
                   .expected = "each key once"});
    }
    key_ = name;
    return true;
  }
  bool end_object() { return close(); }
  bool start_array(std::size_t) {
    open(Json::array());
    return true;
  }
  bool end_array() { return close(); }
  template <class Exception>
  bool parse_error(std::size_t, const std::string&, const Exception&) {
    return false;
  }

 private:
  Json* place(Json value) {
    if (in_vocabulary_) {
      throw Error({.file = file_,
                   .thing = "model.vocab, piece " + shown_name(key_),
                   .found = shown(value),
                   .expected = "its id"});
    }
    if (open_.empty()) return &(root = std::move(value));
    if (open_.back()->is_array()) return &open_.back()->emplace_back(std::move(value));
    return &((*open_.back())[key_] = std::move(value));
  }
  bool add(Json value) { return place(std::move(value)) != nullptr; }
  void open(Json value) {
    constexpr std::size_t deepest = 100;
    if (open_.size() == deepest) {
      throw Error({.file = file_, .found = "JSON nested deeper than " + std::to_string(deepest) + " levels"});
    }
    open_.push_back(place(std::move(value)));
  }
  bool close() {
    open_.pop_back();
    in_vocabulary_ = false;
    return true;
  }
  bool add_piece(std::int64_t id) {
    pieces.add(key_, id);
    return true;
  }

  const std::string& file_;
  std::vector<Json*> open_;  // from the root inwards
  const Json* model_ = nullptr;
  std::string key_;
  bool in_vocabulary_ = false;
};

[[noreturn]] void refuse_type(const JsonSection& section, const std::string& type, std::string known) {
  throw Error({.file = section.file(),
               .thing = section.name(),
               .found = "type " + shown_name(type),
               .expected = std::move(known)});
}

void read_normalizer(const JsonSection& section, Normalizer& normalizer) {
  if (section.is_null()) return;
  const std::string type = section.type();
  if (type == "BertNormalizer") {
    const auto flag = [&](const char* field) { return section[field].or_else(&JsonSection::boolean, true); };
    BertNormalizer bert = {flag("clean_text"), flag("handle_chinese_chars"), {}, flag("lowercase")};
    if (const auto strip = section["strip_accents"]; !strip.is_null()) bert.strip_accents = strip.boolean();
    normalizer.emplace_back(bert);
  } else if (type == "Lowercase") {
    normalizer.emplace_back(Lowercase{});
  } else if (type == "NFD") {
    normalizer.emplace_back(Nfd{});
  } else if (type == "Sequence") {
    for (const JsonSection& step : section["normalizers"].items()) read_normalizer(step, normalizer);
  } else {
    refuse_type(section, type, "BertNormalizer, Lowercase, NFD or Sequence");
  }
}

Splitter read_splitter(const JsonSection& section) {
  if (section.is_null()) return NoSplitter{};
  const std::string type = section.type();
  if (type != "BertPreTokenizer") refuse_type(section, type, "BertPreTokenizer");
  return BertSplitter{};
}

/// Files written by old versions do not name the type; `tokenizers` then tells it by the fields.
std::string model_type(const JsonSection& model) {
  if (!model["type"].is_null()) return model.type();
  if (!model["merges"].is_null()) return "BPE";
  if (!model["max_input_chars_per_word"].is_null()) return "WordPiece";
  return model["vocab"].value().is_array() ? "Unigram" : "WordLevel";
}

WordPiece read_model(const JsonSection& model, const Vocabulary& vocabulary) {
  WordPiece result;
  result.continuing_prefix = model["continuing_subword_prefix"].or_else(&JsonSection::string, result.continuing_prefix);
  result.longest_word = model["max_input_chars_per_word"].or_else(&JsonSection::count, result.longest_word);
  const std::string unknown = model["unk_token"].or_else(&JsonSection::string, std::string("[UNK]"));
  const auto id = vocabulary.id(unknown);
  if (!id) {
    throw Error({.file = model.file(),
                 .thing = "model.unk_token",
                 .found = shown_name(unknown) + ", which model.vocab does not have",
                 .expected = "a piece of the vocabulary"});
  }
  result.unknown = *id;
  return result;
}

std::vector<AddedToken> read_added_tokens(const JsonSection& section, const Vocabulary& vocabulary) {
  std::vector<AddedToken> tokens;
  if (section.is_null()) return tokens;
  for (const JsonSection& item : section.items()) {
    AddedToken token = read_added_token(item);
    token.id = item["id"].id();
    add_token(std::move(token), vocabulary, tokens, item.file(), item.name());
  }
  return tokens;
}

/// Reads post-processors, whose special tokens must be tokens of the vocabulary.
class TemplateReader {
 public:
  TemplateReader(const Vocabulary& vocabulary, std::span<const AddedToken> added)
      : vocabulary_(vocabulary), added_(added) {}

  Template read(const JsonSection& section) const {
    if (section.is_null()) return {};
    const std::string type = section.type();
    if (type == "TemplateProcessing") {
      return {parts(section["single"], section["special_tokens"], 1),
              parts(section["pair"], section["special_tokens"], 2)};
    }
    if (type == "BertProcessing") return bert_template(named(section["cls"]), named(section["sep"]));
    if (type == "RobertaProcessing") {
      const Template::Part classify = {{}, named(section["cls"]), 0}, separate = {{}, named(section["sep"]), 0};
      const Template::Part text = {0, 0, 0}, pair = {1, 0, 0};
      return {{classify, text, separate}, {classify, text, separate, separate, pair, separate}};
    }
    refuse_type(section, type, "BertProcessing, RobertaProcessing or TemplateProcessing");
  }

 private:
  std::int32_t known(const JsonSection& id) const {
    const std::int32_t value = id.id();
    if (vocabulary_.piece(value).empty() && std::ranges::find(added_, value, &AddedToken::id) == added_.end()) {
      id.refuse("the id of a token of the vocabulary");
    }
    return value;
  }

  /// ["[SEP]", 102]
  std::int32_t named(const JsonSection& section) const {
    const auto items = section.items();
    if (items.size() != 2) section.refuse("a token and its id");
    return known(items[1]);
  }

  std::vector<Template::Part> parts(const JsonSection& section, const JsonSection& special_tokens,
                                    int sequences) const {
    std::vector<Template::Part> result;
    std::vector<int> seen(2, 0);
    for (const JsonSection& item : section.items()) {
      if (const auto sequence = item["Sequence"]; !sequence.is_null()) {
        const std::string name = sequence["id"].string();
        if (name != "A" && name != "B") sequence["id"].refuse("\"A\" or \"B\"");
        const int index = name == "B" ? 1 : 0;
        seen[static_cast<std::size_t>(index)]++;
        result.push_back({index, 0, sequence["type_id"].or_else(&JsonSection::id, 0)});
      } else if (const auto token = item["SpecialToken"]; !token.is_null()) {
        const std::int32_t type_id = token["type_id"].or_else(&JsonSection::id, 0);
        const auto named = special_tokens[token["id"].string()];
        if (named.is_null()) token["id"].refuse("a token that post_processor.special_tokens has");
        for (const JsonSection& id : named["ids"].items()) result.push_back({{}, known(id), type_id});
      } else {
        item.refuse("a Sequence or a SpecialToken");
      }
    }
    if (seen[0] != 1 || seen[1] != sequences - 1) {
      section.refuse(sequences == 1 ? "sequence A once" : "sequences A and B once each");
    }
    return result;
  }

  const Vocabulary& vocabulary_;
  std::span<const AddedToken> added_;
};

std::optional<TrimOffsets> read_trim_offsets(const JsonSection& section) {
  if (section.is_null() || section.type() != "RobertaProcessing") return {};
  if (!section["trim_offsets"].or_else(&JsonSection::boolean, true)) return {};
  return TrimOffsets{section["add_prefix_space"].or_else(&JsonSection::boolean, true)};
}

}  // namespace

AddedToken read_added_token(const JsonSection& section) {
  const auto flag = [&](const char* field, bool otherwise) {
    return section[field].or_else(&JsonSection::boolean, otherwise);
  };
  AddedToken token;
  token.content = section["content"].string();
  token.single_word = flag("single_word", false);
  token.lstrip = flag("lstrip", false);
  token.rstrip = flag("rstrip", false);
  token.special = flag("special", false);
  token.normalized = flag("normalized", !token.special);
  return token;
}

TokenizerParts parse_tokenizer_json(std::string_view text, const std::string& file) {
  Document document(file);
  if (!Json::sax_parse(text, &document)) {
    parse_json(text, file);  // says what is wrong
    throw Error({.file = file, .found = "something else", .expected = "valid JSON"});
  }
  const JsonSection root(document.root, file);
  const JsonSection model = root["model"];
  if (model.is_null()) model.refuse("a model", "is this a tokenizer.json?");
  if (const std::string type = model_type(model); type != "WordPiece") refuse_type(model, type, "WordPiece");
  model["vocab"].fields();  // an object

  TokenizerParts parts;
  parts.vocabulary = std::move(document.pieces).build(Vocabulary::Builder::Repeated::refuse);
  parts.model = read_model(model, parts.vocabulary);
  parts.added_tokens = read_added_tokens(root["added_tokens"], parts.vocabulary);
  read_normalizer(root["normalizer"], parts.normalizer);
  parts.splitter = read_splitter(root["pre_tokenizer"]);
  parts.form = TemplateReader(parts.vocabulary, parts.added_tokens).read(root["post_processor"]);
  parts.trim_offsets = read_trim_offsets(root["post_processor"]);
  return parts;
}

}  // namespace limn
