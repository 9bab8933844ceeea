// The records of a JSON list, one by one, also behind a broken one.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "json.hpp"

namespace source {

/// The records of a list, one after the other, also behind a broken one.
///
///   JsonList list(reader, keys);            // the reader stands at '['
///   while (list.next()) {
///     if (list.read(fields, values)) ... else malformed(list.problem());
///   }
class JsonList {
 public:
  static constexpr std::size_t kLongestRecord = 1 << 20;

  /// Where the list stands decides which `]` behind a broken record can end it: one at the end of
  /// the text; one followed by `}` or `, "KEY":`; none, where records hold lists themselves.
  enum class Place { kTop, kInside, kInsideWithLists };
  /// `keys`: those a record can begin with, by which the next record behind a broken one is known.
  JsonList(JsonReader& reader, std::span<const std::string_view> keys, Place place = Place::kTop);
  /// True with the reader at the next record, false behind the end of the list.
  bool next();
  /// Reads the record at hand. False when it is broken, no object or longer than kLongestRecord;
  /// the reader then stands behind it.
  bool read(JsonFields& fields, JsonValue* values);
  /// What was wrong with the last record, with its byte.
  [[nodiscard]] const std::string& problem() const { return problem_; }
  /// Leaves the record at hand, found broken: the reader goes to the next `{ "KEY"` at or behind
  /// `from`, to the end of the list, or else to the end of the text.
  void recover(const char* from);
  /// The text ended before the list did.
  [[nodiscard]] bool is_cut() const { return is_cut_; }

 private:
  JsonReader& reader_;
  std::span<const std::string_view> keys_;
  Place place_;
  const char* start_ = nullptr;
  std::string problem_;
  bool is_open_, is_cut_ = false;
};

}  // namespace source
