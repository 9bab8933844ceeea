#include "recipe/smart_playlist.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <optional>
#include <set>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/calendar.hpp"
#include "core/error.hpp"
#include "core/json_text.hpp"
#include "core/shown_text.hpp"
#include "plugin/descriptor.hpp"

namespace engine {
namespace {

using nlohmann::ordered_json;

constexpr int kDeepest = 32;

enum class FieldKind { kText, kNumber, kTime, kGenre, kLoved, kRandom };

/// What Navidrome calls it, in lower case, and what a formula does.
struct SmartField {
  const char* name;
  FieldKind kind;
  const char* column;            // to compare with
  const char* sorted = nullptr;  // the column to sort by, where it is another
};

constexpr SmartField kSmartFields[] = {
    {"title", FieldKind::kText, "t.title"},
    {"album", FieldKind::kText, "t.album"},
    {"artist", FieldKind::kText, "t.artist"},
    {"albumartist", FieldKind::kText, "t.artist"},
    {"genre", FieldKind::kGenre, ""},
    {"mbz_recording_id", FieldKind::kText, "t.mbid"},
    {"year", FieldKind::kNumber, "t.year"},
    {"releaseyear", FieldKind::kNumber, "t.year"},
    {"originalyear", FieldKind::kNumber, "t.year"},
    {"duration", FieldKind::kNumber, "t.duration_ms / 1000", "duration_ms"},
    {"bpm", FieldKind::kNumber, "t.tempo"},
    {"playcount", FieldKind::kNumber, "t.plays"},
    {"lastplayed", FieldKind::kTime, "t.last_played"},
    {"loved", FieldKind::kLoved, ""},
    {"dateloved", FieldKind::kLoved, "", "ts"},
    {"random", FieldKind::kRandom, ""},
};

std::string in_lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

const SmartField* find_field(const std::string& name) {
  const auto found =
      std::find_if(std::begin(kSmartFields), std::end(kSmartFields),
                   [&](const SmartField& field) { return in_lower_case(name) == field.name; });
  return found == std::end(kSmartFields) ? nullptr : found;
}

/// A Lua text.
std::string lua_text(const std::string& text) {
  std::string made = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') made += '\\';
    if (c == '\n') {
      made += "\\n";
    } else if (static_cast<unsigned char>(c) >= ' ' && c != '\x7f') {
      made += c;
    }
  }
  return made + "\"";
}

class Writer {
 public:
  Writer(ordered_json rules, std::string name, std::string source)
      : rules_(std::move(rules)), name_(std::move(name)), source_(std::move(source)) {}

  std::string recipe() {
    const std::string found = conditions("all_tracks", rules_, 0);
    const std::string sorted = sorting();
    const std::string limit = limiting();
    if (!problems_.empty()) refuse();
    std::string text = "-- " + one_line(title()) + comment() + "\n-- Made of " + one_line(source_) +
                       ", a smart playlist of Navidrome.\nlocal pl = require \"playlist\"\n";
    text += helpers();
    text += "\nreturn pl.recipe {\n  title = " + lua_text(title()) + ",\n";
    if (!sorted.empty() && is_random_) text += "  random_seed = \"day\",\n";
    text +=
        "  build = function(p, user)\n"
        "    -- Everything that is in the store; user.library is what you liked, saved or put into "
        "a "
        "playlist.\n"
        "    local all_tracks = pl.recall.catalogue {}:filter(pl.filtering.allowed {})\n";
    if (is_by_love_) text += "    all_tracks = user.likes:filter(pl.filtering.allowed {})\n";
    text += "    local found = " + found + "\n";
    if (sorted.empty() && limit.empty()) return text + "    return found\n  end,\n}\n";
    return text + "    return found" + sorted + limit + "\n  end,\n}\n";
  }

 private:
  [[nodiscard]] std::string title() const {
    const bool is_named = rules_.contains("name") && rules_["name"].is_string();
    return is_named ? rules_["name"].get<std::string>() : name_;
  }
  [[nodiscard]] std::string comment() const {
    if (!rules_.contains("comment") || !rules_["comment"].is_string()) return "";
    return ": " + one_line(rules_["comment"].get<std::string>());
  }

  void problem(const std::string& what) { problems_.push_back(what); }

  [[noreturn]] void refuse() const {
    std::string all;
    for (const std::string& what : problems_) all += (all.empty() ? "" : "; ") + what;
    throw Error(Exit::kInput, source_ + " says what a recipe cannot: " + all,
                {"", "", "", "take these rules out of the file, or write the recipe by hand"});
  }

