// source.benchmark: files that hold numbers for evaluating models and nothing of a listener or a
// catalogue. They are recognised so that an import can say what they are; every record goes into a
// bucket.
//
// Forms     splits as "USER ITEM ITEM ..." or "COUNT ITEM ITEM ..." per line (LightGCN, CiteULike),
//           tables of published results (Recall@20, NDCG@20): bucket benchmark
//           centroids of an embedding space by mood, JSON: bucket embedding
#include "playlist/plugin.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "csv.hpp"
#include "elements.hpp"
#include "json.hpp"
#include "recognise.hpp"
#include "text.hpp"

namespace source {
namespace {

enum class Form { kNone, kSplit, kResults, kCentroids };

bool is_numbers(std::string_view line) {
  return !line.empty() && line.front() != ' ' && std::all_of(line.begin(), line.end(), [](char c) {
    return (c >= '0' && c <= '9') || c == ' ' || c == '\r';
  });
}

/// The first lines are numbers, and the first of each counts the users or the rest of the line. The
/// last line may be cut by the end of the head.
bool is_split(std::string_view head) {
  std::int64_t lines = 0, numbered = 0, counted = 0;
  while (lines < 50) {
    const std::size_t end = head.find('\n');
    if (end == std::string_view::npos) break;
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(end + 1);
    if (!is_numbers(line)) return false;
    const auto numbers = split(trim(line), ' ');
    if (numbers.empty()) return false;
    const auto first = read_integer(numbers.front());
    numbered += first == lines ? 1 : 0;
    counted += first == static_cast<std::int64_t>(numbers.size()) - 1 ? 1 : 0;
    ++lines;
  }
  return lines >= 3 && (numbered == lines || counted == lines);
}

Form find_form(std::string_view text) {
  if (text.starts_with('{')) {
    const std::string_view start = text.substr(0, 1 << 16);
    const bool is_centroids = contains(start, "\"bic_values\"") || contains(start, "\"centroids\"");
    return is_centroids ? Form::kCentroids : Form::kNone;
  }
  if (is_split(text.substr(0, 1 << 16))) return Form::kSplit;
  const std::string_view line = text.substr(0, text.find('\n'));
  return contains(line, "Recall@20") && contains(line, "NDCG@20") ? Form::kResults : Form::kNone;
}

class Benchmark final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    return find_form(trim(without_bom(input.head()))) == Form::kNone ? kNo : kLikely;
  }

  void read(playlist::SourceCall& call) {
    const std::string_view text = without_bom(call.input().bytes());
    switch (find_form(trim(text))) {
      case Form::kSplit:
        read_lines(text, call);
        break;
      case Form::kResults:
        read_results(text, call);
        break;
      case Form::kCentroids:
        read_centroids(text, call);
        break;
      case Form::kNone:
        throw playlist::Unsupported("no benchmark data");
    }
    call.finish();
  }

 private:
  static void read_lines(std::string_view text, playlist::SourceCall& call) {
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      const std::string_view line = trim(text.substr(at, end - at));
      at = end + 1;
      if (line.empty()) continue;
      if (is_numbers(line)) {
        call.bucket("benchmark", "users and items of a benchmark split, without names");
      } else {
        call.malformed("no line of numbers");
      }
      call.next(std::min(at, text.size()));
    }
  }

  static void read_results(std::string_view text, playlist::SourceCall& call) {
    CsvReader csv(text, ',');
    csv.next();
    const std::size_t columns = csv.size();
    std::string problem;
    while (csv.next()) {
      if (is_sound_record(csv, columns, problem)) {
        call.bucket("benchmark", "a published result");
      } else {
        call.malformed(problem);
      }
      call.next(csv.offset());
    }
  }

  static void read_centroids(std::string_view text, playlist::SourceCall& call) {
    JsonReader reader(text);
    JsonValue key, value;
    reader.take('{');
    while (reader.peek() == '"') {
      if (reader.text(key) && reader.take(':') && reader.value(value)) {
        call.bucket("embedding", "centroids of an embedding space, no tracks");
      } else {
        call.malformed(reader.error());
        reader.seek(reader.end());
      }
      call.next(reader.offset());
      reader.take(',');
    }
  }
};

}  // namespace

constinit const playlist::Element kBenchmark = playlist::element<Benchmark>(
    "source.benchmark",
    "Benchmark splits, result tables and embedding centroids: counted, not kept.");

}  // namespace source
