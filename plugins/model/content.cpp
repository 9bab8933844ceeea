// model.content: where each track lies in spaces of what it sounds like and is called.
//
// Space "audio" is made here, for every track of which anything is known: nine audio features (a
// missing one is its artist's mean, of loudness and tempo the mean of all) and the year,
// standardised, 10 columns; and `tag_dim` columns of its tags, its artist's where it has none, by
// TF-IDF and truncated SVD (kernels/content_space.hpp). `tag_share` of a vector's squared length
// are tags. Every other space holds the vectors that were imported for it.
// Space "lyrics" is made here of what is sung (kernels/lyrics_space.hpp), where vectors of that name
// were not imported: TF-IDF of the words, `lyrics_dim` columns by truncated SVD. A track that is
// instrumental, or of whose words too few are others' too, lies nowhere in it.
// All vectors are scaled to length 1, so that a product of two is the cosine of their angle.
//
// A matrix that is quicker searched than read (`index`) gets a graph of near neighbours
// (playlist/neighbour_graph.hpp) by HNSW, whose recall@50 is measured; below 0.98 it is left out.
//
// Artifact  for every space S: matrix "vectors.S", one row per track, and table "tracks.S" (id);
//           bytes "codes.S" (playlist/quantized_rows.hpp) where it has many rows, and "graph.S"
//           where it has a graph
// Card      "spaces": for each its tracks, of how many, dim, and for "audio" how many tracks have
//           features of their own and how many have tags, for "lyrics" of how many a text is known
//           and how many words count; "index" exact or hnsw, then with breadth
//           and recall_at_50
#include "playlist/plugin.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "elements.hpp"
#include "kernels/content_space.hpp"
#include "kernels/graph_index.hpp"
#include "kernels/lyrics_space.hpp"
#include "track_tags.hpp"
#include "training.hpp"

namespace model {
namespace {

constexpr std::string_view kAudio = "audio", kClap = "clap", kLyrics = "lyrics";
/// Of fewer it cannot be told which words stand together.
constexpr std::size_t kFewestTexts = 50;
struct Feature {
  const char *own, *used;
};
constexpr std::array<Feature, 9> kFeatures = {{{"danceability", "danceability_or_artist"},
                                               {"energy", "energy_or_artist"},
                                               {"loudness", "loudness"},
                                               {"speechiness", "speechiness_or_artist"},
                                               {"acousticness", "acousticness_or_artist"},
                                               {"instrumentalness", "instrumentalness_or_artist"},
                                               {"liveness", "liveness_or_artist"},
                                               {"valence", "valence_or_artist"},
                                               {"tempo", "tempo"}}};
// A track shorter than this before scaling has no tags and the mean of all features: rounding alone
// would say where it lies.
constexpr double kShortest = 1e-3;
constexpr playlist::Choices kIndexes{"auto", "exact", "hnsw"};
// To read 32 MiB takes one core about 1 ms, as long as a search of the graph for a recall's usual
// 500 candidates does (tests/bench/hnsw_bench.cpp); beyond, only the time to read grows with the
// rows. To build the graph takes it 13 s.
constexpr std::size_t kReadBytes = 32 << 20;
constexpr double kLeastRecall = 0.98;

constexpr std::size_t kSoundColumns = kFeatures.size() + 1;  // and the year

struct Space {
  std::string name;
  Vectors vectors;
  std::vector<std::int32_t> tracks;  // number of each row
  std::string coverage;              // JSON members
};

class Content final : public playlist::Model {
 public:
  static constexpr playlist::Param kParams[] = {
      {"spaces", "",
       "spaces to learn, e.g. \"audio mert\"; \"\": audio, clap where imported, and lyrics where "
       "50 tracks have some"},
      {"tag_dim", 54, 1, 512, "space audio: columns for tags, beside 10 for the sound"},
      {"tag_share", 0.5, 0, 1, "space audio: how much tags count against the sound"},
      {"lyrics_dim", 64, 1, 512, "space lyrics: columns"},
      {"lyrics_share", 0.4, 0, 1, "space lyrics: words in more of the texts than this say nothing"},
      playlist::Param::choice("index", kIndexes, "auto",
                              "how it is searched; auto: hnsw for more than 32 MiB of vectors"),
  };

