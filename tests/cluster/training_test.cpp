// A training that several tasks share: one model to the last bit, whoever is lost on the way.
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <regex>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/hash.hpp"
#include "core/paths.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

using Catch::Contains;
using nlohmann::json;
using support::Ended;
using support::EngineHome;
namespace fs = std::filesystem;

namespace {

constexpr const char* kNow = "2026-11-21";
constexpr const char* kPatience = "PLAYLIST_TRAIN_PATIENCE_SECONDS";

/// Several blocks of rows of listeners and of tracks.
const std::string& many_people() {
  static const EngineHome home;
  static const std::string path = [] {
    const Ended made = home.engine({"demo", home.path("many"), "--now", kNow, "--users", "2500",
                                    "--tracks", "2400", "--artists", "200", "--listens", "100"});
    if (made.exit_code != 0) throw std::runtime_error(made.err);
    return home.path("many") + "/library.db";
  }();
  return path;
}

/// An engine that is under way.
class Task {
 public:
  Task(const EngineHome& home, std::vector<std::string> words,
       const std::map<std::string, std::string>& environment)
      : told_(home.path("told-" + std::to_string(++count_))) {
    words.insert(words.begin(), std::string(PLAYLIST_BUILD_DIR) + "/engine");
    std::vector<char*> list;
    for (std::string& word : words) list.push_back(word.data());
    list.push_back(nullptr);
    process_ = ::fork();
    if (process_ != 0) return;
    ::setpgid(0, 0);
    for (const auto& [name, value] : home.environment()) ::setenv(name.c_str(), value.c_str(), 1);
    for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
    const int file = ::open(told_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::dup2(file, 1);
    ::dup2(file, 2);
    ::execv(list[0], list.data());
    ::_exit(127);
  }
  ~Task() {
    if (process_ > 0) kill();
  }
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;

  /// Output and errors, one behind the other.
  Ended wait() {
    int status = 0;
    ::waitpid(process_, &status, 0);
    process_ = 0;
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
            engine::read_file(told_), ""};
  }
  /// To its worker as well.
  void signal(int number) const { ::kill(-process_, number); }
  /// Its worker ends with it.
  void kill() {
    ::kill(process_, SIGKILL);
    wait();
  }

 private:
  static inline int count_ = 0;
  std::string told_;
  pid_t process_ = 0;
};

/// A home with a library, and one training of it.
class Training {
 public:
  explicit Training(std::string model, std::vector<std::string> set = {})
      : model_(std::move(model)), set_(std::move(set)) {
    fs::copy_file(many_people(), home_.path("library.db"));
    if (model_ == "als" && set_.empty()) set_ = {"iterations=4"};
    if (model_ == "ease") set_ = {"solver=cg"};
  }

