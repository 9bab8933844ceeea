// The parameter tables of the built-in steps. What they do stands in evaluate.cpp, combine.cpp and
// limit.cpp.
#include <array>

#include "plan/plan.hpp"

namespace engine {
namespace {

constexpr playlist_param number(const char* name, double value, double min, double max,
                                const char* help) {
  return {sizeof(playlist_param),
          PLAYLIST_PARAM_NUMBER,
          name,
          help,
          value,
          min,
          max,
          nullptr,
          nullptr,
          0,
          0};
}
constexpr playlist_param whole(const char* name, double value, double min, double max,
                               const char* help, std::uint32_t flags = 0) {
  return {sizeof(playlist_param),
          PLAYLIST_PARAM_INTEGER,
          name,
          help,
          value,
          min,
          max,
          nullptr,
          nullptr,
          flags,
          0};
}
constexpr playlist_param text(const char* name, const char* value, const char* help,
                              std::uint32_t flags = 0) {
  return {
      sizeof(playlist_param), PLAYLIST_PARAM_TEXT, name, help, 0, 0, 0, value, nullptr, flags, 0};
}
constexpr playlist_param choice(const char* name, const char* value, const char* const* choices,
                                const char* help, std::uint32_t flags = 0) {
  return {
      sizeof(playlist_param), PLAYLIST_PARAM_CHOICE, name, help, 0, 0, 0, value, choices, flags, 0};
}

constexpr double kMany = 1e9;
constexpr const char* kSets[] = {"likes",  "library", "listens", "history",
                                 "served", "banned",  nullptr};
constexpr const char* kUnique[] = {"song", "track", nullptr};
constexpr const char* kMethods[] = {"score", "rank", "calibrated", nullptr};

constexpr auto kSet =
    std::array{choice("set", "likes", kSets, "which of the user's sets", PLAYLIST_PARAM_REQUIRED)};
constexpr auto kFilterFunction =
    std::array{text("reason", "", "why a track is dropped, for why-not")};
constexpr auto kColumn = std::array{text("name", "", "the new column", PLAYLIST_PARAM_REQUIRED)};
constexpr auto kTop =
    std::array{whole("count", 0, 0, kMany, "candidates to keep", PLAYLIST_PARAM_REQUIRED)};
constexpr auto kSample =
    std::array{number("temperature", 1, 0, 1000,
                      "0: in order of the score; higher: closer to a plain shuffle"),
               whole("count", 0, 0, kMany, "candidates to draw; 0: all")};
constexpr auto kLimit = std::array{
    whole("tracks", 0, 0, kMany, "at most this many; 0: no limit"),
    number("minutes", 0, 0, kMany, "at most this long, in minutes; 0: no limit"),
    whole("per_artist", 0, 0, kMany, "at most this many of one artist; 0: no limit"),
    whole("per_album", 0, 0, kMany, "at most this many of one album; 0: no limit"),
    number("per_seed_share", 0, 0, 1,
           "at most this share of `tracks` by way of one seed, as recalls name it in the "
           "column seed; 0: no limit"),
    choice("unique", "song", kUnique,
           "song: no other version of a chosen song; track: only not the same track")};
constexpr auto kSince = std::array{whole("days", 0, 0, 36500, "of the last days"),
                                   whole("weeks", 0, 0, 5200, "of the last weeks"),
                                   whole("months", 0, 0, 1200, "of the last calendar months"),
                                   whole("years", 0, 0, 100, "of the last years")};
constexpr auto kLast = std::array{
    whole("n", 50, 1, kMany, "tracks to keep, the latest first"),
    number("weekly_mix", 0.5, 0, 1,
           "share of them from this week (from Monday in the user's time zone), the others "
           "from before; either fills up for the other"),
    number("like_weight", 2, 0, 1000, "what a like adds to the score; a play adds 1"),
    number("skip_weight", 1, 0, 1000, "what a skip takes off the score")};
constexpr auto kOrLast =
    std::array{whole("count", 100, 1, kMany, "the latest of all time to take instead"),
               whole("when_fewer_than", 1, 1, kMany, "take them when fewer than this are there")};
constexpr auto kOrImplicit =
    std::array{whole("finished", 3, 1, 1000,
                     "tracks played to the end this often count as liked when there are no likes")};
constexpr auto kMostPlayed =
    std::array{whole("count", 20, 1, kMany, "how many tracks, most played first")};
constexpr auto kSeeds =
    std::array{whole("count", 20, 1, kMany, "the first this many become seeds")};
constexpr auto kMix = std::array{whole(
    "attempts", 10, 1, kMany, "tries a branch has for one slot before its otherwise fills it")};
constexpr auto kBlend = std::array{
    choice("by", "score", kMethods,
           "score: scaled to 0..1 by each branch's best; rank: reciprocal ranks; calibrated: "
           "standard deviations above the branch's last")};

struct Step {
  const char* name;
  const char* help;
  const playlist_param* params;
  std::size_t count;
};

template <std::size_t N>
constexpr Step step(const char* name, const char* help,
                    const std::array<playlist_param, N>& params) {
  return {name, help, params.data(), N};
}
constexpr Step step(const char* name, const char* help) {
  return {name, help, nullptr, 0};
}

constexpr Step kSteps[] = {
    step("set", "One of the user's own sets, as candidates: user.likes, user.library ...", kSet),
    step("filter_function", "Keeps the rows for which a function returns true.", kFilterFunction),
    step("order_function", "Arranges rows by what a function returns, smallest first."),
    step("score", "Scores rows by a formula and puts the best first."),
    step("score_weights", "Scores rows by a weighted sum of columns and puts the best first."),
    step("column", "Adds a column computed by a formula.", kColumn),
    step("explain", "Adds an explanation that a function writes."),
    step("top", "Keeps the first rows.", kTop),
    step("sample", "Draws rows at random, higher scores more likely.", kSample),
    step("limit", "Walks the candidates in order and takes what fits all limits.", kLimit),
    step("since", "Keeps rows of the last time span (liked, saved, played).", kSince),
    step(
        "last",
        "The latest tracks, some of this week, some of before; score log2(1 + plays) + like_weight "
        "if liked - skip_weight * log2(1 + skips).",
        kLast),
    step("or_last", "When few are left, takes the latest of all time instead.", kOrLast),
    step("or_implicit", "Without any likes: what was played to the end often enough.", kOrImplicit),
    step("most_played", "Counts plays in the set; most played first.", kMostPlayed),
    step("seeds", "The first rows, as seeds.", kSeeds),
    step("union", "Both sides: scores added, explanations joined."),
    step("difference", "The left side without the tracks of the right."),
    step("mix", "Interleaves branches by their shares, spread evenly.", kMix),
    step("alternate", "Takes turns between branches."),
    step("blend", "Adds up the branches' weighted scores.", kBlend),
    step("fallback", "The first branch that has any candidates."),
    step("concat", "One branch after the other."),
};

struct Descriptions {
  std::vector<std::vector<const playlist_param*>> params;
  std::vector<playlist_element> elements;

  Descriptions() {
    static const playlist_field* const no_fields[] = {nullptr};
    for (const Step& s : kSteps) {
      auto& pointers = params.emplace_back();
      for (std::size_t i = 0; i < s.count; ++i) pointers.push_back(&s.params[i]);
      pointers.push_back(nullptr);
    }
    for (std::size_t i = 0; i < std::size(kSteps); ++i) {
      playlist_element element{};
      element.size = sizeof element;
      element.name = kSteps[i].name;
      element.help = kSteps[i].help;
      element.in = element.out = no_fields;
      element.params = params[i].data();
      elements.push_back(element);
    }
  }
};

const Descriptions& descriptions() {
  static const Descriptions all;
  return all;
}

}  // namespace

const playlist_element* builtin_step(std::string_view step) {
  for (const playlist_element& element : descriptions().elements) {
    if (step == element.name) return &element;
  }
  return nullptr;
}

std::vector<const playlist_element*> builtin_steps() {
  std::vector<const playlist_element*> result;
  for (const playlist_element& element : descriptions().elements) result.push_back(&element);
  return result;
}

}  // namespace engine