  explicit Content(const playlist::Args& args)
      : spaces_(words_of(args.text("spaces"))),
        tag_dim_(args.count("tag_dim")),
        tag_share_(static_cast<float>(args.number("tag_share"))),
        lyrics_dim_(args.count("lyrics_dim")),
        lyrics_share_(args.number("lyrics_share")),
        index_(args.text("index")) {}

  void train(playlist::ModelCall& call) const {
    std::string cards;
    for (const std::string& name : wanted(call)) {
      Space space = make_space(call, name);
      space.tracks = normalise(space.vectors, name == kAudio ? kShortest : 0);
      call.checkpoint();
      if (space.tracks.empty()) {
        call.info(playlist::concat("no track has a vector in the space ", name));
        continue;
      }
      cards += (cards.empty() ? "" : ", ") + write(call, space);
    }
    if (cards.empty()) throw playlist::NoData("no track has features, tags or imported vectors");
    call.card(playlist::concat("{\"spaces\": {", cards, "}}"));
  }

 private:
  [[nodiscard]] std::vector<std::string> wanted(playlist::ModelCall& call) const {
    if (!spaces_.empty()) return spaces_;
    std::vector<std::string> found{std::string(kAudio)};
    if (has_space(call, std::string(kClap).c_str())) found.emplace_back(kClap);
    if (has_space(call, std::string(kLyrics).c_str()) ||
        texts_of(call).texts.size() >= kFewestTexts)
      found.emplace_back(kLyrics);
    return found;
  }

  [[nodiscard]] Space make_space(playlist::ModelCall& call, const std::string& name) const {
    if (name == kAudio) return audio(call);
    if (name == kLyrics && !has_space(call, name.c_str())) return lyrics(call);
    return imported(call, name);
  }

  static bool has_space(playlist::ModelCall& call, const char* name) {
    try {
      static_cast<void>(call.embedding(name));
      return true;
    } catch (const playlist::NoData&) {
      return false;
    }
  }

  [[nodiscard]] Space audio(playlist::ModelCall& call) const {
    const playlist::Table tracks = call.table("tracks");
    Space space{std::string(kAudio),
                Vectors(static_cast<std::int64_t>(tracks.rows()), kSoundColumns + tag_dim_),
                {},
                {}};
    std::vector<float> years(tracks.rows());
    std::transform(tracks["year"].i32().begin(), tracks["year"].i32().end(), years.begin(),
                   [](std::int32_t year) {
                     return playlist::is_missing(year) ? playlist::kMissingF32
                                                       : static_cast<float>(year);
                   });
    std::vector<std::span<const float>> columns, own;
    for (const Feature& feature : kFeatures) {
      columns.push_back(tracks[feature.used].f32());
      own.push_back(tracks[feature.own].f32());
    }
    std::size_t with_features = 0;
    for (std::size_t track = 0; track < tracks.rows(); ++track) {
      with_features += std::any_of(own.begin(), own.end(),
                                   [&](const auto& column) { return !std::isnan(column[track]); });
    }
    columns.emplace_back(years);
    put_standardised(columns, std::sqrt(1 - tag_share_), 0, space.vectors);

    const SparseMatrix tags = tags_of_tracks(call);
    std::size_t with_tags = 0;
    for (std::int32_t track = 0; track < tags.rows(); ++track)
      with_tags += !tags.row(track).empty();
    TagOptions options;
    options.dim = tag_dim_;
    options.weight = std::sqrt(tag_share_);
    options.random_seed = call.random("tags").next();
    options.proceed = progress_of(call, 0, 0.5);
    put_tags(tags, options, kSoundColumns, space.vectors);
    space.coverage =
        playlist::concat(", \"with_features\": ", with_features, ", \"with_tags\": ", with_tags);
    return space;
  }

  /// What is sung, of the tracks in which something is.
  struct Texts {
    std::vector<std::int32_t> tracks;
    std::vector<std::string_view> texts;
  };
  static Texts texts_of(playlist::ModelCall& call) {
    const playlist::Table table = call.table("lyrics");
    const auto track = table["track"].i32();
    const playlist::Strings text = table["text"].texts();
    Texts sung;
    for (std::size_t row = 0; row < track.size(); ++row) {
      if (text[row].empty()) continue;
      sung.tracks.push_back(track[row]);
      sung.texts.emplace_back(text[row]);
    }
    return sung;
  }

