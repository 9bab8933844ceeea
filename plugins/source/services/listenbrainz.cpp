// source.listenbrainz_api: what somebody heard, loves and hates, as ListenBrainz or a server that
// speaks its API tells it, and what it recommends to them; or, where the engine asks about artists,
// what it knows of those. The account's export is source.listenbrainz's.
//
// Records   listens; then, where they have changed, feedback: score 1 are likes, -1 bans; and
//           recommendations (listenbrainz_recommendations.hpp), once a day; each list whole
// Pages     The service tells the newest first and takes an end (max_ts, not included), so a sync goes
//           down from the clock's second to where the one before began. A page may end in the middle
//           of a second: that second is asked for again, and what was seen of it is left out
// State     JSON: "from", where the next reading ends; of one that is not over "newest", the last
//           second that it has seen, and "reached", above which all is read: a first reading of a
//           long history goes on below any page, and what is new meanwhile comes after it; "late",
//           when listens that came late were last looked for; "feedback" and "recommended", digests,
//           and "looked", when recommendations were last asked for
// Late      Players tell of what they played offline. Once a day the two weeks before are asked for
//           again; what ListenBrainz has had for longer ("inserted_at") is left out
// Listens   as source.listenbrainz: the recording that ListenBrainz matched goes before the client's;
//           the submission_client is the teller
// Buckets   empty, no_opinion, malformed
#include "playlist/plugin.hpp"
#include "playlist/remote.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "../dates.hpp"
#include "../elements.hpp"
#include "../ids.hpp"
#include "../library_rows.hpp"
#include "../play_rows.hpp"
#include "digest.hpp"
#include "elements.hpp"
#include "listenbrainz_answers.hpp"
#include "listenbrainz_recommendations.hpp"
#include "shared/listenbrainz/server.hpp"

namespace source {
namespace {

using listenbrainz::number_of;
using listenbrainz::part_of;
using listenbrainz::text_of;
using ListenbrainzJson = listenbrainz::Json;

constexpr std::int64_t kListensAtOnce = 1000;    // the most that it tells
constexpr std::int64_t kNewListensAtOnce = 100;  // first, where little is new
constexpr std::int64_t kListensDay = 24 * 60 * 60;
constexpr std::int64_t kLateListens = 14 * kListensDay;
constexpr std::size_t kMostFeedbackPages = 10'000;           // an end, whatever answers
constexpr int kMostFeedbackReadings = 4;                     // of feedback that changes meanwhile
constexpr const char* kListenbrainzTeller = "listenbrainz";  // as of the export

/// Nothing of what has no time; a fraction is cut off.
std::optional<std::int64_t> seconds_of(const ListenbrainzJson& object, const char* name) {
  const auto number = number_of(object, name);
  if (!number || !(std::abs(*number) < 1e12)) return std::nullopt;
  return static_cast<std::int64_t>(std::floor(*number));
}

/// Texts of a list, '\x1f' between them.
std::string joined_texts(const ListenbrainzJson& list, const char* name = nullptr) {
  std::string joined;
  if (!list.is_array()) return joined;
  for (const ListenbrainzJson& one : list) {
    const std::string text = name != nullptr   ? text_of(one, name)
                             : one.is_string() ? one.get<std::string>()
                                               : "";
    if (!text.empty()) joined += (joined.empty() ? "" : "\x1f") + text;
  }
  return joined;
}

std::string first_mbid(const ListenbrainzJson& list) {
  if (!list.is_array() || list.empty() || !list.front().is_string()) return "";
  return mbid(list.front().get_ref<const std::string&>());
}

/// At the Cover Art Archive, of the release that the listen was mapped to.
std::string cover_art(const ListenbrainzJson& mapping) {
  const std::string release = mbid(text_of(mapping, "caa_release_mbid"));
  const std::optional<double> picture = number_of(mapping, "caa_id");
  if (release.empty() || !picture || *picture < 1) return "";
  return "https://coverartarchive.org/release/" + release + "/" +
         std::to_string(static_cast<std::int64_t>(*picture)) + "-250.jpg";
}

Play play_of_listen(const ListenbrainzJson& listen) {
  const ListenbrainzJson& metadata = part_of(listen, "track_metadata");
  const ListenbrainzJson& info = part_of(metadata, "additional_info");
  const ListenbrainzJson& mapping = part_of(metadata, "mbid_mapping");
  Play play;
  play.ts = seconds_of(listen, "listened_at");
  play.stamp = text_of(info, "music_service") == "spotify.com" ? kStampEither : kStampStart;
  play.title = text_of(metadata, "track_name");
  play.artist = joined_texts(part_of(mapping, "artists"), "artist_credit_name");
  if (play.artist.empty()) play.artist = joined_texts(part_of(info, "artist_names"));
  if (play.artist.empty()) play.credit = text_of(metadata, "artist_name");
  play.album = text_of(metadata, "release_name");
  play.mbid = mbid(text_of(mapping, "recording_mbid"));
  if (play.mbid.empty()) play.mbid = mbid(text_of(info, "recording_mbid"));
  play.artwork = cover_art(mapping);
  play.artist_mbid = first_mbid(part_of(mapping, "artist_mbids"));
  if (play.artist_mbid.empty()) play.artist_mbid = first_mbid(part_of(info, "artist_mbids"));
  play.isrc = isrc(text_of(info, "isrc"));
  play.spotify_id = spotify_id(text_of(info, "spotify_id"));
  if (play.spotify_id.empty()) play.spotify_id = spotify_id(text_of(info, "origin_url"));
  play.teller = text_of(info, "submission_client");
  play.device = text_of(info, "media_player");
  play.duration_ms = number_of(info, "duration_ms");
  if (!play.duration_ms)
    if (const auto seconds = number_of(info, "duration")) play.duration_ms = *seconds * 1000;
  if (const auto seconds = number_of(info, "duration_played")) play.ms_played = *seconds * 1000;
  return play;
}

struct ListenbrainzProgress {
  std::int64_t from = 0, newest = 0, reached = 0, late = 0, looked = 0;
  std::string feedback, recommended;

