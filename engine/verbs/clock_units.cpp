#include "verbs/clock_units.hpp"

namespace engine::verbs {
namespace {

constexpr const char* kUnitName = "playlist-engine-jobs";

/// As a word of ExecStart=, in which % and $ stand for something else.
std::string unit_word(const std::string& word) {
  std::string quoted = "\"";
  for (const char c : word) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (c == '%' || c == '$') quoted += c;
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

}  // namespace

ClockUnits clock_units(const std::string& program, const std::string& library) {
  const std::string name = kUnitName;
  ClockUnits units;
  units.units.push_back({name + ".service",
                         "[Unit]\n"
                         "Description=Playlist Engine: the jobs that are due\n"
                         "\n"
                         "[Service]\n"
                         "Type=oneshot\n"
                         "ExecStart=" +
                             unit_word(program) + " jobs run-due --library " + unit_word(library) +
                             "\n"
                             "SuccessExitStatus=1\n"
                             "Nice=10\n"});
  units.units.push_back({name + ".timer",
                         "[Unit]\n"
                         "Description=Playlist Engine: looks every minute for jobs that are due\n"
                         "\n"
                         "[Timer]\n"
                         "OnCalendar=minutely\n"
                         "AccuracySec=10s\n"
                         "\n"
                         "[Install]\n"
                         "WantedBy=timers.target\n"});
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

}  // namespace engine::verbs
