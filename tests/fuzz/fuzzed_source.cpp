#include "fuzzed_source.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "support/collected_rows.hpp"

namespace {

constexpr const char* kNames[] = {"file",      "liked_songs.csv", "Streaming_History_Video_1.json",
                                  "user.json", "vectors.npy",     "8_favoriteSong.csv"};

std::vector<const playlist_element*> pick_from(const playlist_host* host,
                                               std::initializer_list<std::string_view> names) {
  std::vector<const playlist_element*> found;
  for (auto element = playlist_plugin_main(host)->elements; *element != nullptr; ++element) {
    const std::string_view name = (*element)->name;
    if (names.size() == 0 || std::find(names.begin(), names.end(), name) != names.end()) {
      found.push_back(*element);
    }
  }
  return found;
}

void stop(const playlist_element& element, const std::string& problem) {
  std::fprintf(stderr, "%s: %s\n", element.name, problem.c_str());
  std::abort();
}

}  // namespace

void read_with_one_of(std::initializer_list<std::string_view> names, const std::uint8_t* data,
                      std::size_t size) {
  if (size < 2) return;
  test::CollectedRows rows;
  rows.member_limit = 1 << 20;
  if (data[1] % 2 == 1) {  // of so many vectors
    rows.ids.emplace();
    for (int k = 0; k < data[0] % 8; ++k) *rows.ids += "7\n";
  }
  test::BareHost host(rows);
  const auto elements = pick_from(&host, names);
  const playlist_element& element = *elements[data[0] % elements.size()];
  const char* name = kNames[data[1] % std::size(kNames)];

  // A buffer of its own, so that reading behind the promised zeros is seen.
  std::vector<std::uint8_t> bytes(data + 2, data + size);
  bytes.insert(bytes.end(), 64, 0);
  playlist_input input{};
  input.size = sizeof input;
  input.path = input.name = name;
  input.bytes = bytes.data();
  input.length = size - 2;
  input.head_length = std::min<std::uint64_t>(input.length, 64 << 10);
  input.columns = data[1] >= 192   ? "title=title,artist=name,tempo=x"
                  : data[1] >= 128 ? "title=title,artist=name,time=date,ms_played=x,path=y"
                                   : "";
  playlist_io io{};
  io.size = sizeof io;
  io.input = &input;

  element.recognise(&host, &input);
  void* self = element.create(&host, nullptr);
  const playlist_status status = element.run(self, &host, &io);
  element.destroy(self);
  const std::string_view element_name = element.name;
  const bool is_archive = element_name == "source.archive" || element_name == "source.workbook";
  if (status == PLAYLIST_OK) {
    if (!is_archive && !rows.problem().empty()) stop(element, rows.problem());
  } else if (host.failure.empty()) {
    stop(element, "failed without saying why");
  } else if (!is_archive && (rows.row_count > 0 || rows.bucket_count > 0)) {
    stop(element, "failed behind rows it had handed over: " + host.failure);
  }
}
