// c(i,j) is added up row by row, each pair once, at its less popular item: items are renumbered by
// popularity, a user's row lists the more popular items first, and row i needs of each of its users
// only what stands before i. So the sums most often added to lie in the first few KiB of the row,
// and the row as a whole lies in the second-level cache. What is found is offered to both items.
#include "item_similarity.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <numeric>

#include "huge_pages.hpp"
#include "parallel.hpp"
#include "row_scan.hpp"
#include "similarity_metric.hpp"

namespace model {
namespace {

using Form = SimilarityScale::Form;

std::size_t at(std::int32_t item) {
  return static_cast<std::size_t>(item);
}

/// The matrix as the rows are added up, items called by their rank.
struct Rows {
  struct Entry {
    std::int32_t rank;
    float weight;
  };
  /// A user of an item: their items more popular than it are entries [begin, begin + count).
  struct Visit {
    std::int64_t begin;
    std::int32_t count;
    float weight;  // of the item itself
  };
  static constexpr std::int64_t kLine = 64 / sizeof(Entry);  // entries of a cache line
  HugePageVector<Entry> entries;                             // user by user, ranks ascending
  HugePageVector<Visit> visits;                              // item by item, users ascending
  std::vector<std::int64_t> offsets;                         // of each item's visits
};

/// Two passes, each of which sorts in linear time: the users of every item, then every user's
/// items.
Rows make_rows(const SparseMatrix& users, std::span<const float> weights,
               std::span<const std::int32_t> rank, std::span<const float> to) {
  Rows rows;
  rows.offsets.resize(rank.size() + 1);
  for (const std::int32_t item : users.indices) ++rows.offsets[at(rank[at(item)]) + 1];
  std::partial_sum(rows.offsets.begin(), rows.offsets.end(), rows.offsets.begin());
  rows.visits.resize(weights.size());
  std::vector<std::int64_t> next(rows.offsets.begin(), rows.offsets.end() - 1);
  for (std::int32_t user = 0; user < users.rows(); ++user) {
    std::int64_t k = users.offsets[at(user)];
    for (const std::int32_t item : users.row(user)) {
      rows.visits[static_cast<std::size_t>(next[at(rank[at(item)])]++)] = {
          0, user, weights[static_cast<std::size_t>(k++)]};
    }
  }
  rows.entries.resize(weights.size());
  next.assign(users.offsets.begin(), users.offsets.end() - 1);
  for (std::size_t item = 0; item < rank.size(); ++item) {
    for (std::int64_t k = rows.offsets[item]; k < rows.offsets[item + 1]; ++k) {
      Rows::Visit& visit = rows.visits[static_cast<std::size_t>(k)];
      const std::int32_t user = visit.count;
      const std::int64_t end = next[at(user)]++;
      rows.entries[static_cast<std::size_t>(end)] = {
          static_cast<std::int32_t>(item), to.empty() ? visit.weight : visit.weight * to[item]};
      visit.begin = users.offsets[at(user)];
      visit.count = static_cast<std::int32_t>(end - visit.begin);
    }
  }
  return rows;
}

struct Neighbour {
  float value;
  std::int32_t item;  // as the caller numbers them
  // Orders from best to worst, so that a heap's front is its worst.
  bool operator<(const Neighbour& other) const {
    return value != other.value ? value > other.value : item < other.item;
  }
};

/// Any value above 0 is a similarity.
constexpr float kAny = std::numeric_limits<float>::min();

/// The highest few of the values offered to each item, equal ones by item number: heaps with their
/// lowest on top.
class Best {
 public:
  Best(std::size_t items, std::size_t kept)
      : kept_(kept), counts_(items), found_(items * kept), needed_(items, kAny) {}

  /// What a value must reach to be worth offering, per item.
  [[nodiscard]] float needed(std::size_t item) const { return needed_[item]; }

