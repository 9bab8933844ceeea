// How alike two titles of one artist are written, for tracks whose names are not quite the same at
// two sources. Titles as in core/text_key.hpp: folded, without guests, editions and versions.
//
// Alike   the same but for blanks ("inbetween days", "in between days"), for "the" at the beginning,
//         for ways to write parts ("pt. ii", "part 2") and "-in'" for "-ing"; and words with slips in
//         them ("search and destory")
// Never   other numbers or single letters ("Part 1", "Part 2"; "in C", "in D"); a word that begins
//         otherwise or is longer at its end ("evolution", "revolution"; "title", "titles"); a short
//         word that is another ("lo", "la"); "minor" for "major"; titles of fewer than six letters; slips in
//         scripts without small letters, where one sign is a word
// Score   1 - slips / letters, where adding, dropping, changing a letter or swapping two is a slip, at
//         most two in all; a blank costs 0.01, "the" half a slip
// Threads: any.
#pragma once

#include <string_view>

namespace engine {

/// In [0, 1]; 0 where they are never taken for the same.
double title_likeness(std::string_view a, std::string_view b);

/// The share of letters that they have in common, in order: to show what comes nearest, also among
/// titles that are never the same.
double title_nearness(std::string_view a, std::string_view b);

}  // namespace engine