  [[nodiscard]] std::vector<std::string> words(std::vector<std::string> more) const {
    std::vector<std::string> all = {"--now", kNow, "train", model_};
    for (const std::string& setting : set_) {
      all.emplace_back("--set");
      all.push_back(setting);
    }
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  [[nodiscard]] std::unique_ptr<Task> start(int index, int count,
                                            const std::string& folder = "parts",
                                            const std::string& patience = "60") const {
    return std::make_unique<Task>(
        home_,
        words({"--shard", std::to_string(index) + "/" + std::to_string(count), "--into",
               home_.path(folder), "--json"}),
        std::map<std::string, std::string>{{kPatience, patience}});
  }
  /// All tasks at once.
  void share(int count, const std::string& folder = "parts") const {
    std::vector<std::unique_ptr<Task>> tasks;
    for (int index = 1; index <= count; ++index) tasks.push_back(start(index, count, folder));
    for (const auto& task : tasks) {
      const Ended ended = task->wait();
      INFO(ended.out);
      CHECK(ended.exit_code == 0);
    }
  }
  [[nodiscard]] Ended merge(const std::string& folder = "parts",
                            const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all = {"--merge", home_.path(folder)};
    all.insert(all.end(), more.begin(), more.end());
    return home_.engine(words(all));
  }
  /// What the newest version was trained to.
  [[nodiscard]] std::string hash() const {
    const Ended told = home_.engine({"models", model_, "--json"});
    INFO(told.err);
    REQUIRE(told.exit_code == 0);
    return support::parse_json(told.out).at("versions").at(0).at("card").at("hash");
  }
  [[nodiscard]] std::string merged_hash(const std::string& folder = "parts") const {
    const Ended merged = merge(folder);
    INFO(merged.err);
    CHECK(merged.exit_code == 0);
    CHECK_THAT(merged.out, Contains(home_.path(folder) + " stays; the model does not need it"));
    CHECK(fs::exists(home_.path(folder) + "/training.json"));
    return hash();
  }
  /// Of one process alone.
  [[nodiscard]] std::string plain_hash() const {
    const Ended trained = home_.engine(words({}));
    INFO(trained.err);
    REQUIRE(trained.exit_code == 0);
    return hash();
  }

  [[nodiscard]] const EngineHome& home() const { return home_; }
  [[nodiscard]] std::string part(const std::string& name) const {
    return home_.path("parts") + "/" + name;
  }
  /// False after ten seconds.
  [[nodiscard]] bool comes(const std::string& name) const {
    for (int round = 0; round < 2'000; ++round) {
      if (fs::exists(part(name))) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
  }

 private:
  EngineHome home_;
  std::string model_;
  std::vector<std::string> set_;
};

/// The JSON behind whatever was noted.
json work_of(const Ended& task) {
  INFO(task.out);
  REQUIRE(task.exit_code == 0);
  return support::parse_json(task.out.substr(task.out.find("{\n"))).at("models").at(0).at("shared");
}

}  // namespace

TEST_CASE("a model that tasks share is that of one process, however many they are",
          "[cluster][train]") {
  const std::string model = GENERATE("als", "item_cf", "graph_filter", "ease");
  CAPTURE(model);
  const Training training(model);
  const std::string plain = training.plain_hash();
  for (const int count : {1, 3, 8}) {
    CAPTURE(count);
    const std::string folder = "parts-" + std::to_string(count);
    training.share(count, folder);
    CHECK(training.merged_hash(folder) == plain);
  }
}

TEST_CASE("a task leaves the library as it is", "[cluster][train]") {
  const Training training("item_cf");
  training.share(2);
  CHECK(engine::read_file(training.home().path("library.db")) == engine::read_file(many_people()));
  CHECK_FALSE(fs::exists(training.home().path("library.db.models")));
}

TEST_CASE("a task that is killed in a half-round goes on where it was", "[cluster][train][kill]") {
  const Training training("als", {"iterations=30"});
  const std::string plain = training.plain_hash();
  const auto first = training.start(1, 3), third = training.start(3, 3);
  auto second = training.start(2, 3);
  REQUIRE(training.comes("track-users-9.2-of-3"));
  second->kill();
  // The others have all of a half-round but what it owes them.
  second = training.start(2, 3);
  const json again = work_of(second->wait());
  CHECK(again.at("steps") < 4 * 30 - 2 * 7);
  CHECK(again.at("for_others") == 0);
  for (const auto& other : {&first, &third}) CHECK(work_of((*other)->wait()).at("steps") == 4 * 30);
  CHECK(training.merged_hash() == plain);
}

TEST_CASE("a task that stood still catches up with the others", "[cluster][train][kill]") {
  const Training training("als", {"iterations=30"});
  const std::string plain = training.plain_hash();
  const auto first = training.start(1, 2, "parts", "0.3"),
             second = training.start(2, 2, "parts", "0.3");
  REQUIRE(training.comes("track-users-5.2-of-2"));
  second->signal(SIGSTOP);
  REQUIRE(training.comes("track-users-15.2-of-2"));
  second->signal(SIGCONT);
  CHECK(work_of(second->wait()).at("steps") < 4 * 30);
  CHECK(work_of(first->wait()).at("steps") == 4 * 30);
  CHECK(training.merged_hash() == plain);
  // What it made of steps that were over does not stay.
  for (const auto& entry : fs::directory_iterator(training.home().path("parts"))) {
    const std::string name = entry.path().filename().string();
    CHECK((name == "training.json" || name.find("-29.") != name.npos ||
           name.find("-30.") != name.npos));
  }
}

TEST_CASE("all tasks may be killed and begin again", "[cluster][train][kill]") {
  const Training training("als");
  const std::string plain = training.plain_hash();
  const auto alone = training.start(2, 2);
  REQUIRE(training.comes("track-users-1.2-of-2"));
  alone->kill();
  training.share(2);
  CHECK(training.merged_hash() == plain);
}

TEST_CASE("what a task that stays away does not make is made by the others", "[cluster][train]") {
  const std::string model = GENERATE("als", "item_cf");
  CAPTURE(model);
  const Training training(model);
  const std::string plain = training.plain_hash();
  const auto first = training.start(1, 3, "parts", "0.3"),
             third = training.start(3, 3, "parts", "0.3");
  // Whoever waited longest tells; the other one may find its parts made.
  const Ended of_first = first->wait(), of_third = third->wait();
  CHECK_THAT(of_first.out + of_third.out, Contains("shard 2 of 3"));
  const json made_by_first = work_of(of_first), made_by_third = work_of(of_third);
  CHECK(made_by_first.at("for_others").get<int>() + made_by_third.at("for_others").get<int>() >=
        made_by_first.at("steps").get<int>());
  CHECK(training.merged_hash() == plain);
  // It comes after all, and finds everything made.
  CHECK(work_of(training.start(2, 3)->wait()).at("made") == 0);
}

TEST_CASE("one place for eight tasks is enough", "[cluster][train]") {
  const Training training("als", {"iterations=2"});
  const std::string plain = training.plain_hash();
  const json first = work_of(training.start(5, 8, "parts", "0.2")->wait());
  CHECK(first.at("made") == 8 * 8);
  CHECK(first.at("for_others") == 7 * 8);
  for (int index = 1; index <= 8; ++index)
    CHECK(work_of(training.start(index, 8, "parts", "0.2")->wait()).at("made") == 0);
  CHECK(training.merged_hash() == plain);
}

TEST_CASE("a task of another training is told in what it differs", "[cluster][train]") {
  const Training training("als");
  training.share(2);
  const auto told = [&](const std::vector<std::string>& more) {
    std::vector<std::string> all = training.words({"--into", training.home().path("parts")});
    all.insert(all.end(), more.begin(), more.end());
    const Ended ended = training.home().engine(all);
    CHECK(ended.exit_code == 3);
    CHECK_THAT(ended.err, Contains("holds the parts of another training"));
    return ended.err;
  };
  CHECK_THAT(told({"--shard", "1/3"}), Contains("shards was 2, is 3"));
  CHECK_THAT(told({"--shard", "1/2", "--set", "factors=32"}),
             Contains("parameters: factors was 64, is 32"));
  CHECK_THAT(told({"--shard", "1/2", "--random-seed", "9"}), Contains("random_seed was 1, is 9"));
  CHECK_THAT(told({"--shard", "1/2", "--as-of", "2026-11-20"}),
             Contains("as_of was \"2026-11-21T00:00:00Z\", is \"2026-11-20T00:00:00Z\""));
  CHECK_THAT(training.merge("parts", {"--random-seed", "9"}).err,
             Contains("random_seed was 1, is 9"));

  // Other listens: one person more.
  REQUIRE(training.home()
              .engine({"--now", kNow, "demo", training.home().path("more"), "--users", "3"})
              .exit_code == 0);
  const Ended other = training.home().engine(
      training.words({"--library", training.home().path("more") + "/library.db", "--shard", "1/2",
                      "--into", training.home().path("parts")}));
  CHECK(other.exit_code == 3);
  CHECK_THAT(other.err, Contains("data differs"));

  // Another kind of processor.
  const std::string path = training.part("training.json");
  json changed = json::parse(engine::read_file(path));
  changed["processor"] = "abacus";
  engine::write_file_atomically(path, changed.dump());
  CHECK_THAT(told({"--shard", "1/2"}), Contains("processor was \"abacus\", is"));
}

TEST_CASE("a merge of too few parts names them", "[cluster][train]") {
  const Training training("als");
  CHECK_THAT(training.merge("nowhere").err, Contains("holds no training"));
  training.share(4);
  const std::string plain = training.merged_hash();
  fs::remove(training.part("artist-items-4.2-of-4"));
  fs::remove(training.part("artist-items-4.3-of-4"));
  const Ended merged = training.merge();
  CHECK(merged.exit_code == 3);
  CHECK_THAT(merged.err,
             Contains("step artist-items-4 is not whole: shards 2, 3 of 4 are missing"));
  CHECK_FALSE(fs::exists(training.part("artist-items-4.2-of-4")));
  CHECK(work_of(training.start(2, 4, "parts", "0.2")->wait()).at("made") == 2);
  CHECK(training.merged_hash() == plain);
}

TEST_CASE("damaged parts are told and made anew", "[cluster][train]") {
  const std::string model = GENERATE("als", "item_cf");
  const std::string step = model == "als" ? "artist-items-4" : "tracks";
  CAPTURE(model);
  const Training training(model);
  training.share(2);
  const std::string plain = training.merged_hash(), whole = training.part(step + ".1-of-2"),
                    other = training.part(step + ".2-of-2");
  struct Damage {
    std::string why;
    std::function<void()> make;
  };
  const std::vector<Damage> damages = {
      {" bytes where ", [&] { fs::resize_file(whole, fs::file_size(whole) - 5); }},
      {"it is no part of a training", [&] { fs::resize_file(whole, 10); }},
      {"it is no part of a training", [&] { fs::resize_file(whole, 0); }},
      {"another part", [&] { fs::copy_file(other, whole, fs::copy_options::overwrite_existing); }},
      {"it is not what was written",
       [&] {
         std::string bytes = engine::read_file(whole);
         bytes.back() = static_cast<char>(bytes.back() ^ 1);
         engine::write_file_atomically(whole, bytes);
       }},
      {"it is no file",
       [&] {
         fs::remove(whole);
         fs::create_symlink(other, whole);
       }},
      {"it is no file",
       [&] {
         fs::remove(whole);
         REQUIRE(::mkfifo(whole.c_str(), 0600) == 0);
       }},
  };
  for (const Damage& damage : damages) {
    CAPTURE(damage.why);
    damage.make();
    const Ended merged = training.merge();
    CHECK(merged.exit_code == 3);
    CHECK_THAT(merged.err, Contains("shard 1 of 2 is missing") && Contains(damage.why));
    const Ended again = training.start(1, 2)->wait();
    CHECK_THAT(again.out, Contains("is not used and made anew: ") && Contains(damage.why));
    CHECK(work_of(again).at("made") >= 1);
    CHECK(training.merged_hash() == plain);
  }
  fs::remove(whole);
  fs::create_directory(whole);
  const Ended stuck = training.start(1, 2)->wait();
  CHECK(stuck.exit_code == 3);
  CHECK_THAT(stuck.out, Contains("cannot write"));
}

TEST_CASE("forged parts harm nobody", "[cluster][train]") {
  const Training training("item_cf");
  training.share(2);
  const std::string path = training.part("tracks.1-of-2"), file = engine::read_file(path);
  std::string line = file.substr(0, file.find('\n'));
  const auto forge = [&](const std::string& bytes) {
    const std::string begin = std::regex_replace(line, std::regex(" [0-9]+ [0-9a-f]+$"), "");
    engine::write_file_atomically(path, begin + " " + std::to_string(bytes.size()) + " " +
                                            engine::content_hash(bytes) + "\n" + bytes);
  };
  for (const std::string& bytes : {std::string(), std::string(100, 'x'),
                                   std::string(50'000, '\xff'), std::string(50'000, '\0')}) {
    forge(bytes);
    const Ended merged = training.merge();
    CHECK(merged.exit_code == 5);
    CHECK_THAT(merged.err, Contains("model.item_cf failed: a part "));
  }
  const std::string plan = training.part("training.json");
  for (const char* text : {"", "[]", "{\"format\": 1, \"shards\": 0}",
                           "{\"format\": 1, \"shards\": 4000000000}", "{\"format\": 2}"}) {
    engine::write_file_atomically(plan, text);
    CHECK_THAT(training.start(1, 2)->wait().out, Contains("does not say what the parts"));
  }
  fs::remove(plan);
  REQUIRE(::mkfifo(plan.c_str(), 0600) == 0);
  CHECK_THAT(training.merge().err, Contains("does not say what the parts"));
}

TEST_CASE("what cannot be shared is refused with words", "[cluster][train]") {
  const EngineHome home;
  fs::copy_file(support::demo_library(), home.path("library.db"));
  const auto told = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"--now", kNow, "train"});
    const Ended ended = home.engine(words);
    CAPTURE(words);
    CHECK(ended.exit_code == 2);
    CHECK_FALSE(fs::exists(home.path("library.db.models") + "/model.quality"));
    return ended.err;
  };
  const std::string parts = home.path("parts");
  CHECK_THAT(
      told({"quality", "--shard", "1/2", "--into", parts}),
      Contains("model.quality is not trained in shards") && Contains("engine train quality"));
  const Ended inverse = home.engine({"--now", kNow, "train", "ease", "--set", "solver=inverse",
                                     "--shard", "1/2", "--into", parts});
  CHECK(inverse.exit_code == 5);
  CHECK_THAT(inverse.err, Contains("is not made in shards") && Contains("--set solver=cg"));
  CHECK_THAT(told({"taste", "--shard", "1/2", "--into", parts}),
             Contains("model.taste is not trained in shards") && Contains("one person's own"));
  CHECK_THAT(told({"neighbours", "--shard", "1/2", "--into", parts}),
             Contains("model.neighbours is not trained in shards") && Contains("it reads model."));
  CHECK_THAT(told({"als", "item_cf", "--shard", "1/2", "--into", parts}), Contains("one model"));
  CHECK_THAT(told({"all", "--shard", "1/2", "--into", parts}), Contains("one model"));
  CHECK_THAT(told({"als", "--shard", "1/2"}), Contains("--into"));
  CHECK_THAT(told({"als", "--into", parts}), Contains("--shard"));
  CHECK_THAT(told({"als", "--shard", "1/2", "--into", parts, "--merge", parts}),
             Contains("--merge"));
  CHECK_THAT(told({"als", "--shard", "3/2", "--into", parts}), Contains("3/2"));
  const Ended timeless = home.engine({"train", "als", "--shard", "1/2", "--into", parts});
  CHECK(timeless.exit_code == 2);
  CHECK_THAT(timeless.err, Contains("needs --as-of"));
}

