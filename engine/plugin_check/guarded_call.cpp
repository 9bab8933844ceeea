#include "plugin_check/guarded_call.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <exception>
#include <memory>

#include "core/column_types.hpp"
#include "core/error.hpp"
#include "core/hash.hpp"
#include "plugin/call.hpp"
#include "plugin/descriptor.hpp"
#include "plugin/host.hpp"
#include "plugin_check/guarded_memory.hpp"
#include "plugin_check/guarded_services.hpp"

namespace engine {
namespace {

constexpr std::size_t kExplanationBytes = 256, kPadding = 64;

/// An input file that can only be read, with the zero bytes behind it that the contract promises.
class GuardedFile {
 public:
  explicit GuardedFile(const GuardedInput& input)
      : block_("the input's bytes", input.bytes.size() + kPadding) {
    std::memset(block_.data(), 0, block_.length());
    std::memcpy(block_.data(), input.bytes.data(), input.bytes.size());
    block_.read_only();
    view_.size = sizeof view_;
    view_.path = view_.name = input.name.c_str();
    view_.bytes = static_cast<const std::uint8_t*>(block_.data());
    view_.length = input.bytes.size();
    view_.head_length = std::min<std::uint64_t>(view_.length, 64 << 10);
    view_.columns = "";
  }
  [[nodiscard]] const playlist_input& view() const { return view_; }

 private:
  GuardedBlock block_;
  playlist_input view_{};
};

class Call {
 public:
  Call(const Element& element, const Arguments& arguments, const GeneratedLibrary& library,
       const GuardedCallOptions& options)
      : element_(*element.description),
        library_(library),
        options_(options),
        arguments_(check_arguments(element_, arguments, "plugins check", options.files)),
        services_(options.rows_check),
        host_(context(), element_.name) {
    host_.element = &element_;
    host_.arguments = &arguments_;
  }

  GuardedOutcome run() {
    void* self = create();
    if (self == nullptr) return std::move(outcome_);
    outcome_.was_created = true;
    prepare();
    if (outcome_.problems.empty()) run_parts(self);
    if (outcome_.status == PLAYLIST_OK && outcome_.problems.empty()) explain(self);
    entered("destroy()", [&] { element_.destroy(self); });
    collect();
    return std::move(outcome_);
  }

 private:
  void say(const std::string& problem) { outcome_.problems.push_back(problem); }
  [[nodiscard]] bool is_remote() const { return (element_.flags & PLAYLIST_REMOTE) != 0; }

  CallContext context() {
    CallContext made;
    made.tables = &library_;
    made.texts = &texts_;
    made.now = library_.now();
    made.random_seed = options_.random_seed;
    made.is_cancelled = [this] {
      ++outcome_.asked;
      if (options_.beat) options_.beat();
      return options_.is_cancelled && options_.is_cancelled();
    };
    made.progress = [this](double) {
      if (options_.beat) options_.beat();
    };
    made.services = services_.of(element_);
    if (element_.kind == PLAYLIST_OUTPUT) {
      made.sink = [this](const void* bytes, std::size_t length) {
        outcome_.result.append(static_cast<const char*>(bytes), length);
        constexpr std::size_t kMost = 64 << 20;  // what is longer is compared by its hash
        if (outcome_.result.size() > kMost) outcome_.result = content_hash(outcome_.result);
        return true;
      };
    }
    return made;
  }

  /// Calls into the plugin; exceptions that leave it are told. False when one did.
  template <class Body>
  bool entered(const char* function, Body&& body) {
    try {
      body();
      return true;
    } catch (const std::exception& error) {
      say(std::string("an exception leaves ") + function + ": " + error.what());
    } catch (...) {
      say(std::string("an exception leaves ") + function);
    }
    return false;
  }

