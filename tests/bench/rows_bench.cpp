// What a third party's source pays for playlist::Rows, per row.
//
// sdk_rows    listens with a time, a duration and three texts (60 000 titles, 5 000 artists, 5 500
//             albums, in no order), handed to a host that takes them and does nothing
// Counter: ns_per_row (CPU time)
#include "playlist/plugin.hpp"

#include <benchmark/benchmark.h>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::size_t kRows = 1'000'000;

/// The texts of a row stand behind each other, as in a file.
struct Line {
  std::uint32_t title, artist, album, end;
};
struct Listens {
  std::string text;
  std::vector<Line> lines;

  Listens() {
    std::uint64_t state = 3;
    for (std::size_t row = 0; row < kRows; ++row) {
      const std::uint64_t track = playlist::splitmix64(state) % 60'000;
      Line line{};
      line.title = add("Song number " + std::to_string(track));
      line.artist = add("Artist " + std::to_string(track % 5'000));
      line.album = add("Album " + std::to_string(track / 11));
      line.end = static_cast<std::uint32_t>(text.size());
      lines.push_back(line);
    }
  }
  std::uint32_t add(const std::string& more) {
    const auto begin = static_cast<std::uint32_t>(text.size());
    text += more;
    return begin;
  }
  [[nodiscard]] std::string_view part(std::uint32_t begin, std::uint32_t end) const {
    return {text.data() + begin, end - begin};
  }
};

/// Takes everything.
struct TakingHost : playlist_host {
  playlist_rows rows{};
  TakingHost() : playlist_host{} {
    size = sizeof(playlist_host);
    cancelled = [](const playlist_host*) { return 0; };
    service = [](const playlist_host* host, const char*) -> const void* {
      return &static_cast<const TakingHost*>(host)->rows;
    };
    rows.size = sizeof rows;
    rows.append = [](const playlist_host*, const char*, const playlist_table* table) {
      benchmark::DoNotOptimize(table->rows);
      return playlist_status{PLAYLIST_OK};
    };
    rows.finish = [](const playlist_host*, std::int64_t) { return playlist_status{PLAYLIST_OK}; };
    rows.complete = rows.finish;
  }
};

void sdk_rows(benchmark::State& state) {
  static const Listens listens;
  TakingHost host;
  playlist_io io{};
  const std::clock_t start = std::clock();
  for (auto _ : state) {
    playlist::SourceCall call(&host, &io);
    playlist::Rows& rows = call.rows("listens");
    auto& ts = rows.i64("ts");
    auto& ms_played = rows.i32("ms_played");
    auto &title = rows.text("title"), &artist = rows.text("artist"), &album = rows.text("album");
    for (std::size_t row = 0; row < kRows; ++row) {
      const Line line = listens.lines[row];
      rows.row(static_cast<std::int64_t>(row));
      ts.set(1'400'000'000 + static_cast<std::int64_t>(row) * 200);
      ms_played.set(200'000);
      title.set(listens.part(line.title, line.artist));
      artist.set(listens.part(line.artist, line.album));
      album.set(listens.part(line.album, line.end));
    }
    call.finish(kRows);
  }
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  state.counters["ns_per_row"] =
      seconds * 1e9 / static_cast<double>(kRows * static_cast<std::size_t>(state.iterations()));
}

BENCHMARK(sdk_rows)->Unit(benchmark::kMillisecond);

}  // namespace
