#include "text/trie.h"

#include "text/unicode.h"

namespace limn {

void Trie::add(std::string_view text, std::int32_t value) {
  Node node = root;
  for (std::size_t position = 0; position < text.size();) {
    const auto next = static_cast<Node>(values_.size());
    node = children_.get(key(node, next_code_point(text, position)), next);
    if (node == next) values_.push_back(-1);
  }
  values_[node] = value;
}

}  // namespace limn
