// Lists of people whom the library does not know: the filter engine batch --histories.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "batch/history_line.hpp"
#include "batch/line_input.hpp"
#include "core/error.hpp"
#include "core/paths.hpp"
#include "store/holdings.hpp"
#include "store/listen_flags.hpp"
#include "store/store.hpp"
#include "store/users.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

using Catch::Contains;
using engine::batch::read_history;
using nlohmann::json;
using support::Ended;
using support::EngineHome;
namespace fs = std::filesystem;

namespace {

constexpr const char* kNow = "2026-11-21";

void require_done(const Ended& ended) {
  if (ended.exit_code != 0) throw std::runtime_error(ended.out + ended.err);
}

/// Thirty people of listens and likes alone, and models.
const std::string& crowd() {
  static const EngineHome home;
  static const std::string path = [] {
    const std::string library = home.path("crowd") + "/library.db";
    require_done(home.engine({"demo", home.path("crowd"), "--now", kNow, "--users", "30",
                              "--tracks", "600", "--artists", "80", "--listens", "900"}));
    engine::Store store = engine::Store::open(library);
    store.execute(
        "DELETE FROM holdings WHERE kind <> 1; DELETE FROM playlist_tracks;"
        "DELETE FROM playlists; DELETE FROM user_relations;"
        "UPDATE users SET timezone = 'America/New_York' WHERE user_id % 3 = 0;"
        "INSERT OR IGNORE INTO track_ids (kind, id, track_id, origin) "
        "SELECT 2, 'QM0000' || printf('%06d', track_id), track_id, 1 FROM tracks");
    store.bump_data_version();
    require_done(home.engine({"--library", library, "--now", kNow, "train", "item_cf", "als"}));
    return library;
  }();
  return path;
}

const std::string& catalogue() {
  static const EngineHome home;
  static const std::string path = [] {
    require_done(home.engine({"--library", crowd(), "snapshot-catalogue", home.path("catalogue")}));
    return home.path("catalogue") + "/library.db";
  }();
  return path;
}

constexpr const char* kRecipe = R"lua(
local pl = require "playlist"
return pl.recipe {
  title = "Both", random_seed = 7,
  build = function(p, user)
    local mine = user.listens + user.likes
    local seeds = user.history:last { n = 20 }
    return pl.blend {
      pl.recall.item_cf { seeds = seeds, limit = 60 },
      pl.recall.als { seeds = seeds, limit = 60 },
      user.likes,
      by = "rank",
    }:filter(pl.filtering.served { days = 30 })
     :limit { tracks = 12, per_artist = 2 }
  end,
}
)lua";

std::string recipe(const EngineHome& home, const std::string& text = kRecipe) {
  const std::string path = home.path("both.lua");
  std::ofstream(path) << text;
  return path;
}

/// Lists what a history has, and nothing else.
constexpr const char* kOwnRecipe = R"lua(
local pl = require "playlist"
return pl.recipe {
  title = "Own", random_seed = 7,
  build = function(p, user) return user.likes + user.listens end,
}
)lua";

enum class TrackBy { kId, kIsrc, kName };

/// The line that a platform would have of somebody of the crowd.
json history_of(const engine::Store& store, const engine::User& user, TrackBy by) {
  engine::Statement track = store.prepare(
      "SELECT t.title, a.name, i.id FROM tracks t JOIN artists a USING (artist_id) "
      "JOIN track_ids i ON i.track_id = t.track_id AND i.kind = 2 WHERE t.track_id = ?1");
  const auto name = [&](std::int64_t id, json object) {
    if (by == TrackBy::kId) {
      object["id"] = id;
      return object;
    }
    track.start(id);
    REQUIRE(track.step());
    if (by == TrackBy::kIsrc) {
      object["isrc"] = std::string(track.text(2));
    } else {
      object["title"] = std::string(track.text(0));
      object["artist"] = std::string(track.text(1));
    }
    track.reset();
    return object;
  };
  json line{{"user", user.name},
            {"timezone", user.timezone},
            {"listens", json::array()},
            {"likes", json::array()}};
  engine::Statement listens = store.prepare(
      "SELECT ts, track_id, ms_played, flags, country FROM listens WHERE user_id = ?1 "
      "ORDER BY ts DESC");
  for (listens.start(user.id); listens.step();) {
    json listen = name(listens.integer(1), {{"ts", listens.integer(0)}});
    const std::int64_t flags = listens.integer(3);
    if (!listens.is_null(2)) listen["ms_played"] = listens.integer(2);
    if (const auto skipped = engine::ListenFlags::skipped(flags); skipped != 255)
      listen["skipped"] = skipped == 1;
    if (const auto shuffle = engine::ListenFlags::shuffle(flags); shuffle != 255)
      listen["shuffle"] = shuffle == 1;
    const std::int32_t end = engine::code_of(engine::ListenFlags::end(flags));
    if (end >= 0) listen["reason_end"] = engine::play_reason_words()[static_cast<std::size_t>(end)];
    if (!listens.text(4).empty()) listen["country"] = std::string(listens.text(4));
    line["listens"].push_back(std::move(listen));
  }
  engine::Statement likes =
      store.prepare("SELECT id, ts FROM holdings WHERE user_id = ?1 AND kind = 1");
  for (likes.start(user.id); likes.step();)
    line["likes"].push_back(name(likes.integer(0), {{"ts", likes.integer(1)}}));
  return line;
}

