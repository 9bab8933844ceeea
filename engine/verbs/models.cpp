// engine models: the trained models of a library; engine models NAME: one of them, whole.
#include "models/models.hpp"

#include <filesystem>

#include "core/calendar.hpp"
#include "core/shown_text.hpp"
#include "models/open_version.hpp"
#include "plugin/registry.hpp"
#include "verbs/card_text.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

constexpr int kCardColumns = 80;  // where nobody knows how wide the screen is

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size() + 2), ' ');
  return text;
}

std::vector<ModelVersion> versions_of(const app::Caller& caller) {
  if (!std::filesystem::exists(caller.home.library_path())) return {};
  return list_models(
      Store::open(caller.home.library_path(), {.is_read_only = true, .may_create = false}));
}

/// What is wrong with its files, or "".
std::string damage(const ModelVersion& version) {
  try {
    open_version(version);
    return "";
  } catch (const Error& error) {
    return error.parts().why;
  }
}

Json version_json(const ModelVersion& version) {
  Json json = {{"id", version.id},
               {"as_of", format_time(version.as_of)},
               {"path", version.path},
               {"card", Json::parse(version.card)}};
  if (version.user_id != 0) json["user"] = version.user;
  if (const std::string why = damage(version); !why.empty()) json["damaged"] = why;
  return json;
}

/// " of ann" for a version that serves one person only.
std::string whose(const Json& version) {
  return version.contains("user") ? " of " + one_line(version["user"].get<std::string>()) : "";
}

/// Every model there is, trained or not; a model whose plugin is gone too.
Answer list_all_models(const app::Caller& caller) {
  std::map<std::string, std::vector<ModelVersion>> by_name;
  for (const Element* model : caller.registry()->elements(PLAYLIST_MODEL))
    by_name[model->description->name];
  for (ModelVersion& version : versions_of(caller))
    by_name[version.name].push_back(std::move(version));
  Json all = Json::array();
  std::string text;
  for (const auto& [name, versions] : by_name) {
    Json json = {{"name", name}, {"versions", Json::array()}};
    for (const ModelVersion& version : versions) json["versions"].push_back(version_json(version));
    text += padded(name, 22);
    if (versions.empty()) {
      text += "not trained yet\n";
    } else {
      const Json& newest = json["versions"].front();
      text +=
          "as of " + newest.at("as_of").get<std::string>() + whose(newest) + ", " +
          std::to_string(versions.size()) + (versions.size() == 1 ? " version" : " versions") +
          (newest.contains("damaged") ? ", damaged: " + newest["damaged"].get<std::string>() : "") +
          "\n";
    }
    all.push_back(std::move(json));
  }
  return {by_name.empty() ? Exit::kNothing : Exit::kDone, {{"models", all}}, text};
}

Answer show_model(const app::Caller& caller, std::string name) {
  if (!name.starts_with("model.")) name = "model." + name;
  Json versions = Json::array();
  std::vector<std::string> known;
  for (const ModelVersion& version : versions_of(caller)) {
    if (version.name == name) versions.push_back(version_json(version));
    known.push_back(version.name);
  }
  if (versions.empty()) {
    const std::string near = nearest(name, known);
    throw Error(
        Exit::kInput, name + " has not been trained",
        {"", "", "",
         near.empty() ? "see: engine models, and engine train" : "did you mean " + near + "?"});
  }
  std::string text;
  for (const Json& version : versions) {
    text += name + " as of " + version.at("as_of").get<std::string>() + whose(version) + "\n";
    Json card = version.at("card");
    card.erase("model");
    card.erase("as_of");
    text += card_text(card, caller.screen.columns > 0 ? caller.screen.columns : kCardColumns);
    if (version.contains("damaged"))
      text += "  damaged         " + version["damaged"].get<std::string>() + "\n";
  }
  return {.data = {{"name", name}, {"versions", versions}}, .text = text};
}

Answer models(const app::Caller& caller, const Arguments& arguments) {
  const std::string& name = arguments.text("model");
  return name.empty() ? list_all_models(caller) : show_model(caller, name);
}

}  // namespace

std::vector<Verb> models_verbs() {
  return {{.name = "models",
           .help = "List the trained models, or the versions of one",
           .parameters = {{.name = "model",
                           .value_name = "MODEL",
                           .help = "Show this one's versions and cards",
                           .is_first = true}},
           .answer = models}};
}

}  // namespace engine::verbs
