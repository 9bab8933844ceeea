// Artist credits: the text "A, B & C" in which some services join several artists, while others
// name the first one alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace engine::import {

/// The names that a credit may be joined from, likeliest first: those that begin it before those
/// inside, longer ones before shorter ones; at most kMostParts parts are told apart. Empty when
/// nothing in the text joins names. Whether it does is for others to find out: "Dunmore, The
/// Miller" may be one artist.
///
///   "A, B & C" -> "A, B", "A", "B & C", "B", "C"
std::vector<std::string> credited_names(std::string_view credit);

inline constexpr std::size_t kMostParts = 6;

}  // namespace engine::import
