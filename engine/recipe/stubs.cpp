#include "recipe/stubs.hpp"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <map>
#include <sstream>

#include <nlohmann/json.hpp>

#include "core/json_text.hpp"
#include "data/declared_tables.hpp"
#include "plan/persons.hpp"
#include "plan/step.hpp"
#include "plan/walk_context.hpp"
#include "plugin/descriptor.hpp"

namespace engine {
namespace {

/// What the columns hold that a row has of the library, and of its way through a plan.
const std::map<std::string, std::string>& column_helps() {
  static const std::map<std::string, std::string> helps = [] {
    std::map<std::string, std::string> made = {
        {"score", "higher is better"},
        {"channel", "the recall that found it"},
        {"explanation", "why it is here, a line for each channel"},
        {"fallback", "what the list is made of instead, where pl.fallback took such a branch"},
        {"ts", "when it was liked, saved or played, Unix seconds"},
        {"session", "of user.sessions: the session it was last heard in, 1 the latest"},
        {"session_position", "of user.sessions: its place in that session, 1 the first"},
        {"has_tag", "is this one of its tags? t.has_tag(\"rock\")"},
    };
    for (const DeclaredTable& table : declared_tables()) {
      if (table.rows != TableRows::kTracks) continue;
      for (const DeclaredColumn& column : table.columns)
        made.emplace(formula_name(column.name, column.type), column.help);
    }
    return made;
  }();
  return helps;
}

/// One line of a comment: an annotation ends where its line does.
std::string one_line(const std::string& text) {
  std::string line;
  for (const char c : text) {
    const bool is_space = std::isspace(static_cast<unsigned char>(c)) != 0;
    if (is_space && (line.empty() || line.back() == ' ')) continue;
    line += is_space ? ' ' : c;
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

std::string comment(const std::string& text) {
  std::string result;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) result += "---" + line + "\n";
  return result;
}

bool is_name(const std::string& text) {
  static const char* const kKeywords[] = {"and",   "break", "do",       "else", "elseif", "end",
                                          "false", "for",   "function", "goto", "if",     "in",
                                          "local", "nil",   "not",      "or",   "repeat", "return",
                                          "then",  "true",  "until",    "while"};
  const auto is_part = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
  };
  return !text.empty() && std::isdigit(static_cast<unsigned char>(text[0])) == 0 &&
         std::all_of(text.begin(), text.end(), is_part) &&
         std::none_of(std::begin(kKeywords), std::end(kKeywords),
                      [&](const char* keyword) { return text == keyword; });
}

std::string quoted(const std::string& text) {
  return json_text(nlohmann::json(text));
}

// ---- parameters
// ------------------------------------------------------------------------------------

std::string type_of(const playlist_param& param) {
  switch (param.type) {
    case PLAYLIST_PARAM_NUMBER:
      return "number";
    case PLAYLIST_PARAM_INTEGER:
      return "integer";
    case PLAYLIST_PARAM_BOOLEAN:
      return "boolean";
    case PLAYLIST_PARAM_CHOICE: {
      std::string choices;
      for (const char* choice : listed(param.choices))
        choices += (choices.empty() ? "" : "|") + quoted(choice);
      return choices;
    }
    case PLAYLIST_PARAM_TRACKS:
      return "playlist.Candidates";
    case PLAYLIST_PARAM_TEXTS:
      return "string[]";
    case PLAYLIST_PARAM_NUMBERS:
      return "number[]";
    default:
      return "string";
  }
}

bool is_required(const playlist_param& param) {
  return (param.flags & PLAYLIST_PARAM_REQUIRED) != 0;
}

/// "tracks kept (1..1000, default 20)"
std::string help_of(const playlist_param& param) {
  std::string notes = param.type == PLAYLIST_PARAM_CHOICE ? "" : range_text(param);
  const bool is_number =
      param.type == PLAYLIST_PARAM_NUMBER || param.type == PLAYLIST_PARAM_INTEGER;
  std::string value;
  if (is_number) value = number_text(param.default_number);
  if (param.type == PLAYLIST_PARAM_BOOLEAN) value = param.default_number != 0 ? "true" : "false";
  const bool has_text = param.default_text != nullptr && param.default_text[0] != '\0';
  if (!is_number && has_text) value = quoted(param.default_text);
  if (!is_required(param) && !value.empty())
    notes += (notes.empty() ? "" : ", ") + std::string("default ") + value;
  return one_line(param.help) + (notes.empty() ? "" : " (" + notes + ")");
}

std::string arguments_class(const playlist_element& element) {
  return std::string("playlist.arguments.") + element.name;
}

/// Fields of a call beyond the element's parameters: what scripts/playlist.lua spells out.
std::string shorter_fields(const playlist_element& element) {
  if (std::string_view(element.name) != "ordering.curve") return "";
  return "---@field [string] number[]|{ weight: number } the points of the column of that name, as "
         "in tempo = { 120, 170 }; up to four\n";
}

/// The class of a call's arguments; the first may also stand without its name, of a span the second
/// too.
std::string arguments_stub(const playlist_element& element, bool takes_span = false) {
  const std::string shorter = shorter_fields(element);
  std::string text = "---@class " + arguments_class(element) + "\n" + shorter;
  int place = 0;
  for (const playlist_param* param : listed(element.params)) {
    ++place;
    const std::string type = type_of(*param), help = help_of(*param);
    const bool may_be_unnamed = place == 1 || (takes_span && place == 2);
    const bool is_optional = !is_required(*param) || may_be_unnamed || !shorter.empty();
    if (may_be_unnamed)
      text += "---@field [" + std::to_string(place) + "]? " + type + " " + param->name + ": " +
              help + "\n";
    text += std::string("---@field ") + param->name + (is_optional ? "?" : "") + " " + type + " " +
            help + "\n";
  }
  return text;
}

bool needs_arguments(const playlist_element& element) {
  const auto params = listed(element.params);
  return std::any_of(params.begin(), params.end(),
                     [](const playlist_param* param) { return is_required(*param); });
}

// ---- elements
// --------------------------------------------------------------------------------------

struct Kind {
  std::uint32_t number;
  const char* name;
  const char* gives;
  const char* help;
};
constexpr Kind kKinds[] = {
    {PLAYLIST_RECALL, "recall", "playlist.Candidates", "Finds candidates."},
    {PLAYLIST_RANKING, "ranking", "playlist.Ranking", "Adds columns; for :rank."},
    {PLAYLIST_FILTERING, "filtering", "playlist.Filtering", "Drops candidates; for :filter."},
    {PLAYLIST_ORDERING, "ordering", "playlist.Ordering", "Arranges candidates; for :order."},
};

std::string columns_note(const char* title, const playlist_field* const* fields) {
  std::string names;
  for (const playlist_field* field : listed(fields))
    names += (names.empty() ? "" : ", ") + std::string(field->name);
  return names.empty() ? "" : "---\n---" + std::string(title) + ": " + names + "\n";
}

std::string element_stub(const Element& element, const Kind& kind) {
  const playlist_element& description = *element.description;
  const std::string name = std::strchr(description.name, '.') + 1;
  std::string text = arguments_stub(description) + "\n" + comment(description.help);
  text += columns_note("needs the columns", description.in) +
          columns_note("adds the columns", description.out);
  text += "---\n---from " + std::string(element.plugin->description->id) + " " +
          element.plugin->description->version + "\n";
  text += "---@param arguments" + std::string(needs_arguments(description) ? "" : "?") + " " +
          arguments_class(description) + "\n---@return " + kind.gives + "\n";
  const std::string place = std::string("pl.") + kind.name;
  // A third party may have called an element by a word of Lua's.
  text += is_name(name) ? "function " + place + "." + name + "(arguments) end\n\n"
                        : place + "[" + quoted(name) + "] = function(arguments) end\n\n";
  return text;
}

/// A built-in source, which is called as an element is.
std::string source_stub(const Step& step, const Kind& kind) {
  const playlist_element& element = step.description();
  return arguments_stub(element) + "\n" + comment(element.help) + "---@param arguments " +
         arguments_class(element) + "|string\n---@return " + kind.gives + "\nfunction pl." +
         kind.name + "." + step.name() + "(arguments) end\n\n";
}

std::string elements_stub(const Registry& registry) {
  std::string text;
  for (const Kind& kind : kKinds) {
    text +=
        comment(kind.help) + "---@class playlist." + kind.name + "\npl." + kind.name + " = {}\n\n";
    for (const Element* element : registry.elements(kind.number))
      text += element_stub(*element, kind);
    if (kind.number == PLAYLIST_RECALL) text += source_stub(*builtin_step("playlist"), kind);
  }
  text += "-- Elements that recipes do not call:\n";
  for (const std::uint32_t kind : {PLAYLIST_SOURCE, PLAYLIST_OUTPUT, PLAYLIST_MODEL}) {
    for (const Element* element : registry.elements(kind))
      text += std::string("--   ") + element->description->name + "  " +
              one_line(element->description->help) + "\n";
  }
  return text + "\n";
}

// ---- verbs
// -----------------------------------------------------------------------------------------

std::string verb_stub(const Step& step) {
  const playlist_element& element = step.description();
  const auto params = listed(element.params);
  const std::string positional = params.empty() ? "" : "|" + type_of(*params[0]);
  return arguments_stub(element, step.facts().takes_span) + "\n" + comment(element.help) +
         "---@param arguments" + (needs_arguments(element) ? "" : "?") + " " +
         arguments_class(element) + positional +
         "\n---@return playlist.Candidates\nfunction Candidates:" + element.name +
         "(arguments) end\n\n";
}

/// Its arguments one by one, then the formula.
std::string formula_verb_stub(const Step& step) {
  std::string text = comment(step.help()), names;
  for (const playlist_param* param : listed(step.description().params)) {
    text += std::string("---@param ") + param->name + (is_required(*param) ? " " : "? ") +
            type_of(*param) + "\n";
    names += std::string(param->name) + ", ";
  }
  const bool is_text = step.facts().formula == FormulaResult::kText;
  return text + "---@param formula fun(t: playlist.Row): " + (is_text ? "string" : "number") +
         "\n---@return playlist.Candidates\nfunction Candidates:" + step.name() + "(" + names +
         "formula) end\n\n";
}

std::string steps_stub(StepForm form, std::string (*stub)(const Step&)) {
  std::string text;
  for (const Step* step : builtin_steps())
    if (step->facts().form == form) text += stub(*step);
  return text;
}

/// Verbs that take elements as well as functions, or a table in place of one.
constexpr const char* kVerbs =
    R"lua(---Keeps the rows for which a function returns true, or what a filtering element lets pass.
---@param step playlist.Filtering|fun(t: playlist.Row): any
---@param reason? string why a track is dropped, for why-not
---@return playlist.Candidates
function Candidates:filter(step, reason) end

---Adds the columns of a ranking element.
---@param step playlist.Ranking
---@return playlist.Candidates
function Candidates:rank(step) end

---Arranges the rows: by an ordering element, or by what a function returns, smallest first.
---@param step playlist.Ordering|fun(t: playlist.Row): number
---@return playlist.Candidates
function Candidates:order(step) end

---Scores rows by a formula, or by a weighted sum of columns { taste = 0.6, energy = 0.4 }; the best come first.
---@param formula (fun(t: playlist.Row): number)|table<string, number>
---@return playlist.Candidates
function Candidates:score(formula) end

)lua";

/// A walk takes a score beside its arguments.
std::string walk_stub() {
  const playlist_element& element = builtin_step("walk")->description();
  return arguments_stub(element) +
         "---@field score? (fun(t: playlist.Row): number)|table<string, number> of a track that "
         "may "
         "come next\n\n" +
         comment(element.help) + "---@param arguments? " + arguments_class(element) +
         "\n---@return playlist.Candidates\nfunction Candidates:walk(arguments) end\n\n";
}

constexpr const char* kRows =
    R"lua(---Every row as a table of all its columns. Runs the plan so far; meant for small sets.
---@return playlist.Row[]
function Candidates:rows() end

)lua";