  static ListenbrainzProgress of(const std::optional<std::string>& text) {
    ListenbrainzProgress progress;
    if (!text) return progress;
    const auto json = ListenbrainzJson::parse(*text, nullptr, /*allow_exceptions=*/false);
    progress.from = seconds_of(json, "from").value_or(0);
    progress.newest = seconds_of(json, "newest").value_or(0);
    progress.reached = seconds_of(json, "reached").value_or(0);
    progress.late = seconds_of(json, "late").value_or(0);
    progress.looked = seconds_of(json, "looked").value_or(0);
    progress.feedback = text_of(json, "feedback");
    progress.recommended = text_of(json, "recommended");
    return progress;
  }
  [[nodiscard]] std::string text() const {
    return ListenbrainzJson{
        {"from", from},     {"newest", newest},     {"reached", reached},        {"late", late},
        {"looked", looked}, {"feedback", feedback}, {"recommended", recommended}}
        .dump();
  }
};

class ListenbrainzReading {
 public:
  explicit ListenbrainzReading(playlist::SourceCall& call)
      : call_(call),
        server_(call),
        state_(call),
        progress_(ListenbrainzProgress::of(state_.kept())),
        plays_(call),
        rows_(call) {}

  void read() {
    if (progress_.late == 0) progress_.late = call_.now();
    if (progress_.reached > 0) read_on(progress_.reached);  // what was cut short
    if (call_.now() >= progress_.late + kListensDay) read_late();
    if (progress_.from <= call_.now()) read_on(call_.now());
    read_feedback();
    read_recommendations();
    state_.advance(progress_.text());
    call_.finish();
  }

 private:
  /// From second `start` down to where the reading ends.
  void read_on(std::int64_t start) {
    const std::int64_t from = progress_.from;
    read_down(
        start, from, from > 0 ? kNewListensAtOnce : kListensAtOnce,
        [&](const ListenbrainzJson&, std::int64_t ts) {
          progress_.newest = std::max(progress_.newest, ts);
          return ts >= from;
        },
        [&](std::int64_t reached) { progress_.reached = reached; });
    progress_.from = std::max(from, progress_.newest + 1);
    progress_.newest = progress_.reached = 0;
    keep();
  }

