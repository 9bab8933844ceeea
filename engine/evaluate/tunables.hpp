// The numbers of a recipe that `engine tune` may change, found in its text, so that a new value
// goes into exactly the place of the old one and every other byte stays.
//
//   weights      :score { NAME = NUMBER, ... }, also as :score({ ... }) and ["NAME"] = NUMBER
//   parameters   NAME = pl.int|number|share { NUMBER, ..., tune = true }
//
// A number is a decimal literal, with a sign or without. Comments and texts are not looked into.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace engine::evaluate {

struct Tunable {
  std::string name;  // "discovery"; "score.taste", "score#2.taste" from the second :score on
  bool is_weight = false;
  bool is_whole = false;  // pl.int
  double value = 0;
  double low = 0, high = 0;           // what a search may try
  std::size_t begin = 0, length = 0;  // of the literal in the text, sign included
  int line = 0;                       // 1-based
};

/// In the order of the text; `path` is for messages. Weights are searched over both signs and up to
/// 16 times their size; parameters over min..max, or a quarter to four times their value where a
/// bound is missing (-1..1 for a 0). Throws Error(kRecipe) with the line when a weight is no
/// literal (unless it is just p.NAME of a parameter with tune = true), when a default or bound of a
/// parameter with tune = true is none, and when there is nothing to tune.
std::vector<Tunable> find_tunables(const std::string& path, const std::string& text);

/// The text with new values, one per tunable; an unchanged value keeps its spelling.
std::string with_values(const std::string& text, const std::vector<Tunable>& tunables,
                        const std::vector<double>& values);

/// As it is written into a recipe: as few digits, from three on, as read back to the same value.
std::string spelled(const Tunable& tunable, double value);
/// The nearest value inside the range with three digits, or whole where the parameter is.
double rounded(const Tunable& tunable, double value);

}  // namespace engine::evaluate