constexpr const char* kClasses =
    R"lua(---A list of tracks in an order, not yet computed. Verbs give new candidates and leave these as they are.
---a + b: both, scores added; a - b: those of a without those of b; a * b: those of a that b has too; #a: how many (runs the plan so far).
---@class playlist.Candidates
---@operator add(playlist.Candidates): playlist.Candidates
---@operator sub(playlist.Candidates): playlist.Candidates
---@operator mul(playlist.Candidates): playlist.Candidates
---@operator len: integer
local Candidates = {}

---@class playlist.Ranking
---@class playlist.Filtering
---@class playlist.Ordering

---What a person plays, as artists. They come into a list as their tracks.
---@class playlist.Artists
local Artists = {}

---All tracks of the artists played most, artist by artist; score: plays of the artist.
---@param count? integer how many artists (at least 1, default 10)
---@return playlist.Candidates
function Artists:top(count) end

---The person the list is for, as of now.
---@class playlist.User
---@field artists playlist.Artists
---@field name string
---@field now integer Unix seconds
---@field playlists table<string, playlist.Candidates> their playlists, by name
)lua";

std::string sets_stub() {
  std::string text;
  for (const DeclaredSet& set : declared_sets())
    text += std::string("---@field ") + set.name + " playlist.Candidates " + set.help + "\n";
  return text;
}

