#include "apps/remote/collection_place.h"

#include <utility>

#include "apps/remote/http_send.h"

namespace limn::remote {

bool is_address(std::string_view place) { return place.starts_with("http://") || place.starts_with("https://"); }

Collection open_collection(const std::string& place, std::optional<Model> embedder) {
  if (!is_address(place)) return Collection::open(place, std::move(embedder));
  return Collection::connect(place, http_send(), std::move(embedder));
}

Collection create_collection(const std::string& place, std::optional<Model> embedder) {
  if (!is_address(place)) return Collection::create(place, std::move(embedder));
  return Collection::connect_or_create(place, http_send(), std::move(embedder));
}

std::string embedder_of(const std::string& place) {
  return is_address(place) ? Collection::embedder_of(place, http_send()) : Collection::embedder_of(place);
}

}  // namespace limn::remote
