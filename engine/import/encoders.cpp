#include "import/encoders.hpp"

#include <filesystem>
#include <optional>
#include <string_view>

#include "core/error.hpp"
#include "core/hash.hpp"
#include "core/mapped_file.hpp"
#include "import/space.hpp"
#include "store/encoders.hpp"

namespace engine::import {
namespace {

Encoder encoder_of_file(const std::string& space, const std::string& path) {
  const std::string whole = std::filesystem::absolute(path).lexically_normal().string();
  const MappedFile file(whole);
  return {space, whole, content_hash({reinterpret_cast<const char*>(file.data()), file.size()})};
}

[[noreturn]] void throw_taken(const std::string& space) {
  throw Error(Exit::kUsage, "the space " + space + " has vectors that were imported",
              {.where = {},
               .source = {},
               .why = "an encoder's vectors mean nothing beside those of another",
               .fix = "name another space: --space NAME"});
}

}  // namespace

bool use_encoder(Store& store, const std::string& space, const std::string& path) {
  check_space_name(space);
  const Encoder encoder = encoder_of_file(space, path);
  Transaction transaction(store);
  const std::optional<Encoder> before = find_encoder(store, space);
  if (!before && dim_of_space(store, space) > 0) throw_taken(space);
  bool has_gone = false;
  if (before && before->hash != encoder.hash) {
    for (const std::string table : {"embeddings", "prompt_vectors", "encoded_tracks"}) {
      if (store.prepare("DELETE FROM " + table + " WHERE space = ?1").run(space) > 0)
        has_gone = true;
    }
    store.bump_data_version();
  }
  store.prepare("INSERT OR REPLACE INTO encoders VALUES (?1, ?2, ?3)")
      .run(space, encoder.path, encoder.hash);
  transaction.commit();
  return has_gone;
}

}  // namespace engine::import