constexpr const char* kMoreClasses = R"lua(local User = {}

---When the list is for, by the clocks of the listener's time zone (engine library timezone).
---@class playlist.Now
---@field hour integer 0..23
---@field weekday "monday"|"tuesday"|"wednesday"|"thursday"|"friday"|"saturday"|"sunday"
---@field daypart "night"|"morning"|"afternoon"|"evening" night 22-5, morning 5-12, afternoon 12-17, evening 17-22
---@field season "winter"|"spring"|"summer"|"autumn" by whole months: winter is December to February, south of the equator June to August

---@class playlist.Parameter

---@class playlist.Test
---@field [1] string what is tested
---@field library? table a synthetic library { tracks = 2000, random_seed = 1 }, or one written down
---@field now? string as of this time
---@field set? table<string, any> parameters
---@field random_seed? integer
---@field user? string whose history
---@field expect table what the list must be like; see scripts/expectations.lua

---@class playlist.RecipeFields
---@field title string
---@field about? string
---@field params? table<string, playlist.Parameter> shown by engine recipes, set with --set NAME=VALUE
---@field random_seed? "week"|"day"|integer|string when to draw anew; a fresh seed each run without it
---@field build fun(p: table<string, any>, user: playlist.User, now: playlist.Now): playlist.Candidates describes the plan
---@field tests? playlist.Test[] for engine test

