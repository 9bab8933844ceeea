#include "verbs/clock_units.hpp"

#include <string_view>
#include <utility>

namespace engine {

// config/systemd, which is installed as well.
extern const std::string_view kJobsServiceUnit, kJobsTimerUnit;

namespace verbs {
namespace {

constexpr const char* kUnitName = "playlist-engine-jobs";

/// As a word of ExecStart=, in which % stands for something else, and $ in all but the first.
std::string unit_word(const std::string& word, bool is_first = false) {
  std::string quoted = "\"";
  for (const char c : word) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (c == '%' || (c == '$' && !is_first)) quoted += c;
    quoted += c;
  }
  return quoted + "\"";
}

/// For a shell, in a line of cron, in which % is the end of the command.
std::string cron_word(const std::string& word) {
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      if (c == '%') quoted += '\\';
      quoted += c;
    }
  }
  return quoted + "'";
}

/// A unit of config/systemd for a program and what its verb is told.
std::string filled_unit(std::string_view unit, const std::string& engine,
                        const std::string& library) {
  std::string text(unit);
  for (const auto& [mark, word] :
       {std::pair{"@ENGINE@", &engine}, std::pair{"@LIBRARY@", &library}})
    text.replace(text.find(mark), std::string_view(mark).size(), *word);
  return text;
}

}  // namespace

ClockUnits clock_units(const std::string& program, const std::string& library) {
  const std::string name = kUnitName;
  ClockUnits units;
  const std::string asked = " --library " + unit_word(library);
  units.units.push_back(
      {name + ".service", filled_unit(kJobsServiceUnit, unit_word(program, true), asked)});
  units.units.push_back({name + ".timer", std::string(kJobsTimerUnit)});
  units.install = {"systemctl --user daemon-reload",
                   "systemctl --user enable --now " + name + ".timer", "loginctl enable-linger"};
  units.cron = "* * * * * " + cron_word(program) + " jobs run-due --library " + cron_word(library) +
               " >/dev/null 2>&1";
  return units;
}

std::string units_text(const ClockUnits& units, bool are_written) {
  std::string text = are_written
                         ? "then:\n"
                         : "# put both into ~/.config/systemd/user (engine jobs systemd --to "
                           "~/.config/systemd/user does), then:\n";
  for (const std::string& command : units.install)
    text += (are_written ? "  " : "#   ") + command + "\n";
  const std::string mark = are_written ? "" : "# ";
  text += mark + "the last of them has it go on while nobody is logged in\n";
  text += mark + "or, without systemd, a line of crontab -e:\n" + (are_written ? "  " : "#   ") +
          units.cron + "\n";
  return text;
}

}  // namespace verbs
}  // namespace engine
