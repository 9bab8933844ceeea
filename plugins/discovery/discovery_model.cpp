#include "discovery_model.hpp"

#include "playlist/error.hpp"

#include <algorithm>

namespace discovery {

DiscoveryModel::DiscoveryModel(const playlist::Call& call)
    : all_(read(call)),
      tracks_(call, "tracks", all_.track_id, kDiscoveryModel),
      artists_(call, "artists", call.artifact_table(kDiscoveryModel, "artists")["id"].i64(),
               kDiscoveryModel),
      heard_(call),
      listener_(listener_of(key_of(call), [&] { return read_listener(call); })) {
  if (listener().tracks_played() == 0) throw playlist::NoData("nothing was played yet");
  heard_.add_all(call.table("listens")["track"].i32());
  call.checkpoint();
}

shared::CoListening DiscoveryModel::read(const playlist::Call& call) {
  const playlist::Table tracks = call.artifact_table(kDiscoveryModel, "tracks"),
                        artists = call.artifact_table(kDiscoveryModel, "artists"),
                        people = call.artifact_table(kDiscoveryModel, "people");
  const auto lists = [&](const char* name) { return call.artifact_lists(kDiscoveryModel, name); };
  const playlist::Lists artist_people = lists("artist_people");  // told where an older one lacks it
  return {tracks["id"].i64(),
          tracks["artist"].i32(),
          tracks["listeners"].i32(),
          tracks["rank"].i32(),
          tracks["first_played"].i64(),
          artists["listeners"].i32(),
          artists["length"].f32(),
          lists("artist_tracks"),
          lists("track_people"),
          lists("person_artists"),
          artist_people,
          people["squares"].f32(),
          lists("session_tracks"),
          lists("track_sessions"),
          lists("session_artists"),
          lists("artist_sessions")};
}

shared::PersonRow DiscoveryModel::find_self(const playlist::Call& call) {
  const playlist::Table user = call.table("user");
  if (user.rows() == 0) return -1;
  const auto ids = call.artifact_table(kDiscoveryModel, "people")["id"].i64();
  const auto found = std::find(ids.begin(), ids.end(), user["id"].i64()[0]);
  return found == ids.end() ? -1 : static_cast<shared::PersonRow>(found - ids.begin());
}

ListenerKey DiscoveryModel::key_of(const playlist::Call& call) const {
  const playlist::Table listens = call.table("listens"), tracks = call.table("tracks"),
                        user = call.table("user");
  const auto track = listens["track"].i32(), artist = tracks["artist"].i32();
  const auto ts = listens["ts"].i64(), track_id = tracks["id"].i64(),
             artist_id = call.table("artists")["id"].i64();
  const auto is_play = listens["is_play"].u8();
  ListenerKey key{shared::version_of(call, kDiscoveryModel),
                  call.now(),
                  user.rows() == 0 ? -1 : user["id"].i64()[0],
                  {}};
  for (std::size_t row = 0; row < track.size(); ++row) {
    const auto number = static_cast<std::size_t>(track[row]);
    const std::int64_t by =
        artist[number] < 0 ? -1 : artist_id[static_cast<std::size_t>(artist[number])];
    key.heard.add(ts[row], track_id[number], by, is_play[row]);
  }
  return key;
}

std::shared_ptr<const Listener> DiscoveryModel::read_listener(const playlist::Call& call) const {
  const playlist::Table listens = call.table("listens");
  const auto track = listens["track"].i32();
  const auto ts = listens["ts"].i64();
  const auto is_play = listens["is_play"].u8();
  const auto artist = call.table("tracks")["artist"].i32();
  constexpr std::int32_t kNotAsked = -2;
  std::vector<std::int32_t> row_of(artist.size(), kNotAsked),
      artist_row(call.table("artists").rows(), kNotAsked);
  std::vector<shared::HeardRow> heard;
  heard.reserve(track.size());
  for (std::size_t row = 0; row < track.size(); ++row) {
    const auto number = static_cast<std::size_t>(track[row]);
    std::int32_t& known = row_of[number];
    if (known == kNotAsked) known = tracks_.row(track[row]);
    std::int32_t by = -1;
    if (artist[number] >= 0) {
      std::int32_t& asked = artist_row[static_cast<std::size_t>(artist[number])];
      if (asked == kNotAsked) asked = artists_.row(artist[number]);
      by = asked;
    }
    heard.push_back({ts[row], known, by, is_play[row] == 1});
  }
  return std::make_shared<const Listener>(
      shared::ListenerProfile(heard, call.now(), all_.artists()), find_self(call));
}

shared::MayBe DiscoveryModel::unheard() const {
  return [this](std::int32_t row) {
    if (all_.listeners[static_cast<std::size_t>(row)] == 0) return false;
    const std::int32_t number = tracks_.number(row);
    return number >= 0 && !heard_.has(number);
  };
}

DiscoveryFormula::DiscoveryFormula(const playlist::Call& call) {
  const playlist::Table weights = call.artifact_table(kDiscoveryModel, "weights"),
                        scaling = call.artifact_table(kDiscoveryModel, "scaling");
  if (call.artifact_bytes(kDiscoveryModel, "features") != shared::discovery_feature_names() ||
      weights.rows() != shared::kDiscoveryFeatures || scaling.rows() != 1) {
    throw playlist::NoData(
        "model.discovery was trained on other features than this version knows; train it again: "
        "engine train discovery");
  }
  weights_ = weights["weight"].f32();
  means_ = weights["mean"].f32();
  slope_ = scaling["slope"].f32()[0];
  intercept_ = scaling["intercept"].f32()[0];
}

float DiscoveryFormula::log_odds(const shared::DiscoveryRow& row) const {
  float sum = 0;
  for (std::size_t k = 0; k < row.size(); ++k) sum += weights_[k] * row[k];
  return slope_ * sum + intercept_;
}

}  // namespace discovery
