#include "plan/walk_telling.hpp"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>

#include "core/shown_text.hpp"

namespace engine {
namespace {

/// "0.83", "4570"
std::string three_digits(double value) {
  if (std::isnan(value)) return "missing";
  char text[64];
  auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::general, 3);
  if (std::abs(value) >= 1000 && std::abs(value) < 1e9) {
    const double rounded = std::strtod(std::string(text, end.ptr).c_str(), nullptr);
    end = std::to_chars(text, text + sizeof text, rounded, std::chars_format::fixed, 0);
  }
  return {text, end.ptr};
}

/// "last played 41 days ago"
std::string played_text(float hours) {
  if (std::isnan(hours)) return "never played";
  const auto told = [](double number, const char* unit) {
    const auto whole = static_cast<long>(number);
    return "last played " + std::to_string(whole) + " " + unit + (whole == 1 ? "" : "s") + " ago";
  };
  if (hours < 48) return told(hours, "hour");
  if (hours < 24 * 730) return told(hours / 24, "day");
  return told(hours / 24 / 365.25, "year");
}

/// "Title" by Artist.
std::string titled(const Tables& tables, std::int32_t track) {
  const playlist_table& tracks = *tables.table("tracks");
  const auto text = [&](const char* name) {
    const playlist_column& column = *find_column(tracks, name);
    return std::string(text_of(column, static_cast<const std::int32_t*>(column.data)[track]));
  };
  return one_line('"' + text("title") + "\" by " + text("artist_name"));
}

/// ", similarity 0.83 against 0.79 (+0.4)"; "" where both are told alike.
std::string compared(const WalkScore::Term& mine, const WalkScore::Term& other) {
  const std::string here = three_digits(mine.value), there = three_digits(other.value);
  if (here == there) return "";
  std::string text = ", " + mine.column + " " + here + " against " + there;
  const double gain = mine.weight.value_or(0) * (mine.value - other.value);
  if (gain > 0 || gain < 0)
    text += std::string(" (") + (gain > 0 ? "+" : "") + three_digits(gain) + ")";
  return text;
}

}  // namespace

std::string walk_explanation(const Tables& tables, WalkOrigin origin, std::int32_t before,
                             float similarity, float hours) {
  const std::string played = ", " + played_text(hours);
  const std::string near = " (" + three_digits(similarity) + ")";
  switch (origin) {
    case WalkOrigin::kStart:
      return "WALK: it starts here" + played;
    case WalkOrigin::kNear:
      return "WALK: like " + titled(tables, before) + near + played;
    case WalkOrigin::kJump:
      return "WALK: a jump to what lies nearest" + near + ", as the neighbours of " +
             titled(tables, before) + " have all come" + played;
    case WalkOrigin::kOnWay:
      return "WALK: on the way" + near + played;
    case WalkOrigin::kLot:
      return "WALK: drawn by lot" +
             (std::isnan(similarity) ? "" : ", likeness to " + titled(tables, before) + near) +
             played;
    case WalkOrigin::kBlind:
      return "WALK: drawn by lot, as it is not known what sounds like " + titled(tables, before) +
             played;
    case WalkOrigin::kAnew:
      break;
  }
  return "WALK: a fresh start, as nothing near " + titled(tables, before) + " is left" + played;
}

std::string walk_chosen_over(const Tables& tables, const WalkScore& score, const WalkChoice& choice,
                             const std::vector<float>& scores, std::size_t drawn,
                             double propensity) {
  std::string text =
      three_digits(100 * propensity) + " % likely of " + std::to_string(choice.size());
  std::optional<std::size_t> other;
  for (std::size_t k = 0; k < scores.size(); ++k)
    if (k != drawn && (!other || scores[k] > scores[*other])) other = k;
  if (!other) return text;
  text += scores[*other] > scores[drawn] ? "; the best was " : "; the next best was ";
  text += titled(tables, choice.tracks[*other]);
  const std::vector<WalkScore::Term> mine = score.terms(drawn), theirs = score.terms(*other);
  std::string terms;
  for (std::size_t k = 0; k < mine.size(); ++k) terms += compared(mine[k], theirs[k]);
  return terms.empty() ? text : text + ": " + terms.substr(2);
}

}  // namespace engine
