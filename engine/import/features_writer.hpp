// What services say tracks sound like: the table "features".
//
// Buckets   new; updated: the service said something else before; duplicate;
//           not_found: it was asked and knows nothing, which is kept with its time so that it is not
//           asked again soon; unmatched: there is no such track any more
#pragma once

#include "import/file_context.hpp"
#include "import/messages.hpp"
#include "import/record_buckets.hpp"
#include "store/store.hpp"

namespace engine::import {

class FeaturesWriter {
 public:
  explicit FeaturesWriter(Store& store);

  void write(const TableView& table, const FileContext& file, RecordBuckets& records);

 private:
  Statement find_track_, find_, put_;
};

}  // namespace engine::import
