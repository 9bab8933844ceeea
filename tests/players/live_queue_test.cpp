// What comes next once a song is skipped: by plans that are worked out by hand, and in a real MPD.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "listener.hpp"
#include "players/queue_plan.hpp"
#include "store/store.hpp"
#include "support/json.hpp"
#include "support/music_players.hpp"
#include "worker/worker.hpp"

using engine::players::Acquaintance;
using engine::players::ListeningMemory;
using engine::players::plan_queue;
using engine::players::PlanReason;
using engine::players::QueuePlan;
using engine::players::QueueSong;
using engine::players::SongHeard;
using nlohmann::json;
using players_test::Listener;
using support::Ended;
using support::MpdServer;
using Kind = PlanReason::Kind;
using Order = std::vector<std::size_t>;

namespace {

QueueSong song_by(int artist) {
  QueueSong song;
  song.id = song.artist_number = artist;
  song.title = "Song";
  song.artist = "A" + std::to_string(artist);
  return song;
}

std::vector<QueueSong> songs_by(const std::vector<int>& artists) {
  std::vector<QueueSong> songs;
  for (const int artist : artists) songs.push_back(song_by(artist));
  return songs;
}

SongHeard heard(int artist, double weight) {
  return {"Heard", "A" + std::to_string(artist), artist, {}, weight, 0};
}

}  // namespace

TEST_CASE("how gladly and what together is counted over sessions", "[players][live]") {
  ListeningMemory memory;
  memory.add(1, true, true);
  memory.add(2, false, false);
  memory.add(1, true, false);
  memory.add(3, true, true);  // another session
  const std::vector<int> all = {1, 2, 3, 3, 0};
  const Acquaintance known = memory.of(all);
  const double usual = (3 + 3) / (4.0 + 4);
  CHECK(known.gladness(1) == Approx((2 + 4 * usual) / (2 + 4) - usual));
  CHECK(known.gladness(2) == Approx((0 + 4 * usual) / (1 + 4) - usual));
  CHECK(known.gladness(9) == 0);
  CHECK(known.together(1, 2) == Approx((0.5 + 0.5) / std::sqrt(2.0 * 1)));  // 2 after 1, 1 after 2
  CHECK(known.together(1, 2) == known.together(2, 1));
  CHECK(known.together(1, 3) == 0);
  CHECK(known.together(1, 9) == 0);
}

TEST_CASE("a skip moves the artist's songs down, a song heard through moves them up",
          "[players][live]") {
  const std::vector<QueueSong> songs = songs_by({5, 1, 6, 2, 7});
  const QueuePlan skipped = plan_queue(songs, {heard(5, -0.9)}, 9, {});
  CHECK(skipped.order == Order{1, 2, 3, 4, 0});
  CHECK(skipped.dislikes[0].kind == Kind::kArtist);
  CHECK(skipped.dislikes[0].amount == Approx(-0.9));
  CHECK(reason_text(skipped.dislikes[0], songs[0], {heard(5, -0.9)}) ==
        "by A5, like \"Heard\", which you skipped");
  const std::vector<SongHeard> both = {heard(2, 1), heard(3, 1), heard(4, 1), heard(1, -0.9)};
  const QueuePlan plan = plan_queue(songs, both, 9, {});
  CHECK(plan.order == Order{3, 0, 2, 4, 1});
  CHECK(reason_text(plan.likes[3], songs[3], both) ==
        "by A2, like \"Heard\", which you heard through");
  CHECK(plan.likes[3].amount == Approx(0.8 * 0.8 * 0.8));
}