  [[nodiscard]] Space lyrics(playlist::ModelCall& call) const {
    const Texts sung = texts_of(call);
    if (sung.texts.size() < kFewestTexts)
      throw playlist::NoData(playlist::concat("lyrics are known of ", sung.texts.size(),
                                              " tracks, and the space lyrics needs ",
                                              kFewestTexts));
    LyricsOptions options;
    options.dim = lyrics_dim_;
    options.max_share = lyrics_share_;
    options.threads = thread_count(0);
    options.proceed = progress_of(call, 0, 0.5);
    const LyricsSpace made = lyrics_space(sung.texts, options);
    call.checkpoint();
    const auto tracks = static_cast<std::int64_t>(call.table("tracks").rows());
    Space space{std::string(kLyrics), Vectors(tracks, made.vectors.dim), {}, {}};
    for (std::size_t k = 0; made.vectors.dim > 0 && k < sung.tracks.size(); ++k)
      std::copy_n(made.vectors.row(static_cast<std::int64_t>(k)), made.vectors.dim,
                  space.vectors.row(sung.tracks[k]));
    space.coverage =
        playlist::concat(", \"with_lyrics\": ", sung.texts.size(), ", \"words\": ", made.words);
    return space;
  }

  static Space imported(playlist::ModelCall& call, const std::string& name) {
    const playlist::Matrix matrix = call.embedding(name.c_str());
    Space space{name, Vectors(static_cast<std::int64_t>(matrix.rows()), matrix.columns()), {}, {}};
    std::copy_n(matrix.data(), space.vectors.values.size(), space.vectors.values.begin());
    return space;
  }

  /// Returns the space's entry in the card.
  std::string write(playlist::ModelCall& call, const Space& space) const {
    const auto id = call.table("tracks")["id"].i64();
    std::vector<std::int64_t> ids;
    for (const std::int32_t track : space.tracks)
      ids.push_back(id[static_cast<std::size_t>(track)]);
    write_ids(call, ("tracks." + space.name).c_str(), ids);
    call.matrix(("vectors." + space.name).c_str(), space.vectors.values,
                static_cast<std::uint32_t>(space.vectors.dim));
    write_codes(call, "codes." + space.name, space.vectors.values, space.vectors.dim);
    return playlist::concat("\"", space.name, "\": {\"tracks\": ", ids.size(),
                            ", \"of\": ", id.size(), ", \"dim\": ", space.vectors.dim,
                            space.coverage, write_index(call, space), "}");
  }

  std::string write_index(playlist::ModelCall& call, const Space& space) const {
    const std::size_t bytes = space.vectors.values.size() * sizeof(float);
    if (index_ == "exact" || (index_ == "auto" && bytes <= kReadBytes))
      return ", \"index\": \"exact\"";
    GraphOptions options;
    options.recall = kLeastRecall;
    options.proceed = progress_of(call, 0.5, 1);
    const BuiltGraph graph = build_graph(space.vectors, options);
    const std::string measured =
        playlist::concat(", \"breadth\": ", graph.breadth, ", \"recall_at_50\": ", graph.recall);
    if (graph.recall < kLeastRecall) {
      call.warning(playlist::concat("a graph finds ", graph.recall, " of the nearest 50 in space ",
                                    space.name, ", under ", kLeastRecall,
                                    ": it will be searched by reading it"));
      return ", \"index\": \"exact\"" + measured;
    }
    call.bytes(("graph." + space.name).c_str(), graph.bytes);
    return ", \"index\": \"hnsw\"" + measured;
  }

  std::vector<std::string> spaces_;
  std::size_t tag_dim_;
  float tag_share_;
  std::size_t lyrics_dim_;
  double lyrics_share_;
  std::string index_;
};

}  // namespace
}  // namespace model

constinit const playlist::Element kContent = playlist::element<model::Content>(
    "model.content",
    "Where tracks lie by sound and tags, by what is sung, or by vectors you imported.");