---@class playlist.Recipe

---@class playlist
---@field everyone playlist.User[] everybody in the library, the listener first
local pl = {}

---Another person of the library, with the sets that user has. Records, bans and reasons stay the listener's.
---@param name string
---@return playlist.User
function pl.person(name) end

---What a recipe file returns.
---@param fields playlist.RecipeFields
---@return playlist.Recipe
function pl.recipe(fields) end

)lua";

struct ParameterKind {
  const char* name;
  const char* type;
  const char* help;
};
constexpr ParameterKind kParameterKinds[] = {
    {"int", "integer", "A whole number."}, {"number", "number", "A number."},
    {"share", "number", "A share, 0..1."}, {"boolean", "boolean", "true or false."},
    {"text", "string", "A text."},         {"choice", "string", "One of `choices`."},
};

std::string parameters_stub() {
  std::string text;
  for (const ParameterKind& kind : kParameterKinds) {
    const std::string name = std::string("playlist.parameter.") + kind.name;
    text += "---@class " + name + "\n---@field [1] " + kind.type + " the default\n" +
            "---@field min? number least value\n---@field max? number most\n" +
            "---@field choices? string[] what pl.choice can be\n" +
            "---@field help? string one line\n" +
            "---@field tune? boolean engine tune may change it\n\n---" + kind.help +
            "\n---@param spec " + name + "\n---@return playlist.Parameter\nfunction pl." +
            kind.name + "(spec) end\n\n";
  }
  return text;
}

std::string combiner_stub(const Step& step) {
  const playlist_element& element = step.description();
  const std::string branch = std::string("playlist.branch.") + step.name();
  std::string text = "---@class " + branch + "\n---@field [1] playlist.Candidates\n";
  for (const BranchField& field : step.branch_fields())
    text += std::string("---@field ") + field.name + (field.is_required ? " " : "? ") + field.type +
            " " + field.help + "\n";
  text += "\n---@class " + arguments_class(element) + "\n---@field [integer] " + branch +
          "|playlist.Candidates\n";
  for (const playlist_param* param : listed(element.params))
    text += std::string("---@field ") + param->name + "? " + type_of(*param) + " " +
            help_of(*param) + "\n";
  return text + "\n" + comment(element.help) + "---@param branches " + arguments_class(element) +
         "\n---@return playlist.Candidates\nfunction pl." + step.name() + "(branches) end\n\n";
}

// ---- rows
// ------------------------------------------------------------------------------------------

std::string column_type(std::uint32_t type) {
  if (type == PLAYLIST_STRING) return "string?";
  if (type == kTagColumn) return "fun(tag: string): boolean";
  return type == PLAYLIST_U8 ? "boolean?" : "number";
}

