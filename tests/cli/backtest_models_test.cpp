// engine backtest with recipes that use models, and lists judged by what was new.
#include <filesystem>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "store/store.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

using nlohmann::json;
using support::Ended;
using support::EngineHome;

namespace {

class BacktestHome : public EngineHome {
 public:
  BacktestHome() {
    std::filesystem::copy_file(support::demo_library(), path("library.db"));
    engine::write_file_atomically(
        path("similar.lua"),
        "local pl = require \"playlist\"\n"
        "return pl.recipe { title = \"Similar\", build = function(p, user)\n"
        "  return pl.recall.item_cf { seeds = user.listens }\n"
        "    :limit { tracks = 50 }\nend }\n");
  }
  [[nodiscard]] json backtest(std::vector<std::string> more) const {
    std::vector<std::string> arguments = {"--now",  "2026-11-21", "backtest", path("similar.lua"),
                                          "--from", "2026-09-12", "--to",     "2026-10-24",
                                          "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Ended ended = engine(arguments);
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    json result = support::parse_json(ended.out);
    for (json& entry : result.at("entries")) entry.erase("ms");  // never the same twice
    return result;
  }
  void change(const std::string& sql) const {
    engine::Store store = engine::Store::open(path("library.db"));
    store.execute(sql);
    store.bump_data_version();
  }
};

double mean(const json& result, std::size_t entry, const std::string& metric) {
  return result.at("entries").at(entry).at("metrics").at(metric).at("mean").get<double>();
}

}  // namespace

TEST_CASE("a backtest trains what its recipes ask for, and the library stays as it was",
          "[backtest][models]") {
  const BacktestHome home;
  const json without = home.backtest({});
  CHECK(without.at("models") ==
        support::parse_json(R"([{"name": "model.item_cf", "lists": 0, "missing": 6}])"));
  CHECK(without.at("trained_every").is_null());
  CHECK(mean(without, 0, "list_length") == 0);

  const json trained = home.backtest({"--train", "--train-every", "3w"});
  CHECK(trained.at("models") ==
        support::parse_json(R"([{"name": "model.item_cf", "lists": 6, "missing": 0}])"));
  CHECK(trained.at("trained_every") == "3w");
  CHECK(mean(trained, 0, "list_length") == 50);
  CHECK_FALSE(std::filesystem::exists(home.path("library.db.models")));
  CHECK(home.backtest({"--train", "--train-every", "3w", "--jobs", "1"}) == trained);
}

TEST_CASE("without --train a date sees the library's models as of it and no later one",
          "[backtest][models]") {
  const BacktestHome home;
  for (const char* date : {"2026-10-01", "2026-11-20"})
    REQUIRE(home.engine({"train", "item_cf", "--as-of", date}).exit_code == 0);
  // Dates: 9-12, 9-19, 9-26, 10-3, 10-10, 10-17; three of them lie before the first model.
  CHECK(home.backtest({}).at("models") ==
        support::parse_json(R"([{"name": "model.item_cf", "lists": 3, "missing": 3}])"));
}

TEST_CASE("what happened after the dates reaches no list through a trained model",
          "[backtest][models][poison]") {
  const BacktestHome home;
  const json before = home.backtest({"--train"});
  home.change(
      "UPDATE listens SET track_id = (track_id * 7) % 4000 + 1 WHERE user_id <> 1 AND "
      "ts > strftime('%s', '2026-10-24');"
      "DELETE FROM likes WHERE ts > strftime('%s', '2026-10-24')");
  CHECK(home.backtest({"--train"}).at("entries").at(0) == before.at("entries").at(0));
  home.change("DELETE FROM listens WHERE user_id <> 1 AND ts < strftime('%s', '2026-10-01')");
  CHECK(home.backtest({"--train"}).at("entries").at(0) != before.at("entries").at(0));
}

TEST_CASE("trained on one half, the other half's plays reach no list",
          "[backtest][models][halves]") {
  const BacktestHome home;  // demo, who is judged, is of the choosing half
  const json before = home.backtest({"--train", "--trained-on", "choosing"});
  CHECK(before.at("trained_on") == "choosing");
  CHECK(before.at("half").is_null());
  CHECK(mean(before, 0, "list_length") == 50);
  const json everybody = home.backtest({"--train"});
  CHECK(everybody.at("trained_on").is_null());
  CHECK(everybody.at("entries").at(0) != before.at("entries").at(0));
}

TEST_CASE("trained on others, no list knows what its person went on to play",
          "[backtest][models][halves][poison]") {
  const BacktestHome home;
  // What was skipped later is no discovery, and nothing else of these lists hangs on skips: all of
  // demo's plays become such.
  engine::write_file_atomically(
      home.path("similar.lua"),
      "local pl = require \"playlist\"\n"
      "return pl.recipe { title = \"New\", build = function(p, user)\n"
      "  return pl.recall.familiar { limit = 500 }:rank(pl.ranking.discovery {})\n"
      "    :score(function(t) return t.discovery end):limit { tracks = 20 }\nend }\n");
  const auto lists = [&](const char* trained_on) {
    std::vector<std::string> how = {"--train", "--train-every", "6w"};
    if (*trained_on != '\0') how.insert(how.end(), {"--trained-on", trained_on});
    const json result = home.backtest(how);
    CHECK(mean(result, 0, "list_length") == 20);
    std::vector<double> told;
    for (const char* metric :
         {"recall@10", "recall@50", "ndcg@50", "mrr", "artist_entropy", "coverage"})
      told.push_back(mean(result, 0, metric));
    return told;
  };
  const auto others = lists("others"), everybody = lists("");
  home.change("UPDATE listens SET flags = (flags & ~3) | 2 WHERE user_id = 1");
  CHECK(lists("others") == others);
  CHECK(lists("") != everybody);
}

TEST_CASE("judged by what was new, what the listener knows counts for nothing", "[backtest]") {
  const BacktestHome home;
  engine::write_file_atomically(
      home.path("known.lua"),
      "local pl = require \"playlist\"\n"
      "return pl.recipe { title = \"Known\", build = function(p, user)\n"
      "  return user.listens:since { days = 60 }:most_played(50)\nend }\n");
  const json all = home.backtest({home.path("known.lua"), "--train"});
  const json fresh = home.backtest({home.path("known.lua"), "--train", "--judge", "new"});
  CHECK(all.at("judged") == "all");
  CHECK(fresh.at("judged") == "new");
  CHECK(mean(all, 1, "recall@50") > 0.1);
  CHECK(mean(fresh, 1, "recall@50") == 0);
  CHECK(mean(fresh, 0, "recall@50") == mean(fresh, 0, "discovery_recall@50"));
  // Baselines leave out what was heard: nothing is left of the most played.
  REQUIRE(fresh.at("entries").at(3).at("name") == "most_played_lately");
  CHECK(mean(fresh, 3, "list_length") == 0);
  CHECK(mean(fresh, 2, "novelty") == 1);
}

TEST_CASE("judged by new songs or new artists, only those count", "[backtest]") {
  const BacktestHome home;
  const json songs = home.backtest({"--judge", "new-songs"});
  const json artists = home.backtest({"--judge", "new-artists"});
  CHECK(songs.at("judged") == "new-songs");
  CHECK(artists.at("judged") == "new-artists");
  REQUIRE(songs.at("entries").at(5).at("name") == "familiar_artists");
  CHECK(mean(songs, 5, "new_artists") == 0);
  CHECK(mean(songs, 5, "recall@50") > 0);
  CHECK(mean(artists, 5, "list_length") == 0);  // it has none by definition
  REQUIRE(artists.at("entries").at(6).at("name") == "artist_cf");
  for (const std::size_t baseline : {1, 4, 6, 7}) {
    CAPTURE(baseline);
    CHECK(mean(artists, baseline, "list_length") > 0);
    CHECK(mean(artists, baseline, "new_artists") == 1);
    CHECK(mean(artists, baseline, "novelty") == 1);
  }
}

TEST_CASE("what is new cannot be told before a history begins, so such dates do not count",
          "[backtest]") {
  const BacktestHome home;
  home.change("DELETE FROM listens WHERE user_id = 1 AND ts < strftime('%s', '2026-09-20')");
  const auto unknown = [](const json& result) -> int {
    const json& skipped = result.at("skipped");
    return skipped.empty() ? 0 : skipped.at(0).at("unknown").get<int>();
  };
  CHECK(unknown(home.backtest({})) == 0);
  CHECK(unknown(home.backtest({"--judge", "new"})) == 2);  // 9-12 and 9-19
}