  /// Asks for what offer() will read.
  void fetch(std::size_t of) const {
    const auto* first = reinterpret_cast<const char*>(found_.data() + of * kept_);
    const std::size_t bytes = std::min<std::size_t>(kept_ * sizeof(Neighbour), 256);
    for (std::size_t line = 0; line < bytes; line += 64) __builtin_prefetch(first + line, 1, 3);
  }

  void offer(std::size_t of, Neighbour neighbour) {
    Neighbour* first = found_.data() + of * kept_;
    std::int32_t& count = counts_[of];
    if (static_cast<std::size_t>(count) < kept_) {
      first[count++] = neighbour;
      std::push_heap(first, first + count);
    } else if (neighbour < first[0]) {
      std::pop_heap(first, first + count);
      first[count - 1] = neighbour;
      std::push_heap(first, first + count);
    } else {
      return;
    }
    if (static_cast<std::size_t>(count) == kept_) needed_[of] = first[0].value;
  }

  [[nodiscard]] std::span<const Neighbour> found(std::size_t of) const {
    return {found_.data() + of * kept_, static_cast<std::size_t>(counts_[of])};
  }

 private:
  std::size_t kept_;
  std::vector<std::int32_t> counts_;
  std::vector<Neighbour> found_;
  std::vector<float> needed_;
};

/// The same for the one item whose row is looked through. It gets most of the offers, so they are
/// only collected, and sorted out when there are too many.
class RowBest {
 public:
  RowBest(std::size_t kept, std::span<const std::int32_t> original)
      : kept_(kept), original_(original) {
    found_.reserve(room());
  }

  [[nodiscard]] float needed() const { return needed_; }
  void offer(float value, std::int32_t rank) {
    found_.push_back({value, rank});
    if (found_.size() == room()) sort_out();
  }
  /// Hands over what is found, and starts anew.
  void finish(std::size_t item, Best& best) {
    sort_out();
    for (const Ranked& found : found_) best.offer(item, {found.value, original_[at(found.rank)]});
    found_.clear();
    needed_ = kAny;
  }

 private:
  struct Ranked {
    float value;
    std::int32_t rank;
  };
  [[nodiscard]] std::size_t room() const { return 2 * kept_ + 32; }
  void sort_out() {
    if (found_.size() < kept_) return;
    const auto last = found_.begin() + static_cast<std::ptrdiff_t>(kept_) - 1;
    std::nth_element(found_.begin(), last, found_.end(), [&](const Ranked& a, const Ranked& b) {
      return a.value != b.value ? a.value > b.value : original_[at(a.rank)] < original_[at(b.rank)];
    });
    needed_ = last->value;
    found_.resize(kept_);
  }

  std::size_t kept_;
  std::span<const std::int32_t> original_;
  std::vector<Ranked> found_;
  float needed_ = kAny;
};

/// From which sum on item i of the row wants j as a neighbour, and from which on j wants i. In
/// every form a similarity s is reached by the sums from
///
///   kScaled   s / from(i)  as j is offered to i,  s to(j) / (from(j) to(i))  as i is offered to j
///   kShrunk   s (a(i) b(j) + shrinkage)
///   kTversky  h(s) (a(i) + b(j) + shrinkage),  h(s) = s / (1 - shared s)
///
/// on: of the form  ratio (own x(j) + more)  for what i needs, and  left p(j) + right q(j)  for
/// what j needs. As items of a block are about equally popular, the least x of a block does for
/// all.
class Bounds {
 public:
  Bounds(const SimilarityScale& scale, const Best& best, std::size_t blocks)
      : scale_(scale),
        best_(best),
        x_(blocks, kNone),
        greatest_x_(blocks),
        least_p_(blocks),
        least_q_(blocks),
        p_(blocks * kScanBlock, kNone),
        q_(blocks * kScanBlock) {
    for (std::size_t j = 0; j < scale.from.size(); ++j) {
      const float x = scale.form == Form::kScaled ? 1 : scale.neighbour[j];
      x_[j / kScanBlock] = std::min(x_[j / kScanBlock], x);
      greatest_x_[j / kScanBlock] = std::max(greatest_x_[j / kScanBlock], x);
      put(j);
    }
    for (std::size_t block = 0; block < blocks; ++block) find_least(block);
  }

