// source.itunes: the library that iTunes and Apple Music write as XML (iTunes Library.xml), whole or
// one playlist of it.
//
// Records   every track, every playlist, and every track in one
// Tracks    -> tracks: names, album, length, year, genre, BPM; loved or a favourite -> likes,
//           disliked -> banned; own stars (20 of 100 each) -> ratings, none that the program reckoned
//           from the album's. The last play is a listen; the plays before are only counted
// Playlists -> the person's playlists, but for the folders and the rules of smart ones, and the
//           lists that every library has (Music, Podcasts ...)
// Time      UTC; of a play when it ended
// Personal  paths and accounts are not kept
// Buckets   podcast, audiobook, video, other (playlists that are not read), empty, malformed
#include "playlist/plugin.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "../dates.hpp"
#include "../library_rows.hpp"
#include "../play_rows.hpp"
#include "../recognise.hpp"
#include "../text.hpp"
#include "elements.hpp"
#include "xml.hpp"

namespace source {
namespace {

using Fields = std::map<std::string, std::string, std::less<>>;

/// What a property list holds, told where it stands: Tracks/ID/KEY and Playlists/[]/KEY.
class Plist final : public XmlHandler {
 public:
  class Records {
   public:
    virtual ~Records() = default;
    virtual void take_track(const std::string& id, const Fields& fields) = 0;
    virtual void take_playlist(const Fields& fields, const std::vector<std::string>& items) = 0;
  };
  explicit Plist(Records& records) : records_(records) {}

  void begin(std::string_view name, const char**) override {
    text_.clear();
    if (name != "dict" && name != "array") return;
    if (name == "dict" && stack_.size() == kRecord - 1) {
      fields_.clear();
      items_.clear();
    }
    stack_.emplace_back();
  }

  void text(std::string_view part) override {
    if (text_.size() + part.size() <= kLongestText) text_ += part;
  }

  void end(std::string_view name) override {
    if (name == "plist" || stack_.empty()) return;
    if (name == "key") {
      stack_.back() = text_;
    } else if (name == "dict" || name == "array") {
      stack_.pop_back();
      if (name == "dict" && stack_.size() == kRecord - 1) close_record();
    } else {
      take_value(name == "true" || name == "false" ? std::string(name) : text_);
    }
    text_.clear();
  }

 private:
  static constexpr std::size_t kRecord = 3, kItem = 5, kLongestText = 1 << 16;

  void take_value(std::string value) {
    if (stack_.size() == kRecord) {
      fields_[stack_.back()] = std::move(value);
    } else if (stack_.size() == kItem && stack_.back() == "Track ID") {
      items_.push_back(std::move(value));
    }
  }

  void close_record() {
    if (stack_.front() == "Tracks") records_.take_track(stack_.back(), fields_);
    if (stack_.front() == "Playlists") records_.take_playlist(fields_, items_);
  }

  Records& records_;
  std::vector<std::string> stack_;  // containers around, with the key that stands in each
  std::string text_;
  Fields fields_;
  std::vector<std::string> items_;
};

enum TrackColumn { kTitle = 1, kArtist, kCredit, kAlbum, kDuration, kYear, kTempo, kTags };

class Itunes final : public playlist::Source, Plist::Records {
 public:
  static int recognise(const playlist::Input& input) {
    const std::string_view head = input.head();
    return contains(head, "<plist") && contains(head, "<key>Tracks</key>") ? kSure : kNo;
  }

  void read(playlist::SourceCall& call) {
    call_ = &call;
    plays_.emplace(call);
    library_.emplace(call);
    tracks_ = &call.rows("tracks", {{"title", PLAYLIST_STRING},
                                    {"artist", PLAYLIST_STRING},
                                    {"artist_credit", PLAYLIST_STRING},
                                    {"album", PLAYLIST_STRING},
                                    {"duration_ms", PLAYLIST_I32},
                                    {"year", PLAYLIST_I32},
                                    {"tempo", PLAYLIST_F32},
                                    {"tags", PLAYLIST_STRING}});
    Plist plist(*this);
    XmlReader reader(plist);
    if (!reader.read(trim(without_bom(call.input().bytes())), /*is_last=*/true)) {
      if (call.record() == 0) throw playlist::Error(reader.problem());
      call.notice(playlist::concat("it breaks off at ", reader.problem(),
                                   "; what comes behind is not read"));
    }
    if (untimed_ > 0) {
      call.notice(playlist::concat(untimed_,
                                   " plays are only counted there, without a time, and "
                                   "are no listens"));
    }
    call.finish();
  }

 private:
  void take_track(const std::string& id, const Fields& fields) override {
    const Track track = track_of(fields);
    const char* bucket = other_than_music(fields);
    if (bucket != nullptr) {
      call_->bucket(bucket);
    } else if (!track.has_identity()) {
      call_->bucket("empty", "no name or no artist");
    } else {
      put_track(track, fields);
    }
    if (bucket == nullptr) known_[id] = track;
    step();
  }