  void* create() {
    host_.clear_failure();
    void* self = nullptr;
    if (!entered("create()", [&] { self = element_.create(&host_, arguments_.values()); })) {
      return nullptr;
    }
    if (self != nullptr) return self;
    const CallFailure failure = host_.failure();
    outcome_.status = failure.status;
    outcome_.message = failure.message;
    if (failure.status == PLAYLIST_OK) {
      if (options_.is_cancelled && options_.is_cancelled()) {
        outcome_.status = PLAYLIST_CANCELLED;
      } else {
        outcome_.status = PLAYLIST_ERROR;
        say("create() gives NULL without calling fail()");
      }
    } else if (failure.status == PLAYLIST_ERROR) {
      say("create() fails: " + failure.message);
    }
    return nullptr;
  }

  /// The candidates' columns, and what run() writes into.
  void prepare() {
    io_.size = sizeof io_;
    io_.end = library_.size();
    if (options_.input != nullptr) {
      file_ = std::make_unique<GuardedFile>(*options_.input);
      io_.input = &file_->view();
      io_.end = 0;
    }
    switch (element_.kind) {
      case PLAYLIST_RECALL:
        recalled_.columns.resize(listed(element_.out).size());
        host_.recalled = &recalled_;
        io_.end = 0;
        break;
      case PLAYLIST_RANKING:
      case PLAYLIST_FILTERING:
      case PLAYLIST_ORDERING:
        prepare_candidates();
        prepare_outputs();
        break;
      case PLAYLIST_OUTPUT:
        prepare_playlist();
        break;
      default:
        break;
    }
  }

  /// A column of the library where it has one of this name and type, else one made up.
  void add_input(GuardedTable& table, const char* name, std::uint32_t type) {
    const DeclaredTable* declared = find_by_track(name);
    const playlist_column* known =
        declared == nullptr ? nullptr : find_column(*library_.table(declared->name), name);
    if (known != nullptr && (type == 0 || known->type == type)) {
      table.view(*known);
    } else {
      table.add(name, type == 0 ? std::uint32_t{PLAYLIST_F32} : type, library_.is_missing());
    }
  }

  /// The same rows from the last to the first.
  void reverse_candidates() {
    forward_ = std::move(candidates_);
    const playlist_table& forward = *forward_->seal();
    candidates_ = std::make_unique<GuardedTable>("the candidates", library_.size());
    for (std::uint32_t k = 0; k < forward.column_count; ++k)
      candidates_->add_reversed(*forward.columns[k]);
  }

  void prepare_candidates() {
    candidates_ = std::make_unique<GuardedTable>("the candidates", library_.size());
    candidates_->add_numbers("track", PLAYLIST_I32, 0, 1);
    candidates_->add("score", PLAYLIST_F32, false);
    std::size_t fields = 0;
    for (const playlist_field* field : listed(element_.in)) {
      add_input(*candidates_, field->name, field->type);
      ++fields;
    }
    for (const std::string& name : arguments_.columns()) add_input(*candidates_, name.c_str(), 0);
    if (options_.is_reversed) reverse_candidates();
    const playlist_table* table = candidates_->seal();
    io_.candidates = table;
    for (std::uint32_t k = 2; k < table->column_count; ++k) {
      const bool is_optional =
          k - 2 < fields && (element_.in[k - 2]->flags & PLAYLIST_FIELD_OPTIONAL) != 0;
      const bool is_there = !is_optional || options_.has_optional_inputs;
      in_.push_back(is_there ? table->columns[k] : nullptr);
    }
    in_.push_back(nullptr);
    io_.in = in_.data();
  }

  GuardedBlock& output(const std::string& name, std::size_t bytes, int preset) {
    blocks_.push_back(std::make_unique<GuardedBlock>(name, bytes));
    std::memset(blocks_.back()->data(), preset, bytes);
    return *blocks_.back();
  }

