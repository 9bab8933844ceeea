// Records whose fields go by several names, spelled as people spell them: "Created At",
// "created_at" and "createdAt" are one.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "csv.hpp"
#include "json.hpp"

namespace source {

class NamedFields {
 public:
  using Names = std::span<const std::string_view>;

  /// fields[k]: the names of field k in lower-case letters, the best first. They must outlive it.
  explicit constexpr NamedFields(std::span<const Names> fields) : fields_(fields) {}

  static constexpr std::size_t kMost = 8;
  [[nodiscard]] std::size_t size() const { return fields_.size(); }
  /// True for one of the names.
  [[nodiscard]] bool has(std::string_view name) const;
  /// The best column of the header for this field, -1 when it has none.
  [[nodiscard]] int column(const CsvReader& header, std::size_t field) const;

  /// Reads the object at the reader: values[k] is the best named value of field k that is not null,
  /// kMissing where there is none. `names` is called with every key. False when the object is
  /// broken; what came before is set then, and a list that is cut is one all the same.
  template <class Visit>
  bool read(JsonReader& reader, JsonValue* values, Visit names) const;
  bool read(JsonReader& reader, JsonValue* values) const {
    return read(reader, values, [](std::string_view) {});
  }

 private:
  static constexpr int kNoRank = 1 << 10;
  /// How good a name is for the field: 0 best.
  [[nodiscard]] int rank(std::string_view name, std::size_t field) const;

  std::span<const Names> fields_;
};

template <class Visit>
bool NamedFields::read(JsonReader& reader, JsonValue* values, Visit names) const {
  int ranks[kMost];
  for (std::size_t field = 0; field < size(); ++field) {
    values[field] = {};
    ranks[field] = kNoRank;
  }
  if (!reader.take('{')) return reader.fail("a record in {} is expected");
  if (reader.take('}')) return true;
  do {
    JsonValue key, value;
    if (!reader.text(key)) return false;
    names(key.raw);
    if (!reader.take(':')) return reader.fail("\":\" is expected behind a key");
    if (reader.peek() == '[') value.kind = JsonValue::Kind::kList;
    const bool is_sound = reader.value(value);
    for (std::size_t field = 0; field < size() && value.is_given(); ++field) {
      const int at = rank(key.raw, field);
      if (at >= ranks[field]) continue;
      ranks[field] = at;
      values[field] = value;
    }
    if (!is_sound) return false;
  } while (reader.take(','));
  if (reader.take('}')) return true;
  return reader.fail(reader.position() == reader.end() ? "the file ends inside a record"
                                                       : "\",\" is expected");
}

}  // namespace source
