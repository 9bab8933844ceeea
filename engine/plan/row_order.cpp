#include "plan/row_order.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numeric>
#include <type_traits>
#include <utility>

namespace engine {
namespace {

constexpr std::size_t kFewRows = 2048;  // below, comparing is quicker
constexpr int kDigitBits = 11;
constexpr std::size_t kDigits = std::size_t{1} << kDigitBits;

/// Unsigned numbers that stand in the order wanted: the float's bits, with the sign turned around.
template <class Float>
auto ordered_bits(Float key, bool is_largest_first) {
  using Bits = std::conditional_t<sizeof(Float) == 4, std::uint32_t, std::uint64_t>;
  constexpr Bits kSign = Bits{1} << (sizeof(Bits) * 8 - 1);
  if (std::isnan(key)) return ~Bits{0};
  const Bits bits = std::bit_cast<Bits>(key == 0 ? Float{0} : key);  // -0 is 0
  const Bits ascending = (bits & kSign) != 0 ? ~bits : bits | kSign;
  return is_largest_first ? ~ascending : ascending;
}

template <class Bits>
struct KeyedRow {
  Bits key;
  std::int32_t row;
};

/// One stable pass for each digit in which keys differ at all, lowest digit first.
template <class Bits>
void sort_by_digits(std::vector<KeyedRow<Bits>>& rows) {
  constexpr int kPasses = (sizeof(Bits) * 8 + kDigitBits - 1) / kDigitBits;
  std::vector<std::array<std::uint32_t, kDigits>> counts(kPasses);
  for (auto& count : counts) count.fill(0);
  const auto digit = [](Bits key, int pass) {
    return static_cast<std::size_t>(key >> (pass * kDigitBits)) & (kDigits - 1);
  };
  for (const KeyedRow<Bits>& row : rows) {
    for (int pass = 0; pass < kPasses; ++pass)
      ++counts[static_cast<std::size_t>(pass)][digit(row.key, pass)];
  }
  std::vector<KeyedRow<Bits>> other(rows.size());
  for (int pass = 0; pass < kPasses; ++pass) {
    auto& places = counts[static_cast<std::size_t>(pass)];
    if (places[digit(rows.front().key, pass)] == rows.size()) continue;
    std::uint32_t place = 0;
    for (std::uint32_t& count : places) place += std::exchange(count, place);
    for (const KeyedRow<Bits>& row : rows) other[places[digit(row.key, pass)]++] = row;
    rows.swap(other);
  }
}

template <class Float>
std::vector<std::int32_t> rows_by_comparing(std::span<const Float> keys,
                                            std::span<const std::int32_t> tracks,
                                            bool is_largest_first) {
  std::vector<std::int32_t> rows(keys.size());
  std::iota(rows.begin(), rows.end(), 0);
  std::sort(rows.begin(), rows.end(), [&](std::int32_t a, std::int32_t b) {
    const auto x = ordered_bits(keys[static_cast<std::size_t>(a)], is_largest_first),
               y = ordered_bits(keys[static_cast<std::size_t>(b)], is_largest_first);
    if (x != y) return x < y;
    const std::int32_t left = tracks[static_cast<std::size_t>(a)],
                       right = tracks[static_cast<std::size_t>(b)];
    return left != right ? left < right : a < b;
  });
  return rows;
}

template <class Float>
std::vector<std::int32_t> rows_in_order(std::span<const Float> keys,
                                        std::span<const std::int32_t> tracks,
                                        bool is_largest_first) {
  if (keys.size() < kFewRows) return rows_by_comparing(keys, tracks, is_largest_first);
  using Bits = decltype(ordered_bits(Float{}, true));
  std::vector<KeyedRow<Bits>> sorted(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i)
    sorted[i] = {ordered_bits(keys[i], is_largest_first), static_cast<std::int32_t>(i)};
  sort_by_digits(sorted);
  std::vector<std::int32_t> rows(keys.size());
  for (std::size_t begin = 0; begin < sorted.size();) {
    std::size_t end = begin;
    for (; end < sorted.size() && sorted[end].key == sorted[begin].key; ++end)
      rows[end] = sorted[end].row;
    const auto by_track = [&](std::int32_t a, std::int32_t b) {
      const std::int32_t left = tracks[static_cast<std::size_t>(a)],
                         right = tracks[static_cast<std::size_t>(b)];
      return left != right ? left < right : a < b;
    };
    const auto first = rows.begin() + static_cast<std::ptrdiff_t>(begin),
               last = rows.begin() + static_cast<std::ptrdiff_t>(end);
    if (end - begin > 1 && !std::is_sorted(first, last, by_track)) std::sort(first, last, by_track);
    begin = end;
  }
  return rows;
}

}  // namespace

std::vector<std::int32_t> rows_by(std::span<const float> keys, std::span<const std::int32_t> tracks,
                                  bool is_largest_first) {
  return rows_in_order(keys, tracks, is_largest_first);
}

std::vector<std::int32_t> rows_by(std::span<const double> keys,
                                  std::span<const std::int32_t> tracks, bool is_largest_first) {
  return rows_in_order(keys, tracks, is_largest_first);
}

}  // namespace engine