  void prepare_outputs() {
    const auto rows = static_cast<std::size_t>(library_.size());
    if (element_.kind == PLAYLIST_FILTERING) {
      io_.keep = static_cast<std::uint8_t*>(output("keep[]", rows, 1).data());
      io_.reasons = static_cast<std::int32_t*>(output("reasons[]", rows * 4, -1).data());
    } else if (element_.kind == PLAYLIST_ORDERING) {
      io_.order = static_cast<std::int32_t*>(output("order[]", rows * 4, 0).data());
      io_.order_count = static_cast<std::int64_t*>(output("order_count", 8, 0).data());
    } else {
      for (const playlist_field* field : listed(element_.out)) {
        GuardedBlock& block = output(std::string("its output \"") + field->name + '"',
                                     rows * item_length(field->type), options_.preset);
        out_columns_.push_back(std::make_unique<playlist_column>(playlist_column{
            sizeof(playlist_column), field->type, field->name, block.data(), nullptr}));
        out_.push_back(out_columns_.back().get());
      }
      out_.push_back(nullptr);
      io_.out = out_.data();
    }
  }

  void prepare_playlist() {
    candidates_ = std::make_unique<GuardedTable>("the playlist", library_.size());
    candidates_->add_numbers("track", PLAYLIST_I32, 0, 1);
    const playlist_table& tracks = *library_.table("tracks");
    for (const char* name :
         {"title", "artist_name", "album", "duration_ms", "spotify_id", "isrc", "mbid",
          "danceability", "energy", "speechiness", "acousticness", "instrumentalness", "liveness",
          "valence", "loudness", "tempo", "key", "mode", "time_signature"}) {
      candidates_->view(*find_column(tracks, name));
    }
    for (const char* name : {"artists", "channel", "explanation"}) {
      candidates_->add(name, PLAYLIST_STRING, library_.is_missing());
    }
    candidates_->add("score", PLAYLIST_F32, library_.is_missing());
    candidates_->add("release_year", PLAYLIST_I32, library_.is_missing());
    playlist_.size = sizeof playlist_;
    playlist_.title = library_.is_missing() ? "" : "A title with \"quotes\", <brackets> & \xc3\xa9";
    playlist_.description = playlist_.creator = "";
    playlist_.created = library_.now();
    playlist_.tracks = candidates_->seal();
    io_.playlist = &playlist_;
  }

  void run_parts(void* self) {
    std::vector<std::int64_t> cuts = options_.cuts;
    cuts.push_back(io_.end);
    std::int64_t begin = 0;
    if (options_.starts_running) options_.starts_running();
    for (const std::int64_t end : cuts) {
      io_.begin = begin;
      io_.end = end;
      run_part(self);
      if (outcome_.status != PLAYLIST_OK) return;
      begin = end;
    }
    io_.begin = 0;
  }

  void run_part(void* self) {
    host_.clear_failure();
    playlist_status status = PLAYLIST_ERROR;
    if (!entered("run()", [&] { status = element_.run(self, &host_, &io_); })) {
      outcome_.status = PLAYLIST_ERROR;
      return;
    }
    const CallFailure failure = host_.failure();
    outcome_.status = status;
    outcome_.message = failure.message;
    if (host_.has_host_problem()) return say(failure.message);
    const bool is_cancelled = options_.is_cancelled && options_.is_cancelled();
    if (status == PLAYLIST_ERROR && failure.message.empty()) {
      say("run() fails without calling fail()");
    } else if (status == PLAYLIST_ERROR && is_remote()) {
      outcome_.status = PLAYLIST_NO_DATA;  // it told that there is no service, as it should
    } else if (status == PLAYLIST_ERROR && !is_cancelled) {
      say("run() fails: " + failure.message);
    } else if (status == PLAYLIST_BAD_PARAM) {
      say("run() returns PLAYLIST_BAD_PARAM, which is create()'s to return");
    } else if (status == PLAYLIST_NO_DATA && failure.message.empty()) {
      say("run() returns PLAYLIST_NO_DATA without calling fail() with the reason");
    } else if (status == PLAYLIST_CANCELLED && !is_cancelled) {
      say("run() returns PLAYLIST_CANCELLED, but nobody cancelled it");
    } else if (status == PLAYLIST_UNSUPPORTED && element_.kind != PLAYLIST_SOURCE) {
      say("run() returns PLAYLIST_UNSUPPORTED, which is for sources");
    } else if (status < PLAYLIST_OK || status > PLAYLIST_UNSUPPORTED) {
      say("run() returns the unknown status " + std::to_string(status));
    }
  }

