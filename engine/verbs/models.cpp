// engine models: the trained models of a library; engine models NAME: one of them, whole.
//
// As of    With --now the versions that there were by then: nothing of a later training is told
// Due      A model whose card says "retrain_days" is due to be trained again so many days after the
//          date as of which the newest version of a person, or of everybody, was trained
#include "models/models.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>

#include "core/calendar.hpp"
#include "core/duration.hpp"
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

std::vector<ModelVersion> all_versions(const app::Caller& caller) {
  if (!std::filesystem::exists(caller.home.library_path())) return {};
  return list_models(
      Store::open(caller.home.library_path(), {.is_read_only = true, .may_create = false}));
}

bool is_later(const app::Caller& caller, const ModelVersion& version) {
  return caller.asked.is_now_given && version.as_of > caller.asked.now;
}

std::vector<ModelVersion> versions_of(const app::Caller& caller) {
  std::vector<ModelVersion> versions = all_versions(caller);
  std::erase_if(versions, [&](const ModelVersion& one) { return is_later(caller, one); });
  return versions;
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

/// The versions of a model, newest first, each with "due_since" where it is its person's newest and
/// that is over by now.
Json versions_json(const std::vector<ModelVersion>& versions, std::int64_t now) {
  Json all = Json::array();
  std::set<std::int64_t> people;
  for (const ModelVersion& version : versions) {
    Json json = version_json(version);
    const Json& card = json.at("card");
    const bool is_newest = people.insert(version.user_id).second;
    if (is_newest && card.contains("retrain_days") && card["retrain_days"].is_number_integer()) {
      const std::int64_t due = version.as_of + card["retrain_days"].get<std::int64_t>() * kDay;
      if (due <= now) json["due_since"] = format_time(due);
    }
    all.push_back(std::move(json));
  }
  return all;
}

/// ", due since 2026-12-13T00:00:00Z", ", due for 12 people"; "" where it is not.
std::string due_text(const Json& versions) {
  std::vector<std::string> since;
  for (const Json& version : versions)
    if (version.contains("due_since")) since.push_back(version["due_since"].get<std::string>());
  if (since.empty()) return "";
  return since.size() == 1 ? ", due since " + since.front()
                           : ", due for " + std::to_string(since.size()) + " people";
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
    Json json = {{"name", name}, {"versions", versions_json(versions, caller.asked.now)}};
    text += padded(name, 22);
    if (versions.empty()) {
      text += "not trained yet\n";
    } else {
      const Json& newest = json["versions"].front();
      text +=
          "as of " + newest.at("as_of").get<std::string>() + whose(newest) + ", " +
          std::to_string(versions.size()) + (versions.size() == 1 ? " version" : " versions") +
          due_text(json["versions"]) +
          (newest.contains("damaged") ? ", damaged: " + newest["damaged"].get<std::string>() : "") +
          "\n";
    }
    all.push_back(std::move(json));
  }
  return {by_name.empty() ? Exit::kNothing : Exit::kDone, {{"models", all}}, text};
}

/// Of `all`, which has no version of it that was there by then.
Error not_trained(const app::Caller& caller, const std::string& name,
                  const std::vector<ModelVersion>& all) {
  std::optional<std::int64_t> first;
  std::vector<std::string> known;
  for (const ModelVersion& version : all) {
    if (version.name == name) first = std::min(first.value_or(version.as_of), version.as_of);
    known.push_back(version.name);
  }
  if (first)
    return Error(
        Exit::kInput, name + " has not been trained as of " + format_time(caller.asked.now),
        {"", "", "its first version is as of " + format_time(*first), "ask as of then, or later"});
  const std::string near = nearest(name, known);
  return Error(
      Exit::kInput, name + " has not been trained",
      {"", "", "",
       near.empty() ? "see: engine models, and engine train" : "did you mean " + near + "?"});
}

Answer show_model(const app::Caller& caller, std::string name) {
  if (!name.starts_with("model.")) name = "model." + name;
  const std::vector<ModelVersion> all = all_versions(caller);
  std::vector<ModelVersion> found;
  for (const ModelVersion& version : all)
    if (version.name == name && !is_later(caller, version)) found.push_back(version);
  if (found.empty()) throw not_trained(caller, name, all);
  const Json versions = versions_json(found, caller.asked.now);
  std::string text;
  for (const Json& version : versions) {
    text += name + " as of " + version.at("as_of").get<std::string>() + whose(version) + "\n";
    Json card = version.at("card");
    card.erase("model");
    card.erase("as_of");
    text += card_text(card, caller.screen.columns > 0 ? caller.screen.columns : kCardColumns);
    if (version.contains("due_since"))
      text += "  due since       " + version["due_since"].get<std::string>() + "\n";
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
           .footer = "With --now the versions that there were by then, and what was due then.\n",
           .answer = models}};
}

}  // namespace engine::verbs
