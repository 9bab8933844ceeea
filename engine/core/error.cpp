#include "core/error.hpp"

#include <algorithm>
#include <cctype>

namespace engine {
namespace {

/// Optimal string alignment distance, case-insensitive.
int edit_distance(const std::string& a, const std::string& b) {
  const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
  const std::size_t rows = a.size() + 1, columns = b.size() + 1;
  std::vector<int> d(rows * columns);
  const auto at = [&](std::size_t i, std::size_t j) -> int& { return d[i * columns + j]; };
  for (std::size_t i = 0; i < rows; ++i) at(i, 0) = static_cast<int>(i);
  for (std::size_t j = 0; j < columns; ++j) at(0, j) = static_cast<int>(j);
  for (std::size_t i = 1; i < rows; ++i) {
    for (std::size_t j = 1; j < columns; ++j) {
      const int cost = lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1;
      at(i, j) = std::min({at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + cost});
      const bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                           lower(a[i - 2]) == lower(b[j - 1]);
      if (swapped) at(i, j) = std::min(at(i, j), at(i - 2, j - 2) + 1);
    }
  }
  return at(rows - 1, columns - 1);
}

/// Further lines stand below the first: a message from a recipe or a plugin cannot pass for a part
/// of its own, or for another error.
std::string indented(const std::string& part) {
  constexpr std::size_t kIndent = 9;
  std::string result;
  for (std::size_t at = 0; at <= part.size();) {
    const std::size_t end = std::min(part.find('\n', at), part.size());
    const std::string_view line = std::string_view(part).substr(at, end - at);
    if (at > 0) {
      const std::size_t blanks = std::min(line.find_first_not_of(' '), line.size());
      result += "\n" + std::string(blanks < kIndent ? kIndent - blanks : 0, ' ');
    }
    result += line;
    at = end + 1;
  }
  return result;
}

}  // namespace

std::string Error::text() const {
  std::string text = "error: " + indented(what());
  if (!parts_.where.empty()) text += "\n  where: " + indented(parts_.where);
  if (!parts_.source.empty()) text += "\n  |      " + indented(parts_.source);
  if (!parts_.why.empty()) text += "\n  why:   " + indented(parts_.why);
  if (!parts_.fix.empty()) text += "\n  fix:   " + indented(parts_.fix);
  return text;
}

std::string nearest(const std::string& word, const std::vector<std::string>& known) {
  constexpr std::size_t kLongest = 100;  // the distance takes time and memory by its square
  if (word.size() > kLongest) return "";
  std::string best;
  int best_distance = std::max(1, static_cast<int>(word.size()) / 3) + 1;
  for (const std::string& candidate : known) {
    if (candidate.size() > 2 * kLongest) continue;
    const int distance = edit_distance(word, candidate);
    if (distance < best_distance ||
        (distance == best_distance && !best.empty() && candidate < best)) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace engine
