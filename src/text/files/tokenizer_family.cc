#include "text/files/tokenizer_family.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "text/files/tokenizer_json.h"

namespace limn {
namespace {

using enum TokenizerFamily;

struct FamilyName {
  std::string_view tokenizer_class, model_type;
  TokenizerFamily family;
};

constexpr FamilyName names[] = {{"BertTokenizer", "bert", bert},
                                {"DistilBertTokenizer", "distilbert", bert},
                                {"ElectraTokenizer", "electra", bert},
                                {"MobileBertTokenizer", "mobilebert", bert},
                                {"MPNetTokenizer", "mpnet", mpnet},
                                {"RobertaTokenizer", "roberta", roberta},
                                {"LongformerTokenizer", "longformer", roberta},
                                {"DebertaTokenizer", "deberta", deberta},
                                {"GPT2Tokenizer", "gpt2", gpt2},
                                {"AlbertTokenizer", "albert", albert},
                                {"CamembertTokenizer", "camembert", camembert},
                                {"DebertaV2Tokenizer", "deberta-v2", deberta_v2},
                                {"T5Tokenizer", "t5", t5},
                                {"XLMRobertaTokenizer", "xlm-roberta", xlm_roberta}};

std::optional<TokenizerFamily> find(const JsonSection& section, std::string_view FamilyName::*name,
                                    std::string_view suffix) {
  if (section.is_null()) return {};
  const std::string text = section.string();
  std::string_view wanted = text;
  if (!suffix.empty() && wanted.ends_with(suffix)) wanted.remove_suffix(suffix.size());
  const auto found = std::ranges::find(names, wanted, name);
  if (found != std::end(names)) return found->family;
  std::string known;
  for (const FamilyName& family : names) known += (known.empty() ? "" : ", ") + std::string(family.*name);
  section.refuse("one of " + known + " if there is no tokenizer.json",
                 "transformers writes a tokenizer.json: AutoTokenizer.from_pretrained(…).save_pretrained(…)");
}

/// A special token is written as a string or as {"content": …}.
void read_token(const JsonSection& section, AddedToken& token) {
  if (section.is_null()) return;
  if (section.value().is_object()) {
    token = read_added_token(section);
    token.normalized = section["normalized"].or_else(&JsonSection::boolean, false);
  } else {
    token.content = section.string();
  }
  token.special = true;
}

}  // namespace

std::optional<TokenizerFamily> read_family(const JsonSection& tokenizer_config, const JsonSection& model_config) {
  constexpr std::array<std::string_view, 2> generic = {"PreTrainedTokenizerFast", "TokenizersBackend"};
  const auto name = tokenizer_config["tokenizer_class"];
  const bool named = !name.is_null() && std::ranges::find(generic, name.string()) == generic.end();
  if (named) return find(name, &FamilyName::tokenizer_class, "Fast");
  return find(model_config["model_type"], &FamilyName::model_type, "");
}

SpecialTokens default_tokens(TokenizerFamily family) {
  const auto tokens = [](std::array<const char*, 5> contents) {
    const auto token = [](const char* content) { return AddedToken{.content = content, .special = true}; };
    return SpecialTokens{
        token(contents[0]), token(contents[1]), token(contents[2]), token(contents[3]), token(contents[4]), {}, {}, {}};
  };
  SpecialTokens result;
  switch (family) {
    case bert:
    case deberta:
    case deberta_v2:
      return tokens({"[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"});
    case gpt2:
      return tokens({"<|endoftext|>", "", "", "", ""});
    case t5:
      return tokens({"<unk>", "", "</s>", "<pad>", ""});
    case mpnet:
      result = tokens({"[UNK]", "<s>", "</s>", "<pad>", "<mask>"});
      break;
    case albert:
      result = tokens({"<unk>", "[CLS]", "[SEP]", "<pad>", "[MASK]"});
      break;
    case roberta:
    case camembert:
    case xlm_roberta:
      result = tokens({"<unk>", "<s>", "</s>", "<pad>", "<mask>"});
  }
  result.mask.lstrip = true;
  return result;
}

std::vector<const AddedToken*> SpecialTokens::all() const {
  std::vector<const AddedToken*> tokens = {&bos, &eos, &unknown, &sep_token, &pad, &cls_token, &mask};
  for (const AddedToken& token : others) tokens.push_back(&token);
  return tokens;
}

namespace {

/// additional_special_tokens is the former name of extra_special_tokens: what it lists counts without a list of the new
/// name. extra_special_tokens may also be an object (token by role), beside which both lists count.
/// @param listed whether an earlier file has either list, which then hides the one of the former name
void read_other_tokens(const JsonSection& section, bool& listed, std::vector<AddedToken>& others) {
  const auto add = [&](const JsonSection& item) {
    AddedToken token;
    read_token(item, token);
    if (std::ranges::find(others, token.content, &AddedToken::content) == others.end()) others.push_back(token);
  };
  const auto extra = section["extra_special_tokens"], additional = section["additional_special_tokens"];
  const bool by_role = !extra.is_null() && extra.value().is_object(), list = !extra.is_null() && !by_role;
  if (by_role)
    for (const auto& [role, item] : extra.fields()) add(item);
  if (list)
    for (const JsonSection& item : extra.items()) add(item);
  const bool former = !additional.is_null() && !listed && (!list || extra.value().empty());
  if (former)
    for (const JsonSection& item : additional.items()) add(item);
  listed = listed || list || former;
}

}  // namespace

void read_special_tokens(const JsonSection& config, const JsonSection& map, SpecialTokens& tokens) {
  const SpecialTokens of_class = tokens;
  std::vector<AddedToken> others;
  bool listed = false;
  const auto read = [&](const JsonSection& section) {
    const auto read_role = [&](const char* name, AddedToken SpecialTokens::*role) {
      const auto token = section[name];
      // null: the tokenizer has no such token. The roles below are those that it can do without; the others keep the
      // token of the class, where transformers would look for the text "None".
      const bool optional = role == &SpecialTokens::pad || role == &SpecialTokens::mask;
      if (token.is_null() && optional && section.value().contains(name)) tokens.*role = {};
      if (token.is_null()) return;
      tokens.*role = of_class.*role;  // a text has the flags that the class gives to the role
      read_token(token, tokens.*role);
    };
    read_role("unk_token", &SpecialTokens::unknown);
    read_role("cls_token", &SpecialTokens::cls_token);
    read_role("sep_token", &SpecialTokens::sep_token);
    read_role("pad_token", &SpecialTokens::pad);
    read_role("mask_token", &SpecialTokens::mask);
    read_role("bos_token", &SpecialTokens::bos);
    read_role("eos_token", &SpecialTokens::eos);
    read_other_tokens(section, listed, others);
  };
  read(config);
  if (config["added_tokens_decoder"].is_null()) read(map);
  if (!others.empty()) tokens.others = std::move(others);
}

SequenceLayout family_layout(TokenizerFamily family, std::int32_t cls_token, std::int32_t sep_token) {
  switch (family) {
    case bert:
    case deberta:
    case deberta_v2:
    case albert:
      return bert_layout(cls_token, sep_token);
    case mpnet:
    case roberta:
    case camembert:
    case xlm_roberta:
      return roberta_layout(cls_token, sep_token);
    case t5:
      return {{{0, 0, 0}, {{}, sep_token, 0}}, {{0, 0, 0}, {{}, sep_token, 0}, {1, 0, 0}, {{}, sep_token, 0}}};
    case gpt2:
      break;
  }
  return {};
}

}  // namespace limn
