// source.listenbrainz: the ListenBrainz account export, one JSON record per line.
//
// Files     listens/YEAR/MONTH.jsonl; feedback.jsonl (score 1 -> likes, -1 -> banned), which is all
//           that ListenBrainz holds of both; pinned_recording.jsonl and user.json hold nothing to
//           import. A JSON list of the same records is read as well, and so are answers of the
//           service and what is sent to it: a list "listens", "feedback" or "payload" in an object,
//           or in its "payload"
// Time      listened_at is when the track started; fractions are cut off. What a service was asked
//           for afterwards (music_service spotify.com) may be stamped with the end instead
// Teller    the submission_client: two of one account may tell the same play
// Device    the media_player, as far as the client tells it
// Artists   mbid_mapping.artists or additional_info.artist_names, else artist_name as a credit that
//           may join several
// Ids       the recording ListenBrainz matched (mbid_mapping) goes before the one the client sent
// Buckets   no_opinion (score 0), pinned, account, now_playing (no time yet), empty, malformed
#include "playlist/plugin.hpp"

#include <array>
#include <cstring>
#include <string>
#include <string_view>

#include "dates.hpp"
#include "elements.hpp"
#include "file_dates.hpp"
#include "ids.hpp"
#include "json_list.hpp"
#include "json_parts.hpp"
#include "json_records.hpp"
#include "recognise.hpp"
#include "repeats.hpp"
#include "text.hpp"

namespace source {
namespace {

enum Field : std::size_t {
  kListenedAt,
  kMetadata,
  kMsid,
  kMbid,
  kScore,
  kCreated,
  kPinnedUntil,
  kUserId,
  kUsername,
  kFieldCount
};
constexpr std::array<std::string_view, kFieldCount> kNames = {
    "listened_at", "track_metadata", "recording_msid", "recording_mbid", "score",
    "created",     "pinned_until",   "user_id",        "username"};
constexpr std::array<std::string_view, 7> kFirstKeys = {
    "listened_at", "inserted_at", "track_metadata", "recording_msid",
    "user_name",   "user_id",     "recording_mbid"};

enum MetadataField : std::size_t { kArtist, kTitle, kAlbum, kInfo, kMapping, kMetadataCount };
constexpr std::array<std::string_view, kMetadataCount> kMetadataNames = {
    "artist_name", "track_name", "release_name", "additional_info", "mbid_mapping"};

enum InfoField : std::size_t {
  kInfoMbid,
  kInfoIsrc,
  kInfoSpotify,
  kInfoOrigin,
  kInfoPlayed,
  kInfoArtists,
  kInfoDuration,
  kInfoSeconds,
  kInfoService,
  kInfoClient,
  kInfoPlayer,
  kInfoArtistNames,
  kInfoCredits,
  kInfoCount
};
constexpr std::array<std::string_view, kInfoCount> kInfoNames = {
    "recording_mbid", "isrc",         "spotify_id", "origin_url",    "duration_played",
    "artist_mbids",   "duration_ms",  "duration",   "music_service", "submission_client",
    "media_player",   "artist_names", "artists"};
constexpr std::array<std::string_view, 1> kCreditNames = {"artist_credit_name"};

enum ListenColumn {
  kTs = 1,
  kPlayed,
  kTitleColumn,
  kArtistColumn,
  kAlbumColumn,
  kSpotify,
  kIsrc,
  kRecording,
  kArtistMbid,
  kStamp,
  kDuration,
  kTeller,
  kCreditColumn,
  kDevice
};

/// The first text of a JSON list such as ["a","b"].
std::string_view first_text(const JsonValue& list) {
  if (list.kind != JsonValue::Kind::kList) return {};
  JsonReader reader(list.raw);
  JsonValue text;
  return reader.take('[') && reader.peek() == '"' && reader.text(text) ? text.raw
                                                                       : std::string_view{};
}

/// Where the list of records begins in an answer of the service; nullptr for JSON lines.
const char* find_list(JsonReader reader, int depth = 0) {
  if (!reader.take('{')) return nullptr;
  JsonValue key, other;
  while (reader.peek() == '"' && reader.text(key) && reader.take(':')) {
    const bool is_payload = key.raw == "payload";
    const bool is_list = is_payload || key.raw == "listens" || key.raw == "feedback";
    if (is_list && reader.peek() == '[') return reader.position();
    if (is_payload && depth == 0 && reader.peek() == '{') return find_list(reader, 1);
    if (!reader.value(other)) return nullptr;
    reader.take(',');
  }
  return nullptr;
}

/// The names of [{"artist_credit_name": ...}, ...], likewise.
std::string credits_of(const JsonValue& list, std::string& buffer) {
  std::string names;
  if (list.kind != JsonValue::Kind::kList) return names;
  JsonFields fields(kCreditNames);
  JsonReader reader(list.raw);
  reader.take('[');
  do {
    JsonValue name;
    if (reader.peek() != '{' || !fields.read(reader, &name)) break;
    add_name(names, name.text(buffer));
  } while (reader.take(','));
  return names;
}

class Listenbrainz final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    const JsonHead head(input);
    if (!head.is_object() && !head.is_list()) return kNo;
    if (head.has_all({"listened_at", "track_metadata"})) return kSure;
    if (head.has_all({"recording_msid", "created"}) && head.has_any({"score", "pinned_until"})) {
      return kSure;
    }
    const bool is_account = head.is_object() && head.has_all({"user_id", "username"});
    return is_account && equals_ignoring_case(input.name(), "user.json") ? kLikely : kNo;
  }

