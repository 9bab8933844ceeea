// A LuaJIT state for one recipe: sandboxed environment, ticks, allocator cap, deadline, modules.
//
// Three kinds of Lua text: the engine's own core (embedded, trusted, has ffi), modules from the
// scripts folders (reached by `require`, sandboxed, may use setmetatable and the table `engine`),
// and recipes with the modules beside them (sandboxed).
//
// A run is repeatable: pairs() goes by sorted keys, math.random is seeded, tostring() shows no
// addresses. Recipes and scripts have no global names of their own.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct lua_State;
struct playlist_dict;

namespace engine {

class Tables;

struct LuaLimits {
  double seconds = 10;  // in Lua, over the state's life; checked by ticks and between row blocks.
                        // Time in functions of the engine that Lua calls does not count.
  std::size_t memory_bytes = 256u << 20;  // allocator cap
  std::size_t print_bytes = 1u << 20;     // of all texts printed; the rest is counted and dropped
};

/// What formulas ask of a row's tags: t.has_tag("rock").
class TagBits {
 public:
  virtual ~TagBits() = default;
  /// A bit for each track, 32 in a word, the first track's the lowest, for as long as this lives.
  /// All are clear for a tag that no track has.
  [[nodiscard]] virtual const std::uint32_t* of(std::string_view tag) const = 0;
  [[nodiscard]] virtual std::int64_t track_count() const = 0;
};
/// The type of a column whose data is a TagBits: t.NAME(tag) is true or false.
constexpr std::uint32_t kTagColumn = 100;

/// Columns a formula may read. Pointers stay valid while a formula runs; a dictionary may only grow
/// while the state lives, as its texts are kept.
///
/// F32 F64 I32 I64 read as numbers, missing as NaN; STRING as text, missing as nil; U8 as true or
/// false, missing as nil. Besides Lua's own functions formulas have, all NaN where x is:
///   known(x, default)  x, or the default where x is missing      clamp(x, low, high)
///   lerp(a, b, x)      a + (b - a) * x                           sigmoid(x)  1 / (1 + exp(-x))
///   step(edge, x)      0 below the edge, 1 from it on            decay(age, half_life)  1 ... 0.5
///   ...
struct FormulaColumn {
  /// An array, one that its owner makes only when a formula reads it, or a column of a table that is
  /// computed only then.
  class Data {
   public:
    Data(const void* items) : items_(items) {}  // NOLINT(google-explicit-constructor)
    using ItemsOf = const void* (*)(const void* owner);
    Data(const void* owner, ItemsOf items_of) : owner_(owner), items_of_(items_of) {}
    /// The names are kept as they are given. Throws Error(kStore) at get() where there is no such
    /// table or column.
    Data(const Tables& tables, const char* table, const char* column)
        : tables_(&tables), table_(table), name_(column) {}
    [[nodiscard]] const void* get() const;
    /// The texts of that table's column; nullptr where it holds none.
    [[nodiscard]] const playlist_dict* dict() const;
    template <class T>
    [[nodiscard]] const T* as() const {
      return static_cast<const T*>(get());
    }

   private:
    mutable const void* items_ = nullptr;
    const void* owner_ = nullptr;
    ItemsOf items_of_ = nullptr;
    const Tables* tables_ = nullptr;
    const char *table_ = nullptr, *name_ = nullptr;
    mutable const playlist_dict* dict_ = nullptr;
  };

  std::string name;
  std::uint32_t type;  // PLAYLIST_F32 ...
  Data data;
  const playlist_dict* dict = nullptr;  // nullptr: those of `data`
  bool is_by_track = false;             // index by the row's track number instead of the row number

  [[nodiscard]] const playlist_dict* texts() const { return dict != nullptr ? dict : data.dict(); }
};

class LuaState {
 public:
  /// Modules are looked for in the folders in their order. One that ends with a slash is a folder
  /// of recipes: a module in it is found by its bare name only, and is trusted as recipes are.
  LuaState(const LuaLimits& limits, std::vector<std::string> script_directories,
           std::uint64_t random_seed);
  ~LuaState();

  [[nodiscard]] lua_State* raw() const;

  /// Adds a C function to the table `engine` that modules see. Functions must not let C++
  /// exceptions out; use guarded() below.
  /// `context` is its first upvalue, a light userdata.
  void add_function(const char* name, int (*function)(lua_State*), void* context);

  /// Loads a recipe and leaves its returned value on the stack. Throws Error(kRecipe) with
  /// where/source/why: syntax, unknown names, runtime errors, time (kLimits) and memory (kLimits).
  void load_recipe(const std::string& path, std::string_view text);

