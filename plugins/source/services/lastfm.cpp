// source.lastfm: what somebody scrobbled to Last.fm and what they loved there.
//
// Records   scrobbles, oldest first; then loved tracks, where those have changed
// Pages     are read from the last down with a fixed end, as new scrobbles move what stands on the
//           others; what is playing now stands on every page beside them and is left out
// State     JSON: "from", where the next sync begins; "late", when scrobbles that came late were
//           last looked for; "loved", a digest of what is loved. Players that were offline may tell
//           Last.fm of plays up to two weeks back: once a day that much is asked for again
// Errors    stand in the body, whatever the status. Those that pass (8, 11, 16, no body at all, a
//           page of somebody else's) are asked again a few times
// Buckets   now_playing, empty, malformed
#include "playlist/plugin.hpp"
#include "playlist/remote.hpp"

#include <algorithm>
#include <cctype>
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

namespace source {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t kPageRows = 200;
constexpr std::int64_t kDay = 24 * 60 * 60;
constexpr std::int64_t kLate = 14 * kDay;  // how far back Last.fm takes scrobbles
constexpr int kTries = 4;
constexpr int kMostMoves = 20;  // of pages, in one sync
constexpr const char* kTeller = "last.fm";
constexpr int kNotFound = 6, kFailed = 8, kOffline = 11, kTemporary = 16, kPrivate = 17,
              kBadKey = 10, kSuspended = 26, kRateLimit = 29;

std::string text_of(const Json& object, const char* name) {
  if (!object.is_object()) return "";
  const auto found = object.find(name);
  if (found == object.end()) return "";
  if (found->is_string()) return found->get<std::string>();
  return found->is_number_integer() ? std::to_string(found->get<std::int64_t>()) : "";
}

/// Numbers are mostly texts.
std::optional<std::int64_t> number_of(const Json& object, const char* name) {
  const std::string text = text_of(object, name);
  if (text.empty() || text.size() > 18 ||
      text.find_first_not_of("0123456789", text.front() == '-' ? 1 : 0) != std::string::npos)
    return std::nullopt;
  return text == "-" ? std::nullopt : std::optional(std::stoll(text));
}

const Json& part_of(const Json& object, const char* name) {
  static const Json kNone = Json::object();
  if (!object.is_object()) return kNone;
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? kNone : *found;
}

/// A list of one may be the thing itself.
std::vector<Json> list_of(const Json& object, const char* name) {
  const Json& found = part_of(object, name);
  if (found.is_array()) return {found.begin(), found.end()};
  return found.empty() ? std::vector<Json>() : std::vector<Json>{found};
}

/// "#text" in one form of the answer, "name" in the other.
std::string name_of(const Json& thing) {
  if (thing.is_string()) return thing.get<std::string>();
  const std::string text = text_of(thing, "#text");
  return text.empty() ? text_of(thing, "name") : text;
}

bool is_same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) ==
           std::tolower(static_cast<unsigned char>(y));
  });
}

bool is_passing(int code) {
  return code == kFailed || code == kOffline || code == kTemporary;
}

/// For people, of what they can do about it.
std::string told(int code, const std::string& message) {
  switch (code) {
    case kPrivate:
      return "the account keeps what it hears to itself: its privacy settings hide recent "
             "listening";
    case kBadKey:
      return "Last.fm does not know this API key: engine connect lastfm --secret FILE "
             "--secret-field api_key";
    case kSuspended:
      return "Last.fm has suspended this API key";
    case kRateLimit:
      return "Last.fm wants to be left alone for a while; try again in some minutes";
    case kNotFound:
      return "Last.fm says: " + (message.empty() ? std::string("not found") : message) +
             "; is that the name of the account?";
    default:
      return "Last.fm says: " + (message.empty() ? "error " + std::to_string(code) : message);
  }
}

/// Last.fm, asked as one user.
class Lastfm {
 public:
  explicit Lastfm(const playlist::Call& call) : http_(call) {
    const auto value = [&](const char* key) {
      return std::string(call.setting(key).value_or(std::string_view()));
    };
    user_ = value("user");
    key_ = value("api_key");
  }

  /// The part of the answer called `name` ("recenttracks"), of this user's.
  [[nodiscard]] Json ask(const std::string& method, const char* name,
                         const std::string& more) const {
    std::string problem;
    for (int attempt = 0; attempt < kTries; ++attempt) {
      const playlist::HttpAnswer answer =
          http_.get("/2.0/?method=" + method + "&user=" + playlist::url_encoded(user_) +
                    "&api_key=" + playlist::url_encoded(key_) + "&format=json" + more);
      const Json json = Json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
      if (json.is_object() && json.contains("error")) {
        const int code = static_cast<int>(number_of(json, "error").value_or(0));
        problem = told(code, text_of(json, "message"));
        if (!is_passing(code)) throw playlist::Error(problem);
        continue;
      }
      if (!answer.is_ok()) throw playlist::Error(answer.told());
      const Json& found = part_of(json, name);
      if (!found.is_object() || found.empty()) {
        problem = "what answers there is not Last.fm";
        continue;
      }
      const std::string whose = text_of(part_of(found, "@attr"), "user");
      if (whose.empty() || is_same_name(whose, user_)) return found;
      problem = "Last.fm answers with what somebody else heard";
    }
    throw playlist::Error(problem);
  }

 private:
  playlist::Http http_;
  std::string user_, key_;
};

/// How far the account is read.
struct Progress {
  std::int64_t from = 0, late = 0;
  std::string loved;

  static Progress of(const std::optional<std::string>& text) {
    Progress progress;
    if (!text) return progress;
    const Json json = Json::parse(*text, nullptr, /*allow_exceptions=*/false);
    progress.from = number_of(json, "from").value_or(0);
    progress.late = number_of(json, "late").value_or(0);
    progress.loved = text_of(json, "loved");
    return progress;
  }
  [[nodiscard]] std::string text() const {
    return Json{{"from", from}, {"late", late}, {"loved", loved}}.dump();
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
  Lastfm lastfm_;
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

  void read(playlist::SourceCall& call) const { Reading(call).read(); }
};

}  // namespace

constinit const playlist::Element kLastfm = playlist::element<LastfmSource>(
    "source.lastfm", "Scrobbles and loved tracks of Last.fm, by engine sync.");

}  // namespace source
