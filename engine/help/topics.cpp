#include "help/topics.hpp"

#include <algorithm>
#include <sstream>

namespace engine {

extern const std::string_view kTopic_bot, kTopic_changes, kTopic_cluster, kTopic_columns,
    kTopic_cookbook, kTopic_elements, kTopic_evaluation, kTopic_exports, kTopic_feedback,
    kTopic_files, kTopic_formats, kTopic_install, kTopic_kept, kTopic_llm, kTopic_models,
    kTopic_operating, kTopic_patterns, kTopic_players, kTopic_plugins, kTopic_recipes, kTopic_serve,
    kTopic_services, kTopic_sets, kTopic_shuffle, kTopic_start, kTopic_verbs;

namespace {

const Topic kTopics[] = {
    // Where one begins.
    {"start", kTopic_start},
    {"install", kTopic_install},
    {"exports", kTopic_exports},
    // How lists are said, and by what.
    {"recipes", kTopic_recipes},
    {"cookbook", kTopic_cookbook},
    {"columns", kTopic_columns},
    {"sets", kTopic_sets},
    {"elements", kTopic_elements},
    {"files", kTopic_files},
    {"formats", kTopic_formats},
    // What is learned and how well it chooses.
    {"models", kTopic_models},
    {"evaluation", kTopic_evaluation},
    {"shuffle", kTopic_shuffle},
    // Living with it.
    {"feedback", kTopic_feedback},
    {"kept", kTopic_kept},
    {"patterns", kTopic_patterns},
    {"players", kTopic_players},
    {"services", kTopic_services},
    {"llm", kTopic_llm},
    {"serve", kTopic_serve},
    {"bot", kTopic_bot},
    {"operating", kTopic_operating},
    {"cluster", kTopic_cluster},
    // To look things up.
    {"verbs", kTopic_verbs},
    {"plugins", kTopic_plugins},
    {"changes", kTopic_changes},
};

}  // namespace

std::span<const Topic> topics() {
  return kTopics;
}

const Topic* find_topic(std::string_view name) {
  const auto found = std::find_if(std::begin(kTopics), std::end(kTopics),
                                  [&](const Topic& topic) { return topic.name == name; });
  return found == std::end(kTopics) ? nullptr : found;
}

std::string filled_in(const Topic& topic,
                      const std::function<std::string(const std::string& name)>& reference) {
  std::string made;
  std::istringstream lines{std::string(topic.markdown)};
  for (std::string line; std::getline(lines, line);) {
    const bool is_reference = line.starts_with("{{") && line.ends_with("}}");
    made += is_reference ? reference(line.substr(2, line.size() - 4)) : line;
    made += '\n';
  }
  return made;
}

}  // namespace engine
