// The card of a model (models/artifact.hpp), which is JSON of any shape, as lines that people read.
//
//   objects    their name, then their own lines further in
//   tables     objects or lists of objects of the same numbers: a row of each, in as many blocks as
//              the columns need
//   intervals  "auc" beside "auc_interval": [low, high] is one line: 0.71, 0.66..0.75
//   lists      the first few, and how many there are
//   numbers    4 digits, in tables 3; whole ones whole; null: none
//   texts      broken between words
#pragma once

#include <string>

#include "verbs/verb.hpp"

namespace engine::verbs {

/// Of at most `columns` places, but for words that are longer; two blanks before each line.
std::string card_text(const Json& card, int columns);

}  // namespace engine::verbs
