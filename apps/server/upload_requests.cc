#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "apps/server/request_parts.h"
#include "base/base64.h"
#include "base/json.h"
#include "limn/collection.h"
#include "render/json.h"
#include "render/json_parts.h"

namespace limn::server {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t longest_name = 255;

/// The last part of a path, because a browser or a script may send a whole one. The name never leads to a file.
std::string file_name(std::string name) {
  if (const auto slash = name.find_last_of("/\\"); slash != name.npos) name.erase(0, slash + 1);
  if (name.empty() || name == "." || name == ".." || name.size() > longest_name)
    throw Error({.field = "documents",
                 .found = name.size() > longest_name ? fmt::format("a name of {} bytes", name.size()) : "no name",
                 .expected = fmt::format("a file name of up to {} bytes, such as notes.txt", longest_name)});
  return name;
}

NamedContents read_file_of(const nlohmann::json& item) {
  Fields fields(item);
  auto name = fields.text("name", 0);
  const auto text = fields.text("text", 0), encoded = fields.text("base64", 0);
  fields.finish();
  if (!name) throw Error({.field = "documents", .found = "a document without a name", .expected = "name"});
  if (text.has_value() == encoded.has_value())
    throw Error(
        {.field = "documents",
         .found = fmt::format("{} of {}", text ? "text and base64" : "neither text nor base64", shown_name(*name)),
         .expected = "one of them"});
  NamedContents file{file_name(*std::move(name)), {}};
  if (text) {
    file.bytes = *text;
    return file;
  }
  auto bytes = decode_base64(*encoded);
  if (!bytes)
    throw Error({.field = "documents",
                 .found = "base64 of " + shown_name(file.name) + " that is not Base64",
                 .expected = "Base64 (RFC 4648)"});
  file.bytes = *std::move(bytes);
  return file;
}

std::vector<NamedContents> read_files(Fields& fields, const Limits& limits) {
  const auto* list = fields.value("documents");
  if (!list || !list->is_array() || list->empty() || list->size() > limits.upload_files)
    throw Error(
        {.field = "documents",
         .found = !list              ? "none"
                  : list->is_array() ? fmt::format("a list of {}", list->size())
                                     : "not a list",
         .expected = fmt::format("a list of 1 to {} files, each with name, and text or base64", limits.upload_files)});
  std::vector<NamedContents> files;
  for (const auto& item : *list) files.push_back(read_file_of(item));
  return files;
}

/// The model that makes the embeddings; nothing: search by words only.
const ServedModel* embedder_for(Fields& fields, const ModelSet& models) {
  const auto name = fields.text("model");
  const bool words_only = fields.flag("words_only");
  if (name && words_only)
    throw Error({.field = "words_only", .found = "words_only and model", .expected = "one of them"});
  if (name) return &model_for(Task::sentence_embedding, name, models);
  const auto first = std::ranges::find_if(
      models.models, [](const ServedModel& served) { return served.model.info().task == Task::sentence_embedding; });
  return words_only || first == models.models.end() ? nullptr : &*first;
}

std::string json_of(const ServedCollection& served, const IndexReport& report, const TemporaryCollections& all) {
  Json value = temporary_json(served, all);
  value["skipped"] = Json::array();
  for (const auto& [source, reason] : report.skipped)
    value["skipped"].push_back({{"name", source}, {"reason", reason}});
  return json_text(value);
}

}  // namespace

Json temporary_json(const ServedCollection& served, const TemporaryCollections& all) {
  Json value = {{"limn", format_version}, {"collection", served.name()}};
  Json info = collection_json(served);
  info.erase("name");
  value.update(info);
  value["expires_in"] = std::chrono::duration<double>(all.options().idle).count();
  return value;
}

Request read_upload(const nlohmann::json& body, const std::shared_ptr<const ModelSet>& models, const Limits& limits) {
  Fields fields(body);
  const auto files = std::make_shared<const std::vector<NamedContents>>(read_files(fields, limits));
  std::optional<Model> embedder;
  if (const ServedModel* served = embedder_for(fields, *models)) embedder = served->model;
  fields.finish();
  const auto place = models->temporary->reserve();
  if (!place) {
    const std::size_t most = models->temporary->options().most;
    throw Refusal(most == 0 ? 422 : 503,
                  {.found = fmt::format("{} temporary collections", most),
                   .expected = most == 0 ? "a server that accepts uploads (--max-uploads)" : "fewer at the same time",
                   .hint = most == 0 ? "" : "try again when one has expired or was removed"});
  }
  const std::string name = TemporaryCollections::new_name();
  const auto run = [models, files, embedder, place, name, most = limits.upload_passages](const Inputs& inputs,
                                                                                         const Watch& watch) {
    Results results;
    // One input: the name is in the group, so that no two requests share it.
    for (std::size_t i = 0; i < inputs.size(); ++i)
      results.push_back(attempt([&] {
        try {
          const std::string address = "memory:" + name;
          Collection made = Collection::create(address, embedder);
          const IndexReport report = made.add_contents(*files, most, watch);
          const auto served = std::make_shared<const ServedCollection>(address, embedder, name);
          models->temporary->add(served, *place);
          return WorkResult{.json = json_of(*served, report, *models->temporary)};
        } catch (...) {
          place->release();
          throw;
        }
      }));
    return results;
  };
  const auto kind = std::make_shared<const WorkKind>(
      WorkKind{.lane = Lane::long_work, .group = "upload " + name, .run = run, .is_lasting = false});
  Request request{.work = {}, .many = false, .streams = true, .join = {}};
  request.work.push_back({.kind = kind, .key = kind->group, .input = {.text = "", .pair = std::nullopt}});
  return request;
}

}  // namespace limn::server