  [[nodiscard]] std::string helpers() const {
    std::string text;
    if (uses_.contains("has"))
      text +=
          "\nlocal function has(text, part) return text ~= nil and "
          "text:lower():find(part, 1, true) ~= nil end\n";
    if (uses_.contains("begins"))
      text +=
          "\nlocal function begins(text, part) return text ~= nil and "
          "text:lower():sub(1, #part) == part end\n";
    if (uses_.contains("place"))
      text +=
          "\n-- Where a text stands in the alphabet, by its first three letters.\n"
          "local function place(text)\n  local a, b, c = (text or \"\"):lower():byte(1, 3)\n"
          "  return (a or 0) * 65536 + (b or 0) * 256 + (c or 0)\nend\n";
    if (uses_.contains("ends"))
      text +=
          "\nlocal function ends(text, part) return text ~= nil and "
          "text:lower():sub(-#part) == part end\n";
    return text;
  }

  // ---- rules ----

  /// `from` narrowed by the rules of "all" and "any" of an object.
  std::string conditions(const std::string& from, const ordered_json& object, int depth) {
    if (depth > kDeepest) {
      problem("rules more than 32 deep");
      return from;
    }
    std::string made = from;
    bool is_any = false;
    for (const char* key : {"all", "any"}) {
      if (!object.contains(key)) continue;
      is_any = true;
      if (!object[key].is_array()) {
        problem(std::string("\"") + key + "\" that is no list");
        continue;
      }
      made = std::string(key) == "all" ? all_of(made, object[key], depth)
                                       : any_of(made, object[key], depth);
    }
    if (!is_any) problem("no rules: neither \"all\" nor \"any\"");
    return made;
  }

  static bool is_group(const ordered_json& rule) {
    return rule.is_object() && (rule.contains("all") || rule.contains("any"));
  }

  /// A rule about the row alone as a condition of a formula; nothing where it takes candidates.
  std::optional<std::string> condition(const ordered_json& rule, int depth) {
    if (is_group(rule)) {
      if (depth > kDeepest) return std::nullopt;  // conditions() tells
      std::vector<std::string> parts;
      for (const char* key : {"all", "any"}) {
        if (!rule.contains(key) || !rule[key].is_array()) continue;
        std::string joined;
        for (const ordered_json& inner : rule[key]) {
          const std::optional<std::string> part = condition(inner, depth + 1);
          if (!part) return std::nullopt;
          joined += (joined.empty() ? "" : std::string(key) == "all" ? " and " : " or ") + *part;
        }
        if (!joined.empty()) parts.push_back("(" + joined + ")");
      }
      std::string all;
      for (const std::string& part : parts) all += (all.empty() ? "" : " and ") + part;
      return all.empty() ? std::nullopt : std::optional(all);
    }
    if (is_about_love(rule)) return std::nullopt;
    return leaf(rule);
  }

  static bool is_about_love(const ordered_json& rule) {
    if (!rule.is_object() || rule.size() != 1 || !rule.begin()->is_object()) return false;
    const ordered_json& about = *rule.begin();
    return about.size() == 1 && in_lower_case(about.begin().key()) == "loved";
  }

  std::string all_of(std::string from, const ordered_json& rules, int depth) {
    std::string formula;
    for (const ordered_json& rule : rules) {
      const std::optional<std::string> part = condition(rule, depth + 1);
      if (part) {
        formula += (formula.empty() ? "" : " and ") + *part;
      } else {
        from = narrowed(from, rule, depth + 1);
      }
    }
    return formula.empty() ? from : filtered(from, formula);
  }

  std::string any_of(const std::string& from, const ordered_json& rules, int depth) {
    std::string formula, united;
    const auto unite = [&](const std::string& part) {
      united += (united.empty() ? "" : " + ") + part;
    };
    for (const ordered_json& rule : rules) {
      const std::optional<std::string> part = condition(rule, depth + 1);
      if (part) {
        formula += (formula.empty() ? "" : " or ") + *part;
      } else {
        unite(narrowed(from, rule, depth + 1));
      }
    }
    if (!formula.empty()) unite(filtered(from, formula));
    if (united.empty()) return from;
    return rules.size() == 1 ? united : "(" + united + ")";
  }

  static std::string filtered(const std::string& from, const std::string& formula) {
    return from + "\n      :filter(function(t) return " + formula +
           " end, \"the smart playlist's rules\")";
  }

  /// A rule that is no condition of a formula.
  std::string narrowed(const std::string& from, const ordered_json& rule, int depth) {
    if (is_group(rule)) return conditions(from, rule, depth);
    const std::string op = in_lower_case(rule.begin().key());
    const ordered_json& value = *rule.begin()->begin();
    const bool is_true = value.is_boolean() ? value.get<bool>() : value == "true";
    if (op != "is" && op != "isnot") problem(json_text(rule) + ", as loved is or is not");
    const bool is_loved = (op == "is") == is_true;
    return from + "\n      :filter(pl.filtering." + (is_loved ? "in_set" : "not_in") +
           " { user.likes })";
  }

