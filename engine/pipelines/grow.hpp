// `engine discover --grow`: a catalogue that grows around a person, so that there is something to
// discover.
//
// Asked     services that were connected and answer about artists (accounts/services.hpp, `answers`);
//           of each question the first of them, in the order of help, that knows something
// Seeds     the artists that the person plays, likes or has saved, the most loved 300 first
// Near      who resembles many whom the person loves much: the sum of love x similarity over the seeds;
//           those whom they resemble are near by half of that, and so on
// Order     rounds: artists similar to the seeds; the best-known tracks, and the tags of artists without
//           any, of the nearest artists; where there is room left, artists similar to the nearest.
//           Until the library has as many tracks of services as asked for, or nobody knows more
// Kept      every answer, with the day, also where nothing was known: whatever ends it, the next goes
//           on there, and asks nothing again for 90 days. Each round of a service is an import, which
//           `engine library undo-import` takes back
// As of     relations and tracks that a service told are known from that day on
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/caller.hpp"
#include "pipelines/sync.hpp"

namespace engine::pipelines {

struct GrowRequest {
  std::int64_t tracks = 50'000;  // of services, at most
  bool is_dry_run = false;       // asks nothing; says what would be asked
};

/// A round of one service.
struct GrowthRound {
  std::string account;
  std::int64_t similar_artists = 0, top_tracks = 0, artist_tags = 0;  // questions
  SyncedAccount came;
};

struct Growth {
  std::string user;
  std::int64_t artists_loved = 0;              // seeds
  std::int64_t tracks_before = 0, tracks = 0;  // of services
  std::int64_t artists = 0;                    // who have such tracks
  std::vector<GrowthRound> rounds;
  std::vector<std::string> plan;  // what was to be asked when it began, a line each
  bool is_full = false;           // as many as asked for are there
  bool is_interrupted = false;
  std::vector<std::string> failed;  // accounts that failed, and why
};

/// For the caller's person. A service that fails is not asked again in this run, and the others go
/// on. Throws Error: kNothing where no account is connected that answers, or the person has played
/// and liked nothing; kStore.
Growth grow_catalogue(const app::Caller& caller, const GrowRequest& request);

}  // namespace engine::pipelines