  /// To be called when item j needs more than before.
  void update(std::size_t j) {
    const float before = p_[j];
    put(j);
    if (before <= least_p_[j / kScanBlock]) find_least(j / kScanBlock);
  }

  /// The ratio from which on item i wants a neighbour when it needs `needed`.
  [[nodiscard]] float ratio(std::size_t i, float needed) const {
    needed *= kRoundedDown;
    if (scale_.form == Form::kScaled) return needed / scale_.from[i];
    return scale_.form == Form::kShrunk ? needed : share(needed);
  }

  /// A ratio that `kept` sums of row i reach for certain, or 0, told from the highest sum of each
  /// block: what i needs before any is offered. Without it every sum would do until enough are
  /// found, and many after them, as rows are looked through from their popular end.
  [[nodiscard]] float reached(std::size_t i, std::span<const float> highest, std::size_t kept) {
    if (highest.size() < kept) return 0;
    // As many groups of blocks leave less to sort, and their highest are nearly as high.
    groups_.assign(std::min(highest.size(), kGroups * kept), 0);
    const Terms terms = terms_of(i);
    std::size_t group = 0;
    for (std::size_t block = 0; block < highest.size(); ++block) {
      const float least = highest[block] / (terms.own * greatest_x_[block] + terms.more);
      groups_[group] = std::max(groups_[group], least);
      if (++group == groups_.size()) group = 0;
    }
    const auto last = groups_.begin() + static_cast<std::ptrdiff_t>(kept) - 1;
    std::nth_element(groups_.begin(), last, groups_.end(), std::greater<>());
    return kRoundedDown * *last;
  }

  /// For the blocks from `begin` on, where item i needs `ratio`.
  [[nodiscard]] RowBounds of(std::size_t i, float ratio, std::size_t begin) const {
    const Terms terms = terms_of(i), back = terms_back(i);
    return {ratio * terms.own,
            ratio * terms.more,
            x_.data() + begin,
            back.own,
            back.more,
            p_.data() + begin * kScanBlock,
            q_.data() + begin * kScanBlock,
            least_p_.data() + begin,
            least_q_.data() + begin};
  }

 private:
  static constexpr float kRoundedDown = 1 - 1e-5f;  // products and quotients round either way
  static constexpr float kNone = std::numeric_limits<float>::infinity();
  static constexpr std::size_t kGroups = 4;  // of blocks, for each neighbour kept
  [[nodiscard]] float share(float s) const { return s / (1 - scale_.shared * s); }

  struct Terms {
    float own, more;  // a sum's ratio is  sum / (own x(j) + more)
  };
  [[nodiscard]] Terms terms_of(std::size_t i) const {
    if (scale_.form == Form::kScaled) return {1, 0};
    if (scale_.form == Form::kShrunk) return {scale_.from[i], scale_.shrinkage};
    return {1, scale_.from[i] + scale_.shrinkage};
  }
  /// For i as a neighbour of j: what p(j) and q(j) are multiplied by.
  [[nodiscard]] Terms terms_back(std::size_t i) const {
    if (scale_.form == Form::kScaled) return {1 / scale_.to[i], 0};
    if (scale_.form == Form::kShrunk) return {scale_.neighbour[i], scale_.shrinkage};
    return {1, scale_.neighbour[i] + scale_.shrinkage};
  }

  void put(std::size_t j) {
    const float needed = kRoundedDown * best_.needed(j), from = scale_.from[j];
    switch (scale_.form) {
      case Form::kScaled:
        p_[j] = needed * scale_.to[j] / from;
        break;
      case Form::kShrunk:
        p_[j] = needed * from;
        q_[j] = needed;
        break;
      case Form::kTversky:
        p_[j] = share(needed) * from;
        q_[j] = share(needed);
        break;
    }
  }

