#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "limn/explanation.h"
#include "math/mat.h"
#include "text/encoding.h"

namespace limn {

struct Pipeline;

/// Encodes one text of a model that embeds texts. The tokens of its prompt count as special tokens.
/// @param prompt name of one of the model's prompts; nothing: the default. @throws Error if there is no such prompt.
Encoding encode_sentence(const Pipeline& pipeline, std::string_view text, const std::optional<std::string>& prompt,
                         std::size_t max_length);

/// The embedding of the first text; with two texts, also how similar they are.
Embedding embedding_of(std::span<const Encoding> encodings, std::span<const ConstView> logits);

/// x / ‖x‖ in double precision; zeros if x is zero.
std::shared_ptr<const std::vector<double>> unit_vector(std::span<const float> x);

/// x · unit / ‖x‖; 0 if x is zero. @param unit of length 1
double cosine(std::span<const float> x, std::span<const double> unit);
/// dx = ∂cosine/∂x = (unit − cosine · x / ‖x‖) / ‖x‖.
void cosine_vjp(std::span<const float> x, std::span<const double> unit, std::span<float> dx);

}  // namespace limn
