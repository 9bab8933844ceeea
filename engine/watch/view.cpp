#include "watch/view.hpp"

#include <cstdio>
#include <map>

#include <nlohmann/json.hpp>

#include "core/calendar.hpp"
#include "core/counted.hpp"
#include "core/json_text.hpp"
#include "core/shown_text.hpp"
#include "recipe/playlist_json.hpp"
#include "recipe/shown_values.hpp"

namespace engine {
namespace {

using Json = nlohmann::ordered_json;

std::string formatted(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string score_text(const PlaylistTrack& track) {
  return track.score ? formatted("%.3f", *track.score) : "";
}

std::string counts(const WatchView& view) {
  int new_count = 0, moved = 0;
  for (const ShownTrack& track : view.tracks) {
    if (track.move.before == 0) ++new_count;
    if (track.move.before != 0 && track.move.before != track.move.place) ++moved;
  }
  std::string text = counted(view.tracks.size(), "track");
  if (view.run > 1) {
    text += ", " + std::to_string(new_count) + " new, " + std::to_string(moved) + " moved, " +
            std::to_string(view.left.size()) + " left";
  }
  return text;
}

std::string track_line(const ShownTrack& track) {
  return "\"" + one_line(track.title) + "\" by " + one_line(track.artist);
}

Json stage_json(const TraceEntry& stage) {
  return {{"node", stage.node},         {"where", stage.where}, {"rows_in", stage.rows_in},
          {"rows_out", stage.rows_out}, {"ms", stage.ms},       {"reused", stage.is_reused}};
}

Json left_json(const WatchView& view) {
  Json list = Json::array();
  for (const ShownDeparture& left : view.left) {
    list.push_back({{"track", left.track},
                    {"before", left.before},
                    {"title", left.title},
                    {"artist", left.artist},
                    {"why", left.why.empty() ? Json(nullptr) : Json(left.why)}});
  }
  return list;
}

std::string line_of(const Json& json) {
  return printed_json(json, -1);
}

}  // namespace

void WatchView::take(const Playlist& playlist) {
  std::map<std::int64_t, const ShownTrack*> known;
  for (const ShownTrack& track : tracks) known.emplace(track.move.track, &track);
  const std::vector<std::int64_t> ids = playlist.track_ids();
  const ListChanges changes = compare_lists(run == 0 ? ids : track_ids(), ids);

  std::vector<ShownDeparture> departed;
  for (const TrackMove& move : changes.left) {
    const ShownTrack& track = *known.at(move.track);
    departed.push_back({move.track, move.before, track.title, track.artist, ""});
  }
  std::vector<ShownTrack> shown;
  const std::vector<std::string> values = shown_lines(playlist.tracks);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const PlaylistTrack& track = playlist.tracks[i];
    shown.push_back(
        {changes.tracks[i], track.title, track.artist, score_text(track), values[i], track.shown});
  }
  tracks = std::move(shown);
  left = std::move(departed);
  stages = playlist.trace;
  notices = playlist.notices;
  title = playlist.title;
  user = playlist.user;
  now = format_time(playlist.now);
  random_seed = playlist.random_seed;
  error.clear();
  ++run;
}

std::vector<std::int64_t> WatchView::track_ids() const {
  std::vector<std::int64_t> ids;
  for (const ShownTrack& track : tracks) ids.push_back(track.move.track);
  return ids;
}

std::string plain_text(const WatchView& view) {
  std::string text = "run " + std::to_string(view.run) + ": " + view.cause + ", " +
                     formatted("%.1f ms, ", view.ms) + counts(view) + ", random seed " +
                     std::to_string(view.random_seed) + "\n";
  for (const std::string& line : view.printed) text += "print  " + one_line(line) + "\n";
  for (const ShownTrack& track : view.tracks) {
    char place[48];
    std::snprintf(place, sizeof place, "%4d  %-5s ", track.move.place,
                  view.run > 1 ? move_text(track.move, true).c_str() : "");
    text += place + track_line(track) + (track.shown.empty() ? "" : "  " + track.shown) +
            (track.score.empty() ? "" : "  " + track.score) + "\n";
  }
  for (const TraceEntry& stage : view.stages) {
    text += "stage " + (stage.is_reused ? "   reused" : formatted("%9.3f", stage.ms)) + " ms  " +
            std::to_string(stage.rows_in) + " -> " + std::to_string(stage.rows_out) + "  " +
            stage.node + "  " + stage.where + "\n";
  }
  for (const std::string& notice : view.notices) text += "note: " + one_line(notice) + "\n";
  return text;
}

std::string plain_departures(const WatchView& view) {
  std::string text;
  for (const ShownDeparture& left : view.left) {
    text += "left  \"" + one_line(left.title) + "\" by " + one_line(left.artist) + " (was " +
            std::to_string(left.before) + "): " + one_line(left.why) + "\n";
  }
  return text;
}

std::string json_line(const WatchView& view) {
  Json tracks = Json::array();
  for (const ShownTrack& track : view.tracks) {
    tracks.push_back({{"position", track.move.place},
                      {"before", view.run > 1 && track.move.before > 0 ? Json(track.move.before)
                                                                       : Json(nullptr)},
                      {"track", track.move.track},
                      {"title", track.title},
                      {"artist", track.artist}});
    if (!track.values.empty()) tracks.back()["shown"] = values_json(track.values);
  }
  Json stages = Json::array();
  for (const TraceEntry& stage : view.stages) stages.push_back(stage_json(stage));
  return line_of({{"run", view.run},
                  {"cause", view.cause},
                  {"ms", view.ms},
                  {"title", view.title},
                  {"random_seed", view.random_seed},
                  {"tracks", std::move(tracks)},
                  {"stages", std::move(stages)},
                  {"notices", view.notices},
                  {"printed", view.printed}});
}

std::string json_departures(const WatchView& view) {
  return line_of({{"run", view.run}, {"left", left_json(view)}});
}

}  // namespace engine
