#pragma once

#include <cstddef>
#include <vector>

namespace limn {

struct Node {
  double x = 0, weight = 0;
};

/// Gauss–Legendre nodes and weights on [0, 1], exact for polynomials up to degree 2 · count − 1. @param count at
/// least 1.
std::vector<Node> gauss_legendre(std::size_t count);

}  // namespace limn
