#include "album_neighbours.hpp"

#include <algorithm>
#include <span>
#include <tuple>

namespace {

/// How often songs of the list came after which.
struct Counts {
  explicit Counts(std::size_t songs) : from(songs), to(songs) {}

  struct Times {
    std::int32_t all = 0, of_album = 0;
  };

  std::vector<std::int32_t> from, to;
  std::unordered_map<std::uint64_t, Times> pairs;
  std::int64_t all = 0;

  static std::uint64_t pair(std::int32_t song, std::int32_t next) {
    return std::uint64_t{static_cast<std::uint32_t>(song)} << 32 | static_cast<std::uint32_t>(next);
  }
  [[nodiscard]] AlbumNeighbours::Pair neighbours(std::uint64_t pair, const Times& times) const {
    AlbumNeighbours::Pair made{static_cast<std::int32_t>(pair >> 32),
                               static_cast<std::int32_t>(pair & 0xffff'ffff), times.of_album, 0, 0};
    made.out_of = from[static_cast<std::size_t>(made.song)];
    const std::int64_t others = all - made.out_of,
                       after_others = to[static_cast<std::size_t>(made.next)] - times.all;
    const double chance = static_cast<double>(after_others + 1) / static_cast<double>(others + 1);
    made.lift = made.share() / chance;
    return made;
  }
};

/// The user's listens, and which of them count.
class Listens {
 public:
  explicit Listens(const playlist::OrderingCall& call)
      : track_(call.table("listens")["track"].i32()),
        is_play_(call.table("listens")["is_play"].u8()),
        shuffle_(call.table("listen_contexts")["shuffle"].u8()),
        session_(call.table("listen_contexts")["session"].i32()) {}

  [[nodiscard]] std::size_t size() const { return std::min(track_.size(), shuffle_.size()); }
  [[nodiscard]] std::int32_t track(std::size_t row) const { return track_[row]; }
  /// The row before it was heard just before it, and both were played in order.
  [[nodiscard]] bool is_next(std::size_t row) const {
    return is_in_order(row) && is_in_order(row - 1) && session_[row] == session_[row - 1];
  }

 private:
  [[nodiscard]] bool is_in_order(std::size_t row) const {
    return is_play_[row] == 1 && shuffle_[row] == 0;
  }
  std::span<const std::int32_t> track_;
  std::span<const std::uint8_t> is_play_, shuffle_;
  std::span<const std::int32_t> session_;
};

Counts count(const playlist::OrderingCall& call, const SongRows& songs) {
  constexpr std::size_t kBetweenCheckpoints = 65'536;
  const Listens listens(call);
  const auto album = call.table("tracks")["album"].texts().codes();
  Counts counts(songs.songs());
  for (std::size_t row = 1; row < listens.size(); ++row) {
    if (row % kBetweenCheckpoints == 0) call.checkpoint();
    if (!listens.is_next(row)) continue;
    ++counts.all;
    const std::int32_t before = listens.track(row - 1), track = listens.track(row);
    const std::int32_t song = songs.song_of(before), next = songs.song_of(track);
    if (song >= 0) ++counts.from[static_cast<std::size_t>(song)];
    if (next >= 0) ++counts.to[static_cast<std::size_t>(next)];
    if (song < 0 || next < 0 || song == next) continue;
    Counts::Times& times = counts.pairs[Counts::pair(song, next)];
    ++times.all;
    const std::int32_t of = album[static_cast<std::size_t>(track)];
    if (of >= 0 && of == album[static_cast<std::size_t>(before)]) ++times.of_album;
  }
  return counts;
}

}  // namespace

SongRows::SongRows(const playlist::OrderingCall& call) : song_(call.table("tracks")["song"].i32()) {
  const auto track = call.track();
  for (std::size_t row = 0; row < track.size(); ++row) {
    const auto [place, is_new] =
        number_.emplace(key_of(track[row]), static_cast<std::int32_t>(rows_.size()));
    if (is_new) rows_.emplace_back();
    rows_[static_cast<std::size_t>(place->second)].push_back(static_cast<std::int32_t>(row));
  }
}

std::int32_t SongRows::song_of(std::int32_t track) const {
  const auto found = number_.find(key_of(track));
  return found == number_.end() ? -1 : found->second;
}

std::int64_t SongRows::key_of(std::int32_t track) const {
  const std::int32_t song = song_[static_cast<std::size_t>(track)];
  return song >= 0 ? song : -1 - std::int64_t{track};
}

AlbumNeighbours album_neighbours(const playlist::OrderingCall& call, const SongRows& songs,
                                 std::int32_t least_times, double least_lift) {
  const Counts counts = count(call, songs);
  AlbumNeighbours found;
  found.counted = counts.all;
  for (const auto& [pair, times] : counts.pairs) {
    if (times.of_album == 0) continue;
    const AlbumNeighbours::Pair neighbours = counts.neighbours(pair, times);
    ++found.heard;
    found.most_times = std::max(found.most_times, neighbours.times);
    if (neighbours.times < least_times) continue;
    ++found.often;
    found.most_lift = std::max(found.most_lift, neighbours.lift);
    if (neighbours.lift > least_lift) found.pairs.push_back(neighbours);
  }
  std::sort(found.pairs.begin(), found.pairs.end(), [](const auto& a, const auto& b) {
    return std::tuple(-a.share(), -a.times, a.song, a.next) <
           std::tuple(-b.share(), -b.times, b.song, b.next);
  });
  return found;
}