  void read_late() {
    const std::int64_t end = progress_.from;
    const std::int64_t known_since = progress_.late - kListensDay;  // their clock may be another
    read_down(
        end - 1, end - kLateListens, kListensAtOnce,
        [&](const ListenbrainzJson& listen, std::int64_t ts) {
          return ts >= end - kLateListens && ts < end &&
                 seconds_of(listen, "inserted_at").value_or(known_since) >= known_since;
        },
        [](std::int64_t) {});
    progress_.late = call_.now();
    keep();
  }

  /// Page by page from second `reached` down to second `from`; of each listen `is_wanted` says
  /// whether it is told, and `on_page` is told the second that a page has reached, before what came
  /// is kept.
  void read_down(std::int64_t reached, std::int64_t from, std::int64_t count,
                 const std::function<bool(const ListenbrainzJson&, std::int64_t)>& is_wanted,
                 const std::function<void(std::int64_t)>& on_page) {
    const std::int64_t begun_at = reached;
    std::set<std::string> seen;  // of second `reached`
    while (reached >= from) {
      const ListenbrainzJson answer = page_below(reached + 1, count);
      const ListenbrainzJson& listens = part_of(answer, "listens");
      std::int64_t last = reached;
      bool is_anything_there = false, is_anything_new = false;
      for (const ListenbrainzJson& listen : listens) {
        const auto ts = seconds_of(listen, "listened_at");
        if (!ts || *ts > reached) continue;
        is_anything_there = true;
        if (*ts < last) seen.clear();
        last = std::min(last, *ts);
        if (*ts == last && !seen.insert(name_of(listen)).second) continue;
        is_anything_new = true;
        if (!is_wanted(listen, *ts)) continue;
        plays_.put(play_of_listen(listen));
        call_.next(0);
      }
      if (!is_anything_there && !listens.empty())
        throw playlist::Error("it tells other listens than it is asked for: is that ListenBrainz?");
      const std::int64_t oldest = seconds_of(answer, "oldest_listen_ts").value_or(0);
      if (listens.empty() || (!is_anything_new && last <= oldest)) return;
      if (!is_anything_new) {
        // All that the page has of this second was seen.
        if (last == reached && static_cast<std::int64_t>(listens.size()) >= kNewListensAtOnce)
          call_.notice(
              "more listens than a page holds may have one and the same second: some are missing");
        last = reached - 1;
        seen.clear();
      }
      reached = last;
      on_page(reached);
      keep();
      call_.checkpoint(static_cast<double>(begun_at - reached) /
                       static_cast<double>(std::max<std::int64_t>(
                           1, begun_at - std::max({from, oldest, std::int64_t{1}}))));
      count = kListensAtOnce;
    }
  }

  [[nodiscard]] ListenbrainzJson page_below(std::int64_t end, std::int64_t count) const {
    ListenbrainzJson answer =
        server_.get("/1/user/" + server_.user_in_path() + "/listens?max_ts=" + std::to_string(end) +
                    "&count=" + std::to_string(count));
    const ListenbrainzJson& payload = part_of(answer, "payload");
    if (!part_of(payload, "listens").is_array())
      throw playlist::Error("what answers there is not ListenBrainz");
    return payload;
  }

  /// What tells it from others of its second.
  static std::string name_of(const ListenbrainzJson& listen) {
    const ListenbrainzJson& metadata = part_of(listen, "track_metadata");
    std::string name = text_of(listen, "recording_msid");
    for (const char* field : {"recording_msid", "artist_name", "track_name", "release_name"})
      name += '\x1f' + text_of(metadata, field);
    return name;
  }

  void keep() {
    state_.advance(progress_.text());
    call_.complete(call_.record());
  }

