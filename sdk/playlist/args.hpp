// Declaring parameters and columns, and reading the values a recipe gave.
//
//   static constexpr playlist::Choices kDirections{"up", "down"};
//   static constexpr playlist::Param kParams[] = {
//       {"limit", 200, 1, 10'000, "candidates to return"},                      integer: no point
//       {"target", 0.5, 0, 1, "wanted energy, 0 calm .. 1 wild"},               number
//       playlist::Param::number("weight", 1, 0, 2, "1 as it is"),               number
//       {"strict", false, "drop what has no energy"},                           boolean
//       {"label", "energy", "a text"},                                          text
//       playlist::Param::text("prefix", "", "put before every title"),          text
//       playlist::Param::choice("direction", kDirections, "up", "which way"),   one of these
//       playlist::Param::column("by", "energy", "column to sort by"),           see Args::column
//       playlist::Param::tracks("seeds", "tracks to start from").required(),    a set of tracks
//       playlist::Param::texts("genres", "only these"),                         a list of texts
//       playlist::Param::numbers("weights", 0, 1, "one per genre"),             a list of numbers
//       playlist::Param::file("words", "", "a file, one word a line"),          see Args::file
//   };
//   static constexpr playlist::Field kInputs[] = {{"energy", PLAYLIST_F32, "0..1"}};
//   static constexpr playlist::Field kOutputs[] = {{"mood", PLAYLIST_F32, "fit, 0..1"}};
//
// The engine checks names, types, ranges and choices before the element's constructor sees
// anything.
#pragma once

#include "playlist/columns.hpp"
#include "playlist/error.hpp"
#include "playlist/plugin.h"

#include <concepts>
#include <cstdint>
#include <iterator>
#include <span>
#include <string_view>
#include <vector>

namespace playlist {

/// The accepted words of a choice parameter; keep it `static constexpr`.
template <std::size_t N>
struct Choices {
  const char* words[N + 1];  // ended by nullptr

  template <class... Words>
  requires(sizeof...(Words) == N) constexpr Choices(Words... texts)
      : words{texts..., nullptr} {}  // NOLINT(google-explicit-constructor)
};
template <class... Words>
Choices(Words...) -> Choices<sizeof...(Words)>;

template <class T>
concept WholeNumber = std::integral<T> && !std::same_as<T, bool>;
template <class T>
concept AnyNumber = WholeNumber<T> || std::floating_point<T>;

/// One parameter of an element.
struct Param : playlist_param {
  /// Integer where default, minimum and maximum are; a number where one of them has a point. Recipes
  /// give an integer whole numbers only: what may be 0.5 is a number, {"weight", 1.0, 0, 2, ...} or
  /// Param::number.
  template <AnyNumber Default, AnyNumber Min, AnyNumber Max>
  constexpr Param(const char* name, Default default_value, Min min, Max max, const char* help)
      : Param(WholeNumber<Default> && WholeNumber<Min> && WholeNumber<Max> ? PLAYLIST_PARAM_INTEGER
                                                                           : PLAYLIST_PARAM_NUMBER,
              name, static_cast<double>(default_value), static_cast<double>(min),
              static_cast<double>(max), help) {}
  /// Boolean.
  template <std::same_as<bool> Bool>
  constexpr Param(const char* name, Bool default_value, const char* help)
      : Param(PLAYLIST_PARAM_BOOLEAN, name, default_value ? 1 : 0, 0, 1, help) {}
  /// Text.
  constexpr Param(const char* name, const char* default_value, const char* help)
      : Param(PLAYLIST_PARAM_TEXT, name, 0, 0, 0, help) {
    default_text = default_value;
  }

  // The same by name, whatever the values look like.
  static constexpr Param number(const char* name, double default_value, double min, double max,
                                const char* help) {
    return Param(PLAYLIST_PARAM_NUMBER, name, default_value, min, max, help);
  }
  static constexpr Param integer(const char* name, std::int64_t default_value, std::int64_t min,
                                 std::int64_t max, const char* help) {
    return Param(name, default_value, min, max, help);
  }
  static constexpr Param boolean(const char* name, bool default_value, const char* help) {
    return Param(name, default_value, help);
  }
  /// Any text; one of a few words is a choice.
  static constexpr Param text(const char* name, const char* default_value, const char* help) {
    return Param(name, default_value, help);
  }

