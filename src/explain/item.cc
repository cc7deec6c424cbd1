#include "explain/item.h"

#include <utility>

#include "task/pipeline.h"

namespace limn {

void read_windows(const Pipeline& pipeline, const Encoder& encoder, const PredictOptions& options, Item& item,
                  const TakeItemWindow& take) {
  PredictionReader reader(pipeline, *item.input, options);
  const auto take_both = [&](std::size_t, std::size_t window, Encoding& encoding, ConstView logits) {
    reader.take(encoding, logits);
    take(window, encoding, logits);
  };
  const auto read = [&](std::size_t) { return InputWindows(pipeline, *item.input, options); };
  if (auto error = run_windows(encoder, 1, read, take_both).front()) throw std::move(*error);
  item.prediction = reader.prediction();
}

}  // namespace limn
