// engine evaluate shuffle: the recipe smart-shuffle, or others, beside the ways that people know.
#include <algorithm>
#include <filesystem>
#include <memory>

#include "app/lists_request.hpp"
#include "app/progress.hpp"
#include "app/supervised_run.hpp"
#include "core/calendar.hpp"
#include "core/duration.hpp"
#include "evaluate/shuffle_card.hpp"
#include "models/models.hpp"
#include "verbs/shared_parameters.hpp"
#include "verbs/verbs.hpp"

namespace engine {
extern const std::string_view kShuffleWay;
}  // namespace engine

namespace engine::verbs {
namespace {

constexpr const char* kWays[] = {"uniform", "fewer_repeats", "balanced", "staleness", "similarity"};

/// One of scripts/shuffles.lua: its list, or the one track that comes next.
RunRequest way_request(const app::Caller& caller, const std::string& way, std::int64_t tracks,
                       bool is_next = false) {
  RunRequest request =
      app::make_request_without_columns(caller, "shuffle_way.lua", std::string(kShuffleWay));
  request.set = {"way=" + way, "tracks=" + std::to_string(tracks)};
  if (is_next) request.set.emplace_back("is_next=true");
  return request;
}

/// Of each recipe the name of its file; the path as it was given where two would have one name.
std::vector<std::string> names_of(const std::vector<std::string>& recipes) {
  std::vector<std::string> names;
  for (const std::string& recipe : recipes) {
    if (std::count(recipes.begin(), recipes.end(), recipe) > 1)
      throw Error(Exit::kUsage, recipe + " is named twice",
                  {"", "", "a way beside itself tells nothing", "name each recipe once"});
    names.push_back(std::filesystem::path(recipe).stem());
  }
  const std::vector<std::string> stems = names;
  for (std::size_t k = 0; k < names.size(); ++k)
    if (std::count(stems.begin(), stems.end(), stems[k]) > 1) names[k] = recipes[k];
  return names;
}

/// A recipe's list is asked for its next track as it is; a simple way has a recipe for that.
void add_ways(const app::Caller& caller, const Arguments& arguments,
              evaluate::ShuffleRequest& request) {
  const std::int64_t tracks = arguments.integer("tracks");
  std::vector<std::string> recipes = arguments.texts("recipes");
  if (recipes.empty()) recipes = {"smart-shuffle"};
  const std::vector<std::string> names = names_of(recipes);
  for (std::size_t k = 0; k < recipes.size(); ++k) {
    RunRequest run = app::make_request_without_columns(caller, recipes[k]);
    run.set.push_back("tracks=" + std::to_string(tracks));
    request.people.entries.push_back({names[k], nullptr, std::move(run)});
  }
  request.next = request.people.entries;
  request.uniform = recipes.size();  // the first of the simple ways
  for (const char* way : kWays) {
    request.people.entries.push_back({way, nullptr, way_request(caller, way, tracks)});
    request.next.push_back({way, nullptr, way_request(caller, way, tracks, true)});
  }
}

/// So many days up to the end of what the people listened to, or from the first that is asked for.
std::vector<std::int64_t> dates_of(const app::Caller& caller, const Arguments& arguments,
                                   const evaluate::ListsRequest& people) {
  const std::int64_t days = arguments.integer("lists");
  app::ListsOptions options;
  options.every = std::to_string(days) + "d";
  std::int64_t first = 0;
  if (arguments.text("from").empty()) {
    first = app::choose_periods(caller, options, people).back().date;
  } else {
    first = parse_time(arguments.text("from"));
  }
  std::vector<std::int64_t> dates;
  for (std::int64_t day = 0; day < days; ++day) dates.push_back(first + day * kDay);
  if (dates.back() > caller.asked.now) {
    throw Error(Exit::kUsage,
                "the last of the lists would be of " + format_time(dates.back()) + ", after now, " +
                    format_time(caller.asked.now),
                {"", "", "there is a list for each day from --from on",
                 "take an earlier --from, or fewer --lists"});
  }
  return dates;
}

void tell_failures(const app::Caller& caller, const evaluate::ShuffleCard& card) {
  for (const evaluate::ShuffleFailure& failure : card.failures)
    caller.error(evaluate::named_failure(
        failure, failure.way < card.ways.size() ? card.ways[failure.way].name : "songs",
        card.users[failure.user]));
}

/// Nothing, where the first way gave nobody a track.
Exit exit_of(const evaluate::ShuffleCard& card) {
  if (!card.failures.empty()) return card.failures.front().error.exit();
  const evaluate::ShuffleWayResult& first = card.ways.front();
  return first.empty_lists == first.lists ? Exit::kNothing : Exit::kDone;
}

Answer evaluate_shuffle(const app::Caller& caller, const Arguments& arguments) {
  app::ListsOptions options;
  options.users = arguments.text("users");
  options.jobs = static_cast<std::size_t>(arguments.integer("jobs"));
  evaluate::ShuffleRequest request;
  request.people = app::make_lists_request(caller, options);
  add_ways(caller, arguments, request);
  request.songs = way_request(caller, "songs", 1'000'000);
  request.dates = dates_of(caller, arguments, request.people);
  request.examples = static_cast<std::size_t>(arguments.integer("examples"));
  if (const std::string from = arguments.text("shuffled-from"); !from.empty())
    request.shuffled_from = parse_time(from);
  request.most_shuffled = static_cast<std::size_t>(arguments.integer("shuffled-plays"));
  request.most_chosen = static_cast<std::size_t>(arguments.integer("chosen-plays"));
  const std::string library = caller.home.library_path();
  if (std::filesystem::exists(models_folder(library))) {
    const auto all = std::make_shared<const std::vector<ModelVersion>>(
        list_models(Store::open(library, {.is_read_only = true, .may_create = false})));
    request.people.models = [all](std::int64_t) { return *all; };
  }
  auto card = std::make_shared<evaluate::ShuffleCard>();
  {
    const app::Progress lists(caller, "lists"), plays(caller, "plays");
    request.people.progress = [&](std::size_t done, std::size_t all) { lists(done, all); };
    request.play_progress = [&](std::size_t done, std::size_t all) { plays(done, all); };
    *card =
        evaluate::run_shuffle_card(request, static_cast<std::size_t>(arguments.integer("tracks")),
                                   static_cast<std::size_t>(arguments.integer("resamples")));
  }
  return {.exit = exit_of(*card),
          .data = evaluate::shuffle_card_json(*card),
          .text = evaluate::shuffle_card_text(*card),
          .page = [card] { return evaluate::shuffle_card_html(*card); },
          .afterwards = [&caller, card] { tell_failures(caller, *card); }};
}

}  // namespace

std::vector<Verb> evaluate_verbs() {
  return {
      {.name = "evaluate",
       .help = "Measure what lists are like, beside the simple ways to make them"},
      {.name = "evaluate shuffle",
       .help = "What is wrong with shuffles: repeats, clumps, jumps, songs that never come; day "
               "after day, for the same people",
       .parameters =
           {{.name = "recipes",
             .value_name = "RECIPE",
             .help = "Recipes with a parameter `tracks` [default: smart-shuffle]",
             .is_first = true,
             .is_several = true},
            {.name = "users",
             .value_name = "all|...",
             .help = "Several people instead of --user: all, names with commas between, or the "
                     "choosing or the reporting half of all"},
            {.name = "from",
             .value_name = "DATE",
             .help =
                 "The first day [default: so that the last is that of the end of the listening]"},
            {.name = "lists",
             .type = Type::kInteger,
             .value_name = "N",
             .help = "Lists for each person, a day apart",
             .usual = "30",
             .least = 2,
             .most = 1000},
            {.name = "tracks",
             .type = Type::kInteger,
             .value_name = "N",
             .help = "Length of a list",
             .usual = "50",
             .least = 2,
             .most = 1000},
            {.name = "shuffled-plays",
             .type = Type::kInteger,
             .value_name = "N",
             .help = "Plays under a shuffle that `accepted` goes by, at most, of each person",
             .usual = "2000",
             .least = 0,
             .most = 1'000'000},
            {.name = "shuffled-from",
             .value_name = "DATE",
             .help = "Those from this day on only [default: 2020-11-01, since when the order of "
                     "Spotify's shuffle was plainly random]"},
            {.name = "chosen-plays",
             .type = Type::kInteger,
             .value_name = "N",
             .help =
                 "Plays that `hits` goes by, at most, of each person: of as many days as there are "
                 "lists, the last of their listening",
             .usual = "50",
             .least = 0,
             .most = 1'000'000},
            {.name = "examples",
             .type = Type::kInteger,
             .value_name = "N",
             .help = "Lists told side by side with a uniform order, and why each next song came",
             .usual = "2",
             .least = 0,
             .most = 100},
            resamples_parameter(),
            jobs_parameter()},
       .footer = "Against: a uniform permutation; the freshest of ten of those (fewer_repeats); "
                 "artists spread evenly (balanced); the longer ago the likelier (staleness); and a "
                 "walk by similarity alone. They are functions of scripts/shuffles.lua.",
       .answer = evaluate_shuffle,
       .page_help = "Write the scorecard as a page to FILE"},
  };
}

}  // namespace engine::verbs