  void find_least(std::size_t block) {
    const auto begin = static_cast<std::ptrdiff_t>(block * kScanBlock);
    const auto end = begin + static_cast<std::ptrdiff_t>(kScanBlock);
    least_p_[block] = *std::min_element(p_.begin() + begin, p_.begin() + end);
    least_q_[block] = *std::min_element(q_.begin() + begin, q_.begin() + end);
  }

  const SimilarityScale& scale_;
  const Best& best_;
  std::vector<float> x_, greatest_x_, least_p_, least_q_;  // by block
  std::vector<float> p_, q_;                               // by item
  std::vector<float> groups_;                              // of blocks, in reached()
};

/// Asks for the rows of an item's users, which lie anywhere in memory, a fixed way ahead of where
/// they are added up. It goes on line by line as the adding does: asked for row by row, the lines
/// of a long row wait for each other, and those of short rows come late.
class Lookahead {
 public:
  /// For the visits [first, last).
  Lookahead(const Rows::Entry* entries, const Rows::Visit* first, const Rows::Visit* last)
      : entries_(entries), visit_(first), last_(last) {
    if (first != last) enter();
  }

  /// To be called before a visit is added up, in turn.
  void start(const Rows::Visit& visit) {
    while (lead_ < kLead) fetch();
    // An empty row is asked for as one line.
    const std::int64_t last = visit.begin + std::max(visit.count, 1) - 1;
    lead_ -= last / Rows::kLine - visit.begin / Rows::kLine + 1;
  }

  /// To be called for every kLine entries added up.
  void fetch() {
    ++lead_;
    __builtin_prefetch(line_, 0, 3);
    line_ += Rows::kLine;
    if (line_ < end_) return;
    // Behind the last row there is nothing to ask for but the same again.
    if (visit_ + 1 == last_) {
      line_ -= Rows::kLine;
    } else {
      ++visit_;
      enter();
    }
  }

 private:
  void enter() {
    line_ = entries_ + visit_->begin / Rows::kLine * Rows::kLine;
    end_ = entries_ + visit_->begin + visit_->count;
  }

  static constexpr std::int64_t kLead = 48;  // lines

  const Rows::Entry* entries_;
  const Rows::Visit *visit_, *last_;  // whose row is asked for
  const Rows::Entry *line_ = nullptr, *end_ = nullptr;
  std::int64_t lead_ = 0;
};

/// One thread's dense row of sums, and its finds.
class Accumulator {
 public:
  Accumulator(const Rows& rows, const SimilarityScale& scale,
              std::span<const std::int32_t> original, std::size_t kept)
      : rows_(rows),
        scale_(scale),
        original_(original),
        kept_(kept),
        blocks_(blocks_of(original.size())),
        sums_(blocks_ * kScanBlock),
        highest_(blocks_),
        found_(kMostScanned * kScanBlock),
        best_(std::make_unique<Best>(original.size(), kept)),
        row_best_(kept, original),
        bounds_(scale, *best_, blocks_) {}

  /// Sums c(i,j) for every j more popular than i, and offers each pair to both its items.
  void take(std::int32_t item) {
    add_up(item);
    offer_all(at(item));
  }

  [[nodiscard]] const Best& best() const { return *best_; }

 private:
  /// In the order of the users, so that the sums' last bits are always the same.
  void add_up(std::int32_t item) {
    const Rows::Entry* entries = rows_.entries.data();
    const Rows::Visit* visit = rows_.visits.data() + rows_.offsets[at(item)];
    const Rows::Visit* const end = rows_.visits.data() + rows_.offsets[at(item) + 1];
    float* sums = sums_.data();
    Lookahead ahead(entries, visit, end);
    for (; visit != end; ++visit) {
      ahead.start(*visit);
      const Rows::Entry* entry = entries + visit->begin;
      const Rows::Entry* last = entry + visit->count;
      const float weight = visit->weight;
      for (; last - entry >= Rows::kLine; entry += Rows::kLine) {
        ahead.fetch();
        for (std::ptrdiff_t k = 0; k < Rows::kLine; ++k)
          sums[entry[k].rank] += weight * entry[k].weight;
      }
      for (; entry != last; ++entry) sums[entry->rank] += weight * entry->weight;
    }
  }

