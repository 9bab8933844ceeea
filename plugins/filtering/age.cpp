#include "age.hpp"

#include "playlist/columns.hpp"
#include "playlist/error.hpp"

std::string age_in_words(std::int64_t ts, std::int64_t now) {
  if (playlist::is_missing(ts)) return "at an unknown time";
  const std::int64_t days = ts >= now ? 0 : (now - ts) / kDay;
  if (days == 0) return "today";
  if (days == 1) return "yesterday";
  if (days < 14) return playlist::concat(days, " days ago");
  if (days < 63) return playlist::concat(days / 7, " weeks ago");
  if (days < 730) return playlist::concat(days * 12 / 365, " months ago");
  return playlist::concat(days / 365, " years ago");
}
