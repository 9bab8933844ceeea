#include "support/element_run.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "plugin/call.hpp"
#include "plugin/descriptor.hpp"
#include "support/output_run.hpp"
#include "support/temporary_folder.hpp"

namespace support {
namespace {

/// A context that notes what is told.
engine::CallContext context_of(const TinyLibrary& library, engine::Texts& texts, Told& told,
                               const RunOptions& options) {
  engine::CallContext context;
  context.tables = &library;
  context.texts = &texts;
  context.now = library.now();
  context.random_seed = options.random_seed;
  context.is_cancelled = options.is_cancelled;
  if (options.models != nullptr) {
    context.services = {engine::artifacts_service(options.models->shelf())};
  }
  context.log = [&told](int level, std::string_view message) {
    if (level >= PLAYLIST_LOG_INFO) told.notices.emplace_back(message);
  };
  return context;
}

void put_end(Told& told, const engine::CallResult& ended) {
  told.status = ended.status;
  told.message = ended.message;
}

}  // namespace

const engine::Registry& elements() {
  static const TemporaryFolder copies;
  static const auto registry = [] {
    const std::string folder = PLAYLIST_BUILD_DIR "/plugins/";
    engine::Registry::Options options;
    for (const char* kind :
         {"recall", "ranking", "filtering", "ordering", "output", "source", "model"}) {
      options.directories.push_back(folder + kind);
    }
    options.copies = copies.file("copies");
    options.is_safe_only = false;
    return engine::Registry::load(options);
  }();
  return *registry;
}

std::vector<std::string> element_names(std::uint32_t kind) {
  std::vector<std::string> names;
  for (const engine::Element* element : elements().elements(kind)) {
    if ((element->description->flags & PLAYLIST_REMOTE) != 0) continue;
    names.emplace_back(element->description->name);
  }
  return names;
}

std::vector<std::int32_t> Recalled::numbers() const {
  std::vector<std::int32_t> numbers;
  for (const RecalledTrack& track : tracks) numbers.push_back(track.track);
  return numbers;
}

Told TrainedModels::train(const std::string& name, const TinyLibrary& library,
                          const engine::Arguments& arguments, const RunOptions& options) {
  const engine::Element& element = elements().require(name, "test.lua:1");
  Told told;
  engine::Texts texts;
  engine::ArtifactWriter writer;
  engine::CallContext context = context_of(library, texts, told, options);
  context.services = {engine::artifacts_service(*shelf_), engine::artifact_writer_service(writer)};
  engine::ElementInstance instance(
      element, engine::check_arguments(*element.description, arguments, "test.lua:1"),
      std::move(context));
  put_end(told, instance.train());
  if (told.status == PLAYLIST_OK) keep(name, library, writer);
  return told;
}

void TrainedModels::keep(const std::string& name, const TinyLibrary& library,
                         engine::ArtifactWriter& writer) {
  engine::ModelVersion version{0, name, library.now(), "",
                               folder_.file(std::to_string(versions_.size()))};
  version.card = writer.write(version.path, nlohmann::ordered_json::object());
  std::erase_if(versions_, [&](const engine::ModelVersion& old) { return old.name == name; });
  versions_.push_back(version);
  shelf_ = std::make_unique<engine::ModelShelf>(versions_);
}

void TrainedModels::train_all(const TinyLibrary& library) {
  std::vector<std::string> waiting;  // for what they read, which may come after them by name
  for (const std::string& name : element_names(PLAYLIST_MODEL))
    if (train(name, library).status != PLAYLIST_OK) waiting.push_back(name);
  for (const std::string& name : waiting) {
    const Told told = train(name, library);
    if (told.status != PLAYLIST_OK) throw std::runtime_error(name + ": " + told.message);
  }
}

const engine::Artifact& TrainedModels::find(const std::string& name) const {
  const engine::Artifact* artifact = shelf_->find(name);
  if (artifact == nullptr) throw std::runtime_error("nobody trained " + name);
  return *artifact;
}

Recalled run_recall(const std::string& name, const engine::Arguments& arguments,
                    const TinyLibrary& library, const RunOptions& options) {
  const engine::Element& element = elements().require(name, "test.lua:1");
  Recalled result;
  engine::Texts texts;
  engine::ElementInstance instance(
      element, engine::check_arguments(*element.description, arguments, "test.lua:1"),
      context_of(library, texts, result, options));
  engine::RecalledRows rows;
  put_end(result, instance.recall(rows));
  for (std::size_t i = 0; i < rows.tracks.size(); ++i) {
    const std::int32_t code = rows.explanations[i];
    result.tracks.push_back(
        {rows.tracks[i], rows.scores[i], code < 0 ? std::string() : std::string(texts.text(code))});
  }
  std::size_t k = 0;
  for (const playlist_field* field : engine::listed(element.description->out)) {
    const auto& bytes = rows.columns[k++];
    for (std::size_t i = 0; i < result.tracks.size() && !bytes.empty(); ++i) {
      if (field->name == std::string("seed")) {
        const std::int32_t code = reinterpret_cast<const std::int32_t*>(bytes.data())[i];
        if (code >= 0) result.tracks[i].seed = texts.text(code);
      }
      if (field->name == std::string("seed_share"))
        result.tracks[i].seed_share = reinterpret_cast<const float*>(bytes.data())[i];
    }
  }
  return result;
}

engine::Candidates candidates_of(std::vector<std::int32_t> tracks,
                                 std::vector<engine::CandidateColumn> columns) {
  engine::Candidates candidates;
  candidates.tracks = std::move(tracks);
  for (engine::CandidateColumn& column : columns) candidates.put(std::move(column));
  return candidates;
}

ElementInputs::ElementInputs(const playlist_element& element, const std::vector<std::string>& named,
                             const TinyLibrary& library, const engine::Candidates& candidates) {
  std::vector<std::string> names;
  std::set<std::string> optional;
  for (const playlist_field* field : engine::listed(element.in)) {
    names.emplace_back(field->name);
    if ((field->flags & PLAYLIST_FIELD_OPTIONAL) != 0) optional.insert(field->name);
  }
  names.insert(names.end(), named.begin(), named.end());
  const playlist_table& tracks = *library.table("tracks");
  for (const std::string& name : names) {
    if (optional.contains(name) && candidates.find(name) == nullptr &&
        engine::find_column(tracks, name) == nullptr) {
      pointers_.push_back(nullptr);
      continue;
    }
    if (const engine::CandidateColumn* own = candidates.find(name)) {
      gathered_.push_back(std::make_unique<engine::CandidateColumn>(*own));
    } else {
      const playlist_column* source = engine::find_column(tracks, name);
      if (source == nullptr) throw std::runtime_error("the tiny library has no column " + name);
      gathered_.push_back(std::make_unique<engine::CandidateColumn>(
          engine::CandidateColumn::missing(name, source->type, candidates.size(), source->dict)));
      std::visit(
          [&](auto& shared) {
            auto& items = shared.edit();
            using Item = typename std::decay_t<decltype(items)>::value_type;
            for (std::size_t i = 0; i < items.size(); ++i) {
              items[i] = static_cast<const Item*>(source->data)[candidates.tracks[i]];
            }
          },
          gathered_.back()->values);
    }
    engine::CandidateColumn& column = *gathered_.back();
    columns_.push_back(std::make_unique<playlist_column>(playlist_column{
        sizeof(playlist_column), column.type, column.name.c_str(), column.data(), column.dict}));
    pointers_.push_back(columns_.back().get());
  }
}

Filtered run_filter(const std::string& name, const engine::Arguments& arguments,
                    const TinyLibrary& library, const engine::Candidates& candidates,
                    const RunOptions& options) {
  const engine::Element& element = elements().require(name, "test.lua:1");
  auto checked = engine::check_arguments(*element.description, arguments, "test.lua:1");
  const ElementInputs inputs(*element.description, checked.columns(), library, candidates);
  const engine::TableView view(candidates);
  Filtered result;
  engine::Texts texts;
  engine::ElementInstance instance(element, std::move(checked),
                                   context_of(library, texts, result, options));
  std::vector<std::uint8_t> keep;
  std::vector<std::int32_t> reasons;
  put_end(result, instance.filter(view.table(), inputs.columns(), keep, reasons));
  for (std::size_t i = 0; i < keep.size(); ++i) {
    const std::int32_t track = candidates.tracks[i];
    if (keep[i] != 0) {
      result.kept.push_back(track);
    } else {
      result.reasons[track] = reasons[i] < 0 ? "" : std::string(texts.text(reasons[i]));
    }
  }
  return result;
}

Ranked run_rank(const std::string& name, const engine::Arguments& arguments,
                const TinyLibrary& library, const engine::Candidates& candidates,
                const RunOptions& options) {
  const engine::Element& element = elements().require(name, "test.lua:1");
  auto checked = engine::check_arguments(*element.description, arguments, "test.lua:1");
  const ElementInputs inputs(*element.description, checked.columns(), library, candidates);
  const engine::TableView view(candidates);
  std::vector<engine::CandidateColumn> columns;
  for (const playlist_field* field : engine::listed(element.description->out)) {
    columns.push_back(
        engine::CandidateColumn::missing(field->name, field->type, candidates.size()));
  }
  std::vector<std::unique_ptr<playlist_column>> descriptors;
  std::vector<const playlist_column*> out;
  for (engine::CandidateColumn& column : columns) {
    descriptors.push_back(std::make_unique<playlist_column>(playlist_column{
        sizeof(playlist_column), column.type, column.name.c_str(), column.data(), nullptr}));
    out.push_back(descriptors.back().get());
  }
  Ranked result;
  engine::Texts texts;
  engine::HttpAsker http(name, options.ask);
  engine::CallContext context = context_of(library, texts, result, options);
  if (options.ask) context.services.push_back(http.service());
  engine::ElementInstance instance(element, std::move(checked), std::move(context));
  put_end(result, instance.rank(view.table(), inputs.columns(), out));
  for (const engine::CandidateColumn& column : columns) {
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      result.columns[column.name].push_back(column.number(i));
    }
  }
  for (std::size_t i = 0; i < candidates.size() && i < 100; ++i) {
    result.explanations.push_back(
        instance.explain(view.table(), inputs.columns(), out, static_cast<std::int64_t>(i)));
  }
  return result;
}

