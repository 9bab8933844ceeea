#include "item_similarity.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

#include "parallel.hpp"

namespace model {
namespace {

using Metric = SimilarityOptions::Metric;

/// The highest few of the values offered, equal ones by item number: a heap with its lowest on top.
class Best {
 public:
  Best(std::int32_t items, std::int32_t kept)
      : kept_(static_cast<std::size_t>(kept)),
        counts_(static_cast<std::size_t>(items)),
        found_(static_cast<std::size_t>(items) * kept_),
        needed_(static_cast<std::size_t>(items), std::numeric_limits<float>::min()) {}

  struct Neighbour {
    float value;
    std::int32_t item;
    // Orders from best to worst, so that a heap's front is its worst.
    bool operator<(const Neighbour& other) const {
      return value != other.value ? value > other.value : item < other.item;
    }
  };

  /// What a value must reach to be worth offering, per item.
  [[nodiscard]] const float* needed() const { return needed_.data(); }

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

/// How c(i,j) becomes the similarity of j as a neighbour of i. Cosine and Jaccard:
/// c / (a(i) a(j) + shrinkage) or c / (a(i) + a(j) - c + shrinkage); otherwise c from(i) to(j).
struct Scale {
  Metric metric;
  float shrinkage = 0;
  std::vector<float> from, to;  // by item; a() of the others stands in `from`
};

/// A user's items in order of popularity, and for every item its users with the place the item has
/// in each user's row, so that the more popular items of a user are the row's beginning.
struct Rows {
  SparseMatrix users;  // users x ranks
  SparseMatrix items;  // ranks x users
  std::vector<std::int32_t> places;
};

Rows make_rows(SparseMatrix users) {
  Rows rows;
  rows.users = std::move(users);
  rows.items = transposed(rows.users);
  rows.places.resize(rows.users.indices.size());
  std::vector<std::int64_t> next(rows.items.offsets.begin(), rows.items.offsets.end() - 1);
  for (std::int32_t user = 0; user < rows.users.rows(); ++user) {
    std::int32_t place = 0;
    for (const std::int32_t item : rows.users.row(user)) {
      rows.places[static_cast<std::size_t>(next[static_cast<std::size_t>(item)]++)] = place++;
    }
  }
  return rows;
}

std::vector<double> column_sums(const SparseMatrix& matrix, double (*of)(double)) {
  std::vector<double> sums(static_cast<std::size_t>(matrix.columns));
  for (std::size_t k = 0; k < matrix.indices.size(); ++k)
    sums[static_cast<std::size_t>(matrix.indices[k])] += of(matrix.values[k]);
  return sums;
}

double one(double) {
  return 1;
}
double itself(double x) {
  return x;
}
double squared(double x) {
  return x * x;
}

template <typename Change>
void change_values(SparseMatrix& users, const Change& change) {
  for (std::int32_t user = 0; user < users.rows(); ++user) {
    const auto items = users.row(user);
    float* values = users.values.data() + users.offsets[static_cast<std::size_t>(user)];
    for (std::size_t k = 0; k < items.size(); ++k)
      values[k] = static_cast<float>(change(user, items[k], values[k]));
  }
}

/// log of how rare a user's row is, as tf-idf counts words: every item is a document, and users who
/// play everything tell little.
double rarity(const SparseMatrix& users, std::int32_t user) {
  return std::log(static_cast<double>(users.columns) /
                  (1.0 + static_cast<double>(users.row(user).size()))) +
         1;
}

void weigh_bm25(SparseMatrix& users, const SimilarityOptions& options) {
  const std::vector<double> lengths = column_sums(users, itself);
  const double mean = std::max(1e-12, std::accumulate(lengths.begin(), lengths.end(), 0.0) /
                                          std::max<std::size_t>(1, lengths.size()));
  change_values(users, [&](std::int32_t user, std::int32_t item, double x) {
    const double length = lengths[static_cast<std::size_t>(item)] / mean;
    return std::max(0.0, rarity(users, user)) * x * (options.k1 + 1) /
           (x + options.k1 * (1 - options.b + options.b * length));
  });
}

void weigh_rp3_beta(SparseMatrix& users, double alpha) {
  std::vector<double> totals(static_cast<std::size_t>(users.rows()));
  for (std::int32_t user = 0; user < users.rows(); ++user) {
    const auto values = users.row_values(user);
    totals[static_cast<std::size_t>(user)] = std::accumulate(values.begin(), values.end(), 0.0);
  }
  // Half of each probability's denominator stands at both ends, so that the sum stays symmetric.
  change_values(users, [&](std::int32_t user, std::int32_t, double x) {
    return std::pow(x * x / totals[static_cast<std::size_t>(user)], alpha / 2);
  });
}

/// Changes the weights to those whose products the metric adds up, and says what becomes of sums.
Scale weigh(SparseMatrix& users, const SimilarityOptions& options) {
  Scale scale{options.metric, static_cast<float>(options.shrinkage), {}, {}};
  const auto put = [](std::vector<float>& to, const std::vector<double>& from, double power) {
    for (const double x : from) to.push_back(static_cast<float>(x > 0 ? std::pow(x, power) : 0));
  };
  switch (options.metric) {
    case Metric::kJaccard:
      change_values(users, [](std::int32_t, std::int32_t, double) { return 1.0; });
      put(scale.from, column_sums(users, one), 1);
      return scale;
    case Metric::kRp3Beta:
      put(scale.from, column_sums(users, itself), -options.alpha);
      put(scale.to, column_sums(users, one), -options.beta);
      weigh_rp3_beta(users, options.alpha);
      return scale;
    case Metric::kBm25:
      weigh_bm25(users, options);
      break;
    case Metric::kTfIdf:
      change_values(users, [&](std::int32_t user, std::int32_t, double x) {
        return std::sqrt(x) * std::max(0.0, rarity(users, user));
      });
      break;
    case Metric::kCosine:
      break;
  }
  if (options.shrinkage > 0) {
    put(scale.from, column_sums(users, squared), 0.5);
  } else {
    put(scale.from, column_sums(users, squared), -0.5);
    scale.to = scale.from;
  }
  return scale;
}

/// One thread's dense row of sums, and its finds.
class Accumulator {
 public:
  Accumulator(const Rows& rows, const Scale& scale, std::span<const std::int32_t> original,
              std::int32_t kept)
      : rows_(rows),
        scale_(scale),
        original_(original),
        sums_(static_cast<std::size_t>(rows.users.columns) + kBlock),
        best_(rows.users.columns, kept) {}

