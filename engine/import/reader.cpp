#include "import/reader.hpp"

#include "playlist/remote.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include "core/error.hpp"
#include "core/hash.hpp"
#include "core/mapped_file.hpp"
#include "core/shown_text.hpp"
#include "core/zone_changes.hpp"
#include "import/companions.hpp"
#include "import/database_copy.hpp"
#include "import/foreign_files.hpp"
#include "import/lyrics_file.hpp"
#include "import/messages.hpp"
#include "import/reading_identity.hpp"
#include "import/rows_receiver.hpp"
#include "import/rows_service.hpp"
#include "import/space.hpp"
#include "import/text_form.hpp"
#include "plugin/call.hpp"

namespace engine::import {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kHeadBytes = 64 << 10;
// What a reading can depend on beside the content, by the names that sources ask for.
constexpr const char *kColumns = "columns", *kDates = "dates", *kTimezone = "timezone",
                     *kSpace = "space", *kIds = "ids", *kUser = "user", *kBeside = "beside";
constexpr std::string_view kLyricsCompanion = "lyrics";  // the companion of a music file
constexpr const char* kNoColumn = "--columns names none of its columns";
constexpr auto kProgressEvery = std::chrono::milliseconds(100);

/// One file on disc or member of an archive.
struct Content {
  std::string path, person;
  const std::uint8_t* bytes = nullptr;
  std::size_t size = 0;
  int depth = 0;          // archives around it
  bool is_named = false;  // by the user, not found in a folder or an archive
  UnpackedSoFar* unpacked = nullptr;
};

/// A file that the user named beside what is imported.
struct CompanionFile {
  explicit CompanionFile(std::string file_path) : path(std::move(file_path)), mapped(path) {
    input.size = sizeof input;
    input.path = path.c_str();
    input.name = input.path + (path.find('/') == std::string::npos ? 0 : path.rfind('/') + 1);
    input.bytes = mapped.data();
    input.length = mapped.size();
    input.head_length = std::min(mapped.size(), kHeadBytes);
    input.columns = "";
    hash = content_hash({reinterpret_cast<const char*>(mapped.data()), mapped.size()});
  }
  CompanionFile(const CompanionFile&) = delete;
  CompanionFile& operator=(const CompanionFile&) = delete;

  std::string path, hash;
  MappedFile mapped;
  playlist_input input{};
};

/// What a running source reports to: the owner of all its services.
struct SourceRun {
  RowsReceiver* rows;
  MembersReceiver* members;
  Heartbeat* heartbeat;
  const std::string* space_name;
  const CompanionFile* ids_file;  // nullptr: none was named
  bool has_asked_space = false, has_asked_ids = false;
  std::string beside = {};  // the companions asked for, by name and content

  static std::string shown(std::string reason) { return reason; }

  const char* space() {
    has_asked_space = true;
    rows->depends_on(kSpace, *space_name);
    return space_name->c_str();
  }
  const playlist_input* ids() {
    has_asked_ids = true;
    if (ids_file == nullptr) return nullptr;
    rows->depends_on(kIds, ids_file->hash);
    return &ids_file->input;
  }
};

const playlist_members kMembersService = {
    sizeof(playlist_members), 0,
    [](const playlist_host* host, const char* path) {
      return in_run<SourceRun>(host, PLAYLIST_SERVICE_MEMBERS,
                               [&](SourceRun& run) { return run.members->begin(path); });
    },
    [](const playlist_host* host, const void* bytes, std::size_t length) {
      return in_run<SourceRun>(host, PLAYLIST_SERVICE_MEMBERS,
                               [&](SourceRun& run) { return run.members->write(bytes, length); });
    },
    [](const playlist_host* host) {
      return in_run<SourceRun>(host, PLAYLIST_SERVICE_MEMBERS,
                               [&](SourceRun& run) { return run.members->end(); });
    }};

const playlist_vectors kVectorsService = {
    sizeof(playlist_vectors), 0,
    [](const playlist_host* host, const char* table, const playlist_table* rows,
       const std::uint64_t* offsets, const float* values) {
      return in_run<SourceRun>(host, PLAYLIST_SERVICE_VECTORS, [&](SourceRun& run) {
        return run.rows->append(table, *rows, {offsets, values});
      });
    },
    [](const playlist_host* host) {
      return CallContext::owner<SourceRun>(host, PLAYLIST_SERVICE_VECTORS).space();
    },
    [](const playlist_host* host) {
      return CallContext::owner<SourceRun>(host, PLAYLIST_SERVICE_VECTORS).ids();
    }};

std::vector<CallService> services(SourceRun& run) {
  return {{PLAYLIST_SERVICE_ROWS, &kRowsOf<SourceRun>, &run},
          {PLAYLIST_SERVICE_VECTORS, &kVectorsService, &run},
          {PLAYLIST_SERVICE_MEMBERS, &kMembersService, &run}};
}

/// As names on old discs are written; every byte is a character.
std::string latin1_as_utf8(std::string_view text) {
  std::string utf8;
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (code >= 0x80) utf8 += static_cast<char>(0xc0 | code >> 6);
    utf8 += code < 0x80 ? c : static_cast<char>(0x80 | (code & 0x3f));
  }
  return utf8;
}

