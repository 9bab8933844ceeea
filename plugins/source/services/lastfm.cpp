// source.lastfm: what somebody scrobbled to Last.fm and what they loved there.
//
// Records   scrobbles, oldest first; then loved tracks, where those have changed; then, once a day and
//           where the account's field "friends" says yes, what friends heard lately, as
//           recommendations. Where the engine asks about artists and tracks, answers alone
//           (lastfm_answers.hpp)
// Pages     are read from the last down with a fixed end, as new scrobbles move what stands on the
//           others; what is playing now stands on every page beside them and is left out
// State     JSON: "from", where the next sync begins; "late", when scrobbles that came late were
//           last looked for; "loved", a digest of what is loved; "friends", when they were asked for. Players that were offline may tell
//           Last.fm of plays up to two weeks back: once a day that much is asked for again
// Buckets   now_playing, empty, malformed
#include "playlist/plugin.hpp"
#include "playlist/remote.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "../library_rows.hpp"
#include "../play_rows.hpp"
#include "digest.hpp"
#include "elements.hpp"
#include "lastfm_answers.hpp"
#include "lastfm_api.hpp"

namespace source {
namespace {

using lastfm::Json;
using lastfm::list_of;
using lastfm::name_of;
using lastfm::number_of;
using lastfm::part_of;
using lastfm::text_of;

constexpr std::int64_t kPageRows = 200;
constexpr std::int64_t kDay = 24 * 60 * 60;
constexpr std::int64_t kLate = 14 * kDay;  // how far back Last.fm takes scrobbles
constexpr int kMostMoves = 20;             // of pages, in one sync
constexpr const char* kTeller = "last.fm";

/// How far the account is read.
struct Progress {
  std::int64_t from = 0, late = 0, friends = 0;
  std::string loved;

  static Progress of(const std::optional<std::string>& text) {
    Progress progress;
    if (!text) return progress;
    const Json json = Json::parse(*text, nullptr, /*allow_exceptions=*/false);
    progress.from = number_of(json, "from").value_or(0);
    progress.late = number_of(json, "late").value_or(0);
    progress.loved = text_of(json, "loved");
    progress.friends = number_of(json, "friends").value_or(0);
    return progress;
  }
  [[nodiscard]] std::string text() const {
    return Json{{"from", from}, {"late", late}, {"loved", loved}, {"friends", friends}}.dump();
  }
};

/// Of user.getRecentTracks: newest first.
struct Page {
  explicit Page(const Json& answer)
      : scrobbles(list_of(answer, "track")),
        pages(number_of(part_of(answer, "@attr"), "totalPages").value_or(1)),
        total(number_of(part_of(answer, "@attr"), "total").value_or(0)) {}

  std::vector<Json> scrobbles;
  std::int64_t pages, total;
};

Play play_of(const Json& scrobble) {
  Play play;
  play.ts = number_of(part_of(scrobble, "date"), "uts");
  play.stamp = kStampStart;
  play.title = name_of(part_of(scrobble, "name"));
  play.credit = name_of(part_of(scrobble, "artist"));
  play.album = name_of(part_of(scrobble, "album"));
  play.artist_mbid = text_of(part_of(scrobble, "artist"), "mbid");
  return play;
}

class Reading {
 public:
  explicit Reading(playlist::SourceCall& call)
      : call_(call),
        lastfm_(call),
        state_(call),
        progress_(Progress::of(state_.kept())),
        plays_(call),
        rows_(call) {}

  void read() {
    const bool is_first = progress_.from == 0;
    if (!is_first && call_.now() >= progress_.late + kDay) {
      read_scrobbles(std::max<std::int64_t>(0, progress_.from - kLate), progress_.from);
      progress_.late = call_.now();
    }
    if (is_first) progress_.late = call_.now();
    read_scrobbles(progress_.from, call_.now() + 1);
    read_loved();
    read_friends();
    state_.advance(progress_.text());
    call_.finish();
  }

