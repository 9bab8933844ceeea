#include "verbs/kept_text.hpp"

#include <algorithm>
#include <unordered_map>

#include "core/calendar.hpp"
#include "core/shown_text.hpp"

namespace engine::verbs {
namespace {

/// Which of the numbers make the longest rising sequence (patience sorting; Schensted 1961); of
/// several the one whose numbers are least from its end on.
std::vector<bool> longest_rising(const std::vector<std::size_t>& numbers) {
  std::vector<std::size_t> tops, before(numbers.size());  // tops: places, by length of the sequence
  for (std::size_t k = 0; k < numbers.size(); ++k) {
    const auto pile = std::lower_bound(
        tops.begin(), tops.end(), numbers[k],
        [&](std::size_t place, std::size_t number) { return numbers[place] < number; });
    before[k] = pile == tops.begin() ? numbers.size() : *(pile - 1);
    if (pile == tops.end()) {
      tops.push_back(k);
    } else {
      *pile = k;
    }
  }
  std::vector<bool> is_part(numbers.size());
  if (tops.empty()) return is_part;
  for (std::size_t k = tops.back(); k < numbers.size(); k = before[k]) is_part[k] = true;
  return is_part;
}

Json tracks_json(const std::vector<std::int64_t>& tracks, const TrackNames& names) {
  Json json = Json::array();
  for (const std::int64_t track : tracks) json.push_back(names.json(track));
  return json;
}

}  // namespace

Json kept_json(const KeptPlaylist& playlist) {
  Json outputs = Json::array();
  for (const KeptOutput& output : playlist.outputs)
    outputs.push_back({{"format", output.format}, {"file", output.file}});
  return {{"playlist", playlist.name},
          {"recipe", playlist.recipe},
          {"set", playlist.set},
          {"outputs", outputs}};
}

Json snapshot_json(const KeptSnapshot& snapshot) {
  return {{"name", snapshot.name},
          {"at", format_time(snapshot.ts)},
          {"version", snapshot.version},
          {"files", snapshot.files}};
}

std::vector<std::string> file_lines(const std::vector<std::string>& files,
                                    const std::optional<KeptVersion>& later) {
  std::vector<std::string> lines;
  for (const std::string& file : files) {
    lines.push_back(later ? "left " + one_line(file) + " as it is: a later version stands there, " +
                                std::to_string(later->number) + " of " + format_time(later->now)
                          : "wrote " + one_line(file));
  }
  return lines;
}

TrackNames::TrackNames(const std::vector<Playlist>& lists) {
  for (const Playlist& list : lists)
    for (const PlaylistTrack& track : list.tracks)
      names_.push_back({track.id, {track.title, track.artist}});
  std::sort(names_.begin(), names_.end());
}

Json TrackNames::json(std::int64_t track) const {
  const auto found =
      std::lower_bound(names_.begin(), names_.end(), track,
                       [](const auto& name, std::int64_t id) { return name.first < id; });
  const bool is_known = found != names_.end() && found->first == track;
  return {{"track", track},
          {"title", is_known ? found->second.first : ""},
          {"artist", is_known ? found->second.second : ""}};
}

std::string TrackNames::text(std::int64_t track) const {
  const Json known = json(track);
  const std::string title = known["title"], artist = known["artist"];
  if (title.empty()) return "track " + std::to_string(track);
  return one_line("\"" + title + "\" by " + (artist.empty() ? "unknown artist" : artist));
}

ListDifference::ListDifference(const std::vector<std::int64_t>& before,
                               const std::vector<std::int64_t>& after) {
  std::unordered_map<std::int64_t, std::size_t> place_before;
  for (std::size_t k = 0; k < before.size(); ++k) place_before.emplace(before[k], k);
  std::vector<std::int64_t> common;
  std::vector<std::size_t> places;
  for (const std::int64_t track : after) {
    const auto found = place_before.find(track);
    if (found == place_before.end()) {
      came.push_back(track);
      continue;
    }
    common.push_back(track);
    places.push_back(found->second);
  }
  std::vector<std::int64_t> sorted = after;
  std::sort(sorted.begin(), sorted.end());
  for (const std::int64_t track : before)
    if (!std::binary_search(sorted.begin(), sorted.end(), track)) left.push_back(track);
  const std::vector<bool> is_part = longest_rising(places);
  for (std::size_t k = 0; k < common.size(); ++k) {
    if (is_part[k]) {
      ++stayed;
    } else {
      moved.push_back(common[k]);
    }
  }
}

Json difference_json(const ListDifference& difference, const TrackNames& names) {
  return {{"came", tracks_json(difference.came, names)},
          {"left", tracks_json(difference.left, names)},
          {"moved", tracks_json(difference.moved, names)},
          {"stayed", difference.stayed}};
}

std::string why_left(const Playlist& list, std::int64_t track) {
  if (!list.kept || !list.kept->changes) return "";
  for (const KeepChanges::Left& left : list.kept->changes->left)
    if (left.track_id == track) return left.why;
  return "";
}

void add_why_left(Json& left, const Playlist* list) {
  for (Json& track : left) {
    const std::string why = list ? why_left(*list, track["track"].get<std::int64_t>()) : "";
    track["why"] = why.empty() ? Json(nullptr) : Json(why);
  }
}

std::string difference_summary(const ListDifference& difference) {
  return std::to_string(difference.came.size()) + " came, " +
         std::to_string(difference.left.size()) + " left, " +
         std::to_string(difference.moved.size()) + " moved, " + std::to_string(difference.stayed) +
         " stayed";
}

std::string difference_lines(const ListDifference& difference, const TrackNames& names,
                             const std::function<std::string(std::int64_t)>& why) {
  std::string text;
  for (const std::int64_t track : difference.came) text += "  + " + names.text(track) + "\n";
  for (const std::int64_t track : difference.left) {
    const std::string reason = why ? one_line(why(track)) : "";
    text += "  - " + names.text(track) + (reason.empty() ? "" : ": " + reason) + "\n";
  }
  for (const std::int64_t track : difference.moved) text += "  ~ " + names.text(track) + "\n";
  return text;
}

}  // namespace engine::verbs
