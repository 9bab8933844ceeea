// engine library imports | undo-import N...: what was imported, and taking an import back.
#include "library/imports.hpp"

#include <iomanip>
#include <sstream>

#include "app/default_user.hpp"
#include "core/calendar.hpp"
#include "core/counted.hpp"
#include "core/shown_text.hpp"
#include "store/users.hpp"
#include "verbs/consent.hpp"
#include "verbs/json_values.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

Json counts_json(const std::map<std::string, std::int64_t>& counts) {
  Json json = Json::object();
  for (const auto& [name, count] : counts)
    if (count > 0) json[name] = count;
  return json;
}

Json import_json(const library::ImportSummary& import) {
  return {{"import", import.id},
          {"user", text_or_null(import.user)},
          {"path", import.path},
          {"format", import.format},
          {"at", format_time(import.at)},
          {"records", import.records},
          {"complete", import.is_complete},
          {"buckets", counts_json(import.buckets)},
          {"first", time_or_null(import.first)},
          {"last", time_or_null(import.last)},
          {"obstacle", text_or_null(import.obstacle)}};
}

/// "1,200 new, 30 duplicate"
std::string buckets_text(const library::ImportSummary& import) {
  std::string text;
  for (const auto& [name, count] : import.buckets)
    text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + name;
  return text.empty() ? "nothing" : text;
}

std::string import_text(const library::ImportSummary& import) {
  std::ostringstream text;
  text << std::right << std::setw(6) << import.id << "  " << format_date(import.at) << "  "
       << std::left << std::setw(10) << (import.user.empty() ? "-" : one_line(import.user)) << "  "
       << std::setw(18) << import.format << "  " << buckets_text(import)
       << (import.is_complete ? "" : " (not read to its end)") << "  " << one_line(import.path)
       << "\n";
  if (!import.obstacle.empty())
    text << "        cannot be undone: " << one_line(import.obstacle) << "\n";
  return text.str();
}

Answer show_imports(const app::Caller& caller, const Arguments&) {
  const Store store = Store::open(caller.home.library_path(), {.is_read_only = true});
  const std::string& name = caller.asked.user;
  Json imports = Json::array();
  std::string text;
  for (const library::ImportSummary& import :
       library::list_imports(store, name.empty() ? 0 : choose_user(store, name).id)) {
    imports.push_back(import_json(import));
    text += import_text(import);
  }
  const Exit exit = imports.empty() ? Exit::kNothing : Exit::kDone;
  return {exit, {{"imports", imports}}, text};
}

/// So many rows of a table, as people call them; of one where it is one.
std::string rows_called(std::int64_t count, const std::string& table) {
  const bool is_one = count == 1;
  const auto called = [&](const char* one, const char* many) {
    return std::to_string(count) + " " + (is_one ? one : many);
  };
  if (table == "holdings")
    return called("like, saved thing or ban", "likes, saved things and bans");
  if (table == "playlist_tracks") return called("track of a playlist", "tracks of playlists");
  if (table == "artist_plays")
    return called("artist with a play count", "artists with play counts");
  if (table == "prompt_vectors") return called("vector of a prompt", "vectors of prompts");
  if (table == "track_lyrics") return called("track's lyrics", "tracks' lyrics");
  if (table == "service_features") return called("track's features", "tracks' features");
  if (table == "user_relations") return called("relation to another", "relations to others");
  return table.ends_with("s") ? counted(count, table.substr(0, table.size() - 1))
                              : std::to_string(count) + " " + table;
}

std::string rows_text(const std::map<std::string, std::int64_t>& rows, const char* after) {
  std::string text;
  for (const auto& [table, count] : rows)
    if (count > 0) text += "\n  " + rows_called(count, table) + after;
  return text;
}

std::string undone_text(const library::UndoneImport& undone) {
  const library::ImportSummary& import = undone.import;
  std::string text = "import " + std::to_string(import.id) + " (" + one_line(import.path) +
                     ", of " + one_line(import.user) + ")";
  if (undone.listens > 0) text += "\n  " + counted(undone.listens, "listen");
  text += rows_text(undone.rows.removed, "") +
          rows_text(undone.rows.restored, ", which are as they were before it");
  if (undone.rows.left > 0) {
    text += "\n  but for " + counted(static_cast<std::size_t>(undone.rows.left), "row") +
            " that changed since, left as now";
  }
  return text;
}

Json undone_json(const library::UndoneImport& undone) {
  return {{"import", undone.import.id},
          {"user", undone.import.user},
          {"path", undone.import.path},
          {"listens", undone.listens},
          {"rows", counts_json(undone.rows.removed)},
          {"restored", counts_json(undone.rows.restored)},
          {"left", undone.rows.left}};
}

std::vector<std::int64_t> numbers_of(const Arguments& arguments) {
  std::vector<std::int64_t> numbers;
  for (const std::string& number : arguments.texts("import")) numbers.push_back(std::stoll(number));
  return numbers;
}

Answer undo(const app::Caller& caller, const Arguments& arguments) {
  Store store = Store::open(caller.home.library_path(), {.may_create = false});
  const std::vector<std::int64_t> numbers = numbers_of(arguments);
  Removal removal;
  removal.loses =
      "tracks that only these named stay, without a listener; the files can be imported again. "
      "Runs "
      "that read\nwhat is removed stay recorded, and replay tells that the library has changed";
  Json undone = Json::array();
  for (const library::UndoneImport& one : library::try_undoing(store, numbers)) {
    removal.what += (undone.empty() ? "" : "\nand ") + undone_text(one);
    undone.push_back(undone_json(one));
  }
  removal.data = {{"imports", std::move(undone)}};
  return remove_with_consent(arguments, removal, [&] { library::undo_imports(store, numbers); });
}

}  // namespace

std::vector<Verb> imports_verbs() {
  return {
      {.name = "library imports",
       .help = "What was imported, a line for each file",
       .footer = "Of everybody, or of --user. engine library undo-import takes their numbers.",
       .answer = show_imports},
      {.name = "library undo-import",
       .help = "Take back what imports told of a person",
       .parameters = {{.name = "import",
                       .type = Type::kInteger,
                       .value_name = "N",
                       .help = "Its number; see engine library imports",
                       .is_first = true,
                       .is_required = true,
                       .is_several = true},
                      yes_parameter()},
       .footer =
           "Plays, likes, saved things, bans, playlists and prompts that nothing else tells; what "
           "another import\ntold too stays, and what the import had ended holds again. Tracks and "
           "artists stay, and what is known of\nthem. Several imports are undone in one step, the "
           "newest first. Catalogues cannot be undone, nor what an\nearlier engine imported: it "
           "did "
           "not note what it changed.",
       .answer = undo}};
}

}  // namespace engine::verbs