  void explain(void* self) {
    if (element_.explain == nullptr || element_.kind != PLAYLIST_RANKING) return;
    for (const std::int64_t row : {std::int64_t{0}, io_.end - 1}) {
      if (row < 0 || row >= io_.end) continue;
      GuardedBlock& text = output("explain()'s text", kExplanationBytes, 1);
      host_.clear_failure();
      playlist_status status = PLAYLIST_ERROR;
      entered("explain()", [&] {
        status = element_.explain(self, &host_, &io_, row, static_cast<char*>(text.data()),
                                  kExplanationBytes);
      });
      if (status == PLAYLIST_OK && std::memchr(text.data(), 0, kExplanationBytes) == nullptr) {
        say("explain() leaves a text without its end");
      } else if (status == PLAYLIST_ERROR && outcome_.problems.empty()) {
        say("explain() fails: " + host_.failure().message);
      }
    }
  }

  void check_codes(const char* what, const void* codes, std::int64_t count) {
    const auto* first = static_cast<const std::int32_t*>(codes);
    const auto known = static_cast<std::int32_t>(texts_.dict()->count);
    const auto* wrong = std::find_if(
        first, first + count, [known](std::int32_t code) { return code < -1 || code >= known; });
    if (wrong == first + count) return;
    say(std::string(what) + " of row " + std::to_string(wrong - first) + " is " +
        std::to_string(*wrong) + ", which is no code of host->text()");
  }

  template <class Items>
  void add_result(const Items& items) {
    outcome_.result.append(reinterpret_cast<const char*>(items.data()),
                           items.size() * sizeof(items[0]));
  }
  void add_block(const GuardedBlock& block) {
    outcome_.result.append(static_cast<const char*>(block.data()), block.length());
  }
  /// Texts by their words: codes may differ.
  void add_texts(const void* codes, std::int64_t count) {
    for (std::int64_t row = 0; row < count; ++row) {
      outcome_.result += texts_.text(static_cast<const std::int32_t*>(codes)[row]);
      outcome_.result += '\n';
    }
  }

  void collect() {
    for (const auto& block : blocks_) {
      if (const std::string damage = block->damage(); !damage.empty()) say(damage);
    }
    for (const std::string& problem : services_.problems()) say(problem);
    outcome_.has_drawn = host_.has_drawn();
    if (outcome_.status != PLAYLIST_OK) return;
    switch (element_.kind) {
      case PLAYLIST_RECALL:
        return collect_recall();
      case PLAYLIST_RANKING:
        return collect_ranking();
      case PLAYLIST_FILTERING:
        check_codes("the reason", io_.reasons, io_.end);
        outcome_.result.append(reinterpret_cast<const char*>(io_.keep),
                               static_cast<std::size_t>(io_.end));
        return add_texts(io_.reasons, io_.end);
      case PLAYLIST_ORDERING:
        return collect_order();
      case PLAYLIST_SOURCE:
        services_.check_accounts(outcome_.problems);
        outcome_.result = services_.result();
        return;
      case PLAYLIST_MODEL:
        outcome_.result = services_.result();
        outcome_.artifact = services_.artifact();
        if (outcome_.artifact.empty()) say("run() returns PLAYLIST_OK, but wrote no artifact");
        return;
      default:
        return;
    }
  }

