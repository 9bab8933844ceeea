// What plugins say of themselves, as text for a terminal and as JSON.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "plugin/registry.hpp"

namespace engine {

/// Elements by kind, a line each with the first line of their help.
std::string elements_text(const Registry& registry);

/// Name, help, where it comes from, columns needed and added, parameter table.
std::string element_text(const Element& element);

/// Id, version, author, licence, path and the elements of one library.
std::string plugin_text(const LoadedPlugin& plugin);

/// {"name", "kind", "help", "plugin", "version", "path", "rowwise", "inputs": [{"name", "type",
/// "help", "optional"}], "outputs": [...], "parameters": [{"name", "type", "default", "min", "max",
/// "choices", "required", "tunable", "help"}]}; what does not apply to a type is left out.
nlohmann::ordered_json element_json(const Element& element);

/// {"id", "version", "author", "license", "path", "elements": [NAME]}
nlohmann::ordered_json plugin_json(const LoadedPlugin& plugin);

/// {"plugins": [...], "elements": [...], "problems": [{"path", "message"}]}
nlohmann::ordered_json registry_json(const Registry& registry);

}  // namespace engine
