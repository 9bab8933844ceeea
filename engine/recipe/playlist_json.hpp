// The one JSON form of a playlist: `run --json`, the record of a run, the tracks of a batch's line.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "recipe/playlist.hpp"

namespace engine {

/// Scores and columns have the nine significant digits that tell float32 values apart; what is not
/// known is null. The fields stand in one order, so that equal playlists are equal bytes.
nlohmann::ordered_json playlist_json(const Playlist& playlist);
/// Its "tracks" alone.
nlohmann::ordered_json tracks_json(const Playlist& playlist);
/// What RunAnswer::playlist_hash is of: the tracks without "found_by", so that a run from before
/// there was such a field is the same list still.
nlohmann::ordered_json hashed_tracks_json(const Playlist& playlist);
/// [{"channel", "seed", "value"}]; null for what is not known.
nlohmann::ordered_json found_by_json(const std::vector<FoundBy>& sources);
/// {"energy": 0.7, "year": null}: columns of a track.
nlohmann::ordered_json values_json(const PlaylistValues& values);
/// Its "parameters" alone.
nlohmann::ordered_json parameters_json(const ParameterValues& values);

/// The other way. Throws nlohmann::json::exception for what is no playlist.
Playlist playlist_of(const nlohmann::ordered_json& json);
/// The same for the record of a run. Records of older engines lack some fields, which are then empty. Throws
/// Error(kStore) for a text that is no playlist.
Playlist read_playlist(const std::string& json);

}  // namespace engine
