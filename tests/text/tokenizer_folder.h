#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "limn/error.h"
#include "text/tokenizer.h"

namespace limn {

/// A temporary folder of files, deleted at the end of the test.
class TokenizerFolder {
 public:
  TokenizerFolder() {
    static std::atomic<int> number = 0;
    path_ = std::filesystem::path(testing::TempDir()) /
            ("limn-tokenizer-" + std::to_string(::getpid()) + "-" + std::to_string(number++));
    std::filesystem::create_directories(path_);
  }
  TokenizerFolder(const TokenizerFolder&) = delete;
  ~TokenizerFolder() { std::filesystem::remove_all(path_); }

  TokenizerFolder& write(const std::string& file, std::string_view text) {
    std::ofstream(path_ / file, std::ios::binary) << text;
    return *this;
  }
  TokenizerFolder& write_json(const std::string& file, const nlohmann::json& content) {
    return write(file, content.dump());
  }

  const std::filesystem::path& path() const { return path_; }
  Tokenizer load() const { return Tokenizer::load(path_); }

  /// The error message without the path of the folder; "" if there is no error.
  std::string error() const {
    try {
      load();
      return "";
    } catch (const Error& error) {
      std::string message = error.what();
      const std::string folder = path_.string() + "/";
      for (std::size_t at; (at = message.find(folder)) != message.npos;) message.erase(at, folder.size());
      return message;
    }
  }

 private:
  std::filesystem::path path_;
};

/// A small tokenizer.json with the tokens [PAD] [UNK] [CLS] [SEP] [MASK] hello world ##s , e
inline nlohmann::json small_tokenizer() {
  return nlohmann::json::parse(R"({
    "version": "1.0",
    "truncation": {"direction": "Right", "max_length": 3, "strategy": "LongestFirst", "stride": 0},
    "padding": {"strategy": {"Fixed": 128}, "direction": "Right", "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]"},
    "added_tokens": [{"id": 4, "content": "[MASK]", "single_word": false, "lstrip": false, "rstrip": false,
                      "normalized": false, "special": true}],
    "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null,
                   "lowercase": true},
    "pre_tokenizer": {"type": "BertPreTokenizer"},
    "post_processor": {
      "type": "TemplateProcessing",
      "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                 {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
      "pair": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
               {"SpecialToken": {"id": "[SEP]", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}},
               {"SpecialToken": {"id": "[SEP]", "type_id": 1}}],
      "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]},
                         "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}}},
    "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
    "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
              "max_input_chars_per_word": 100,
              "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "[MASK]": 4, "hello": 5, "world": 6, "##s": 7,
                        ",": 8, "e": 9}}
  })");
}

}  // namespace limn
