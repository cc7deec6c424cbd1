#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <filesystem>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bindings.h"
#include "convert.h"
#include "each_input.h"
#include "limn/collection.h"
#include "render/json.h"
#include "render/similarity.h"
#include "watch.h"
#include "written.h"

namespace limn::python {
namespace {

/// The embedding of each text, as an array that owns its memory, or the exception that says why there is none.
nb::list embed(const Model& model, const nb::sequence& items, const nb::dict& given, nb::object progress) {
  if (model.info().task != Task::sentence_embedding)
    throw Error({.thing = "the model " + model.info().name,
                 .found = std::string(name(model.info().task)),
                 .expected = "a model that embeds texts"});
  const PredictOptions options = read_request(given, model.info().task).options.reading;
  return for_each_input(
      items, std::move(progress),
      [&](std::vector<Input> inputs, const Watch& watch) {
        for (Input& input : inputs) input.pair.reset();
        return model.predict(inputs, options, watch);
      },
      [](Prediction prediction, const Input&) -> nb::object {
        auto* values = new std::vector<float>(std::move(std::get<Embedding>(prediction).values));
        const nb::capsule owner(values, [](void* memory) noexcept { delete static_cast<std::vector<float>*>(memory); });
        return nb::cast(nb::ndarray<nb::numpy, float, nb::ndim<1>>(values->data(), {values->size()}, owner));
      });
}

Similarity similar(const Model& model, nb::handle item, const nb::dict& given, nb::object progress) {
  const Request request = read_request(given, model.info().task);
  const ChosenMethod chosen = choose_method(request.method, model.info().task);
  const Input input = read_input(item);
  return PythonWatch(std::move(progress)).run([&](const Watch& watch) {
    return model.similar(input, chosen, request.options, watch);
  });
}

/// The JSON of `limn rerank`, as a dict.
nb::object rank(const Model& model, const std::string& question, const std::vector<std::string>& passages,
                const nb::dict& given, std::size_t top, bool explain) {
  const Request request = read_request(given, model.info().task);
  const ChosenMethod chosen = choose_method(request.method, model.info().task);
  const std::string json = PythonWatch(nb::none()).run([&](const Watch& watch) {
    std::vector<Relevance> ranked = model.rank(question, passages, request.options.reading, watch);
    if (top > 0 && top < ranked.size()) ranked.resize(top);
    std::vector<Explanation> why;
    if (explain)
      for (const Relevance& one : ranked)
        why.push_back(
            model.explain(Input{.text = question, .pair = passages[one.index]}, chosen, request.options, watch));
    return json_text(ranking_value(model.info().name, question, passages, ranked, why));
  });
  return parsed(json);
}

SearchOptions search_options(const nb::dict& given) {
  SearchOptions options;
  const auto has = [&](const char* name) { return given.contains(name) && !nb::object(given[name]).is_none(); };
  if (has("retriever")) options.retriever = retriever_named(text_of(nb::object(given["retriever"]), "retriever"));
  if (has("top")) options.top = nb::cast<std::size_t>(given["top"]);
  if (has("candidates")) options.candidates = nb::cast<std::size_t>(given["candidates"]);
  if (has("filters"))
    for (auto [field, value] : nb::cast<nb::dict>(given["filters"]))
      options.filters.emplace_back(text_of(field, "a filter's field"), text_of(value, "a filter's value"));
  if (has("expander")) options.expansion.expander = nb::cast<const Model&>(given["expander"]);
  if (has("feedback")) options.expansion.feedback = nb::cast<std::size_t>(given["feedback"]);
  return options;
}

nb::dict info_of(const Collection& collection) {
  const CollectionInfo& info = collection.info();
  nb::dict dict;
  dict["collection"] = info.file.string();
  dict["documents"] = info.documents;
  dict["passages"] = info.passages;
  dict["embedder"] = info.embedder.empty() ? nb::none() : nb::cast(info.embedder);
  dict["dimensions"] = info.dimensions;
  dict["bytes"] = info.bytes == 0 ? nb::none() : nb::cast(info.bytes);  // a server does not say
  return dict;
}

/// Sends requests with a Python function of (method, address, type of the body, body, most bytes of an answer), which
/// returns (status, body, why there is none).
HttpSend http_send(nb::object function) {
  // The library copies and destroys it without the GIL.
  const std::shared_ptr<nb::object> shared(new nb::object(std::move(function)), [](nb::object* object) {
    const nb::gil_scoped_acquire held;
    delete object;
  });
  return [shared](const HttpCall& call) {
    const nb::gil_scoped_acquire held;
    const nb::bytes body(call.body.data(), call.body.size());
    const auto reply =
        nb::cast<nb::tuple>((*shared)(call.method, call.url, call.content_type, body, call.largest_answer));
    const auto received = nb::cast<nb::bytes>(reply[1]);
    return HttpReply{.status = nb::cast<int>(reply[0]),
                     .body = std::string(received.c_str(), received.size()),
                     .failure = nb::cast<std::string>(reply[2])};
  };
}

/// A collection on a server, opened by one of the functions for that.
template <auto open>
Collection on_server(const std::string& address, nb::object send, const std::optional<Model>& model) {
  const HttpSend sender = http_send(std::move(send));
  const nb::gil_scoped_release released;
  return open(address, sender, model);
}

/// Files in memory, from a dict of their names and contents.
std::vector<NamedContents> read_contents(const nb::dict& files) {
  std::vector<NamedContents> result;
  for (auto [name, contents] : files) {
    std::string bytes;
    if (nb::isinstance<nb::bytes>(contents)) {
      const auto given = nb::borrow<nb::bytes>(contents);
      bytes.assign(given.c_str(), given.size());
    } else {
      bytes = text_of(contents, "the contents of a file");
    }
    result.push_back({.name = text_of(name, "the name of a file"), .bytes = std::move(bytes)});
  }
  return result;
}

/// What a call of add did, with the names of the JSON of `limn index`.
nb::dict report_of(const Collection& collection, const IndexReport& report) {
  nb::dict dict = info_of(collection);
  dict["added"] = report.added;
  dict["changed"] = report.changed;
  dict["unchanged"] = report.unchanged;
  dict["removed"] = report.removed;
  dict["written_passages"] = report.passages;
  nb::list skipped;
  for (const auto& [source, reason] : report.skipped) {
    nb::dict one;
    one["source"] = source;
    one["reason"] = reason;
    skipped.append(one);
  }
  dict["skipped"] = skipped;
  dict["seconds"] = report.seconds;
  return dict;
}

nb::dict add(Collection& collection, const std::vector<std::string>& paths, nb::object progress) {
  const IndexReport report = PythonWatch(std::move(progress)).run([&](const Watch& watch) {
    return collection.add({paths.begin(), paths.end()}, watch);
  });
  return report_of(collection, report);
}

nb::dict add_contents(Collection& collection, const nb::dict& files, nb::object progress) {
  const std::vector<NamedContents> contents = read_contents(files);
  const IndexReport report = PythonWatch(std::move(progress)).run([&](const Watch& watch) {
    return collection.add_contents(contents, std::numeric_limits<std::size_t>::max(), watch);
  });
  return report_of(collection, report);
}

nb::object ask(const Collection& collection, const Model& reader, const std::string& question, const nb::dict& given,
               const nb::dict& search, std::size_t read, std::size_t top, bool explain, bool why_passage,
               const std::optional<Model>& reranker) {
  const Request request = read_request(given, reader.info().task);
  AskOptions options{.search = search_options(search), .read = read, .top = top, .reading = request.options.reading};
  options.explain_retrieval = why_passage;
  if (explain) options.method = choose_method(request.method, reader.info().task);
  const std::string json = PythonWatch(nb::none()).run([&](const Watch& watch) {
    return to_json(collection.ask(reader, question, options, reranker, watch));
  });
  return parsed(json);
}

}  // namespace

void bind_retrieval(nb::module_& module) {
  nb::class_<Similarity> similarity(module, "Similarity", "Why two texts are similar.");
  similarity.def_ro("cosine", &Similarity::cosine)
      .def_ro("dot", &Similarity::dot)
      .def_ro("a", &Similarity::a)
      .def_ro("b", &Similarity::b);
  bind_written(similarity);
  module.def("embed", &embed, nb::arg("model"), nb::arg("inputs"), nb::arg("request"), nb::arg("progress") = nb::none(),
             "The embedding of each text: a NumPy array, or an exception.");
  module.def("similar", &similar, nb::arg("model"), nb::arg("input"), nb::arg("request"),
             nb::arg("progress") = nb::none(), "Why two texts are similar.");
  module.def("rank", &rank, nb::arg("model"), nb::arg("question"), nb::arg("passages"), nb::arg("request"),
             nb::arg("top"), nb::arg("explain"), "The passages by falling relevance, as `limn rerank` writes them.");

  nb::class_<Collection>(module, "Collection", "Documents in a file, or on a server.")
      .def_static(
          "open",
          [](const std::string& file, const std::optional<Model>& model) { return Collection::open(file, model); },
          nb::arg("file"), nb::arg("embedder").none(), "Opens a collection.")
      .def_static(
          "create",
          [](const std::string& file, const std::optional<Model>& model) { return Collection::create(file, model); },
          nb::arg("file"), nb::arg("embedder").none(), "Opens a collection for writing, or creates it.")
      .def_static(
          "embedder_of", [](const std::string& file) { return Collection::embedder_of(file); }, nb::arg("file"),
          "The name of the model that made the embeddings; empty: none.")
      .def_static("connect", &on_server<&Collection::connect>, nb::arg("address"), nb::arg("send"),
                  nb::arg("embedder").none(), "Opens a collection on a server.")
      .def_static("connect_or_create", &on_server<&Collection::connect_or_create>, nb::arg("address"), nb::arg("send"),
                  nb::arg("embedder").none(), "Opens a collection on a server for writing, or creates it.")
      .def_static(
          "embedder_on_server",
          [](const std::string& address, nb::object send) {
            const HttpSend sender = http_send(std::move(send));
            const nb::gil_scoped_release released;
            return Collection::embedder_of(address, sender);
          },
          nb::arg("address"), nb::arg("send"), "The name of the model that made the embeddings; empty: none.")
      .def("info", &info_of, "What it contains.")
      .def("add", &add, nb::arg("paths"), nb::arg("progress") = nb::none(), "Adds files and folders.")
      .def("add_contents", &add_contents, nb::arg("files"), nb::arg("progress") = nb::none(), "Adds files in memory.")
      .def(
          "search",
          [](const Collection& self, const std::string& question, const nb::dict& search,
             const std::optional<Model>& reranker) {
            const SearchOptions options = search_options(search);
            return parsed(PythonWatch(nb::none()).run([&](const Watch& watch) {
              return to_json(self.search(question, options, reranker, watch));
            }));
          },
          nb::arg("question"), nb::arg("search"), nb::arg("reranker").none(), "Passages, as `limn search` writes them.")
      .def("ask", &ask, nb::arg("reader"), nb::arg("question"), nb::arg("request"), nb::arg("search"), nb::arg("read"),
           nb::arg("top"), nb::arg("explain"), nb::arg("why_passage"), nb::arg("reranker").none(),
           "Answers, as `limn ask` writes them.");
  module.def(
      "evaluate_ask",
      [](const Collection& collection, const std::string& file, const std::optional<Model>& reader,
         const std::optional<Model>& reranker, const nb::dict& search, std::size_t read,
         std::optional<std::size_t> limit, nb::object progress) {
        EvaluateAskOptions options{.ask = {.search = search_options(search), .read = read}};
        if (limit) options.limit = *limit;
        return parsed(PythonWatch(std::move(progress)).run([&](const Watch& watch) {
          return to_json(evaluate_ask(collection, file, reader, reranker, options, watch));
        }));
      },
      nb::arg("collection"), nb::arg("file"), nb::arg("reader").none(), nb::arg("reranker").none(), nb::arg("search"),
      nb::arg("read"), nb::arg("limit").none(), nb::arg("progress") = nb::none(),
      "How well a collection answers questions.");
}

}  // namespace limn::python
