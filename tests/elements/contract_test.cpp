// Every element of every kind keeps its kind's contract, on libraries from nothing to 100 000
// tracks.
#include "playlist/remote.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "plugin/descriptor.hpp"
#include "plugin/host.hpp"
#include "support/element_run.hpp"
#include "support/json.hpp"

using support::candidates_of;
using support::element_names;
using support::TinyLibrary;
using support::TrackSetArgument;
using Numbers = std::vector<std::int32_t>;

namespace {

constexpr float kNoFloat = std::numeric_limits<float>::quiet_NaN();
constexpr std::int32_t kNoInt = std::numeric_limits<std::int32_t>::min();
constexpr std::size_t kMany = 100'000;
constexpr std::int32_t kUnwritten = 0x5a5a5a5a;

const playlist_element& description(const std::string& name) {
  return *support::elements().require(name, "test.lua:1").description;
}

/// The arguments an element cannot do without: a column, a text, or the set of tracks.
engine::Arguments needed(const std::string& name, const TrackSetArgument& set) {
  engine::Arguments arguments;
  for (const playlist_param* param : engine::listed(description(name).params)) {
    // What prompts look for; the big library's tags are "genre 0", "genre 1" ...
    if (param->name == std::string("text")) arguments.emplace_back("text", "genre");
    if ((param->flags & PLAYLIST_PARAM_REQUIRED) == 0) continue;
    if (param->type == PLAYLIST_PARAM_TRACKS) arguments.emplace_back(param->name, set.argument());
    if (param->type == PLAYLIST_PARAM_COLUMN) arguments.emplace_back(param->name, "energy");
    if (param->type == PLAYLIST_PARAM_NUMBERS)
      arguments.emplace_back(param->name, engine::ArgumentList{0.2, 0.8});
  }
  return arguments;
}

/// Elements that draw at random; every other one must not depend on the seed.
const std::set<std::string> kRandom{"recall.saved_artists",
                                    "recall.genre",
                                    "recall.similar_artists",
                                    "ordering.shuffle",
                                    "model.als",
                                    "model.choice",
                                    "model.din",
                                    "model.embedding",
                                    "model.graph_filter",
                                    "model.item_cf"};

Numbers range(std::size_t count) {
  Numbers numbers(count);
  for (std::size_t i = 0; i < count; ++i) numbers[i] = static_cast<std::int32_t>(i);
  return numbers;
}

/// 100 000 tracks of 5 000 artists in 40 genres, with a user who played, liked and saved some.
const TinyLibrary& big_library() {
  static const auto library = [] {
    auto made = std::make_unique<TinyLibrary>();
    std::uint64_t state = 7;
    const auto below = [&state](std::uint64_t n) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      return (state >> 33) % n;
    };
    for (std::size_t i = 0; i < kMany; ++i) {
      const std::uint64_t artist = below(5'000) * below(5'000) / 5'000;
      support::TinyTrack track;
      track.title = "t" + std::to_string(i);
      track.artists = {"artist " + std::to_string(artist)};
      if (below(3) > 0) track.tags = {"genre " + std::to_string(artist % 40)};
      if (below(2) > 0) track.energy = track.valence = kNoFloat;
      track.popularity = below(4) == 0 ? kNoFloat : static_cast<float>(below(100));
      track.tempo = 90 + static_cast<float>(i % 60);
      track.danceability = 0.1F * static_cast<float>(i % 10);
      track.acousticness = i % 3 == 0 ? 0.8F : 0.1F;
      track.instrumentalness = i % 5 == 0 ? 0.9F : 0.1F;
      made->add(track);
    }
    for (int i = 0; i < 20'000; ++i) {
      const std::uint64_t spread = i % 2 == 0 ? kMany / 4 : 300;  // a few tracks are played a lot
      const auto days_ago = static_cast<double>(below(400));
      made->listen(static_cast<std::int32_t>(below(spread)), days_ago, true, below(5) == 0);
    }
    for (int i = 0; i < 500; ++i) made->like(static_cast<std::int32_t>(below(kMany)));
    for (int i = 0; i < 300; ++i) made->save_artist("artist " + std::to_string(below(5'000)));
    for (int user = 0; user < 200; ++user) {
      std::vector<std::string> played;
      for (int i = 0; i < 100; ++i) played.push_back("artist " + std::to_string(below(2'000)));
      made->user_plays(user, played);
    }
    for (int user = 0; user < 300; ++user) {
      const std::uint64_t taste = below(20);
      for (int i = 0; i < 60; ++i)
        made->user_track(user, static_cast<std::int32_t>(taste * 100 + below(400)), 3);
      made->user_like(user, static_cast<std::int32_t>(taste * 100 + below(400)));
      made->user_skip(user, static_cast<std::int32_t>(below(2'000)));
    }
    for (int user = 0; user < 40; ++user) {
      const std::uint64_t taste = below(20);
      for (int i = 0; i < 30; ++i)
        made->user_listen(user, static_cast<std::int32_t>(taste * 100 + below(400)),
                          30 - i / 3 - 0.005 * (i % 3));  // three in a session
    }
    // Somebody who picks some tracks and lets others be shuffled.
    for (int i = 0; i < 900; ++i) {
      const bool is_picked = i % 3 == 0, is_skip = below(3) == 0;
      made->user_listen(40, static_cast<std::int32_t>(below(60) * below(60) / 60),
                        90 - i / 10 - 0.004 * (i % 10), !is_skip, is_skip,
                        {.start = is_picked ? "clickrow" : "trackdone",
                         .end = is_skip ? "fwdbtn" : "trackdone",
                         .shuffle = static_cast<std::uint8_t>(!is_picked)});
    }
    for (int i = 0; i < 2'000; ++i) made->serve(static_cast<std::int32_t>(below(kMany)), 3);
    for (int i = 0; i < 300; ++i)
      made->recommend({.track = static_cast<std::int32_t>(below(kMany)),
                       .service = i % 2 == 0 ? "lastfm" : "listenbrainz",
                       .score = static_cast<float>(below(100))});
    return made;
  }();
  return *library;
}

/// Every model, trained on the big library.
support::TrainedModels& big_models() {
  static support::TrainedModels models;
  static const bool is_trained = (models.train_all(big_library()), true);
  static_cast<void>(is_trained);
  return models;
}

/// One track, of which nothing is known.
TinyLibrary bare_track() {
  TinyLibrary library;
  library.add({.title = "",
               .artists = {},
               .album = "",
               .duration_ms = kNoInt,
               .year = kNoInt,
               .popularity = kNoFloat,
               .is_explicit = 255,
               .energy = kNoFloat,
               .valence = kNoFloat});
  return library;
}

/// What an element made of candidates, as text: to compare two calls.
std::string outcome(const std::string& name, const engine::Arguments& arguments,
                    const TinyLibrary& library, const Numbers& tracks,
                    const support::RunOptions& options = {}) {
  std::string text;
  const auto add = [&text](const auto& numbers) {
    for (const auto number : numbers) text += std::to_string(number) + " ";
  };
  const auto end = [&](const support::Told& told) { text += std::to_string(told.status); };
  switch (description(name).kind) {
    case PLAYLIST_RECALL: {
      const auto found = support::run_recall(name, arguments, library, options);
      for (const auto& track : found.tracks) {
        text += std::to_string(track.track) + ":" + std::to_string(track.score) + " ";
      }
      end(found);
      break;
    }
    case PLAYLIST_RANKING: {
      const auto ranked =
          support::run_rank(name, arguments, library, candidates_of(tracks), options);
      for (const auto& [column, values] : ranked.columns) add(values);
      end(ranked);
      break;
    }
    case PLAYLIST_FILTERING: {
      const auto filtered =
          support::run_filter(name, arguments, library, candidates_of(tracks), options);
      add(filtered.kept);
      end(filtered);
      break;
    }
    case PLAYLIST_ORDERING: {
      const auto ordered =
          support::run_order(name, arguments, library, candidates_of(tracks), options);
      add(ordered.rows);
      end(ordered);
      break;
    }
    case PLAYLIST_MODEL: {
      support::TrainedModels models;
      const auto trained = models.train(name, library, arguments, options);
      if (trained.status == PLAYLIST_OK)
        text = support::parse_json(models.find(name).card()).at("hash").get<std::string>();
      end(trained);
      break;
    }
    default: {
      const auto written = support::run_output(name, library, {.tracks = tracks}, options);
      text = written.bytes;
      end(written);
    }
  }
  return text;
}

void check_recalled(const support::Recalled& found, const TinyLibrary& library) {
  std::set<std::int32_t> seen;
  std::size_t wrong = 0;
  for (const auto& track : found.tracks) {
    const bool is_right =
        track.track >= 0 && track.track < static_cast<std::int32_t>(library.size()) &&
        std::isfinite(track.score) && !track.explanation.empty() && seen.insert(track.track).second;
    wrong += is_right ? 0 : 1;
  }
  CHECK(wrong == 0);
}

std::vector<std::string> all_names() {
  std::vector<std::string> names;
  for (const std::uint32_t kind : {PLAYLIST_RECALL, PLAYLIST_RANKING, PLAYLIST_FILTERING,
                                   PLAYLIST_ORDERING, PLAYLIST_OUTPUT, PLAYLIST_MODEL}) {
    const auto more = element_names(kind);
    names.insert(names.end(), more.begin(), more.end());
  }
  return names;
}

}  // namespace

TEST_CASE("the built libraries offer these elements, and all of them load", "[contract]") {
  CHECK(support::elements().problems().empty());
  CHECK(element_names(PLAYLIST_RECALL) ==
        std::vector<std::string>{
            "recall.als", "recall.artist_cf", "recall.catalogue", "recall.content", "recall.ease",
            "recall.familiar", "recall.fresh", "recall.genre", "recall.graph_filter",
            "recall.item_cf", "recall.popular", "recall.prompt", "recall.recommendations",
            "recall.saved_artists", "recall.session_neighbours", "recall.similar_artists"});
  CHECK(element_names(PLAYLIST_RANKING) ==
        std::vector<std::string>{
            "ranking.choice", "ranking.clusters", "ranking.din", "ranking.discovery",
            "ranking.external", "ranking.listening_statistics", "ranking.llm", "ranking.mood",
            "ranking.mood_now", "ranking.next_mood", "ranking.preference", "ranking.prompt",
            "ranking.quality", "ranking.sessions", "ranking.taste"});
  CHECK(element_names(PLAYLIST_FILTERING) ==
        std::vector<std::string>{"filtering.allowed", "filtering.banned", "filtering.duration",
                                 "filtering.explicit", "filtering.heard", "filtering.in_set",
                                 "filtering.not_in", "filtering.per_artist", "filtering.range",
                                 "filtering.served", "filtering.tag", "filtering.tired"});
  CHECK(element_names(PLAYLIST_ORDERING) ==
        std::vector<std::string>{"ordering.artist_spacing", "ordering.by", "ordering.curve",
                                 "ordering.keep_together", "ordering.shuffle",
                                 "ordering.transitions"});
  CHECK(element_names(PLAYLIST_MODEL) ==
        std::vector<std::string>{"model.als", "model.choice", "model.clusters", "model.content",
                                 "model.din", "model.discovery", "model.ease", "model.embedding",
                                 "model.graph_filter", "model.item_cf", "model.moods",
                                 "model.neighbours", "model.next_mood", "model.prompt",
                                 "model.quality", "model.session_start", "model.taste"});
  CHECK(element_names(PLAYLIST_OUTPUT) ==
        std::vector<std::string>{"output.csv", "output.json", "output.jspf", "output.m3u",
                                 "output.m3u8", "output.pls", "output.rekordbox", "output.uris",
                                 "output.xspf"});
  for (const char* remote :
       {"output.listenbrainz", "output.mpd", "output.spotify", "output.subsonic",
        "source.deezer_api", "source.lastfm", "source.listenbrainz_api", "source.lrclib",
        "source.musicbrainz", "source.reccobeats", "source.spotify", "source.subsonic"})
    CHECK((description(remote).flags & PLAYLIST_REMOTE) != 0);
}

TEST_CASE("every element refuses an unknown parameter by name", "[contract]") {
  for (const std::string& name : all_names()) {
    CAPTURE(name);
    const TrackSetArgument set({0});
    engine::Arguments arguments = needed(name, set);
    arguments.emplace_back("no_such", 1.0);
    CHECK_THROWS_WITH(engine::check_arguments(description(name), arguments, "test.lua:1"),
                      Catch::Contains(name) && Catch::Contains("no_such"));
  }
}

TEST_CASE("every element has help, and so has every parameter", "[contract]") {
  for (const std::string& name : all_names()) {
    CAPTURE(name);
    const playlist_element& element = description(name);
    CHECK(std::string(element.help).size() > 10);
    for (const playlist_param* param : engine::listed(element.params)) {
      CHECK(std::string(param->help).size() > 5);
    }
  }
}

TEST_CASE("recall elements find nothing in an empty library, and say why", "[contract]") {
  const TinyLibrary empty;
  for (const std::string& name : element_names(PLAYLIST_RECALL)) {
    CAPTURE(name);
    const TrackSetArgument no_seeds({});
    const auto found = support::run_recall(name, needed(name, no_seeds), empty);
    CHECK(found.tracks.empty());
    if (found.status != PLAYLIST_OK) {
      CHECK(found.status == PLAYLIST_NO_DATA);
      CHECK_FALSE(found.message.empty());
    }
  }
}

TEST_CASE("every element takes no rows, and one row of which nothing is known", "[contract]") {
  const TinyLibrary empty, bare = bare_track();
  for (const std::string& name : all_names()) {
    CAPTURE(name);
    const TrackSetArgument none({}), one({0});
    for (const auto& [library, set, tracks] :
         {std::tuple{&empty, &none, Numbers{}}, std::tuple{&bare, &none, Numbers{}},
          std::tuple{&bare, &one, Numbers{0}}}) {
      CHECK_NOTHROW(outcome(name, needed(name, *set), *library, tracks));
    }
  }
}

TEST_CASE("orderings give back every row once, filters drop with a reason", "[contract]") {
  const TinyLibrary& library = big_library();
  const TrackSetArgument set(range(kMany / 2));
  const engine::Candidates all = candidates_of(range(kMany));
  for (const std::string& name : element_names(PLAYLIST_ORDERING)) {
    CAPTURE(name);
    Numbers rows = support::run_order(name, needed(name, set), library, all).rows;
    std::sort(rows.begin(), rows.end());
    CHECK(rows == range(kMany));
  }
  for (const std::string& name : element_names(PLAYLIST_FILTERING)) {
    CAPTURE(name);
    const auto filtered = support::run_filter(name, needed(name, set), library, all);
    CHECK(filtered.kept.size() + filtered.reasons.size() == kMany);
    CHECK(std::is_sorted(filtered.kept.begin(), filtered.kept.end()));
    std::set<std::string> reasons;
    for (const auto& [track, reason] : filtered.reasons) reasons.insert(reason);
    CHECK(reasons.count("") == 0);
    CHECK(reasons.size() <= 100);  // coarse enough to be told together
  }
}

TEST_CASE("recall elements give valid tracks once, with finite scores and an explanation",
          "[contract]") {
  const TinyLibrary& library = big_library();
  const TrackSetArgument seeds(range(200));
  for (const std::string& name : element_names(PLAYLIST_RECALL)) {
    CAPTURE(name);
    support::RunOptions options;
    options.models = &big_models();
    const auto found = support::run_recall(name, needed(name, seeds), library, options);
    CAPTURE(found.message);
    CHECK(found.status == PLAYLIST_OK);
    // The listener of the big library has met most of its artists, and its sessions are few.
    const std::map<std::string, std::size_t> fewer{{"recall.artist_cf", 20},
                                                   {"recall.session_neighbours", 100}};
    CHECK(found.tracks.size() >= (fewer.contains(name) ? fewer.at(name) : 200));
    check_recalled(found, library);
  }
}

TEST_CASE("prompts of the user's own keep the contract, with and without vectors", "[contract]") {
  TinyLibrary library;
  for (int k = 0; k < 2'000; ++k) {
    library.add({.title = "t" + std::to_string(k),
                 .artists = {"artist " + std::to_string(k % 90)},
                 .tags = {"genre " + std::to_string(k % 7)}});
    if (k % 3 != 0)
      library.embed("clap", k, {static_cast<float>(k % 13), 1, static_cast<float>(k % 5)});
    if (k % 11 == 0) library.caption(k, "a slow genre of number " + std::to_string(k % 17));
  }
  for (int k = 0; k < 30; ++k) library.prompt("genre " + std::to_string(k % 9), 30 - k);
  library.embed_text("clap", "genre 2", {1, 0, 1});
  library.embed_text("clap", "genre 5", {0, 1, 3});
  support::TrainedModels models;
  REQUIRE(models.train("model.prompt", library).status == PLAYLIST_OK);
  const auto found = support::run_recall("recall.prompt", {}, library, {1, {}, &models});
  REQUIRE(found.status == PLAYLIST_OK);
  check_recalled(found, library);
  CHECK(std::is_sorted(found.tracks.begin(), found.tracks.end(),
                       [](const auto& a, const auto& b) { return a.score > b.score; }));
  for (const auto& track : found.tracks) CHECK((track.score > 0 && track.score <= 1));
  const Numbers all = range(2'000);
  for (const char* name : {"recall.prompt", "ranking.prompt"})
    CHECK(outcome(name, {}, library, all, {1, {}, &models}) ==
          outcome(name, {}, library, all, {2, {}, &models}));
}

TEST_CASE("rankings fill each row of a column with a value in its range", "[contract]") {
  const TinyLibrary& library = big_library();
  const engine::Candidates all = candidates_of(range(kMany));
  const TrackSetArgument set(range(50));
  for (const std::string& name : element_names(PLAYLIST_RANKING)) {
    CAPTURE(name);
    const auto ranked =
        support::run_rank(name, needed(name, set), library, all, {1, {}, &big_models()});
    for (const char* column :
         {"taste", "mood", "staleness", "skip_rate", "quality", "din", "acceptance", "next_mood"}) {
      const auto found = ranked.columns.find(column);
      if (found == ranked.columns.end()) continue;
      CHECK(std::all_of(found->second.begin(), found->second.end(), [](double value) {
        return std::isnan(value) || (value >= 0 && value <= 1);
      }));
      CHECK(std::count_if(found->second.begin(), found->second.end(),
                          [](double value) { return value > 0; }) > 0);
    }
  }
}

TEST_CASE("the same seed gives the same outcome, and only random elements mind another seed",
          "[contract]") {
  const TinyLibrary& library = big_library();
  const Numbers tracks = range(2'000);
  const TrackSetArgument set(range(200));
  for (const std::string& name : all_names()) {
    CAPTURE(name);
    const engine::Arguments arguments = needed(name, set);
    const std::string first = outcome(name, arguments, library, tracks, {11, {}, &big_models()});
    CHECK((first == outcome(name, arguments, library, tracks, {11, {}, &big_models()})));
    CHECK((first != outcome(name, arguments, library, tracks, {12, {}, &big_models()})) ==
          (kRandom.count(name) > 0));
  }
}

TEST_CASE("every element stops when it is cancelled", "[contract]") {
  const TinyLibrary& library = big_library();
  const Numbers tracks = range(20'000);
  const TrackSetArgument set(range(200));
  for (const std::string& name : all_names()) {
    CAPTURE(name);
    bool is_asked = false;
    support::RunOptions options;
    options.models = &big_models();
    options.is_cancelled = [&] { return is_asked = true; };
    const std::string ended = outcome(name, needed(name, set), library, tracks, options);
    CHECK(is_asked);
    CHECK(ended.back() == static_cast<char>('0' + PLAYLIST_CANCELLED));
  }
}

namespace {

/// Rows with guards before and behind, so that a write beside them is seen.
template <class Item>
class Guarded {
 public:
  Guarded(std::size_t rows, Item preset) : items_(rows + 2 * kGuards, kGuard), rows_(rows) {
    std::fill_n(items_.begin() + kGuards, rows, preset);
  }
  Item* data() { return items_.data() + kGuards; }
  [[nodiscard]] bool is_intact() const {
    const auto is_guard = [](Item item) { return item == kGuard; };
    return std::all_of(items_.begin(), items_.begin() + kGuards, is_guard) &&
           std::all_of(items_.end() - kGuards, items_.end(), is_guard);
  }

 private:
  static constexpr std::ptrdiff_t kGuards = 64;
  static constexpr Item kGuard = static_cast<Item>(0x5a);
  std::vector<Item> items_;
  std::size_t rows_;
};

/// A call by hand: the element's run() with memory of ours.
struct RawCall {
  engine::Texts texts;
  engine::CheckedArguments arguments;
  engine::CallHost host;
  playlist_io io{};

  RawCall(const playlist_element& element, const engine::Arguments& given,
          const TinyLibrary& library)
      : arguments(engine::check_arguments(element, given, "test.lua:1")),
        host(context(library), element.name) {
    host.element = &element;
    io.size = sizeof io;
  }
  engine::CallContext context(const TinyLibrary& library) {
    engine::CallContext made;
    made.tables = &library;
    made.texts = &texts;
    made.now = library.now();
    made.services = {engine::artifacts_service(big_models().shelf())};
    return made;
  }
  playlist_status run(const playlist_element& element) {
    void* self = element.create(&host, arguments.values());
    REQUIRE(self != nullptr);
    const playlist_status status = element.run(self, &host, &io);
    element.destroy(self);
    return status;
  }
};

}  // namespace

TEST_CASE("no element writes outside its outputs or into its inputs", "[contract]") {
  TinyLibrary library;
  for (int i = 0; i < 40; ++i) {
    library.add({.artists = {i % 3 ? "A" : "B"}, .energy = static_cast<float>(i) / 40});
  }
  for (int i = 0; i < 9; ++i) library.listen(i, i);
  library.serve(5, 1);
  const TrackSetArgument set(range(10));
  const engine::Candidates candidates = candidates_of(range(40));
  const engine::TableView view(candidates);
  for (const std::uint32_t kind : {PLAYLIST_RANKING, PLAYLIST_FILTERING, PLAYLIST_ORDERING}) {
    for (const std::string& name : element_names(kind)) {
      CAPTURE(name);
      const playlist_element& element = description(name);
      RawCall call(element, needed(name, set), library);
      const support::ElementInputs inputs(element, call.arguments.columns(), library, candidates);
      // Row-wise elements may be asked for a part of the rows; what is outside must stay.
      const bool is_part = (element.flags & PLAYLIST_ROWWISE) != 0;
      const std::size_t begin = is_part ? 10 : 0, end = is_part ? 30 : 40;
      call.io.begin = static_cast<std::int64_t>(begin);
      call.io.end = static_cast<std::int64_t>(end);
      call.io.candidates = &view.table();
      call.io.in = inputs.columns().data();

      Guarded<std::uint8_t> keep(40, 1);
      Guarded<std::int32_t> reasons(40, -1), order(40, 0);
      std::int64_t order_count = 0;
      std::vector<std::unique_ptr<Guarded<std::int32_t>>> outputs;  // outputs have 4 bytes or 1
      std::vector<playlist_column> columns;
      for (const playlist_field* field : engine::listed(element.out)) {
        outputs.push_back(std::make_unique<Guarded<std::int32_t>>(40, kUnwritten));
        columns.push_back(
            {sizeof(playlist_column), field->type, field->name, outputs.back()->data(), nullptr});
      }
      std::vector<const playlist_column*> out;
      for (const playlist_column& column : columns) out.push_back(&column);
      call.io.out = out.data();
      if (kind == PLAYLIST_FILTERING) {
        call.io.keep = keep.data();
        call.io.reasons = reasons.data();
      }
      if (kind == PLAYLIST_ORDERING) {
        call.io.order = order.data();
        call.io.order_count = &order_count;
      }
      std::vector<std::string> before;
      const auto input_bytes = [&] {
        std::string bytes(reinterpret_cast<const char*>(candidates.tracks.data()), 160);
        for (const playlist_column* column : inputs.columns()) {
          if (column == nullptr) continue;  // optional, and not there
          bytes.append(static_cast<const char*>(column->data),
                       column->type == PLAYLIST_U8 ? 40 : 160);
        }
        return bytes;
      };
      const std::string inputs_before = input_bytes();
      CHECK(call.run(element) == PLAYLIST_OK);
      CHECK((input_bytes() == inputs_before));
      CHECK(keep.is_intact());
      CHECK(reasons.is_intact());
      CHECK(order.is_intact());
      for (std::size_t k = 0; k < outputs.size(); ++k) {
        Guarded<std::int32_t>& output = *outputs[k];
        CHECK(output.is_intact());
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(output.data());
        for (std::size_t row = 0; row < 40; ++row) {
          const bool is_inside = row >= begin && row < end;
          const bool is_byte = columns[k].type == PLAYLIST_U8;
          CHECK((is_byte ? bytes[row] != 0x5a : output.data()[row] != kUnwritten) == is_inside);
          if (is_byte) CHECK(bytes[40 + row] == 0x5a);
        }
      }
      if (kind == PLAYLIST_ORDERING) CHECK(order_count == 40);
    }
  }
}
