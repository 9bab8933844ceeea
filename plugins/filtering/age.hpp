// How long ago, in words coarse enough that a run has few different ones.
#pragma once

#include <cstdint>
#include <string>

constexpr std::int64_t kDay = 86'400;  // seconds

/// "today", "yesterday", "3 days ago" (up to 13), "5 weeks ago" (up to 8), "7 months ago" (up to
/// 23), "4 years ago". A time after `now` counts as today; "at an unknown time"
/// for a missing one.
std::string age_in_words(std::int64_t ts, std::int64_t now);