  void read(playlist::SourceCall& call) {
    call_ = &call;
    make_tables();
    const std::string_view text = without_bom(call.input().bytes());
    if (trim(text.substr(0, 256)).starts_with('[')) {
      read_records(text, kFirstKeys, fields_, values_.data(), call, [this] { take_record(); });
    } else if (const char* list = find_list(JsonReader(text)); list != nullptr) {
      read_answer(text, list);
    } else {
      read_lines(
          text, JsonList::kLongestRecord, call,
          [this](JsonReader& reader) { return fields_.read(reader, values_.data()); },
          [this] { take_record(); });
      const bool is_export = equals_ignoring_case(call.input().name(), "feedback.jsonl");
      if (has_feedback_ && is_export) {
        call.whole_list("likes", kListsTeller);
        call.whole_list("banned", kListsTeller);
      }
    }
    unread_.tell(call);
    call.finish();
  }

 private:
  void make_tables() {
    listens_ = &call_->rows("listens", {{"ts", PLAYLIST_I64, kAlways},
                                        {"ms_played", PLAYLIST_I32},
                                        {"title", PLAYLIST_STRING, kAlways},
                                        {"artist", PLAYLIST_STRING, kAlways},
                                        {"album", PLAYLIST_STRING},
                                        {"spotify_id", PLAYLIST_STRING},
                                        {"isrc", PLAYLIST_STRING},
                                        {"mbid", PLAYLIST_STRING},
                                        {"artist_mbid", PLAYLIST_STRING},
                                        {"stamp", PLAYLIST_U8},
                                        {"duration_ms", PLAYLIST_I32},
                                        {"teller", PLAYLIST_STRING},
                                        {"artist_credit", PLAYLIST_STRING},
                                        {"device", PLAYLIST_STRING}});
    likes_ = &call_->rows("likes", {{"ts", PLAYLIST_I64}, {"mbid", PLAYLIST_STRING}});
    banned_ = &call_->rows("banned", {{"ts", PLAYLIST_I64}, {"mbid", PLAYLIST_STRING}});
  }

  void read_answer(std::string_view text, const char* start) {
    JsonReader reader(text);
    reader.seek(start);
    JsonList list(reader, kFirstKeys, JsonList::Place::kInsideWithLists);
    while (list.next()) {
      if (list.read(fields_, values_.data())) {
        take_record();
      } else {
        call_->malformed(list.problem());
      }
      call_->next(reader.offset());
    }
    if (list.is_cut()) call_->notice("the file ends before its list is closed");
  }

  void take_record() {
    if (values_[kListenedAt].is_given()) return take_listen();
    if (values_[kPinnedUntil].is_given()) return call_->bucket("pinned", "");
    if (values_[kScore].is_given()) return take_feedback();
    if (values_[kUsername].is_given()) return call_->bucket("account", "");
    if (values_[kMetadata].is_given()) return call_->bucket("now_playing", "it has no time yet");
    call_->malformed("neither a listen nor feedback");
  }

