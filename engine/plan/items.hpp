// The values of one column: shared until somebody changes them, gathered only when they are read.
//
// Most steps of a plan keep some rows of their input and pass every column on. Copying them all at
// each step is what a run over a million candidates would spend its time on; so a column that was
// gathered is its old values and the numbers of the rows that are left, until a reader wants them
// side by side.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace engine {

/// Memory of one array: its own, or somebody else's that `owner` keeps alive.
template <class T>
class ItemBuffer {
 public:
  explicit ItemBuffer(std::vector<T> items) : own_(std::move(items)) {}
  ItemBuffer(const T* data, std::size_t size, std::shared_ptr<const void> owner)
      : owner_(std::move(owner)), view_(data), size_(size) {}
  [[nodiscard]] const T* data() const { return view_ != nullptr ? view_ : own_.data(); }
  [[nodiscard]] std::size_t size() const { return view_ != nullptr ? size_ : own_.size(); }
  /// nullptr for somebody else's.
  [[nodiscard]] std::vector<T>* own() { return view_ != nullptr ? nullptr : &own_; }

 private:
  std::vector<T> own_;
  std::shared_ptr<const void> owner_;
  const T* view_ = nullptr;
  std::size_t size_ = 0;
};

class RowNumbers;
using RowNumbersPtr = std::shared_ptr<const RowNumbers>;

/// Which rows a gather took. Rows of rows are worked out when all of them are wanted.
class RowNumbers {
 public:
  explicit RowNumbers(std::vector<std::int32_t> rows) : own_(std::move(rows)), size_(own_.size()) {}
  /// Somebody else's memory, which outlives this.
  RowNumbers(const std::int32_t* rows, std::size_t size) : view_(rows), size_(size) {}
  /// Rows of a table that was itself made of the `earlier` rows of another.
  RowNumbers(RowNumbersPtr earlier, RowNumbersPtr later)
      : earlier_(std::move(earlier)), later_(std::move(later)), size_(later_->size()) {}

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::int32_t operator[](std::size_t row) const {
    if (later_ != nullptr) return (*earlier_)[static_cast<std::size_t>((*later_)[row])];
    return view_ != nullptr ? view_[row] : own_[row];
  }
  [[nodiscard]] const std::int32_t* data() const {
    settle();
    return view_ != nullptr ? view_ : own_.data();
  }

 private:
  void settle() const {
    if (later_ == nullptr) return;
    const std::int32_t *earlier = earlier_->data(), *later = later_->data();
    own_.resize(size_);
    for (std::size_t i = 0; i < size_; ++i) own_[i] = earlier[later[i]];
    earlier_.reset();
    later_.reset();
  }

  mutable RowNumbersPtr earlier_, later_;
  mutable std::vector<std::int32_t> own_;
  const std::int32_t* view_ = nullptr;
  std::size_t size_ = 0;
};

/// The rows of a gather, told in the numbers of whatever its input was gathered from: once for all
/// columns that share a past.
class RowComposition {
 public:
  explicit RowComposition(RowNumbersPtr rows) : rows_(std::move(rows)) {}
  [[nodiscard]] const RowNumbersPtr& rows() const { return rows_; }
  const RowNumbersPtr& over(const RowNumbersPtr& earlier) {
    RowNumbersPtr& made = composed_[earlier.get()];
    if (made == nullptr) made = std::make_shared<RowNumbers>(earlier, rows_);
    return made;
  }

 private:
  RowNumbersPtr rows_;
  std::map<const RowNumbers*, RowNumbersPtr> composed_;
};

/// Reads as a `const std::vector<T>`. Threads: one; data() may gather.
template <class T>
class Items {
 public:
  Items() = default;
  Items(std::vector<T> items)  // NOLINT(google-explicit-constructor): it is one
      : base_(std::make_shared<ItemBuffer<T>>(std::move(items))) {}
  Items(std::initializer_list<T> items) : Items(std::vector<T>(items)) {}
  Items(std::shared_ptr<ItemBuffer<T>> base, RowNumbersPtr rows)
      : base_(std::move(base)), rows_(std::move(rows)) {}

  [[nodiscard]] std::size_t size() const {
    if (rows_ != nullptr) return rows_->size();
    return base_ == nullptr ? 0 : base_->size();
  }
  [[nodiscard]] bool empty() const { return size() == 0; }
  /// One row, without gathering the others.
  const T& operator[](std::size_t row) const {
    return base_->data()[rows_ != nullptr ? static_cast<std::size_t>((*rows_)[row]) : row];
  }
  [[nodiscard]] const T* data() const {
    settle();
    return base_ == nullptr ? nullptr : base_->data();
  }
  [[nodiscard]] const T* begin() const { return data(); }
  [[nodiscard]] const T* end() const { return data() + size(); }

  /// The values, to be changed: copied first where others share them.
  std::vector<T>& edit() {
    settle();
    if (base_ == nullptr) base_ = std::make_shared<ItemBuffer<T>>(std::vector<T>());
    if (base_.use_count() > 1 || base_->own() == nullptr) {
      base_ = std::make_shared<ItemBuffer<T>>(
          std::vector<T>(base_->data(), base_->data() + base_->size()));
    }
    return *base_->own();
  }
  void push_back(T item) { edit().push_back(item); }
  void reserve(std::size_t rows) { edit().reserve(rows); }

  [[nodiscard]] Items gather(RowComposition& rows) const {
    if (base_ == nullptr) return {};
    return {base_, rows_ == nullptr ? rows.rows() : rows.over(rows_)};
  }
  friend bool operator==(const Items& a, const Items& b) {
    return std::vector<T>(a.begin(), a.end()) == std::vector<T>(b.begin(), b.end());
  }

  /// What it is made of; rows is nullptr where the values lie as they are.
  [[nodiscard]] const std::shared_ptr<ItemBuffer<T>>& base() const { return base_; }
  [[nodiscard]] const RowNumbersPtr& rows() const { return rows_; }

 private:
  void settle() const {
    if (rows_ == nullptr) return;
    std::vector<T> items(rows_->size());
    const T* from = base_->data();
    const std::int32_t* rows = rows_->data();
    for (std::size_t i = 0; i < items.size(); ++i) items[i] = from[rows[i]];
    base_ = std::make_shared<ItemBuffer<T>>(std::move(items));
    rows_.reset();
  }

  mutable std::shared_ptr<ItemBuffer<T>> base_;
  mutable RowNumbersPtr rows_;
};

}  // namespace engine
