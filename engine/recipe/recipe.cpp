#include "recipe/recipe.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <sstream>

#include <lua.hpp>

#include "lua/source_text.hpp"
#include "lua/text_bounds.hpp"
#include "plan/followed_lines.hpp"
#include "plan/nodes.hpp"
#include "recipe/not_a_recipe.hpp"

namespace engine {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// Where a field stands that is told about: of the recipe itself, or of a parameter.
struct Place {
  std::string owner;  // "the recipe's ", "parameter length: "
  std::string where, source;
};

/// A text, or "" where there is none. Throws Error(kRecipe) for another value or a longer text.
std::string text_field(lua_State* lua, const char* name, std::size_t most, const Place& place) {
  lua_getfield(lua, -1, name);
  if (!lua_isnil(lua, -1) && lua_isstring(lua, -1) == 0) {
    throw Error(Exit::kRecipe, place.owner + name + " is a " + luaL_typename(lua, -1),
                {place.where, place.source, "it must be a text", ""});
  }
  std::size_t length = 0;
  const char* bytes = lua_tolstring(lua, -1, &length);
  check_text(place.owner + name, length, most, place.where, place.source);
  std::string text(bytes == nullptr ? "" : bytes, length);
  lua_pop(lua, 1);
  return text;
}

/// "" where there is none, a word, or a whole number; resolve_random_seed() says which.
std::string random_seed_field(lua_State* lua, const Place& place) {
  lua_getfield(lua, -1, "random_seed");
  const int type = lua_type(lua, -1);
  std::string seed;
  if (type == LUA_TNUMBER) {
    const double number = lua_tonumber(lua, -1);
    char text[40];
    std::snprintf(text, sizeof text, number == std::floor(number) ? "%.0f" : "%g", number);
    seed = text;
  } else if (type == LUA_TSTRING) {
    seed = lua_tostring(lua, -1);
  }
  if (type != LUA_TNIL && seed.empty()) {
    throw Error(
        Exit::kRecipe,
        std::string("random_seed cannot be ") +
            (type == LUA_TSTRING ? "an empty text" : std::string("a ") + luaL_typename(lua, -1)),
        {place.where, place.source, "it takes \"week\", \"day\" or a whole number", ""});
  }
  check_text("random_seed", seed.size(), kMostNameBytes, place.where, place.source);
  lua_pop(lua, 1);
  return seed;
}

[[noreturn]] void refuse(const Place& place, const std::string& what, const std::string& why) {
  throw Error(Exit::kRecipe, place.owner + what, {place.where, place.source, why, ""});
}

std::optional<double> number_field(lua_State* lua, const char* name, const Place& place) {
  lua_getfield(lua, -1, name);
  std::optional<double> value;
  if (lua_type(lua, -1) == LUA_TNUMBER) value = lua_tonumber(lua, -1);
  if (!lua_isnil(lua, -1) && (!value || *value != *value)) {
    refuse(
        place,
        std::string(name) + " is " + (value ? "NaN" : "a ") + (value ? "" : luaL_typename(lua, -1)),
        "it must be a number");
  }
  lua_pop(lua, 1);
  return value;
}

/// What is wrong with a value, or "".
std::string problem(const RecipeParameter& p, const ParameterValue& value) {
  const auto range = [&] {
    std::ostringstream text;
    if (p.min && p.max)
      text << " " << *p.min << ".." << *p.max;
    else if (p.min)
      text << " of at least " << *p.min;
    else if (p.max)
      text << " of at most " << *p.max;
    return text.str();
  };
  if (p.kind == "boolean")
    return std::holds_alternative<bool>(value) ? "" : "it takes true or false";
  if (p.kind == "text") return std::holds_alternative<std::string>(value) ? "" : "it takes a text";
  if (p.kind == "choice") {
    std::string all;
    for (const std::string& choice : p.choices) {
      if (value == ParameterValue(choice)) return "";
      all += (all.empty() ? "" : ", ") + choice;
    }
    return "it takes one of " + all;
  }
  const auto* number = std::get_if<double>(&value);
  const bool is_whole = p.kind == "int";
  const bool is_good = number != nullptr && std::isfinite(*number) &&
                       (!p.min || *number >= *p.min) && (!p.max || *number <= *p.max) &&
                       (!is_whole || *number == std::floor(*number));
  return is_good ? ""
                 : std::string("it takes a ") + (is_whole ? "whole " : "") + "number" + range();
}

/// As the clocks of the user's zone show it; or what a check supposes.
Moment moment_of_build(const NodeContext& nodes, std::int64_t now) {
  if (nodes.observer != nullptr && nodes.observer->supposed_now)
    return *nodes.observer->supposed_now;
  return moment_of(now, nodes.evaluation == nullptr ? "UTC" : nodes.evaluation->setup().timezone);
}

void push_moment(lua_State* lua, const Moment& moment) {
  lua_newtable(lua);
  lua_pushinteger(lua, moment.hour);
  lua_setfield(lua, -2, "hour");
  for (const auto& [name, word] :
       {std::pair{"weekday", &moment.weekday}, std::pair{"daypart", &moment.daypart},
        std::pair{"season", &moment.season}}) {
    lua_pushstring(lua, word->c_str());
    lua_setfield(lua, -2, name);
  }
}

/// The line of "path:line", or "".
std::string line_at(const std::string& where, const std::vector<std::string>& lines) {
  const std::size_t line = std::strtoul(where.c_str() + where.rfind(':') + 1, nullptr, 10);
  return line > 0 && line <= lines.size() ? lines[line - 1] : "";
}

/// The parameter table on top of the stack.
RecipeParameter read_parameter(lua_State* lua, const std::string& name,
                               const std::vector<std::string>& lines) {
  RecipeParameter p;
  p.name = name;
  p.where = text_field(lua, "where", kMostTextBytes, {});
  const Place place{"parameter " + name + ": ", p.where, line_at(p.where, lines)};
  p.kind = text_field(lua, "kind", kMostNameBytes, place);
  p.help = text_field(lua, "help", kMostHelpBytes, place);
  p.min = number_field(lua, "min", place);
  p.max = number_field(lua, "max", place);
  lua_getfield(lua, -1, "tune");
  p.is_tunable = lua_toboolean(lua, -1) != 0;
  lua_pop(lua, 1);
  lua_getfield(lua, -1, "choices");
  if (!lua_isnil(lua, -1) && !lua_istable(lua, -1))
    refuse(place, std::string("choices is a ") + luaL_typename(lua, -1),
           "it must be a list of texts");
  if (lua_istable(lua, -1)) {
    for (int i = 1; i <= static_cast<int>(lua_objlen(lua, -1)); ++i) {
      lua_rawgeti(lua, -1, i);
      if (lua_isstring(lua, -1) == 0)
        refuse(place, std::string("a choice is a ") + luaL_typename(lua, -1), "it must be a text");
      p.choices.emplace_back(lua_tostring(lua, -1));
      check_text(place.owner + "a choice", p.choices.back().size(), kMostNameBytes, place.where,
                 place.source);
      lua_pop(lua, 1);
    }
  }
  lua_pop(lua, 1);
  lua_getfield(lua, -1, "default");
  const int type = lua_type(lua, -1);
  if (type != LUA_TNUMBER && type != LUA_TBOOLEAN && type != LUA_TSTRING) {
    refuse(place, std::string("its default is a ") + luaL_typename(lua, -1),
           "it must be a number, a text, true or false");
  }
  if (lua_type(lua, -1) == LUA_TNUMBER) p.default_value = lua_tonumber(lua, -1);
  if (lua_type(lua, -1) == LUA_TBOOLEAN) p.default_value = lua_toboolean(lua, -1) != 0;
  if (lua_type(lua, -1) == LUA_TSTRING) {
    std::size_t length = 0;
    const char* bytes = lua_tolstring(lua, -1, &length);
    check_text(place.owner + "its default", length, kMostTextBytes, place.where, place.source);
    p.default_value = std::string(bytes, length);
  }
  lua_pop(lua, 1);
  return p;
}

/// Throws the error of a default that does not fit; an observer gets all of them.
void check_defaults(const std::vector<RecipeParameter>& parameters, const std::string& path,
                    const std::vector<std::string>& lines, const BuildObserver* observer) {
  for (const RecipeParameter& p : parameters) {
    const std::string wrong = problem(p, p.default_value);
    if (wrong.empty()) continue;
    const Error error(Exit::kRecipe,
                      "the default of parameter " + p.name + " does not fit: " + wrong,
                      {p.where.empty() ? path : p.where, line_at(p.where, lines), "", ""});
    if (observer == nullptr || !observer->on_problem) throw error;
    observer->on_problem(error);
  }
}

ParameterValue parse_value(const RecipeParameter& p, const std::string& text) {
  if (p.kind == "boolean" && (text == "true" || text == "false")) return text == "true";
  if (p.kind == "int" || p.kind == "number" || p.kind == "share") {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size() && std::isfinite(number))
      return number;
  }
  return text;
}

