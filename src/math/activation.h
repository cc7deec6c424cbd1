#pragma once

namespace limn {

/// `gelu` is exact (erf); `gelu_tanh` is its tanh approximation ("gelu_new", "gelu_pytorch_tanh").
enum class Activation { identity, gelu, gelu_tanh, relu, silu, tanh };

}  // namespace limn
