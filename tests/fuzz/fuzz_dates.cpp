// Dates, numbers and identifiers: what is read is in range, and two readers of one form agree.
#include "playlist/rows.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "dates.hpp"
#include "ids.hpp"
#include "lengths.hpp"
#include "text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto require = [](bool is_right) {
    if (!is_right) std::abort();
  };
  if (const auto seconds = source::read_utc(text)) {
    const auto time = source::read_time(text);
    require(time && time->seconds == *seconds && time->precision == 1);
  }
  if (const auto time = source::read_time(text)) {
    require(time->precision == 1 || time->precision == 60 || time->precision == 86400);
    require(time->seconds > -70'000'000'000 && time->seconds < 260'000'000'000);
  }
  for (const auto order : {source::DateOrder::kMonthFirst, source::DateOrder::kDayFirst,
                           source::DateOrder::kYearFirst}) {
    const auto time = source::read_time(text, order);
    if (!source::needs_order(text))
      require(time.has_value() == source::read_time(text).has_value());
  }
  source::DateEvidence evidence;
  evidence.add(text);
  require(evidence.reading().others.empty() || !evidence.example().empty());
  source::read_length(text, 1000);
  if (const auto year = source::read_year(text)) require(*year >= 1900 && *year <= 2100);
  if (const auto epoch = source::read_epoch(text)) require(*epoch >= 0);
  if (const auto key = source::read_key(text)) require(*key >= -1 && *key <= 11);
  if (const auto mode = source::read_mode(text)) require(*mode == 0 || *mode == 1);
  source::read_number(text);
  source::read_boolean(text);
  source::read_python_list(text);
  require(playlist::is_sound_text(playlist::sound_text(text)));
  require(playlist::is_sound_text(text) == (playlist::sound_text(text) == text));
  if (const auto id = source::spotify_id(text); !id.empty()) require(id.size() == 22);
  if (const auto id = source::mbid(text); !id.empty()) require(id.size() == 36);
  if (const auto id = source::isrc(text); !id.empty()) require(id.size() == 12);
  return 0;
}