  void collect_recall() {
    check_codes("the explanation", recalled_.explanations.data(),
                static_cast<std::int64_t>(recalled_.explanations.size()));
    add_result(recalled_.tracks);
    add_result(recalled_.scores);
    add_texts(recalled_.explanations.data(), static_cast<std::int64_t>(recalled_.tracks.size()));
    for (const auto& column : recalled_.columns) add_result(column);
  }

  void collect_ranking() {
    for (std::size_t k = 0; k + 1 < out_.size(); ++k) {
      const playlist_column& column = *out_[k];
      const std::size_t bytes = static_cast<std::size_t>(io_.end) * item_length(column.type);
      outcome_.outputs.emplace_back(static_cast<const char*>(column.data), bytes);
      if (column.type == PLAYLIST_STRING) {
        const std::size_t before = outcome_.problems.size();
        if (options_.preset == 0x5a) return add_texts(column.data, io_.end);
        check_codes(("the text of output \"" + std::string(column.name) + '"').c_str(), column.data,
                    io_.end);
        if (outcome_.problems.size() > before) continue;
        add_texts(column.data, io_.end);
      } else {
        outcome_.result += outcome_.outputs.back();
      }
    }
  }

  void collect_order() {
    const std::int64_t count = *io_.order_count;
    if (count < 0 || count > io_.end) {
      return say("it placed " + std::to_string(count) + " rows of " + std::to_string(io_.end));
    }
    std::vector<bool> is_placed(static_cast<std::size_t>(io_.end));
    for (std::int64_t place = 0; place < count; ++place) {
      const std::int32_t row = io_.order[place];
      if (row < 0 || row >= io_.end) {
        return say("it placed row " + std::to_string(row) + " of " + std::to_string(io_.end));
      }
      if (is_placed[static_cast<std::size_t>(row)]) {
        return say("it placed row " + std::to_string(row) + " twice");
      }
      is_placed[static_cast<std::size_t>(row)] = true;
    }
    outcome_.placed = count;
    outcome_.result.append(reinterpret_cast<const char*>(io_.order),
                           static_cast<std::size_t>(count) * 4);
  }

  const playlist_element& element_;
  const GeneratedLibrary& library_;
  const GuardedCallOptions& options_;
  CheckedArguments arguments_;
  Texts texts_;
  GuardedServices services_;
  GuardedOutcome outcome_;
  CallHost host_;
  RecalledRows recalled_;
  playlist_io io_{};
  playlist_playlist playlist_{};
  std::unique_ptr<GuardedFile> file_;
  std::unique_ptr<GuardedTable> candidates_, forward_;
  std::vector<const playlist_column*> in_, out_;
  std::vector<std::unique_ptr<playlist_column>> out_columns_;
  std::vector<std::unique_ptr<GuardedBlock>> blocks_;
};

}  // namespace

HeldFilePtr guarded_file(const std::string& path, const std::string& bytes) {
  const auto block = std::make_shared<GuardedBlock>("the bytes of a file", bytes.size() + kPadding);
  std::memset(block->data(), 0, block->length());
  std::memcpy(block->data(), bytes.data(), bytes.size());
  block->read_only();
  return std::make_shared<HeldFile>(path, content_hash(bytes), block->data(), bytes.size(), block);
}

GuardedOutcome guarded_call(const Element& element, const Arguments& arguments,
                            const GeneratedLibrary& library, const GuardedCallOptions& options) {
  return Call(element, arguments, library, options).run();
}

int guarded_recognise(const Element& source, const GuardedInput& input,
                      std::vector<std::string>& problems) {
  const GuardedFile file(input);
  CallHost host(CallContext{}, source.description->name);
  std::int32_t sureness = 0;
  try {
    sureness = source.description->recognise(&host, &file.view());
  } catch (...) {
    problems.emplace_back("an exception leaves recognise()");
    return 0;
  }
  if (sureness < 0 || sureness > 100) {
    problems.push_back("recognise() gives " + std::to_string(sureness) + ", not 0 .. 100");
  }
  return std::clamp(sureness, 0, 100);
}

}  // namespace engine
