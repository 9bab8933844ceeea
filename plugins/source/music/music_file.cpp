// source.music_file: one music file, by its tags (TagLib).
//
// Record    the file -> tracks, and artists where each has its MusicBrainz id
// Names     TITLE; ARTISTS, else ARTIST, else ALBUMARTIST; ALBUM. Several values are several artists;
//           one value of ARTIST may join several ("A feat. B") unless it has one MusicBrainz id. What
//           the tags do not say the path does (path_names.hpp)
// Ids       MUSICBRAINZ_TRACKID (of ID3 UFID too), which names the recording; ISRC
// Year      ORIGINALDATE, ORIGINALYEAR, else DATE
// Tags      GENRE, at ';' ',' '/' as well; MOOD and STYLE as "mood:..." and "style:..."
// Loudness  LUFS: -18 - REPLAYGAIN_TRACK_GAIN, as ReplayGain 2.0 plays at -18 LUFS (1.0's 89 dB); by
//           REPLAYGAIN_REFERENCE_LOUDNESS ("83 dB", "-23 LUFS") where the file has it; else
//           -23 - R128_TRACK_GAIN / 256 of Opus (RFC 7845)
// Tempo     BPM (of ID3 TBPM, of MP4 tmpo); 0 is none
// Key       INITIALKEY, else KEY: key and mode
// Explicit  ITUNESADVISORY: 1 explicit, 2 clean
// Length    as the format's header says it
// Lyrics    rows of "lyrics": source "file" of the text beside it, which the engine gives as its companion
//           "lyrics"; source "tag" of LYRICS (of ID3 USLT, of MP4 (c)lyr), UNSYNCEDLYRICS, SYNCEDLYRICS, else
//           of ID3 SYLT. As lyrics.hpp reads them; what it leaves nothing of has no row
// Buckets   malformed, empty (nothing names it)
#include "playlist/plugin.hpp"

#include <cmath>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <taglib/fileref.h>
#include <taglib/id3v2tag.h>
#include <taglib/mpegfile.h>
#include <taglib/synchronizedlyricsframe.h>
#include <taglib/tpropertymap.h>
#include <vector>

#include "../companions.hpp"
#include "../dates.hpp"
#include "../ids.hpp"
#include "../json_parts.hpp"
#include "../lyrics.hpp"
#include "../text.hpp"
#include "elements.hpp"
#include "initial_key.hpp"
#include "memory_stream.hpp"
#include "path_names.hpp"

namespace source {
namespace {

enum Column {
  kTitle = 1,
  kArtist,
  kCredit,
  kAlbum,
  kIsrc,
  kMbid,
  kDuration,
  kYear,
  kExplicit,
  kTags,
  kLoudness,
  kTempo,
  kPitch,
  kMode
};

constexpr double kUsualLufs = -18, kDecibelsAtZeroLufs = 107, kR128Lufs = -23;

/// Trimmed UTF-8, without the characters that separate lists and end texts.
std::string plain(const TagLib::String& text) {
  std::string bytes = text.to8Bit(true);
  for (char& c : bytes) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  return std::string(trim(bytes));
}

/// What rippers write where they know nothing.
bool is_placeholder(std::string_view name) {
  for (const std::string_view word :
       {"unknown", "unknown artist", "unknown album", "<unknown>", "[unknown]"}) {
    if (equals_ignoring_case(name, word)) return true;
  }
  return false;
}

class Tags {
 public:
  explicit Tags(const TagLib::PropertyMap& map) : map_(map) {}

  /// Of the first of these that has any.
  [[nodiscard]] std::vector<std::string> values(std::initializer_list<const char*> names) const {
    std::vector<std::string> values;
    for (const char* name : names) {
      const auto found = map_.find(name);
      if (found == map_.end()) continue;
      for (const TagLib::String& value : found->second) {
        if (std::string text = plain(value); !text.empty()) values.push_back(std::move(text));
      }
      if (!values.empty()) break;
    }
    return values;
  }
  [[nodiscard]] std::string value(std::initializer_list<const char*> names) const {
    const std::vector<std::string> found = values(names);
    return found.empty() ? "" : found.front();
  }
  [[nodiscard]] bool is_empty() const { return map_.isEmpty(); }