void push_value(lua_State* lua, const ParameterValue& value) {
  if (const auto* number = std::get_if<double>(&value)) lua_pushnumber(lua, *number);
  if (const auto* flag = std::get_if<bool>(&value)) lua_pushboolean(lua, *flag ? 1 : 0);
  if (const auto* text = std::get_if<std::string>(&value))
    lua_pushlstring(lua, text->data(), text->size());
}

}  // namespace

std::string text_of(const ParameterValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  std::ostringstream out;
  out.precision(15);
  out << std::get<double>(value);
  return out.str();
}

ParameterValues parameter_values(const RecipeDefinition& recipe,
                                 const std::vector<std::string>& settings) {
  ParameterValues values;
  std::vector<std::string> names;
  for (const RecipeParameter& p : recipe.parameters) {
    values.emplace_back(p.name, p.default_value);
    names.push_back(p.name);
  }
  std::vector<std::string> problems;
  for (const std::string& setting : settings) {
    const std::size_t equals = setting.find('=');
    const std::string name = setting.substr(0, equals);
    const auto found = std::find(names.begin(), names.end(), name);
    if (equals == std::string::npos) {
      problems.push_back("--set " + setting + ": write --set NAME=VALUE");
    } else if (found == names.end()) {
      const std::string near = nearest(name, names);
      problems.push_back("it has no parameter \"" + name + "\"" +
                         (near.empty() ? "" : "; did you mean " + near + "?"));
    } else {
      const auto k = static_cast<std::size_t>(found - names.begin());
      values[k].second = parse_value(recipe.parameters[k], setting.substr(equals + 1));
      const std::string wrong = problem(recipe.parameters[k], values[k].second);
      if (!wrong.empty())
        problems.push_back(name + " cannot be \"" + setting.substr(equals + 1) + "\": " + wrong);
    }
  }
  if (problems.empty()) return values;
  std::string why;
  for (const std::string& p : problems) why += (why.empty() ? "" : "\n         ") + p;
  throw Error(Exit::kUsage, "wrong parameters for \"" + recipe.title + "\"",
              {recipe.path, "", why, "see: engine recipes " + recipe.path});
}

