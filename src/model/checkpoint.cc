#include "model/checkpoint.h"

#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <iterator>
#include <limits>
#include <map>
#include <new>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <system_error>
#include <tuple>

#include "base/json.h"
#include "base/parallel.h"
#include "limn/error.h"
#include "math/weight_memory.h"
#include "model/read_weights.h"
#include "model/sentence_modules.h"
#include "model/tensor_files.h"

namespace limn {

struct Checkpoint::Implementation {
  Config config;
  WeightFiles files;       // `weights` points into these for large tensors of 32 and matrices of 16 bits
  WeightMemory converted;  // and into this for all others
  std::shared_ptr<PackedWeights> packed = std::make_shared<PackedWeights>();
  std::vector<std::vector<float>> random;  // and into these for randomized ones
  Weights weights;
  std::size_t parameters = 0;
  std::vector<std::pair<std::string, std::size_t>> file_sizes;
};

namespace {

bool is_finite(float number) {
  return (std::bit_cast<std::uint32_t>(number) & 0x7f800000u) != 0x7f800000u;  // an exponent of all ones
}

/// Combines bits without a branch, so that the compiler vectorizes the loop.
bool all_finite(std::span<const float> numbers) {
  std::uint32_t bad = 0;
  constexpr std::size_t line = 16, ahead = 32 * line;  // the processor foresees only a page
  for (; numbers.size() >= line; numbers = numbers.subspan(line)) {
    __builtin_prefetch(numbers.data() + ahead);
    for (const float number : numbers.first(line)) bad |= static_cast<std::uint32_t>(!is_finite(number));
  }
  for (const float number : numbers) bad |= static_cast<std::uint32_t>(!is_finite(number));
  return bad == 0;
}

/// The same for numbers of 16 bits, whose exponent has these bits.
bool all_finite(std::span<const std::uint16_t> numbers, std::uint16_t exponent) {
  std::uint32_t bad = 0;
  for (const std::uint16_t number : numbers) bad |= static_cast<std::uint32_t>((number & exponent) == exponent);
  return bad == 0;
}

/// Finds the tensors and checks their shapes; then reads the elements of all tensors, split into chunks, in parallel.
class Reader {
 public:
  Reader(const WeightFiles& files, WeightMemory& converted) : files_(files), converted_(converted) {}

  /// @param spelled all names that the tensor may have, the usual one first.
  std::span<const float> elements(const std::vector<std::string>& spelled, const std::vector<std::size_t>& shape) {
    const Tensors::value_type& entry = checked(spelled, shape);
    const std::size_t count = *count_numbers(entry.second.shape);
    return {static_cast<const float*>(place(entry, false)), count};
  }
  /// The same for a matrix, which may stay in 16 bits.
  StoredView matrix(const std::vector<std::string>& spelled, std::size_t rows, std::size_t columns) {
    const Tensors::value_type& entry = checked(spelled, {rows, columns});
    const void* const data = place(entry, true);
    return {data, stays(entry.second, true) ? element_type(entry.second) : ElementType::f32, rows, columns};
  }

  /// @param packed where a matrix of a mapped file is packed
  Weight packable(const StoredView& matrix, const std::shared_ptr<PackedWeights>& packed) const {
    const auto* const at = static_cast<const std::byte*>(matrix.data);
    if (std::ranges::any_of(files_.files, [&](const WeightFile& file) { return holds(file, at); }))
      return Weight::mapped(matrix, packed);
    return converted_.holds(static_cast<const float*>(matrix.data)) ? Weight::owned(matrix.floats()) : Weight(matrix);
  }
  bool has(const std::string& name) const { return files_.tensors.contains(name); }

  /// Reads the elements of all tensors found so far. @throws Error for the first one that is not finite.
  void read_all() {
    std::atomic<std::size_t> first_bad = std::numeric_limits<std::size_t>::max();
    parallel_for(chunks_.size(), [&](std::size_t i) {
      const Chunk& chunk = chunks_[i];
      if (chunk.converted != nullptr) read(chunk);
      if (!is_finite(chunk)) {
        for (std::size_t least = first_bad; i < least && !first_bad.compare_exchange_weak(least, i);) {
        }
      }
      if (chunk.file != nullptr) chunk.file->release(source(chunk));
    });
    if (first_bad < chunks_.size()) refuse(chunks_[first_bad]);
    // The pages on the boundaries between chunks.
    for (const WeightFile& file : files_.files) file.file.release(file.file.bytes());
  }

