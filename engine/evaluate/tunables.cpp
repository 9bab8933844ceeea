#include "evaluate/tunables.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <optional>

#include "core/error.hpp"
#include "evaluate/recipe_tokens.hpp"

namespace engine::evaluate {
namespace {

using Kind = RecipeToken::Kind;

constexpr double kWeightReach = 16;  // times the present size
constexpr double kParameterReach = 4;
constexpr int kDigits = 3;

/// A literal with its place.
struct Literal {
  double value = 0;
  std::size_t begin = 0, length = 0;
};

/// One field of a table constructor: tokens [begin, end) of its value.
struct Field {
  std::string name;  // "" when positional
  std::size_t begin = 0, end = 0;
};

class Finder {
 public:
  Finder(const std::string& path, const std::string& text)
      : path_(path), text_(text), tokens_(recipe_tokens(text)) {}

  std::vector<Tunable> find() {
    // Parameters first: a weight may be one of them.
    for (std::size_t k = 0; k < tokens_.size(); ++k) parameter_at(k);
    for (std::size_t k = 0; k < tokens_.size(); ++k) score_at(k);
    if (found_.empty()) {
      throw Error(
          Exit::kRecipe, "there is nothing to tune in this recipe",
          {path_, "", "it has no :score { column = weight } and no parameter with tune = true",
           "write e.g. :score { taste = 0.6, energy = 0.4 }, or discovery = pl.share { "
           "0.08, tune = true }"});
    }
    std::sort(found_.begin(), found_.end(),
              [](const Tunable& a, const Tunable& b) { return a.begin < b.begin; });
    return std::move(found_);
  }

 private:
  [[nodiscard]] const RecipeToken& at(std::size_t k) const {
    return tokens_[std::min(k, tokens_.size() - 1)];
  }

  [[noreturn]] void refuse(const RecipeToken& token, const std::string& what,
                           const std::string& why, const std::string& fix) const {
    std::size_t begin = text_.rfind('\n', token.begin);
    begin = begin == std::string::npos ? 0 : begin + 1;
    const std::size_t end = std::min(text_.find('\n', token.begin), text_.size());
    throw Error(
        Exit::kRecipe, what,
        {path_ + ":" + std::to_string(token.line), text_.substr(begin, end - begin), why, fix});
  }

  /// The fields of the table whose { is token `open`.
  [[nodiscard]] std::vector<Field> fields_of(std::size_t open) const {
    std::vector<Field> fields;
    std::size_t k = open + 1;
    while (at(k).kind != Kind::kEnd && !at(k).is("}")) {
      Field field;
      if (at(k).kind == Kind::kName && at(k + 1).is("=") && !at(k + 2).is("=")) {
        field.name = at(k).text;
        k += 2;
      } else if (at(k).is("[") && at(k + 1).kind == Kind::kText && at(k + 2).is("]") &&
                 at(k + 3).is("=")) {
        field.name = at(k + 1).text.substr(1, at(k + 1).text.size() - 2);
        k += 4;
      }
      field.begin = k;
      k = end_of_value(k);
      field.end = k;
      if (field.end > field.begin) fields.push_back(field);
      if (at(k).is(",") || at(k).is(";")) ++k;
    }
    return fields;
  }

  /// The token after the value that begins at `k`: a , ; or } outside of brackets and functions.
  [[nodiscard]] std::size_t end_of_value(std::size_t k) const {
    int depth = 0;
    for (; at(k).kind != Kind::kEnd; ++k) {
      const RecipeToken& token = at(k);
      if (depth == 0 && (token.is(",") || token.is(";") || token.is("}"))) return k;
      if (token.is("{") || token.is("(") || token.is("[") || token.is("function") ||
          token.is("do") || token.is("if"))
        ++depth;
      if (token.is("}") || token.is(")") || token.is("]") || token.is("end")) --depth;
    }
    return k;
  }

  [[nodiscard]] std::optional<Literal> literal(const Field& field) const {
    std::size_t k = field.begin;
    const bool is_negative = at(k).is("-");
    if (is_negative) ++k;
    if (k + 1 != field.end || at(k).kind != Kind::kNumber) return std::nullopt;
    const std::string_view digits = at(k).text;
    Literal found;
    const auto [rest, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), found.value);
    if (error != std::errc() || rest != digits.data() + digits.size()) return std::nullopt;
    if (is_negative) found.value = -found.value;
    found.begin = at(field.begin).begin;
    found.length = at(k).begin + digits.size() - found.begin;
    return found;
  }

  [[nodiscard]] std::string source_of(const Field& field) const {
    const RecipeToken& last = at(field.end - 1);
    const std::size_t begin = at(field.begin).begin;
    return text_.substr(begin, last.begin + last.text.size() - begin);
  }