  template <std::size_t N>
  static constexpr Param choice(const char* name, const Choices<N>& words,
                                const char* default_value, const char* help) {
    Param param(PLAYLIST_PARAM_CHOICE, name, 0, 0, 0, help);
    param.default_text = default_value;
    param.choices = words.words;
    return param;
  }
  static constexpr Param column(const char* name, const char* default_column, const char* help) {
    Param param(PLAYLIST_PARAM_COLUMN, name, 0, 0, 0, help);
    param.default_text = default_column;
    return param;
  }
  static constexpr Param tracks(const char* name, const char* help) {
    return Param(PLAYLIST_PARAM_TRACKS, name, 0, 0, 0, help);
  }
  static constexpr Param texts(const char* name, const char* help) {
    return Param(PLAYLIST_PARAM_TEXTS, name, 0, 0, 0, help);
  }
  /// `min` and `max` bound each item.
  static constexpr Param numbers(const char* name, double min, double max, const char* help) {
    return Param(PLAYLIST_PARAM_NUMBERS, name, 0, min, max, help);
  }

  /// A file that the element reads (since ABI 1.2). The default stands beside the plugin's library;
  /// "" is none.
  static constexpr Param file(const char* name, const char* default_file, const char* help) {
    Param param(PLAYLIST_PARAM_FILE, name, 0, 0, 0, help);
    param.default_text = default_file;
    return param;
  }

  /// The recipe must give it; its default is not used.
  [[nodiscard]] constexpr Param required() const { return with(PLAYLIST_PARAM_REQUIRED); }
  /// `engine tune` may fit it.
  [[nodiscard]] constexpr Param tunable() const { return with(PLAYLIST_PARAM_TUNABLE); }

 private:
  constexpr Param(std::uint32_t type, const char* name, double default_number, double min,
                  double max, const char* help)
      : playlist_param{sizeof(playlist_param),
                       type,
                       name,
                       help,
                       default_number,
                       min,
                       max,
                       "",
                       nullptr,
                       0,
                       0} {}
  [[nodiscard]] constexpr Param with(std::uint32_t flag) const {
    Param param = *this;
    param.flags |= flag;
    return param;
  }
};

/// A column an element needs or adds. A text output holds codes of Call::text().
struct Field : playlist_field {
  constexpr Field(const char* name,  // NOLINT(google-explicit-constructor)
                  std::uint32_t type = PLAYLIST_F32, const char* help = "")
      : playlist_field{sizeof(playlist_field), type, name, help, 0, 0} {}
  /// An input that may be absent: ask Call::has_input() before reading it.
  [[nodiscard]] constexpr Field optional() const {
    Field field = *this;
    field.flags |= PLAYLIST_FIELD_OPTIONAL;
    return field;
  }
};

/// The file that a parameter names, as it was when the run began to use it.
class File {
 public:
  File() = default;
  explicit File(const playlist_input* file) : file_(file) {}

  /// False when the recipe names none and there is no default; path and bytes are empty then.
  [[nodiscard]] bool is_given() const { return file_ != nullptr; }
  [[nodiscard]] std::string_view path() const { return file_ ? file_->path : ""; }
  /// The last part of the path.
  [[nodiscard]] std::string_view name() const { return file_ ? file_->name : ""; }
  /// Followed by at least 64 readable zero bytes.
  [[nodiscard]] std::string_view bytes() const {
    if (!file_) return {};
    return {reinterpret_cast<const char*>(file_->bytes), static_cast<std::size_t>(file_->length)};
  }

 private:
  const playlist_input* file_ = nullptr;
};

/// The values a recipe gave, checked and completed by the engine. Texts, lists, track sets and files
/// stay valid as long as the element. Asking for a name that is not declared throws Error.
class Args {
 public:
  Args(const playlist_host* host, std::span<const Param> params, const playlist_value* values)
      : host_(host), params_(params), values_(values) {}