  std::size_t parameters() const { return parameters_; }

 private:
  struct Chunk {
    const Tensors::value_type* entry;
    const MappedFile* file;
    std::size_t begin, count;  // in elements
    float* converted;          // null: the elements are used in place
  };

  // Small enough to balance the work and to keep few pages of the file in memory, large enough for negligible overhead.
  static constexpr std::size_t chunk_elements = std::size_t{1} << 17;

  /// The tensor of one of these names, whose shape and type are right.
  const Tensors::value_type& checked(const std::vector<std::string>& spelled,
                                     const std::vector<std::size_t>& shape) const {
    const Tensors::value_type& entry = find(spelled);
    const auto& [name, tensor] = entry;
    if (tensor.shape != shape) {
      throw Error({.file = tensor.file,
                   .thing = "tensor " + shown_name(name),
                   .found = "shape " + shape_text(tensor.shape),
                   .expected = shape_text(shape),
                   .hint = "config.json and the weights may come from different checkpoints"});
    }
    if (!is_float_type(tensor.type)) {
      throw Error({.file = tensor.file,
                   .thing = "tensor " + shown_name(name),
                   .found = "elements of type " + shown_name(tensor.type),
                   .expected = "F32, F16, BF16 or F64"});
    }
    return entry;
  }

  const Tensors::value_type& find(const std::vector<std::string>& spelled) const {
    std::string looked_for;
    for (const std::string& name : spelled) {
      const auto found = files_.tensors.find(name);
      if (found != files_.tensors.end()) return *found;
      looked_for += (looked_for.empty() ? "'" : ", '") + name + "'";
    }
    throw Error({.file = files_.main,
                 .thing = "tensor '" + spelled.front() + "'",
                 .found = "no such tensor",
                 .expected = spelled.size() == 1 ? "one with this name" : "one of " + looked_for,
                 .hint = "config.json and the weights may come from different checkpoints"});
  }

  /// The location of a tensor's elements once they have been read. A tensor that two weights share is read once.
  /// @param halves_stay  whether numbers of 16 bits may stay in the file
  const void* place(const Tensors::value_type& entry, bool halves_stay) {
    const Tensor& tensor = entry.second;
    const bool in_place = stays(tensor, halves_stay);
    // Two names may share their elements: the decoder of a masked LM and the word embeddings.
    const auto [place, is_new] = places_.try_emplace({tensor.bytes.data(), tensor.strides, in_place});
    const std::size_t count = *count_numbers(tensor.shape);
    if (!is_new && place->second.count == count) return place->second.data;
    float* const converted = in_place ? nullptr : converted_.take(count);
    // A transposed tensor is one chunk, since each of its rows is spread over the whole range in the file.
    const std::size_t most = tensor.strides.empty() ? chunk_elements : count;
    for (std::size_t begin = 0; begin < count; begin += most) {
      chunks_.push_back({&entry, file_of(tensor), begin, std::min(most, count - begin),
                         converted == nullptr ? nullptr : converted + begin});
    }
    parameters_ += count;
    place->second = {in_place ? static_cast<const void*>(tensor.bytes.data()) : converted, count};
    return place->second.data;
  }

  /// Whether the elements can be used in place, in the mapped file. The system maps 2 MB of it to read a small tensor,
  /// among them weights that have been packed, so small ones are copied.
  bool stays(const Tensor& tensor, bool halves_stay) const {
    constexpr std::size_t least_bytes = std::size_t{256} << 10;
    if (!tensor.strides.empty() || tensor.bytes.size() < least_bytes) return false;
    if (reinterpret_cast<std::uintptr_t>(tensor.bytes.data()) % number_bytes(tensor.type) != 0) return false;
    // Numbers of 16 bits in the caller's memory cannot be packed, so that each product would convert them again.
    return tensor.type == "F32" || (halves_stay && number_bytes(tensor.type) == 2 && file_of(tensor) != nullptr);
  }