std::string without_kind(std::string_view element) {
  constexpr std::string_view kKind = "source.";
  return std::string(element.substr(0, kKind.size()) == kKind ? element.substr(kKind.size())
                                                              : element);
}

class Reader {
 public:
  Reader(const ReadOrder& order, Channel& channel, Heartbeat& heartbeat)
      : order_(order),
        channel_(channel),
        heartbeat_(heartbeat),
        known_(order.known),
        companions_(order.files, [this](std::string_view bytes, const auto& wants,
                                        const auto& take) { unpack(bytes, wants, take); }) {
    for (const InputFile& file : order.files) bytes_total_ += file.bytes;
    for (std::size_t i = 0; i < order.first; ++i) bytes_done_ += order.files[i].bytes;
  }

  void read_all() {
    load_plugins();
    if (order_.are_music_files && registry_->find("source." + order_.source) == nullptr) {
      return send_text(Message::kUnrecognised, "", "");
    }
    for (std::size_t i = order_.first; i < order_.files.size(); ++i) {
      if (heartbeat_.is_interrupted()) return;
      send(Message::kStart, [&](MessageWriter& message) { message.number(i); });
      read_file(order_.files[i]);
      bytes_done_ += order_.files[i].bytes;
      progress(0);
    }
    if (!heartbeat_.is_interrupted()) send(Message::kDone, [](MessageWriter&) {});
  }

 private:
  template <class Fill>
  void send(Message kind, Fill fill) {
    std::string text;
    MessageWriter message(text);
    fill(message);
    channel_.send(static_cast<std::uint32_t>(kind), text);
  }
  void send_text(Message kind, const std::string& path, const std::string& text) {
    send(kind, [&](MessageWriter& message) {
      message.text(path);
      message.text(text);
    });
  }

  void load_plugins() {
    heartbeat_.doing("loading the plugins");
    registry_ = order_.load_plugins();
    for (const PluginProblem& problem : registry_->problems()) {
      send_text(Message::kProblem, problem.path, problem.message);
    }
    for (const Element* source : registry_->elements(PLAYLIST_SOURCE))
      if ((source->description->flags & PLAYLIST_REMOTE) == 0) sources_.push_back(source);
  }

  void progress(double fraction) {
    heartbeat_.beat();
    const auto now = Clock::now();
    if (now - last_progress_ < kProgressEvery) return;
    last_progress_ = now;
    const double done = static_cast<double>(bytes_done_) +
                        std::clamp(fraction, 0.0, 1.0) * static_cast<double>(file_bytes_);
    send(Message::kProgress, [&](MessageWriter& message) {
      message.number(static_cast<std::uint64_t>(done));
      message.number(bytes_total_);
    });
  }