/// Everybody's, by name as a batch has them.
std::string histories(TrackBy by) {
  const engine::Store store =
      engine::Store::open(crowd(), {.is_read_only = true, .may_create = false});
  std::vector<engine::User> users = engine::list_users(store);
  std::ranges::sort(users, {}, &engine::User::name);
  std::string lines;
  for (const engine::User& user : users) lines += history_of(store, user, by).dump() + "\n";
  return lines;
}

std::string written(const EngineHome& home, const std::string& text) {
  std::ofstream(home.path("histories.jsonl")) << text;
  return home.path("histories.jsonl");
}

Ended filter(const EngineHome& home, const std::string& library, const std::string& input,
             std::vector<std::string> more = {}, const char* text = kRecipe) {
  std::vector<std::string> arguments = {"--library",        library,       "--now", kNow, "batch",
                                        recipe(home, text), "--histories", input};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return home.engine(arguments);
}

std::string lists_of_batch(const EngineHome& home) {
  require_done(home.engine(
      {"--library", crowd(), "--now", kNow, "batch", recipe(home), "--out", home.path("batch")}));
  return engine::read_file(home.path("batch") + "/lists.jsonl");
}

std::vector<json> lines_of(const std::string& text) {
  std::vector<json> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(support::parse_json(line));
  return lines;
}

bool has_track(const json& list, std::int64_t track) {
  return std::ranges::any_of(list.at("tracks"),
                             [&](const json& one) { return one.at("track") == track; });
}

const std::map<std::string, std::int64_t> kTracks{{"known", 7}};

engine::batch::ReadHistory read(const std::string& line) {
  return read_history(line, [](std::int64_t id, const engine::library::TrackNames& named) {
    const auto found = kTracks.find(std::string(named.spotify_id));
    return id != 0 ? id : found == kTracks.end() ? std::int64_t{0} : found->second;
  });
}

}  // namespace

TEST_CASE("lists of histories are those of a library that has them, byte for byte",
          "[cluster][histories]") {
  const EngineHome home;
  const std::string expected = lists_of_batch(home);
  for (const TrackBy by : {TrackBy::kId, TrackBy::kIsrc, TrackBy::kName}) {
    const std::string input = written(home, histories(by));
    CAPTURE(static_cast<int>(by));
    const Ended of_snapshot = filter(home, catalogue(), input);
    INFO(of_snapshot.err);
    CHECK(of_snapshot.exit_code == 0);
    const bool is_same = of_snapshot.out == expected;  // too long to print
    CHECK(is_same);
  }
  const std::string input = written(home, histories(TrackBy::kId));
  const bool is_same_of_library = filter(home, crowd(), input, {"--jobs", "3"}).out == expected;
  CHECK(is_same_of_library);
  const bool is_same_by_one = filter(home, catalogue(), input, {"--jobs", "1"}).out == expected;
  CHECK(is_same_by_one);
  CHECK_THAT(filter(home, catalogue(), input).err, Contains("30 lists made"));
}

TEST_CASE("the filter reads standard input, and answers before its end", "[cluster][histories]") {
  const EngineHome home;
  const std::string input = written(home, histories(TrackBy::kId));
  const std::string command = std::string(PLAYLIST_BUILD_DIR) + "/engine --library " + catalogue() +
                              " --now " + kNow + " batch " + recipe(home) +
                              " --histories - --jobs 1";
  // The second line is written once the first list has been read.
  const Ended ended = support::run_program(
      {"bash", "-c",
       "set -e; coproc E { " + command + "; }; head -1 " + input +
           " >&${E[1]}; read -r first <&${E[0]}; echo \"$first\"; sed -n 2p " + input +
           " >&${E[1]}; read -r second <&${E[0]}; echo \"$second\"; pid=$E_PID; "
           "eval \"exec ${E[1]}>&-\"; wait $pid"},
      home.environment());
  INFO(ended.err);
  CHECK(ended.exit_code == 0);
  const std::vector<json> lists = lines_of(ended.out);
  REQUIRE(lists.size() == 2);
  CHECK(lists[0].at("tracks").size() == 12);
}

