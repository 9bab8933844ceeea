#include "plan/candidates.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace engine {
namespace {

constexpr float kNoFloat = std::numeric_limits<float>::quiet_NaN();
constexpr std::int32_t kNoInt = std::numeric_limits<std::int32_t>::min();
constexpr std::int64_t kNoLong = std::numeric_limits<std::int64_t>::min();

constexpr std::size_t kSmallGather = 4096;

}  // namespace

CandidateColumn CandidateColumn::missing(std::string name, std::uint32_t type, std::size_t rows,
                                         const playlist_dict* dict) {
  CandidateColumn column{std::move(name), type, {}, dict};
  switch (type) {
    case PLAYLIST_I32:
      column.values = std::vector<std::int32_t>(rows, kNoInt);
      break;
    case PLAYLIST_STRING:
      column.values = std::vector<std::int32_t>(rows, -1);
      break;
    case PLAYLIST_I64:
      column.values = std::vector<std::int64_t>(rows, kNoLong);
      break;
    case PLAYLIST_U8:
      column.values = std::vector<std::uint8_t>(rows, 255);
      break;
    default:
      column.values = std::vector<float>(rows, kNoFloat);
      break;
  }
  return column;
}

const void* CandidateColumn::data() const {
  return std::visit([](const auto& items) -> const void* { return items.data(); }, values);
}

void* CandidateColumn::data() {
  return std::visit([](auto& items) -> void* { return items.edit().data(); }, values);
}

void CandidateColumn::append_from(const CandidateColumn& other, std::size_t row) {
  std::visit(
      [&](auto& items) {
        using Items = std::decay_t<decltype(items)>;
        const auto* theirs = std::get_if<Items>(&other.values);
        if (theirs == nullptr || dict != other.dict) return append_missing();
        items.push_back((*theirs)[row]);
      },
      values);
}

void CandidateColumn::append_missing() {
  const CandidateColumn one = missing("", type, 1);
  std::visit(
      [&](auto& items) { items.push_back(std::get<std::decay_t<decltype(items)>>(one.values)[0]); },
      values);
}

void CandidateColumn::reserve(std::size_t rows) {
  std::visit([&](auto& items) { items.reserve(rows); }, values);
}

CandidateColumn CandidateColumn::gather(RowComposition& rows) const {
  CandidateColumn result{name, type, {}, dict, is_orderwise};
  std::visit([&](const auto& items) { result.values = items.gather(rows); }, values);
  return result;
}

double CandidateColumn::number(std::size_t row) const {
  if (type == PLAYLIST_STRING) return std::nan("");
  const double value =
      std::visit([&](const auto& items) { return static_cast<double>(items[row]); }, values);
  const bool is_missing = (type == PLAYLIST_I32 && value == kNoInt) ||
                          (type == PLAYLIST_I64 && value == static_cast<double>(kNoLong)) ||
                          (type == PLAYLIST_U8 && value == 255);
  return is_missing ? std::nan("") : value;
}

const CandidateColumn* Candidates::find(std::string_view name) const {
  for (const CandidateColumn& column : columns) {
    if (column.name == name) return &column;
  }
  return nullptr;
}

CandidateColumn& Candidates::put(CandidateColumn column) {
  for (CandidateColumn& present : columns) {
    if (present.name == column.name) return present = std::move(column);
  }
  return columns.emplace_back(std::move(column));
}

Candidates Candidates::gather(std::vector<std::int32_t> rows) const {
  const bool is_small = rows.size() < kSmallGather;
  RowComposition composition(std::make_shared<RowNumbers>(std::move(rows)));
  Candidates result;
  result.tracks = tracks.gather(composition);
  for (const CandidateColumn& column : columns) {
    result.columns.push_back(column.gather(composition));
  }
  if (is_small) {  // cheaper than to keep what it was gathered from
    static_cast<void>(result.tracks.data());
    for (const CandidateColumn& column : std::as_const(result.columns))
      static_cast<void>(column.data());
  }
  return result;
}

