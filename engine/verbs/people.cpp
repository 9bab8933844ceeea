// engine library forget | rename | join: what is done with a whole person.
#include "app/people.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "core/shown_text.hpp"
#include "library/people.hpp"
#include "store/users.hpp"
#include "verbs/consent.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

/// What a table holds, as people call it; tables that are not named here keep their names.
std::string thing_of(const std::string& table) {
  if (table == "holdings") return "likes, saved things and bans, with their past";
  if (table == "tellings") return "tellings of plays by several exports";
  if (table == "artist_plays") return "artists with play counts";
  if (table == "user_relations") return "relations to others";
  if (table == "kept_playlists") return "kept playlists, with their versions";
  if (table == "ingestions") return "imports";
  if (table == "import_places") return "places that imports came from";
  if (table == "import_files") return "files that imports read, as they looked";
  if (table == "metrics") return "steps of updates and retrainings";
  return table;
}

Removal everything_of(const app::Caller& caller, const Store& store, const User& user) {
  Removal removal;
  removal.what = one_line(user.name) + " and everything of theirs";
  Json rows = Json::object();
  for (const auto& [table, count] : library::belongings(store, user.id)) {
    rows[table] = count;
    removal.what += "\n  " + std::to_string(count) + " " + thing_of(table);
  }
  removal.loses =
      "tracks that only they played stay in the catalogue, without a listener; models of everybody "
      "have\nlearned from their plays until engine train makes them anew";
  const std::vector<std::string> backups = app::backups(caller);
  for (const std::string& backup : backups) removal.loses += "\nit stays in the backup " + backup;
  removal.data = {{"user", user.name}, {"rows", rows}, {"backups", backups}};
  return removal;
}

Answer forget(const app::Caller& caller, const Arguments& arguments) {
  const auto [user, removal] = [&] {
    const Store store = Store::open(caller.home.library_path(), {.is_read_only = true});
    const User found = choose_user(store, arguments.text("name"));
    return std::make_pair(found, everything_of(caller, store, found));
  }();
  return remove_with_consent(arguments, removal, [&] { app::forget_person(caller, user); });
}

Answer rename(const app::Caller& caller, const Arguments& arguments) {
  Store store = Store::open(caller.home.library_path(), {.may_create = false});
  const User user = choose_user(store, arguments.text("name"));
  library::rename_person(store, user, arguments.text("new"));
  std::string name;
  for (const User& one : list_users(store))
    if (one.id == user.id) name = one.name;
  return {.data = {{"before", user.name}, {"user", name}},
          .text = one_line(user.name) + " is called " + one_line(name) + " from now on\n"};
}

Answer join(const app::Caller& caller, const Arguments& arguments) {
  const auto [kept, joined, removal] = [&] {
    const Store store = Store::open(caller.home.library_path(), {.is_read_only = true});
    const User a = choose_user(store, arguments.text("kept")),
               b = choose_user(store, arguments.text("joined"));
    Removal found = everything_of(caller, store, b);
    const std::string& all = found.what;
    const std::string things = all.substr(std::min(all.find('\n'), all.size()));  // "" for none
    found.what = "the person " + one_line(b.name) + ", of whom everything becomes that of " +
                 one_line(a.name) + things;
    found.loses = "a play that both were told of is one listen then; this cannot be undone";
    found.data = {{"kept", a.name}, {"joined", b.name}, {"rows", found.data.at("rows")}};
    return std::make_tuple(a, b, found);
  }();
  if (kept.id == joined.id)
    throw Error(Exit::kInput, "both names are those of " + one_line(kept.name));
  return remove_with_consent(arguments, removal, [&] { app::join_people(caller, kept, joined); });
}

Parameter person(const char* name, const char* help) {
  return {.name = name, .value_name = "NAME", .help = help, .is_first = true, .is_required = true};
}

}  // namespace

std::vector<Verb> people_verbs() {
  return {
      {.name = "library forget",
       .help = "Remove a person and everything of theirs",
       .parameters = {person("name", "Who; engine library users lists everybody"), yes_parameter()},
       .footer = "Plays, likes, bans, playlists, prompts, imports, runs, models of theirs and the "
                 "columns made\nfrom them, in one step, overwritten in the file. It cannot be "
                 "undone.",
       .answer = forget},
      {.name = "library rename",
       .help = "Call a person otherwise",
       .parameters = {person("name", "Who"), person("new", "What they are called from now on")},
       .answer = rename},
      {.name = "library join",
       .help = "Two persons are one: everything of JOINED becomes that of KEPT",
       .parameters = {person("kept", "Who stays"), person("joined", "Who becomes part of them"),
                      yes_parameter()},
       .footer = "For somebody who was imported under two names. A play that both were told of is "
                 "one listen.",
       .answer = join}};
}

}  // namespace engine::verbs
