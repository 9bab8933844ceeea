// What the user said by `now`: the rows that hold, and what they come to for each track.
#include <algorithm>
#include <vector>

#include "core/ascii.hpp"
#include "data/as_of_view.hpp"
#include "data/text_column.hpp"
#include "store/feedback.hpp"

namespace engine {
namespace {

/// The rows of the table "feedback".
struct FeedbackView {
  explicit FeedbackView(const playlist_table& table)
      : rows(static_cast<std::size_t>(table.rows)),
        track(items<std::int32_t>(table, "track")),
        artist(items<std::int32_t>(table, "artist")),
        ts(items<std::int64_t>(table, "ts")),
        first(items<std::int64_t>(table, "first")),
        last(items<std::int64_t>(table, "last")),
        is_lasting(items<std::uint8_t>(table, "is_lasting")),
        is_here(items<std::uint8_t>(table, "is_here")),
        table_(table) {}

  [[nodiscard]] std::string_view text(const char* column, std::size_t row) const {
    const playlist_column& texts = *find_column(table_, column);
    return text_of(texts, static_cast<const std::int32_t*>(texts.data)[row]);
  }
  [[nodiscard]] Verdict verdict(std::size_t row) const {
    return verdict_of(text("verdict", row)).value();
  }
  [[nodiscard]] FeedbackSubject subject(std::size_t row) const {
    return subject_of(text("subject", row)).value();
  }

  std::size_t rows;
  std::span<const std::int32_t> track, artist;
  std::span<const std::int64_t> ts, first, last;
  std::span<const std::uint8_t> is_lasting, is_here;

 private:
  const playlist_table& table_;
};

/// The tracks of the songs that rows are about: all of them found in one pass.
class SongTracks {
 public:
  SongTracks(const AsOfView& view, const FeedbackView& feedback) {
    std::vector<bool> is_wanted;
    for (std::size_t row = 0; row < feedback.rows; ++row) {
      if (feedback.subject(row) != FeedbackSubject::kSong) continue;
      if (is_wanted.empty()) {
        songs_ = items<std::int32_t>(*view.table("tracks"), "song");
        is_wanted.resize(songs_.size());  // a song has a number below that of its last track
      }
      is_wanted[song_of(feedback.track[row])] = true;
    }
    for (std::size_t track = 0; track < songs_.size(); ++track)
      if (is_wanted[static_cast<std::size_t>(songs_[track])])
        tracks_.push_back({songs_[track], static_cast<std::int32_t>(track)});
    std::ranges::stable_sort(tracks_, {}, &SongTrack::song);
  }

  /// Of the song that this track is a version of.
  template <typename Take>
  void each(std::int32_t track, const Take& take) const {
    const auto song = static_cast<std::int32_t>(song_of(track));
    for (const SongTrack& version : std::ranges::equal_range(tracks_, song, {}, &SongTrack::song))
      take(version.track);
  }

 private:
  struct SongTrack {
    std::int32_t song, track;
  };
  [[nodiscard]] std::size_t song_of(std::int32_t track) const {
    return static_cast<std::size_t>(songs_[static_cast<std::size_t>(track)]);
  }
  std::span<const std::int32_t> songs_;
  std::vector<SongTrack> tracks_;
};

/// The tracks that a row is about.
template <typename Take>
void each_track(const AsOfView& view, const FeedbackView& feedback, const SongTracks& songs,
                std::size_t row, const Take& take) {
  const FeedbackSubject subject = feedback.subject(row);
  const std::int32_t track = feedback.track[row];
  if (subject == FeedbackSubject::kTrack) {
    take(track);
  } else if (subject == FeedbackSubject::kSong) {
    songs.each(track, take);
  } else if (subject == FeedbackSubject::kArtist || subject == FeedbackSubject::kAlbum) {
    const playlist_table& tracks = *view.table("tracks");
    const playlist_column& album = *find_column(tracks, "album");
    const auto albums = items<std::int32_t>(tracks, "album");
    const playlist_lists& of_artist = *view.lists("artist_tracks");
    const auto artist = static_cast<std::size_t>(feedback.artist[row]);
    for (auto k = of_artist.offsets[artist]; k < of_artist.offsets[artist + 1]; ++k) {
      const std::int32_t one = of_artist.values[k];
      if (subject == FeedbackSubject::kArtist ||
          equal_ignoring_case(text_of(album, albums[static_cast<std::size_t>(one)]),
                              feedback.text("name", row)))
        take(one);
    }
  } else if (subject == FeedbackSubject::kPlaylist) {
    const playlist_table& entries = *view.table("playlist_tracks");
    const playlist_column& names = *find_column(entries, "playlist");
    const auto name = items<std::int32_t>(entries, "playlist");
    const auto tracks = items<std::int32_t>(entries, "track");
    for (std::size_t k = 0; k < tracks.size(); ++k)
      if (text_of(names, name[k]) == feedback.text("name", row)) take(tracks[k]);
  }
}

/// Of each track the row that was said of it last and holds for this list, -1 for none. A ban stays
/// whatever is said after it.
class LastWords {
 public:
  LastWords(const AsOfView& view, const FeedbackView& feedback) {
    const SongTracks songs(view, feedback);
    for (std::size_t row = 0; row < feedback.rows; ++row) {
      if (feedback.is_here[row] == 0 || !is_of_suggestions(feedback, row)) continue;
      if (row_of_.empty()) {
        row_of_.assign(static_cast<std::size_t>(view.track_count()), -1);
        is_ban_.resize(row_of_.size());
      }
      const bool is_ban = feedback.verdict(row) == Verdict::kBan;
      each_track(view, feedback, songs, row, [&](std::int32_t track) {
        const auto at = static_cast<std::size_t>(track);
        if (is_ban_[at] && !is_ban) return;
        is_ban_[at] = is_ban;
        row_of_[at] = static_cast<std::int32_t>(row);
      });
    }
  }