  /// Sums c(i,j) for every j more popular than i, and offers each pair to both its items.
  void take(std::int32_t item) {
    add_up(item);
    const auto offer = [&](const auto& similarity) { scan(item, similarity); };
    if (scale_.metric == Metric::kJaccard) {
      offer([a = scale_.from.data(), i = scale_.from[at(item)], s = scale_.shrinkage](
                float sum, std::size_t j, float& as_i, float& as_j) {
        as_i = as_j = sum / (i + a[j] - sum + s);
      });
    } else if (scale_.to.empty()) {
      offer([a = scale_.from.data(), i = scale_.from[at(item)], s = scale_.shrinkage](
                float sum, std::size_t j, float& as_i, float& as_j) {
        as_i = as_j = sum / (i * a[j] + s);
      });
    } else {
      offer([from = scale_.from.data(), to = scale_.to.data(), from_i = scale_.from[at(item)],
             to_i = scale_.to[at(item)]](float sum, std::size_t j, float& as_i, float& as_j) {
        as_i = sum * from_i * to[j];
        as_j = sum * from[j] * to_i;
      });
    }
  }

  [[nodiscard]] const Best& best() const { return best_; }

 private:
  static constexpr std::size_t kBlock = 64;
  static std::size_t at(std::int32_t item) { return static_cast<std::size_t>(item); }

  void add_up(std::int32_t item) {
    const auto users = rows_.items.row(item);
    const auto weights = rows_.items.row_values(item);
    const std::int32_t* places = rows_.places.data() + rows_.items.offsets[at(item)];
    float* sums = sums_.data();
    for (std::size_t k = 0; k < users.size(); ++k) {
      const std::int32_t* ranks = rows_.users.row(users[k]).data();
      const float* values = rows_.users.row_values(users[k]).data();
      const float weight = weights[k];
      for (std::int32_t p = 0; p < places[k]; ++p) sums[ranks[p]] += weight * values[p];
    }
  }