  /// NAME = pl.KIND { ... } or NAME = pl.KIND({ ... }) from token `k` on.
  void parameter_at(std::size_t k) {
    if (at(k).kind != Kind::kName || !at(k + 1).is("=") || at(k + 2).kind != Kind::kName ||
        !at(k + 3).is("."))
      return;  // NAME = pl.KIND
    const std::string_view kind = at(k + 4).text;
    if (kind != "int" && kind != "number" && kind != "share") return;
    const std::size_t open = at(k + 5).is("(") ? k + 6 : k + 5;
    if (!at(open).is("{")) return;
    const std::vector<Field> fields = fields_of(open);
    const auto field = [&](const std::string& name) -> const Field* {
      for (const Field& f : fields)
        if (f.name == name) return &f;
      return nullptr;
    };
    const Field* tune = field("tune");
    if (tune == nullptr || source_of(*tune) != "true") return;
    const std::string name(at(k).text);
    const auto number = [&](const Field* f, const char* what) -> std::optional<Literal> {
      if (f == nullptr) return std::nullopt;
      if (const auto found = literal(*f)) return found;
      refuse(at(f->begin), std::string("the ") + what + " of parameter " + name + " is no number",
             "it is written as: " + source_of(*f),
             "write the number itself, or leave out tune = true");
    };
    const auto value = number(field(""), "default");
    if (!value) {
      refuse(at(k), "parameter " + name + " has no default to tune", "",
             "write it first: " + name + " = pl." + std::string(kind) + " { NUMBER, tune = true }");
    }
    Tunable tunable;
    tunable.name = name;
    tunable.is_whole = kind == "int";
    tunable.value = value->value;
    tunable.begin = value->begin;
    tunable.length = value->length;
    tunable.line = at(field("")->begin).line;
    const double near = value->value == 0 ? -1 : value->value / kParameterReach;
    const double far = value->value == 0 ? 1 : value->value * kParameterReach;
    const auto low = number(field("min"), "min"), high = number(field("max"), "max");
    const bool is_share = kind == "share";
    tunable.low = low ? low->value : is_share ? 0 : std::min(near, far);
    tunable.high = high ? high->value : is_share ? 1 : std::max(near, far);
    if (tunable.low >= tunable.high) {
      refuse(at(k), "parameter " + name + " has no range to tune in",
             "its min is not below its max", "widen min and max, or leave out tune = true");
    }
    found_.push_back(tunable);
  }

  /// :score { ... } or :score({ ... }) from token `k` on.
  void score_at(std::size_t k) {
    if (!at(k).is(":") || !at(k + 1).is("score")) return;
    const std::size_t open = at(k + 2).is("(") ? k + 3 : k + 2;
    if (!at(open).is("{")) return;
    ++scores_;
    const std::string prefix = scores_ == 1 ? "score." : "score#" + std::to_string(scores_) + ".";
    std::vector<Tunable> weights;
    double largest = 0;
    for (const Field& field : fields_of(open)) {
      const auto value = literal(field);
      if (!value) {
        if (is_tuned_parameter(field)) continue;
        refuse(at(field.begin),
               "the weight of " + (field.name.empty() ? "a column" : field.name) +
                   " is not a number that stands here",
               "it is written as: " + source_of(field),
               "write the number itself, or make it a parameter with tune = true and use p.NAME "
               "alone");
      }
      Tunable tunable;
      tunable.name = prefix + field.name;
      tunable.is_weight = true;
      tunable.value = value->value;
      tunable.begin = value->begin;
      tunable.length = value->length;
      tunable.line = at(field.begin).line;
      largest = std::max(largest, std::fabs(value->value));
      weights.push_back(tunable);
    }
    for (Tunable& weight : weights) {
      const double size = weight.value != 0 ? std::fabs(weight.value) : largest > 0 ? largest : 1;
      weight.high = kWeightReach * size;
      weight.low = -weight.high;
      found_.push_back(weight);
    }
  }

  /// The value is just p.NAME of a parameter that is tuned itself.
  [[nodiscard]] bool is_tuned_parameter(const Field& field) const {
    if (field.end - field.begin != 3 || !at(field.begin + 1).is(".")) return false;
    const std::string_view name = at(field.begin + 2).text;
    return std::any_of(found_.begin(), found_.end(),
                       [&](const Tunable& t) { return !t.is_weight && t.name == name; });
  }

  const std::string& path_;
  const std::string& text_;
  std::vector<RecipeToken> tokens_;
  std::vector<Tunable> found_;
  int scores_ = 0;
};

}  // namespace

std::vector<Tunable> find_tunables(const std::string& path, const std::string& text) {
  return Finder(path, text).find();
}

std::string spelled(const Tunable& tunable, double value) {
  char text[64];
  for (int digits = tunable.is_whole ? 15 : kDigits; digits <= 17; ++digits) {
    std::snprintf(text, sizeof text, "%.*g", digits, value);
    if (std::strtod(text, nullptr) == value) break;
  }
  return std::string(text) == "-0" ? "0" : text;
}

double rounded(const Tunable& tunable, double value) {
  if (tunable.is_whole) return std::clamp(std::round(value), tunable.low, tunable.high);
  char text[64];
  std::snprintf(text, sizeof text, "%.*g", kDigits, std::clamp(value, tunable.low, tunable.high));
  return std::clamp(std::strtod(text, nullptr), tunable.low, tunable.high) + 0.0;
}

std::string with_values(const std::string& text, const std::vector<Tunable>& tunables,
                        const std::vector<double>& values) {
  std::string result;
  std::size_t at = 0;
  for (std::size_t k = 0; k < tunables.size(); ++k) {
    const Tunable& tunable = tunables[k];
    if (values[k] == tunable.value) continue;
    result += text.substr(at, tunable.begin - at) + spelled(tunable, values[k]);
    at = tunable.begin + tunable.length;
  }
  return result + text.substr(at);
}

}  // namespace engine::evaluate
