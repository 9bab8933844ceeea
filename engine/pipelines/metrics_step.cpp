// How somebody listens, in figures: a step of an update (pipelines/update.hpp).
//
// figures  of the last four weeks: listens, plays, minutes, sessions, tracks, artists; skip_rate, of
//          listens; discovery, the share of plays that are the first of their track, and
//          artist_discovery likewise; without_features, the share of plays of tracks without audio
//          features, their artist's mean included; acceptance, the share of the tracks of lists that
//          were heard since the list was made, and list_tracks, of how many
//          history_listens, of all times; days_since_listen; model_age_days.NAME, of each model that
//          their lists may read
// Nothing is counted anew where nothing came since the last time and that is less than a day ago.
// state    {"listens": history_listens}
#include <algorithm>
#include <cmath>
#include <vector>

#include "core/counted.hpp"
#include "core/duration.hpp"
#include "page/charts.hpp"
#include "pipelines/update_steps.hpp"

namespace engine::pipelines {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kWindow = 28 * kDay;

double share(double part, double of) {
  return of > 0 ? part / of : NAN;
}

/// What is heard for the first time, of tracks or artists.
class FirstTimes {
 public:
  explicit FirstTimes(std::int64_t count) : is_known_(static_cast<std::size_t>(count)) {}
  /// Whether this is the first time; never of what is not known (-1).
  bool take(std::int32_t which) {
    if (which < 0) return false;
    const bool is_first = !is_known_[static_cast<std::size_t>(which)];
    is_known_[static_cast<std::size_t>(which)] = true;
    return is_first;
  }

 private:
  std::vector<bool> is_known_;
};

struct Listening {
  double listens = 0, plays = 0, skips = 0, told = 0, minutes = 0;
  double first_tracks = 0, first_artists = 0, tracks = 0, artists = 0, without_features = 0;
};

Listening listening_since(const AsOf& tables, std::int64_t from) {
  const playlist_table& listens = *tables.table("listens");
  const playlist_table& tracks = *tables.table("tracks");
  const auto ts = column_of<std::int64_t>(listens, "ts");
  const auto track = column_of<std::int32_t>(listens, "track");
  const auto ms_played = column_of<std::int32_t>(listens, "ms_played");
  const auto is_play = column_of<std::uint8_t>(listens, "is_play");
  const auto is_skip = column_of<std::uint8_t>(listens, "is_skip");
  const auto artist = column_of<std::int32_t>(tracks, "artist");
  const auto energy = column_of<float>(tracks, "energy_or_artist");
  const auto begin = static_cast<std::size_t>(std::ranges::lower_bound(ts, from) - ts.begin());
  FirstTimes known_tracks(tracks.rows), known_artists(tables.table("artists")->rows);
  FirstTimes own_tracks(tracks.rows), own_artists(tables.table("artists")->rows);
  for (std::size_t k = 0; k < begin; ++k) {
    if (is_play[k] == 0) continue;
    known_tracks.take(track[k]);
    known_artists.take(artist[static_cast<std::size_t>(track[k])]);
  }
  Listening found;
  found.listens = static_cast<double>(ts.size() - begin);
  for (std::size_t k = begin; k < ts.size(); ++k) {
    if (ms_played[k] > 0) found.minutes += ms_played[k] / 60'000.0;
    if (is_skip[k] != 255) ++found.told;
    if (is_skip[k] == 1) ++found.skips;
    if (is_play[k] == 0) continue;
    const auto place = static_cast<std::size_t>(track[k]);
    ++found.plays;
    found.first_tracks += known_tracks.take(track[k]);
    found.first_artists += known_artists.take(artist[place]);
    found.tracks += own_tracks.take(track[k]);
    found.artists += own_artists.take(artist[place]);
    found.without_features += std::isnan(energy[place]);
  }
  return found;
}

double sessions_since(const AsOf& tables, std::int64_t from) {
  const auto start = column_of<std::int64_t>(*tables.table("sessions"), "start");
  return static_cast<double>(start.end() - std::ranges::lower_bound(start, from));
}

/// Of the tracks of lists made since `from`: how many, and how many were heard afterwards.
struct Acceptance {
  double tracks = 0, heard = 0;
};
Acceptance acceptance_since(const AsOf& tables, std::int64_t from) {
  const playlist_table& listens = *tables.table("listens");
  const playlist_table& served = *tables.table("served");
  const auto ts = column_of<std::int64_t>(listens, "ts");
  const auto track = column_of<std::int32_t>(listens, "track");
  std::vector<std::int64_t> last(static_cast<std::size_t>(tables.track_count()), INT64_MIN);
  for (auto k = static_cast<std::size_t>(std::ranges::lower_bound(ts, from) - ts.begin());
       k < ts.size(); ++k)
    last[static_cast<std::size_t>(track[k])] = ts[k];
  const auto served_track = column_of<std::int32_t>(served, "track");
  const auto served_at = column_of<std::int64_t>(served, "ts");
  Acceptance found;
  for (std::size_t k = 0; k < served_at.size(); ++k) {
    if (served_at[k] < from || served_track[k] < 0) continue;
    ++found.tracks;
    found.heard += last[static_cast<std::size_t>(served_track[k])] >= served_at[k];
  }
  return found;
}

void add_model_ages(Pass& pass, std::map<std::string, double>& figures) {
  for (const ModelVersion& version : usable_versions(pass.models(), pass.now(), pass.user().id)) {
    const std::string name =
        version.name.starts_with("model.") ? version.name.substr(6) : version.name;
    figures["model_age_days." + name] =
        static_cast<double>(pass.now() - version.as_of) / static_cast<double>(kDay);
  }
}

std::string reason_of(const std::map<std::string, double>& figures) {
  const auto whole = [&](const char* name) { return std::llround(figures.at(name)); };
  std::string text = "four weeks: " + counted(whole("listens"), "listen") + " in " +
                     counted(whole("sessions"), "session");
  if (const double first = figures.at("discovery"); std::isfinite(first))
    text += ", " + percent_text(first) + " of the plays first ones";
  if (const double heard = figures.at("acceptance"); std::isfinite(heard))
    text += ", " + percent_text(heard) + " of the tracks of lists heard";
  return text;
}

}  // namespace

