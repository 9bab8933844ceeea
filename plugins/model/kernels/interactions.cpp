#include "interactions.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <stdexcept>

namespace model {
namespace {

std::vector<std::int64_t> column_offsets(const SparseMatrix& matrix) {
  std::vector<std::int64_t> offsets(static_cast<std::size_t>(matrix.columns) + 1);
  for (const std::int32_t column : matrix.indices) ++offsets[static_cast<std::size_t>(column) + 1];
  std::partial_sum(offsets.begin(), offsets.end(), offsets.begin());
  return offsets;
}

template <typename T>
void append(std::string& bytes, const std::vector<T>& items) {
  bytes.append(reinterpret_cast<const char*>(items.data()), items.size() * sizeof(T));
}

/// Takes `count` items from the front.
template <typename T>
std::vector<T> taken(std::string_view& bytes, std::size_t count) {
  if (bytes.size() / sizeof(T) < count) throw std::runtime_error("a part has too few rows");
  std::vector<T> items(count);
  if (count > 0) std::memcpy(items.data(), bytes.data(), count * sizeof(T));
  bytes.remove_prefix(count * sizeof(T));
  return items;
}

}  // namespace

SparseMatrix transposed(const SparseMatrix& matrix) {
  SparseMatrix result;
  result.columns = matrix.rows();
  result.offsets = column_offsets(matrix);
  result.indices.resize(matrix.indices.size());
  result.values.resize(matrix.values.size());
  std::vector<std::int64_t> next(result.offsets.begin(), result.offsets.end() - 1);
  for (std::int32_t row = 0; row < matrix.rows(); ++row) {
    const auto columns = matrix.row(row);
    const auto values = matrix.row_values(row);
    for (std::size_t k = 0; k < columns.size(); ++k) {
      const auto at = static_cast<std::size_t>(next[static_cast<std::size_t>(columns[k])]++);
      result.indices[at] = row;
      result.values[at] = values[k];
    }
  }
  return result;
}

// Two transpositions sort the rows in linear time.
SparseMatrix with_columns(const SparseMatrix& matrix, std::span<const std::int32_t> rank) {
  SparseMatrix renamed = matrix;
  for (std::int32_t& column : renamed.indices) column = rank[static_cast<std::size_t>(column)];
  return transposed(transposed(renamed));
}

std::vector<std::int32_t> popularity_ranks(const SparseMatrix& matrix) {
  const std::vector<std::int64_t> offsets = column_offsets(matrix);
  std::vector<std::int32_t> by_count(static_cast<std::size_t>(matrix.columns));
  std::iota(by_count.begin(), by_count.end(), 0);
  const auto count = [&](std::int32_t column) {
    const auto at = static_cast<std::size_t>(column);
    return offsets[at + 1] - offsets[at];
  };
  std::stable_sort(by_count.begin(), by_count.end(),
                   [&](std::int32_t a, std::int32_t b) { return count(a) > count(b); });
  std::vector<std::int32_t> rank(by_count.size());
  for (std::size_t k = 0; k < by_count.size(); ++k)
    rank[static_cast<std::size_t>(by_count[k])] = static_cast<std::int32_t>(k);
  return rank;
}

std::string packed_lists(const SparseMatrix& lists) {
  std::string bytes;
  bytes.reserve(4 * static_cast<std::size_t>(lists.rows()) + 8 * lists.indices.size());
  std::vector<std::uint32_t> counts;
  for (std::int32_t row = 0; row < lists.rows(); ++row)
    counts.push_back(static_cast<std::uint32_t>(lists.row(row).size()));
  append(bytes, counts);
  append(bytes, lists.indices);
  append(bytes, lists.values);
  return bytes;
}

SparseMatrix unpacked_lists(std::string_view bytes, std::int32_t rows, std::int32_t columns) {
  SparseMatrix lists;
  lists.columns = columns;
  for (const std::uint32_t count : taken<std::uint32_t>(bytes, static_cast<std::size_t>(rows)))
    lists.offsets.push_back(lists.offsets.back() + count);
  const auto entries = static_cast<std::size_t>(lists.entries());
  lists.indices = taken<std::int32_t>(bytes, entries);
  lists.values = taken<float>(bytes, entries);
  const bool are_columns = std::all_of(lists.indices.begin(), lists.indices.end(),
                                       [&](std::int32_t k) { return k >= 0 && k < columns; });
  if (!are_columns || !bytes.empty()) throw std::runtime_error("a part is not of these rows");
  return lists;
}

}  // namespace model