  struct Word {
    std::int32_t track;
    std::size_t row;
  };
  /// Those that `is_wanted` says yes to, by (time, track).
  template <typename IsWanted>
  [[nodiscard]] std::vector<Word> words(const FeedbackView& feedback,
                                        const IsWanted& is_wanted) const {
    std::vector<Word> found;
    for (std::size_t track = 0; track < row_of_.size(); ++track) {
      if (row_of_[track] < 0) continue;
      const auto row = static_cast<std::size_t>(row_of_[track]);
      if (is_wanted(feedback.verdict(row)))
        found.push_back({static_cast<std::int32_t>(track), row});
    }
    std::ranges::sort(
        found, {}, [&](const Word& word) { return std::pair(feedback.ts[word.row], word.track); });
    return found;
  }

 private:
  /// Lasting bans for all lists are the table "banned".
  static bool is_of_suggestions(const FeedbackView& feedback, std::size_t row) {
    switch (feedback.verdict(row)) {
      case Verdict::kApprove:
      case Verdict::kReject:
      case Verdict::kLater:
      case Verdict::kLove:
        return true;
      case Verdict::kBan:
        return feedback.is_lasting[row] == 0 || !feedback.text("list", row).empty();
      default:
        return false;
    }
  }

  std::vector<std::int32_t> row_of_;
  std::vector<bool> is_ban_;
};

/// The row holds by then, and what it is about is known.
std::vector<std::int64_t> rows_holding(const playlist_table& spans, std::int64_t now,
                                       std::size_t tracks, std::size_t artists) {
  const auto ts = items<std::int64_t>(spans, "ts"), ended = items<std::int64_t>(spans, "ended");
  const auto track = items<std::int32_t>(spans, "track"),
             artist = items<std::int32_t>(spans, "artist");
  std::vector<std::int64_t> rows;
  for (std::size_t k = 0; k < ts.size() && ts[k] <= now; ++k) {
    if (now < ended[k] && track[k] < static_cast<std::int32_t>(tracks) &&
        artist[k] < static_cast<std::int32_t>(artists))
      rows.push_back(static_cast<std::int64_t>(k));
  }
  return rows;
}

/// Texts of some rows, so that nothing is left of those of others.
void copy_texts(OwnedTable& to, const playlist_table& from, const char* column,
                const std::vector<std::int64_t>& rows) {
  const playlist_column& texts = *find_column(from, column);
  const auto codes = items<std::int32_t>(from, column);
  TextColumn copied;
  for (const std::int64_t row : rows)
    copied.add(text_of(texts, codes[static_cast<std::size_t>(row)]));
  std::vector<std::string> words;
  for (std::size_t code = 0; code < copied.texts.count(); ++code)
    words.emplace_back(copied.texts.text(static_cast<std::int32_t>(code)));
  std::ranges::copy(copied.codes, to.texts(column, words));
}

}  // namespace

AsOfView::Made AsOfView::make_feedback() const {
  const playlist_table& spans = *columns_->words->table("feedback_spans");
  const std::vector<std::int64_t> rows = rows_holding(spans, now_, tracks_, artists_);
  auto made = std::make_unique<OwnedTable>(static_cast<std::int64_t>(rows.size()));
  for (const char* name : {"track", "artist", "rating", "propensity", "first", "last", "ts"})
    made->pick(*find_column(spans, name), rows);
  for (const char* name : {"verdict", "subject", "name", "reason", "list", "origin"})
    copy_texts(*made, spans, name, rows);
  const auto expires = items<std::int64_t>(spans, "expires");
  const auto list = items<std::int32_t>(spans, "list");
  const playlist_column& lists = *find_column(spans, "list");
  std::uint8_t *const is_lasting = made->u8("is_lasting"), *const is_here = made->u8("is_here");
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const auto row = static_cast<std::size_t>(rows[k]);
    const std::string_view of = text_of(lists, list[row]);
    is_lasting[k] = expires[row] == INT64_MAX;
    is_here[k] = of.empty() || std::ranges::find(lists_made_, of) != lists_made_.end();
  }
  return made;
}

