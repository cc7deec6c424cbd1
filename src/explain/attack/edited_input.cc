#include "explain/attack/edited_input.h"

#include <algorithm>
#include <string>

#include "text/words.h"

namespace limn {
namespace {

/// One of the original texts, with the positions of its tokens.
class Sequence {
 public:
  Sequence(const Encoding& original, std::string_view text, std::int32_t number) : original_(original), text_(text) {
    for (std::size_t token = 0; token < original.size(); ++token) {
      if (original.sequences[token] != number) continue;
      if (!first_) first_ = token;
      last_ = token;
    }
  }

  std::string_view before_first() const { return first_ ? between(0, original_.offsets[*first_].begin) : text_; }
  /// The text after the last token; empty if the input was truncated, because the rest was not read.
  std::string_view after_last() const {
    return first_ && original_.cut_tokens == 0 ? between(original_.offsets[last_].end, text_.size())
                                               : std::string_view();
  }
  /// The text between two tokens after the tokens between them are removed.
  std::string_view gap(std::size_t left, std::size_t right) const {
    const std::string_view near_right = between(original_.offsets[right - 1].end, original_.offsets[right].begin);
    if (!near_right.empty() || right == left + 1) return near_right;
    const std::string_view near_left = between(original_.offsets[left].end, original_.offsets[left + 1].begin);
    const bool glued = near_left.empty() && original_.words[left] != original_.words[right];
    return glued ? std::string_view(" ") : near_left;
  }
  std::string_view between(std::size_t begin, std::size_t end) const {
    return begin < end ? text_.substr(begin, end - begin) : std::string_view();
  }

 private:
  const Encoding& original_;
  std::string_view text_;
  std::optional<std::size_t> first_;
  std::size_t last_ = 0;
};

}  // namespace

EditedInput edited_input(const Encoding& original, const Input& input, std::span<const EditedToken> edited_tokens) {
  EditedInput edited;
  const Sequence sequences[] = {{original, input.text, 0},
                                {original, input.pair ? std::string_view(*input.pair) : "", 1}};
  std::string texts[] = {std::string(sequences[0].before_first()), std::string(sequences[1].before_first())};
  std::optional<std::size_t> last[2];  // the last token of each text so far
  std::size_t written[2] = {0, 0};     // end of the original bytes written so far: tokens may overlap
  for (const EditedToken& edited_token : edited_tokens) {
    const std::size_t token = edited_token.origin;
    Span span;
    if (const std::int32_t number = original.sequences[token]; number >= 0) {
      const Sequence& sequence = sequences[number];
      std::string& text = texts[number];
      const Span from = original.offsets[token];
      if (last[number]) text += sequence.gap(*last[number], token);
      span.begin = text.size();
      text += edited_token.id ? edited_token.word : sequence.between(std::max(from.begin, written[number]), from.end);
      span.end = text.size();
      last[number] = token;
      written[number] = std::max(written[number], from.end);
    }
    edited.encoding.ids.push_back(edited_token.id.value_or(original.ids[token]));
    edited.encoding.type_ids.push_back(original.type_ids[token]);
    edited.encoding.offsets.push_back(span);
    edited.encoding.words.push_back(original.words[token]);
    edited.encoding.sequences.push_back(original.sequences[token]);
    edited.encoding.special.push_back(original.special[token]);
    edited.origins.push_back(token);
  }
  for (const int number : {0, 1}) texts[number] += sequences[number].after_last();
  for (std::size_t i = 0; i < edited.origins.size(); ++i) {
    const int number = edited.encoding.sequences[i];
    const Span span = edited.encoding.offsets[i];
    const Span shown = original.characters[edited.origins[i]];
    const bool is_blank = number < 0 || (shown.begin == shown.end && !edited_tokens[i].id);
    edited.encoding.characters.push_back(is_blank ? Span{span.begin, span.begin} : trimmed(texts[number], span));
  }
  edited.input.text = std::move(texts[0]);
  if (input.pair) edited.input.pair = std::move(texts[1]);
  return edited;
}

}  // namespace limn