  // ---- one rule ----

  std::string leaf(const ordered_json& rule) {
    const bool is_rule = rule.is_object() && rule.size() == 1 && rule.begin()->is_object() &&
                         rule.begin()->size() == 1;
    if (!is_rule) {
      problem(json_text(rule) + ", which is no rule");
      return "false";
    }
    const std::string op = in_lower_case(rule.begin().key());
    const std::string name = rule.begin()->begin().key();
    const ordered_json& value = *rule.begin()->begin();
    const SmartField* field = find_field(name);
    std::optional<std::string> made;
    if (field != nullptr) made = said(*field, op, value);
    if (made) return *made;
    problem(json_text(rule) +
            (field == nullptr ? " (a library has no " + one_line(name) + ")" : ""));
    return "false";
  }

  std::optional<std::string> said(const SmartField& field, const std::string& op,
                                  const ordered_json& value) {
    switch (field.kind) {
      case FieldKind::kText:
        return of_text(field, op, value);
      case FieldKind::kNumber:
        return of_number(field, op, value);
      case FieldKind::kTime:
        return of_time(field, op, value);
      case FieldKind::kGenre:
        return of_genre(op, value);
      default:
        return std::nullopt;
    }
  }

  std::optional<std::string> of_text(const SmartField& field, const std::string& op,
                                     const ordered_json& value) {
    const std::string column = field.column;
    if (op == "ismissing" && value.is_boolean()) {
      const std::string missing = "(" + column + " == nil or " + column + " == \"\")";
      return value.get<bool>() ? missing : "not " + missing;
    }
    if (!value.is_string()) return std::nullopt;
    const std::string text = value.get<std::string>();
    if (op == "is") return column + " == " + lua_text(text);
    if (op == "isnot")
      return "(" + column + " ~= nil and " + column + " ~= " + lua_text(text) + ")";
    struct Part {
      const char *op, *call;
    };
    constexpr std::array kParts = {Part{"contains", "has"}, Part{"startswith", "begins"},
                                   Part{"endswith", "ends"}};
    for (const Part& part : kParts) {
      if (op != part.op) continue;
      uses_.insert(part.call);
      return std::string(part.call) + "(" + column + ", " + lua_text(in_lower_case(text)) + ")";
    }
    if (op == "notcontains") {
      uses_.insert("has");
      return "not has(" + column + ", " + lua_text(in_lower_case(text)) + ")";
    }
    return std::nullopt;
  }

  static std::optional<double> number_of(const ordered_json& value) {
    if (value.is_number()) return value.get<double>();
    if (!value.is_string()) return std::nullopt;
    const std::string text = value.get<std::string>();
    char* end = nullptr;
    const double number = std::strtod(text.c_str(), &end);
    const bool is_whole_text = !text.empty() && *end == '\0' && std::isfinite(number);
    return is_whole_text ? std::optional(number) : std::nullopt;
  }

  static std::optional<std::string> of_number(const SmartField& field, const std::string& op,
                                              const ordered_json& value) {
    const std::string column = field.column;
    if (op == "intherange") {
      if (!value.is_array() || value.size() != 2) return std::nullopt;
      const auto low = number_of(value[0]), high = number_of(value[1]);
      if (!low || !high) return std::nullopt;
      return "(" + column + " >= " + number_text(*low) + " and " + column +
             " <= " + number_text(*high) + ")";
    }
    if (op == "ismissing" && value.is_boolean()) {
      const std::string known = "known(" + column + ", 0)";
      return known + (value.get<bool>() ? " == 0" : " ~= 0");
    }
    const auto number = number_of(value);
    if (!number) return std::nullopt;
    const std::string text = number_text(*number);
    if (op == "is") return column + " == " + text;
    // A missing number is unlike every number, itself too.
    if (op == "isnot")
      return "(" + column + " == " + column + " and " + column + " ~= " + text + ")";
    if (op == "gt" || op == "after") return column + " > " + text;
    if (op == "lt" || op == "before") return column + " < " + text;
    return std::nullopt;
  }

  static std::optional<std::string> time_of(const ordered_json& value) {
    if (!value.is_string()) return std::nullopt;
    try {
      return std::to_string(parse_time(value.get<std::string>()));
    } catch (const Error&) {
      return std::nullopt;
    }
  }

