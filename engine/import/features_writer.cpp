#include "import/features_writer.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>

#include "store/service_features.hpp"

namespace engine::import {
namespace {

using Values = std::array<std::optional<double>, kServiceFeatureCount>;

std::string columns_text() {
  std::string text;
  for (std::size_t k = 0; k < kServiceFeatureCount; ++k)
    text += std::string(", ") + kFeatureColumns[k].column;
  return text;
}

std::string places_text() {
  std::string text;
  for (std::size_t k = 0; k < kServiceFeatureCount; ++k) text += ", ?" + std::to_string(k + 5);
  return text;
}

Values values_of(const TableView& table, std::size_t row) {
  Values values;
  for (std::size_t k = 0; k < kServiceFeatureCount; ++k) {
    if (kFeatureColumns[k].is_integer) {
      const auto numbers = table.numbers<std::int32_t>(kFeatureColumns[k].field);
      if (!numbers.empty() && numbers[row] != INT32_MIN) values[k] = numbers[row];
    } else {
      const auto numbers = table.numbers<float>(kFeatureColumns[k].field);
      if (!numbers.empty() && std::isfinite(numbers[row])) values[k] = numbers[row];
    }
  }
  return values;
}

}  // namespace

FeaturesWriter::FeaturesWriter(Store& store)
    : find_track_(store.prepare("SELECT track_id FROM tracks WHERE track_id = ?1")),
      find_(store.prepare("SELECT is_found" + columns_text() +
                          " FROM service_features WHERE track_id = ?1 AND source = ?2")),
      put_(store.prepare("INSERT OR REPLACE INTO service_features (track_id, source, ts, is_found" +
                         columns_text() + ") VALUES (?1, ?2, ?3, ?4" + places_text() + ")")) {}

void FeaturesWriter::write(const TableView& table, const FileContext& file,
                           RecordBuckets& records) {
  const auto record = table.numbers<std::int64_t>("record");
  const auto track = table.numbers<std::int64_t>("track_id");
  for (std::size_t row = 0; row < table.rows; ++row) {
    if (!find_track_.find_integer(track[row])) {
      records.note(record[row], Outcome::kUnmatched);
      continue;
    }
    const Values values = values_of(table, row);
    bool is_found = false, is_same = true;
    find_.start(track[row], file.format);
    const bool is_there = find_.step(), was_found = is_there && find_.integer(0) != 0;
    for (std::size_t k = 0; k < kServiceFeatureCount; ++k) {
      is_found = is_found || values[k].has_value();
      const int column = static_cast<int>(k) + 1;
      const bool is_known = is_there && !find_.is_null(column);
      is_same = is_same && is_known == values[k].has_value() &&
                (!is_known || find_.real(column) == *values[k]);
    }
    find_.reset();
    // What it said once stays when it does not know the track any more.
    if ((is_found && !(is_there && is_same)) || (!is_found && !was_found)) {
      put_.reset();
      put_.bind(1, track[row]);
      put_.bind(2, std::string_view(file.format));
      put_.bind(3, file.now);
      put_.bind(4, std::int64_t{is_found ? 1 : 0});
      for (std::size_t k = 0; k < kServiceFeatureCount; ++k)
        put_.bind(static_cast<int>(k) + 5, values[k]);
      put_.step();
      put_.reset();
    }
    records.note(record[row], !is_found             ? Outcome::kNotFound
                              : is_there && is_same ? Outcome::kDuplicate
                              : was_found           ? Outcome::kUpdated
                                                    : Outcome::kNew);
  }
}

}  // namespace engine::import
