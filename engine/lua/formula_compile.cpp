// From the text of a Lua function to a program over blocks. One pass: each expression gives a
// value, each `if` narrows the rows that are active, each `return` selects its value for them.
#include "playlist/plugin.h"

#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "lua/formula.hpp"
#include "lua/formula_program.hpp"
#include "lua/formula_tokens.hpp"

namespace engine {
namespace {

constexpr int kMostReferences = 64;
constexpr int kMostInstructions = 400;

/// Thrown where LuaJIT has to do it.
struct Unsupported {};

struct Value {
  enum class Type : std::uint8_t {
    kNumber,
    kFlag,
    kText,
    kNil,
    kMaybe,      // `flag and number`: the number where `condition` holds, else false or nil
    kReference,  // a table or function on the Lua stack
    kTags,       // t.has_tag, to be called: its place among the columns
    kFamily,     // t.plays_of, of which a person's column is asked: its name
    kRow,
  };
  Type type = Type::kNil;
  int reg = -1;       // -1: the constant
  double number = 0;  // numbers, and flags as 1 and 0
  std::string text;
  int condition = -1;
  int stack = 0;
  int column = -1;  // tags, and texts and flags as loaded: its place among the columns

  [[nodiscard]] bool is_constant() const { return reg < 0; }
  [[nodiscard]] bool is(Type wanted) const { return type == wanted; }
};
using Type = Value::Type;

Value number_value(double number) {
  Value value;
  value.type = Type::kNumber;
  value.number = number;
  return value;
}
Value flag_value(bool flag) {
  Value value;
  value.type = Type::kFlag;
  value.number = flag ? 1 : 0;
  return value;
}
Value register_value(Type type, int reg) {
  Value value;
  value.type = type;
  value.reg = reg;
  return value;
}

Value tags_value(int column) {
  Value value;
  value.type = Type::kTags;
  value.column = column;
  return value;
}

double apply(BlockOp op, double a, double b) {
  const bool has_nan = a != a || b != b;
  const double nan = a + b;
  switch (op) {
    case BlockOp::kAdd:
      return a + b;
    case BlockOp::kSubtract:
      return a - b;
    case BlockOp::kMultiply:
      return a * b;
    case BlockOp::kDivide:
      return a / b;
    case BlockOp::kModulo:
      return a - std::floor(a / b) * b;
    case BlockOp::kPower:
      return std::pow(a, b);
    case BlockOp::kMinimum:
      return has_nan ? nan : a < b ? a : b;
    case BlockOp::kMaximum:
      return has_nan ? nan : a > b ? a : b;
    case BlockOp::kLess:
      return a < b ? 1 : 0;
    case BlockOp::kLessEqual:
      return a <= b ? 1 : 0;
    case BlockOp::kEqual:
      return a == b ? 1 : 0;
    case BlockOp::kNotEqual:
      return a != b ? 1 : 0;
    case BlockOp::kKnown:
      return a == a ? a : b;
    case BlockOp::kStep:
      return b == b ? (b >= a ? 1 : 0) : b;
    default:
      throw Unsupported();
  }
}

/// t[k] of a table that may have functions in its metatable; both on the stack.
int plain_get(lua_State* lua) {
  lua_gettable(lua, 1);
  return 1;
}

class Compiler {
 public:
  Compiler(LuaState::State& state, int function, bool is_filter, std::vector<LuaToken> tokens)
      : state_(state), lua_(state.lua), function_(function), tokens_(std::move(tokens)) {
    program_.is_filter = is_filter;
  }

  BlockProgram run() {
    read_header();
    block();
    expect("end");
    finish();
    join_products();
    read_columns_in_place();
    assign_registers();
    return std::move(program_);
  }

