// engine dataset: what models of listening patterns learn from, for other people's tools.
#include <array>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "app/library_tables.hpp"
#include "core/calendar.hpp"
#include "core/counted.hpp"
#include "core/output_file.hpp"
#include "data/table_text.hpp"
#include "models/models.hpp"
#include "patterns/track_moods.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

/// The table of declared_tables.hpp that the data set is.
const char* table_of(const std::string& dataset) {
  return dataset == "sessions" ? "session_hours" : "mood_windows";
}

/// The time of each row as a date.
TextTableColumn dates_of(const Tables& tables, const char* table) {
  TextTableColumn made{"date", "its time, UTC", {}};
  for (const std::int64_t ts : column_of<std::int64_t>(*tables.table(table), "ts"))
    made.values.push_back("\"" + format_time(ts) + "\"");
  return made;
}

/// Of each window the track that it is to tell; -1: not heard yet.
std::vector<std::int32_t> told_tracks(const Tables& tables) {
  const auto listen = column_of<std::int32_t>(*tables.table("mood_windows"), "listen");
  const auto track = column_of<std::int32_t>(*tables.table("listens"), "track");
  std::vector<std::int32_t> made;
  for (const std::int32_t row : listen)
    made.push_back(row < 0 ? -1 : track[static_cast<std::size_t>(row)]);
  return made;
}

/// `of_track` of each of `tracks`; null where either is none.
template <typename Value>
TextTableColumn looked_up(const char* name, const char* help, std::span<const std::int32_t> tracks,
                          std::span<const Value> of_track) {
  TextTableColumn made{name, help, {}};
  for (const std::int32_t track : tracks) {
    const Value value = track < 0 ? Value{-1} : of_track[static_cast<std::size_t>(track)];
    made.values.push_back(value < 0 ? "null" : std::to_string(value));
  }
  return made;
}

/// What a window is to tell, and the moods of its tracks by the person's newest model.moods.
void add_moods(const app::Caller& caller, const AsOf& tables,
               std::vector<TextTableColumn>& columns) {
  const Store store =
      Store::open(caller.home.library_path(), {.is_read_only = true, .may_create = false});
  const std::vector<std::int32_t> mood = patterns::track_moods(
                                      tables, models_as_of(store, tables.now(), tables.user_id())),
                                  told = told_tracks(tables);
  columns.push_back(looked_up("target_track", "the track that came next", told,
                              column_of<std::int64_t>(*tables.table("tracks"), "id")));
  columns.push_back(looked_up<std::int32_t>(
      "target_mood_cluster", "the mood of the track that came next (model.moods as of now)", told,
      mood));
  const std::array<std::pair<const char*, const char*>, 3> kBefore = {
      {{"mood_cluster_0", "the mood of the latest track before it"},
       {"mood_cluster_1", "of the one before that"},
       {"mood_cluster_2", "of the third"}}};
  for (std::size_t back = 0; back < kBefore.size(); ++back) {
    const auto track =
        column_of<std::int32_t>(*tables.table("mood_windows"), "track_" + std::to_string(back));
    columns.push_back(
        looked_up<std::int32_t>(kBefore[back].first, kBefore[back].second, track, mood));
  }
}

std::vector<TextTableColumn> columns_of(const app::Caller& caller, const AsOf& tables,
                                        const std::string& dataset) {
  const char* table = table_of(dataset);
  std::vector<TextTableColumn> columns{dates_of(tables, table)};
  if (dataset == "mood") add_moods(caller, tables, columns);
  for (TextTableColumn& column : text_columns(tables, *find_declared(table)))
    if (column.name != "listen") columns.push_back(std::move(column));  // a row of this load
  return columns;
}

Json columns_json(const std::vector<TextTableColumn>& columns) {
  Json json = Json::array();
  for (const TextTableColumn& column : columns)
    json.push_back({{"name", column.name}, {"help", column.help}});
  return json;
}

std::string columns_text(const std::vector<TextTableColumn>& columns) {
  std::string text;
  for (const TextTableColumn& column : columns) {
    std::string name = "  " + column.name;
    name.resize(std::max<std::size_t>(36, name.size() + 2), ' ');
    text += name + column.help + "\n";
  }
  return text;
}

Answer dataset(const app::Caller& caller, const Arguments& arguments) {
  const std::string& name = arguments.text("dataset");
  std::optional<OutputFile> file;
  if (arguments.has("out")) file.emplace(arguments.text("out"), caller.home.kept_files());
  const bool is_lines = arguments.text("out").ends_with(".jsonl");
  if (file && !is_lines && !arguments.text("out").ends_with(".csv") && !file->is_standard_output())
    throw Error(Exit::kUsage, "a data set is written as .csv or .jsonl",
                {file->path(), "", "the file's name says which", "give it one of these endings"});
  const std::unique_ptr<AsOf> tables = app::library_tables(caller);
  const std::vector<TextTableColumn> columns = columns_of(caller, *tables, name);
  const std::size_t rows = columns.front().values.size();
  Json data = {{"dataset", name},
               {"user", tables->user_name()},
               {"now", tables->now()},
               {"rows", rows},
               {"file", file ? Json(file->path()) : Json(nullptr)},
               {"columns", columns_json(columns)}};
  if (file) file->write(is_lines ? json_lines_of(columns) : csv_of(columns));
  const bool is_shown = !file || !file->is_standard_output();
  std::string text = tables->user_name() + " as of " + format_time(tables->now()) + ": " +
                     counted(rows, "row") + "\n";
  text += file ? "wrote " + file->path() + "\n" : "\n" + columns_text(columns);
  return {rows > 0 ? Exit::kDone : Exit::kNothing, data, is_shown ? text : ""};
}

}  // namespace

std::vector<Verb> dataset_verbs() {
  return {
      {.name = "dataset",
       .help = "What models of listening patterns learn from, as a table",
       .parameters = {{.name = "dataset",
                       .value_name = "sessions|mood",
                       .help = "sessions: every hour, and whether you began to listen in it; mood: "
                               "every listen of a session, and the three before it",
                       .one_of = {"sessions", "mood"},
                       .is_first = true,
                       .is_required = true},
                      {.name = "out",
                       .value_name = "FILE",
                       .help = "Write it: FILE.csv, FILE.jsonl, or - for CSV on standard output",
                       .is_local = true}},
       .footer = "Nothing in a row is later than its time, but for what is to be told (started, "
                 "target_track,\ntarget_mood_cluster). Without --out it says what the columns are. "
                 "A missing value is an\nempty field, or null; moods are those of engine train "
                 "moods.\n",
       .answer = dataset}};
}

}  // namespace engine::verbs