TEST_CASE("what was heard before a long pause counts no more", "[players][live]") {
  SongHeard song = heard(1, -1);
  song.ended_at = 10'000;
  engine::players::HeardSession session({song}, 1'800);
  song.ended_at = 11'900;
  CHECK_FALSE(session.add(song, 11'800));
  CHECK(session.songs().size() == 2);
  CHECK(session.add(song, 13'701));
  CHECK(session.songs().size() == 1);
}

TEST_CASE("what nothing speaks against stays, and artists are kept apart", "[players][live]") {
  CHECK(plan_queue(songs_by({1, 2, 3, 4, 5, 6}), {heard(9, -1)}, 8, {}).order ==
        Order{0, 1, 2, 3, 4, 5});
  CHECK(plan_queue(songs_by({1, 1, 2, 3, 4, 5}), {heard(9, -1)}, 8, {}).order ==
        Order{0, 2, 3, 4, 1, 5});
  CHECK(plan_queue(songs_by({8, 1}), {heard(9, -1)}, 8, {}).order == Order{1, 0});  // 8 plays now
  CHECK(plan_queue(songs_by({0, 0}), {heard(0, -1)}, 0, {}).order == Order{0, 1});  // not known
}

TEST_CASE("songs that sound like the one that was skipped go down", "[players][live]") {
  std::vector<QueueSong> songs = songs_by({1, 2, 3});
  songs[0].sound = {{0.9F, 0.9F, 0.9F, 0.1F}};
  songs[1].sound = {{0.1F, 0.1F, 0.1F, 0.9F}};
  SongHeard loud = heard(9, -1);
  loud.sound = {{0.9F, 0.9F, 0.9F, 0.1F}};
  const QueuePlan plan = plan_queue(songs, {loud}, 8, {});
  CHECK(plan.order == Order{1, 2, 0});
  CHECK(plan.dislikes[0].kind == Kind::kSound);
  CHECK(plan.dislikes[0].amount == Approx(-0.5));
}

TEST_CASE("three quick skips in a row are on to another mood", "[players][live]") {
  // The list's order counts up to 0.3 until then: the last of ten is 0.27 behind the first.
  std::vector<QueueSong> songs = songs_by({1, 2, 3, 4, 5, 6, 7, 8, 10, 11});
  for (std::size_t k : {std::size_t{0}, std::size_t{9}})
    songs[k].sound = {{0.5F, 0.5F, 0.5F, 0.5F}};
  songs[9].sound = {{0.5F, 0.5F, 0.5F, 0.9F}};
  SongHeard skip = heard(12, -0.9);
  skip.sound = {{0.5F, 0.5F, 0.5F, 0.5F}};
  std::vector<SongHeard> session(2, skip);
  CHECK_FALSE(plan_queue(songs, session, 20, {}).is_elsewhere);
  session.push_back(skip);
  const QueuePlan plan = plan_queue(songs, session, 20, {});
  CHECK(plan.is_elsewhere);
  CHECK(plan.quick_skips == 3);
  CHECK(plan.order == Order{1, 2, 3, 4, 5, 6, 7, 8, 9, 0});
  session.push_back(heard(13, -0.2));  // most of it was heard
  CHECK(plan_queue(songs, session, 20, {}).quick_skips == 0);
}

namespace {

/// `engine listen mpd --live`, and what it says.
class Live {
 public:
  explicit Live(const Listener& listener) : listener_(listener) { start(); }

  void start() {
    const std::size_t before = said_of("following mpd");
    process_ = std::make_unique<support::Background>(
        std::vector<std::string>{PLAYLIST_BUILD_DIR "/engine", "--json", "listen", "mpd", "--live"},
        listener_.path("said"), listener_.environment());
    wait_until("it follows", [&] { return said_of("following mpd") > before; });
  }
  void kill() { process_->kill(); }
  void stop() { process_->stop(); }

  /// All of its lines that have this.
  [[nodiscard]] std::vector<json> lines(const std::string& key) const {
    std::ifstream in(listener_.path("said"));
    std::vector<json> found;
    for (std::string line; std::getline(in, line);) {
      if (!line.starts_with('{') || !line.ends_with('}')) continue;
      json parsed = support::parse_json(line);
      if (parsed.contains(key)) found.push_back(std::move(parsed));
    }
    return found;
  }
  [[nodiscard]] std::string said() const {
    std::ifstream in(listener_.path("said"));
    return {std::istreambuf_iterator<char>(in), {}};
  }
  /// Does it, and waits until another line with the key has come; that line.
  template <class Do>
  json next(const std::string& key, Do&& what) const {
    const std::size_t before = lines(key).size();
    what();
    wait_until("a line with " + key, [&] { return lines(key).size() > before; });
    return lines(key)[before];
  }
  template <class Done>
  void wait_until(const std::string& what, Done&& is_done) const {
    for (int k = 0; k < 1500 && !is_done(); ++k) ::usleep(20'000);
    INFO(what << "\n" << said());
    REQUIRE(is_done());
  }

 private:
  [[nodiscard]] std::size_t said_of(const std::string& text) const {
    const std::string all = said();
    std::size_t count = 0;
    for (std::size_t at = 0; (at = all.find(text, at)) != std::string::npos; ++at) ++count;
    return count;
  }

  const Listener& listener_;
  std::unique_ptr<support::Background> process_;
};

constexpr int kSeconds = 20;  // of all songs but Song 30: none ends while a slow machine looks

std::string file(int number) {
  return "song" + std::to_string(number) + ".ogg";
}

/// Long enough for the engine to see what plays.
void play(const MpdServer& mpd, const char* place) {
  mpd.mpc({"play", place});
  ::usleep(300'000);
}

std::vector<std::string> queue_of(const MpdServer& mpd) {
  return mpd.mpc({"-f", "%title%", "playlist"});
}

/// The songs that were re-planned stand where the line says, and all others among them in order.
void check_moves(const json& line, const std::vector<std::string>& before,
                 const std::vector<std::string>& after) {
  CHECK(std::multiset<std::string>(before.begin(), before.end()) ==
        std::multiset<std::string>(after.begin(), after.end()));
  for (const json& song : line.at("moved")) {
    CHECK(before.at(song.at("from").get<std::size_t>() - 1) == song.at("title"));
    CHECK(after.at(song.at("to").get<std::size_t>() - 1) == song.at("title"));
    const bool is_up = song.at("to") < song.at("from");
    CHECK_THAT(song.at("why").get<std::string>(), Catch::StartsWith(is_up ? "up: " : "down: "));
  }
}

}  // namespace

TEST_CASE("a skip re-plans the rest of a list that plays", "[players][live][mpd]") {
  if (!support::has_mpd()) return;
  MpdServer mpd(kSeconds);
  const Listener listener;
  listener.connect({"mpd", "--address", mpd.address()});
  const Ended nothing = listener.engine({"listen", "mpd", "--live"});
  CHECK(nothing.exit_code != 0);
  CHECK_THAT(nothing.err, Catch::Contains("nothing to re-plan in mpd") &&
                              Catch::Contains("--to mpd:now,queue=true"));

  CHECK(listener.pushed({"--to", "mpd:now,queue=true", "--set", "most=29"}).at("added") == 28);
  const json again = listener.pushed({"--to", "mpd:now,queue=true"});
  CHECK(again.at("added") == 2);
  CHECK(again.at("stayed") == 28);
  Live live(listener);

  // Song 30 by Artist 10 is heard to its end, Song 02 by Artist 2 is skipped.
  const json through = live.next("began", [&] { mpd.mpc({"play", "30"}); });
  CHECK(through.at("title") == "Song 30");
  CHECK(through.at("skipped") == false);
  play(mpd, "2");
  std::vector<std::string> before = queue_of(mpd);
  json line = live.next("moved", [&] { mpd.mpc({"next"}); });
  std::vector<std::string> after = queue_of(mpd);
  check_moves(line, before, after);
  CHECK(line.at("after").at("title") == "Song 02");
  CHECK(line.at("songs") == 27);
  CHECK(line.at("another_mood") == false);
  const auto place = [&](const char* title) {
    return std::find(after.begin(), after.end(), title) - after.begin();
  };
  CHECK(std::vector<std::string>(after.begin(), after.begin() + 3) ==
        std::vector<std::string>(before.begin(), before.begin() + 3));
  CHECK(place("Song 10") == 4);  // by Artist 10, once three others are between
  CHECK(place("Song 20") == 8);
  CHECK(place("Song 12") >= 26);  // by Artist 2
  CHECK(place("Song 22") >= 26);
  live.wait_until("why", [&] {
    return !mpd.mpc({"sticker", "song22.ogg", "get", "replanned"}).empty();
  });
  CHECK_THAT(mpd.mpc({"sticker", "song12.ogg", "get", "replanned"}).at(0),
             Catch::Contains("down: by Artist 2, like \"Song 02\", which you skipped"));
  CHECK_THAT(mpd.mpc({"sticker", "song20.ogg", "get", "replanned"}).at(0),
             Catch::Contains("up: by Artist 10, like \"Song 30\", which you heard through"));

  // Songs 21 to 30 are not ours any more, and stand among ours: they keep their places.
  CHECK(listener.pushed({"--to", "mpd:now,queue=true", "--set", "least=12"}).at("removed") == 10);
  for (const int foreign : {21, 25, 30}) mpd.mpc({"add", file(foreign)});
  mpd.mpc({"move", "21", "10"});
  mpd.mpc({"move", "22", "15"});
  before = queue_of(mpd);
  REQUIRE(before.at(9) == "Song 21");
  line = live.next("moved", [&] { mpd.mpc({"next"}); });
  after = queue_of(mpd);
  check_moves(line, before, after);
  CHECK(line.at("quick_skips") == 2);
  CHECK(line.at("another_mood") == false);
  CHECK(after.at(9) == "Song 21");
  CHECK(after.at(14) == "Song 25");
  CHECK(after.at(22) == "Song 30");

  // Several in a row are on to another mood, and what was paused is skipped like what plays.
  before = queue_of(mpd);
  line = live.next("moved", [&] { mpd.mpc({"next"}); });
  check_moves(line, before, queue_of(mpd));
  CHECK(line.at("quick_skips") == 3);
  CHECK(line.at("another_mood") == true);
  mpd.mpc({"pause"});
  CHECK(live.next("moved", [&] { mpd.mpc({"next"}); }).at("quick_skips") == 4);

  // 50 ms; of four, as whoever tests the rest meanwhile may be in the way of one.
  std::vector<double> took;
  for (const json& one : live.lines("moved")) took.push_back(one.at("milliseconds"));
  CHECK(*std::min_element(took.begin(), took.end()) < (engine::limits_memory() ? 50 : 500));
  live.stop();
  CHECK_THAT(live.said(), Catch::Contains("\"replanned\": 4"));
  CHECK(engine::Store::open(listener.path("library.db"), {.is_read_only = true})
            .integer("SELECT count(*) FROM listens WHERE ts > unixepoch() - 600") ==
        static_cast<std::int64_t>(live.lines("began").size()));
}

TEST_CASE("what is no reason to re-plan, and what comes in between", "[players][live][mpd]") {
  if (!support::has_mpd()) return;
  MpdServer mpd(kSeconds);
  const Listener listener;
  listener.connect({"mpd", "--address", mpd.address()});
  CHECK(listener.pushed({"--to", "mpd:now,queue=true", "--set", "least=12"}).at("added") == 20);
  Live live(listener);
  /// A line for the song that is over by what is done.
  const auto over = [&](const std::vector<std::string>& command) {
    return live.next("began", [&] { mpd.mpc(command); });
  };

  // The end of the queue, random order, going back, a queue of others, one that is cleared.
  play(mpd, "19");
  CHECK(over({"next"}).at("skipped") == true);  // one is left: nothing can be moved
  over({"stop"});
  mpd.mpc({"random", "on"});
  play(mpd, "1");
  over({"next"});
  CHECK_THAT(live.said(), Catch::Contains("MPD plays in random order"));
  over({"stop"});
  mpd.mpc({"random", "off"});
  play(mpd, "5");
  CHECK(over({"play", "2"}).at("skipped") == true);
  over({"clear"});
  for (int k = 21; k <= 30; ++k) mpd.mpc({"add", file(k)});
  play(mpd, "1");
  over({"next"});
  over({"clear"});
  CHECK(live.lines("moved").empty());
  // And ours again, songs leaving the queue as they are over.
  CHECK(listener.pushed({"--to", "mpd:now,queue=true", "--set", "least=12"}).at("added") == 20);
  mpd.mpc({"consume", "on"});
  play(mpd, "1");
  CHECK(live.next("moved", [&] { mpd.mpc({"next"}); }).at("songs") == 18);
  CHECK(queue_of(mpd).size() == 19);

  // Whoever is killed in the middle leaves a whole queue.
  mpd.mpc({"consume", "off"});
  static_cast<void>(listener.pushed({"--to", "mpd:now,queue=true", "--set", "least=12"}));
  for (const int foreign : {21, 22}) mpd.mpc({"add", file(foreign)});
  mpd.mpc({"move", "21", "10"});
  std::vector<std::string> whole = queue_of(mpd);
  std::sort(whole.begin(), whole.end());
  for (int round = 0; round < 8; ++round) {
    play(mpd, "1");
    mpd.mpc({"next"});
    ::usleep(static_cast<useconds_t>(round * 1500));
    live.kill();
    std::vector<std::string> queue = queue_of(mpd);
    CHECK(queue.at(9) == "Song 21");
    CHECK(queue.at(21) == "Song 22");
    std::sort(queue.begin(), queue.end());
    CHECK(queue == whole);
    live.start();
  }
  mpd.mpc({"shuffle"});
  play(mpd, "1");
  // The session goes on, with what those who were killed have told.
  CHECK(live.next("moved", [&] { mpd.mpc({"next"}); }).at("quick_skips") > 1);

  // MPD is started again, and so is who follows it.
  mpd.mpc({"play", "1"});
  mpd.restart();
  live.wait_until("it ends", [&] {
    return live.said().find("MPD is not followed any more") != std::string::npos;
  });
  live.start();
  mpd.mpc({"shuffle"});
  play(mpd, "1");
  live.next("moved", [&] { mpd.mpc({"next"}); });
}
