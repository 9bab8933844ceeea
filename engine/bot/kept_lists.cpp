#include "bot/kept_lists.hpp"

#include <algorithm>

#include "bot/reference.hpp"
#include "bot/rendering.hpp"
#include "bot/request.hpp"
#include "core/counted.hpp"
#include "core/hash.hpp"

namespace engine::bot {

using verbs::Given;
using verbs::Json;

namespace {

constexpr std::size_t kPage = 25;              // tracks of a list in one message
constexpr const char* kVersions = "versions";  // that a plan holds: those before

/// A list as a button names it, whose name may be longer than a button can say.
std::string list_key(const std::string& name) {
  return content_hash(name).substr(0, 12);
}

/// The names of those that are meant, and their versions; tells where there are none.
std::optional<std::vector<std::pair<std::string, std::int64_t>>> lists_called(
    Answering& here, const std::string& name) {
  const Told told = here.ask("playlist list");
  if (!here.is_told(told)) return std::nullopt;
  std::vector<std::pair<std::string, std::int64_t>> lists;
  for (const Json& list : told.data.at("playlists")) {
    const Json& version = list.at("version");
    if (name.empty() || text_in(list, "playlist") == name)
      lists.emplace_back(text_in(list, "playlist"),
                         version.is_number() ? version.get<std::int64_t>() : 0);
  }
  if (!lists.empty()) return lists;
  if (!name.empty()) return std::vector{std::pair(name, std::int64_t{0})};  // the verb says why not
  here.say(MessageText()
               .add("No playlist is kept yet. On a command line: ")
               .code("engine playlist keep Dynamic dynamic"));
  return std::nullopt;
}

MessageText version_text(const std::string& name, std::int64_t version, std::int64_t tracks) {
  MessageText text;
  text.bold(name).add(", version " + std::to_string(version) + ": " + counted(tracks, "track"));
  return text;
}

MessageText difference_text(const Json& changes) {
  const std::size_t came = changes.at("came").size(), left = changes.at("left").size();
  MessageText text;
  if (came == 0 && left == 0) return text.add("; the same songs as before");
  text.add("; " + std::to_string(came) + " came, " + std::to_string(left) + " left");
  return text.append(changes_text(changes));
}

MessageText push_text(const Json& push) {
  const auto tracks = push.at("added").get<std::int64_t>() + push.at("moved").get<std::int64_t>() +
                      push.at("stayed").get<std::int64_t>();
  MessageText text;
  text.add("\nPut into ").name(text_in(push, "name")).add(" of ").name(text_in(push, "account"));
  text.add(": " + counted(tracks, "track"));
  if (const std::size_t missing = push.at("missing").size(); missing > 0)
    text.add(", " + std::to_string(missing) + " are not there");
  return text;
}

void say_list_change(Answering& here, const std::string& name, MessageText text) {
  here.say(std::move(text), {{{"Show the list", button_data("list", list_key(name) + ":1")}}});
}

void refresh_one(Answering& here, const std::string& name) {
  const Told told = here.ask("refresh", {{"name", {name}}});
  if (told.problem || told.data.at("refreshed").empty()) {
    MessageText text;
    text.bold(name).add(" stays as it is.");
    if (told.problem) text.add("\n").append(problem_text(*told.problem));
    here.say(with_notes(std::move(text), told.notes));
    return;
  }
  for (const Json& one : told.data.at("refreshed")) {
    MessageText text = version_text(text_in(one, "playlist"), one.at("version").get<std::int64_t>(),
                                    one.at("tracks").get<std::int64_t>());
    const bool is_first = one.at("stayed") == 0 && one.at("left").empty();
    if (!is_first) text.append(difference_text(one));
    for (const Json& notice : one.at("notices")) text.add("\n").add(notice.get<std::string>());
    for (const Json& push : one.at("pushed")) text.append(push_text(push));
    say_list_change(here, text_in(one, "playlist"), with_notes(std::move(text), told.notes));
  }
}

/// Of a version that was made before this was cut short.
void tell_version(Answering& here, const std::string& name, std::int64_t version) {
  MessageText text;
  text.bold(name).add(", version " + std::to_string(version) + ": made before I was cut short");
  const Told told = here.ask("playlist diff", {{"name", {name}}});
  if (!told.problem) text.append(difference_text(told.data));
  say_list_change(here, name, std::move(text));
}

Buttons page_buttons(const std::string& name, std::size_t from, std::size_t count) {
  std::vector<Button> row;
  const auto page = [&](std::size_t first) {
    const std::size_t last = std::min(first - 1 + kPage, count);
    row.push_back({std::to_string(first) + "–" + std::to_string(last),
                   button_data("page", list_key(name) + ":" + std::to_string(first))});
  };
  if (from > 1) page(from > kPage ? from - kPage : 1);
  if (from + kPage <= count) page(from + kPage);
  return row.empty() ? Buttons{} : Buttons{row};
}

void show_list(Answering& here, const std::string& name, std::size_t from, bool edits) {
  const Told told = here.ask("playlist show", {{"name", {name}}});
  if (!here.is_told(told)) return;
  const Json& list = told.data.at("list");
  if (list.empty()) {
    here.say(MessageText().bold(name).add(" has no version yet."),
             {{{"Refresh", button_data("refresh")}}});
    return;
  }
  from = std::min(from, list.size());
  const std::size_t end = std::min(from - 1 + kPage, list.size());
  MessageText text = version_text(name, told.data.at("version").get<std::int64_t>(),
                                  static_cast<std::int64_t>(list.size()));
  text.add(", of " +
           clock_text(time_in(told.data, "refreshed_at"), here.talk.timezone, here.talk.now));
  for (std::size_t k = from - 1; k < end; ++k) {
    const Json& track = list.at(k);
    text.add("\n" + std::to_string(k + 1) + ". ").append(track_text(track, spotify_address(track)));
    if (track.at("pinned").get<bool>()) text.add(" (pinned)");
  }
  text.add("\nWhy one is there: /why NUMBER");
  Reply& reply = edits ? here.edit(std::move(text), page_buttons(name, from, list.size()))
                       : here.say(std::move(text), page_buttons(name, from, list.size()));
  reply.list = name;
  reply.run = told.data.at("run").get<std::int64_t>();
}

}  // namespace

void answer_refresh(Answering& here, const std::string& name) {
  const auto lists = lists_called(here, name);
  if (!lists) return;
  Json before = here.planned(kVersions);
  if (before.is_null()) {
    before = Json::object();
    for (const auto& [list, version] : *lists) before[list] = version;
    here.plan(kVersions, before);
  }
  here.say_soon(lists->size() == 1 ? "Refreshing …"
                                   : "Refreshing " + counted(lists->size(), "list") + " …");
  for (const auto& [list, version] : *lists) {
    const bool is_made = before.contains(list) && before.at(list) < version;
    if (is_made)
      tell_version(here, list, version);
    else
      refresh_one(here, list);
  }
}

void answer_playlist(Answering& here, const std::string& name) {
  const auto lists = lists_called(here, name);
  if (!lists) return;
  if (lists->size() == 1) return show_list(here, lists->front().first, 1, /*edits=*/false);
  Buttons buttons;
  for (const auto& [list, version] : *lists)
    buttons.push_back({{list, button_data("list", list_key(list) + ":1")}});
  constexpr std::size_t kMostButtons = 20;
  const bool has_more = buttons.size() > kMostButtons;
  if (has_more) buttons.resize(kMostButtons);
  here.say(MessageText().add(has_more ? "Which list? Others with: /playlist NAME" : "Which list?"),
           std::move(buttons));
}

void turn_page(Answering& here, const std::string& rest, bool edits) {
  const std::size_t colon = rest.find(':');
  const std::int64_t from =
      colon == std::string::npos ? 0 : whole_number(rest.substr(colon + 1)).value_or(0);
  const Told told = here.ask("playlist list");
  if (!here.is_told(told)) return;
  for (const Json& list : told.data.at("playlists"))
    if (from > 0 && list_key(text_in(list, "playlist")) == rest.substr(0, colon))
      return show_list(here, text_in(list, "playlist"), static_cast<std::size_t>(from), edits);
  here.say(MessageText().add("That playlist is kept no more. /playlist shows those that are."));
}

void answer_snapshot(Answering& here, const std::string& name) {
  const Told told = here.ask("snapshot", name.empty() ? Given{} : Given{{"name", {name}}});
  if (!here.is_told(told)) return;
  MessageText text;
  for (const Json& one : told.data.at("snapshots")) {
    if (!text.is_empty()) text.add("\n");
    text.bold(text_in(one, "name"))
        .add(one.at("new").get<bool>() ? ": put aside, version " : " is there already: version ")
        .add(json_text(one.at("version")));
  }
  if (text.is_empty()) text.add("No kept playlist has a version yet.");
  here.say(with_notes(std::move(text), told.notes));
}

}  // namespace engine::bot
