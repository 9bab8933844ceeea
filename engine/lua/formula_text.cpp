#include "lua/formula_text.hpp"

#include <algorithm>

#include "lua/formula_tokens.hpp"

namespace engine {
namespace {

using Tokens = std::vector<LuaToken>;

/// The token after the `end` of the function whose `function` stands at `begin`.
std::size_t end_of_function(const Tokens& tokens, std::size_t begin) {
  int depth = 0;
  for (std::size_t i = begin; i < tokens.size(); ++i) {
    const LuaToken& token = tokens[i];
    if (token.is("function") || token.is("if") || token.is("do") || token.is("repeat")) ++depth;
    if ((token.is("end") || token.is("until")) && --depth == 0) return i + 1;
  }
  return tokens.size();
}

/// What stands behind tokens[i] as .name or ["name"], and its last token; "" without one.
struct Field {
  std::string name;
  std::size_t last = 0;
};
Field field_after(const Tokens& tokens, std::size_t i) {
  if (i + 2 >= tokens.size()) return {};
  if (tokens[i + 1].is(".") && tokens[i + 2].kind == LuaToken::Kind::kName)
    return {tokens[i + 2].text, i + 2};
  const bool is_text = tokens[i + 2].kind == LuaToken::Kind::kText;
  if (tokens[i + 1].is("[") && is_text && i + 3 < tokens.size() && tokens[i + 3].is("]"))
    return {tokens[i + 2].text, i + 3};
  return {};
}

template <class Item>
void add_once(std::vector<Item>& items, const Item& item) {
  if (std::find(items.begin(), items.end(), item) == items.end()) items.push_back(item);
}

FunctionText read_function(const Tokens& tokens, std::size_t begin) {
  FunctionText function;
  std::size_t at = begin + 1;
  while (at < tokens.size() && !tokens[at].is("(")) ++at;
  if (at + 1 >= tokens.size() || tokens[at + 1].kind != LuaToken::Kind::kName) return function;
  function.parameter = tokens[at + 1].text;
  const std::size_t end = end_of_function(tokens, begin);
  for (std::size_t i = at + 2; i < end; ++i) {
    if (tokens[i].kind != LuaToken::Kind::kName || tokens[i].text != function.parameter) continue;
    const bool is_field_itself = tokens[i - 1].is(".") || tokens[i - 1].is(":");
    const Field field = is_field_itself ? Field{} : field_after(tokens, i);
    if (field.name.empty()) continue;
    add_once(function.fields, field.name);
    const Field member = field_after(tokens, field.last);
    if (!member.name.empty()) add_once(function.members, {field.name, member.name});
  }
  return function;
}

}  // namespace

std::vector<FunctionText> functions_in(std::string_view text) {
  std::vector<FunctionText> functions;
  const std::optional<Tokens> tokens = lua_tokens(text);
  if (!tokens) return functions;
  for (std::size_t i = 0; i < tokens->size(); ++i) {
    if ((*tokens)[i].is("function")) functions.push_back(read_function(*tokens, i));
  }
  return functions;
}

}  // namespace engine