  /// Looks for sums that make a similarity one of the two items wants, and leaves the row empty.
  template <typename Similarity>
  void scan(std::int32_t item, const Similarity& similarity) {
    const auto end = at(item);
    float* sums = sums_.data();
    for (std::size_t begin = 0; begin < end; begin += kBlock) {
      const std::size_t count = std::min(kBlock, end - begin);
      if (wants_any(similarity, best_.needed()[item], best_.needed(), sums, begin, count)) {
        for (std::size_t j = begin; j < begin + count; ++j) offer(item, j, similarity);
      }
      std::memset(sums + begin, 0, count * sizeof(float));
    }
  }

  template <typename Similarity>
  static bool wants_any(const Similarity& similarity, float needed_i, const float* needed,
                        const float* sums, std::size_t begin, std::size_t count) {
    int wanted = 0;
    for (std::size_t j = begin; j < begin + count; ++j) {
      float as_i, as_j;
      similarity(sums[j], j, as_i, as_j);
      wanted |= static_cast<int>(as_i >= needed_i) | static_cast<int>(as_j >= needed[j]);
    }
    return wanted != 0;
  }

  template <typename Similarity>
  void offer(std::int32_t item, std::size_t j, const Similarity& similarity) {
    if (sums_[j] <= 0) return;
    float as_i, as_j;
    similarity(sums_[j], j, as_i, as_j);
    if (as_i >= best_.needed()[item]) best_.offer(at(item), {as_i, original_[j]});
    if (as_j >= best_.needed()[j]) best_.offer(j, {as_j, original_[at(item)]});
  }

  const Rows& rows_;
  const Scale& scale_;
  std::span<const std::int32_t> original_;
  std::vector<float> sums_;
  Best best_;
};

/// The best of what all threads found, per item in the caller's numbers.
SparseMatrix merged(const std::vector<Accumulator>& threads, std::span<const std::int32_t> rank,
                    std::size_t kept) {
  SparseMatrix result;
  result.columns = static_cast<std::int32_t>(rank.size());
  std::vector<Best::Neighbour> all;
  for (const std::int32_t of : rank) {
    all.clear();
    for (const Accumulator& thread : threads) {
      const auto found = thread.best().found(static_cast<std::size_t>(of));
      all.insert(all.end(), found.begin(), found.end());
    }
    std::sort(all.begin(), all.end());
    if (all.size() > kept) all.resize(kept);
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.item < b.item; });
    for (const Best::Neighbour& neighbour : all) {
      result.indices.push_back(neighbour.item);
      result.values.push_back(neighbour.value);
    }
    result.offsets.push_back(static_cast<std::int64_t>(result.indices.size()));
  }
  return result;
}

}  // namespace

SparseMatrix similar_items(const SparseMatrix& users, const SimilarityOptions& options) {
  const std::vector<std::int32_t> rank = popularity_ranks(users);
  std::vector<std::int32_t> original(rank.size());
  for (std::size_t item = 0; item < rank.size(); ++item)
    original[static_cast<std::size_t>(rank[item])] = static_cast<std::int32_t>(item);
  SparseMatrix ranked = with_columns(users, rank);
  const Scale scale = weigh(ranked, options);
  const Rows rows = make_rows(std::move(ranked));
  const std::int32_t kept = std::min(options.neighbours, users.columns);
  std::vector<Accumulator> threads;
  for (int k = 0; k < options.threads; ++k) threads.emplace_back(rows, scale, original, kept);
  // Every pair belongs to its less popular item, so a thread's finds for an item are not complete;
  // rows of about equal work are handed out together.
  const bool is_done = for_blocks(
      options.threads, users.columns, 64,
      [&](int thread, std::int64_t begin, std::int64_t end) {
        for (std::int64_t item = begin; item < end; ++item)
          threads[static_cast<std::size_t>(thread)].take(static_cast<std::int32_t>(item));
      },
      options.proceed);
  if (!is_done) return {};
  return merged(threads, rank, static_cast<std::size_t>(kept));
}

}  // namespace model
