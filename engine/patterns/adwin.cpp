#include "patterns/adwin.hpp"

#include <algorithm>
#include <cmath>

namespace engine::patterns {

Adwin::Bucket Adwin::merged(const Bucket& a, const Bucket& b) {
  if (a.count == 0) return b;
  const auto n0 = static_cast<double>(a.count), n1 = static_cast<double>(b.count);
  const double apart = a.sum / n0 - b.sum / n1;
  return {a.count + b.count, a.sum + b.sum,
          a.squares + b.squares + apart * apart * n0 * n1 / (n0 + n1)};
}

double Adwin::mean() const {
  double sum = 0;
  for (const Bucket& bucket : buckets_) sum += bucket.sum;
  return width_ == 0 ? 0 : sum / static_cast<double>(width_);
}

void Adwin::compress() {
  std::size_t end = buckets_.size();
  for (std::size_t size = 1; end > 0; size *= 2) {
    std::size_t begin = end;
    while (begin > 0 && buckets_[begin - 1].count == size) --begin;
    if (end - begin <= kBucketsOfASize) return;
    buckets_[begin] = merged(buckets_[begin], buckets_[begin + 1]);
    buckets_.erase(buckets_.begin() + static_cast<std::ptrdiff_t>(begin) + 1);
    end = begin + 1;
  }
}

bool Adwin::must_cut() const {
  Bucket all;
  for (const Bucket& bucket : buckets_) all = merged(all, bucket);
  const auto n = static_cast<double>(width_);
  const double variance = all.squares / n, d = std::log(2 * std::log(n) / delta_);
  Bucket older;
  for (const Bucket& bucket : buckets_) {
    older = merged(older, bucket);
    if (older.count < kShortestPart) continue;
    if (width_ - older.count < kShortestPart) return false;
    const auto n0 = static_cast<double>(older.count), n1 = n - n0;
    const double inverse = 1 / n0 + 1 / n1;
    const double apart = std::abs(older.sum / n0 - (all.sum - older.sum) / n1);
    if (apart > std::sqrt(2 * inverse * variance * d) + 2.0 / 3 * inverse * d) return true;
  }
  return false;
}

bool Adwin::add(double value) {
  buckets_.push_back({1, value, 0});
  ++width_;
  compress();
  bool is_cut = false;
  while (width_ >= 2 * kShortestPart && must_cut()) {
    width_ -= buckets_.front().count;
    buckets_.pop_front();
    is_cut = true;
  }
  return is_cut;
}

ChangePoint change_point(const std::vector<double>& values) {
  Adwin window;
  bool is_cut = false;
  for (const double value : values) is_cut = window.add(value) || is_cut;
  if (is_cut) return {values.size() - window.width(), true};
  ChangePoint point;
  double all = 0, sum = 0, furthest = -1;
  for (const double value : values) all += value;
  const auto n = static_cast<double>(values.size());
  for (std::size_t k = 1; k < values.size(); ++k) {
    sum += values[k - 1];
    const auto n0 = static_cast<double>(k), n1 = n - n0;
    const double apart = std::abs(sum / n0 - (all - sum) / n1) * std::sqrt(n0 * n1 / n);
    if (apart > furthest * (1 + 1e-12)) {
      furthest = apart;
      point.first = k;
    }
  }
  return point;
}

}  // namespace engine::patterns
