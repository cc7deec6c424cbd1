#include <algorithm>
#include <vector>

#include "explain/method_info.h"
#include "explain/methods.h"
#include "explain/passes.h"

namespace limn {

Attribution attribute(const Subject& subject, const GradCam& method) {
  const Layer layer = common_options(method, subject.encoder().config).layer;
  const Mat hidden = input_at(subject, layer);
  std::vector<double> weights(hidden.columns(), 0.), scores(hidden.rows(), 0.);
  for_each_gradient(
      subject, layer, 1,
      [&](std::size_t, View perturbed) {
        for (std::size_t i = 0; i < perturbed.rows; ++i)
          std::copy_n(hidden.row(i), perturbed.columns, perturbed.row(i));
      },
      [&](std::size_t, double, View gradient) {
        for (std::size_t i = 0; i < gradient.rows; ++i)
          for (std::size_t j = 0; j < gradient.columns; ++j)
            weights[j] += gradient(i, j) / static_cast<double>(gradient.rows);
      });
  for (std::size_t i = 0; i < hidden.rows(); ++i) {
    for (std::size_t j = 0; j < hidden.columns(); ++j) scores[i] += weights[j] * hidden(i, j);
    scores[i] = std::max(0., scores[i]);
  }
  Attribution result;
  result.scores = std::move(scores);
  result.passes = 1;
  return result;
}

}  // namespace limn
