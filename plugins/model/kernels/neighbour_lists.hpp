// Lists of near neighbours as a graph: what makes some rows everybody's neighbour and leaves others
// nobody's, and what can be done about it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace model {

struct NearRow {
  float cosine;
  std::int32_t row;
};

/// Per row its neighbours, best first.
class NeighbourLists {
 public:
  [[nodiscard]] std::size_t rows() const { return offsets_.size() - 1; }
  [[nodiscard]] std::span<const NearRow> operator[](std::size_t row) const {
    return {all_.data() + offsets_[row],
            static_cast<std::size_t>(offsets_[row + 1] - offsets_[row])};
  }
  void append(std::span<const NearRow> list) {
    all_.insert(all_.end(), list.begin(), list.end());
    offsets_.push_back(all_.size());
  }
  [[nodiscard]] const std::vector<std::uint64_t>& offsets() const { return offsets_; }
  [[nodiscard]] const std::vector<NearRow>& all() const { return all_; }

 private:
  std::vector<std::uint64_t> offsets_{0};
  std::vector<NearRow> all_;
};

/// The first `count` of every list.
NeighbourLists first_of_each(const NeighbourLists& lists, std::size_t count);

/// Only neighbours that name each other. Of a row whose neighbours are all better neighbours to
/// others its first stays, so that nobody is left with none.
NeighbourLists mutual_neighbours(const NeighbourLists& lists);

/// The `count` of every list that are nearest by d(i,j) / sqrt(m(i) m(j)), in the order of their
/// cosines; d is the distance of unit vectors and m(i) the mean of d over the first `count` of i's
/// list: in a crowd neighbours have to be nearer (NICDM of Schnitzer, Flexer, Schedl, Widmer: Local
/// and Global Scaling Reduce Hubs in Space, JMLR 2012). Lists should be longer than `count`.
NeighbourLists locally_scaled(const NeighbourLists& lists, std::size_t count);

struct GraphShape {
  double skewness = 0;     // of how often a row is a neighbour; 0 where all are as often
  double never_named = 0;  // share of rows that are nobody's neighbour
  /// Share of rows that no walk comes to which began in the largest part of the graph whose rows
  /// all reach each other (a strongly connected component).
  double unreachable = 0;
};
GraphShape shape_of(const NeighbourLists& lists);

}  // namespace model
