#include "evaluate/shuffle_examples.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <nlohmann/json.hpp>

#include "core/counted.hpp"
#include "core/json_text.hpp"
#include "core/shown_text.hpp"
#include "data/numbering.hpp"
#include "data/tables.hpp"
#include "evaluate/periods.hpp"
#include "page/html.hpp"

namespace engine::evaluate {
namespace {

/// "Title" by Artist.
std::string titled(const ToldTrack& track) {
  return one_line('"' + track.title + '"' +
                  (track.artist.empty() ? std::string() : " by " + track.artist));
}

std::string rounded(double value, const char* format) {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

/// What changes between two songs, of what is known of both.
class Steps {
 public:
  explicit Steps(const AsOf& tables)
      : numbers_(column_of<std::int64_t>(*tables.table("tracks"), "id")),
        artist_(column_of<std::int32_t>(*tables.table("tracks"), "artist")),
        tempo_(column_of<float>(*tables.table("tracks"), "tempo")),
        energy_(column_of<float>(*tables.table("tracks"), "energy")),
        genre_(*find_column(*tables.table("track_genres"), "genre")) {}

  [[nodiscard]] std::string between(std::int64_t before_id, std::int64_t next_id) const {
    const auto before = row(before_id), next = row(next_id);
    std::vector<std::string> parts;
    if (artist_[before] >= 0 && artist_[before] == artist_[next])
      parts.emplace_back("the same artist");
    if (tempo_[before] > 0 && tempo_[next] > 0)
      parts.push_back("tempo " + changed(tempo_[before], tempo_[next], "%.0f"));
    if (!std::isnan(energy_[before]) && !std::isnan(energy_[next]))
      parts.push_back("energy " + changed(energy_[before], energy_[next], "%.2f"));
    if (!genre(before).empty() && !genre(next).empty())
      parts.push_back(genre(before) == genre(next) ? genre(next) + " as before"
                                                   : genre(before) + " to " + genre(next));
    std::string text;
    for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
    return text;
  }

 private:
  [[nodiscard]] std::size_t row(std::int64_t id) const {
    return static_cast<std::size_t>(numbers_.number(id));
  }
  static std::string changed(double before, double next, const char* format) {
    return rounded(before, format) + " to " + rounded(next, format);
  }
  [[nodiscard]] std::string genre(std::size_t track) const {
    return one_line(text_of(genre_, static_cast<const std::int32_t*>(genre_.data)[track]));
  }

  IdMap numbers_;
  std::span<const std::int32_t> artist_;
  std::span<const float> tempo_, energy_;
  const playlist_column& genre_;
};

/// What is told below a song, in lines.
std::vector<std::string> lines_below(const ToldTrack& track) {
  std::vector<std::string> lines = track.why;
  if (!track.step.empty()) lines.push_back(track.step);
  return lines;
}

std::string list_text(const std::vector<ToldTrack>& tracks) {
  std::string text;
  for (std::size_t k = 0; k < tracks.size(); ++k) {
    text += "    " + std::to_string(k + 1) + ". " + titled(tracks[k]) + "\n";
    for (const std::string& line : lines_below(tracks[k])) text += "       " + line + "\n";
  }
  return text;
}

std::string heading_of(const ShuffleExample& example, const std::string& user) {
  return "Side by side, for " + user + " on " + short_time(example.date) + ", after " +
         titled(example.way[0]);
}

std::string cell_of(const ToldTrack& track) {
  std::string cell = "<td>" + html_escaped(titled(track));
  for (const std::string& line : lines_below(track))
    cell += "<br><small>" + html_escaped(line) + "</small>";
  return cell + "</td>";
}

nlohmann::ordered_json list_json(const std::vector<ToldTrack>& tracks) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const ToldTrack& track : tracks)
    list.push_back({{"track", track.id},
                    {"title", track.title},
                    {"artist", track.artist},
                    {"why", track.why},
                    {"step", track.step}});
  return list;
}

}  // namespace

std::vector<ToldTrack> told_tracks(const Playlist& playlist) {
  std::vector<ToldTrack> told;
  for (const PlaylistTrack& track : playlist.tracks) {
    if (told.size() > kExampleSongs) break;
    ToldTrack& one = told.emplace_back(ToldTrack{track.id, track.title, track.artist, {}, {}});
    for (const std::string& reason : track.reasons) one.why.push_back(one_line(reason));
    if (const std::string against = track.text("chosen_over"); !against.empty())
      one.why.push_back(against);
  }
  return told;
}

std::string packed_told(const std::vector<ToldTrack>& tracks) {
  return json_text(list_json(tracks));
}

std::vector<ToldTrack> unpacked_told(const std::string& bytes) {
  std::vector<ToldTrack> tracks;
  for (const nlohmann::json& track : nlohmann::json::parse(bytes))
    tracks.push_back({track.at("track"), track.at("title"), track.at("artist"), track.at("why"),
                      track.at("step")});
  return tracks;
}

void lay_side_by_side(ShuffleExample& example, const AsOf& tables, std::size_t songs) {
  if (example.way.empty()) return;
  ToldTrack start = example.way[0];
  start.why = {"both begin with it"};
  example.way[0] = start;
  std::erase_if(example.uniform, [&](const ToldTrack& track) { return track.id == start.id; });
  example.uniform.insert(example.uniform.begin(), start);
  const std::size_t length = std::min({example.way.size(), example.uniform.size(), kExampleSongs});
  const Steps steps(tables);
  for (std::vector<ToldTrack>* list : {&example.way, &example.uniform}) {
    list->resize(length);
    for (std::size_t k = 1; k < length; ++k)
      (*list)[k].step = steps.between((*list)[k - 1].id, (*list)[k].id);
  }
  for (std::size_t k = 1; k < length; ++k)
    example.uniform[k].why = {songs > k ? "by lot, one of " + counted(songs - k, "song")
                                        : std::string("by lot")};
}

std::string example_text(const ShuffleExample& example, const std::string& way,
                         const std::string& user) {
  return heading_of(example, user) + "\n  " + way + "\n" + list_text(example.way) + "  uniform\n" +
         list_text(example.uniform);
}

nlohmann::ordered_json example_json(const ShuffleExample& example, const std::string& user) {
  return {{"user", user},
          {"date", short_time(example.date)},
          {"way", list_json(example.way)},
          {"uniform", list_json(example.uniform)}};
}

std::string example_html(const ShuffleExample& example, const std::string& way,
                         const std::string& user) {
  std::string table = "<h2>" + html_escaped(heading_of(example, user)) +
                      "</h2>\n<div class=\"wide\"><table>\n<tr><th></th><th>" + html_escaped(way) +
                      "</th><th>uniform</th></tr>\n";
  for (std::size_t k = 0; k < example.way.size(); ++k)
    table += "<tr><th>" + std::to_string(k + 1) + "</th>" + cell_of(example.way[k]) +
             cell_of(example.uniform[k]) + "</tr>\n";
  return table + "</table></div>\n";
}

}  // namespace engine::evaluate
