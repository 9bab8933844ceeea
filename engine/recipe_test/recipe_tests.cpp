#include "recipe_test/recipe_tests.hpp"

#include <cmath>
#include <limits>
#include <optional>

#include <lua.hpp>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "lua/lua_state.hpp"
#include "recipe/playlist_json.hpp"
#include "recipe_test/lua_json.hpp"

namespace engine {
namespace {

using Json = nlohmann::ordered_json;

/// A recipe and its tests, loaded.
class LoadedTests {
 public:
  LoadedTests(const RunRequest& request, const RecipeTestFile& file, const RunReports& reports)
      : registry_(load_plugins(request, reports)),
        lua_(request.lua_limits, request.script_directories, 1) {
    lua_.on_print = reports.print;
    lua_.on_progress = reports.doing;
    lua_.on_overdue = reports.give_up;
    recipe_.emplace(lua_, *registry_, request.recipe_path, request.recipe_text);
    lua_State* raw = lua_.raw();
    lua_newtable(raw);
    list_ = lua_gettop(raw);
    recipe_->push_field("tests");
    append(request.recipe_path, true);
    if (!file.text.empty()) {
      lua_.load_recipe(file.path, file.text);
      append(file.path, false);
    }
  }

  Json describe() {
    push_function("describe");
    lua_pushvalue(lua_.raw(), list_);
    lua_.call(1, 1);
    const Json described = json_at(lua_.raw(), lua_gettop(lua_.raw()));
    return described.empty() ? Json::array() : described;
  }

  Json check(std::size_t number, const Json& rows, const Json& others) {
    lua_State* raw = lua_.raw();
    push_function("check");
    lua_rawgeti(raw, list_, static_cast<int>(number) + 1);
    push_json(raw, rows);
    push_json(raw, others);
    lua_.call(3, 1);
    return json_at(raw, lua_gettop(raw));
  }

 private:
  /// Adds the tests on top of the stack to the list; leaves the list on top.
  void append(const std::string& path, bool may_be_missing) {
    lua_State* raw = lua_.raw();
    if (!lua_istable(raw, -1) && !(may_be_missing && lua_isnil(raw, -1))) {
      throw Error(Exit::kRecipe, "the tests of " + path + " are a " + luaL_typename(raw, -1),
                  {path, "", "", "make them a list: { { \"name\", expect = { ... } }, ... }"});
    }
    for (int i = 1; lua_istable(raw, -1) && i <= static_cast<int>(lua_objlen(raw, -1)); ++i) {
      lua_rawgeti(raw, -1, i);
      lua_rawseti(raw, list_, static_cast<int>(lua_objlen(raw, list_)) + 1);
    }
    lua_settop(raw, list_);
  }

  void push_function(const char* name) {
    const std::string load = std::string("return require(\"expectations\").") + name;
    lua_.load_recipe("expectations", load);
  }

  std::shared_ptr<const Registry> registry_;
  LuaState lua_;
  std::optional<Recipe> recipe_;
  int list_ = 0;
};

/// The columns of the library's table of tracks for one track, missing ones left out.
void add_library_columns(Json& row, const playlist_table& tracks, std::int32_t track) {
  for (std::uint32_t k = 0; k < tracks.column_count; ++k) {
    const playlist_column& column = *tracks.columns[k];
    const std::string name = column.name;
    if (row.contains(name) || name == "id" || name == "artist_name") continue;
    if (column.type == PLAYLIST_STRING) {
      const std::int32_t code = static_cast<const std::int32_t*>(column.data)[track];
      if (code >= 0) row[name] = std::string(text_of(column, code));
    } else if (column.type == PLAYLIST_F32) {
      const float value = static_cast<const float*>(column.data)[track];
      if (!std::isnan(value)) row[name] = value;
    } else if (column.type == PLAYLIST_I32) {
      const std::int32_t value = static_cast<const std::int32_t*>(column.data)[track];
      if (value != std::numeric_limits<std::int32_t>::min()) row[name] = value;
    } else if (column.type == PLAYLIST_U8) {
      const std::uint8_t value = static_cast<const std::uint8_t*>(column.data)[track];
      if (value != 255) row[name] = value != 0;
    }
  }
}

std::set<std::int32_t> tracks_in(const AsOf& tables, const char* name) {
  const playlist_table& table = *tables.table(name);
  const auto* numbers = static_cast<const std::int32_t*>(find_column(table, "track")->data);
  return {numbers, numbers + table.rows};
}

Json tags_of(const AsOf& tables, std::int32_t track) {
  const playlist_lists& lists = *tables.lists("track_tags");
  const playlist_column& names = *find_column(*tables.table("tags"), "name");
  Json tags = Json::array();
  for (std::uint64_t k = lists.offsets[track]; k < lists.offsets[track + 1]; ++k) {
    const std::int32_t code = static_cast<const std::int32_t*>(names.data)[lists.values[k]];
    tags.push_back(std::string(text_of(names, code)));
  }
  return tags;
}

}  // namespace

Json describe_tests(const RunRequest& recipe, const RecipeTestFile& file,
                    const RunReports& reports) {
  try {
    return LoadedTests(recipe, file, reports).describe();
  } catch (const Error& error) {
    // What is wrong with a list of tests has no line of its own; the text names the test.
    Error::Parts parts = error.parts();
    if (parts.where.find("expectations") == std::string::npos) throw;
    parts.where = file.text.empty() ? recipe.recipe_path : file.path;
    parts.source.clear();
    parts.why.clear();
    throw Error(error.exit(), error.what(), std::move(parts));
  }
}

Json check_test(const RunRequest& recipe, const RecipeTestFile& file, std::size_t number,
                const Json& rows, const Json& others, const RunReports& reports) {
  try {
    return LoadedTests(recipe, file, reports).check(number, rows, others);
  } catch (const Error& error) {
    if (error.exit() == Exit::kLimits) throw;
    const std::string at = error.parts().where.empty() ? "" : " (" + error.parts().where + ")";
    Json failure{
        {"expectation", "its functions run"}, {"is_good", false}, {"message", error.what() + at}};
    return Json::array({std::move(failure)});
  }
}

Json test_rows(const Playlist& playlist, const AsOf& tables, const std::set<std::int64_t>& banned,
               double default_track_seconds) {
  const playlist_table& library = *tables.table("tracks");
  const std::set<std::int32_t> likes = tracks_in(tables, "likes"),
                               owned = tracks_in(tables, "library"),
                               heard = tracks_in(tables, "listens");
  Json rows = Json::array();
  const Json tracks = hashed_tracks_json(playlist);
  for (const Json& track : tracks) {
    Json row = track;
    const Json columns = row.at("columns");  // a copy: what it stands in is about to grow
    row.update(columns);
    row.erase("columns");
    std::string explanation;
    for (const Json& sentence : track.at("explanation"))
      explanation += (explanation.empty() ? "" : "\n") + sentence.get<std::string>();
    row["explanation"] = explanation;
    const Json& ms = track.at("duration_ms");
    row["seconds"] = ms.is_number() ? ms.get<double>() / 1000 : default_track_seconds;
    const auto id = track.at("track").get<std::int64_t>();
    const std::int32_t number = tables.track_number(id);
    add_library_columns(row, library, number);
    row["tags"] = tags_of(tables, number);
    row["is_liked"] = likes.count(number) != 0;
    row["is_owned"] = owned.count(number) != 0;
    row["is_new"] = owned.count(number) == 0 && heard.count(number) == 0;
    row["is_banned"] = banned.count(id) != 0;
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace engine
