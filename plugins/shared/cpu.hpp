// Which of the x86-64 levels this processor has, for code that is compiled once for each.
#pragma once

namespace shared {

enum class CpuLevel { kBaseline, kV3, kV4 };

/// kV3: AVX2 and FMA; kV4: AVX-512 F, BW, CD, DQ and VL as well.
inline CpuLevel cpu_level() {
#if defined(__x86_64__)
  static const CpuLevel level = [] {
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") ||
        !__builtin_cpu_supports("bmi2"))
      return CpuLevel::kBaseline;
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
        !__builtin_cpu_supports("avx512cd") || !__builtin_cpu_supports("avx512dq") ||
        !__builtin_cpu_supports("avx512vl"))
      return CpuLevel::kV3;
    return CpuLevel::kV4;
  }();
  return level;
#else
  return CpuLevel::kBaseline;
#endif
}

/// Of a function or table that was compiled for every level, the copy for this processor.
template <class Copy>
Copy& of_this_processor(Copy& baseline, Copy& v3, Copy& v4) {
  switch (cpu_level()) {
    case CpuLevel::kV4:
      return v4;
    case CpuLevel::kV3:
      return v3;
    default:
      return baseline;
  }
}

}  // namespace shared