TEST_CASE("each shard takes its own people of the histories", "[cluster][histories]") {
  const EngineHome home;
  const std::string input = written(home, histories(TrackBy::kId));
  std::map<std::string, std::string> together;
  std::size_t lines = 0;
  for (const char* shard : {"1/3", "2/3", "3/3"})
    for (const json& list : lines_of(filter(home, catalogue(), input, {"--shard", shard}).out)) {
      together[list.at("user")] = list.dump();
      ++lines;
    }
  CHECK(lines == together.size());
  for (const json& list : lines_of(lists_of_batch(home)))
    CHECK(together.at(list.at("user")) == list.dump());
}

TEST_CASE("a line that is no history costs itself alone", "[cluster][histories]") {
  const EngineHome home;
  const std::string good =
      R"({"user":"ann","listens":[{"ts":1790000000,"id":5,"ms_played":200000}]})";
  const std::string input = written(
      home,
      good + "\nno JSON\n\n" + R"({"user":"bob","listen":[]})" + "\n" +
          R"({"user":"eve","listens":[{"ts":1790000000,"title":"Nowhere","artist":"Nobody"}]})" +
          "\n" + R"({"user":"ann","likes":[{"id":9}]})");
  const Ended ended = filter(home, catalogue(), input, {}, kOwnRecipe);
  CHECK(ended.exit_code == 1);
  const std::vector<json> lines = lines_of(ended.out);
  REQUIRE(lines.size() == 5);
  CHECK(lines[0].at("user") == "ann");
  CHECK(lines[1].at("user").is_null());
  CHECK(lines[1].at("line") == 2);
  CHECK(lines[2].at("user") == "bob");
  CHECK(lines[2].at("line") == 4);
  CHECK_THAT(lines[2].at("error").get<std::string>(), Contains("listen is nothing that"));
  CHECK(lines[3].at("notices").dump().find(
            "1 of 1 listen is of tracks that the library does not have") != std::string::npos);
  CHECK(has_track(lines[4], 9));
  CHECK_THAT(ended.err, Contains("2 lines failed"));
}

TEST_CASE("a list that does not end costs its line alone", "[cluster][histories]") {
  const EngineHome home;
  const std::string slow = R"lua(
local pl = require "playlist"
return pl.recipe { title = "Slow for one", random_seed = 7,
  build = function(p, user)
    if user.name == "ben" then while true do end end
    return user.likes
  end }
)lua";
  std::string lines;
  for (const char* user : {"ann", "ben", "cid"})
    lines += json{{"user", user}, {"likes", {{{"id", 3}}}}}.dump() + "\n";
  std::map<std::string, std::string> environment = home.environment();
  environment["PLAYLIST_LIMITS_RECIPE_SECONDS"] = "0.5";
  const Ended ended = support::run_program(
      {std::string(PLAYLIST_BUILD_DIR) + "/engine", "--library", catalogue(), "--now", kNow,
       "batch", recipe(home, slow), "--histories", written(home, lines)},
      environment);
  const std::vector<json> lists = lines_of(ended.out);
  REQUIRE(lists.size() == 3);
  CHECK(lists[0].at("tracks").size() == 1);
  CHECK(lists[1].contains("error"));
  CHECK(lists[2].at("tracks").size() == 1);
}

TEST_CASE("what is after now does not change a list", "[cluster][histories]") {
  const EngineHome home;
  json line{{"user", "ann"},
            {"listens", {{{"ts", "2026-11-01"}, {"id", 5}, {"ms_played", 200000}}}},
            {"likes", {{{"ts", "2026-11-02"}, {"id", 6}}}}};
  const std::string before =
      filter(home, catalogue(), written(home, line.dump()), {}, kOwnRecipe).out;
  line["listens"].push_back({{"ts", "2026-11-22"}, {"id", 8}, {"ms_played", 200000}});
  // It began before, and is not over.
  line["listens"].push_back({{"ts", "2026-11-20T23:59:00Z"}, {"id", 9}, {"ms_played", 200000}});
  line["likes"].push_back({{"ts", "2026-11-23"}, {"id", 10}});
  CHECK(filter(home, catalogue(), written(home, line.dump()), {}, kOwnRecipe).out == before);
  CHECK(has_track(lines_of(before).at(0), 6));
}

