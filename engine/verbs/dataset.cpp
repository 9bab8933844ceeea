// engine dataset: what models of listening patterns learn from, for other people's tools.
#include <memory>
#include <optional>

#include "app/library_tables.hpp"
#include "core/calendar.hpp"
#include "core/counted.hpp"
#include "core/output_file.hpp"
#include "data/table_text.hpp"
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

/// The track that a window is to tell, by the store's id.
TextTableColumn targets_of(const Tables& tables) {
  TextTableColumn made{"target_track", "the track that came next", {}};
  const auto listen = column_of<std::int32_t>(*tables.table("mood_windows"), "listen");
  const auto track = column_of<std::int32_t>(*tables.table("listens"), "track");
  const auto id = column_of<std::int64_t>(*tables.table("tracks"), "id");
  for (const std::int32_t row : listen)
    made.values.push_back(
        row < 0
            ? "null"
            : std::to_string(id[static_cast<std::size_t>(track[static_cast<std::size_t>(row)])]));
  return made;
}

std::vector<TextTableColumn> columns_of(const Tables& tables, const std::string& dataset) {
  const char* table = table_of(dataset);
  std::vector<TextTableColumn> columns{dates_of(tables, table)};
  if (dataset == "mood") columns.push_back(targets_of(tables));
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
  const std::vector<TextTableColumn> columns = columns_of(*tables, name);
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
                 "target_track). Without\n--out it says what the columns are. A missing value is "
                 "an empty field, or null.\n",
       .answer = dataset}};
}

}  // namespace engine::verbs