  static ElementType element_type(const Tensor& tensor) {
    return tensor.type == "F16" ? ElementType::f16 : tensor.type == "BF16" ? ElementType::bf16 : ElementType::f32;
  }

  static bool holds(const WeightFile& file, const std::byte* at) {
    const auto bytes = file.file.bytes();
    return std::less_equal{}(bytes.data(), at) && std::less{}(at, bytes.data() + bytes.size());
  }
  /// Null for a tensor that is not in a file.
  const MappedFile* file_of(const Tensor& tensor) const {
    const auto found =
        std::ranges::find_if(files_.files, [&](const WeightFile& file) { return holds(file, tensor.bytes.data()); });
    return found == files_.files.end() ? nullptr : &found->file;
  }

  static std::span<const std::byte> source(const Chunk& chunk) {
    const Tensor& tensor = chunk.entry->second;
    if (!tensor.strides.empty()) return tensor.bytes;
    const std::size_t width = number_bytes(tensor.type);
    return tensor.bytes.subspan(chunk.begin * width, chunk.count * width);
  }
  static void read(const Chunk& chunk) {
    const Tensor& tensor = chunk.entry->second;
    const std::span<float> numbers(chunk.converted, chunk.count);
    if (tensor.strides.empty())
      convert(tensor.type, source(chunk), numbers);
    else
      read_numbers(tensor, numbers);
  }
  static bool is_finite(const Chunk& chunk) {
    if (chunk.converted != nullptr) return all_finite(std::span(chunk.converted, chunk.count));
    const std::byte* const data = source(chunk).data();
    const ElementType type = element_type(chunk.entry->second);
    if (type == ElementType::f32) return all_finite(std::span(reinterpret_cast<const float*>(data), chunk.count));
    return all_finite(std::span(reinterpret_cast<const std::uint16_t*>(data), chunk.count),
                      type == ElementType::f16 ? std::uint16_t{0x7c00} : std::uint16_t{0x7f80});
  }

  [[noreturn]] static void refuse(const Chunk& chunk) {
    const auto& [name, tensor] = *chunk.entry;
    std::vector<float> numbers(chunk.count);
    if (chunk.converted != nullptr)
      std::copy_n(chunk.converted, chunk.count, numbers.begin());
    else
      convert(tensor.type, source(chunk), numbers);
    const auto bad = std::ranges::find_if_not(numbers, limn::is_finite);
    std::size_t flat = chunk.begin + static_cast<std::size_t>(bad - numbers.begin());
    std::vector<std::size_t> index(tensor.shape.size());
    for (std::size_t axis = index.size(); axis-- > 0; flat /= tensor.shape[axis])
      index[axis] = flat % tensor.shape[axis];
    throw Error({.file = tensor.file,
                 .thing = "tensor " + shown_name(name) + " at " + shape_text(index),
                 .found = std::isnan(*bad) ? "NaN"
                          : *bad > 0       ? "infinity"
                                           : "-infinity",
                 .expected = "finite numbers",
                 .hint = "the training may have diverged, or the file may be damaged"});
  }

