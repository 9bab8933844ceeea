#include "import/session.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "import/reading_identity.hpp"
#include "import/row_tables.hpp"
#include "import/same_tracks.hpp"
#include "store/row_source.hpp"
#include "store/sync_states.hpp"
#include "store/users.hpp"

namespace engine::import {
namespace {

constexpr std::size_t kMostExamples = 5, kFewUsers = 8;

/// What a person has, but for listens, of which tellings are kept: what an import changes there is
/// noted, so that it can be undone.
constexpr const char* kNotedTables[] = {
    "holdings",        "feedback",         "playlists",        "playlist_tracks",
    "artist_plays",    "prompts",          "prompt_vectors",   "user_relations",
    "track_lyrics",    "recommendations",  "service_tracks",   "artist_questions",
    "track_questions", "artist_relations", "service_features", "artworks"};

/// A row without a text in this column.
bool has_row_without(const TableView& table, const char* column) {
  const TextView texts = table.texts(column);
  for (std::size_t row = 0; row < table.rows; ++row) {
    if (!texts.has(row)) return true;
  }
  return false;
}

/// A prompt that names nobody, and where the import does neither, no track that it describes.
bool has_prompt_of_importer(const TableView& table, bool is_user_named) {
  const TextView texts = table.texts("text"), users = table.texts("user"),
                 spotify = table.texts("spotify_id"), isrc = table.texts("isrc"),
                 mbid = table.texts("mbid");
  const auto numbers = table.numbers<std::int64_t>("track_id");
  for (std::size_t row = 0; row < table.rows; ++row) {
    const bool has_track = spotify.has(row) || isrc.has(row) || mbid.has(row) ||
                           (!numbers.empty() && numbers[row] != INT64_MIN);
    if (texts.has(row) && !users.has(row) && (is_user_named || !has_track)) return true;
  }
  return false;
}

/// Of a file, or of an archive and a member of it; of a service its account.
std::string absolute(const OpenedFile& opened) {
  const std::string& path = opened.path;
  if (!opened.account.empty()) return path;
  std::error_code ignored;
  const std::filesystem::path whole = std::filesystem::absolute(path, ignored);
  return ignored ? path : whole.lexically_normal().string();
}

/// The runs of one batch as rows of `ingestion_rows`.
class BucketRows final : public RowSource {
 public:
  BucketRows(RecordBuckets& records, std::int64_t ingestion)
      : records_(records), runs_(records.runs()), ingestion_(ingestion) {}
  [[nodiscard]] std::size_t size() const override { return runs_.size(); }
  void put(sqlite3_context* context, std::size_t row, int column) const override {
    const RecordBuckets::Run& run = runs_[row];
    switch (column) {
      case 0:
        return sqlite3_result_int64(context, ingestion_);
      case 1:
        return sqlite3_result_int64(context, run.first);
      case 2:
        return sqlite3_result_int64(context, run.last);
      case 3:
        return put_text(context, records_.bucket(run));
      default:
        return put_text(context, records_.reason(run));
    }
  }

