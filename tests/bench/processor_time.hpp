// Seconds that the processors worked for this process, all of its threads together: what a figure
// is on a machine that others use as well. On so many free cores it takes that many times less.
#pragma once

#include <ctime>

namespace bench {

inline double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace bench
