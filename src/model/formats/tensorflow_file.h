#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "model/tensor.h"

namespace limn {

/// The tensors of a tf_model.h5 as Keras saves a TensorFlow model of the transformers package, by the names and in the
/// orientation that PyTorch has: kernels are transposed, which their strides say, so that nothing is copied.
/// @param file how messages name it.
/// @throws Error as read_hdf5 does.
Tensors read_tensorflow(std::span<const std::byte> bytes, const std::string& file);

/// "bert/tf_bert_for_masked_lm/bert/encoder/layer_._0/output/dense/kernel:0" →
/// "bert.encoder.layer.0.output.dense.weight": the Keras layer and the model's scope go, "_._" is a level, of "A___B"
/// only B counts, and kernel, gamma and embeddings are weights, beta is a bias. Formulas: transformers 4,
/// modeling_tf_pytorch_utils, convert_tf_weight_name_to_pt_weight_name.
std::string pytorch_name(std::string_view path);

}  // namespace limn
