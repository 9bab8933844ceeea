#include "help/manual.hpp"

#include <algorithm>
#include <sstream>

namespace engine {

std::string roff_text(std::string_view text) {
  std::string made;
  if (text.starts_with(".") || text.starts_with("'")) made = "\\&";
  for (const char c : text) {
    if (c == '\\') {
      made += "\\e";
    } else if (c == '-') {
      made += "\\-";
    } else {
      made += c;
    }
  }
  return made;
}

ManualPage::ManualPage(std::string_view name, int section, std::string_view version,
                       std::string_view what_it_is) {
  std::string upper(name);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  roff_ = ".TH \"" + roff_text(upper) + "\" " + std::to_string(section) +
          " \"\" \"Playlist Engine " + std::string(version) + "\"\n.ad l\n.nh\n.SH NAME\n" +
          roff_text(name) + " \\- " + roff_text(what_it_is) + "\n";
}

ManualPage& ManualPage::heading(std::string_view title) {
  roff_ += ".SH " + roff_text(title) + "\n";
  return *this;
}

ManualPage& ManualPage::text(std::string_view lines) {
  std::istringstream words{std::string(lines)};
  bool is_kept = false;
  const auto keep = [&](bool is_to_be) {
    if (is_to_be != is_kept) roff_ += is_to_be ? ".nf\n" : ".fi\n";
    is_kept = is_to_be;
  };
  roff_ += ".PP\n";
  for (std::string line; std::getline(words, line);) {
    keep(line.starts_with(" "));
    roff_ += line.empty() ? ".PP\n" : roff_text(line) + "\n";
  }
  keep(false);
  return *this;
}

ManualPage& ManualPage::command(std::string_view line) {
  roff_ += ".nf\n\\fB" + roff_text(line) + "\\fR\n.fi\n";
  return *this;
}

ManualPage& ManualPage::item(std::string_view term, std::string_view what) {
  roff_ += ".TP\n\\fB" + roff_text(term) + "\\fR\n";
  std::istringstream lines{std::string(what)};
  for (std::string line; std::getline(lines, line);) roff_ += roff_text(line) + "\n";
  return *this;
}

}  // namespace engine