 private:
  const TagLib::PropertyMap& map_;
};

/// The number that a text begins with, as "-6.54 dB".
std::optional<double> leading_number(std::string_view text) {
  text = trim(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  return read_number(text.substr(0, text.find_first_not_of("0123456789.-")));
}

std::optional<double> loudness_of(const Tags& tags) {
  std::optional<double> loudness;
  if (const auto gain = leading_number(tags.value({"REPLAYGAIN_TRACK_GAIN"}))) {
    double reference = kUsualLufs;
    const std::string text = tags.value({"REPLAYGAIN_REFERENCE_LOUDNESS"});
    if (const auto level = leading_number(text)) {
      reference = *level < 0 ? *level : *level - kDecibelsAtZeroLufs;
    }
    loudness = reference - *gain;
  } else if (const auto steps = read_integer(tags.value({"R128_TRACK_GAIN"}))) {
    loudness = kR128Lufs - static_cast<double>(*steps) / 256;
  }
  return loudness && *loudness >= -70 && *loudness <= 10 ? loudness : std::nullopt;
}

/// All UUIDs in the values: taggers join several by '/' or ';'.
std::vector<std::string> mbids_of(const std::vector<std::string>& values) {
  constexpr std::size_t kLength = 36;
  std::vector<std::string> ids;
  for (const std::string& value : values) {
    for (std::size_t at = 0; at + kLength <= value.size(); ++at) {
      const std::string id = mbid(std::string_view(value).substr(at, kLength));
      if (id.empty()) continue;
      ids.push_back(id);
      at += kLength - 1;
    }
  }
  return ids;
}

std::string tag_list(const Tags& tags) {
  std::string list;
  for (std::string genre : tags.values({"GENRE"})) {
    for (char& c : genre) {
      if (c == ',' || c == '/') c = ';';
    }
    for (const std::string& one : split(genre, ';')) {
      add_name(list, trim(std::string_view(one).substr(one.starts_with("& ") ? 2 : 0)));
    }
  }
  for (const auto& [name, prefix] : {std::pair{"MOOD", "mood:"}, std::pair{"STYLE", "style:"}}) {
    for (const std::string& value : tags.values({name})) {
      for (const std::string& one : split(value, ';')) add_name(list, prefix + one);
    }
  }
  return list;
}

struct Artists {
  std::vector<std::string> names;  // each of one artist
  std::string credit;              // instead: a text that may join several
  std::vector<std::string> ids;    // in the order of `names`, or none
};

Artists artists_of(const Tags& tags) {
  Artists artists;
  artists.ids = mbids_of(tags.values({"MUSICBRAINZ_ARTISTID"}));
  artists.names = tags.values({"ARTISTS"});
  if (artists.names.size() == 1 && artists.ids.size() > 1) {
    std::vector<std::string> parts = split(artists.names[0], ';');
    if (parts.size() != artists.ids.size()) parts = split(artists.names[0], '/');
    if (parts.size() == artists.ids.size()) artists.names = std::move(parts);
  }
  if (artists.names.empty()) artists.names = tags.values({"ARTIST", "ALBUMARTIST"});
  std::erase_if(artists.names, is_placeholder);
  if (artists.ids.size() != artists.names.size()) {
    // One text, of several or of nobody known: it may join several names.
    if (artists.names.size() == 1 && tags.values({"ARTISTS"}).size() != 1) {
      artists.credit = artists.names[0];
      artists.names.clear();
    }
    artists.ids.clear();
  }
  return artists;
}

/// What is sung by the properties; "LYRICS:..." is of ID3 frames with a description.
Lyrics lyrics_of(const TagLib::PropertyMap& properties) {
  const auto first_of = [](const TagLib::StringList& values) {
    for (const TagLib::String& value : values) {
      if (Lyrics lyrics = read_lyrics(value.to8Bit(true)); !lyrics.is_empty()) return lyrics;
    }
    return Lyrics();
  };
  for (const char* name : {"LYRICS", "UNSYNCEDLYRICS", "UNSYNCED LYRICS", "SYNCEDLYRICS"}) {
    const auto found = properties.find(name);
    if (found == properties.end()) continue;
    if (Lyrics lyrics = first_of(found->second); !lyrics.is_empty()) return lyrics;
  }
  for (const auto& [name, values] : properties) {
    if (!name.startsWith("LYRICS:")) continue;
    if (Lyrics lyrics = first_of(values); !lyrics.is_empty()) return lyrics;
  }
  return {};
}

/// Of ID3's SYLT frames, whose texts are lines, or syllables among which line ends stand.
Lyrics synchronized_lyrics_of(TagLib::File* file) {
  auto* mpeg = dynamic_cast<TagLib::MPEG::File*>(file);
  if (mpeg == nullptr || !mpeg->hasID3v2Tag()) return {};
  using Frame = TagLib::ID3v2::SynchronizedLyricsFrame;
  for (const TagLib::ID3v2::Frame* any : mpeg->ID3v2Tag()->frameList("SYLT")) {
    const auto* frame = dynamic_cast<const Frame*>(any);
    if (frame == nullptr || (frame->type() != Frame::Lyrics && frame->type() != Frame::Other)) {
      continue;
    }
    std::string text;
    bool has_line_ends = false;
    const auto pieces = frame->synchedText();
    for (const Frame::SynchedText& piece : pieces) {
      has_line_ends = has_line_ends || piece.text.find("\n") >= 0 || piece.text.find("\r") >= 0;
    }
    for (const Frame::SynchedText& piece : pieces) {
      text += piece.text.to8Bit(true);
      if (!has_line_ends) text += '\n';
    }
    if (Lyrics lyrics = read_lyrics(text); !lyrics.is_empty()) return lyrics;
  }
  return {};
}

/// What TagLib sees in the bytes: by the ending of the name, else by the content.
class TaggedFile {
 public:
  explicit TaggedFile(const playlist::Input& input)
      : stream_(input.bytes(), std::string(input.name())), file_(&stream_) {
    if (is_sound(file_)) return;
    by_content_.emplace(input.bytes(), "");
    file_ = TagLib::FileRef(&*by_content_);
  }
  [[nodiscard]] bool is_sound() const { return is_sound(file_); }
  [[nodiscard]] TagLib::PropertyMap properties() const { return file_.file()->properties(); }
  [[nodiscard]] Lyrics lyrics(const TagLib::PropertyMap& properties) const {
    Lyrics lyrics = lyrics_of(properties);
    return lyrics.is_empty() ? synchronized_lyrics_of(file_.file()) : lyrics;
  }
  [[nodiscard]] int milliseconds() const {
    const TagLib::AudioProperties* audio = file_.audioProperties();
    return audio == nullptr ? 0 : audio->lengthInMilliseconds();
  }

 private:
  static bool is_sound(const TagLib::FileRef& file) {
    return file.file() != nullptr && file.file()->isValid();
  }
  MemoryStream stream_;
  std::optional<MemoryStream> by_content_;
  TagLib::FileRef file_;
};

class MusicFile final : public playlist::Source {
 public:
  /// Only who asks for music files gets them: an export may lie beside some.
  static int recognise(const playlist::Input&) { return 0; }

  void read(playlist::SourceCall& call) {
    read_file(call);
    call.next(call.input().length());
    call.finish();
  }

 private:
  static void read_file(playlist::SourceCall& call) {
    if (call.input().length() == 0) return call.malformed("it is empty");
    const TaggedFile file(call.input());
    if (!file.is_sound()) return call.malformed("it is no sound file that TagLib can read");
    const TagLib::PropertyMap properties = file.properties();
    const Tags tags(properties);
    if (file.milliseconds() <= 0 && tags.is_empty()) {
      return call.malformed("it holds neither tags nor sound that can be read");
    }
    if (!is_put(call, tags, file.milliseconds())) return;
    put_lyrics(call, "file", read_lyrics(companion(call, "lyrics")));
    put_lyrics(call, "tag", file.lyrics(properties));
  }

  /// False where nothing names the track.
  static bool is_put(playlist::SourceCall& call, const Tags& tags, int milliseconds) {
    Artists artists = artists_of(tags);
    std::string title = tags.value({"TITLE"}), album = tags.value({"ALBUM"});
    if (is_placeholder(album)) album.clear();
    const bool has_artist = !artists.names.empty() || !artists.credit.empty();
    if (title.empty() || !has_artist) {
      PathNames names = names_of_path(call.input().path());
      if (title.empty()) title = names.title;
      if (!has_artist) artists.credit = names.artist;
      if (album.empty()) album = names.album;
    }
    const std::string recording = mbid(tags.value({"MUSICBRAINZ_TRACKID"}));
    const std::string code = isrc(tags.value({"ISRC"}));
    const bool is_named = !artists.names.empty() || !artists.credit.empty();
    if (recording.empty() && code.empty() && (title.empty() || !is_named)) {
      call.bucket("empty", "neither its tags nor its path name title and artist");
      return false;
    }
    playlist::Rows& rows = call.rows("tracks", {{"title", PLAYLIST_STRING},
                                                {"artist", PLAYLIST_STRING},
                                                {"artist_credit", PLAYLIST_STRING},
                                                {"album", PLAYLIST_STRING},
                                                {"isrc", PLAYLIST_STRING},
                                                {"mbid", PLAYLIST_STRING},
                                                {"duration_ms", PLAYLIST_I32},
                                                {"year", PLAYLIST_I32},
                                                {"explicit", PLAYLIST_U8},
                                                {"tags", PLAYLIST_STRING},
                                                {"loudness", PLAYLIST_F32},
                                                {"tempo", PLAYLIST_F32},
                                                {"key", PLAYLIST_I32},
                                                {"mode", PLAYLIST_I32}});
    rows.row();
    rows.set_text(kTitle, title);
    rows.set_text(kArtist, join(artists.names));
    rows.set_text(kCredit, artists.credit);
    rows.set_text(kAlbum, album);
    rows.set_text(kIsrc, code);
    rows.set_text(kMbid, recording);
    rows.set_text(kTags, tag_list(tags));
    if (milliseconds > 0) rows.set_i32(kDuration, milliseconds);
    put_numbers(rows, tags);
    put_artists(call, artists);
    return true;
  }

  static void put_lyrics(playlist::SourceCall& call, const char* source, const Lyrics& lyrics) {
    if (lyrics.is_empty()) return;
    playlist::Rows& rows = call.rows(
        "lyrics",
        {{"source", PLAYLIST_STRING}, {"text", PLAYLIST_STRING}, {"instrumental", PLAYLIST_U8}});
    rows.row();
    rows.set_text(1, source);
    rows.set_text(2, lyrics.text);
    rows.set_u8(3, lyrics.is_instrumental ? 1 : 0);
  }

  static void put_numbers(playlist::Rows& rows, const Tags& tags) {
    if (const auto year = read_year(tags.value({"ORIGINALDATE", "ORIGINALYEAR", "DATE"}))) {
      rows.set_i32(kYear, *year);
    }
    const std::string advisory = tags.value({"ITUNESADVISORY"});
    if (advisory == "1" || advisory == "2") rows.set_u8(kExplicit, advisory == "1" ? 1 : 0);
    if (const auto loudness = loudness_of(tags)) {
      rows.set_f32(kLoudness, static_cast<float>(*loudness));
    }
    if (const auto tempo = leading_number(tags.value({"BPM"}));
        tempo && *tempo >= 1 && *tempo <= 500) {
      rows.set_f32(kTempo, static_cast<float>(*tempo));
    }
    if (const auto key = read_initial_key(tags.value({"INITIALKEY", "KEY"}))) {
      rows.set_i32(kPitch, key->pitch);
      rows.set_i32(kMode, key->is_major ? 1 : 0);
    }
  }

  static void put_artists(playlist::SourceCall& call, const Artists& artists) {
    if (artists.ids.empty()) return;
    playlist::Rows& rows =
        call.rows("artists", {{"artist", PLAYLIST_STRING}, {"artist_mbid", PLAYLIST_STRING}});
    for (std::size_t k = 0; k < artists.names.size(); ++k) {
      rows.row();
      rows.set_text(1, artists.names[k]);
      rows.set_text(2, artists.ids[k]);
    }
  }
};

}  // namespace

constinit const playlist::Element kMusicFile = playlist::element<MusicFile>(
    "source.music_file", "A music file, by its tags and its path; engine import --files reads it.");

}  // namespace source