  const WeightFiles& files_;
  WeightMemory& converted_;
  std::vector<Chunk> chunks_;
  struct Place {
    const void* data = nullptr;
    std::size_t count = 0;
  };
  // By the elements in the file, their strides, and whether they stay there.
  std::map<std::tuple<const std::byte*, std::vector<std::size_t>, bool>, Place> places_;
  std::size_t parameters_ = 0;
};

}  // namespace

namespace {

/// Maps the weights of the encoder and of the modules after it.
WeightFiles open_all_weights(const std::filesystem::path& folder, const SentenceModules* modules) {
  if (modules == nullptr) return open_weights(folder);
  WeightFiles all = open_weights(folder / modules->encoder);
  for (const std::string& dense : modules->dense_folders) {
    WeightFiles more = open_weights(folder / dense);
    for (WeightFile& file : more.files) all.files.push_back({dense + "/" + file.name, std::move(file.file)});
    for (auto& [name, tensor] : more.tensors) all.tensors.emplace(dense + "/" + name, std::move(tensor));
  }
  return all;
}

}  // namespace

Checkpoint Checkpoint::load(const std::filesystem::path& folder, const nlohmann::json& config,
                            const SentenceModules* modules, const Randomization& randomization) {
  auto checkpoint = std::make_unique<Implementation>();
  const auto open = [&files = checkpoint->files, &folder, modules] {  // not the pointer, which read() takes
    if (files.files.empty()) files = open_all_weights(folder, modules);
  };
  const std::filesystem::path encoder = modules == nullptr ? folder : folder / modules->encoder;
  return read(std::move(checkpoint), config, (encoder / "config.json").string(), modules, randomization, open);
}

Checkpoint Checkpoint::load(WeightFiles weights, const nlohmann::json& config, const std::string& file,
                            const Randomization& randomization) {
  auto checkpoint = std::make_unique<Implementation>();
  checkpoint->files = std::move(weights);
  return read(std::move(checkpoint), config, file, nullptr, randomization, [] {});
}

Checkpoint Checkpoint::read(std::unique_ptr<Implementation> checkpoint, const nlohmann::json& config,
                            const std::string& file, const SentenceModules* modules, const Randomization& randomization,
                            const std::function<void()>& open) {
  const auto has_tensor = [&](const std::string& name) {
    open();
    return checkpoint->files.tensors.contains(name);
  };
  const auto rows = [&](const std::string& name) -> std::optional<std::size_t> {
    open();
    const auto found = checkpoint->files.tensors.find(name);
    if (found == checkpoint->files.tensors.end() || found->second.shape.empty()) return {};
    return found->second.shape.front();
  };
  checkpoint->config = parse_config(config, file, has_tensor, rows, modules);
  open();
  std::ranges::copy(checkpoint->files.warnings, std::back_inserter(checkpoint->config.warnings));
  Reader reader(checkpoint->files, checkpoint->converted);
  const TensorSource source = {
      .has = [&](const std::string& name) { return reader.has(name); },
      .elements = [&](const std::vector<std::string>& spelled,
                      const std::vector<std::size_t>& shape) { return reader.elements(spelled, shape); },
      .matrix = [&](const std::vector<std::string>& spelled, std::size_t rows,
                    std::size_t columns) { return reader.matrix(spelled, rows, columns); },
      .packable = [&](const StoredView& matrix) { return reader.packable(matrix, checkpoint->packed); }};
  checkpoint->weights = read_weights(source, checkpoint->config);
  reader.read_all();
  randomize(checkpoint->weights, randomization, checkpoint->random);
  finish_weights(checkpoint->weights, checkpoint->config.encoder);
  checkpoint->parameters = reader.parameters();
  for (const WeightFile& file : checkpoint->files.files)
    checkpoint->file_sizes.emplace_back(file.name, file.file.bytes().size());
  return Checkpoint(std::move(checkpoint));
}

Checkpoint Checkpoint::load(const std::filesystem::path& folder) {
  const auto modules = read_sentence_modules(folder);
  return load(folder, read_config_file(modules ? folder / modules->encoder : folder), modules ? &*modules : nullptr);
}

Checkpoint::Checkpoint(std::unique_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}
Checkpoint::Checkpoint(Checkpoint&&) noexcept = default;
Checkpoint& Checkpoint::operator=(Checkpoint&&) noexcept = default;
Checkpoint::~Checkpoint() = default;

const Config& Checkpoint::config() const { return implementation_->config; }
const Weights& Checkpoint::weights() const { return implementation_->weights; }
std::size_t Checkpoint::parameters() const { return implementation_->parameters; }
const std::vector<std::pair<std::string, std::size_t>>& Checkpoint::files() const {
  return implementation_->file_sizes;
}

void Checkpoint::release(const StoredView& weights) const {
  const std::span<const std::byte> bytes = weights.bytes();
  for (const WeightFile& file : implementation_->files.files) {
    const std::span<const std::byte> mapped = file.file.bytes();
    if (bytes.data() >= mapped.data() && bytes.data() < mapped.data() + mapped.size()) file.file.release(bytes);
  }
}

}  // namespace limn