AsOfView::Made AsOfView::make_rejected() const {
  const FeedbackView feedback(*table("feedback"));
  const auto words = LastWords(*this, feedback).words(feedback, [](Verdict verdict) {
    return verdict == Verdict::kReject || verdict == Verdict::kLater || verdict == Verdict::kBan;
  });
  auto made = std::make_unique<OwnedTable>(static_cast<std::int64_t>(words.size()));
  std::int32_t* const track = made->i32("track");
  std::int64_t* const ts = made->i64("ts");
  std::int32_t* const artist = made->i32("artist");
  std::vector<std::int64_t> rows;
  for (std::size_t k = 0; k < words.size(); ++k) {
    track[k] = words[k].track;
    ts[k] = feedback.ts[words[k].row];
    artist[k] = feedback.artist[words[k].row];
    rows.push_back(static_cast<std::int64_t>(words[k].row));
  }
  for (const char* name : {"verdict", "reason", "list"})
    copy_texts(*made, *table("feedback"), name, rows);
  return made;
}

AsOfView::Made AsOfView::make_trials() const {
  const FeedbackView feedback(*table("feedback"));
  auto words = LastWords(*this, feedback).words(feedback, [](Verdict verdict) {
    return verdict == Verdict::kApprove;
  });
  const auto banned = items<std::int32_t>(*table("banned"), "track");
  std::erase_if(words, [&](const LastWords::Word& word) {
    return std::ranges::find(banned, word.track) != banned.end();
  });
  auto made = std::make_unique<OwnedTable>(static_cast<std::int64_t>(words.size()));
  std::int32_t* const track = made->i32("track");
  std::int64_t* const ts = made->i64("ts");
  for (std::size_t k = 0; k < words.size(); ++k) {
    track[k] = words[k].track;
    ts[k] = feedback.ts[words[k].row];
  }
  return made;
}

// Tracks that are not known by now are left out.
AsOfView::Made AsOfView::make_current() const {
  std::vector<std::int32_t> tracks;
  for (const std::int64_t id : current_)
    if (const std::int32_t track = track_number(id); track >= 0) tracks.push_back(track);
  auto made = std::make_unique<OwnedTable>(static_cast<std::int64_t>(tracks.size()));
  made->copy("track", tracks);
  made->copy("ts", std::vector<std::int64_t>(tracks.size(), INT64_MIN));
  return made;
}

// Its code in the listens; -1 for none of them.
std::int32_t AsOfView::device_called(std::string_view name) const {
  const playlist_column& devices = *find_column(user("listen_contexts"), "device");
  for (std::uint32_t code = 0; code < devices.dict->count; ++code)
    if (text_of(devices, static_cast<std::int32_t>(code)) == name)
      return static_cast<std::int32_t>(code);
  return -1;
}

const Forgotten& AsOfView::forgotten() const {
  const std::lock_guard lock(mutex_);
  if (forgotten_) return *forgotten_;
  Forgotten made(*this);
  const FeedbackView feedback(*table("feedback"));
  const SongTracks songs(*this, feedback);
  for (std::size_t row = 0; row < feedback.rows; ++row) {
    if (feedback.verdict(row) != Verdict::kForget) continue;
    switch (feedback.subject(row)) {
      case FeedbackSubject::kTimes:
        made.add_times(feedback.first[row], feedback.last[row]);
        break;
      case FeedbackSubject::kDevice:
        if (const std::int32_t device = device_called(feedback.text("name", row)); device >= 0)
          made.add_device(device);
        break;
      case FeedbackSubject::kArtist:
        made.add_artist(feedback.artist[row]);
        break;
      default:
        each_track(*this, feedback, songs, row, [&](std::int32_t track) { made.add_track(track); });
    }
  }
  return forgotten_.emplace(std::move(made));
}

}  // namespace engine
