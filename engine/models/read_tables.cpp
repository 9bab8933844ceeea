#include "models/read_tables.hpp"

#include <algorithm>

#include "core/column_types.hpp"
#include "core/hash.hpp"
#include "data/declared_tables.hpp"

namespace engine {
namespace {

template <typename T>
std::string_view bytes_of(const T* items, std::size_t count) {
  return {reinterpret_cast<const char*>(items), count * sizeof(T)};
}

/// Texts themselves, as their codes are those of this load.
std::string hash_of(const playlist_column& column, std::size_t rows) {
  if (column.type != PLAYLIST_STRING)
    return content_hash({static_cast<const char*>(column.data), rows * item_length(column.type)});
  std::string texts;
  const auto* codes = static_cast<const std::int32_t*>(column.data);
  for (std::size_t row = 0; row < rows; ++row) {
    texts += codes[row] < 0 ? "-" : "+";
    texts += text_of(column, codes[row]);
    texts += '\0';
  }
  return content_hash(texts);
}

std::string hash_of(const playlist_table& table) {
  std::string hashes = std::to_string(table.rows);
  for (std::uint32_t k = 0; k < table.column_count; ++k) {
    const playlist_column& column = *table.columns[k];
    hashes += std::string(" ") + column.name + " ";
    hashes += hash_of(column, static_cast<std::size_t>(table.rows));
  }
  return hashes;
}

std::string hash_of(const playlist_lists& lists) {
  const auto rows = static_cast<std::size_t>(lists.rows);
  const auto count = static_cast<std::size_t>(lists.offsets[rows]);
  std::string hashes = content_hash(bytes_of(lists.offsets, rows + 1)) + " " +
                       content_hash(bytes_of(lists.values, count));
  if (lists.weights != nullptr) hashes += " " + content_hash(bytes_of(lists.weights, count));
  return hashes;
}

std::string hash_of(const playlist_matrix& matrix) {
  const std::size_t values = static_cast<std::size_t>(matrix.rows) * matrix.columns;
  return std::to_string(matrix.columns) + " " + content_hash(bytes_of(matrix.data, values));
}

bool is_of_one_person(std::string_view table) {
  const DeclaredTable* declared = find_declared(table);
  return declared != nullptr && declared->owner == TableOwner::kUser;
}

template <typename Kind>
void append(std::string& hashes, const char* kind,
            const std::map<std::string, const Kind*, std::less<>>& read) {
  for (const auto& [name, found] : read) {
    hashes += std::string(kind) + " " + name + " ";
    hashes += (found == nullptr ? "none" : hash_of(*found)) + "\n";
  }
}

}  // namespace

template <typename Kind>
const Kind* ReadTables::note(std::map<std::string, const Kind*, std::less<>>& read,
                             std::string_view name, const Kind* found) const {
  const std::lock_guard lock(mutex_);
  read.emplace(name, found);
  return found;
}

const playlist_table* ReadTables::table(std::string_view name) const {
  tell_if_own(name);
  return note(read_tables_, name, tables_.table(name));
}

const playlist_lists* ReadTables::lists(std::string_view name) const {
  return note(read_lists_, name, tables_.lists(name));
}

const playlist_matrix* ReadTables::embedding(std::string_view space) const {
  return note(read_embeddings_, space, tables_.embedding(space));
}

void ReadTables::tell_if_own(std::string_view table) const {
  if (reads_own_ && is_of_one_person(table) && !is_told_.exchange(true)) reads_own_();
}

bool ReadTables::has_read_own() const {
  const std::lock_guard lock(mutex_);
  return std::any_of(read_tables_.begin(), read_tables_.end(),
                     [](const auto& read) { return is_of_one_person(read.first); });
}

std::string ReadTables::hash() const {
  const std::lock_guard lock(mutex_);
  std::string hashes;
  append(hashes, "table", read_tables_);
  append(hashes, "lists", read_lists_);
  append(hashes, "embedding", read_embeddings_);
  return content_hash(hashes);
}

}  // namespace engine
