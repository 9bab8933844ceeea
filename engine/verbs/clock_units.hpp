// What has the machine look every minute for jobs that are due: units of systemd, or a line for cron.
#pragma once

#include <string>
#include <vector>

namespace engine::verbs {

struct ClockUnit {
  std::string name, text;
};
struct ClockUnits {
  std::vector<ClockUnit> units;      // the service, the timer
  std::vector<std::string> install;  // commands, once the files are in their place
  std::string cron;                  // a line
};

/// Of `program` for the library, both by their whole paths.
ClockUnits clock_units(const std::string& program, const std::string& library);
/// What to do with them, for a person.
std::string units_text(const ClockUnits& units, bool are_written);

}  // namespace engine::verbs
