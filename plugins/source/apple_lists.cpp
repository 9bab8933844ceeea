// source.apple_lists: the tables of Apple Music that privacy.apple.com sends, but for single plays
// (source.apple_activity, and source.plays_csv where they name artists).
//
// Plays     Play History Daily Tracks: a row is what was played of one track ("ARTIST - TITLE") on
//           one day, in these hours; its plays are listens exact to the hour, its skips are listens
//           that were skipped. Hours are taken for UTC: Apple does not say whose they are. What Apple
//           Music Play Activity.csv beside it tells to the second is not told again: bucket "other"
// Likes     Favorites, Likes and Dislikes: songs -> likes and banned, albums -> saved_albums, artists
//           -> saved_artists; described as "ARTIST - NAME"
// Sums      Recently Played Tracks, Track Play History and Container Details say again what the days
//           say: bucket "other"
// Buckets   video, other, empty, malformed
#include "playlist/plugin.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "apple_names.hpp"
#include "companions.hpp"
#include "csv.hpp"
#include "dates.hpp"
#include "elements.hpp"
#include "library_rows.hpp"
#include "play_rows.hpp"
#include "recognise.hpp"

namespace source {
namespace {

enum class Kind { kNone, kDays, kPreferences, kSums };

Kind find_kind(const Header& header) {
  if (header.has("track_description") && header.has("date_played")) return Kind::kDays;
  if (header.has("item_description") && header.has("preference")) return Kind::kPreferences;
  const bool is_recent = header.has("track_description") && header.has("total_plays");
  const bool is_last = header.has("track_name") && header.has("is_user_initiated");
  const bool is_container = header.has("container_description") || header.has("container_details");
  if (is_recent || is_last || is_container) return Kind::kSums;
  return Kind::kNone;
}

class AppleLists final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    const std::string_view text = table_text(input.head());
    if (text.starts_with('{') || text.starts_with('[') || !input.columns().empty()) return kNo;
    CsvReader csv(text, ',');
    const bool is_sound = csv.next() && csv.problem().empty();
    return is_sound && find_kind(Header(csv)) != Kind::kNone ? kSure : kNo;
  }

  void read(playlist::SourceCall& call) {
    call_ = &call;
    CsvReader csv(table_text(call.input().bytes()), ',');
    csv.next();
    header_ = Header(csv);
    kind_ = find_kind(header_);
    if (kind_ == Kind::kNone) throw playlist::Unsupported("no table of Apple Music's");
    if (kind_ == Kind::kDays) {
      const AppleNames names(companion(call, kAppleTracks), call.input().bytes());
      told_.emplace(companion(call, kAppleActivityFile), names);
    }
    plays_.emplace(call);
    library_.emplace(call);
    std::string problem;
    for (; csv.next(); call.next(csv.offset())) {
      if (!is_sound_record(csv, header_.size(), problem)) {
        call.malformed(problem);
      } else if (csv.is_blank()) {
        call.bucket("empty", "a record without values");
      } else {
        take_record(csv);
      }
    }
    if (kind_ == Kind::kDays) {
      call.notice("the hours are taken for UTC, as it does not say whose they are");
    }
    call.finish();
  }

 private:
  void take_record(const CsvReader& csv) {
    switch (kind_) {
      case Kind::kDays:
        return take_day(csv);
      case Kind::kPreferences:
        return take_preference(csv);
      default:
        return call_->bucket("other", "sums of what other tables tell");
    }
  }

  [[nodiscard]] std::string_view cell(const CsvReader& csv,
                                      std::initializer_list<std::string_view> names) const {
    return csv[header_.find(names)];
  }

