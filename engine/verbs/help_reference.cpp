#include "verbs/help_reference.hpp"

#include "playlist/remote.h"

#include <stdexcept>

#include "app/recipe_files.hpp"
#include "complete/question.hpp"
#include "core/paths.hpp"
#include "data/declared_tables.hpp"
#include "plan/step.hpp"
#include "plan/walk_context.hpp"
#include "plugin/descriptor.hpp"

namespace engine::verbs {
namespace {

/// On one line, with what Markdown would take for its own escaped: helps are also others' words.
std::string plain(std::string_view text) {
  std::string made;
  for (const char c : text) {
    if (std::string_view("|<*[\\").find(c) != std::string_view::npos) made += '\\';
    made += c == '\n' ? ' ' : c;
  }
  return made;
}

std::string code(std::string_view text) {
  return "`" + std::string(text) + "`";
}

std::string unit_of(const DeclaredColumn& column) {
  if (column.holds == ColumnHolds::kTimes) return "Unix seconds";
  if (column.type == PLAYLIST_STRING) return "text";
  if (column.type == PLAYLIST_U8) return "true or false";
  if (column.holds != ColumnHolds::kValues) return "number of this load";
  return "usually " + number_text(column.low) + ".." + number_text(column.high);
}

std::string columns_reference() {
  std::string text;
  for (const TableOwner owner : {TableOwner::kCatalogue, TableOwner::kUser}) {
    text += owner == TableOwner::kCatalogue ? "\n## Of the track\n" : "\n## Of you and the track\n";
    text += "\n| column | values | what it is |\n| --- | --- | --- |\n";
    for (const DeclaredTable& table : declared_tables()) {
      if (table.rows != TableRows::kTracks || table.owner != owner) continue;
      for (const DeclaredColumn& column : table.columns)
        text += "| " + code("t." + formula_name(column.name, column.type)) + " | " +
                unit_of(column) + (column.may_be_missing ? "" : ", always known") + " | " +
                plain(column.help) + " |\n";
    }
  }
  return text;
}

std::string sets_reference() {
  std::string text = "| set | what is in it |\n| --- | --- |\n";
  for (const DeclaredSet& set : declared_sets())
    text += "| " + code(std::string("user.") + set.name) + " | " + plain(set.help) + " |\n";
  return text;
}

/// ", default 20" of numbers that need not be given.
std::string default_of(const playlist_param& param) {
  const bool is_number =
      param.type == PLAYLIST_PARAM_NUMBER || param.type == PLAYLIST_PARAM_INTEGER;
  return is_number && !is_required(param) ? "; default " + number_text(param.default_number) : "";
}

/// "- `count`: how many tracks; default 20"
std::string parameters_of(const Step& step) {
  std::string text;
  for (const playlist_param* param : listed(step.description().params))
    text += "- " + code(param->name) + ": " + plain(param->help) + default_of(*param) + "\n";
  for (const BranchField& field : step.branch_fields())
    text += "- " + code(field.name) + " of a branch: " + plain(field.help) + "\n";
  return text.empty() ? "" : "\n" + text;
}

std::string steps_reference() {
  std::string text;
  for (const Step* step : builtin_steps()) {
    if (step->facts().is_set) continue;
    Node node;
    node.name = step->name();
    node.step = step;
    node.description = &step->description();
    text += "\n### " + code(step->written(node)) + "\n\n" + plain(step->help()) + "\n" +
            parameters_of(*step);
  }
  return text;
}

std::string walk_columns_reference() {
  std::string text = "| column | what it is |\n| --- | --- |\n";
  for (const WalkColumn& column : walk_columns())
    text += "| " + code(std::string("t.") + column.name) + " | " + plain(column.help) + " |\n";
  return text;
}

/// The first line, which is a sentence; what `engine plugins info` shows has the rest.
std::string summary(const std::string& help) {
  return help.substr(0, help.find('\n'));
}

/// Of the elements of a kind, those that are flagged PLAYLIST_REMOTE or those that are not.
std::string table_of(const Registry& registry, std::uint32_t kind, const char* written,
                     bool is_remote = false) {
  std::string text = "| element | does |\n| --- | --- |\n";
  for (const Element* element : registry.elements(kind)) {
    if (((element->description->flags & PLAYLIST_REMOTE) != 0) != is_remote) continue;
    const std::string name = element->description->name;
    text += "| " + code(written + (*written == '\0' ? name : name.substr(name.find('.') + 1))) +
            " | " + plain(summary(element->description->help)) + " |\n";
  }
  return text;
}

std::string elements_reference(const Registry& registry) {
  struct Kind {
    std::uint32_t number;
    const char *title, *written;
  };
  constexpr Kind kKinds[] = {
      {PLAYLIST_RECALL, "Recall: finds candidates", "pl.recall."},
      {PLAYLIST_RANKING, "Ranking: adds columns, for `:rank`", "pl.ranking."},
      {PLAYLIST_FILTERING, "Filtering: drops candidates, for `:filter`", "pl.filtering."},
      {PLAYLIST_ORDERING, "Ordering: arranges the list, for `:order`", "pl.ordering."},
  };
  std::string text;
  for (const Kind& kind : kKinds)
    text +=
        std::string("\n## ") + kind.title + "\n\n" + table_of(registry, kind.number, kind.written);
  return text;
}

/// "Gym: a list that climbs ...": what the recipe's first line says, with a heading's mark.
std::string recipe_page(const std::string& file) {
  std::string text = read_file(file);
  std::string heading = app::listed_name(file);
  if (text.starts_with("-- ")) {
    const std::size_t end = text.find('\n');
    heading = text.substr(3, end - 3);
    text.erase(0, std::min(end, text.size() - 1) + 1);
  }
  return "\n## " + plain(heading) + "\n\n`engine run " + app::listed_name(file) + "`\n\n```lua\n" +
         text + "```\n";
}

std::string cookbook_reference(const app::Caller& caller) {
  std::string text;
  for (const std::string& file : app::recipes_by_name(caller))
    if (app::is_of_cookbook(file)) text += recipe_page(file);
  return text;
}

std::string purposes_reference() {
  std::string text = "| purpose | what comes of it | what is sent |\n| --- | --- | --- |\n";
  for (const complete::Purpose& purpose : complete::purposes())
    text +=
        std::string("| `") + purpose.name + "` | " + purpose.does + " | " + purpose.sent + " |\n";
  return text;
}

}  // namespace

std::string help_reference(const std::string& name, const app::Caller& caller) {
  if (name == "columns") return columns_reference();
  if (name == "sets") return sets_reference();
  if (name == "steps") return steps_reference();
  if (name == "walk_columns") return walk_columns_reference();
  if (name == "elements") return elements_reference(*caller.registry());
  if (name == "formats_read") return table_of(*caller.registry(), PLAYLIST_SOURCE, "");
  if (name == "services_read")
    return table_of(*caller.registry(), PLAYLIST_SOURCE, "", /*is_remote=*/true);
  if (name == "formats_written") return table_of(*caller.registry(), PLAYLIST_OUTPUT, "");
  if (name == "players") return table_of(*caller.registry(), PLAYLIST_OUTPUT, "", true);
  if (name == "purposes") return purposes_reference();
  if (name == "cookbook") return cookbook_reference(caller);
  throw std::logic_error("a page of help refers to " + name + ", which is nothing");
}

}  // namespace engine::verbs
