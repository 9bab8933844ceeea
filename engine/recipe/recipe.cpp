#include "recipe/recipe.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <sstream>

#include <lua.hpp>

#include "core/error.hpp"
#include "recipe/nodes.hpp"

namespace engine {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string string_field(lua_State* lua, const char* name) {
  lua_getfield(lua, -1, name);
  std::string text = lua_isstring(lua, -1) ? lua_tostring(lua, -1) : "";
  lua_pop(lua, 1);
  return text;
}

std::optional<double> number_field(lua_State* lua, const char* name) {
  lua_getfield(lua, -1, name);
  std::optional<double> value;
  if (lua_type(lua, -1) == LUA_TNUMBER) value = lua_tonumber(lua, -1);
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
  const bool is_good = number != nullptr && (!p.min || *number >= *p.min) &&
                       (!p.max || *number <= *p.max) &&
                       (!is_whole || *number == std::floor(*number));
  return is_good ? ""
                 : std::string("it takes a ") + (is_whole ? "whole " : "") + "number" + range();
}

/// The parameter table on top of the stack.
RecipeParameter read_parameter(lua_State* lua, const std::string& name) {
  RecipeParameter p;
  p.name = name;
  p.kind = string_field(lua, "kind");
  p.help = string_field(lua, "help");
  p.where = string_field(lua, "where");
  p.min = number_field(lua, "min");
  p.max = number_field(lua, "max");
  lua_getfield(lua, -1, "tune");
  p.is_tunable = lua_toboolean(lua, -1) != 0;
  lua_pop(lua, 1);
  lua_getfield(lua, -1, "choices");
  if (lua_istable(lua, -1)) {
    for (int i = 1; i <= static_cast<int>(lua_objlen(lua, -1)); ++i) {
      lua_rawgeti(lua, -1, i);
      if (lua_isstring(lua, -1)) p.choices.emplace_back(lua_tostring(lua, -1));
      lua_pop(lua, 1);
    }
  }
  lua_pop(lua, 1);
  lua_getfield(lua, -1, "default");
  if (lua_type(lua, -1) == LUA_TNUMBER) p.default_value = lua_tonumber(lua, -1);
  if (lua_type(lua, -1) == LUA_TBOOLEAN) p.default_value = lua_toboolean(lua, -1) != 0;
  if (lua_type(lua, -1) == LUA_TSTRING) p.default_value = std::string(lua_tostring(lua, -1));
  lua_pop(lua, 1);
  return p;
}

/// Throws the error of a default that does not fit; an observer gets all of them.
void check_defaults(const std::vector<RecipeParameter>& parameters, const std::string& path,
                    const std::vector<std::string>& lines, const BuildObserver* observer) {
  for (const RecipeParameter& p : parameters) {
    const std::string wrong = problem(p, p.default_value);
    if (wrong.empty()) continue;
    const std::size_t line = std::strtoul(p.where.c_str() + p.where.rfind(':') + 1, nullptr, 10);
    const Error error(Exit::kRecipe,
                      "the default of parameter " + p.name + " does not fit: " + wrong,
                      {p.where.empty() ? path : p.where,
                       line > 0 && line <= lines.size() ? lines[line - 1] : "", "", ""});
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
  s.nodes.recipe_lines = lines_of(text);
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
  if (!is_recipe) {
    throw Error(Exit::kRecipe, "a recipe must return pl.recipe { ... }",
                {path, "", std::string("it returned a ") + luaL_typename(raw, -1),
                 "end the file with: return pl.recipe { title = ..., build = ... }"});
  }
  s.definition.title = string_field(raw, "title");
  s.definition.about = string_field(raw, "about");
  s.definition.random_seed = string_field(raw, "random_seed");
  lua_getfield(raw, -1, "params");
  if (lua_istable(raw, -1)) {
    for (lua_pushnil(raw); lua_next(raw, -2) != 0; lua_pop(raw, 1)) {
      lua_pushvalue(raw, -2);
      const std::string name = lua_tostring(raw, -1);
      lua_pop(raw, 1);
      s.definition.parameters.push_back(read_parameter(raw, name));
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
