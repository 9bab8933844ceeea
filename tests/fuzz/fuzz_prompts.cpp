// Files of prompts, as JSON lines and as tables: every record is sound or says what is wrong with
// it, and there are no more of them than lines.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/error.hpp"
#include "import/prompt_records.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace engine::import;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto require = [](bool is_right) {
    if (!is_right) std::abort();
  };
  try {
    const auto records = read_prompts(text, "prompts");
    std::size_t count = 0;
    double fraction = 0;
    for (PromptRecord record; records->next(record); record = {}) {
      require(++count <= static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1);
      require(records->fraction() >= fraction && records->fraction() <= 1);
      fraction = records->fraction();
      if (!record.problem.empty()) continue;
      require(!record.text.empty() && record.text.size() <= PromptRecords::kLongestText);
      require(record.text.find('\0') == std::string::npos &&
              record.text.find('\n') == std::string::npos);
      for (const float value : record.vector) require(std::isfinite(value));
      if (record.ts) require(*record.ts > 0 && *record.ts < 4'102'444'800);
    }
  } catch (const engine::Error& error) {
    require(error.exit() == engine::Exit::kInput);
  }
  return 0;
}
