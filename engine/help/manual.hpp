// Pages of man, section by section, for `man`: what they are written in is roff(7).
#pragma once

#include <string>
#include <string_view>

namespace engine {

/// A text that groff takes for no request and no escape.
std::string roff_text(std::string_view text);

class ManualPage {
 public:
  /// `name` in that section, "engine-run" in 1, and what it is in a line.
  ManualPage(std::string_view name, int section, std::string_view version,
             std::string_view what_it_is);

  ManualPage& heading(std::string_view title);
  /// Text as people write it into a terminal: lines that begin with a blank stay as they are, others
  /// run on; an empty line begins a paragraph.
  ManualPage& text(std::string_view lines);
  /// A line in the type of commands, "engine run RECIPE".
  ManualPage& command(std::string_view line);
  /// A term, and what it is below it.
  ManualPage& item(std::string_view term, std::string_view what);

  [[nodiscard]] const std::string& roff() const { return roff_; }

 private:
  std::string roff_;
};

}  // namespace engine
