#include "plan/nodes.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include <lua.hpp>

#include "core/column_types.hpp"
#include "core/error.hpp"
#include "data/declared_tables.hpp"
#include "data/present_people.hpp"
#include "lua/lua_internal.hpp"
#include "lua/text_bounds.hpp"
#include "plan/followed_lines.hpp"
#include "plan/other_verbs.hpp"
#include "plan/parameters.hpp"
#include "plan/step.hpp"

namespace engine {
namespace {

constexpr const char* kMetatable = "playlist.node";
constexpr const char* kMethodTable = "playlist.methods";
constexpr const char* kContext = "playlist.nodes";

NodeContext& context_of(lua_State* lua) {
  lua_getfield(lua, LUA_REGISTRYINDEX, kContext);
  auto* context = static_cast<NodeContext*>(lua_touserdata(lua, -1));
  lua_pop(lua, 1);
  context->lua->note_effect();
  return *context;
}

[[noreturn]] void fail(const NodeContext& context, const std::string& what,
                       const std::string& why = "", const std::string& fix = "") {
  throw Error(Exit::kRecipe, what, {context.where(), context.source_line(), why, fix});
}

/// Ends the recipe; or, where somebody collects mistakes, notes this one and goes on.
void report(const NodeContext& context, const Error& error) {
  if (context.observer == nullptr || !context.observer->on_problem) throw error;
  context.observer->on_problem(error);
}

/// Evaluates with the line hook off.
CandidatesPtr look_at(NodeContext& context, int node) {
  if (context.evaluation == nullptr) return std::make_shared<const Candidates>();
  const Unhooked unhooked(context.lua->raw());
  const Compiled compiled(context);
  state_of(context.lua->raw()).alarm.rest();
  return context.evaluation->result(node);
}

void note_look(const NodeContext& context, int node, bool is_for_rows) {
  if (context.observer != nullptr && context.observer->on_look)
    context.observer->on_look(node, is_for_rows);
}

void push_node(lua_State* lua, int id) {
  *static_cast<int*>(lua_newuserdata(lua, sizeof(int))) = id;
  luaL_getmetatable(lua, kMetatable);
  lua_setmetatable(lua, -2);
}

/// Adds the node and leaves its value on the stack.
int add_node(lua_State* lua, NodeContext& context, Node node) {
  if (context.lua->is_in_formula()) {
    fail(context, "a formula cannot make candidates (" + node.written() + ")",
         "it runs once for each track, when the plan is made already",
         "make them in build, before the formula, and keep them in a local variable");
  }
  const std::string what = "the recipe makes more than ";
  if (context.plan->nodes.size() >= kMostNodes)
    fail(context, what + std::to_string(kMostNodes) + " steps", "", "does a loop add them?");
  const int id = context.plan->add(std::move(node));
  if (context.plan->at(id).depth > kLongestChain) {
    fail(context, what + std::to_string(kLongestChain) + " steps one behind the other", "",
         "does a loop add them? One step with a function can do the work of many");
  }
  push_node(lua, id);
  return 1;
}

// ---- reading the description table of engine.node
// ------------------------------------------------------------------

std::string text_field(lua_State* lua, int table, const char* name) {
  lua_getfield(lua, table, name);
  std::string text = lua_type(lua, -1) == LUA_TSTRING ? lua_tostring(lua, -1) : "";
  lua_pop(lua, 1);
  return text;
}

/// The argument on top of the stack.
PlanValue argument_at_top(lua_State* lua, const NodeContext& context, const std::string& step,
                          const std::string& name) {
  const int id = node_at(lua, -1);
  if (id >= 0) return NodeArgument{id};
  const auto number_at_top = [&] {
    const double number = lua_tonumber(lua, -1);
    if (number != number) fail(context, step + ": " + name + " is not a number (NaN, as 0 / 0)");
    return number;
  };
  const auto text_at_top = [&] {
    std::size_t length = 0;
    const char* text = lua_tolstring(lua, -1, &length);
    check_text(step + ": " + (name == "1" ? "its first value" : name), length, kMostTextBytes,
               context.where(), context.source_line());
    return std::string(text, length);
  };
  switch (lua_type(lua, -1)) {
    case LUA_TNUMBER:
      return number_at_top();
    case LUA_TBOOLEAN:
      return lua_toboolean(lua, -1) != 0;
    case LUA_TSTRING:
      return text_at_top();
    case LUA_TTABLE: {
      ArgumentList list;
      for (int i = 1; i <= static_cast<int>(lua_objlen(lua, -1)); ++i) {
        lua_rawgeti(lua, -1, i);
        const int type = lua_type(lua, -1);
        if (type == LUA_TNUMBER) list.emplace_back(number_at_top());
        if (type == LUA_TSTRING) list.emplace_back(text_at_top());
        lua_pop(lua, 1);
        if (type != LUA_TNUMBER && type != LUA_TSTRING) break;
      }
      if (list.size() == lua_objlen(lua, -1)) return list;
      fail(context, step + ": " + name + " must be a list of texts or numbers");
    }
    default:
      fail(context, step + ": " + name + " cannot be a " + luaL_typename(lua, -1));
  }
}

/// Arguments in a settled order: the positional one, then by name (a Lua table has no order).
std::vector<std::pair<std::string, PlanValue>> arguments_at(lua_State* lua, int table,
                                                            const NodeContext& context,
                                                            const std::string& step) {
  std::vector<std::pair<std::string, PlanValue>> arguments;
  if (lua_isnil(lua, table)) return arguments;
  if (!lua_istable(lua, table)) {
    fail(context, step + ": its arguments must be a table, got a " + luaL_typename(lua, table), "",
         "write e.g. arguments = { count = 20 }");
  }
  for (lua_pushnil(lua); lua_next(lua, table) != 0; lua_pop(lua, 1)) {
    std::string name;
    if (lua_type(lua, -2) == LUA_TSTRING) name = lua_tostring(lua, -2);
    if (lua_type(lua, -2) == LUA_TNUMBER)
      name = std::to_string(static_cast<long>(lua_tonumber(lua, -2)));
    arguments.emplace_back(name, argument_at_top(lua, context, step, name));
  }
  std::sort(arguments.begin(), arguments.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  return arguments;
}

/// Sets the node's step, and its element where that is a plugin's.
void find_step(Node& node, const NodeContext& context) {
  node.step = builtin_step(node.name);
  if (node.step != nullptr) {
    node.description = &node.step->description();
    return;
  }
  try {
    node.element = &context.registry->require(node.name, context.where());
    node.description = node.element->description;
    node.step = &element_step(node.description->kind);
  } catch (const Error& error) {
    Error::Parts parts = error.parts();
    parts.source = context.source_line();
    report(context, Error(error.exit(), error.what(), std::move(parts)));
    node.step = &unknown_step();
    node.description = &node.step->description();
  }
}

/// Checks arguments as they are written, before anything runs.
void check_now(const NodeContext& context, const Node& node) {
  if (node.step == &unknown_step()) return;
  try {
    check_arguments(*node.description, node.written_arguments(), context.where());
  } catch (const Error& error) {
    Error::Parts parts = error.parts();
    parts.where = context.where();
    parts.source = context.source_line();
    report(context, Error(error.exit(), error.what(), std::move(parts)));
  }
}

void read_weights(lua_State* lua, Node& node, const NodeContext& context) {
  lua_getfield(lua, 1, "weights");
  if (lua_istable(lua, -1)) {
    for (lua_pushnil(lua); lua_next(lua, -2) != 0; lua_pop(lua, 1)) {
      if (lua_type(lua, -2) != LUA_TSTRING || lua_type(lua, -1) != LUA_TNUMBER) {
        fail(context, ":score takes weights by column name", "",
             "write e.g. :score { taste = 0.6, energy = 0.4 }");
      }
      const std::string column = lua_tostring(lua, -2);
      check_text(":score: the name of a column", column.size(), kMostNameBytes, context.where(),
                 context.source_line());
      const double weight = lua_tonumber(lua, -1);
      if (!std::isfinite(weight)) {
        fail(context, ":score: the weight of " + column + " is " +
                          (weight != weight ? "not a number (NaN, as 0 / 0)" : "infinite"));
      }
      node.weights.emplace_back(column, weight);
    }
    std::sort(node.weights.begin(), node.weights.end());
  }
  lua_pop(lua, 1);
  if (node.weights.empty() && node.step->facts().takes_weights) {
    fail(context, ":score needs at least one weight", "",
         "write e.g. :score { taste = 0.6, energy = 0.4 }");
  }
}

/// What stands on top of the stack, where candidates should.
std::string not_candidates(lua_State* lua) {
  return lua_isnil(lua, -1) ? "nothing" : std::string("a ") + luaL_typename(lua, -1);
}

/// The candidates at a field of the table on top of the stack.
int branch_candidates(lua_State* lua, const Node& node, const NodeContext& context, int branch,
                      const char* field, bool is_needed) {
  lua_getfield(lua, -1, field);
  const int id = node_at(lua, -1);
  if (id < 0 && (is_needed || !lua_isnil(lua, -1))) {
    fail(context,
         node.written() + ": \"" + field + "\" of branch " + std::to_string(branch) + " is " +
             not_candidates(lua) + ", not candidates",
         "", "write { node = candidates } for each branch");
  }
  lua_pop(lua, 1);
  return id;
}

/// The whole number at a field of the table on top of the stack; `missing` where there is none.
std::size_t branch_count(lua_State* lua, const Node& node, const NodeContext& context, int branch,
                         const char* field, std::size_t missing) {
  lua_getfield(lua, -1, field);
  const bool is_given = !lua_isnil(lua, -1);
  const double count = lua_type(lua, -1) == LUA_TNUMBER ? lua_tonumber(lua, -1) : -1;
  lua_pop(lua, 1);
  if (!is_given) return missing;
  if (!(count >= 0) || count > kMany || count != std::floor(count)) {
    fail(context,
         node.written() + ": branch " + std::to_string(branch) + " needs " + field +
             " = a whole number from 0 on",
         "", "leave " + std::string(field) + " out, or write " + field + " = 100");
  }
  return static_cast<std::size_t>(count);
}

/// The branch on top of the stack.
Branch branch_at_top(lua_State* lua, const Node& node, const NodeContext& context, int number) {
  if (!lua_istable(lua, -1)) {
    fail(context,
         node.written() + ": branch " + std::to_string(number) + " is " + not_candidates(lua) +
             ", not a table",
         "", "write { node = candidates } for each branch");
  }
  Branch branch{branch_candidates(lua, node, context, number, "node", true)};
  branch.otherwise = branch_candidates(lua, node, context, number, "otherwise", false);
  branch.quota = branch_count(lua, node, context, number, "quota", branch.quota);
  branch.at_least = branch_count(lua, node, context, number, "at_least", branch.at_least);
  lua_getfield(lua, -1, "weight");
  if (lua_isnumber(lua, -1)) branch.weight = lua_tonumber(lua, -1);
  if (!std::isfinite(branch.weight)) {
    fail(context, node.written() + ": the weight of branch " + std::to_string(number) +
                      " is not a number that can be reckoned with");
  }
  lua_getfield(lua, -2, "title");
  if (lua_isstring(lua, -1)) {
    branch.title = lua_tostring(lua, -1);
    branch.is_told = !branch.title.empty();
  }
  lua_pop(lua, 2);
  return branch;
}

/// Those of a combiner.
void read_branches(lua_State* lua, Node& node, const NodeContext& context) {
  lua_getfield(lua, 1, "branches");
  const int count = lua_istable(lua, -1) ? static_cast<int>(lua_objlen(lua, -1)) : 0;
  if (count == 0 && node.step->facts().form == StepForm::kCombiner) {
    fail(
        context, node.written() + " needs at least one branch",
        "engine.node was called without any",
        "write engine.node { step = \"" + node.name + "\", branches = { { node = candidates } } }");
  }
  for (int i = 1; i <= count; ++i) {
    lua_rawgeti(lua, -1, i);
    node.branches.push_back(branch_at_top(lua, node, context, i));
    lua_pop(lua, 1);
  }
  lua_pop(lua, 1);
}

/// How a script module gives a step its candidates.
std::string inputs_form(const Node& node) {
  const bool is_one = node.step->facts().inputs == 1;
  return "write engine.node { step = \"" + node.name + "\", inputs = { " +
         (is_one ? "candidates" : "candidates, others") + " } }";
}

/// Those of a verb: the candidates before its colon; of an operator those on both its sides.
void read_inputs(lua_State* lua, Node& node, const NodeContext& context) {
  lua_getfield(lua, 1, "inputs");
  const bool is_given = lua_istable(lua, -1);
  const bool may_be_source = node.step == &unknown_step();  // nobody knows its kind
  const int count = is_given || !may_be_source ? node.step->facts().inputs : 0;
  if (!is_given && count > 0) {
    fail(context, node.written() + " needs candidates, got nothing",
         "engine.node was called without inputs", inputs_form(node));
  }
  for (int k = 1; k <= count; ++k) {
    lua_rawgeti(lua, -1, k);
    const int id = node_at(lua, -1);
    if (id < 0) {
      const bool is_plugins = node.name.find('.') != std::string::npos;
      fail(context, node.written() + " needs candidates, got " + not_candidates(lua), "",
           count > 1 ? inputs_form(node)
                     : "write it behind candidates and a colon, as in: candidates" +
                           (is_plugins ? ":VERB(...)" : node.written() + "(...)"));
    }
    node.inputs.push_back(id);
    lua_pop(lua, 1);
  }
  lua_pop(lua, 1);
}

/// The number at `at` as LuaJIT writes it, seven bits a byte; moves `at` behind it.
std::size_t number_in_code(std::string_view code, std::size_t& at) {
  std::size_t number = 0;
  for (int shift = 0; at < code.size() && shift < 35; shift += 7) {
    const auto byte = static_cast<unsigned char>(code[at++]);
    number |= static_cast<std::size_t>(byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  return number;
}

/// Of the function on top of the stack, which LuaJIT tells in its code alone: a signature, flags,
/// and the functions from the innermost out, each its size, its flags and its parameters.
int parameter_count(lua_State* lua) {
  if (lua_iscfunction(lua, -1) != 0) return 0;
  push_core(lua, "code");
  lua_pushvalue(lua, -2);
  lua_call(lua, 1, 1);
  std::size_t size = 0, at = 4;
  const char* bytes = lua_tolstring(lua, -1, &size);
  const std::string_view code(bytes, size);
  number_in_code(code, at);
  int count = 0;
  while (const std::size_t length = number_in_code(code, at)) {
    if (at + 1 < size) count = static_cast<unsigned char>(code[at + 1]);
    at += length;
  }
  lua_pop(lua, 1);
  return count;
}

/// A formula sees one track: whoever writes two parameters means to compare, or to count.
void check_one_parameter(lua_State* lua, const Node& node, const NodeContext& context) {
  const int count = parameter_count(lua);
  if (count < 2) return;
  const bool is_order = node.name == "order_function";
  fail(context,
       node.written() + " takes a function of one track, and this one has " +
           std::to_string(count) + " parameters",
       is_order ? "it compares the values itself, smallest first" : "",
       is_order
           ? "write :order(function(t) return t.energy end), or -t.energy for the largest first"
           : "write function(t) ... end");
}

void read_function(lua_State* lua, Node& node, const NodeContext& context) {
  lua_getfield(lua, 1, "call");
  if (lua_isfunction(lua, -1)) {
    check_one_parameter(lua, node, context);
    node.function_at = context.lua->defined_at(-1);
    node.function = luaL_ref(lua, LUA_REGISTRYINDEX);
    return;
  }
  lua_pop(lua, 1);
  if (!node.step->facts().formula) return;
  fail(context, node.written() + " needs a function of a row", "",
       "give it one: call = function(t) ... end");
}

int make_node(lua_State* lua, void*) {
  NodeContext& context = context_of(lua);
  luaL_checktype(lua, 1, LUA_TTABLE);
  Node node;
  node.name = text_field(lua, 1, "step");
  node.where = context.where();
  node.source = context.source_line();
  if (node.name.empty()) {
    fail(context, "engine.node needs the name of a step", "it was called without one",
         "write engine.node { step = \"top\", ... }; engine.steps() tells their names");
  }
  find_step(node, context);
  read_inputs(lua, node, context);
  read_branches(lua, node, context);
  lua_getfield(lua, 1, "arguments");
  node.arguments = arguments_at(lua, lua_gettop(lua), context, node.name);
  lua_pop(lua, 1);
  check_now(context, node);
  read_weights(lua, node, context);
  read_function(lua, node, context);
  return add_node(lua, context, std::move(node));
}

int check_element(lua_State* lua, void*) {
  NodeContext& context = context_of(lua);
  Node node;
  node.name = luaL_checkstring(lua, 1);
  find_step(node, context);
  if (!lua_istable(lua, 2)) return 0;
  node.arguments = arguments_at(lua, 2, context, node.name);
  check_now(context, node);
  return 0;
}

int set_methods(lua_State* lua, void*) {
  luaL_checktype(lua, 1, LUA_TTABLE);
  lua_pushvalue(lua, 1);
  lua_setfield(lua, LUA_REGISTRYINDEX, kMethodTable);
  return 0;
}

int elements(lua_State* lua, void*) {
  const NodeContext& context = context_of(lua);
  lua_newtable(lua);
  for (const Element* element : context.registry->elements()) {
    lua_pushstring(lua, kind_name(element->description->kind));
    lua_setfield(lua, -2, element->description->name);
  }
  return 1;
}

const char* form_name(StepForm form) {
  switch (form) {
    case StepForm::kVerb:
      return "verb";
    case StepForm::kFormula:
      return "formula";
    case StepForm::kCombiner:
      return "combiner";
    default:
      return "own";
  }
}

/// The fields of a combiner's branches as { name, ... }; the name of their weight.
void push_branch_fields(lua_State* lua, const Step& step) {
  lua_newtable(lua);
  int count = 0;
  const char* weight = nullptr;
  for (const BranchField& field : step.branch_fields()) {
    lua_pushstring(lua, field.name);
    lua_rawseti(lua, -2, ++count);
    if (field.is_weight) weight = field.name;
  }
  lua_setfield(lua, -2, "fields");
  if (weight == nullptr) return;
  lua_pushstring(lua, weight);
  lua_setfield(lua, -2, "weight");
}

/// steps() -> { { name, form, arguments, takes_span, returns_text, fields, weight }, ... }
int steps(lua_State* lua, void*) {
  lua_newtable(lua);
  int count = 0;
  for (const Step* step : builtin_steps()) {
    lua_newtable(lua);
    lua_pushstring(lua, step->name());
    lua_setfield(lua, -2, "name");
    lua_pushstring(lua, form_name(step->facts().form));
    lua_setfield(lua, -2, "form");
    lua_newtable(lua);
    const playlist_param* const* params = step->description().params;
    for (int k = 0; params[k] != nullptr; ++k) {
      lua_pushstring(lua, params[k]->name);
      lua_rawseti(lua, -2, k + 1);
    }
    lua_setfield(lua, -2, "arguments");
    lua_pushboolean(lua, step->facts().takes_span ? 1 : 0);
    lua_setfield(lua, -2, "takes_span");
    lua_pushboolean(lua, step->facts().formula == FormulaResult::kText ? 1 : 0);
    lua_setfield(lua, -2, "returns_text");
    push_branch_fields(lua, *step);
    lua_rawseti(lua, -2, ++count);
  }
  return 1;
}

int user_sets(lua_State* lua, void*) {
  lua_newtable(lua);
  for (const DeclaredSet& set : declared_sets()) {
    lua_pushboolean(lua, 1);
    lua_setfield(lua, -2, set.name);
  }
  return 1;
}

/// people() -> { name, ... } of those present, the listener first; nobody where nothing is evaluated.
int people(lua_State* lua, void*) {
  const NodeContext& context = context_of(lua);
  lua_newtable(lua);
  if (context.evaluation == nullptr) return 1;
  const People* known = context.evaluation->people();
  if (known == nullptr || !known->is_everyone()) {
    fail(context, "pl.everyone is not known here",
         "it is for libraries of at most " + std::to_string(kMostPeople) +
             " people, and others are read where the recipe's own text says pl.everyone",
         "name those you mean: pl.person(\"bob\")");
  }
  int place = 0;
  for (const std::string& name : present_people(*known)) {
    lua_pushstring(lua, name.c_str());
    lua_rawseti(lua, -2, ++place);
  }
  return 1;
}

int nearest_word(lua_State* lua, void*) {
  std::vector<std::string> known;
  const std::string word = luaL_checkstring(lua, 1);
  luaL_checktype(lua, 2, LUA_TTABLE);
  for (int i = 1; i <= static_cast<int>(lua_objlen(lua, 2)); ++i) {
    lua_rawgeti(lua, 2, i);
    if (lua_isstring(lua, -1)) known.emplace_back(lua_tostring(lua, -1));
    lua_pop(lua, 1);
  }
  const std::string near = nearest(word, known);
  if (near.empty()) {
    lua_pushnil(lua);
  } else {
    lua_pushstring(lua, near.c_str());
  }
  return 1;
}

int fail_at_recipe(lua_State* lua, void*) {
  const std::string what = luaL_checkstring(lua, 1);
  const std::string fix = lua_isstring(lua, 2) ? lua_tostring(lua, 2) : "";
  fail(context_of(lua), what, "", fix);
}

/// problem(what, fix): as fail, but engine check notes it and goes on.
int problem_at_recipe(lua_State* lua, void*) {
  const NodeContext& context = context_of(lua);
  const std::string fix = lua_isstring(lua, 2) ? lua_tostring(lua, 2) : "";
  report(context, Error(Exit::kRecipe, luaL_checkstring(lua, 1),
                        {context.where(), context.source_line(), "", fix}));
  return 0;
}

int parameter_read(lua_State* lua, void*) {
  const NodeContext& context = context_of(lua);
  if (context.observer->on_parameter_read)
    context.observer->on_parameter_read(luaL_checkstring(lua, 1));
  return 0;
}

int now_read(lua_State* lua, void*) {
  const NodeContext& context = context_of(lua);
  if (context.observer->on_now_read) context.observer->on_now_read(luaL_checkstring(lua, 1));
  return 0;
}

int where_in_recipe(lua_State* lua, void*) {
  lua_pushstring(lua, context_of(lua).where().c_str());
  return 1;
}

/// row.has_tag(tag): its upvalues are the tags and the track.
int row_has_tag(lua_State* lua, void*) {
  const auto* tags = static_cast<const TagBits*>(lua_touserdata(lua, lua_upvalueindex(1)));
  const auto track = static_cast<std::uint32_t>(lua_tointeger(lua, lua_upvalueindex(2)));
  lua_pushboolean(
      lua, static_cast<int>(tags->of(luaL_checkstring(lua, 1))[track / 32] >> (track % 32) & 1));
  return 1;
}

void push_column(lua_State* lua, const FormulaColumn& column, std::size_t row, std::int32_t track) {
  if (column.type == kTagColumn) {
    lua_pushlightuserdata(lua, const_cast<void*>(column.data.get()));
    lua_pushinteger(lua, track);
    return lua_pushcclosure(lua, entry<row_has_tag>, 2);
  }
  const std::size_t at = column.is_by_track ? static_cast<std::size_t>(track) : row;
  if (column.type == PLAYLIST_STRING) {
    const std::int32_t code = column.data.as<std::int32_t>()[at];
    if (code < 0) return lua_pushnil(lua);
    const playlist_dict& dict = *column.texts();
    lua_pushlstring(lua, dict.bytes + dict.offsets[code],
                    dict.offsets[code + 1] - dict.offsets[code]);
    return;
  }
  Candidates one;
  one.tracks = {track};
  FormulaColumn here = column;
  here.is_by_track = false;
  here.data = column.data.as<char>() + at * item_length(column.type);
  const double value = column_numbers(here, one)[0];
  if (value != value) return lua_pushnil(lua);
  lua_pushnumber(lua, value);
}

/// Every row as a plain table of all its columns; meant for small sets.
int rows(lua_State* lua, void*) {
  NodeContext& context = context_of(lua);
  const int id = node_at(lua, 1);
  if (id < 0) fail(context, "engine.rows needs candidates");
  note_look(context, id, true);
  const CandidatesPtr candidates = look_at(context, id);
  lua_createtable(lua, static_cast<int>(candidates->size()), 0);
  if (context.evaluation == nullptr) return 1;
  const std::vector<FormulaColumn> columns = context.evaluation->formula_columns(*candidates);
  for (std::size_t i = 0; i < candidates->size(); ++i) {
    lua_newtable(lua);
    for (const FormulaColumn& column : columns) {
      push_column(lua, column, i, candidates->tracks[i]);
      lua_setfield(lua, -2, column.name.c_str());
    }
    lua_rawseti(lua, -2, static_cast<int>(i) + 1);
  }
  return 1;
}

// ---- the node's metatable
// ------------------------------------------------------------------------------------------

/// What an unknown verb does once it has been noted: nothing.
int same_candidates(lua_State* lua) {
  lua_settop(lua, 1);
  return 1;
}

int node_index(lua_State* lua, void*) {
  const NodeContext& context = context_of(lua);
  lua_getfield(lua, LUA_REGISTRYINDEX, kMethodTable);
  lua_pushvalue(lua, 2);
  lua_gettable(lua, -2);
  if (!lua_isnil(lua, -1)) return 1;
  const std::string word =
      lua_type(lua, 2) == LUA_TSTRING ? lua_tostring(lua, 2) : luaL_typename(lua, 2);
  std::vector<std::string> verbs;
  lua_pop(lua, 1);
  for (lua_pushnil(lua); lua_next(lua, -2) != 0; lua_pop(lua, 1))
    verbs.emplace_back(lua_tostring(lua, -2));
  std::sort(verbs.begin(), verbs.end());
  std::string all;
  for (const std::string& verb : verbs) all += (all.empty() ? "" : ", ") + verb;
  std::string fix = other_verbs_fix(word);
  const std::string near = nearest(word, verbs);
  if (fix.empty() && !near.empty()) fix = "did you mean :" + near + "?";
  report(context, Error(Exit::kRecipe, "candidates have no verb \"" + word + "\"",
                        {context.where(), context.source_line(),
                         fix.empty() ? "they have " + all : "", fix}));
  lua_pushcfunction(lua, same_candidates);
  return 1;
}

int node_length(lua_State* lua, void*) {
  NodeContext& context = context_of(lua);
  const int id = node_at(lua, 1);
  note_look(context, id, false);
  const bool is_pretended = context.evaluation == nullptr && context.observer != nullptr;
  const std::size_t size =
      is_pretended ? context.observer->pretended_size : look_at(context, id)->size();
  lua_pushinteger(lua, static_cast<lua_Integer>(size));
  return 1;
}

/// user.likes(), and candidates:filter {} where a verb gives candidates already.
int node_call(lua_State* lua, void*) {
  fail(context_of(lua), "candidates cannot be called", "",
       "leave out the () behind them, or write a verb: candidates:top(10)");
}

int combine_two(lua_State* lua, const char* name) {
  NodeContext& context = context_of(lua);
  Node node;
  node.name = name;
  node.where = context.where();
  node.source = context.source_line();
  find_step(node, context);
  node.inputs = {node_at(lua, 1), node_at(lua, 2)};
  if (node.inputs[0] < 0 || node.inputs[1] < 0) {
    fail(context, "both sides of " + node.written() + " must be candidates");
  }
  return add_node(lua, context, std::move(node));
}
int node_add(lua_State* lua, void*) {
  return combine_two(lua, "union");
}
int node_sub(lua_State* lua, void*) {
  return combine_two(lua, "difference");
}

int node_mul(lua_State* lua, void*) {
  return combine_two(lua, "intersection");
}

int node_text(lua_State* lua, void*) {
  const NodeContext& context = context_of(lua);
  lua_pushstring(lua, ("candidates of " + context.plan->at(node_at(lua, 1)).label()).c_str());
  return 1;
}

}  // namespace

int NodeContext::line() const {
  if (!lua->is_in_formula()) return recipe_line;
  std::string at = lua->where_in(recipe_path);
  if (at.empty()) at = lua->formula_at();
  return std::atoi(at.c_str() + at.rfind(':') + 1);
}

std::string NodeContext::where() const {
  const int number = line();
  return number > 0 ? recipe_path + ":" + std::to_string(number) : recipe_path;
}

std::string NodeContext::source_line() const {
  const auto number = static_cast<std::size_t>(line());
  return number > 0 && number <= recipe_lines.size() ? recipe_lines[number - 1] : "";
}

int node_at(lua_State* lua, int index) {
  if (lua_type(lua, index) != LUA_TUSERDATA || lua_getmetatable(lua, index) == 0) return -1;
  luaL_getmetatable(lua, kMetatable);
  const bool is_node = lua_rawequal(lua, -1, -2) != 0;
  lua_pop(lua, 2);
  return is_node ? *static_cast<const int*>(lua_touserdata(lua, index)) : -1;
}

void register_nodes(NodeContext& context) {
  lua_State* lua = context.lua->raw();
  lua_pushlightuserdata(lua, &context);
  lua_setfield(lua, LUA_REGISTRYINDEX, kContext);
  luaL_newmetatable(lua, kMetatable);
  const luaL_Reg meta[] = {{"__index", entry<node_index>},  {"__len", entry<node_length>},
                           {"__call", entry<node_call>},    {"__add", entry<node_add>},
                           {"__sub", entry<node_sub>},      {"__mul", entry<node_mul>},
                           {"__tostring", entry<node_text>}};
  for (const luaL_Reg& function : meta) {
    lua_pushcfunction(lua, function.func);
    lua_setfield(lua, -2, function.name);
  }
  lua_pushboolean(lua, 0);
  lua_setfield(lua, -2, "__metatable");
  lua_pop(lua, 1);
  const luaL_Reg functions[] = {{"unfollowed", entry<make_unfollowed>},
                                {"node", entry<make_node>},
                                {"check_element", entry<check_element>},
                                {"methods", entry<set_methods>},
                                {"elements", entry<elements>},
                                {"steps", entry<steps>},
                                {"user_sets", entry<user_sets>},
                                {"people", entry<people>},
                                {"nearest", entry<nearest_word>},
                                {"fail", entry<fail_at_recipe>},
                                {"problem", entry<problem_at_recipe>},
                                {"where", entry<where_in_recipe>},
                                {"rows", entry<rows>}};
  for (const luaL_Reg& function : functions)
    context.lua->add_function(function.name, function.func, nullptr);
  // In a run scripts find no such functions, so that formulas read parameters at full speed.
  if (context.observer == nullptr) return;
  context.lua->add_function("parameter_read", entry<parameter_read>, nullptr);
  context.lua->add_function("now_read", entry<now_read>, nullptr);
}

}  // namespace engine
