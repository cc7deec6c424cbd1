// Tiny random models of every family, from token ids on: logits and gradients compared with PyTorch in float64.
// tests/golden: tools/golden.py; tests/golden-families: tools/make_family_golden.py.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "model/checkpoint.h"
#include "model/encoder.h"
#include "model/head.h"

namespace limn {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

std::vector<fs::path> folders() {
  std::vector<fs::path> found;
  for (const char* root : {"tests/golden", "tests/golden-families"}) {
    const fs::path path = fs::path(LIMN_SOURCE_DIR) / root;
    if (!fs::exists(path)) continue;
    for (const auto& entry : fs::directory_iterator(path))
      if (fs::exists(entry.path() / "cases.json")) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<double> flatten(const Json& numbers) {
  if (numbers.is_number()) return {numbers.get<double>()};
  std::vector<double> result;
  for (const Json& part : numbers)
    for (const double number : flatten(part)) result.push_back(number);
  return result;
}

double largest(const std::vector<double>& numbers) {
  double result = 0;
  for (const double number : numbers) result = std::max(result, std::abs(number));
  return result;
}

void expect_near(const std::vector<double>& found, const Json& expected, double tolerance, const std::string& what) {
  const std::vector<double> numbers = flatten(expected);
  ASSERT_EQ(found.size(), numbers.size()) << what;
  double worst = 0;
  for (std::size_t i = 0; i < found.size(); ++i) worst = std::max(worst, std::abs(found[i] - numbers[i]));
  EXPECT_LE(worst, tolerance) << what;
}

class FamilyTest : public testing::TestWithParam<fs::path> {
 protected:
  FamilyTest()
      : checkpoint_(Checkpoint::load(GetParam())),
        cases_(Json::parse(std::ifstream(GetParam() / "cases.json"))["cases"]) {}

  Encoder encoder() const { return {checkpoint_.config().encoder, checkpoint_.weights()}; }
  Layer last() const { return {static_cast<int>(checkpoint_.config().encoder.layers)}; }

  static void add(const Json& row, Batch& batch) {
    batch.add(row["ids"].get<std::vector<std::int32_t>>(), row["type_ids"].get<std::vector<std::int32_t>>());
  }

  Checkpoint checkpoint_;
  Json cases_;
};

INSTANTIATE_TEST_SUITE_P(Folder, FamilyTest, testing::ValuesIn(folders()), [](const auto& info) {
  std::string name = info.param.parent_path().filename().string() + "_" + info.param.filename().string();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

std::vector<double> column(ConstView x, std::size_t j) {
  std::vector<double> numbers;
  for (std::size_t i = 0; i < x.rows; ++i) numbers.push_back(x(i, j));
  return numbers;
}

std::vector<double> row_major(ConstView x) {
  std::vector<double> numbers;
  for (std::size_t i = 0; i < x.rows; ++i)
    for (const float number : x.row_span(i)) numbers.push_back(number);
  return numbers;
}

TEST_P(FamilyTest, LogitsOfPackedCasesMatchPyTorch) {
  Batch batch;
  for (const Json& row : cases_) add(row, batch);
  const Mat hidden = forward(encoder(), batch, Layer::word(), word_embeddings(encoder(), batch), last());
  const Mat logits = head_forward(encoder(), batch, hidden);
  for (std::size_t i = 0; i < cases_.size(); ++i) {
    const ConstView found = logits_of(encoder(), batch, logits.view(), i);
    const Json& expected = cases_[i]["logits"];
    // PyTorch in float32 is within 7e-6 of these.
    if (expected.is_object()) {
      expect_near(column(found, 0), expected["start"], 1e-5 * largest(flatten(expected["start"])), "start");
      expect_near(column(found, 1), expected["end"], 1e-5 * largest(flatten(expected["end"])), "end");
    } else {
      expect_near(row_major(found), expected, 1e-5 * largest(flatten(expected)), "logits");
    }
  }
}

TEST_P(FamilyTest, ReadsTaskAndLabels) {
  const HeadConfig& head = checkpoint_.config().head;
  const bool multi_label = GetParam().filename().string().ends_with("-multilabel");
  EXPECT_EQ(head.meaning == OutputMeaning::multi_label, multi_label);
  EXPECT_EQ(head.has_sigmoid(), multi_label || head.labels.size() == 1);
}

/// The rows and columns of the logits whose sum is F.
std::vector<std::pair<std::size_t, std::size_t>> picks(const Json& target, Task task) {
  if (target.is_number()) return {{0, target.get<std::size_t>()}};
  if (task == Task::question_answering) return {{target[0].get<std::size_t>(), 0}, {target[1].get<std::size_t>(), 1}};
  return {{target[0].get<std::size_t>(), target[1].get<std::size_t>()}};
}

TEST_P(FamilyTest, GradientsMatchPyTorch) {
  for (const Json& row : cases_) {
    const Json& expected = row["explanations"];
    const double gradient_scale = largest(flatten(expected["gradient_l2"]));
    // A case may also have the gradient at the output of the embedding block, or of a layer.
    for (const auto& [prefix, layer] : {std::pair<std::string, Layer>{"", Layer::word()},
                                        {"embeddings_", Layer::embeddings()},
                                        {"layer1_", Layer{1}}}) {
      if (!expected.contains(prefix + "gradient_l2")) continue;
      Batch batch;
      add(row, batch);
      Mat x = forward(encoder(), batch, Layer::word(), word_embeddings(encoder(), batch), layer);
      const Mat input = copy(x);
      Trace trace;
      HeadTrace head_trace;
      const Mat hidden = forward(encoder(), batch, layer, std::move(x), last(), &trace);
      const Mat logits = head_forward(encoder(), batch, hidden, &head_trace);
      Mat dlogits(logits.rows(), logits.columns());
      std::fill_n(dlogits.row(0), dlogits.rows() * dlogits.columns(), 0.f);
      for (const auto& [i, j] : picks(row["target"], checkpoint_.config().head.task)) dlogits(i, j) += 1;
      Mat dhidden = head_vjp(encoder(), batch, std::move(dlogits), head_trace);
      const Mat gradient = vjp(encoder(), batch, layer, std::move(dhidden), last(), trace);
      std::vector<double> norms, products;
      for (std::size_t t = 0; t < gradient.rows(); ++t) {
        double square = 0, product = 0;
        for (std::size_t c = 0; c < gradient.columns(); ++c) {
          square += static_cast<double>(gradient(t, c)) * gradient(t, c);
          product += static_cast<double>(gradient(t, c)) * input(t, c);
        }
        norms.push_back(std::sqrt(square));
        products.push_back(product);
      }
      const Json &l2 = expected[prefix + "gradient_l2"], &times_input = expected[prefix + "grad_x_input"];
      expect_near(norms, l2, 1e-4 * largest(flatten(l2)), prefix + "gradient_l2");
      // If norms make gradient × input vanish, only rounding errors are left.
      expect_near(products, times_input, 1e-4 * std::max(largest(flatten(times_input)), 0.01 * gradient_scale),
                  prefix + "grad_x_input");
    }
  }
}

TEST_P(FamilyTest, NeededRowsOfTheLastLayerEqualThoseOfAllRows) {
  Batch batch;
  for (const Json& row : cases_) add(row, batch);
  const std::vector<std::size_t> read = rows_read(encoder(), batch);
  const std::vector<Pooling>& poolings = encoder().weights.head.poolings;
  const bool is_first = std::ranges::equal(poolings, std::array{Pooling::first});
  if (is_first || poolings.empty()) EXPECT_EQ(read.size(), is_first ? cases_.size() : 0);
  const std::vector<std::size_t> needed = read.empty() ? std::vector<std::size_t>{1, batch.rows() - 1} : read;
  ASSERT_LE(2 * needed.size(), batch.rows());
  Trace all_trace, some_trace;
  const auto hidden = [&](Trace& trace, std::span<const std::size_t> rows) {
    return forward(encoder(), batch, Layer::word(), word_embeddings(encoder(), batch), last(), &trace, rows);
  };
  const Mat all = hidden(all_trace, {}), some = hidden(some_trace, needed);
  const Mat untraced =
      forward(encoder(), batch, Layer::word(), word_embeddings(encoder(), batch), last(), nullptr, needed);
  Mat picked, picked_untraced, expected;
  gather(some, needed, picked);
  gather(untraced, needed, picked_untraced);
  gather(all, needed, expected);
  // Products of fewer rows may add in another order.
  const double scale = largest(row_major(expected));
  expect_near(row_major(picked), row_major(expected), 1e-5 * scale, "hidden");
  expect_near(row_major(picked_untraced), row_major(expected), 1e-5 * scale, "hidden without a trace");

  // vjp of some rows + vjp of the others = vjp of all: the others are so many that their vjp takes all rows.
  Mat dx_some = Mat::zeros(all.rows(), all.columns()), dx_others = copy(all);
  for (const std::size_t row : needed)
    for (std::size_t j = 0; j < all.columns(); ++j) {
      dx_some(row, j) = all(row, j);
      dx_others(row, j) = 0;
    }
  const auto gradient = [&](const Mat& of, const Trace& trace) {
    const Mat dx = vjp(encoder(), batch, Layer::word(), copy(of), last(), trace);
    return row_major(dx);
  };
  const std::vector<double> whole = gradient(all, all_trace), others = gradient(dx_others, all_trace);
  std::vector<double> rest;
  for (std::size_t i = 0; i < whole.size(); ++i) rest.push_back(whole[i] - others[i]);
  const double gradient_scale = largest(whole);
  expect_near(gradient(dx_some, all_trace), rest, 2e-5 * gradient_scale, "gradient");
  expect_near(gradient(dx_some, some_trace), rest, 2e-5 * gradient_scale, "gradient of the trace of some rows");
}

}  // namespace
}  // namespace limn