namespace {

/// `returned`: the type of what the file returned, "" for nothing.
NotARecipe not_a_recipe(const std::string& path, const std::string& text,
                        const std::string& returned) {
  const bool is_module = !returned.empty() || text.find(".recipe") == std::string::npos;
  return {Error(Exit::kRecipe, "a recipe must return pl.recipe { ... }",
                {path, "", "it returned " + (returned.empty() ? "nothing" : "a " + returned),
                 "end the file with: return pl.recipe { title = ..., build = ... }"}),
          is_module};
}

}  // namespace

struct Recipe::State {
  RecipeDefinition definition;
  Plan plan;
  NodeContext nodes;
  int reference = LUA_NOREF;
};

Recipe::Recipe(LuaState& lua, const Registry& registry, const std::string& path,
               const std::string& text, const BuildObserver* observer)
    : state_(std::make_unique<State>()) {
  State& s = *state_;
  s.definition.path = path;
  s.definition.text = text;
  s.nodes.lua = &lua;
  s.nodes.registry = &registry;
  s.nodes.plan = &s.plan;
  s.nodes.observer = observer;
  s.nodes.recipe_path = path;
  s.nodes.recipe_lines = lines_of(with_plain_line_ends(text));
  register_nodes(s.nodes);
  {
    const FollowLines follow(s.nodes);
    lua.load_recipe(path, text);
  }
  lua_State* raw = lua.raw();
  bool is_recipe = lua_istable(raw, -1);
  if (is_recipe) {
    lua_getfield(raw, -1, "build");
    is_recipe = lua_isfunction(raw, -1);
    lua_pop(raw, 1);
  }
  if (!is_recipe) throw not_a_recipe(path, text, lua_isnil(raw, -1) ? "" : luaL_typename(raw, -1));
  const Place place{"the recipe's ", s.nodes.where(), s.nodes.source_line()};
  s.definition.title = text_field(raw, "title", kMostTitleBytes, place);
  s.definition.about = text_field(raw, "about", kMostTextBytes, place);
  s.definition.random_seed = random_seed_field(raw, place);
  lua_getfield(raw, -1, "params");
  if (lua_istable(raw, -1)) {
    for (lua_pushnil(raw); lua_next(raw, -2) != 0; lua_pop(raw, 1)) {
      if (lua_type(raw, -2) != LUA_TSTRING || !lua_istable(raw, -1)) {
        throw Error(
            Exit::kRecipe, "a parameter's name must be a text, and pl.int ... its value",
            {place.where, place.source,
             std::string("one is a ") + luaL_typename(raw, -2) + " = a " + luaL_typename(raw, -1),
             "write e.g. params = { tracks = pl.int { 50 } }"});
      }
      const std::string name = lua_tostring(raw, -2);
      check_text("a parameter's name", name.size(), kMostNameBytes, place.where, place.source);
      s.definition.parameters.push_back(read_parameter(raw, name, s.nodes.recipe_lines));
    }
  }
  lua_pop(raw, 1);
  std::sort(s.definition.parameters.begin(), s.definition.parameters.end(),
            [](const RecipeParameter& a, const RecipeParameter& b) { return a.name < b.name; });
  check_defaults(s.definition.parameters, path, s.nodes.recipe_lines, observer);
  s.reference = luaL_ref(raw, LUA_REGISTRYINDEX);
}

