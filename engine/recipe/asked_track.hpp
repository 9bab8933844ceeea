// A track as people name it when they ask about a list.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "core/error.hpp"
#include "data/tables.hpp"
#include "plan/candidates.hpp"

namespace engine {

/// The place that "#3" names, from 1; nothing for other texts.
std::optional<std::size_t> place_in_list(const std::string& text);

/// What is wrong with a place behind the end of a list of so many tracks.
Error no_such_place(const std::string& asked, std::size_t tracks);

/// The number of the track: a place of the list, its one track of that name (title, or ARTIST -
/// TITLE), else any of the library as find_track() (recipe/why.hpp) has it. Throws Error(kInput).
std::int32_t asked_track(const Tables& tables, const Candidates& list, const std::string& asked);

}  // namespace engine