Ordered run_order(const std::string& name, const engine::Arguments& arguments,
                  const TinyLibrary& library, const engine::Candidates& candidates,
                  const RunOptions& options) {
  const engine::Element& element = elements().require(name, "test.lua:1");
  auto checked = engine::check_arguments(*element.description, arguments, "test.lua:1");
  const ElementInputs inputs(*element.description, checked.columns(), library, candidates);
  const engine::TableView view(candidates);
  Ordered result;
  engine::Texts texts;
  engine::ElementInstance instance(element, std::move(checked),
                                   context_of(library, texts, result, options));
  put_end(result, instance.order(view.table(), inputs.columns(), result.rows));
  return result;
}

Written run_output(const std::string& name, const TinyLibrary& library, const PlaylistOf& playlist,
                   const RunOptions& options) {
  return run_output_of_files(name, library, playlist, {}, {}, options);
}

Written run_output_of_files(const std::string& name, const TinyLibrary& library,
                            const PlaylistOf& playlist, std::vector<std::string> files,
                            const engine::Arguments& arguments, const RunOptions& options) {
  const engine::Element& element = elements().require(name, "test.lua:1");
  const std::size_t rows = playlist.tracks.size();
  engine::OwnedTable table(static_cast<std::int64_t>(rows));
  table.copy("track", playlist.tracks);
  const std::vector<std::int64_t> places(playlist.tracks.begin(), playlist.tracks.end());
  const playlist_table& tracks = *library.table("tracks");
  for (std::uint32_t k = 0; k < tracks.column_count; ++k) {
    playlist_column column = *tracks.columns[k];
    if (std::string_view(column.name) == "year") column.name = "release_year";
    table.pick(column, places);
  }
  std::vector<std::string> artists, explanations = playlist.explanations;
  for (const std::int32_t track : playlist.tracks) {
    std::string joined;
    for (const std::string& artist : library.track(track).artists) {
      joined += (joined.empty() ? "" : ", ") + artist;
    }
    artists.push_back(joined);
  }
  explanations.resize(rows);
  files.resize(rows);
  for (const auto& [column, texts] :
       {std::pair{"artists", artists}, {"explanation", explanations}, {"files", files}}) {
    std::int32_t* codes = table.texts(column, texts);
    for (std::size_t i = 0; i < rows; ++i)
      codes[i] = texts[i].empty() ? -1 : static_cast<std::int32_t>(i);
  }
  std::fill_n(table.f32("score"), rows, 0.8f);
  const playlist_playlist described{sizeof described,
                                    0,
                                    playlist.title.c_str(),
                                    playlist.description.c_str(),
                                    playlist.creator.c_str(),
                                    library.now(),
                                    table.table()};
  Written result;
  engine::Texts texts;
  engine::CallContext context = context_of(library, texts, result, options);
  context.sink = [&result](const void* bytes, std::size_t length) {
    result.bytes.append(static_cast<const char*>(bytes), length);
    return true;
  };
  engine::ElementInstance instance(
      element, engine::check_arguments(*element.description, arguments, "test.lua:1"),
      std::move(context));
  put_end(result, instance.output(described));
  return result;
}

TrackSetArgument::TrackSetArgument(const std::vector<std::int32_t>& tracks)
    : table_(std::make_unique<engine::OwnedTable>(static_cast<std::int64_t>(tracks.size()))) {
  table_->copy("track", tracks);
  std::fill_n(table_->f32("score"), tracks.size(), 1.0f);
  std::fill_n(table_->i64("ts"), tracks.size(), TinyLibrary::kNow);
}

engine::TracksArgument TrackSetArgument::argument() const {
  return {table_->table()};
}

}  // namespace support
