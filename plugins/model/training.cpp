#include "training.hpp"

#include "playlist/parts.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <thread>
#include <utility>

#include "shared/quantized_rows.hpp"

namespace model {
namespace {

double weight_of(const Weighting& weighting, double times) {
  switch (weighting.kind) {
    case Weighting::Kind::kBinary:
      return 1;
    case Weighting::Kind::kLog:
      return 1 + std::log(times);
    default:
      return times;
  }
}

/// One user's tracks: those played and those liked, merged in ascending order.
void append_user(SparseMatrix& matrix, const playlist::Lists& plays, const playlist::Lists& likes,
                 std::size_t user, const Weighting& weighting) {
  const auto played = plays[user], liked = likes[user];
  const auto times = plays.weights(user);
  std::size_t like = 0;
  const auto add = [&](std::int32_t track, double count) {
    matrix.indices.push_back(track);
    matrix.values.push_back(static_cast<float>(weight_of(weighting, count)));
  };
  for (std::size_t k = 0; k < played.size(); ++k) {
    for (; like < liked.size() && liked[like] < played[k]; ++like)
      add(liked[like], weighting.like_plays);
    const bool is_liked = like < liked.size() && liked[like] == played[k];
    add(played[k], times[k] + (is_liked ? weighting.like_plays : 0));
    like += is_liked;
  }
  for (; like < liked.size(); ++like) add(liked[like], weighting.like_plays);
  matrix.offsets.push_back(static_cast<std::int64_t>(matrix.indices.size()));
}

SparseMatrix without_rare(const SparseMatrix& matrix, std::int64_t min_users) {
  std::vector<std::int64_t> users(static_cast<std::size_t>(matrix.columns));
  for (const std::int32_t track : matrix.indices) ++users[static_cast<std::size_t>(track)];
  SparseMatrix kept;
  kept.columns = matrix.columns;
  for (std::int32_t row = 0; row < matrix.rows(); ++row) {
    const auto tracks = matrix.row(row);
    const auto values = matrix.row_values(row);
    for (std::size_t k = 0; k < tracks.size(); ++k) {
      if (users[static_cast<std::size_t>(tracks[k])] < min_users) continue;
      kept.indices.push_back(tracks[k]);
      kept.values.push_back(values[k]);
    }
    kept.offsets.push_back(static_cast<std::int64_t>(kept.indices.size()));
  }
  return kept;
}

class SharedParts final : public SharedSteps {
 public:
  explicit SharedParts(const playlist::Parts& parts) : parts_(parts) {}

  [[nodiscard]] std::int64_t parts() const override { return parts_.count(); }
  void step(const std::string& name, const Make& make, const Take& take, bool is_last) override {
    parts_.step(name, make, take, is_last);
  }
  [[nodiscard]] bool take_whole(const std::string& name, const Take& take) override {
    return parts_.take_whole(name, take);
  }
  void forget(const std::string& name) override { parts_.forget(name); }

