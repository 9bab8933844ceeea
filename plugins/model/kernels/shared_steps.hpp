// Work that several processes share, each of which has all that it is made from: a step of it is cut by rows of
// its result into parts, each process makes one, takes the others', and goes on with all of them.
//
// A kernel that is given SharedSteps works on the rows of a part at a time; one that is given none has all rows to
// itself, and makes no bytes of them. What comes out is the same to the last bit.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "parallel.hpp"

namespace model {

class SharedSteps {
 public:
  virtual ~SharedSteps() = default;
  /// Of every step, 1 or more.
  [[nodiscard]] virtual std::int64_t parts() const = 0;

  using Make = std::function<std::string(std::int64_t part)>;
  using Take = std::function<void(std::int64_t part, std::string_view bytes)>;
  /// Has each part taken once, be it made here or by another process. What the two throw ends the step. Of the last
  /// step of a training the parts may be taken in one process alone: the others leave it by an exception.
  virtual void step(const std::string& name, const Make& make, const Take& take,
                    bool is_last = false) = 0;
  /// The same of a step that is whole already, without waiting. False where it is not: some parts were taken by then.
  [[nodiscard]] virtual bool take_whole(const std::string& name, const Take& take) = 0;
  /// Who begins now does not need this step.
  virtual void forget(const std::string& name) = 0;
};

/// The work was stopped in the middle of a part, of which nothing may come.
struct PartStopped {};

/// Rows [0, rows) in parts of about the same work: of the blocks of `block` rows, every one whose number is `part`
/// modulo `parts`.
class PartRows {
 public:
  static constexpr std::int64_t kBlock = 1'024;

  PartRows(std::int64_t rows, std::int64_t part, std::int64_t parts, std::int64_t block = kBlock)
      : rows_(rows), part_(part), parts_(parts), block_(block) {}

  [[nodiscard]] std::int64_t blocks() const {
    const std::int64_t all = (rows_ + block_ - 1) / block_;
    return all <= part_ ? 0 : (all - part_ + parts_ - 1) / parts_;
  }
  [[nodiscard]] std::int64_t begin(std::int64_t block) const {
    return (part_ + block * parts_) * block_;
  }
  [[nodiscard]] std::int64_t end(std::int64_t block) const {
    return std::min(rows_, begin(block) + block_);
  }

  /// As for_blocks(), by `rows` rows at a time, which divides a block. Throws PartStopped once `proceed` says false.
  void run(int threads, std::int64_t rows,
           const std::function<void(int, std::int64_t, std::int64_t)>& work,
           const std::function<bool(double)>& proceed) const {
    const std::int64_t pieces = block_ / rows;
    const bool is_whole = for_blocks(
        threads, blocks() * pieces, 1,
        [&](int thread, std::int64_t at, std::int64_t) {
          const std::int64_t block = at / pieces, first = begin(block) + at % pieces * rows;
          const std::int64_t last = std::min(first + rows, end(block));
          if (first < last) work(thread, first, last);
        },
        proceed);
    if (!is_whole) throw PartStopped();
  }

  /// These rows of a row-major matrix of `width` columns, one after the other.
  [[nodiscard]] std::string packed(const float* matrix, std::int64_t width) const {
    std::string bytes;
    bytes.reserve(static_cast<std::size_t>(blocks() * block_ * width) * sizeof(float));
    for (std::int64_t block = 0; block < blocks(); ++block) {
      bytes.append(reinterpret_cast<const char*>(matrix + begin(block) * width),
                   bytes_of(block, width));
    }
    return bytes;
  }
  /// Throws std::runtime_error for bytes of another length.
  void unpack(std::string_view bytes, float* matrix, std::int64_t width) const {
    for (std::int64_t block = 0; block < blocks(); ++block) {
      const std::size_t length = bytes_of(block, width);
      if (bytes.size() < length) throw std::runtime_error("a part has too few rows");
      std::memcpy(matrix + begin(block) * width, bytes.data(), length);
      bytes.remove_prefix(length);
    }
    if (!bytes.empty()) throw std::runtime_error("a part has too many rows");
  }

 private:
  [[nodiscard]] std::size_t bytes_of(std::int64_t block, std::int64_t width) const {
    return static_cast<std::size_t>((end(block) - begin(block)) * width) * sizeof(float);
  }

  std::int64_t rows_, part_, parts_, block_;
};

}  // namespace model
