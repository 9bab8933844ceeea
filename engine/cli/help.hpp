// What the program says of itself: a first page, and the help of each verb.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace engine {

/// The group of the options that every verb takes.
inline constexpr const char* kCommonGroup = "COMMON";

/// CLI11's help, with the options that every verb takes below those of the verb.
class VerbHelp final : public CLI::Formatter {
 public:
  std::string make_footer(const CLI::App* app) const override;
};

/// What `engine` alone answers: where to begin.
std::string first_page();

}  // namespace engine
