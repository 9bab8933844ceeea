// Everything that is wrong with a plugin library, found in processes of its own.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "plugin_check/contract.hpp"

namespace engine {

/// What is to be tried, and how.
struct Trial {
  std::string file, copies;  // the library, and the folder for content-named copies of it
  bool in_process = false;   // without workers, for debuggers
  ContractOptions contract;
};

/// One thing that an element does wrong, and the tests that show it.
struct Breach {
  std::string element, problem;
  std::vector<std::string> tests;
};

/// What was found; the library's code runs in workers only.
struct PluginVerdict {
  using Json = nlohmann::ordered_json;

  std::vector<std::string> problems, notes;
  std::vector<Breach> breaches;
  Json facts = Json::object();  // "id", "version", "elements", "links", where it told them
  Json tests = Json::array();   // {"element", "test", "ok", "ms", "told", "artifact"}
  double seconds = 0;           // that the tests took

  /// The names of what it offers.
  [[nodiscard]] std::vector<std::string> elements() const;
};

/// The file, its symbols, its description. Throws Error(kInterrupted).
PluginVerdict examine_plugin(const Trial& trial);

/// Runs the tests of the contract over what the library offers, and adds to `verdict` what they
/// showed. A test that ends its process is one problem; the next process goes on behind it. Throws
/// Error(kInterrupted).
void keep_contract(const Trial& trial, PluginVerdict& verdict);

nlohmann::ordered_json verdict_json(const std::string& file, const PluginVerdict& verdict);
std::string verdict_text(const std::string& file, const PluginVerdict& verdict);

}  // namespace engine
