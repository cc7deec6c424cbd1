#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "model/tensor.h"

namespace limn {

/// The tensors of a tf_model.h5, in which Keras saves a TensorFlow model of the transformers package, with the names
/// and orientation of PyTorch. Kernels are transposed through their strides, so that nothing is copied.
/// @param file the file's name in messages.
/// @throws Error as read_hdf5 does.
Tensors read_tensorflow(std::span<const std::byte> bytes, const std::string& file);

/// Converts a dataset's path to PyTorch's name:
/// "bert/tf_bert_for_masked_lm/bert/encoder/layer_._0/output/dense/kernel:0" →
/// "bert.encoder.layer.0.output.dense.weight". Drops the Keras layer and the model's scope, reads "_._" as a level,
/// replaces "A___B" by B, kernel, gamma and embeddings by weight, and beta by bias, as transformers 4 does
/// (modeling_tf_pytorch_utils, convert_tf_weight_name_to_pt_weight_name).
std::string pytorch_name(std::string_view path);

}  // namespace limn
