#include "support/import_run.hpp"

#include "playlist/rows.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <stdexcept>

#include "import/row_tables.hpp"
#include "import/rows_receiver.hpp"

namespace test {

using engine::Store;
using engine::import::FileResult;
using engine::import::Message;
using engine::import::OpenedFile;
using engine::import::RowsReceiver;
using engine::import::Session;

engine::import::ImportOptions import_options(const std::string& store,
                                             std::vector<std::string> paths,
                                             const std::string& user) {
  engine::import::ImportOptions options;
  options.store_path = store;
  options.paths = std::move(paths);
  options.user = user;
  options.now = 1'800'000'000;
  const std::string copies = std::filesystem::path(store).parent_path().string() + "/copies";
  options.load_plugins = [copies] {
    return engine::Registry::load({{std::string(PLAYLIST_BUILD_DIR) + "/plugins"}, copies, true});
  };
  return options;
}

std::string write_file(const std::string& path, const std::string& content) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

namespace {

/// The worker's end of a channel whose other end is the session itself.
class SessionChannel final : public engine::Channel {
 public:
  explicit SessionChannel(Session& session) : session_(session) {}
  void send(std::uint32_t kind, std::string_view bytes) override {
    session_.take(static_cast<Message>(kind), bytes);
  }
  bool receive(std::uint32_t&, std::string&) override { return false; }

 private:
  Session& session_;
};

/// Rows of one table as a batch.
class TableBatch {
 public:
  TableBatch(const std::string& table, std::size_t capacity)
      : spec_(engine::import::find_row_table(table)), batch_(capacity) {
    if (!spec_) throw std::logic_error("no table " + table);
    for (const auto& column : spec_->columns) add_column(column.name, column.type);
  }
  void add(std::int64_t record, const Row& row) {
    batch_.next_row();
    numbers_.at("record")(std::to_string(record));
    for (const auto& [name, value] : row) numbers_.at(name)(value);
  }
  playlist_table table() { return batch_.table(); }

 private:
  void add_column(const char* name, std::uint32_t type) {
    switch (type) {
      case PLAYLIST_I64: {
        auto& column = batch_.i64(name);
        numbers_[name] = [&column](const std::string& v) { column.set(std::stoll(v)); };
        break;
      }
      case PLAYLIST_I32: {
        auto& column = batch_.i32(name);
        numbers_[name] = [&column](const std::string& v) { column.set(std::stoi(v)); };
        break;
      }
      case PLAYLIST_F32: {
        auto& column = batch_.f32(name);
        numbers_[name] = [&column](const std::string& v) { column.set(std::stof(v)); };
        break;
      }
      case PLAYLIST_U8: {
        auto& column = batch_.u8(name);
        numbers_[name] = [&column](const std::string& v) {
          column.set(static_cast<std::uint8_t>(std::stoi(v)));
        };
        break;
      }
      default: {
        auto& column = batch_.text(name);
        numbers_[name] = [&column](const std::string& v) { column.set(v); };
      }
    }
  }
  const engine::import::RowTable* spec_;
  playlist::Batch batch_;
  std::map<std::string, std::function<void(const std::string&)>> numbers_;
};

}  // namespace

struct DirectImport::State {
  std::string user;
  Store store;
  Session session;
  SessionChannel channel;
  State(const std::string& path, const std::string& user, std::int64_t now)
      : user(user),
        store(Store::open(path)),
        session(store, options(user, now)),
        channel(session) {}
  static Session::Options options(const std::string& user, std::int64_t now) {
    Session::Options options;
    options.user = user;
    options.now = now;
    return options;
  }
};

DirectImport::DirectImport(const std::string& store_path, const std::string& user, std::int64_t now)
    : state_(std::make_unique<State>(store_path, user, now)) {}
DirectImport::~DirectImport() = default;

Store& DirectImport::store() {
  return state_->store;
}

engine::import::ImportResult DirectImport::finish() {
  return state_->session.finish();
}

FileResult DirectImport::file(const std::string& format, const std::string& hash,
                              const std::string& table, const std::vector<Row>& rows) {
  std::vector<std::vector<std::pair<std::string, Row>>> all;
  for (const Row& row : rows) all.push_back({{table, row}});
  return records(format, hash, all);
}

FileResult DirectImport::records(
    const std::string& format, const std::string& hash,
    const std::vector<std::vector<std::pair<std::string, Row>>>& records) {
  send(format, hash, records, /*is_whole=*/true);
  return state_->session.files().back();
}

void DirectImport::unfinished(
    const std::string& format, const std::string& hash,
    const std::vector<std::vector<std::pair<std::string, Row>>>& records) {
  send(format, hash, records, /*is_whole=*/false);
}

void DirectImport::send(const std::string& format, const std::string& hash,
                        const std::vector<std::vector<std::pair<std::string, Row>>>& records,
                        bool is_whole) {
  OpenedFile opened;
  opened.path = hash;
  opened.hash = hash;
  opened.format = format;
  const engine::import::KnownFiles all = state_->session.known_files();
  const auto known = all.find({hash, state_->user});
  const bool goes_on = known != all.end() && !known->second.is_complete;
  RowsReceiver receiver(state_->channel, opened, goes_on ? known->second.records_done : 0);
  std::vector<std::string> order;
  std::map<std::string, TableBatch> batches;
  for (std::size_t record = 0; record < records.size(); ++record) {
    for (const auto& [table, row] : records[record]) {
      if (!batches.contains(table)) {
        order.push_back(table);
        batches.emplace(std::piecewise_construct, std::forward_as_tuple(table),
                        std::forward_as_tuple(table, records.size() * 4));
      }
      batches.at(table).add(static_cast<std::int64_t>(record), row);
    }
  }
  for (const std::string& table : order) {
    const playlist_table rows = batches.at(table).table();
    if (receiver.append(table.c_str(), rows) != PLAYLIST_OK) {
      throw std::runtime_error(receiver.problem());
    }
  }
  const auto count = static_cast<std::int64_t>(records.size());
  const playlist_status end = is_whole ? receiver.finish(count) : receiver.complete(count);
  if (end != PLAYLIST_OK) throw std::runtime_error(receiver.problem());
}

std::string dump(const std::string& store_path) {
  const Store store = Store::open(store_path, {.is_read_only = true});
  std::string text;
  std::vector<std::string> tables;
  engine::Statement names = store.prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
      "ORDER BY name");
  for (names.start(); names.step();) tables.emplace_back(names.text(0));
  for (const std::string& table : tables) {
    std::string columns;
    engine::Statement info = store.prepare("SELECT name FROM pragma_table_info(?1)");
    for (info.start(table); info.step();) {
      const std::string name(info.text(0));
      if (name == "path" || name == "started_at" || name == "finished_at" || name == "modified_ns")
        continue;
      columns += (columns.empty() ? "quote(" : " || '|' || quote(") + name + ")";
    }
    text += "== " + table + "\n";
    // In the order of the primary key. The token of a state of the store is drawn.
    const std::string drawn =
        table == "settings" ? " WHERE key NOT IN ('data_token', 'appended')" : "";
    engine::Statement rows = store.prepare("SELECT " + columns + " FROM " + table + drawn);
    for (rows.start(); rows.step();) text += std::string(rows.text(0)) + "\n";
  }
  return text;
}

std::int64_t sum(const engine::import::BucketCounts& buckets) {
  std::int64_t all = 0;
  for (const auto& [name, count] : buckets) all += count;
  return all;
}

}  // namespace test
