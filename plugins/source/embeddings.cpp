// source.embeddings: vectors of tracks that were made elsewhere.
//
// Matrix    what numpy.save writes (npy.hpp); row k belongs to line k of the file that --ids names
// Lines     a JSON object a line: {"id": ..., "embedding": [...]}; "vector" in place of
//           "embedding", and "spotify_id", "isrc", "mbid" or "track_id" in place of "id" are
//           understood
// Ids       told apart by their form, see vectors.hpp
// Space     what the user calls it
// Buckets   malformed
#include "playlist/plugin.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "elements.hpp"
#include "json_records.hpp"
#include "named_fields.hpp"
#include "npy.hpp"
#include "recognise.hpp"
#include "text.hpp"
#include "vectors.hpp"

namespace source {
namespace {

enum Field : std::size_t { kId, kVector, kDescription, kFieldCount };
constexpr std::string_view kIdNames[] = {"id", "spotifyid", "isrc", "mbid", "trackid"};
constexpr std::string_view kVectorNames[] = {"embedding", "vector"};
// What has them is a file of prompts, whose vectors are their own.
constexpr std::string_view kDescriptionNames[] = {"text", "prompt", "caption"};
constexpr std::array<NamedFields::Names, kFieldCount> kNames = {kIdNames, kVectorNames,
                                                                kDescriptionNames};
constexpr NamedFields kFields(kNames);

/// As values a line takes many times its room.
constexpr std::size_t kLongestLine = 4 << 20;

bool is_matrix(const playlist::Input& input) {
  return input.head().starts_with(kNpyMagic) || lower_ascii(input.name()).ends_with(".npy");
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = trim(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

class Embeddings final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    if (input.head().starts_with(kNpyMagic)) return kCertain;
    const FirstLine line(input);
    if (!line.text.starts_with('{')) return kNo;
    std::array<JsonValue, kFieldCount> values;
    JsonReader reader(line.text);
    if (!kFields.read(reader, values.data()) && !line.is_cut) return kNo;
    const bool is_right = values[kVector].kind == JsonValue::Kind::kList &&
                          (values[kId].is_given() || line.is_cut) &&
                          !values[kDescription].is_given();
    return is_right ? kSure : kNo;
  }

  void read(playlist::SourceCall& call) {
    call_ = &call;
    rows_ = &call.rows("vectors");
    space_ = &rows_->text("space");
    track_.emplace(*rows_);
    vectors_ = &rows_->vector();
    space_name_ = call.space();
    if (is_matrix(call.input())) {
      read_matrix(call.input().bytes());
    } else {
      read_objects(without_bom(call.input().bytes()));
    }
    call.finish();
  }

 private:
  void read_matrix(std::string_view bytes) {
    const auto ids = call_->ids();
    if (!ids) {
      throw playlist::Unsupported(
          "it is not told whose vectors it holds; add --ids FILE, a text file with one id a line");
    }
    const NpyMatrix matrix(bytes);
    std::string_view lines = without_bom(ids->bytes());
    std::size_t count = 0;
    for (std::string_view rest = lines; !rest.empty(); ++count) take_line(rest);
    if (count != matrix.rows()) {
      throw playlist::Error(
          playlist::concat("the ids do not belong to the vectors: ", ids->path(), " has ", count,
                           " lines, ", call_->input().path(), " has ", matrix.rows(),
                           " rows; give one id a line, in the order of the rows"));
    }
    vector_.resize(matrix.columns());
    const std::size_t begin = bytes.size() - matrix.rows() * matrix.row_bytes();
    for (std::size_t row = 0; row < matrix.rows(); ++row) {
      matrix.row(row, vector_.data());
      take(take_line(lines));
      call_->next(begin + (row + 1) * matrix.row_bytes());
    }
  }

  void read_objects(std::string_view text) {
    if (call_->ids()) {
      throw playlist::Error(
          "--ids belongs to a .npy file, and JSON lines hold their ids themselves; leave --ids "
          "away");
    }
    std::array<JsonValue, kFieldCount> values;
    read_lines(
        text, kLongestLine, *call_,
        [&values](JsonReader& reader) { return kFields.read(reader, values.data()); },
        [&] { take_object(values); });
  }

  void take_object(const std::array<JsonValue, kFieldCount>& values) {
    if (!values[kVector].is_given()) {
      return call_->malformed("it has no list of numbers \"embedding\" or \"vector\"");
    }
    const std::string problem = read_vector(values[kVector], vector_);
    if (!problem.empty()) return call_->malformed(problem);
    take(values[kId].text(buffer_));
  }

  /// The record at hand has this id, and `vector_`.
  void take(std::string_view text) {
    if (trim(text).empty()) return call_->malformed("it has no id");
    const TrackId id = read_track_id(text);
    if (!id.is_known()) return call_->malformed("its id is of no known kind");
    rows_->row();
    space_->set(space_name_);
    track_->set(id);
    vectors_->set(vector_);
  }

  playlist::SourceCall* call_ = nullptr;
  playlist::Rows* rows_ = nullptr;
  playlist::TextColumn* space_ = nullptr;
  playlist::VectorColumn* vectors_ = nullptr;
  std::optional<TrackIdColumns> track_;
  std::string_view space_name_;
  std::vector<float> vector_;
  std::string buffer_;
};

}  // namespace

constinit const playlist::Element kEmbeddings = playlist::element<Embeddings>(
    "source.embeddings",
    "Vectors of tracks: a matrix of numpy.save with --ids, or JSON lines with id and embedding.");

}  // namespace source