  void take_listen() {
    const auto ts = values_[kListenedAt].integer();
    if (!ts || !is_plausible(*ts)) {
      return call_->malformed("listened_at is no time from 2000 on: " +
                              quoted(values_[kListenedAt].raw));
    }
    read_part(values_[kMetadata], metadata_fields_, metadata_);
    read_part(metadata_[kInfo], info_fields_, info_);
    read_part(metadata_[kMapping], mapping_fields_, mapping_);
    const std::string_view title = metadata_[kTitle].text(title_);
    const std::string_view artist = metadata_[kArtist].text(artist_);
    if (title.empty() || artist.empty()) return call_->bucket("empty", "no artist or no track");
    listens_->row();
    listens_->set_i64(kTs, *ts);
    listens_->set_text(kTitleColumn, title);
    put_artists(artist);
    listens_->set_text(kAlbumColumn, metadata_[kAlbum].text(buffer_));
    put_ids();
    put_teller();
  }

  void put_teller() {
    const bool may_be_end = info_[kInfoService].text(buffer_) == "spotify.com";
    listens_->set_u8(kStamp, may_be_end ? kStampEither : kStampStart);
    listens_->set_text(kTeller, info_[kInfoClient].text(buffer_));
    listens_->set_text(kDevice, info_[kInfoPlayer].text(buffer_));
    auto ms = info_[kInfoDuration].number();
    if (!ms) {
      if (const auto seconds = info_[kInfoSeconds].number()) ms = *seconds * 1000;
    }
    if (ms && *ms > 0 && *ms <= 24 * 3600 * 1000) {
      listens_->set_i32(kDuration, static_cast<std::int32_t>(*ms));
    }
  }

  void put_artists(std::string_view credit) {
    std::string names = credits_of(mapping_[kInfoCredits], buffer_);
    if (names.empty()) names = joined_names(info_[kInfoArtistNames], buffer_);
    if (names.empty()) {
      listens_->set_text(kCreditColumn, credit);
    } else {
      listens_->set_text(kArtistColumn, names);
    }
  }

  void put_ids() {
    std::string recording = mbid(mapping_[kInfoMbid].text(buffer_));
    if (recording.empty()) recording = mbid(info_[kInfoMbid].text(buffer_));
    listens_->set_text(kRecording, recording);
    std::string artist = mbid(first_text(mapping_[kInfoArtists]));
    if (artist.empty()) artist = mbid(first_text(info_[kInfoArtists]));
    listens_->set_text(kArtistMbid, artist);
    listens_->set_text(kIsrc, isrc(info_[kInfoIsrc].text(buffer_)));
    std::string_view id = spotify_id(info_[kInfoSpotify].text(buffer_));
    if (id.empty()) id = spotify_id(info_[kInfoOrigin].text(buffer_));
    listens_->set_text(kSpotify, id);
    const auto seconds = info_[kInfoPlayed].number();
    if (seconds && *seconds >= 0 && *seconds <= 24 * 3600) {
      listens_->set_i32(kPlayed, static_cast<std::int32_t>(*seconds * 1000));
    }
  }

  void take_feedback() {
    const auto score = values_[kScore].integer();
    if (!score || *score < -1 || *score > 1) return call_->malformed("score is not -1, 0 or 1");
    if (!has_feedback_) {
      has_feedback_ = true;
      call_->list("likes", kListsTeller);
      call_->list("banned", kListsTeller);
    }
    if (*score == 0) return call_->bucket("no_opinion", "");
    const std::string recording = mbid(values_[kMbid].text(buffer_));
    if (recording.empty()) return call_->bucket("empty", "no MusicBrainz recording");
    playlist::Rows& opinion = *score == 1 ? *likes_ : *banned_;
    opinion.row();
    const auto created = values_[kCreated].integer();
    if (created && is_plausible(*created)) {
      opinion.set_i64(1, *created);
    } else if (values_[kCreated].is_given()) {
      unread_.add(values_[kCreated].raw);
    }
    opinion.set_text(2, recording);
  }

  UnreadDates unread_{"\"created\""};
  static constexpr const char* kListsTeller = "listenbrainz";

  playlist::SourceCall* call_ = nullptr;
  bool has_feedback_ = false;
  playlist::Rows *listens_ = nullptr, *likes_ = nullptr, *banned_ = nullptr;
  JsonFields fields_{kNames}, metadata_fields_{kMetadataNames}, info_fields_{kInfoNames},
      mapping_fields_{kInfoNames};
  std::array<JsonValue, kFieldCount> values_;
  std::array<JsonValue, kMetadataCount> metadata_;
  std::array<JsonValue, kInfoCount> info_, mapping_;
  std::string buffer_, title_, artist_;
};

}  // namespace

constinit const playlist::Element kListenbrainz = playlist::element<Listenbrainz>(
    "source.listenbrainz", "ListenBrainz account export: listens and feedback as JSON lines.");

}  // namespace source