Recipe::~Recipe() = default;

const RecipeDefinition& Recipe::definition() const {
  return state_->definition;
}
const Plan& Recipe::plan() const {
  return state_->plan;
}

void Recipe::push_field(const char* name) const {
  lua_State* raw = state_->nodes.lua->raw();
  lua_rawgeti(raw, LUA_REGISTRYINDEX, state_->reference);
  lua_getfield(raw, -1, name);
  lua_remove(raw, -2);
}

void Recipe::build(const ParameterValues& values, const About& about, Evaluation* evaluation) {
  State& s = *state_;
  s.nodes.evaluation = evaluation;
  lua_State* raw = s.nodes.lua->raw();
  lua_rawgeti(raw, LUA_REGISTRYINDEX, s.reference);
  lua_getfield(raw, -1, "build");
  lua_newtable(raw);
  for (const auto& [name, value] : values) {
    push_value(raw, value);
    lua_setfield(raw, -2, name.c_str());
  }
  lua_newtable(raw);
  lua_pushstring(raw, about.user.c_str());
  lua_setfield(raw, -2, "name");
  lua_pushnumber(raw, static_cast<double>(about.now));
  lua_setfield(raw, -2, "now");
  push_moment(raw, moment_of_build(s.nodes, about.now));
  lua_setfield(raw, -2, "moment");
  {
    const FollowLines follow(s.nodes);
    s.nodes.lua->call(2, 1);
  }
  s.plan.output = node_at(raw, -1);
  const std::string type = luaL_typename(raw, -1);
  lua_pop(raw, 2);
  if (s.plan.output < 0) {
    throw Error(Exit::kRecipe, "build() must return candidates",
                {s.nodes.where(), s.nodes.source_line(),
                 "it returned " + (type == "nil" ? "nothing" : "a " + type),
                 "end it with: return candidates:limit { ... }"});
  }
}

}  // namespace engine