  /// A number, or an integer as one.
  [[nodiscard]] double number(std::string_view name) const {
    const std::size_t index = find(name, "a number", PLAYLIST_PARAM_NUMBER, PLAYLIST_PARAM_INTEGER);
    return params_[index].type == PLAYLIST_PARAM_NUMBER
               ? values_[index].number
               : static_cast<double>(values_[index].integer);
  }
  [[nodiscard]] std::int64_t integer(std::string_view name) const {
    return at(name, "an integer", PLAYLIST_PARAM_INTEGER).integer;
  }
  /// An integer parameter whose declared minimum is >= 0.
  [[nodiscard]] std::size_t count(std::string_view name) const {
    const std::int64_t value = integer(name);
    return value < 0 ? 0 : static_cast<std::size_t>(value);
  }
  [[nodiscard]] bool boolean(std::string_view name) const {
    return at(name, "a boolean", PLAYLIST_PARAM_BOOLEAN).integer != 0;
  }
  /// Text and choice.
  [[nodiscard]] std::string_view text(std::string_view name) const {
    const char* text = at(name, "a text", PLAYLIST_PARAM_TEXT, PLAYLIST_PARAM_CHOICE).text;
    return text ? text : "";
  }
  /// Which input the recipe's column is: `call.in(args.column("by"))`.
  [[nodiscard]] std::size_t column(std::string_view name) const {
    return static_cast<std::size_t>(at(name, "a column", PLAYLIST_PARAM_COLUMN).integer);
  }
  /// Not given: Tracks::is_given() is false.
  [[nodiscard]] Tracks tracks(std::string_view name) const {
    const playlist_table* table = at(name, "a set of tracks", PLAYLIST_PARAM_TRACKS).tracks;
    return table ? Tracks(table) : Tracks();
  }
  [[nodiscard]] std::vector<std::string_view> texts(std::string_view name) const {
    const playlist_list* list = at(name, "a list of texts", PLAYLIST_PARAM_TEXTS).list;
    if (!list) return {};
    return {list->texts, list->texts + list->count};
  }
  [[nodiscard]] std::span<const double> numbers(std::string_view name) const {
    const playlist_list* list = at(name, "a list of numbers", PLAYLIST_PARAM_NUMBERS).list;
    return list ? std::span<const double>(list->numbers, list->count) : std::span<const double>{};
  }

  /// Not named: File::is_given() is false.
  [[nodiscard]] File file(std::string_view name) const {
    const std::size_t index = find(name, "a file", PLAYLIST_PARAM_FILE, PLAYLIST_PARAM_FILE);
    const auto* files =
        static_cast<const playlist_files*>(host_->service(host_, PLAYLIST_SERVICE_FILES));
    if (!files) throw Error(concat("this engine offers no ", PLAYLIST_SERVICE_FILES, " here"));
    return File(files->file(host_, params_[index].name));
  }

  /// For services that a constructor needs; most elements wait for their call.
  [[nodiscard]] const playlist_host* host() const { return host_; }

 private:
  [[nodiscard]] const playlist_value& at(std::string_view name, std::string_view read_as,
                                         std::uint32_t type, std::uint32_t other_type = 0) const {
    return values_[find(name, read_as, type, other_type == 0 ? type : other_type)];
  }
  /// Which parameter it is; throws where it is declared as neither of the types.
  [[nodiscard]] std::size_t find(std::string_view name, std::string_view read_as,
                                 std::uint32_t type, std::uint32_t other_type) const {
    for (std::size_t i = 0; i < params_.size(); ++i) {
      if (name != params_[i].name) continue;
      if (params_[i].type == type || params_[i].type == other_type) return i;
      throw Error(concat("the plugin reads parameter ", name, " as ", read_as,
                         ", and declares it as ", declared_as(params_[i].type)));
    }
    throw Error(concat("the plugin reads parameter ", name, ", which it does not declare"));
  }
  static std::string_view declared_as(std::uint32_t type) {
    constexpr std::string_view kNames[] = {
        "a number",          "an integer", "a boolean",       "a text",
        "a choice of words", "a column",   "a set of tracks", "a list of texts",
        "a list of numbers", "a file"};
    return type >= 1 && type <= std::size(kNames) ? kNames[type - 1] : "another type";
  }

  const playlist_host* host_;
  std::span<const Param> params_;
  const playlist_value* values_;
};

}  // namespace playlist
