// The loops that formulas are measured against, as anybody would write them. Doubles, as in Lua.
#pragma once

#include <cstdint>

namespace bench {

void arithmetic(std::int64_t rows, const float* taste, const float* mood, const float* staleness,
                float* out);
void exp_log(std::int64_t rows, const float* age, const std::int32_t* plays, const float* taste,
             float* out);
void exp_log_branches(std::int64_t rows, const float* age, const std::int32_t* plays,
                      const float* energy, const float* taste, float* out);
void string_compare(std::int64_t rows, const std::int32_t* artist, std::int32_t wanted,
                    const float* taste, float* out);
void string_filter(std::int64_t rows, const std::int32_t* artist, std::int32_t wanted,
                   std::uint8_t* keep);

}  // namespace bench
