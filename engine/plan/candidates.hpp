// The table that flows through a plan: track numbers in an order, plus named columns, structure of
// arrays.
#pragma once

#include "playlist/plugin.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "plan/items.hpp"

namespace engine {

/// One column of candidates; `values` is as long as the table. Missing: NaN, INT32_MIN, INT64_MIN,
/// -1, 255.
struct CandidateColumn {
  std::string name;
  std::uint32_t type = PLAYLIST_F32;  // F32 I32 I64 U8 or STRING (codes in an I32 array)
  std::variant<Items<float>, Items<std::int32_t>, Items<std::int64_t>, Items<std::uint8_t>> values;
  const playlist_dict* dict =
      nullptr;                // STRING: outlives the run, or nullptr for the run's own texts
  bool is_orderwise = false;  // true of these rows in this order: StepFacts::keeps_rows

  /// A column of `rows` missing values.
  static CandidateColumn missing(std::string name, std::uint32_t type, std::size_t rows,
                                 const playlist_dict* dict = nullptr);
  [[nodiscard]] const void* data() const;
  void* data();
  void append_from(const CandidateColumn& other, std::size_t row);
  void append_missing();
  void reserve(std::size_t rows);
  /// The rows named, in that order; shares the values.
  [[nodiscard]] CandidateColumn gather(RowComposition& rows) const;
  /// As a number; NaN when missing or a string.
  [[nodiscard]] double number(std::size_t row) const;
};

/// A candidate that a step let go, and why.
struct Dropped {
  std::int32_t track;
  std::int32_t reason;  // code into the run's texts, -1: no reason given
};

/// Immutable once a node has made it; shared between nodes. Every track stands in it at most once.
struct Candidates {
  Items<std::int32_t> tracks;
  std::vector<CandidateColumn> columns;
  Items<Dropped> dropped;  // by the node that made this table

  [[nodiscard]] std::size_t size() const { return tracks.size(); }
  [[nodiscard]] const CandidateColumn* find(std::string_view name) const;
  /// Adds or replaces.
  CandidateColumn& put(CandidateColumn column);
  /// The rows named, in that order, with all columns.
  [[nodiscard]] Candidates gather(std::vector<std::int32_t> rows) const;
  /// Appends row `row` of `from`; columns that either side lacks are missing there.
  void append_row(const Candidates& from, std::size_t row);
  /// The same for many, column by column.
  struct RowOf {
    const Candidates* from;
    std::size_t row;
  };
  void append_rows(const std::vector<RowOf>& rows);
  /// The row of a track, or -1.
  [[nodiscard]] std::int64_t row_of(std::int32_t track) const;
};

using CandidatesPtr = std::shared_ptr<const Candidates>;

/// A playlist_table over candidates: column track first, then the given columns. Owns the
/// descriptors only.
class TableView {
 public:
  /// `run_texts`: dictionary of string columns that have none of their own.
  explicit TableView(const Candidates& candidates, const playlist_dict* run_texts = nullptr);
  TableView(const TableView&) = delete;
  TableView& operator=(const TableView&) = delete;
  [[nodiscard]] const playlist_table& table() const { return table_; }
  [[nodiscard]] const playlist_column* column(std::string_view name) const;
  void add(const char* name, std::uint32_t type, const void* data, const playlist_dict* dict);

 private:
  std::vector<std::unique_ptr<playlist_column>> columns_;
  std::vector<const playlist_column*> pointers_;
  playlist_table table_{};
};

}  // namespace engine