  /// Offers the sums before place i that make a similarity one of the two items wants, and leaves
  /// the row empty. What i needs rises on the way, so the row is scanned a piece at a time, and by
  /// small pieces where it rises most.
  void offer_all(std::size_t i) {
    const std::size_t blocks = blocks_of(i);
    block_maxima(sums_.data(), blocks, highest_.data());
    const float reached = bounds_.reached(i, {highest_.data(), blocks}, kept_);
    std::size_t count = kFirstScanned;
    for (std::size_t begin = 0; begin < blocks;
         begin += count, count = std::min(2 * count, kMostScanned)) {
      const std::size_t first = begin * kScanBlock;
      const float needed = std::max(reached, bounds_.ratio(i, row_best_.needed()));
      const std::size_t found =
          scan_row(sums_.data() + first, highest_.data() + begin, bounds_.of(i, needed, begin),
                   std::min(count, blocks - begin), found_.data());
      for (std::size_t k = 0; k < found; ++k) {
        if ((found_[k].wanted_by & FoundSum::kItem) != 0) best_->fetch(first + at(found_[k].at));
      }
      for (std::size_t k = 0; k < found; ++k) offer(i, first + at(found_[k].at), found_[k]);
    }
    row_best_.finish(i, *best_);
    bounds_.update(i);
  }

  void offer(std::size_t i, std::size_t j, const FoundSum& found) {
    if ((found.wanted_by & FoundSum::kRow) != 0) {
      const float similarity = scale_.similarity(found.sum, i, j);
      if (similarity >= row_best_.needed())
        row_best_.offer(similarity, static_cast<std::int32_t>(j));
    }
    if ((found.wanted_by & FoundSum::kItem) != 0) {
      const float similarity = scale_.similarity_back(found.sum, i, j);
      if (similarity < best_->needed(j)) return;
      best_->offer(j, {similarity, original_[i]});
      bounds_.update(j);
    }
  }

  static std::size_t blocks_of(std::size_t items) { return (items + kScanBlock - 1) / kScanBlock; }

  static constexpr std::size_t kFirstScanned = 16, kMostScanned = 256;  // blocks

  const Rows& rows_;
  const SimilarityScale& scale_;
  std::span<const std::int32_t> original_;
  std::size_t kept_, blocks_;
  HugePageVector<float> sums_;
  std::vector<float> highest_;  // by block
  std::vector<FoundSum> found_;
  std::unique_ptr<Best> best_;  // stays where bounds_ looks
  RowBest row_best_;
  Bounds bounds_;
};

/// The best of what all threads found, per item in the caller's numbers.
SparseMatrix merged(const std::vector<Accumulator>& threads, std::span<const std::int32_t> rank,
                    std::size_t kept) {
  SparseMatrix result;
  result.columns = static_cast<std::int32_t>(rank.size());
  std::vector<Neighbour> all;
  for (const std::int32_t of : rank) {
    all.clear();
    for (const Accumulator& thread : threads) {
      const auto found = thread.best().found(at(of));
      all.insert(all.end(), found.begin(), found.end());
    }
    std::sort(all.begin(), all.end());
    all.resize(std::min(all.size(), kept));
    for (const Neighbour& neighbour : all) {
      result.indices.push_back(neighbour.item);
      result.values.push_back(neighbour.value);
    }
    result.offsets.push_back(static_cast<std::int64_t>(result.indices.size()));
  }
  return result;
}

/// Rows of about equal work that are handed out together.
constexpr std::int64_t kRowsAtOnce = 64;

/// What the pairs are looked for in, whichever rows of it.
class Pairs {
 public:
  Pairs(const SparseMatrix& users, const SimilarityOptions& options)
      : options_(options),
        rank_(popularity_ranks(users)),
        original_(inverse_of(rank_)),
        weights_(similarity_weights(users, options)),
        scale_(similarity_scale(users, weights_, rank_, options)),
        rows_(make_rows(users, weights_, rank_, scale_.to)),
        kept_(static_cast<std::size_t>(std::min(options.neighbours, users.columns))) {}