  void read_file(const InputFile& file) {
    file_bytes_ = file.bytes;
    try {
      if (order_.are_music_files) return read_music(file);
      if (!order_.ids_path.empty() && !ids_) ids_.emplace(order_.ids_path);
      const auto copy = DatabaseCopy::make(file.path);
      const MappedFile mapped(copy ? copy->path() : file.path);
      UnpackedSoFar unpacked;
      unpacked.packed_bytes = mapped.size();
      Content content;
      content.path = file.path;
      content.person = file.person;
      content.is_named = file.is_named;
      content.bytes = mapped.data();
      content.size = mapped.size();
      content.unpacked = &unpacked;
      companions_.start(file, {reinterpret_cast<const char*>(mapped.data()), mapped.size()});
      read_content(content);
    } catch (const Error& error) {
      send_text(Message::kFailed, file.path,
                error.what() + (error.parts().why.empty() ? "" : ": " + error.parts().why));
    }
  }

  /// Its path is told from below what the user named: that is what can name artist and album. The
  /// text beside it is its companion "lyrics"; one that cannot be read costs only itself.
  void read_music(const InputFile& file) {
    lyrics_.clear();
    if (!file.lyrics.path.empty()) {
      try {
        lyrics_ = read_lyrics_file(file.lyrics.path);
      } catch (const Error& error) {
        send_text(Message::kRefused, file.lyrics.path, error.parts().why);
      }
    }
    const MappedFile mapped(file.path, MappedFile::Reading::kParts);
    const std::string_view below = std::string_view(file.path).substr(file.below);
    Content content;
    content.path = engine::is_utf8(below) ? std::string(below) : latin1_as_utf8(below);
    content.bytes = mapped.data();
    content.size = mapped.size();
    UnpackedSoFar unpacked;
    content.unpacked = &unpacked;
    OpenedFile opened;
    opened.path = content.path;
    opened.format = order_.source;
    opened.bytes = content.size;
    read_with(registry_->require("source." + order_.source, ""), content, input_of(content, ""),
              opened, false, 0);
  }

  [[nodiscard]] playlist_input input_of(const Content& content, const char* columns) const {
    playlist_input input{};
    input.size = sizeof input;
    input.path = content.path.c_str();
    const std::size_t slash = content.path.rfind('/');
    input.name = content.path.c_str() + (slash == std::string::npos ? 0 : slash + 1);
    input.bytes = content.bytes;
    input.length = content.size;
    input.head_length = std::min(content.size, kHeadBytes);
    input.columns = columns;
    return input;
  }

  [[nodiscard]] CallContext context_for(const Content& content, SourceRun* run) {
    CallContext context;
    context.now = order_.now;
    context.setting = [this, &content, run](std::string_view key) {
      return setting(content, run, key);
    };
    context.is_cancelled = [this] { return heartbeat_.is_interrupted(); };
    context.progress = [this](double fraction) { progress(fraction); };
    context.log = [this, path = content.path](int level, std::string_view text) {
      if (level >= PLAYLIST_LOG_INFO) send_text(Message::kNotice, path, std::string(text));
    };
    if (run) context.services = services(*run);
    return context;
  }

  /// What a source asks for: the user's own settings, and beside them what the reading of this file
  /// depends on.
  const char* setting(const Content& content, SourceRun* run, std::string_view key) {
    const std::string name(key.substr(key.rfind('.') + 1));
    const char* own = order_.setting ? order_.setting(key) : nullptr;
    std::string value;
    constexpr std::string_view kCompanion = ".beside:";  // behind the element's name
    if (const std::size_t at = key.find(kCompanion); at != std::string_view::npos) {
      const std::string_view wanted = key.substr(at + kCompanion.size());
      if (order_.are_music_files) return wanted == kLyricsCompanion ? lyrics_.c_str() : nullptr;
      return run ? companion(content, *run, std::string(wanted)) : nullptr;
    }
    if (name == kUser) {  // an import is one person's: its identity need not say whose
      return user_of(content).c_str();
    }
    if (name == kTimezone) {
      value = timezone_of(content);
      own = zone_text(value);
    } else if (name == kDates) {
      if (!order_.dates.empty()) own = order_.dates.c_str();
      value = own ? own : "";
    } else {
      return own;
    }
    if (run) run->rows->depends_on(name, value);
    return own;
  }

  /// The text of another file of the same export. What was read with it is another reading.
  const char* companion(const Content& content, SourceRun& run, const std::string& name) {
    const std::string* text = companions_.find(name, content.depth > 0);
    run.beside += name + ' ' + (text ? content_hash(*text) : "none") + '\n';
    if (run.rows != nullptr) run.rows->depends_on(kBeside, content_hash(run.beside));
    return text ? text->c_str() : nullptr;
  }

