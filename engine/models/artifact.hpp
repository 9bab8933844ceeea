// What a model learned: named matrices, tables, lists and bytes in one mapped file, and a card.
//
//   FOLDER/artifact.columns   engine/data/column_file.hpp; bytes NAME stand as table "bytes:NAME"
//   FOLDER/card.json          what the model says of itself, and what the engine noted (below)
//
// Card      "model" the name it is trained under; "element", "plugin", "version"; "as_of" and
//           "trained_at" in Unix seconds, "seconds"; "parameters" as given and by default; "data"
//           the hash of the tables it was learned from (models/read_tables.hpp); "sample" the share
//           of the people that it was learned from, where not all of them; "models" the
//           versions of other models that it read, where it did; "hash" of
//           artifact.columns and "file", by which the written file is known again without reading
//           it; "metrics" and all else that the model wrote itself
#pragma once

#include "playlist/plugin.h"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "data/column_file.hpp"
#include "data/dictionary.hpp"

namespace engine {

/// Takes what a model hands to PLAYLIST_SERVICE_ARTIFACT_WRITER. Everything is copied.
/// Each function throws std::invalid_argument with the words "it wrote ..." for what cannot be.
class ArtifactWriter {
 public:
  ArtifactWriter();
  ~ArtifactWriter();

  void matrix(std::string_view name, const playlist_matrix& matrix);
  void table(std::string_view name, const playlist_table& table);
  void lists(std::string_view name, const playlist_lists& lists);
  void bytes(std::string_view name, std::string_view bytes);
  /// One JSON object.
  void card(std::string_view json);

  [[nodiscard]] bool is_empty() const;
  /// Makes `folder` with the two files, synced; `noted` is laid over the model's own card.
  /// Returns the card. Throws Error(kStore).
  std::string write(const std::string& folder, const nlohmann::ordered_json& noted);

 private:
  struct Content;
  std::unique_ptr<Content> content_;
};

/// A written artifact, mapped.
class Artifact {
 public:
  /// Throws Error(kStore) naming folder and model when a file is missing, cut short or changed.
  static std::shared_ptr<const Artifact> open(const std::string& folder);

  /// nullptr when it holds none of that name.
  [[nodiscard]] const playlist_matrix* matrix(std::string_view name) const {
    return columns_->matrix(name);
  }
  [[nodiscard]] const playlist_table* table(std::string_view name) const;
  [[nodiscard]] const playlist_lists* lists(std::string_view name) const {
    return columns_->lists(name);
  }
  [[nodiscard]] const void* bytes(std::string_view name, std::uint64_t& length) const;
  [[nodiscard]] const std::string& card() const { return card_; }

 private:
  std::shared_ptr<const ColumnFile> columns_;
  std::string card_;
};

}  // namespace engine