 private:
  // ---- tokens ----
  [[nodiscard]] const LuaToken& peek(std::size_t ahead = 0) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
  }
  bool accept(std::string_view word) {
    if (!peek().is(word)) return false;
    ++at_;
    return true;
  }
  void expect(std::string_view word) {
    if (!accept(word)) throw Unsupported();
  }
  std::string name() {
    if (peek().kind != LuaToken::Kind::kName) throw Unsupported();
    return tokens_[at_++].text;
  }

  /// `function NAME(t)`; the text may hold other code around it, but no other function.
  void read_header() {
    std::size_t functions = 0;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (!tokens_[i].is("function")) continue;
      at_ = i + 1;
      ++functions;
    }
    if (functions != 1) throw Unsupported();
    while (!peek().is("(")) {
      if (peek().kind == LuaToken::Kind::kEnd) throw Unsupported();
      ++at_;
    }
    ++at_;
    Value row;
    row.type = Type::kRow;
    locals_.emplace_back(name(), row);
    expect(")");
  }

  // ---- statements ----
  void block() {
    const std::size_t outer = locals_.size();
    while (true) {
      if (peek().is("end") || peek().is("else") || peek().is("elseif")) break;
      if (accept(";")) continue;
      if (accept("return")) {
        return_statement();
        accept(";");
        if (!peek().is("end") && !peek().is("else") && !peek().is("elseif")) throw Unsupported();
        break;
      }
      statement();
    }
    locals_.resize(outer);
  }
  void statement() {
    if (accept("local")) return local_statement();
    if (accept("if")) return if_statement();
    if (accept("do")) {
      block();
      return expect("end");
    }
    assignment();
  }
  void local_statement() {
    std::vector<std::string> names = {name()};
    while (accept(",")) names.push_back(name());
    if (!accept("=")) throw Unsupported();
    std::vector<Value> values = expressions();
    if (values.size() != names.size()) throw Unsupported();
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (values[i].is(Type::kMaybe)) throw Unsupported();
      locals_.emplace_back(names[i], std::move(values[i]));
    }
  }
  void assignment() {
    const std::string target = name();
    expect("=");
    const Value value = expression();
    for (auto it = locals_.rbegin(); it != locals_.rend(); ++it) {
      if (it->first != target) continue;
      it->second = select(active_, value, it->second);
      return;
    }
    throw Unsupported();
  }
  void if_statement() {
    const Value before = active_;
    const Value condition = truth(expression());
    expect("then");
    active_ = both(before, condition);
    block();
    const Value after_then = active_;
    active_ = both(before, negated(condition));
    if (accept("elseif")) {
      if_statement();  // takes the `end` with it
    } else {
      if (accept("else")) block();
      expect("end");
    }
    active_ = either(after_then, active_);
  }
  void return_statement() {
    Value value = expression();
    if (peek().is(",")) throw Unsupported();
    if (program_.is_filter) {
      value = truth(value);
    } else if (!value.is(Type::kNumber)) {
      throw Unsupported();
    }
    result_ = result_.is(Type::kNil) ? value : select(active_, value, result_);
    active_ = flag_value(false);
  }

  // ---- expressions, by precedence ----
  std::vector<Value> expressions() {
    std::vector<Value> values = {expression()};
    while (accept(",")) values.push_back(expression());
    return values;
  }
  Value expression() { return or_expression(); }
  Value or_expression() {
    Value left = and_expression();
    while (accept("or")) left = logical_or(left, and_expression());
    return left;
  }
  Value and_expression() {
    Value left = comparison();
    while (accept("and")) left = logical_and(left, comparison());
    return left;
  }
  Value comparison() {
    Value left = sum();
    while (true) {
      if (accept("<")) {
        left = compared(BlockOp::kLess, left, sum());
      } else if (accept(">")) {
        const Value right = sum();
        left = compared(BlockOp::kLess, right, left);
      } else if (accept("<=")) {
        left = compared(BlockOp::kLessEqual, left, sum());
      } else if (accept(">=")) {
        const Value right = sum();
        left = compared(BlockOp::kLessEqual, right, left);
      } else if (accept("==")) {
        left = equal(left, sum());
      } else if (accept("~=")) {
        left = negated(equal(left, sum()));
      } else {
        return left;
      }
    }
  }
  Value sum() {
    Value left = product();
    while (true) {
      if (accept("+")) {
        left = arithmetic(BlockOp::kAdd, left, product());
      } else if (accept("-")) {
        left = arithmetic(BlockOp::kSubtract, left, product());
      } else if (peek().is("..")) {
        throw Unsupported();
      } else {
        return left;
      }
    }
  }
  Value product() {
    Value left = unary();
    while (true) {
      if (accept("*")) {
        left = arithmetic(BlockOp::kMultiply, left, unary());
      } else if (accept("/")) {
        left = arithmetic(BlockOp::kDivide, left, unary());
      } else if (accept("%")) {
        left = arithmetic(BlockOp::kModulo, left, unary());
      } else {
        return left;
      }
    }
  }
  Value unary() {
    if (accept("not")) return negated(truth(unary()));
    if (accept("-")) return minus(unary());
    if (peek().is("#")) throw Unsupported();
    return power();
  }
  Value power() {
    const Value base = suffixed();
    if (!accept("^")) return base;
    const Value exponent = unary();  // binds to the right, and tighter than a minus on the left
    if (exponent.is(Type::kNumber) && exponent.is_constant() && exponent.number == 2) {
      return arithmetic(BlockOp::kMultiply, base, base);  // as LuaJIT's compiler does
    }
    return arithmetic(BlockOp::kPower, base, exponent);
  }
  Value suffixed() {
    Value value = primary();
    while (true) {
      if (accept(".")) {
        value = field(value, name());
      } else if (peek().is("[")) {
        ++at_;
        const Value key = expression();
        if (!key.is(Type::kText) || !key.is_constant()) throw Unsupported();
        value = field(value, key.text);
        expect("]");
      } else if (peek().is("(")) {
        value = call(value);
      } else if (peek().is(":") || peek().is("{") || peek().kind == LuaToken::Kind::kText) {
        throw Unsupported();
      } else {
        return value;
      }
    }
  }
  Value primary() {
    const LuaToken token = peek();
    ++at_;
    if (token.kind == LuaToken::Kind::kNumber) return number_value(token.number);
    if (token.kind == LuaToken::Kind::kText) {
      Value text;
      text.type = Type::kText;
      text.text = token.text;
      return text;
    }
    if (token.kind == LuaToken::Kind::kName) return variable(token.text);
    if (token.is("true")) return flag_value(true);
    if (token.is("false")) return flag_value(false);
    if (token.is("nil")) return {};
    if (token.is("(")) {
      Value value = expression();
      expect(")");
      return value;
    }
    throw Unsupported();
  }

  // ---- names ----
  Value variable(const std::string& name) {
    for (auto it = locals_.rbegin(); it != locals_.rend(); ++it) {
      if (it->first == name) return it->second;
    }
    for (int i = 1; const char* known = lua_getupvalue(lua_, function_, i); ++i) {
      if (name == known) return lua_value();
      lua_pop(lua_, 1);
    }
    lua_getfenv(lua_, function_);
    lua_pushlstring(lua_, name.data(), name.size());
    lua_rawget(lua_, -2);
    lua_remove(lua_, -2);
    return lua_value();
  }
  /// The value on top of the Lua stack; tables and functions stay there.
  Value lua_value() {
    Value value;
    switch (lua_type(lua_, -1)) {
      case LUA_TNUMBER:
        value = number_value(lua_tonumber(lua_, -1));
        break;
      case LUA_TBOOLEAN:
        value = flag_value(lua_toboolean(lua_, -1) != 0);
        break;
      case LUA_TSTRING: {
        std::size_t length = 0;
        const char* bytes = lua_tolstring(lua_, -1, &length);
        value.type = Type::kText;
        value.text.assign(bytes, length);
        break;
      }
      case LUA_TTABLE:
      case LUA_TFUNCTION:
        if (++references_ > kMostReferences) throw Unsupported();
        value.type = Type::kReference;
        value.stack = lua_gettop(lua_);
        return value;
      default:
        throw Unsupported();
    }
    lua_pop(lua_, 1);
    return value;
  }
  Value field(const Value& of, const std::string& name) {
    if (of.is(Type::kRow)) return column(name);
    if (of.is(Type::kFamily)) return column(of.text + "." + name);
    if (!of.is(Type::kReference) || !lua_istable(lua_, of.stack)) throw Unsupported();
    lua_pushcfunction(lua_, plain_get);
    lua_pushvalue(lua_, of.stack);
    lua_pushlstring(lua_, name.data(), name.size());
    if (lua_pcall(lua_, 2, 1, 0) != 0) {
      lua_pop(lua_, 1);
      throw Unsupported();  // the formula itself will say what is wrong
    }
    return lua_value();
  }
  Value column(const std::string& name) {
    const std::vector<FormulaColumn>& columns = *state_.binding.columns;
    const FormulaColumn* column = find_formula_column(columns, name);
    if (column == nullptr) return family(name);
    const int place = static_cast<int>(column - columns.data());
    if (column->type == kTagColumn) return tags_value(place);
    const auto [known, is_new] = loaded_.try_emplace(place, -1);
    if (is_new) {
      BlockInstruction load;
      load.op = BlockOp::kLoad;
      load.column = place;
      known->second = emit(load);
    }
    const Type type = column->type == PLAYLIST_STRING ? Type::kText
                      : column->type == PLAYLIST_U8   ? Type::kFlag
                                                      : Type::kNumber;
    Value value = register_value(type, known->second);
    if (type != Type::kNumber) value.column = place;
    return value;
  }
  Value family(const std::string& name) {
    if (!is_column_family(*state_.binding.columns, name)) throw Unsupported();
    Value value;
    value.type = Type::kFamily;
    value.text = name;
    return value;
  }

  // ---- calls ----
  Value call(const Value& function) {
    if (function.is(Type::kTags)) return tag_call(function);
    if (!function.is(Type::kReference)) throw Unsupported();
    const std::string called = known_function(function.stack);
    expect("(");
    std::vector<Value> given;
    if (!peek().is(")")) given = expressions();
    expect(")");
    if (called == "known" && given.size() == 2 && given[0].is(Type::kFlag))
      return known_flag(given[0], given[1]);
    for (const Value& value : given) {
      if (!value.is(Type::kNumber)) throw Unsupported();
    }
    return known_call(called, given);
  }
  Value tag_call(const Value& tags) {
    expect("(");
    const Value tag = expression();
    expect(")");
    if (!tag.is(Type::kText) || !tag.is_constant()) throw Unsupported();
    const auto* all = column_at(tags.column).data.as<TagBits>();
    program_.tags.push_back({tags.column, all});
    BlockInstruction test;
    test.op = BlockOp::kTagBit;
    test.bits = all->of(tag.text);
    return register_value(Type::kFlag, emit(test));
  }
  /// The name under which core.lua lists the function, or "".
  std::string known_function(int stack) {
    push_core(lua_, "formula_functions");
    lua_pushvalue(lua_, stack);
    lua_rawget(lua_, -2);
    const char* name = lua_tostring(lua_, -1);
    std::string copy = name == nullptr ? "" : name;
    lua_pop(lua_, 2);
    return copy;
  }
  Value known_call(const std::string& name, const std::vector<Value>& x) {
    if (x.size() == 1) return call_of_one(name, x[0]);
    if ((name == "min" || name == "max") && x.size() >= 2) {
      Value best = x[0];
      const BlockOp op = name == "min" ? BlockOp::kMinimum : BlockOp::kMaximum;
      for (std::size_t i = 1; i < x.size(); ++i) best = arithmetic(op, best, x[i]);
      return best;
    }
    if (x.size() == 2) {
      if (name == "known") return arithmetic(BlockOp::kKnown, x[0], x[1]);
      if (name == "step") return arithmetic(BlockOp::kStep, x[0], x[1]);
      if (name == "pow") return arithmetic(BlockOp::kPower, x[0], x[1]);
      if (name == "decay") {
        const Value rate = arithmetic(BlockOp::kDivide, number_value(-std::log(2.0)), x[1]);
        return call_of_one("exp", arithmetic(BlockOp::kMultiply, x[0], rate));
      }
    }
    if (x.size() == 3 && name == "clamp") {
      return arithmetic(BlockOp::kMinimum, x[2], arithmetic(BlockOp::kMaximum, x[1], x[0]));
    }
    if (x.size() == 3 && name == "lerp") {
      const Value span = arithmetic(BlockOp::kSubtract, x[1], x[0]);
      return arithmetic(BlockOp::kAdd, x[0], arithmetic(BlockOp::kMultiply, span, x[2]));
    }
    throw Unsupported();
  }
  /// A flag as loaded is missing where it is 255; one made here may stand for nil.
  Value known_flag(const Value& flag, const Value& otherwise) {
    if (!otherwise.is(Type::kFlag) || !otherwise.is_constant()) throw Unsupported();
    if (otherwise.number == 0 || flag.is_constant()) return truth(flag);
    if (flag.column < 0) throw Unsupported();
    return negated(compared_code(flag, 0));
  }
  Value call_of_one(const std::string& name, const Value& x) {
    using Function = double (*)(double);
    static const std::map<std::string, std::pair<BlockOp, Function>> kKnown = {
        {"exp", {BlockOp::kExp, std::exp}},          {"log", {BlockOp::kLog, std::log}},
        {"sqrt", {BlockOp::kSquareRoot, std::sqrt}}, {"abs", {BlockOp::kAbsolute, std::fabs}},
        {"floor", {BlockOp::kFloor, std::floor}},    {"ceil", {BlockOp::kCeil, std::ceil}},
        {"sin", {BlockOp::kCall, std::sin}},         {"cos", {BlockOp::kCall, std::cos}},
        {"tan", {BlockOp::kCall, std::tan}},         {"tanh", {BlockOp::kCall, std::tanh}},
        {"log10", {BlockOp::kCall, std::log10}},     {"atan", {BlockOp::kCall, std::atan}}};
    if (name == "sigmoid") {
      const Value power = call_of_one("exp", minus(x));
      return arithmetic(BlockOp::kDivide, number_value(1),
                        arithmetic(BlockOp::kAdd, number_value(1), power));
    }
    const auto known = kKnown.find(name);
    if (known == kKnown.end()) throw Unsupported();
    const auto [op, function] = known->second;
    if (x.is_constant()) return number_value(function(x.number));
    BlockInstruction instruction;
    instruction.op = op;
    instruction.a = x.reg;
    instruction.function = function;
    return register_value(Type::kNumber, emit(instruction));
  }

  // ---- operations on values ----
  Value arithmetic(BlockOp op, const Value& a, const Value& b) {
    if (!a.is(Type::kNumber) || !b.is(Type::kNumber)) throw Unsupported();
    if (a.is_constant() && b.is_constant()) return number_value(apply(op, a.number, b.number));
    return binary(op, a, b);
  }
  Value binary(BlockOp op, const Value& a, const Value& b, Type type = Type::kNumber) {
    if (a.is_constant() && b.is_constant()) throw Unsupported();
    BlockInstruction instruction;
    instruction.op = op;
    instruction.a = a.reg;
    instruction.b = b.reg;
    instruction.imm = a.is_constant() ? a.number : b.number;
    return register_value(type, emit(instruction));
  }
  Value minus(const Value& x) {
    if (!x.is(Type::kNumber)) throw Unsupported();
    if (x.is_constant()) return number_value(-x.number);
    return binary(BlockOp::kMultiply, number_value(-1), x);
  }
  Value compared(BlockOp op, const Value& a, const Value& b) {
    if (!a.is(Type::kNumber) || !b.is(Type::kNumber)) throw Unsupported();
    if (a.is_constant() && b.is_constant()) return flag_value(apply(op, a.number, b.number) != 0);
    return binary(op, a, b, Type::kFlag);
  }
  Value equal(const Value& a, const Value& b) {
    if (a.is(Type::kNumber) && b.is(Type::kNumber)) return compared(BlockOp::kEqual, a, b);
    if (a.is_constant() && !b.is_constant()) return equal(b, a);
    if (!b.is_constant()) throw Unsupported();
    if (a.is(Type::kText) && !a.is_constant()) {
      if (b.is(Type::kNil)) return compared_code(a, -1);
      if (b.is(Type::kText)) return compared_code(a, code_in(a.column, b.text));
      return flag_value(false);
    }
    if (a.is(Type::kFlag) && a.column >= 0) {
      if (b.is(Type::kNil)) return compared_code(a, 255);
      if (b.is(Type::kFlag)) return compared_code(a, b.number);
      return flag_value(false);
    }
    if (a.is(Type::kText) && b.is(Type::kText)) return flag_value(a.text == b.text);
    throw Unsupported();
  }
  Value compared_code(const Value& a, double code) {
    return binary(BlockOp::kEqual, a, number_value(code), Type::kFlag);
  }
  /// The code of a text in a column; the program goes with the dictionary as it is.
  double code_in(int place, const std::string& text) {
    const playlist_dict* dict = column_at(place).texts();
    program_.texts.push_back({place, dict, dict->count});
    return code_of(*dict, text);
  }
  [[nodiscard]] const FormulaColumn& column_at(int place) const {
    return (*state_.binding.columns)[static_cast<std::size_t>(place)];
  }
  /// The code of a text; -2, which no row has, where the dictionary lacks it.
  static double code_of(const playlist_dict& dict, const std::string& text) {
    double code = -2;
    for (std::uint32_t k = 0; k < dict.count; ++k) {
      if (dict.offsets[k + 1] - dict.offsets[k] != text.size()) continue;
      if (std::string_view(dict.bytes + dict.offsets[k], text.size()) != text) continue;
      if (code >= 0) throw Unsupported();  // twice in one dictionary
      code = k;
    }
    return code;
  }

  // ---- flags: 1 or 0 in a register, or constant ----
  Value truth(const Value& value) {
    switch (value.type) {
      case Type::kNumber:
        return flag_value(true);
      case Type::kNil:
        return flag_value(false);
      case Type::kMaybe:
        return register_value(Type::kFlag, value.condition);
      case Type::kText:
        return value.is_constant() ? flag_value(true) : negated(compared_code(value, -1));
      case Type::kFlag:
        return value.column < 0 ? value : compared_code(value, 1);
      default:
        throw Unsupported();
    }
  }
  Value negated(const Value& flag) {
    if (flag.is_constant()) return flag_value(flag.number == 0);
    return binary(BlockOp::kSubtract, number_value(1), flag, Type::kFlag);
  }
  Value both(const Value& a, const Value& b) {
    if (a.is_constant()) return a.number != 0 ? b : a;
    if (b.is_constant()) return b.number != 0 ? a : b;
    return binary(BlockOp::kMultiply, a, b, Type::kFlag);
  }
  Value either(const Value& a, const Value& b) {
    if (a.is_constant()) return a.number != 0 ? a : b;
    if (b.is_constant()) return b.number != 0 ? b : a;
    return binary(BlockOp::kMaximum, a, b, Type::kFlag);
  }
  // A flag made here may stand for a text or nil: nothing but its truth can be asked of it.
  Value logical_and(const Value& a, const Value& b) {
    const Value condition = truth(a);
    if (condition.is_constant()) return condition.number != 0 ? b : a;
    if (b.is(Type::kFlag) || b.is(Type::kText)) return both(condition, truth(b));
    if (b.is(Type::kNil)) return flag_value(false);
    Value maybe = b;
    maybe.type = Type::kMaybe;
    if (b.is(Type::kNumber)) {
      maybe.condition = condition.reg;
    } else if (b.is(Type::kMaybe)) {
      maybe.condition = both(condition, truth(b)).reg;
    } else {
      throw Unsupported();
    }
    return maybe;
  }
  Value logical_or(const Value& a, const Value& b) {
    if (a.is(Type::kMaybe)) {
      Value number = a;
      number.type = Type::kNumber;
      const Value condition = register_value(Type::kFlag, a.condition);
      if (b.is(Type::kNumber)) return select(condition, number, b);
      throw Unsupported();
    }
    const Value condition = truth(a);
    if (condition.is_constant()) return condition.number != 0 ? a : b;
    if (b.is(Type::kNil)) return condition;
    if (!b.is(Type::kFlag) && !b.is(Type::kText)) throw Unsupported();
    return either(condition, truth(b));
  }
  /// `yes` where the flag holds, else `no`.
  Value select(const Value& flag, const Value& yes, const Value& no) {
    if (flag.is_constant()) return flag.number != 0 ? yes : no;
    if (yes.type != no.type) throw Unsupported();
    if (yes.is(Type::kFlag)) {
      const Value held = either(both(flag, truth(yes)), both(negated(flag), truth(no)));
      return held;
    }
    if (!yes.is(Type::kNumber)) throw Unsupported();
    BlockInstruction instruction;
    instruction.op = BlockOp::kSelect;
    instruction.a = yes.reg;
    instruction.b = no.reg;
    instruction.c = flag.reg;
    instruction.imm = yes.number;
    instruction.imm2 = no.number;
    return register_value(Type::kNumber, emit(instruction));
  }

  // ---- the program ----
  int emit(BlockInstruction instruction) {
    if (program_.instructions.size() >= kMostInstructions) throw Unsupported();
    instruction.dst = static_cast<int>(program_.instructions.size());
    program_.instructions.push_back(instruction);
    return instruction.dst;
  }
  void finish() {
    if (result_.is(Type::kNil)) throw Unsupported();
    if (program_.is_filter) {
      result_ = both(result_, negated(active_));  // a path without `return` gives nil
    } else if (active_.is_constant()) {
      if (active_.number != 0) throw Unsupported();
    } else {
      program_.unreturned = active_.reg;
    }
    if (result_.is_constant()) {
      BlockInstruction number;
      number.imm = result_.number;
      result_.reg = emit(number);
    }
    program_.result = result_.reg;
  }
  /// Sums of products with constants, as scores are written, in one pass: 0.4 * x + 0.2 * y. A
  /// factor of 1 or -1 changes no bit. A product that nothing else reads is dropped by
  /// assign_registers().
  void join_products() {
    const auto factor_of = [&](int& operand) {
      const BlockInstruction& product = program_.instructions[static_cast<std::size_t>(operand)];
      if (product.op != BlockOp::kMultiply || (product.a >= 0) == (product.b >= 0)) return 1.0;
      operand = std::max(product.a, product.b);
      return product.imm;
    };
    for (BlockInstruction& sum : program_.instructions) {
      const bool is_difference = sum.op == BlockOp::kSubtract;
      if ((sum.op != BlockOp::kAdd && !is_difference) || sum.a < 0 || sum.b < 0) continue;
      int a = sum.a, b = sum.b;
      const double left = factor_of(a), right = factor_of(b);
      if (a == sum.a && b == sum.b) continue;
      sum.op = BlockOp::kWeightedSum;
      sum.a = a;
      sum.b = b;
      sum.imm = left;
      sum.imm2 = is_difference ? -right : right;
    }
  }
  /// Saves a pass over the block where arithmetic can read a column itself.
  void read_columns_in_place() {
    const auto column_of = [&](int& operand) {
      if (operand < 0) return -1;
      const int place = program_.instructions[static_cast<std::size_t>(operand)].column;
      if (place < 0) return -1;
      if (column_at(place).type != PLAYLIST_F32 || column_at(place).is_by_track) return -1;
      operand = -1;
      return place;
    };
    for (BlockInstruction& instruction : program_.instructions) {
      if (instruction.op < BlockOp::kAdd || instruction.op > BlockOp::kWeightedSum) continue;
      instruction.a_column = column_of(instruction.a);
      instruction.b_column = column_of(instruction.b);
    }
  }
  /// Until here every instruction has a register of its own; from here few take turns, so that
  /// they stay in the first cache.
  void assign_registers() {
    auto& instructions = program_.instructions;
    std::vector<std::size_t> last_use(instructions.size(), 0);
    for (std::size_t i = 0; i < instructions.size(); ++i) {
      for (const int used : {instructions[i].a, instructions[i].b, instructions[i].c}) {
        if (used >= 0) last_use[static_cast<std::size_t>(used)] = i;
      }
    }
    for (const int kept : {program_.result, program_.unreturned}) {
      if (kept >= 0) last_use[static_cast<std::size_t>(kept)] = instructions.size();
    }
    std::vector<int> place(instructions.size(), -1), free;
    std::vector<BlockInstruction> needed;
    for (std::size_t i = 0; i < instructions.size(); ++i) {
      BlockInstruction& instruction = instructions[i];
      if (last_use[i] == 0) continue;  // nobody reads it
      if (free.empty()) free.push_back(program_.register_count++);
      place[i] = instruction.dst = free.back();
      free.pop_back();
      const int used[] = {instruction.a, instruction.b, instruction.c};
      for (int* operand : {&instruction.a, &instruction.b, &instruction.c}) {
        if (*operand >= 0) *operand = place[static_cast<std::size_t>(*operand)];
      }
      for (std::size_t k = 0; k < 3; ++k) {
        const bool is_repeated = (k > 0 && used[k] == used[0]) || (k > 1 && used[k] == used[1]);
        if (used[k] < 0 || is_repeated) continue;
        const auto reg = static_cast<std::size_t>(used[k]);
        if (last_use[reg] == i) free.push_back(place[reg]);
      }
      needed.push_back(instruction);
    }
    instructions = std::move(needed);
    program_.result = place[static_cast<std::size_t>(program_.result)];
    if (program_.unreturned >= 0) {
      program_.unreturned = place[static_cast<std::size_t>(program_.unreturned)];
    }
  }

  LuaState::State& state_;
  lua_State* lua_;
  int function_;
  std::vector<LuaToken> tokens_;
  std::size_t at_ = 0;
  BlockProgram program_;
  std::vector<std::pair<std::string, Value>> locals_;
  std::map<int, int> loaded_;        // registers by the place of their column
  Value active_ = flag_value(true);  // rows that come here and have not returned
  Value result_;
  int references_ = 0;
};

}  // namespace

std::optional<BlockProgram> compile_formula(LuaState::State& state, int function, bool is_filter,
                                            std::string_view text) {
  std::optional<std::vector<LuaToken>> tokens = lua_tokens(text);
  if (!tokens || lua_checkstack(state.lua, kMostReferences + 20) == 0) return std::nullopt;
  const int top = lua_gettop(state.lua);
  std::optional<BlockProgram> program;
  try {
    program = Compiler(state, function, is_filter, std::move(*tokens)).run();
  } catch (const Unsupported&) {
    program.reset();
  }
  lua_settop(state.lua, top);
  return program;
}

}  // namespace engine