  /// Starts math.random anew: a recipe's own random_seed is known only once it is loaded.
  void seed_random(std::uint64_t random_seed);

  /// For line hooks: looks at the time when the alarm is up (see lua_alarm.hpp). Throws Error.
  void look_at_time();

  /// True while rows go through a formula, which may look at candidates but makes none.
  [[nodiscard]] bool is_in_formula() const;
  /// file:line where the formula that runs was written; "" outside of one.
  [[nodiscard]] const std::string& formula_at() const;

  /// Calls the function below its `arguments` on the stack, leaving `results` values; errors as
  /// load_recipe.
  void call(int arguments, int results);

  /// Runs the formula at stack index `function` over rows [0, rows). Plain formulas run as programs
  /// over blocks (formula_program.hpp), others in LuaJIT, each through a fresh driver chunk so that
  /// it compiles on its own; the clock is looked at every few milliseconds. `tracks` are the rows'
  /// track numbers (for is_by_track). score: fills `out`; a result that is no number, nil or NaN is
  /// an Error naming the first such track and the columns it lacks. Formulas are pure: which rows
  /// run first, and how often, is not promised.
  void score(int function, const std::vector<FormulaColumn>& columns, const std::int32_t* tracks,
             std::int64_t rows, float* out);
  /// filter: keep[row] = 1 when the function's result is true-ish.
  void filter(int function, const std::vector<FormulaColumn>& columns, const std::int32_t* tracks,
              std::int64_t rows, std::uint8_t* keep);
  /// The text result of the function for one row.
  std::string text(int function, const std::vector<FormulaColumn>& columns,
                   const std::int32_t* tracks, std::int64_t row);
  /// The columns a formula read on one row, each with the change of the score when that column is
  /// replaced by `typical` (its median over the candidates); largest first.
  struct Contribution {
    std::string column;
    double delta;
  };
  std::vector<Contribution> contributions(
      int function, const std::vector<FormulaColumn>& columns, const std::int32_t* tracks,
      std::int64_t row, const std::function<double(const FormulaColumn&)>& typical);

  /// Grows with every random draw, print and use of the table `engine`: a formula during which it
  /// grew is not a function of its row alone.
  [[nodiscard]] std::uint64_t effects() const;
  /// One more, of somebody who adds functions.
  void note_effect();

  /// "recipes/weekly.lua:12" of the innermost recipe or script line now running, or "".
  [[nodiscard]] std::string where() const;
  /// The same of the file `path`; "" where none of its functions runs.
  [[nodiscard]] std::string where_in(std::string_view path) const;
  /// file:line where the function at `index` was defined.
  [[nodiscard]] std::string defined_at(int index) const;
  /// The lines that hold the function at `index`, as the user wrote them; "" when they are not
  /// known.
  [[nodiscard]] std::string lines_of(int index) const;

  /// Called between blocks and at ticks, at most every millisecond: reports what runs, for the
  /// heartbeat. An Error it throws ends the recipe.
  std::function<void(const std::string&)> on_progress;
  /// The time has been over for half a second and no tick has seen it: a C function does not come
  /// back. Told what to say and the recipe's line, in a signal's handler, where little is allowed;
  /// it should end the process (Heartbeat::give_up()).
  std::function<void(const char* what, const char* where)> on_overdue;
  /// Texts printed by the recipe's print(), up to LuaLimits::print_bytes; then that the rest is
  /// dropped, and when the state ends how much that was.
  std::function<void(const std::string&)> on_print;
  /// Every file `require` loaded: path and text, for the run record.
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& modules() const;

  struct State;  // the runtime's own, see lua_internal.hpp

 private:
  std::unique_ptr<State> state_;
};

/// Turns a C++ function into a Lua C function: catches engine::Error and std::exception, copies the
/// text, and only then jumps. An engine::Error passes through Lua unchanged and leaves call() as
/// the same Error (where and source are added when empty); a recipe's pcall sees "where: what".
using GuardedFunction = int (*)(lua_State*);
int guarded(lua_State* state, int (*body)(lua_State*, void*), void* context);
/// A function for Lua that needs no context.
template <int (*body)(lua_State*, void*)>
int entry(lua_State* state) {
  return guarded(state, body, nullptr);
}

/// Inserts a tick at every loop, goto and entry of a function that calls others, on the same line
/// (line numbers stay true). The chunk takes the tick as its argument. Throws Error(kRecipe) when
/// the text uses the name __tick.
/// Its lines end in \n, however those of `source` do.
std::string add_ticks(std::string_view source);

}  // namespace engine
