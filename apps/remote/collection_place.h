#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "limn/collection.h"

/// A collection by its place: a file, or the address of an index on a server.

namespace limn::remote {

/// Whether a place is an address and not a file.
bool is_address(std::string_view place);

/// Opens a collection (Collection::open or connect).
Collection open_collection(const std::string& place, std::optional<Model> embedder);
/// Opens it for writing, or creates it.
Collection create_collection(const std::string& place, std::optional<Model> embedder);
/// The name of the model that made its embeddings; empty: none.
std::string embedder_of(const std::string& place);

}  // namespace limn::remote
