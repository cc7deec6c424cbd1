#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "limn/error.h"
#include "limn/explanation.h"
#include "limn/options.h"
#include "math/mat.h"
#include "model/encoder.h"
#include "text/encoding.h"
#include "text/window_reader.h"

namespace limn {

struct Pipeline;

/// The encodings of an input, each read when it is asked for (see read_input). Pipeline and input must outlive it.
class InputWindows {
 public:
  /// @throws Error as read_input(), except for what is wrong with a single window.
  InputWindows(const Pipeline& pipeline, const Input& input, const PredictOptions& options);
  /// Encodings that have been read.
  InputWindows(const Pipeline& pipeline, std::vector<Encoding> encodings);

  std::size_t size() const;
  /// @throws Error if a token or its type has no embedding.
  Encoding operator[](std::size_t window) const;
  /// Windows from `first` to before `second`, among which are all that have some of these bytes of the last text.
  std::pair<std::size_t, std::size_t> around(Span characters) const;

 private:
  const Pipeline* pipeline_;
  std::variant<std::vector<Encoding>, WindowReader> windows_;
};

/// Returns the logits of each encoding: (T, 2), (T, labels) or (1, labels). Packs as many encodings into one pass as
/// memory allows.
std::vector<Mat> run(const Encoder& encoder, std::span<const Encoding> encodings);

/// Takes one window of an input, in order: encoding and logits.
using TakeWindow = std::function<void(std::size_t input, std::size_t window, Encoding& encoding, ConstView logits)>;

/// Reads the windows of inputs, one after the other, and runs as many in one pass as memory allows. Only those of
/// passes_at_once() passes exist at once. An Error that `read` or `take` throws ends its input. @return the error of
/// each input
/// @param read (i) -> the windows of input i
std::vector<std::optional<Error>> run_windows(const Encoder& encoder, std::size_t inputs,
                                              const std::function<InputWindows(std::size_t)>& read,
                                              const TakeWindow& take);

/// The windows of one input with their logits. Those that were not kept are read, and run, again.
class WindowStore {
 public:
  WindowStore() = default;
  /// @param encoder must outlive the store
  WindowStore(InputWindows windows, const Encoder& encoder) : windows_(std::move(windows)), encoder_(&encoder) {}
  /// One encoding with its logits.
  WindowStore(Encoding encoding, Mat logits) { keep(0, std::move(encoding), std::move(logits)); }

  std::size_t size() const { return windows_ ? windows_->size() : kept_.size(); }
  /// What it returns is kept, and stays where it is.
  const Encoding& encoding(std::size_t window) const;
  ConstView logits(std::size_t window) const;
  bool has_logits(std::size_t window) const;
  /// The same encoding; one that is read again is not kept.
  Encoding read(std::size_t window) const;
  std::pair<std::size_t, std::size_t> around(Span characters) const;
  void keep(std::size_t window, Mat logits);
  void keep(std::size_t window, Encoding encoding, Mat logits);

 private:
  struct Kept {
    Encoding encoding;
    Mat logits;  // empty: unknown
  };
  std::optional<InputWindows> windows_;
  const Encoder* encoder_ = nullptr;
  mutable std::map<std::size_t, Kept> kept_;
};

}  // namespace limn
