// A line of a person's history: of any bytes it is read or refused, and what is read is in order.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "batch/history_line.hpp"
#include "core/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  const auto find = [](std::int64_t id, const engine::library::TrackNames& named) {
    return id != 0 ? id : static_cast<std::int64_t>(named.title.size() % 7);
  };
  static_cast<void>(engine::batch::user_of_history(line));
  try {
    const engine::batch::ReadHistory read = engine::batch::read_history(line, find);
    const engine::ListenRows& rows = read.history.listens;
    if (read.history.user.empty() || !std::ranges::is_sorted(rows.ts)) std::abort();
    if (rows.count() + read.unknown_listens != read.listens) std::abort();
    if (read.history.likes.size() + read.unknown_likes != read.likes) std::abort();
  } catch (const engine::Error& error) {
    if (error.exit() != engine::Exit::kInput) std::abort();
  }
  return 0;
}