void Candidates::append_row(const Candidates& from, std::size_t row) {
  // Rows of one step most often come with their columns in the same places.
  const auto near = [](const Candidates& of, std::size_t place, const std::string& name) {
    return place < of.columns.size() && of.columns[place].name == name ? &of.columns[place]
                                                                       : of.find(name);
  };
  for (std::size_t k = 0; k < from.columns.size(); ++k) {
    const CandidateColumn& theirs = from.columns[k];
    if (near(*this, k, theirs.name) == nullptr) {
      columns.push_back(
          CandidateColumn::missing(theirs.name, theirs.type, tracks.size(), theirs.dict));
      columns.back().is_orderwise = theirs.is_orderwise;
    }
  }
  tracks.push_back(from.tracks[row]);
  for (std::size_t k = 0; k < columns.size(); ++k) {
    CandidateColumn& column = columns[k];
    const CandidateColumn* theirs = near(from, k, column.name);
    if (theirs != nullptr && theirs->type == column.type) {
      column.append_from(*theirs, row);
    } else {
      column.append_missing();
    }
  }
}

void Candidates::append_rows(const std::vector<RowOf>& rows) {
  std::vector<const Candidates*> sources;  // few
  std::vector<std::size_t> source_of(rows.size());
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const auto found = std::find(sources.begin(), sources.end(), rows[k].from);
    source_of[k] = static_cast<std::size_t>(found - sources.begin());
    if (found != sources.end()) continue;
    sources.push_back(rows[k].from);
    for (const CandidateColumn& theirs : rows[k].from->columns) {
      if (find(theirs.name) != nullptr) continue;
      columns.push_back(
          CandidateColumn::missing(theirs.name, theirs.type, tracks.size(), theirs.dict));
      columns.back().is_orderwise = theirs.is_orderwise;
    }
  }
  tracks.reserve(tracks.size() + rows.size());
  for (const RowOf& one : rows) tracks.push_back(one.from->tracks[one.row]);
  for (CandidateColumn& column : columns) {
    std::visit(
        [&](auto& items) {
          using Items = std::decay_t<decltype(items)>;
          std::vector<const Items*> theirs;  // by source; nullptr: missing
          for (const Candidates* source : sources) {
            const CandidateColumn* same = source->find(column.name);
            const bool is_same =
                same != nullptr && same->type == column.type && same->dict == column.dict;
            theirs.push_back(is_same ? std::get_if<Items>(&same->values) : nullptr);
          }
          const CandidateColumn one_missing = CandidateColumn::missing("", column.type, 1);
          const auto missing = std::get<Items>(one_missing.values)[0];
          auto& made = items.edit();
          made.reserve(tracks.size());
          for (std::size_t k = 0; k < rows.size(); ++k) {
            const Items* from = theirs[source_of[k]];
            made.push_back(from == nullptr ? missing : (*from)[rows[k].row]);
          }
        },
        column.values);
  }
}

std::int64_t Candidates::row_of(std::int32_t track) const {
  const auto found = std::find(tracks.begin(), tracks.end(), track);
  return found == tracks.end() ? -1 : found - tracks.begin();
}

TableView::TableView(const Candidates& candidates, const playlist_dict* run_texts) {
  table_.size = sizeof table_;
  table_.rows = static_cast<std::int64_t>(candidates.size());
  add("track", PLAYLIST_I32, candidates.tracks.data(), nullptr);
  for (const CandidateColumn& column : candidates.columns) {
    const bool is_run_text = column.type == PLAYLIST_STRING && column.dict == nullptr;
    add(column.name.c_str(), column.type, column.data(), is_run_text ? run_texts : column.dict);
  }
}

void TableView::add(const char* name, std::uint32_t type, const void* data,
                    const playlist_dict* dict) {
  columns_.push_back(std::make_unique<playlist_column>(
      playlist_column{sizeof(playlist_column), type, name, const_cast<void*>(data), dict}));
  pointers_.push_back(columns_.back().get());
  table_.columns = pointers_.data();
  table_.column_count = static_cast<std::uint32_t>(pointers_.size());
}

const playlist_column* TableView::column(std::string_view name) const {
  for (const playlist_column* column : pointers_) {
    if (column->name == name) return column;
  }
  return nullptr;
}

}  // namespace engine
