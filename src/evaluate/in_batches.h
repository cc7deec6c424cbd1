#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "limn/error.h"
#include "limn/watch.h"

namespace limn {

/// Rows of labelled data that pass through the model together: few enough for progress to move.
inline constexpr std::size_t evaluated_at_once = 16;

/// An error that also names the item of the data that it is about.
inline Error about(const Error& error, std::string thing) {
  auto parts = error.parts();
  parts.thing = std::move(thing) + (parts.thing.empty() ? "" : ": " + parts.thing);
  return Error(std::move(parts));
}

/// Runs the model over the items in batches and passes on each result, in order.
/// @param done items whose results are known. Batches begin where they would without them, so that results do not
/// depend on where an earlier run stopped.
/// @param run (batch of the items, watch) -> one Result per item. @param take (index of the item, value)
/// @param name_of (i) -> the item in words, for errors. @throws Error of the first item that has one
template <class Item, class Run, class Take>
void in_batches(const std::vector<Item>& items, std::size_t done, const Watch& watch, const Run& run, const Take& take,
                const std::function<std::string(std::size_t)>& name_of) {
  const Watch inner = {.progress = {}, .cancelled = watch.cancelled};
  if (watch.progress) watch.progress(done, items.size());
  for (std::size_t begin = done / evaluated_at_once * evaluated_at_once; begin < items.size();
       begin += evaluated_at_once) {
    const std::size_t end = std::min(begin + evaluated_at_once, items.size());
    auto results = run(std::vector<Item>(items.begin() + static_cast<std::ptrdiff_t>(begin),
                                         items.begin() + static_cast<std::ptrdiff_t>(end)),
                       inner);
    for (std::size_t i = begin; i < end; ++i) {
      auto& result = results[i - begin];
      if (!result) throw about(result.error(), name_of(i));
      if (i >= done) take(i, *std::move(result));
    }
    if (watch.progress) watch.progress(end, items.size());
  }
}

/// The inputs of rows of labelled data.
template <class Item>
auto inputs_of(const std::vector<Item>& items) {
  std::vector<std::decay_t<decltype(items.front().input)>> inputs;
  for (const auto& item : items) inputs.push_back(item.input);
  return inputs;
}

}  // namespace limn