/// Every column a row can have: the library's, and what elements and steps add.
std::string row_stub(const Registry& registry, const std::vector<FormulaColumn>& library) {
  std::map<std::string, std::pair<std::uint32_t, std::string>> columns;
  std::string of_people;
  for (const FormulaColumn& column : library) {
    const auto help = column_helps().find(column.name);
    columns[column.name] = {column.type, help == column_helps().end() ? "" : help->second};
  }
  for (const std::uint32_t kind : {PLAYLIST_RECALL, PLAYLIST_RANKING}) {
    for (const Element* element : registry.elements(kind)) {
      for (const playlist_field* field : listed(element->description->out)) {
        const std::string help = field->help == nullptr ? "" : one_line(field->help) + "; ";
        columns.insert(
            {field->name, {field->type, help + "made by " + element->description->name}});
      }
    }
  }
  for (const auto& [name, type] :
       {std::pair{"score", PLAYLIST_F32}, std::pair{"channel", PLAYLIST_STRING},
        std::pair{"explanation", PLAYLIST_STRING}, std::pair{"ts", PLAYLIST_I64},
        std::pair{"session", PLAYLIST_I32}, std::pair{"session_position", PLAYLIST_I32}})
    columns.insert({name, {type, column_helps().at(name)}});
  for (const WalkColumn& column : walk_columns())
    columns.insert(
        {column.name, {PLAYLIST_F32, std::string(column.help) + "; in the score of :walk"}});
  for (const DeclaredTable& table : declared_tables()) {
    if (!has_columns_of_people(table)) continue;
    for (const DeclaredColumn& column : table.columns)
      of_people += "---@field " + columns_of_people(column.name) +
                   " table<string, number> the same of others, by name: t." +
                   columns_of_people(column.name) + ".bob\n";
  }
  std::string text =
      "---A track as formulas see it. A missing number is NaN: known(t.energy, 0.5) says what to "
      "use instead.\n---@class playlist.Row\n---@field [string] any columns that :column adds\n";
  for (const auto& [name, column] : columns)
    text += "---@field " + name + " " + column_type(column.first) + " " + column.second + "\n";
  return text + of_people + "\n";
}

constexpr const char* kGlobals = R"lua(---@meta _
-- Functions that every formula has without requiring anything. NaN stands for "missing", and comes out where it goes in.

---x, or the default where x is missing.
---@generic T
---@param x T?
---@param default T
---@return T
function known(x, default) end

---x, but at least low and at most high.
---@param x number
---@param low number
---@param high number
---@return number
function clamp(x, low, high) end

---a at x = 0, b at x = 1, a straight line between and beyond.
---@param a number
---@param b number
---@param x number
---@return number
function lerp(a, b, x) end

---1 / (1 + exp(-x)): 0 far below, 0.5 at 0, 1 far above.
---@param x number
---@return number 0..1
function sigmoid(x) end

---0 below the edge, 1 from it on.
---@param edge number
---@param x number
---@return number
function step(edge, x) end

---1 now, 0.5 after half_life, 0.25 after twice that.
---@param age number
---@param half_life number
---@return number
function decay(age, half_life) end
)lua";

}  // namespace

std::vector<StubFile> stub_files(const Registry& registry,
                                 const std::vector<FormulaColumn>& library) {
  std::string text =
      "---@meta playlist\n-- Written by `engine stubs`, for editors with lua-language-server. "
      "Write it again after plugins have changed.\n\n";
  text += row_stub(registry, library) + kClasses + sets_stub() + kMoreClasses + kVerbs +
          walk_stub() + steps_stub(StepForm::kFormula, formula_verb_stub) + kRows +
          steps_stub(StepForm::kVerb, verb_stub);
  text += parameters_stub() + steps_stub(StepForm::kCombiner, combiner_stub) +
          elements_stub(registry) + "return pl\n";
  return {{"playlist.lua", std::move(text)}, {"globals.lua", kGlobals}};
}

std::string luarc_text(const std::vector<std::string>& libraries) {
  nlohmann::ordered_json builtin = nlohmann::ordered_json::object();
  for (const char* name : {"bit", "coroutine", "debug", "ffi", "io", "jit", "os", "package"})
    builtin[name] = "disable";
  return json_text(
             nlohmann::ordered_json{
                 {"$schema",
                  "https://raw.githubusercontent.com/LuaLS/vscode-lua/master/setting/schema.json"},
                 {"runtime.version", "LuaJIT"},
                 {"runtime.builtin", builtin},
                 {"workspace.library", libraries},
                 {"workspace.checkThirdParty", false},
                 {"diagnostics.globals",
                  {"known", "clamp", "lerp", "sigmoid", "step", "decay", "engine"}},
                 {"diagnostics.disable", {"lowercase-global"}}},
             2) +
         "\n";
}

}  // namespace engine