  void take_day(const CsvReader& csv) {
    if (equals_ignoring_case(cell(csv, {"media_type"}), "video")) return call_->bucket("video");
    Play play;
    if (!split_apple_description(cell(csv, {"track_description"}), play.artist, play.title)) {
      return call_->bucket("empty", "no \"ARTIST - TITLE\"");
    }
    const std::string_view date = cell(csv, {"date_played"});
    const auto day = read_time(date);
    if (!day || !is_plausible(day->seconds)) {
      return call_->malformed("Date Played is no day from 2000 on: " + quoted(date));
    }
    constexpr std::int64_t kSecondsADay = 86'400;
    if (told_->tells(play.artist, play.title, day->seconds / kSecondsADay)) {
      return call_->bucket("other", "told to the second by Play Activity");
    }
    const auto plays = count(csv, "play_count", 1), skips = count(csv, "skip_count", 0);
    if (!plays || !skips) return call_->malformed("Play Count or Skip Count is no number of plays");
    if (*plays + *skips == 0) return call_->bucket("empty", "neither played nor skipped");
    const auto total = read_number(cell(csv, {"play_duration_milliseconds"}));
    const bool is_alike = *plays == 0 || *skips == 0;
    if (is_alike && total && *total >= 0) {
      play.ms_played = *total / static_cast<double>(*plays + *skips);
    }
    const std::vector<int> hours = hours_of(cell(csv, {"hours"}));
    play.precision = hours.empty() ? 86400 : 3600;
    for (std::int64_t k = 0; k < *plays + *skips; ++k) {
      const std::size_t hour = static_cast<std::size_t>(k) % std::max<std::size_t>(1, hours.size());
      play.ts = day->seconds + (hours.empty() ? 0 : std::int64_t{3600} * hours[hour]);
      if (k >= *plays) play.skipped = true;
      plays_->put(play);
    }
  }

  /// nullopt where it is no number that a day can hold.
  [[nodiscard]] std::optional<std::int64_t> count(const CsvReader& csv, std::string_view name,
                                                  std::int64_t otherwise) const {
    constexpr std::int64_t kMostADay = 5000;
    const std::string_view text = cell(csv, {name});
    if (is_missing_word(text)) return otherwise;
    const auto found = read_integer(text);
    return found && *found >= 0 && *found <= kMostADay ? found : std::nullopt;
  }

  /// Of "18, 19"; none where one is no hour.
  static std::vector<int> hours_of(std::string_view text) {
    std::vector<int> hours;
    for (const std::string& part : split(text, ',')) {
      const auto hour = read_integer(part);
      if (!hour || *hour < 0 || *hour > 23) return {};
      hours.push_back(static_cast<int>(*hour));
    }
    return hours;
  }

  void take_preference(const CsvReader& csv) {
    const std::string type = lower_ascii(cell(csv, {"favorite_type", "item_type"}));
    const std::string word = lower_ascii(cell(csv, {"preference"}));
    const bool is_liked =
        word.starts_with("like") || word.starts_with("love") || word.starts_with("favo");
    if (!is_liked && !word.starts_with("dislike")) return call_->bucket("other", word);
    const auto time = read_time(cell(csv, {"last_modified", "created"}));
    const auto ts = time ? std::optional(time->seconds) : std::nullopt;
    const std::string_view description = cell(csv, {"item_description"});
    if (contains(type, "artist")) {
      return is_liked ? library_->save_artist(description, ts)
                      : library_->ban_artist(description, ts);
    }
    Track track;
    if (!split_apple_description(description, track.artist, track.title)) {
      return call_->bucket("empty", "no \"ARTIST - NAME\"");
    }
    if (contains(type, "album") && is_liked) {
      return library_->save_album(track.title, track.artist, ts);
    }
    if (!type.empty() && !contains(type, "song")) return call_->bucket("other", type);
    is_liked ? library_->like(track, ts) : library_->ban(track, ts);
  }

  playlist::SourceCall* call_ = nullptr;
  std::optional<AppleToldPlays> told_;
  std::optional<PlayRows> plays_;
  std::optional<LibraryRows> library_;
  Header header_;
  Kind kind_ = Kind::kNone;
};

}  // namespace

constinit const playlist::Element kAppleLists = playlist::element<AppleLists>(
    "source.apple_lists",
    "Tables of Apple Music from privacy.apple.com: plays by day and hour, favourites.");

}  // namespace source
