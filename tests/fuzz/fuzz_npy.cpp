// Matrices of numpy.save: what is read is as large as it says, the rest is refused.
#include <cstdint>
#include <vector>

#include "core/error.hpp"
#include "import/npy.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const engine::import::NpyMatrix matrix({reinterpret_cast<const char*>(data), size}, "v.npy");
    std::vector<float> values(matrix.columns());
    for (std::size_t row = 0; row < matrix.rows(); ++row) matrix.row(row, values.data());
  } catch (const engine::Error&) {
  }
  return 0;
}