  /// For companions: the members of an archive that are wanted, without a word of the others.
  void unpack(std::string_view bytes, const std::function<bool(const std::string&)>& wants,
              const Companions::Take& take) {
    const Element* archive = registry_->find("source.archive");
    Content content;
    content.path = "archive";
    content.bytes = reinterpret_cast<const std::uint8_t*>(bytes.data());
    content.size = bytes.size();
    const playlist_input input = input_of(content, "");
    if (archive == nullptr || recognise(*archive, input, context_for(content, nullptr)) == 0) {
      return;
    }
    UnpackedSoFar unpacked;
    unpacked.packed_bytes = bytes.size();
    MembersReceiver members(content.path, 1, order_.limits, unpacked,
                            {take, [](const std::string&, const std::string&) {}, wants});
    SourceRun run{nullptr, &members, &heartbeat_, &order_.space, nullptr};
    CallContext context = context_for(content, nullptr);
    context.log = nullptr;
    context.services = {{PLAYLIST_SERVICE_MEMBERS, &kMembersService, &run}};
    try {
      InputFiles files;
      ElementInstance instance(
          *archive,
          check_arguments(*archive->description, {}, content.path, {&files, archive->plugin->path}),
          context);
      instance.read(input);
    } catch (const Error&) {
      // Damaged: what could be unpacked was; the import says so when it reads it.
    }
  }

  [[nodiscard]] const std::string& user_of(const Content& content) const {
    return content.person.empty() ? order_.user : content.person;
  }
  [[nodiscard]] std::string timezone_of(const Content& content) const {
    const auto found = order_.timezones.find(user_of(content));
    return found == order_.timezones.end() ? "UTC" : found->second;
  }

  /// "Europe/Berlin 946681200:3600 ...", as sources take a zone.
  const char* zone_text(const std::string& timezone) {
    constexpr std::int64_t kFrom = 946'080'000, kTo = 4'102'531'200;  // what a listen can be dated
    const auto [found, is_new] = zone_texts_.emplace(timezone, "");
    if (is_new && timezone != "UTC") {
      found->second = timezone;
      for (const ZoneChange& change : zone_changes(timezone, kFrom, kTo)) {
        found->second += ' ' + std::to_string(change.from) + ':' + std::to_string(change.offset);
      }
    }
    return found->second.c_str();
  }