  static Track track_of(const Fields& fields) {
    Track track;
    track.title = text(fields, "Name");
    track.artist = text(fields, "Artist");
    if (track.artist.empty()) track.artist = text(fields, "Album Artist");
    track.album = text(fields, "Album");
    track.is_credit = true;  // "A & B"
    return track;
  }

  static const char* other_than_music(const Fields& fields) {
    const std::string genre = lower_ascii(text(fields, "Genre")),
                      kind = lower_ascii(text(fields, "Kind"));
    if (flag(fields, "Podcast") || genre == "podcast") return "podcast";
    if (genre == "audiobook" || genre == "audiobooks" || contains(kind, "audible")) {
      return "audiobook";
    }
    for (const char* video : {"Movie", "TV Show", "Music Video", "Has Video"}) {
      if (flag(fields, video)) return "video";
    }
    return nullptr;
  }

  void put_track(const Track& track, const Fields& fields) {
    tracks_->row();
    tracks_->set_text(kTitle, track.title);
    tracks_->set_text(kCredit, track.artist);
    tracks_->set_text(kAlbum, track.album);
    tracks_->set_text(kTags, text(fields, "Genre"));
    const auto ms = read_number(text(fields, "Total Time"));
    const bool has_length = ms && *ms >= 1 && *ms <= 24.0 * 3600 * 1000;
    if (has_length) tracks_->set_i32(kDuration, static_cast<std::int32_t>(*ms));
    if (const auto year = read_year(text(fields, "Year"))) tracks_->set_i32(kYear, *year);
    const auto bpm = read_number(text(fields, "BPM"));
    if (bpm && *bpm >= 1 && *bpm <= 500) tracks_->set_f32(kTempo, static_cast<float>(*bpm));
    put_opinions(track, fields);
    put_last_play(track, fields, has_length ? ms : std::nullopt);
  }

  void put_opinions(const Track& track, const Fields& fields) {
    if (flag(fields, "Loved") || flag(fields, "Favorited")) library_->like(track);
    if (flag(fields, "Disliked")) library_->ban(track);
    constexpr double kPerStar = 20;
    const auto stars = read_number(text(fields, "Rating"));
    const bool is_own =
        stars && *stars > 0 && *stars <= 5 * kPerStar && !flag(fields, "Rating Computed");
    if (is_own) library_->rate(track, *stars / kPerStar);
  }

  void put_last_play(const Track& track, const Fields& fields, std::optional<double> duration_ms) {
    const std::int64_t count = read_integer(text(fields, "Play Count")).value_or(0);
    const auto last = read_time(text(fields, "Play Date UTC"));
    const bool is_told = last && is_plausible(last->seconds);
    untimed_ += std::max<std::int64_t>(0, count - (is_told ? 1 : 0));
    if (!is_told) return;
    Play play;
    play.ts = last->seconds;
    play.stamp = kStampEnd;
    play.title = track.title;
    play.credit = track.artist;
    play.album = track.album;
    play.duration_ms = duration_ms;
    plays_->put(play);
  }

  void take_playlist(const Fields& fields, const std::vector<std::string>& items) override {
    LibraryRows::Playlist playlist;
    playlist.name = text(fields, "Name");
    playlist.id = text(fields, "Playlist Persistent ID");
    if (!playlist.id.empty()) playlist.id = "itunes:" + playlist.id;
    playlist.description = text(fields, "Description");
    const bool is_of_program = flag(fields, "Master") || fields.contains("Distinguished Kind") ||
                               flag(fields, "Music") || flag(fields, "Purchased Music");
    const bool is_rules = fields.contains("Smart Info") || flag(fields, "Folder");
    const bool is_read = !is_of_program && !is_rules && !playlist.name.empty();
    if (is_read) {
      library_->begin(playlist);
    } else {
      call_->bucket("other", is_of_program ? "a list that every library has"
                             : is_rules    ? "a folder, or the rules of a smart playlist"
                                           : "a playlist without a name");
    }
    step();
    for (const std::string& item : items) {
      const auto track = known_.find(item);
      if (!is_read) {
        call_->bucket("other", "of a playlist that is not read");
      } else if (track == known_.end()) {
        call_->bucket("other", "no music, or a track that is gone");
      } else {
        library_->add(playlist, track->second);
      }
      step();
    }
  }

  static std::string_view text(const Fields& fields, std::string_view name) {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string_view() : trim(found->second);
  }
  static bool flag(const Fields& fields, std::string_view name) {
    return text(fields, name) == "true";
  }

  void step() { call_->next(++rows_); }

  playlist::SourceCall* call_ = nullptr;
  playlist::Rows* tracks_ = nullptr;
  std::optional<PlayRows> plays_;
  std::optional<LibraryRows> library_;
  std::unordered_map<std::string, Track> known_;  // by the id that playlists name
  std::int64_t untimed_ = 0;
  std::uint64_t rows_ = 0;
};

}  // namespace

constinit const playlist::Element kItunes = playlist::element<Itunes>(
    "source.itunes",
    "Library.xml of iTunes and Apple Music: tracks, stars, last plays, playlists.");

}  // namespace source
