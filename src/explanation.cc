#include "limn/explanation.h"

namespace limn {

std::string_view name(Task task) {
  switch (task) {
    case Task::question_answering:
      return "question-answering";
    case Task::sequence_classification:
      return "sequence-classification";
    case Task::token_classification:
      return "token-classification";
    case Task::masked_lm:
      return "masked-lm";
    case Task::sentence_embedding:
      break;
  }
  return "sentence-embedding";
}

std::string_view name(OutputMeaning meaning) {
  switch (meaning) {
    case OutputMeaning::classes:
      return "classes";
    case OutputMeaning::multi_label:
      return "multi-label";
    case OutputMeaning::single:
      return "single";
    case OutputMeaning::value:
      break;
  }
  return "value";
}

std::string_view Explanation::sequence(int sequence) const { return sequence == 1 && pair ? *pair : text; }

std::string_view Explanation::text_of(const Word& word) const {
  return sequence(word.sequence).substr(word.begin, word.end - word.begin);
}

}  // namespace limn