  /// The sources that may read this, the surest first.
  std::vector<const Element*> candidates_for(const Content& content, const playlist_input& input) {
    if (!order_.source.empty()) return {&registry_->require("source." + order_.source, "")};
    std::vector<std::pair<int, const Element*>> found;
    for (const Element* source : sources_) {
      heartbeat_.doing(std::string(source->description->name) + " (recognising " + content.path +
                       ")");
      const int sureness = recognise(*source, input, context_for(content, nullptr));
      if (sureness > 0) found.emplace_back(sureness, source);
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    std::vector<const Element*> elements;
    for (const auto& [sureness, element] : found) elements.push_back(element);
    return elements;
  }

  /// By every identity that a reading of it can have which would be the same now.
  [[nodiscard]] const KnownFile* find_known(const std::string& hash, bool has_columns,
                                            const Content& content) const {
    OpenedFile named;
    named.path = content.path;
    ReadingSettings settings = {
        {kDates, order_.dates}, {kTimezone, timezone_of(content)}, {kSpace, order_.space}};
    if (ids_) settings[kIds] = ids_->hash;
    if (has_columns) settings[kColumns] = order_.columns;
    for (const std::string& identity : possible_identities(hash, settings)) {
      if (has_columns && !settings_have_columns(identity)) continue;
      for (const std::string& owner : {user_of(content), std::string()}) {
        const auto [first, last] = known_.equal_range({identity, owner});
        const auto found = std::find_if(first, last, [&](const auto& entry) {
          return entry.second.file_name.empty() || entry.second.file_name == named.name();
        });
        if (found != last) return &found->second;
      }
    }
    return nullptr;
  }
  static bool settings_have_columns(std::string_view identity) {
    return settings_of(identity).starts_with(std::string(kColumns) + '=');
  }

  void read_content(const Content& content) {
    const std::string_view bytes(reinterpret_cast<const char*>(content.bytes), content.size);
    if (const auto document = name_document(bytes)) return tell_unrecognised(content, *document);
    Content text = content;
    const auto plain = as_plain_text(bytes);
    if (plain) {
      text.bytes = reinterpret_cast<const std::uint8_t*>(plain->bytes.data());
      text.size = plain->size;
    }
    std::vector<std::string> notes = plain ? plain->notes : std::vector<std::string>();
    const playlist_input unmapped = input_of(text, "");
    const playlist_input mapped = input_of(text, order_.columns.c_str());
    std::vector<const Element*> candidates = candidates_for(text, mapped);
    // Where --columns change nothing of who reads the file they say nothing of it.
    const bool has_columns = !order_.columns.empty() && !is_sure_without_columns(text, candidates);
    if (!order_.columns.empty() && !has_columns && content.is_named) {
      notes.emplace_back("--columns names no column of this file and is not used");
    }
    const playlist_input& input = has_columns ? mapped : unmapped;
    if (!candidates.empty() && is_read(content, text, input, candidates, has_columns, notes)) {
      return;
    }
    std::string what = name_foreign_file(
        {reinterpret_cast<const char*>(text.bytes), std::min(text.size, kHeadBytes)}, input.name);
    if (!order_.columns.empty()) what += (what.empty() ? "" : "; ") + std::string(kNoColumn);
    tell_unrecognised(content, what);
  }

  [[nodiscard]] bool is_sure_without_columns(const Content& text,
                                             const std::vector<const Element*>& candidates) {
    return candidates == candidates_for(text, input_of(text, ""));
  }

  void tell_unrecognised(const Content& content, const std::string& what) {
    if (!is_told_sources_) {
      for (const Element* source : sources_) {
        send_text(Message::kSource, without_kind(source->description->name),
                  source->description->help ? source->description->help : "");
      }
      is_told_sources_ = true;
    }
    send_text(Message::kUnrecognised, content.path, what);
  }

  /// True when a source read the content, or the store knows that it did.
  bool is_read(const Content& content, const Content& text, const playlist_input& input,
               const std::vector<const Element*>& candidates, bool has_columns,
               const std::vector<std::string>& notes) {
    OpenedFile file;
    file.path = content.path;
    file.person = content.person;
    file.bytes = content.size;
    const std::string hash =
        content_hash({reinterpret_cast<const char*>(content.bytes), content.size});
    file.format = without_kind(candidates.front()->description->name);
    file.hash = hash;
    const KnownFile* known = find_known(hash, has_columns, content);
    file.is_again = known && known->is_complete && known->is_superseded;
    if (known && known->is_complete && !file.is_again) {
      file.hash = known->identity;
      std::string message;
      file.write(message);
      channel_.send(static_cast<std::uint32_t>(Message::kKnown), message);
      return true;
    }
    const std::int64_t skip = known && !file.is_again ? known->records_done : 0;
    for (const Element* source : candidates) {
      file.format = without_kind(source->description->name);
      if (!read_with(*source, text, input, file, has_columns, skip)) continue;
      for (const std::string& note : notes) send_text(Message::kNotice, content.path, note);
      return true;
    }
    return false;
  }

  /// False when the source says that it does not read this after all.
  bool read_with(const Element& source, const Content& content, const playlist_input& input,
                 const OpenedFile& file, bool has_columns, std::int64_t skip) {
    heartbeat_.doing(std::string(source.description->name) + " (reading " + content.path + ")");
    RowsReceiver rows(channel_, file, skip, order_.now);
    if (has_columns) rows.depends_on(kColumns, order_.columns);
    MembersReceiver members(content.path, content.depth + 1, order_.limits, *content.unpacked,
                            {[&](const std::string& path, std::string_view bytes) {
                               read_member(content, path, bytes);
                             },
                             [&](const std::string& path, const std::string& reason) {
                               send_text(Message::kRefused, path, reason);
                             }});
    SourceRun run{&rows, &members, &heartbeat_, &order_.space, ids_ ? &*ids_ : nullptr};
    std::string problem;
    try {
      InputFiles files;
      ElementInstance instance(
          source,
          check_arguments(*source.description, {}, content.path, {&files, source.plugin->path}),
          context_for(content, &run));
      const CallResult result = instance.read(input);
      const bool is_asked_for = !order_.source.empty();
      if (result.status == PLAYLIST_UNSUPPORTED && !rows.is_open() && !is_asked_for) return false;
      if (result.status == PLAYLIST_CANCELLED && heartbeat_.is_interrupted()) return true;
      if (result.status != PLAYLIST_OK) problem = result.message;
      if (problem.empty() && !rows.is_finished() && !members.is_used()) {
        problem = std::string(source.description->name) + " did not say how many records there are";
      }
    } catch (const Error& error) {
      problem = error.what();
    }
    if (rows.mended() > 0) {
      send_text(Message::kNotice, content.path,
                std::to_string(rows.mended()) +
                    " texts were not UTF-8: \xef\xbf\xbd stands for the bytes that are none");
    }
    if (!rows.problem().empty()) {
      problem = std::string(source.description->name) + ": " + rows.problem();
    }
    if (!problem.empty()) {
      send_text(Message::kFailed, content.path, problem);
    } else if (rows.is_finished() && !order_.are_music_files) {
      remember(file, content, rows);
      tell_unused(content, run);
    } else if (!rows.is_finished() && members.member_count() == 0) {
      send_text(Message::kNotice, content.path, "the archive holds nothing to import");
    }
    return true;
  }

  /// Options that mean files with vectors say nothing of others.
  void tell_unused(const Content& content, const SourceRun& run) {
    if (!content.is_named) return;
    if (ids_ && !run.has_asked_ids) {
      send_text(Message::kNotice, content.path, "--ids says nothing of this file and is not used");
    }
    if (order_.space != kUsualSpace && !run.has_asked_space) {
      send_text(Message::kNotice, content.path,
                "--space says nothing of this file and is not used");
    }
  }

  /// The same content may come again in this import; what told of the same lists before no longer
  /// stands for what the store holds.
  void remember(const OpenedFile& file, const Content& content, const RowsReceiver& rows) {
    const std::string name = rows.tells_state() ? std::string(file.name()) : "";
    for (auto& [key, known] : known_) {
      if (known.file_name.empty() || name.empty()) continue;
      const bool tells_same =
          known.file_name == name ||
          std::any_of(known.lists.begin(), known.lists.end(),
                      [&](const std::string& list) { return rows.whole_lists().contains(list); });
      known.is_superseded |= tells_same;
    }
    const std::string& identity = rows.identity();
    const auto [first, last] = known_.equal_range({identity, user_of(content)});
    for (auto entry = first; entry != last;)
      entry = entry->second.file_name == name ? known_.erase(entry) : std::next(entry);
    known_.emplace(
        std::pair(identity, user_of(content)),
        KnownFile{0, true, identity, name, rows.is_to_be_told_anew(), rows.whole_lists()});
  }

  void read_member(const Content& archive, const std::string& path, std::string_view bytes) {
    Content member;
    member.path = path;
    member.person = archive.person;
    member.bytes = reinterpret_cast<const std::uint8_t*>(bytes.data());
    member.size = bytes.size();
    member.depth = archive.depth + 1;
    member.unpacked = archive.unpacked;
    read_content(member);
  }

  const ReadOrder& order_;
  Channel& channel_;
  Heartbeat& heartbeat_;
  KnownFiles known_;
  Companions companions_;
  std::shared_ptr<const Registry> registry_;
  std::vector<const Element*> sources_;
  std::optional<CompanionFile> ids_;
  std::map<std::string, std::string> zone_texts_;  // by zone
  std::string lyrics_;                             // beside the music file at hand
  bool is_told_sources_ = false;
  std::uint64_t bytes_total_ = 0, bytes_done_ = 0, file_bytes_ = 0;
  Clock::time_point last_progress_;
};

}  // namespace

void read_files(const ReadOrder& order, Channel& channel, Heartbeat& heartbeat) {
  Reader(order, channel, heartbeat).read_all();
}

}  // namespace engine::import