  /// Each item's best of the pairs that belong to these rows. Every pair belongs to its less popular item, so a
  /// thread's finds for an item are not complete, nor are those of a part. Throws PartStopped.
  [[nodiscard]] SparseMatrix best_of(std::int64_t part, std::int64_t parts) const {
    std::vector<Accumulator> threads;
    for (int k = 0; k < options_.threads; ++k)
      threads.emplace_back(rows_, scale_, original_, kept_);
    const PartRows rows(std::ssize(rank_), part, parts, kRowsAtOnce);
    rows.run(
        options_.threads, kRowsAtOnce,
        [&](int thread, std::int64_t begin, std::int64_t end) {
          for (std::int64_t item = begin; item < end; ++item)
            threads[static_cast<std::size_t>(thread)].take(static_cast<std::int32_t>(item));
        },
        options_.proceed);
    return merged(threads, rank_, kept_);
  }

  [[nodiscard]] std::size_t kept() const { return kept_; }

 private:
  static std::vector<std::int32_t> inverse_of(std::span<const std::int32_t> rank) {
    std::vector<std::int32_t> original(rank.size());
    for (std::size_t item = 0; item < rank.size(); ++item)
      original[at(rank[item])] = static_cast<std::int32_t>(item);
    return original;
  }

  const SimilarityOptions& options_;
  const std::vector<std::int32_t> rank_, original_;
  const std::vector<float> weights_;
  const SimilarityScale scale_;
  const Rows rows_;
  const std::size_t kept_;
};

/// The best of two parts' lists, item by item.
SparseMatrix best_of_both(const SparseMatrix& a, const SparseMatrix& b, std::size_t kept) {
  SparseMatrix best;
  best.columns = a.columns;
  const auto neighbour = [](const SparseMatrix& lists, std::int32_t item, std::size_t k) {
    return Neighbour{lists.row_values(item)[k], lists.row(item)[k]};
  };
  for (std::int32_t item = 0; item < a.rows(); ++item) {
    const std::size_t as = a.row(item).size(), bs = b.row(item).size();
    for (std::size_t i = 0, j = 0; i + j < std::min(kept, as + bs);) {
      const bool is_of_a = j == bs || (i < as && neighbour(a, item, i) < neighbour(b, item, j));
      const Neighbour next = is_of_a ? neighbour(a, item, i++) : neighbour(b, item, j++);
      best.indices.push_back(next.item);
      best.values.push_back(next.value);
    }
    best.offsets.push_back(static_cast<std::int64_t>(best.indices.size()));
  }
  return best;
}

SparseMatrix shared_similar_items(const Pairs& pairs, const SimilarityOptions& options,
                                  std::int32_t items) {
  SparseMatrix best;
  options.shared->step(
      options.name,
      [&](std::int64_t part) { return packed_lists(pairs.best_of(part, options.shared->parts())); },
      [&](std::int64_t, std::string_view bytes) {
        SparseMatrix lists = unpacked_lists(bytes, items, items);
        best = best.rows() == 0 ? std::move(lists) : best_of_both(best, lists, pairs.kept());
      },
      options.is_last_step);
  return best;
}

}  // namespace

SparseMatrix similar_items(const SparseMatrix& users, const SimilarityOptions& options) {
  const Pairs pairs(users, options);
  try {
    if (options.shared != nullptr) return shared_similar_items(pairs, options, users.columns);
    return pairs.best_of(0, 1);
  } catch (const PartStopped&) {
    return {};
  }
}

}  // namespace model