  void read_feedback() {
    const std::vector<ListenbrainzJson> all = all_feedback();
    Digest digest;
    for (const ListenbrainzJson& one : all)
      for (const char* field : {"recording_mbid", "recording_msid", "score", "created"})
        digest.add(part_of(one, field).dump());
    if (digest.text() == progress_.feedback) return;
    if (all.empty() && progress_.feedback.empty()) return;  // there never was any
    call_.whole_list("likes", kListenbrainzTeller);
    call_.whole_list("banned", kListenbrainzTeller);
    for (const ListenbrainzJson& one : all) {
      put_feedback(one);
      call_.next(0);
    }
    progress_.feedback = digest.text();
  }

  [[nodiscard]] std::vector<ListenbrainzJson> all_feedback() const {
    for (int reading = 0; reading < kMostFeedbackReadings; ++reading) {
      std::vector<ListenbrainzJson> all;
      ListenbrainzJson total;
      for (std::size_t page = 0; page < kMostFeedbackPages; ++page) {
        const ListenbrainzJson answer = server_.get(
            "/1/feedback/user/" + server_.user_in_path() +
            "/get-feedback?metadata=true&count=1000&offset=" + std::to_string(all.size()));
        const ListenbrainzJson& some = part_of(answer, "feedback");
        if (!some.is_array()) throw playlist::Error("what answers there is not ListenBrainz");
        if (page == 0) total = part_of(answer, "total_count");
        // What came or went meanwhile has moved all behind it.
        if (part_of(answer, "total_count") != total) break;
        for (const ListenbrainzJson& one : some) all.push_back(one);
        call_.checkpoint();
        const auto count = number_of(answer, "total_count");
        if (some.empty() || (count && static_cast<double>(all.size()) >= *count)) return all;
      }
    }
    throw playlist::Error("the feedback changes faster than it can be read; try again");
  }

  void put_feedback(const ListenbrainzJson& one) {
    const auto score = number_of(one, "score");
    if (!score || (*score != 0 && *score != 1 && *score != -1))
      return call_.malformed("score is not -1, 0 or 1");
    if (*score == 0) return call_.bucket("no_opinion", "");
    const ListenbrainzJson& metadata = part_of(one, "track_metadata");
    Track track;
    track.title = text_of(metadata, "track_name");
    track.artist = text_of(metadata, "artist_name");
    track.album = text_of(metadata, "release_name");
    track.is_credit = true;
    track.mbid = mbid(text_of(one, "recording_mbid"));
    const auto created = seconds_of(one, "created");
    if (*score > 0) {
      rows_.like(track, created);
    } else {
      rows_.ban(track, created);
    }
  }

  /// What the person has is read by then: that these fail costs no more than them.
  void read_recommendations() {
    if (call_.now() < progress_.looked + kListensDay) return;
    std::vector<RecommendedTrack> tracks;
    try {
      tracks = recommended_tracks(call_, server_);
    } catch (const playlist::Error& error) {
      return call_.notice(playlist::concat("what it recommends is not known: ", error.what()));
    }
    const std::string digest = tracks.empty() ? "" : digest_of(tracks);
    progress_.looked = call_.now();
    if (digest == progress_.recommended) return;
    put_recommendations(call_, tracks, kListenbrainzTeller);
    progress_.recommended = digest;
  }

  playlist::SourceCall& call_;
  listenbrainz::Server server_;
  playlist::State state_;
  ListenbrainzProgress progress_;
  PlayRows plays_;
  LibraryRows rows_;
};

class ListenbrainzSource final : public playlist::Source {
 public:
  static constexpr std::uint32_t kFlags = PLAYLIST_REMOTE;
  static int recognise(const playlist::Input& /*input*/) { return 0; }  // it reads no files

  void read(playlist::SourceCall& call) const {
    if (call.setting("questions")) {
      answer_listenbrainz_questions(call);
    } else {
      ListenbrainzReading(call).read();
    }
  }
};

}  // namespace

constinit const playlist::Element kListenbrainzApi = playlist::element<ListenbrainzSource>(
    "source.listenbrainz_api",
    "Listens, and what you love and hate, of ListenBrainz, by engine sync.");

}  // namespace source
