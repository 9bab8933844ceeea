#include "named_fields.hpp"

#include <string>

namespace source {
namespace {

/// "Created At" -> "createdat".
std::string letters_of(std::string_view name) {
  std::string letters;
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z') letters += static_cast<char>(c - 'A' + 'a');
    if (c >= 'a' && c <= 'z') letters += c;
  }
  return letters;
}

}  // namespace

int NamedFields::rank(std::string_view name, std::size_t field) const {
  const std::string letters = letters_of(name);
  for (std::size_t k = 0; k < fields_[field].size(); ++k) {
    if (letters == fields_[field][k]) return static_cast<int>(k);
  }
  return kNoRank;
}

bool NamedFields::has(std::string_view name) const {
  for (std::size_t field = 0; field < size(); ++field) {
    if (rank(name, field) < kNoRank) return true;
  }
  return false;
}

int NamedFields::column(const CsvReader& header, std::size_t field) const {
  int best = -1, lowest = kNoRank;
  for (int column = 0; column < static_cast<int>(header.size()); ++column) {
    const int at = rank(header[column], field);
    if (at >= lowest) continue;
    lowest = at;
    best = column;
  }
  return best;
}

}  // namespace source