 private:
  playlist::Parts parts_;
};

}  // namespace

Weighting weighting_of(const std::string& name, double like_plays) {
  const auto kind = name == "binary" ? Weighting::Kind::kBinary
                    : name == "log"  ? Weighting::Kind::kLog
                                     : Weighting::Kind::kPlays;
  return {kind, like_plays};
}

SparseMatrix read_interactions(playlist::ModelCall& call, const Weighting& weighting,
                               std::int64_t min_users) {
  const playlist::Lists plays = call.lists("user_tracks"), likes = call.lists("user_likes");
  SparseMatrix matrix;
  matrix.columns = static_cast<std::int32_t>(call.table("tracks").rows());
  for (std::size_t user = 0; user < plays.rows(); ++user) {
    if (user % 1024 == 0) call.checkpoint();
    append_user(matrix, plays, likes, user, weighting);
  }
  if (min_users > 1) matrix = without_rare(matrix, min_users);
  if (matrix.entries() == 0) {
    throw playlist::NoData(
        min_users > 1 ? playlist::concat("no track was played or liked by ", min_users, " users")
                      : std::string("nobody played or liked anything"));
  }
  return matrix;
}

ModelTracks compact(playlist::ModelCall& call, SparseMatrix& matrix, const char* table) {
  std::vector<std::int32_t> place(static_cast<std::size_t>(matrix.columns), -1);
  for (const std::int32_t track : matrix.indices) place[static_cast<std::size_t>(track)] = 0;
  const auto id = call.table(table)["id"].i64();
  ModelTracks tracks;
  for (std::size_t track = 0; track < place.size(); ++track) {
    if (place[track] < 0) continue;
    place[track] = static_cast<std::int32_t>(tracks.number.size());
    tracks.number.push_back(static_cast<std::int32_t>(track));
    tracks.id.push_back(id[track]);
  }
  for (std::int32_t& track : matrix.indices) track = place[static_cast<std::size_t>(track)];
  matrix.columns = static_cast<std::int32_t>(tracks.number.size());
  return tracks;
}

std::vector<std::int32_t> renumber(std::vector<std::int32_t>& values, std::size_t count) {
  std::vector<std::int32_t> place(count, -1), kept;
  for (const std::int32_t value : values) {
    if (value >= 0) place[static_cast<std::size_t>(value)] = 0;
  }
  for (std::size_t value = 0; value < count; ++value) {
    if (place[value] < 0) continue;
    place[value] = static_cast<std::int32_t>(kept.size());
    kept.push_back(static_cast<std::int32_t>(value));
  }
  for (std::int32_t& value : values)
    value = value < 0 ? -1 : place[static_cast<std::size_t>(value)];
  return kept;
}

SparseMatrix of_artists(const SparseMatrix& tracks, std::span<const std::int32_t> artist_of,
                        std::size_t artists) {
  SparseMatrix matrix;
  matrix.columns = static_cast<std::int32_t>(artists);
  std::vector<float> sums(artists);
  std::vector<std::int32_t> touched;
  for (std::int32_t user = 0; user < tracks.rows(); ++user) {
    const auto played = tracks.row(user);
    const auto weights = tracks.row_values(user);
    for (std::size_t k = 0; k < played.size(); ++k) {
      const std::int32_t artist = artist_of[static_cast<std::size_t>(played[k])];
      if (artist < 0) continue;
      float& sum = sums[static_cast<std::size_t>(artist)];
      if (sum == 0) touched.push_back(artist);
      sum += weights[k];
    }
    std::sort(touched.begin(), touched.end());
    for (const std::int32_t artist : touched) {
      matrix.indices.push_back(artist);
      matrix.values.push_back(sums[static_cast<std::size_t>(artist)]);
      sums[static_cast<std::size_t>(artist)] = 0;
    }
    touched.clear();
    matrix.offsets.push_back(static_cast<std::int64_t>(matrix.indices.size()));
  }
  return matrix;
}

int thread_count(std::int64_t asked) {
  if (asked > 0) return static_cast<int>(asked);
  return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

std::function<bool(double)> progress_of(playlist::ModelCall& call, double begin, double end) {
  return [&call, begin, end](double share) {
    call.checkpoint(begin + (end - begin) * share);
    return true;
  };
}

std::unique_ptr<SharedSteps> shared_steps_of(const playlist::ModelCall& call) {
  const playlist::Parts parts(call);
  return parts.are_shared() ? std::make_unique<SharedParts>(parts) : nullptr;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : std::string(text) + ' ') {
    if (c != ' ' && c != ',') {
      word += c;
    } else if (!word.empty()) {
      if (std::find(words.begin(), words.end(), word) == words.end()) words.push_back(word);
      word.clear();
    }
  }
  return words;
}

playlist_column column_of(const char* name, std::uint32_t type, const void* data) {
  return {sizeof(playlist_column), type, name, const_cast<void*>(data), nullptr};
}

void write_table(playlist::ModelCall& call, const char* name, std::size_t rows,
                 std::initializer_list<playlist_column> columns) {
  std::vector<const playlist_column*> pointers;
  for (const playlist_column& column : columns) pointers.push_back(&column);
  call.table(name,
             playlist_table{sizeof(playlist_table), static_cast<std::uint32_t>(pointers.size()),
                            static_cast<std::int64_t>(rows), pointers.data()});
}

TextColumn::TextColumn(std::span<const std::string> texts) {
  for (const std::string& text : texts) {
    codes_.push_back(static_cast<std::int32_t>(codes_.size()));
    bytes_ += text;
    offsets_.push_back(bytes_.size());
  }
  dict_ = {sizeof dict_, static_cast<std::uint32_t>(codes_.size()), bytes_.data(), offsets_.data()};
}

playlist_column TextColumn::column(const char* name) const {
  return {sizeof(playlist_column), PLAYLIST_STRING, name, const_cast<std::int32_t*>(codes_.data()),
          &dict_};
}

void write_ids(playlist::ModelCall& call, const char* table, const std::vector<std::int64_t>& ids) {
  write_table(call, table, ids.size(), {column_of("id", PLAYLIST_I64, ids.data())});
}

void write_lists(playlist::ModelCall& call, const char* name, const SparseMatrix& rows) {
  const std::vector<std::uint64_t> offsets(rows.offsets.begin(), rows.offsets.end());
  call.lists(name, playlist_lists{sizeof(playlist_lists), 0, rows.rows(), offsets.data(),
                                  rows.indices.data(), rows.values.data()});
}

void write_listeners(playlist::ModelCall& call, const char* name, const SparseMatrix& plays) {
  std::vector<std::int32_t> number(static_cast<std::size_t>(plays.rows()));
  std::iota(number.begin(), number.end(), 0);
  playlist::Random random = call.random("listeners");
  for (std::size_t left = number.size(); left > 1; --left)
    std::swap(number[left - 1], number[static_cast<std::size_t>(random.below(left))]);
  const SparseMatrix users = transposed(plays);
  std::vector<std::uint64_t> offsets{0};
  std::vector<std::int32_t> listeners, of_one;
  for (std::int32_t column = 0; column < users.rows(); ++column) {
    of_one.clear();
    for (const std::int32_t user : users.row(column))
      of_one.push_back(number[static_cast<std::size_t>(user)]);
    std::sort(of_one.begin(), of_one.end());
    of_one.resize(std::min(of_one.size(), kMostListeners));
    listeners.insert(listeners.end(), of_one.begin(), of_one.end());
    offsets.push_back(listeners.size());
  }
  call.lists(name, playlist_lists{sizeof(playlist_lists), 0, users.rows(), offsets.data(),
                                  listeners.data(), nullptr});
}

void write_codes(playlist::ModelCall& call, const std::string& name, std::span<const float> values,
                 std::size_t columns) {
  if (columns == 0 || values.size() / columns < shared::QuantizedRows::kFewestRows) return;
  call.bytes(name.c_str(), shared::QuantizedRows::encode(values, columns));
}

}  // namespace model
