#include "track_match.hpp"

#include "playlist/folded_words.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string_view>

namespace shared {
namespace {

constexpr int kSameLength = 15;  // seconds apart at most

/// A title's words: of the song, and of its version ("live", "remix", "2011 remaster" is none).
struct TitleWords {
  std::vector<std::string> song;
  std::set<std::string> version;
};

bool is_version_word(const std::string& word) {
  constexpr std::array kWords = {"live",    "remix",   "mix",     "acoustic",   "instrumental",
                                 "demo",    "edit",    "karaoke", "cover",      "unplugged",
                                 "session", "version", "remake",  "orchestral", "dub",
                                 "rework",  "bootleg", "reprise"};
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

bool begins_guest(const std::string& word) {
  return word == "feat" || word == "ft" || word == "featuring";
}

/// Where what tells of guests, versions and editions begins: in brackets, or behind " - ".
std::size_t end_of_song(std::string_view title) {
  std::size_t end = title.find(" - ");
  for (const char bracket : {'(', '['}) {
    const std::size_t at = title.find(bracket);
    if (at != std::string_view::npos && at > 0) end = std::min(end, at);
  }
  return end;
}

TitleWords words_of(std::string_view title) {
  const std::size_t end = end_of_song(title);
  TitleWords words;
  words.song = playlist::plain_words(title.substr(0, end));
  const auto guest = std::find_if(words.song.begin() + (words.song.empty() ? 0 : 1),
                                  words.song.end(), begins_guest);
  words.song.erase(guest, words.song.end());
  if (end == std::string_view::npos) return words;
  for (const std::string& word : playlist::plain_words(title.substr(end)))
    if (is_version_word(word) && word != "version") words.version.insert(word);
  return words;
}

/// The names in one text, folded: "A; B", "A feat. B", "A & B".
std::set<std::string> artists_of(std::string_view text) {
  std::set<std::string> names = {playlist::folded_words(text)};
  std::string part;
  const auto end_part = [&] {
    const std::string folded = playlist::folded_words(part);
    if (!folded.empty()) names.insert(folded);
    part.clear();
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::string_view rest = text.substr(at);
    std::size_t cut = 0;
    for (const std::string_view joint :
         {"; ", ";", ", ", " & ", " and ", " feat. ", " feat ", " ft. ", " featuring ", " x ", "/"})
      if (rest.starts_with(joint)) cut = std::max(cut, joint.size());
    if (cut == 0) {
      part += text[at];
      continue;
    }
    end_part();
    at += cut - 1;
  }
  end_part();
  return names;
}

bool share_an_artist(const std::string& ours, const std::string& theirs) {
  const std::set<std::string> mine = artists_of(ours), others = artists_of(theirs);
  return std::any_of(mine.begin(), mine.end(),
                     [&](const std::string& name) { return others.contains(name); });
}

int length_difference(const TrackNames& a, const TrackNames& b) {
  return a.seconds > 0 && b.seconds > 0 ? std::abs(a.seconds - b.seconds) : 0;
}

std::string clock(int seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%d:%02d", seconds / 60, seconds % 60);
  return text;
}

/// How far one that was offered is from ours; the smaller, the nearer.
enum MatchDistance { kSame, kOtherLength, kOtherVersion, kOtherArtist, kOtherTitle };

MatchDistance distance_of(const TrackNames& ours, const TrackNames& offered) {
  const TitleWords mine = words_of(ours.title), theirs = words_of(offered.title);
  if (mine.song != theirs.song || mine.song.empty()) return kOtherTitle;
  if (!share_an_artist(ours.artist, offered.artist)) return kOtherArtist;
  if (mine.version != theirs.version) return kOtherVersion;
  return length_difference(ours, offered) > kSameLength ? kOtherLength : kSame;
}

std::string why_not(MatchDistance distance, const TrackNames& ours, const TrackNames& nearest) {
  switch (distance) {
    case kOtherLength:
      return "of that name only one of " + clock(nearest.seconds) + " minutes, ours has " +
             clock(ours.seconds);
    case kOtherVersion:
      return "only in another version";
    case kOtherArtist:
      return "of that title only by others";
    default:
      return "nothing of that title by that artist";
  }
}

}  // namespace

std::string song_of_title(const std::string& title) {
  std::string song = title.substr(0, end_of_song(title));
  while (song.ends_with(' ')) song.pop_back();
  return song;
}

std::string shown_track(const TrackNames& track) {
  return track.title + " by " + track.artist +
         (track.album.empty() ? "" : " (" + track.album + ")");
}

TrackMatch matched_track(const TrackNames& ours, const std::vector<TrackNames>& offered) {
  TrackMatch match;
  MatchDistance least = kOtherTitle;
  int least_apart = 0;
  bool is_of_album = false;
  const std::string album = playlist::folded_words(ours.album);
  for (std::size_t k = 0; k < offered.size(); ++k) {
    const TrackNames& one = offered[k];
    const bool is_same_id = (!ours.mbid.empty() && one.mbid == ours.mbid) ||
                            (!ours.isrc.empty() && one.isrc == ours.isrc);
    if (is_same_id) return {k, {}, ""};
    const MatchDistance distance = distance_of(ours, one);
    if (distance == kOtherTitle) continue;
    const int apart = length_difference(ours, one);
    const bool has_album = !album.empty() && playlist::folded_words(one.album) == album;
    const bool is_nearer =
        least == kOtherTitle || distance < least ||
        (distance == least &&
         (has_album > is_of_album || (has_album == is_of_album && apart < least_apart)));
    if (!is_nearer) continue;
    match.nearest = k;
    least = distance;
    least_apart = apart;
    is_of_album = has_album;
  }
  if (least == kSame) return {match.nearest, {}, ""};
  match.why = why_not(least, ours, match.nearest ? offered[*match.nearest] : ours);
  return match;
}

}  // namespace shared
