// Where albums' pictures are, as the column "artwork" of rows that name tracks tells it. It is no
// record of its own: the row's bucket says what became of the row.
#pragma once

#include <cstdint>
#include <span>

#include "import/messages.hpp"
#include "store/store.hpp"

namespace engine::import {

class ArtworkWriter {
 public:
  explicit ArtworkWriter(Store& store);

  /// `tracks`: the track of each row, 0 none. The newest address counts; one that is none is left
  /// out.
  void write(const TableView& table, std::span<const std::int64_t> tracks, std::int64_t now);

 private:
  Statement put_;
};

}  // namespace engine::import