  static std::optional<std::string> of_time(const SmartField& field, const std::string& op,
                                            const ordered_json& value) {
    const std::string column = field.column;
    if (op == "inthelast" || op == "notinthelast") {
      const auto days = number_of(value);
      if (!days) return std::nullopt;
      const std::string lately = "t.days_since_played < " + number_text(*days);
      return op == "inthelast" ? lately : "not (" + lately + ")";
    }
    if (op == "ismissing" && value.is_boolean())
      return value.get<bool>() ? column + " ~= " + column : column + " == " + column;
    if (op == "intherange" && value.is_array() && value.size() == 2) {
      const auto from = time_of(value[0]), to = time_of(value[1]);
      if (!from || !to) return std::nullopt;
      return "(" + column + " >= " + *from + " and " + column + " <= " + *to + ")";
    }
    const auto time = time_of(value);
    if (!time) return std::nullopt;
    if (op == "after" || op == "gt") return column + " > " + *time;
    if (op == "before" || op == "lt") return column + " < " + *time;
    return std::nullopt;
  }

  static std::optional<std::string> of_genre(const std::string& op, const ordered_json& value) {
    if (!value.is_string()) return std::nullopt;
    const std::string has = "t.has_tag(" + lua_text(in_lower_case(value.get<std::string>())) + ")";
    if (op == "is" || op == "contains") return has;
    if (op == "isnot" || op == "notcontains") return "not " + has;
    return std::nullopt;
  }

  // ---- order and length ----

  struct SortKey {
    std::string name;
    bool is_down;
  };

  [[nodiscard]] std::vector<SortKey> sort_keys() const {
    const bool is_flipped = rules_.contains("order") && rules_["order"].is_string() &&
                            in_lower_case(rules_["order"].get<std::string>()) == "desc";
    const std::string all = rules_["sort"].get<std::string>();
    std::vector<SortKey> keys;
    for (std::size_t at = 0; at <= all.size();) {
      const std::size_t end = std::min(all.find(',', at), all.size());
      std::string name = all.substr(at, end - at);
      std::erase(name, ' ');
      const bool is_down = name.starts_with("-");
      if (is_down || name.starts_with("+")) name.erase(0, 1);
      if (!name.empty()) keys.push_back({name, is_down != is_flipped});
      at = end + 1;
    }
    return keys;
  }

  /// Sorting is stable, so that the last key comes first.
  std::string sorting() {
    if (!rules_.contains("sort")) return "";
    if (!rules_["sort"].is_string()) {
      problem("\"sort\" that is no text");
      return "";
    }
    const std::vector<SortKey> keys = sort_keys();
    std::string text;
    for (auto key = keys.rbegin(); key != keys.rend(); ++key) text += sorted_by(*key);
    return text;
  }

  std::string sorted_by(const SortKey& key) {
    const SmartField* field = find_field(key.name);
    if (field != nullptr && field->kind == FieldKind::kRandom) {
      is_random_ = true;
      return "\n      :order(pl.ordering.shuffle {})";
    }
    if (field == nullptr || field->kind == FieldKind::kGenre ||
        in_lower_case(key.name) == "loved") {
      problem("\"sort\" by " + one_line(key.name));
      return "";
    }
    if (in_lower_case(key.name) == "dateloved") is_by_love_ = true;
    if (field->kind == FieldKind::kText) {
      uses_.insert("place");
      return std::string("\n      :order(function(t) return ") + (key.is_down ? "-" : "") +
             "place(" + field->column + ") end)";
    }
    const std::string column = field->sorted != nullptr
                                   ? field->sorted
                                   : std::string(field->column).substr(std::string("t.").size());
    return "\n      :order(pl.ordering.by { " + lua_text(column) +
           (key.is_down ? ", direction = \"down\"" : "") + " })";
  }

  std::string limiting() {
    for (const char* key : {"limit", "limitPercent"}) {
      if (!rules_.contains(key)) continue;
      const auto number = number_of(rules_[key]);
      if (!number || !(*number >= 0)) {
        problem(std::string("\"") + key + "\" that is no number");
        continue;
      }
      if (*number == 0) continue;
      if (std::string(key) == "limit") return "\n      :top(" + number_text(*number) + ")";
      return "\n      :top(math.ceil(#found * " + number_text(*number) + " / 100))";
    }
    return "";
  }

  ordered_json rules_;
  std::string name_, source_;
  std::vector<std::string> problems_;
  std::set<std::string> uses_;
  bool is_random_ = false, is_by_love_ = false;
};

}  // namespace

std::string smart_playlist_recipe(std::string_view json, const std::string& name,
                                  const std::string& source) {
  ordered_json rules = ordered_json::parse(json, nullptr, false);
  if (rules.is_discarded())
    throw Error(Exit::kInput, source + " is no JSON, so it is no smart playlist",
                {"", "", "",
                 "a smart playlist is a file such as { \"all\": [ { \"is\": { \"loved\": "
                 "true } } ], \"limit\": 100 }"});
  if (!rules.is_object())
    throw Error(Exit::kInput, source + " is no smart playlist: it holds no object");
  return Writer(std::move(rules), name, source).recipe();
}

}  // namespace engine