 private:
  static void put_text(sqlite3_context* context, std::string_view text) {
    sqlite3_result_text(context, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
  }
  const RecordBuckets& records_;
  const std::vector<RecordBuckets::Run>& runs_;
  std::int64_t ingestion_;
};

}  // namespace

Session::Session(Store& store, Options options)
    : store_(store),
      options_(std::move(options)),
      names_(store),
      matcher_(store, names_),
      row_tracks_(matcher_),
      listens_(store, matcher_, row_tracks_, options_.play),
      catalogue_(store, names_, matcher_),
      library_(store, names_, row_tracks_),
      vectors_(store, names_),
      lyrics_(store),
      answers_(store),
      features_(store),
      artworks_(store),
      seen_changes_(store.prepare("PRAGMA data_version")),
      find_ingestion_(store.prepare(
          "SELECT ingestion_id, records_done, is_complete, first_ts, last_ts, user_id IS NOT NULL, "
          "file_name <> '' FROM ingestions WHERE hash = ?1 AND (user_id IS ?2 OR user_id IS NULL) "
          "AND file_name IN ('', ?3) ORDER BY user_id IS NULL, file_name = '' LIMIT 1")),
      insert_ingestion_(
          store.prepare("INSERT INTO ingestions (user_id, path, hash, format, started_at, "
                        "is_recorded) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")),
      set_owner_(store.prepare("UPDATE ingestions SET user_id = ?2 WHERE ingestion_id = ?1")),
      name_ingestion_(
          store.prepare("UPDATE ingestions SET file_name = ?2 WHERE ingestion_id = ?1")),
      restart_(store.prepare("UPDATE ingestions SET records_done = 0, is_complete = 0, "
                             "is_superseded = 0, path = ?2, started_at = ?3, finished_at = NULL, "
                             "is_recorded = 0 WHERE ingestion_id = ?1")),
      forget_rows_(store.prepare("DELETE FROM ingestion_rows WHERE ingestion_id = ?1")),
      advance_(store.prepare("UPDATE ingestions SET records_done = ?2, first_ts = ?3, "
                             "last_ts = ?4 WHERE ingestion_id = ?1")),
      complete_(store.prepare("UPDATE ingestions SET records = ?2, records_done = ?2, "
                              "is_complete = 1, note = '', finished_at = ?3 "
                              "WHERE ingestion_id = ?1")),
      note_(store.prepare("UPDATE ingestions SET note = ?2 WHERE ingestion_id = ?1")),
      insert_runs_(store.prepare(
          "INSERT OR FAIL INTO ingestion_rows SELECT c0, c1, c2, c3, c4 FROM row_source(?1)")),
      tell_anew_(store.prepare("UPDATE ingestions SET is_superseded = 1 WHERE ingestion_id = ?1")),
      note_changes_(
          store.prepare("INSERT INTO import_changes SELECT ?1, ifnull(max(number), 0) + 1, ?2 "
                        "FROM import_changes WHERE ingestion_id = ?1")),
      ended_(store, library_, answers_, result_.files, options_.now) {}

void Session::take(Message kind, std::string_view bytes) {
  MessageReader message(bytes);
  switch (kind) {
    case Message::kStart:
      input_ = static_cast<std::size_t>(message.number());
      break;
    case Message::kOpen:
      open(OpenedFile::read(bytes));
      break;
    case Message::kBatch:
      take_batch(BatchView::read(bytes));
      break;
    case Message::kList:
      take_list(ToldList::read(bytes));
      break;
    case Message::kState:
      if (file_) file_->state = std::string(message.text());
      break;
    case Message::kFinish:
      take_finish(static_cast<std::int64_t>(message.number()));
      break;
    case Message::kKnown:
      take_known(OpenedFile::read(bytes));
      break;
    case Message::kFailed: {
      const std::string path(message.text());
      take_failure(path, std::string(message.text()));
      break;
    }
    case Message::kUnrecognised: {
      const std::string path(message.text());
      take_unrecognised(path, std::string(message.text()));
      break;
    }
    case Message::kSource: {
      const std::string name(message.text());
      result_.sources.emplace_back(name, message.text());
      break;
    }
    case Message::kRefused: {
      const std::string path(message.text());
      result_.refused.emplace_back(path, message.text());
      break;
    }
    case Message::kNotice: {
      const std::string path(message.text());
      const std::string note(message.text());
      for (auto file = result_.files.rbegin(); file != result_.files.rend(); ++file) {
        if (file->path != path) continue;
        file->notes.push_back(note);
        return;
      }
      result_.refused.emplace_back(path, note);
      break;
    }
    case Message::kProgress:
      report_progress(message);
      break;
    case Message::kProblem: {
      const std::string path(message.text());
      result_.problems.emplace_back(path, message.text());
      break;
    }
    case Message::kDone:
      is_done_ = true;
      break;
  }
}

// ---- whose file is it ---------------------------------------------------------------------------

std::string Session::user_name() const {
  if (!options_.user.empty()) return options_.user;
  const auto user = default_user(store_);
  return user ? user->name : "";
}

std::string Session::whose(const OpenedFile& opened) const {
  return opened.person.empty() ? user_name() : opened.person;
}

std::optional<std::int64_t> Session::find_user_id(const std::string& name) const {
  const auto user = name.empty() ? std::nullopt : find_user(store_, name);
  return user ? std::optional(user->id) : std::nullopt;
}

std::int64_t Session::resolve_user() {
  std::string& name = file_->whose;
  if (name.empty() && list_users(store_).empty()) name = kFirstUser;
  if (name.empty()) name = choose_user(store_, "").name;  // throws: there are several
  const std::int64_t id = names_.user(name, options_.now);
  result().user = name;
  if (file_->opened.person.empty()) result_.user = name;
  return id;
}

KnownFiles Session::known_files() const {
  KnownFiles known;
  Statement select = store_.prepare(
      "SELECT hash, ifnull(name, ''), records_done, is_complete, file_name, is_superseded, "
      "ingestion_id FROM ingestions LEFT JOIN users USING (user_id)");
  Statement lists = store_.prepare("SELECT list, teller FROM told_lists WHERE ingestion_id = ?1");
  for (select.start(); select.step();) {
    const std::string identity(select.text(0));
    KnownFile file{select.integer(2), select.integer(3) != 0, identity, std::string(select.text(4)),
                   select.integer(5) != 0};
    if (!file.file_name.empty()) {
      for (lists.start(select.integer(6)); lists.step();) {
        const ToldList told{std::string(lists.text(0)), std::string(lists.text(1)), true};
        if (!told.key().empty()) file.lists.insert(told.key());
      }
    }
    known.emplace(std::pair(identity, std::string(select.text(1))), std::move(file));
  }
  return known;
}

// ---- one file
// -------------------------------------------------------------------------------------

FileResult& Session::add_result() {
  FileResult& result = result_.files.emplace_back();
  if (input_ < options_.files.size()) result.argument = options_.files[input_].argument;
  return result;
}

void Session::open(const OpenedFile& opened) {
  file_ = std::make_unique<OpenFile>();
  file_->opened = opened;
  file_->context.format = opened.format;
  file_->context.folder = std::filesystem::path(absolute(opened)).parent_path().string();
  file_->context.now = options_.now;
  file_->context.is_service = !opened.account.empty();
  file_->context.user_id = [this] { return resolve_user(); };
  file_->context.is_user_named = !opened.person.empty() || !options_.user.empty();
  file_->whose = whose(opened);  // before its rows make users
  file_->result = result_.files.size();
  FileResult& result = add_result();
  result.path = opened.path;
  result.format = opened.format;
  library_.start_file();
  vectors_.start_file();
}

void Session::forget() {
  vectors_.forget();
  names_.forget();
  matcher_.forget();
  row_tracks_.forget();
  listens_.forget();
}

/// What is remembered of the store is of no use when another process wrote to it.
void Session::look_for_other_writers() {
  const std::int64_t changes = seen_changes_.find_integer().value_or(0);
  if (changes_ < 0) was_settled_ = is_settled(store_);
  if (changes != changes_ && changes_ >= 0) {
    was_settled_ = false;
    forget();
  }
  changes_ = changes;
}

/// Finds the file's row in `ingestions`; false when there is none yet.
bool Session::find_ingestion() {
  const std::string name(file_->opened.name());
  find_ingestion_.start(file_->opened.hash, find_user_id(file_->whose), name);
  if (!find_ingestion_.step()) return false;
  FileContext& context = file_->context;
  const bool is_first_look = context.ingestion_id == 0;
  const std::int64_t done = find_ingestion_.integer(1);
  const bool is_complete = find_ingestion_.integer(2) != 0;
  context.ingestion_id = find_ingestion_.integer(0);
  if (!find_ingestion_.is_null(3)) context.saw(find_ingestion_.integer(3));
  if (!find_ingestion_.is_null(4)) context.saw(find_ingestion_.integer(4));
  context.is_personal |= find_ingestion_.integer(5) != 0;
  file_->is_named = find_ingestion_.integer(6) != 0;
  find_ingestion_.reset();
  if (is_complete && is_first_look && file_->opened.is_again) {
    read_again();
    return true;
  }
  if (is_complete && is_first_look) {
    file_->is_given_up = true;
    tell_known(file_->opened, result());
    return true;
  }
  if (is_complete || (!is_first_look && done != file_->done)) {
    give_up("another process imported the same file at the same time; import it again");
    return true;
  }
  if (is_first_look && done > 0) {
    load_result(context.ingestion_id, result());
    result().notes.push_back("goes on behind record " + std::to_string(done) +
                             ", where an earlier import ended");
  }
  file_->done = done;
  return true;
}

/// What the file told is no longer what the store holds: all of it is told again.
void Session::read_again() {
  FileContext& context = file_->context;
  forget_rows_.run(context.ingestion_id);
  library_.forget_ingestion(context.ingestion_id);
  restart_.run(context.ingestion_id, absolute(file_->opened), options_.now);
  context.first_ts = context.last_ts = std::nullopt;
  if (file_->is_named)  // it tells what holds
    result().notes.emplace_back("imported before, and again as a later import told otherwise");
}

/// The name of a file that tells what holds is part of what it is.
void Session::name_ingestion() {
  if (!file_->tells_state || file_->is_named) return;
  name_ingestion_.run(file_->context.ingestion_id, std::string(file_->opened.name()));
  file_->is_named = true;
}

void Session::take_list(const ToldList& told) {
  if (!file_ || file_->is_given_up) return;
  file_->tells_state = true;
  file_->context.lists[told.list] = {told.teller, told.is_whole};
}

void Session::make_ingestion() {
  std::optional<std::int64_t> user;
  if (file_->context.is_personal) user = resolve_user();
  // In another space the same texts have other vectors, beside those of before.
  ReplacedReadings replaced;
  if (user && !file_->is_told_anew) replaced = replace_earlier_readings(*user);
  insert_ingestion_.run(user, absolute(file_->opened), file_->opened.hash, file_->opened.format,
                        options_.now, replaced.are_recorded);
  file_->context.ingestion_id = sqlite3_last_insert_rowid(store_.handle());
  for (const std::string& changes : replaced.changes) keep(changes, file_->context.ingestion_id);
}

/// The same content read by another time zone, order of dates or mapping of columns: what it said
/// then goes, and this reading takes its place. Likes and playlists are overwritten as always, and
/// what the earlier reading changed of them is undone with this one.
Session::ReplacedReadings Session::replace_earlier_readings(std::int64_t user) {
  ReplacedReadings replaced;
  const std::string content(content_of(file_->opened.hash));
  std::vector<std::pair<std::int64_t, std::string>> earlier;
  Statement select = store_.prepare(
      "SELECT ingestion_id, hash FROM ingestions "
      "WHERE hash >= ?1 AND hash < ?1 || '@' AND hash <> ?2 AND user_id = ?3 "  // '@' is behind '?'
      "AND file_name IN ('', ?4)");
  const std::string name(file_->opened.name());
  for (select.start(content, file_->opened.hash, user, name); select.step();) {
    earlier.emplace_back(select.integer(0), select.text(1));
  }
  for (const auto& [ingestion, identity] : earlier) {
    if (content_of(identity) != content) continue;
    file_->context.is_read_again = true;
    replaced.take(store_, ingestion);
    const std::int64_t count = library::take_back(store_, user, ingestion);
    for (const char* table : {"ingestion_rows", "told_lists", "import_changes", "ingestions"}) {
      store_.prepare(std::string("DELETE FROM ") + table + " WHERE ingestion_id = ?1")
          .run(ingestion);
    }
    if (count > 0) store_.bump_data_version();
    result().notes.push_back("takes the place of an earlier reading (" +
                             std::string(settings_of(identity)) + "), of which " +
                             engine::counted(count, "listen") + (count == 1 ? " is" : " are") +
                             " taken out");
  }
  return replaced;
}

void Session::ReplacedReadings::take(const Store& store, std::int64_t ingestion) {
  Statement noted =
      store.prepare("SELECT changes FROM import_changes WHERE ingestion_id = ?1 ORDER BY number");
  for (noted.start(ingestion); noted.step();) changes.emplace_back(noted.text(0));
  // Of a file without lists nothing is left that would have had to be noted.
  are_recorded = are_recorded && store.prepare(
                                          "SELECT is_recorded OR file_name = '' FROM ingestions "
                                          "WHERE ingestion_id = ?1")
                                         .find_integer(ingestion) == 1;
}

void Session::prepare_file(bool is_personal) {
  const bool is_found = find_ingestion();
  if (file_->is_given_up) return;
  const bool was_personal = file_->context.is_personal;
  file_->context.is_personal |= is_personal;
  if (!is_found) {
    file_->is_named = false;
    make_ingestion();
  } else if (file_->context.is_personal && !was_personal) {
    set_owner_.run(file_->context.ingestion_id, resolve_user());
  } else if (file_->context.is_personal && result().user.empty()) {
    resolve_user();
  }
  name_ingestion();
}

void Session::take_batch(const BatchView& batch) {
  if (!file_ || file_->is_given_up) return;
  try {
    Transaction transaction(store_);
    look_for_other_writers();
    file_->tells_state |=
        std::any_of(batch.tables.begin(), batch.tables.end(),
                    [](const TableView& table) { return is_state_table(table.name); });
    file_->is_told_anew |=
        std::any_of(batch.tables.begin(), batch.tables.end(),
                    [](const TableView& table) { return is_told_anew(table.name); });
    std::optional<RowChanges> changes;
    if (file_->tells_state || file_->is_told_anew || file_->context.is_service)
      changes.emplace(store_, kNotedTables);
    prepare_file(std::any_of(batch.tables.begin(), batch.tables.end(),
                             [this](const TableView& table) { return is_persons_table(table); }));
    if (file_->is_given_up || batch.done <= file_->done) return;
    records_.start(file_->done, batch.done);
    write_tables(batch);
    account(batch);
    keep_state();
    if (changes && file_->context.is_personal) keep(*changes, file_->context.ingestion_id);
    transaction.commit();
  } catch (const Error& error) {
    if (error.exit() != Exit::kPlugin) throw;
    forget();  // of what was rolled back
    give_up(error.what());
  }
}

/// What changed in this transaction is part of what the import can take back.
void Session::keep(const RowChanges& changes, std::int64_t ingestion) {
  keep(changes.bytes(), ingestion);
}

void Session::keep(const std::string& bytes, std::int64_t ingestion) {
  if (bytes.empty()) return;
  note_changes_.reset();
  note_changes_.bind(1, ingestion);
  note_changes_.bind_blob(2, bytes);
  note_changes_.step();
}

/// One that holds what one person did or has.
bool Session::is_persons_table(const TableView& table) const {
  static constexpr std::array<std::string_view, 8> kPersonal = {
      "listens", "likes",   "saved_albums", "saved_artists",
      "banned",  "ratings", "questions",    "recommendations"};
  if (std::find(kPersonal.begin(), kPersonal.end(), table.name) != kPersonal.end()) return true;
  if (table.name == "playlists") return has_row_without(table, "owner");
  // A service is asked for those of the tracks that one person hears.
  if (table.name == "lyrics" || table.name == "features" || table.name == "track_tags")
    return !file_->opened.account.empty();
  return table.name == "prompts" && has_prompt_of_importer(table, file_->context.is_user_named);
}

void Session::write_tables(const BatchView& batch) {
  const TableView* questions = nullptr;
  for (const TableView& table : batch.tables) {
    if (table.name == "questions")
      questions = &table;
    else
      write_table(table);
    write_artworks(table);
  }
  if (questions != nullptr)
    answers_.write_questions(*questions, batch.tables, file_->context, records_);
  for (const BucketView& bucket : batch.buckets) records_.put(bucket);
}

/// Beside what the rows are about, where a source tells where the album's picture is.
void Session::write_artworks(const TableView& table) {
  if (table.find("artwork") == nullptr) return;
  const FileContext& file = file_->context;
  artworks_.write(table, row_tracks_.match(table, !file.is_personal), file.now);
}

void Session::write_table(const TableView& table) {
  FileContext& file = file_->context;
  if (table.name == "listens") {
    listens_.write(table, file, records_);
    listeners_.insert(file.user_id());
  } else if (table.name == "tracks") {
    catalogue_.write_tracks(table, file, records_);
    has_new_catalogue_ |= !file.is_personal;
  } else if (table.name == "likes") {
    library_.write_likes(table, file, records_);
  } else if (table.name == "saved_albums") {
    library_.write_saved_albums(table, file, records_);
  } else if (table.name == "saved_artists") {
    library_.write_saved_artists(table, file, records_);
  } else if (table.name == "banned") {
    library_.write_banned(table, file, records_);
  } else if (table.name == "ratings") {
    library_.write_ratings(table, file, records_);
  } else if (table.name == "playlists") {
    library_.write_playlists(table, file, records_);
  } else if (table.name == "playlist_tracks") {
    library_.write_playlist_tracks(table, file, records_);
  } else if (table.name == "artists") {
    catalogue_.write_artists(table, records_);
  } else if (table.name == "tags") {
    catalogue_.write_tags(table, records_);
  } else if (table.name == "artist_plays") {
    library_.write_artist_plays(table, file, records_);
  } else if (table.name == "artist_tags") {
    catalogue_.write_artist_tags(table, file, records_);
  } else if (table.name == "track_tags") {
    catalogue_.write_track_tags(table, records_);
  } else if (table.name == "artist_relations") {
    catalogue_.write_artist_relations(table, file, records_);
  } else if (table.name == "engagement") {
    catalogue_.write_engagement(table, row_tracks_.match(table, !file.is_personal), file, records_);
  } else if (table.name == "user_relations") {
    library_.write_user_relations(table, file, records_);
  } else if (table.name == "recommendations") {
    answers_.write_recommendations(table, row_tracks_.match(table, !file.is_personal), file,
                                   records_);
  } else if (table.name == "lyrics") {
    lyrics_.write(table, file, records_);
  } else if (table.name == "features") {
    features_.write(table, file, records_);
  } else if (table.name == "vectors") {
    vectors_.write_vectors(table, records_);
  } else if (table.name == "prompts") {
    vectors_.write_prompts(table, file, records_);
  } else {
    throw Error(Exit::kPlugin, "a source sent the unknown table " + std::string(table.name));
  }
}

/// The buckets of this batch, and how far the file is done: part of the batch's transaction.
void Session::account(const BatchView& batch) {
  const FileContext& file = file_->context;
  insert_rows(insert_runs_, BucketRows(records_, file.ingestion_id));
  records_.add_counts(result().buckets);
  advance_.run(file.ingestion_id, batch.done, file.first_ts, file.last_ts);
  count_change(batch);
  result().rows += batch.done - file_->done;
  result().first = file.first_ts;
  result().last = file.last_ts;
  rows_ += batch.done - file_->done;
  file_->done = batch.done;
  add_examples();
}

/// In the transaction of the rows that it goes with.
void Session::keep_state() {
  if (!file_->state) return;
  keep_sync_state(store_, file_->context.ingestion_id, resolve_user(), file_->opened.account,
                  *file_->state);
  file_->state.reset();
}

/// Newer listens alone leave all that was there as it is; column files then take them in.
void Session::count_change(const BatchView& batch) {
  const bool has_changed_past = listens_.take_changes_of_past() | matcher_.take_changes_of_known() |
                                std::ranges::any_of(batch.tables, [](const TableView& table) {
                                  return table.name != "listens";
                                });
  if (!(records_.has_changes() | listens_.take_changes() | matcher_.take_renames())) return;
  if (has_changed_past)
    store_.bump_data_version();
  else
    store_.note_appended();
}

void Session::add_examples() {
  std::vector<std::string>& examples = result().examples;
  for (const RecordBuckets::Run& run : records_.runs()) {
    if (examples.size() == kMostExamples) return;
    if (!records_.is_explained(run)) continue;
    examples.push_back("record " + std::to_string(run.first + 1) + ": " +
                       std::string(records_.bucket(run)) + ": " +
                       std::string(records_.reason(run)));
  }
}

void Session::take_finish(std::int64_t total) {
  if (!file_) return;
  if (!file_->is_given_up) {
    Transaction transaction(store_);
    look_for_other_writers();
    const RowChanges changes(store_, kNotedTables);
    prepare_file(!file_->context.lists.empty());
    if (!file_->is_given_up) {
      if (total > file_->done) {
        records_.start(file_->done, total);
        BatchView rest;
        rest.done = total;
        account(rest);
      }
      if (ended_.end_unlisted(file_->context, file_->result, std::string(file_->opened.name())))
        store_.bump_data_version();
      keep_state();
      complete_.run(file_->context.ingestion_id, total, options_.now);
      if (const std::string& account = file_->opened.account; !account.empty())
        end_earlier_syncs(store_, resolve_user(), account, options_.now);
      if (file_->is_told_anew) tell_anew_.run(file_->context.ingestion_id);
      for (const std::string& note : vectors_.notes()) result().notes.push_back(note);
      if (file_->context.is_personal) keep(changes, file_->context.ingestion_id);
      transaction.commit();
    }
  }
  file_.reset();
}

/// Playlists that neither the newer file of their name nor any other file of this import tells.
void Session::end_missing_playlists() {
  if (!is_done_) return;
  Transaction transaction(store_);
  bool is_changed = false;
  for (const auto& [ingestion, place] : ended_.told()) {
    const RowChanges changes(store_, kNotedTables);
    is_changed |= ended_.end_playlists(ingestion, place);
    keep(changes, ingestion);
  }
  if (is_changed) store_.bump_data_version();
  transaction.commit();
}

// ---- files that were not read, or not to their end
// ----------------------------------------------------

void Session::load_result(std::int64_t ingestion, FileResult& result) const {
  Statement select = store_.prepare(
      "SELECT bucket, sum(last - first + 1) FROM ingestion_rows WHERE ingestion_id = ?1 "
      "GROUP BY bucket");
  for (select.start(ingestion); select.step();) {
    result.buckets[std::string(select.text(0))] += select.integer(1);
    result.rows += select.integer(1);
  }
}

void Session::take_known(const OpenedFile& opened) {
  file_.reset();
  FileResult& result = add_result();
  result.path = opened.path;
  result.format = opened.format;
  tell_known(opened, result);
}

/// A file whose content was imported before: every record is a duplicate.
void Session::tell_known(const OpenedFile& opened, FileResult& result) {
  result.notes.emplace_back("imported before");
  Statement select = store_.prepare(
      "SELECT records, format, ifnull(name, ''), first_ts, last_ts, ingestion_id "
      "FROM ingestions LEFT JOIN users USING (user_id) "
      "WHERE hash = ?1 AND (user_id IS ?2 OR user_id IS NULL) AND file_name IN ('', ?3) "
      "ORDER BY user_id IS NULL, file_name = '' LIMIT 1");
  const std::string name(opened.name());
  select.start(opened.hash, find_user_id(whose(opened)), name);
  if (!select.step()) return;
  ended_.note_told(select.integer(5), static_cast<std::size_t>(&result - result_.files.data()));
  result.rows = select.integer(0);
  if (result.rows > 0) result.buckets["duplicate"] = result.rows;
  result.format = select.text(1);
  result.user = select.text(2);
  if (!select.is_null(3)) result.first = select.integer(3);
  if (!select.is_null(4)) result.last = select.integer(4);
  if (opened.person.empty() && !result.user.empty()) result_.user = result.user;
}

void Session::give_up(const std::string& message) {
  file_->is_given_up = true;
  result().error = message;
}

void Session::take_failure(const std::string& path, const std::string& message) {
  if (file_ && file_->opened.path == path) {
    if (file_->is_given_up) return;
    if (file_->context.ingestion_id != 0) {
      Transaction transaction(store_);
      note_.run(file_->context.ingestion_id, message);
      transaction.commit();
    }
    give_up(message);
    return;
  }
  FileResult& result = add_result();
  result.path = path;
  result.error = message;
}

void Session::fail_current(const std::string& message) {
  const std::string path = input_ < options_.files.size() ? options_.files[input_].path : "";
  if (file_) {
    take_failure(file_->opened.path, message);
    file_.reset();
  } else {
    take_failure(path, message);
  }
}

void Session::take_unrecognised(const std::string& path, const std::string& what) {
  file_.reset();
  FileResult& result = add_result();
  result.path = path;
  result.what = what;
  result.rows = 1;
  result.buckets["unrecognised"] = 1;
  result_.unrecognised.push_back(path);
  for (const InputFile& file : options_.files) {
    if (file.is_named && file.path == path) result_.is_named_unrecognised = true;
  }
}

void Session::report_progress(MessageReader message) {
  if (!options_.on_progress) return;
  Progress progress;
  progress.path = file_ ? file_->opened.path : "";
  progress.rows = rows_;
  progress.bytes_done = message.number();
  progress.bytes_total = message.number();
  options_.on_progress(progress);
}

ImportResult Session::finish() {
  file_.reset();
  end_missing_playlists();
  ended_.tell();
  const bool are_known = was_settled_ && !has_new_catalogue_;
  const auto* changed = are_known ? &matcher_.changed_tracks() : nullptr;
  const bool has_changed = !is_settled(store_);
  if (settle_tracks(store_, changed) > 0) forget();
  result_.least_likeness = options_.likeness;
  if (has_changed)
    result_.likeness = library::join_by_likeness(store_, options_.likeness, options_.now, changed);
  if (result_.likeness.tracks > 0) settle_tracks(store_, &matcher_.changed_tracks());
  if (!options_.tells_match_rates || !library::has_catalogue(store_)) return std::move(result_);
  const std::vector<User> users = list_users(store_);
  const bool is_for_all = has_new_catalogue_ && users.size() <= kFewUsers;
  for (const User& user : users) {
    if (!is_for_all && !listeners_.contains(user.id)) continue;
    const library::MatchRate rate = library::match_rate(store_, user.id);
    if (rate.plays > 0) result_.match_rates.emplace_back(user.name, rate);
  }
  return std::move(result_);
}

}  // namespace engine::import