TEST_CASE("a task of an array trains the shard that it was given", "[cluster][train]") {
  const Training training("item_cf");
  const std::string plain = training.plain_hash();
  std::vector<std::unique_ptr<Task>> tasks;
  for (int index = 0; index < 2; ++index) {
    tasks.push_back(std::make_unique<Task>(
        training.home(),
        training.words({"--shard", "auto", "--into", training.home().path("parts")}),
        std::map<std::string, std::string>{{"JOB_COMPLETION_INDEX", std::to_string(index)},
                                           {"JOB_COMPLETIONS", "2"}}));
  }
  for (int index = 0; index < 2; ++index) {
    const Ended ended = tasks[static_cast<std::size_t>(index)]->wait();
    CHECK(ended.exit_code == 0);
    CHECK_THAT(ended.out, Contains("shard " + std::to_string(index + 1) +
                                   "/2 of model.item_cf: 2 steps, 2 parts made here, 0 of them"));
  }
  CHECK(training.merged_hash() == plain);
}

TEST_CASE("a model that learns from a sample is one model, too, however it is shared",
          "[cluster][training][sample]") {
  const Training training("item_cf");
  const auto card = [&] {
    const Ended told = training.home().engine({"models", "item_cf", "--json"});
    REQUIRE(told.exit_code == 0);
    return support::parse_json(told.out).at("versions").at(0).at("card");
  };
  const std::string of_all = training.plain_hash();
  CHECK_FALSE(card().contains("sample"));
  const int everybody = card().at("users");
  const auto of_sample = [&](const std::vector<std::string>& more) {
    std::vector<std::string> all = {"--sample", "0.3"};
    all.insert(all.end(), more.begin(), more.end());
    const Ended ended = training.home().engine(training.words(all));
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
  };
  of_sample({});
  const std::string plain = training.hash();
  CHECK(plain != of_all);
  CHECK(card().at("sample") == 0.3);
  const int taught = card().at("users");
  CHECK(std::abs(taught - 0.3 * everybody) < 0.1 * everybody);
  const std::string parts = training.home().path("parts");
  of_sample({"--shard", "1/1", "--into", parts});
  // Whoever forgets the sample would make another model of it.
  const Ended others = training.merge();
  CHECK(others.exit_code != 0);
  CHECK_THAT(others.err, Contains("sample was 0.3, is 1"));
  of_sample({"--merge", parts});
  CHECK(training.hash() == plain);
}