 private:
  /// In [from, to). `from` itself is asked for, as the same second may hold another.
  void read_scrobbles(std::int64_t from, std::int64_t to) {
    if (from >= to) return;
    const bool is_late = to <= progress_.from;
    std::string range = "&limit=" + std::to_string(kPageRows) + "&to=" + std::to_string(to);
    if (from > 0) range += "&from=" + std::to_string(from);
    const auto page_of = [&](std::int64_t page) {
      return Page(lastfm_.ask("user.getRecentTracks", "recenttracks",
                              range + "&page=" + std::to_string(page)));
    };
    Page page = page_of(1);
    std::int64_t total = page.total, number = page.pages;
    if (number > 1) page = page_of(number);
    for (int moves = 0; number >= 1;) {
      if (page.total != total && moves < kMostMoves) {
        // One that came late moves all before it: what stood at the edge is behind it now.
        ++moves;
        total = page.total;
        number = std::min(number + 1, page.pages);
        page = page_of(number);
        continue;
      }
      take(page.scrobbles, from, to, is_late);
      // The next page may hold more of the same second.
      if (!is_late) progress_.from = std::max(progress_.from, newest_ + (number == 1 ? 1 : 0));
      state_.advance(progress_.text());
      call_.complete(call_.record());
      call_.checkpoint(1 - static_cast<double>(number - 1) / static_cast<double>(page.pages));
      if (--number >= 1) page = page_of(number);
    }
  }

  /// The scrobbles of a page, oldest first.
  void take(const std::vector<Json>& scrobbles, std::int64_t from, std::int64_t to, bool is_late) {
    for (auto scrobble = scrobbles.rbegin(); scrobble != scrobbles.rend(); ++scrobble) {
      if (text_of(part_of(*scrobble, "@attr"), "nowplaying") == "true") continue;
      const Play play = play_of(*scrobble);
      // A server that does not know the limits gives all.
      if (play.ts && (*play.ts < from || *play.ts >= to)) continue;
      if (play.ts && !is_late) newest_ = std::max(newest_, *play.ts);
      plays_.put(play);
      call_.next(0);
    }
  }

  void read_loved() {
    std::vector<Json> loved;
    std::int64_t pages = 1;
    for (std::int64_t page = 1; page <= pages; ++page) {
      const Json answer =
          lastfm_.ask("user.getLovedTracks", "lovedtracks",
                      "&limit=" + std::to_string(kPageRows) + "&page=" + std::to_string(page));
      pages = number_of(part_of(answer, "@attr"), "totalPages").value_or(1);
      for (Json& track : list_of(answer, "track")) loved.push_back(std::move(track));
      call_.checkpoint();
    }
    const std::string digest = digest_of(loved);
    if (digest == progress_.loved) return;
    call_.whole_list("likes", kTeller);
    for (const Json& track : loved) {
      Track liked;
      liked.title = name_of(part_of(track, "name"));
      liked.artist = name_of(part_of(track, "artist"));
      liked.is_credit = true;
      rows_.like(liked, number_of(part_of(track, "date"), "uts"));
      call_.next(0);
    }
    progress_.loved = digest;
  }

  /// The user's own is read by then: that this fails costs no more than it.
  void read_friends() {
    if (call_.setting("friends").value_or("") != "yes" || call_.now() < progress_.friends + kDay)
      return;
    try {
      put_friends(call_, lastfm_);
      progress_.friends = call_.now();
    } catch (const playlist::Error& error) {
      call_.notice(playlist::concat("what friends heard is not known: ", error.what()));
    }
  }

  static std::string digest_of(const std::vector<Json>& loved) {
    Digest digest;
    for (const Json& track : loved) {
      digest.add(name_of(part_of(track, "name")));
      digest.add(name_of(part_of(track, "artist")));
      digest.add(text_of(part_of(track, "date"), "uts"));
    }
    return digest.text();
  }

  playlist::SourceCall& call_;
  lastfm::Server lastfm_;
  playlist::State state_;
  Progress progress_;
  PlayRows plays_;
  LibraryRows rows_;
  std::int64_t newest_ = 0;  // scrobble of this sync
};

class LastfmSource final : public playlist::Source {
 public:
  static constexpr std::uint32_t kFlags = PLAYLIST_REMOTE;
  static int recognise(const playlist::Input& /*input*/) { return 0; }  // it reads no files

  void read(playlist::SourceCall& call) const {
    if (call.setting("questions")) {
      answer_lastfm_questions(call);
    } else {
      Reading(call).read();
    }
  }
};

}  // namespace

constinit const playlist::Element kLastfm =
    playlist::element<LastfmSource>("source.lastfm",
                                    "Scrobbles and loved tracks of Last.fm, and what it knows of "
                                    "artists and tracks, by engine sync.");

}  // namespace source