StepResult measure(Pass& pass) {
  const AsOf& tables = pass.tables();
  const playlist_table& listens = *tables.table("listens");
  const Json before = pass.state_of("metrics");
  if (!before.is_null() && before.at("listens") == listens.rows &&
      pass.now() - before.at("at").get<std::int64_t>() < kDay)
    return {.outcome = Outcome::kNothing, .reason = "nothing was heard since they were counted"};
  const std::int64_t from = pass.now() - kWindow;
  const Listening heard = listening_since(tables, from);
  const Acceptance accepted = acceptance_since(tables, from);
  StepResult result;
  auto& figures = result.figures;
  figures = {{"listens", heard.listens},
             {"plays", heard.plays},
             {"minutes", heard.minutes},
             {"sessions", sessions_since(tables, from)},
             {"tracks", heard.tracks},
             {"artists", heard.artists},
             {"skip_rate", share(heard.skips, heard.told)},
             {"discovery", share(heard.first_tracks, heard.plays)},
             {"artist_discovery", share(heard.first_artists, heard.plays)},
             {"without_features", share(heard.without_features, heard.plays)},
             {"acceptance", share(accepted.heard, accepted.tracks)},
             {"list_tracks", accepted.tracks},
             {"history_listens", static_cast<double>(listens.rows)}};
  if (listens.rows > 0)
    figures["days_since_listen"] =
        static_cast<double>(pass.now() - column_of<std::int64_t>(listens, "ts").back()) /
        static_cast<double>(kDay);
  add_model_ages(pass, figures);
  result.state = {{"listens", listens.rows}, {"at", pass.now()}};
  result.reason = reason_of(figures);
  return result;
}

}  // namespace engine::pipelines