TEST_CASE("a snapshot lies where nobody may write, and is made once", "[cluster][snapshot]") {
  const EngineHome home;
  const std::string folder = home.path("snapshot");
  const Ended made = home.engine({"--library", crowd(), "--json", "snapshot-catalogue", folder});
  INFO(made.err);
  REQUIRE(made.exit_code == 0);
  const json first = support::parse_json(made.out);
  const json again = support::parse_json(
      home.engine({"--library", crowd(), "--json", "snapshot-catalogue", folder}).out);
  CHECK(again.at("was_there") == true);
  CHECK(again.at("key") == first.at("key"));

  const std::string moved = home.path("elsewhere");
  fs::copy(folder, moved, fs::copy_options::recursive);
  std::map<std::string, fs::file_time_type> before;
  for (const auto& entry : fs::recursive_directory_iterator(moved))
    if (entry.is_regular_file()) before[entry.path()] = entry.last_write_time();
  // Root may write anywhere: only a mount that is read-only keeps it from that.
  const Ended ended = support::run_program(
      {"bash", "-c",
       "unshare -rm bash -c 'mount --bind " + moved + " " + moved +
           " && mount -o remount,bind,ro " + moved + " && " + PLAYLIST_BUILD_DIR +
           "/engine --library " + moved + "/library.db --now " + kNow + " batch " + recipe(home) +
           " --histories " + written(home, histories(TrackBy::kId)) + "'"},
      home.environment());
  if (ended.err.find("unshare") != std::string::npos ||
      ended.err.find("mount:") != std::string::npos) {
    WARN("this machine lets nobody mount: " << ended.err);
  } else {
    CHECK(ended.exit_code == 0);
    const bool is_same = ended.out == lists_of_batch(home);
    CHECK(is_same);
  }
  std::map<std::string, fs::file_time_type> after;
  for (const auto& entry : fs::recursive_directory_iterator(moved))
    if (entry.is_regular_file()) after[entry.path()] = entry.last_write_time();
  CHECK((before == after));
}

TEST_CASE("a snapshot takes no imports, no training and no people", "[cluster][snapshot]") {
  const EngineHome home;
  fs::copy(fs::path(catalogue()).parent_path(), home.path("own"), fs::copy_options::recursive);
  const std::string library = home.path("own") + "/library.db";
  CHECK_THAT(home.engine({"--library", library, "train", "item_cf"}).err,
             Contains("is the catalogue of a library, without people"));
  CHECK_THAT(
      home.engine({"--library", library, "scatter", home.path("shards"), "--shards", "2"}).err,
      Contains("is the catalogue of a library itself"));
  CHECK_THAT(
      home.engine({"--library", library, "batch", recipe(home), "--out", home.path("o")}).err,
      Contains("--histories"));
  CHECK_THAT(home.engine({"--library", library, "doctor"}).out,
             Contains("the catalogue of a library"));
  const engine::Store store =
      engine::Store::open(library, {.is_read_only = true, .may_create = false});
  CHECK(store.integer("SELECT count(*) FROM users") == 0);
  CHECK(store.integer("SELECT count(*) FROM listens") == 0);
  CHECK(store.integer("SELECT count(*) FROM holdings") == 0);
  CHECK(store.integer("SELECT count(*) FROM runs") == 0);
  CHECK(store.integer("SELECT count(*) FROM tracks") > 0);
}

TEST_CASE("what does not go together with --histories is said", "[cluster][histories]") {
  const EngineHome home;
  const std::string input = written(home, "");
  const auto refused = [&](std::vector<std::string> more) {
    const Ended ended = filter(home, catalogue(), input, std::move(more));
    CHECK(ended.exit_code == 2);
    return ended.err;
  };
  CHECK_THAT(refused({"--out", home.path("out")}), Contains("--histories and --out"));
  CHECK_THAT(refused({"--record"}), Contains("--histories and --record"));
  CHECK_THAT(refused({"--json"}), Contains("leave out --json"));
  CHECK_THAT(home.engine({"--library", crowd(), "batch", recipe(home)}).err,
             Contains("batch needs --out DIR, or --histories FILE"));
  CHECK_THAT(filter(home, catalogue(), home.path("nothing.jsonl")).err, Contains("cannot read"));
  recipe(home,
         "local pl = require 'playlist'\nreturn pl.recipe { title = 'x', build = "
         "function(p, user) return pl.person('bob').likes end }");
  CHECK_THAT(
      home.engine({"--library", catalogue(), "batch", home.path("both.lua"), "--histories", input})
          .err,
      Contains("a history is of one alone"));
}

