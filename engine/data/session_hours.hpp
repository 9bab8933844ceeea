// The table "session_hours": whether a listening session began in each hour, and what was known of the
// person's habits as the hour began. What a model of when somebody listens learns from, and tells by.
//
// Rows     every hour from that of the first listen on to the one of `now`, and kHoursAhead more; of
//          these last ones nobody knows yet whether a session begins ("started" 255)
// As of    a row knows what had been heard to its end when its hour began, whenever the table is made: a
//          session is known once its first listen has ended. Hours ahead are told as if nothing were
//          heard until then
// Clock    hours and weekdays are those of the person's time zone
//
// The first columns are those of systems that publish theirs (hours, weekdays, counts of the last days);
// the others are shrunk log odds of a start, by the hour of the day, of the week, near it and
// altogether, of a past that fades with several half-lives.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "data/listen_statistics.hpp"
#include "data/owned_table.hpp"

namespace engine {

/// Rows behind that of `now`.
inline constexpr std::int64_t kHoursAhead = 24;

/// `listens` are those that had ended by `now`.
std::unique_ptr<OwnedTable> make_session_hours(const ListenColumns& listens,
                                               std::int64_t gap_seconds, std::int64_t now,
                                               const std::string& timezone);

}  // namespace engine
