#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace limn {

/// Fisher's exact test, one-sided: the probability of `drawn_wrong` or more wrong rows among `drawn` rows that are
/// drawn without replacement from `rows`, of which `wrong` are wrong. @pre drawn_wrong <= drawn <= rows, wrong <= rows
double fisher_exact_greater(std::size_t drawn_wrong, std::size_t drawn, std::size_t wrong, std::size_t rows);

/// Adjusts p-values for the number of tests so that q ≤ α controls the false discovery rate at α (Benjamini and
/// Hochberg 1995). @return one q per p, in the same order
std::vector<double> benjamini_hochberg(std::span<const double> p);

}  // namespace limn