TEST_CASE("a history is read as it is described", "[cluster][histories]") {
  const auto made = read(
      R"({"user":"ann","timezone":"Europe/Berlin","listens":[
         {"ts":"2026-11-20T18:00:00Z","spotify_id":"spotify:track:known","ms_played":1000,"skipped":true,
          "shuffle":false,"incognito":true,"reason_end":"fwdbtn","country":"DE"},
         {"ts":5,"id":3},{"ts":4,"isrc":"unknown"}],
         "likes":[{"id":2},{"ts":9,"id":4}]})");
  CHECK(made.history.user == "ann");
  CHECK(made.history.timezone == "Europe/Berlin");
  CHECK(made.listens == 3);
  CHECK(made.unknown_listens == 1);
  const engine::ListenRows& rows = made.history.listens;
  REQUIRE(rows.count() == 2);
  CHECK(rows.ts == std::vector<std::int64_t>{5, 1795197600});
  CHECK(rows.track_id == std::vector<std::int64_t>{3, 7});
  CHECK(rows.ms_played == std::vector<std::int32_t>{INT32_MIN, 1000});
  CHECK(engine::ListenFlags::skipped(rows.flags[0]) == 255);
  CHECK(engine::ListenFlags::skipped(rows.flags[1]) == 1);
  CHECK(engine::ListenFlags::shuffle(rows.flags[1]) == 0);
  CHECK((rows.flags[1] & engine::ListenFlags::kIncognito) != 0);
  CHECK(engine::ListenFlags::end(rows.flags[1]) == engine::PlayReason::kForward);
  REQUIRE(made.history.likes.size() == 2);
  CHECK(made.history.likes[0].ts == 0);
  CHECK(made.history.likes[1].ts == 9);
}

TEST_CASE("what is wrong with a history is named", "[cluster][histories]") {
  const std::pair<const char*, const char*> wrong[] = {
      {"", "is no JSON"},
      {"{", "is no JSON: parse error at line 1, column 2"},
      {R"({"user":"a","listens":[{"ts":99999999999999999999999,"id":1}]})", "is no JSON: "},
      {R"({"user":"a","user":"b"})", "user is there twice"},
      {R"({"user":"a","listens":[{"ts":1e999,"id":1}]})", "is no JSON: number overflow"},
      {"[]", "is no object"},
      {"{}", "user is missing"},
      {R"({"user":5})", "user is no text"},
      {R"({"user":"a","timezone":"Mars"})", "timezone"},
      {R"({"user":"a","listens":{}})", "listens is no array"},
      {R"({"user":"a","listens":[{"id":1}]})", "listens[0].ts is missing"},
      {R"({"user":"a","listens":[{"ts":1}]})", "listens[0].id is missing"},
      {R"({"user":"a","listens":[{"ts":-1,"id":1}]})", "listens[0].ts"},
      {R"({"user":"a","listens":[{"ts":1.5,"id":1}]})", "listens[0].ts"},
      {R"({"user":"a","listens":[{"ts":"soon","id":1}]})", "listens[0].ts is no time"},
      {R"({"user":"a","listens":[{"ts":1,"id":1,"ms_played":99999999999}]})", "24 days"},
      {R"({"user":"a","listens":[{"ts":1,"id":1,"skipped":"no"}]})", "listens[0].skipped"},
      {R"({"user":"a","likes":[{"id":1,"plays":3}]})", "likes[0].plays is nothing"},
  };
  for (const auto& [line, why] : wrong) {
    CAPTURE(line);
    CHECK_THROWS_WITH(read(line), Contains(why));
  }
}

TEST_CASE("lines are given as they come, whole", "[cluster][lines]") {
  using engine::batch::LineInput;
  const TemporaryFolder folder;
  const std::string path = folder.file("lines");
  std::ofstream(path) << "one\r\n\n" << std::string(700'000, 'x') << "\nlast";
  LineInput input(path);
  CHECK(input.next(LineInput::Wait::kForever) == "one");
  CHECK(input.number() == 1);
  CHECK(input.next(LineInput::Wait::kForever)->size() == 700'000);
  CHECK(input.number() == 3);
  CHECK(input.next(LineInput::Wait::kShortly) == "last");
  CHECK_FALSE(input.next(LineInput::Wait::kForever));
  CHECK(input.is_at_end());
}
