#include "plugin_check/contract.hpp"

#include "playlist/random.hpp"

#include <algorithm>
#include <chrono>
#include <clocale>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sys/mman.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "core/column_types.hpp"
#include "core/error.hpp"
#include "plugin/call.hpp"
#include "plugin/descriptor.hpp"
#include "plugin/host.hpp"
#include "plugin_check/guarded_services.hpp"

namespace engine {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;
using Problems = std::vector<std::string>;

constexpr const char* kSampleFile = "/made-up/sample";
constexpr const char* kLinesFile = "/made-up/lines.csv";
constexpr std::int64_t kLengths[] = {0, 1, 2, 3, 30, 500, 20'000};  // of lists to arrange
constexpr std::int64_t kShort = 30;
constexpr std::int64_t kFew = 200, kSome = 1'000, kMany = 20'000, kMillion = 1'000'000;
constexpr int kLives = 1'000;        // of instances that are made and destroyed
constexpr double kLongSeconds = 10;  // then the test of a million tracks cancels
// Own time within which a cancelled call must return; sanitized code is several times slower.
#if defined(__SANITIZE_ADDRESS__)
constexpr double kStopSeconds = 1.8;
#else
constexpr double kStopSeconds = 1;
#endif
constexpr double kCancelAfterSeconds = 0.02;
constexpr std::size_t kMostProblems = 6;  // of one test

std::string seconds_text(double seconds) {
  return number_text(std::round(seconds * 10) / 10) + " s";
}

/// Nanoseconds that the threads of this process were ready to run and got no processor.
std::uint64_t waited_for_processor() {
  std::uint64_t sum = 0;
  std::error_code ignored;
  for (std::filesystem::directory_iterator task("/proc/self/task", ignored), end;
       !ignored && task != end; task.increment(ignored)) {
    std::uint64_t ran = 0, waited = 0;  // its first two numbers
    if (std::ifstream(task->path() / "schedstat") >> ran >> waited) sum += waited;
  }
  return sum;
}

/// Time since a moment, on the clock, and what of it is a call's own: without that in which its
/// threads waited for a processor, which on a busy machine is most of it. CPU time alone would not
/// show a call that sleeps.
class Stopwatch {
 public:
  [[nodiscard]] double wall() const { return Seconds(Clock::now() - wall_).count(); }
  [[nodiscard]] double own() const {
    // Threads that have ended took their part of the sum along.
    const std::uint64_t now = std::max(waited_for_processor(), waited_);
    return std::max(0.0, wall() - static_cast<double>(now - waited_) / 1e9);
  }

 private:
  Clock::time_point wall_ = Clock::now();
  std::uint64_t waited_ = waited_for_processor();
};

/// What belongs to the process and not to a plugin.
class ProcessState {
 public:
  ProcessState()
      : folder_(folder()), locale_(std::setlocale(LC_ALL, nullptr)), threads_(threads()) {
    capture_ = memfd_create("stdout", MFD_CLOEXEC);
    stdout_ = dup(STDOUT_FILENO);
    if (capture_ >= 0 && stdout_ >= 0) dup2(capture_, STDOUT_FILENO);
  }
  ~ProcessState() {
    if (stdout_ >= 0) dup2(stdout_, STDOUT_FILENO);
    close(stdout_);
    close(capture_);
  }
  ProcessState(const ProcessState&) = delete;
  ProcessState& operator=(const ProcessState&) = delete;

  void check(Problems& problems) const {
    std::fflush(stdout);
    struct stat written {};
    if (fstat(capture_, &written) == 0 && written.st_size > 0) {
      problems.emplace_back("it writes to the standard output, which is the host's");
    }
    if (folder() != folder_) problems.emplace_back("it changes the working folder");
    if (locale_ != std::setlocale(LC_ALL, nullptr)) problems.emplace_back("it changes the locale");
    if (has_threads_of_its_own()) {
      problems.emplace_back("a thread of its own still runs when the call has returned");
    }
  }

 private:
  /// A thread that was joined is still counted by the system for a moment; on a busy machine for some more.
  [[nodiscard]] bool has_threads_of_its_own() const {
    for (int look = 0; look < 100; ++look) {
      if (threads() <= threads_) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
  }
  static std::string folder() {
    std::error_code ignored;
    return std::filesystem::current_path(ignored).string();
  }
  static std::ptrdiff_t threads() {
    std::error_code ignored;
    const std::filesystem::directory_iterator tasks("/proc/self/task", ignored);
    return ignored ? 1 : std::distance(begin(tasks), end(tasks));
  }
  std::string folder_, locale_;
  std::ptrdiff_t threads_;
  int capture_ = -1, stdout_ = -1;
};

/// Bytes in use on the heap; 0 where that is not known.
std::size_t heap_bytes() {
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
  return mallinfo2().uordblks;
#else
  return 0;
#endif
}

/// The tests of one element.
class ElementContract {
 public:
  struct Test {
    std::string name;
    std::function<void(ContractResult&)> run;
  };

  ElementContract(const Element& element, const ContractOptions& options,
                  const ContractListener& listener)
      : element_(element),
        description_(*element.description),
        options_(options),
        listener_(listener),
        tracks_("the set of tracks", 10) {
    tracks_.add_numbers("track", PLAYLIST_I32, 0, 1);
    tracks_.add("score", PLAYLIST_F32, false);
    tracks_.add_numbers("ts", PLAYLIST_I64, 1'700'000'000, 60);
    no_tracks_.add_numbers("track", PLAYLIST_I32, 0, 1);
    no_tracks_.add("score", PLAYLIST_F32, false);
    no_tracks_.add_numbers("ts", PLAYLIST_I64, 0, 1);
    for (const GuardedInput& file : made_up_files())
      files_.hold(guarded_file(file.name, file.bytes));
    if (options.sample) files_.hold(guarded_file(kSampleFile, options.sample->bytes));
  }

  std::vector<Test> tests() {
    if (description_.kind == PLAYLIST_SOURCE) return source_tests();
    std::vector<Test> list = {
        {"made and destroyed", [this](auto& result) { lives(result); }},
        {"an empty library", [this](auto& result) { sized(result, 0, false); }},
        {"one track", [this](auto& result) { sized(result, 1, false); }},
        {"a thousand tracks", [this](auto& result) { sized(result, kSome, false); }},
        {"a thousand tracks of which nothing is known",
         [this](auto& result) { sized(result, kSome, true); }},
        {"the same seed again", [this](auto& result) { again(result); }},
        {"parameters at the ends of their ranges", [this](auto& result) { ranges(result); }}};
    if ((description_.flags & PLAYLIST_ROWWISE) != 0) {
      list.push_back({"rows in parts", [this](auto& result) { parts(result); }});
    }
    const bool may_go_by_order =
        (description_.flags & (PLAYLIST_ROWWISE | PLAYLIST_ORDERWISE)) == 0;
    if (description_.kind == PLAYLIST_RANKING && may_go_by_order)
      list.push_back({"rows in reverse order", [this](auto& result) { reversed(result); }});
    if (description_.kind == PLAYLIST_ORDERING) {
      list.push_back({"lists of several lengths", [this](auto& result) { lengths(result); }});
      if (bounding_param() != nullptr)
        list.push_back({"as many as are asked for", [this](auto& result) { bounds(result); }});
    }
    if (has_optional_inputs()) {
      list.push_back(
          {"without its optional inputs", [this](auto& result) { no_optional(result); }});
    }
    list.push_back({"a million tracks", [this](auto& result) { million(result); }});
    list.push_back({"cancelled", [this](auto& result) { cancelled(result); }});
    return list;
  }

 private:
  // ---- libraries and arguments ----
  const GeneratedLibrary& library(std::int64_t tracks, bool is_missing = false) {
    // Shared by all elements; a million tracks take a while to make.
    static std::map<std::pair<std::int64_t, bool>, std::unique_ptr<GeneratedLibrary>> made;
    auto& library = made[{tracks, is_missing}];
    if (!library) library = std::make_unique<GeneratedLibrary>(tracks, is_missing);
    return *library;
  }

  [[nodiscard]] Argument required_value(const playlist_param& param, bool has_tracks) {
    switch (param.type) {
      case PLAYLIST_PARAM_NUMBER:
      case PLAYLIST_PARAM_INTEGER:
        return std::isfinite(param.min) ? param.min : std::isfinite(param.max) ? param.max : 0.0;
      case PLAYLIST_PARAM_BOOLEAN:
        return true;
      case PLAYLIST_PARAM_CHOICE:
        return std::string(param.choices[0]);
      case PLAYLIST_PARAM_COLUMN:
        return std::string("energy");
      case PLAYLIST_PARAM_TRACKS:
        return TracksArgument{has_tracks ? tracks_.seal() : no_tracks_.seal()};
      case PLAYLIST_PARAM_TEXTS:
      case PLAYLIST_PARAM_NUMBERS:
        return ArgumentList{};
      case PLAYLIST_PARAM_FILE:
        return std::string(options_.sample ? kSampleFile : kLinesFile);
      default:
        return std::string("text");
    }
  }
  /// What a recipe must give. A set holds the first ten tracks where there are so many.
  Arguments arguments(std::int64_t tracks) {
    Arguments given;
    for (const playlist_param* param : listed(description_.params)) {
      if ((param->flags & PLAYLIST_PARAM_REQUIRED) == 0) continue;
      given.emplace_back(param->name, required_value(*param, tracks >= 10));
    }
    return given;
  }
  [[nodiscard]] bool has_optional_inputs() const {
    const auto fields = listed(description_.in);
    return std::any_of(fields.begin(), fields.end(), [](const playlist_field* field) {
      return (field->flags & PLAYLIST_FIELD_OPTIONAL) != 0;
    });
  }
  GuardedOutcome call(ContractResult& result, const Arguments& arguments,
                      const GeneratedLibrary& library, const GuardedCallOptions& options) {
    result.rows = std::max(result.rows, library.size());
    return guarded_call(element_, arguments, library, options);
  }
  GuardedCallOptions call_options() {
    GuardedCallOptions options;
    options.files = {&files_, options_.library};
    options.beat = listener_.beat;
    options.rows_check = options_.rows_check;
    return options;
  }

  /// Files of made-up contents, by path.
  static std::vector<GuardedInput> made_up_files() {
    return {{"/made-up/empty.txt", ""},
            {"/made-up/byte.txt", "{"},
            {"/made-up/noise.bin", noise(100'000)},
            {kLinesFile, lines(1'000, "calm,0.5\n")}};
  }
  /// It must have a file, and nobody gave one that it can read.
  [[nodiscard]] bool wants_a_file() const {
    const auto params = listed(description_.params);
    return !options_.sample &&
           std::any_of(params.begin(), params.end(), [](const playlist_param* param) {
             return param->type == PLAYLIST_PARAM_FILE && is_required(*param);
           });
  }
  /// How many tracks an ordering is to choose: the parameter that hosts go by, or nullptr.
  [[nodiscard]] const playlist_param* bounding_param() const {
    for (const playlist_param* param : listed(description_.params)) {
      const bool is_number =
          param->type == PLAYLIST_PARAM_INTEGER || param->type == PLAYLIST_PARAM_NUMBER;
      if (is_number && std::string_view(param->name) == "tracks") return param;
    }
    return nullptr;
  }

  // ---- telling ----
  void add(ContractResult& result, const GuardedOutcome& outcome,
           const std::string& where = "") const {
    if (wants_a_file() && !outcome.was_created && outcome.status == PLAYLIST_ERROR &&
        !outcome.message.empty()) {
      result.told = "it refuses the made-up file: " + outcome.message;
      return;
    }
    for (const std::string& problem : outcome.problems) {
      if (result.problems.size() >= kMostProblems) return;
      result.problems.push_back(where.empty() ? problem : where + ": " + problem);
    }
    result.artifact = outcome.artifact;
    if (outcome.status == PLAYLIST_NO_DATA) result.told = "no data: " + outcome.message;
    if (outcome.status == PLAYLIST_BAD_PARAM) result.told = outcome.message;
  }

  // ---- the tests ----
  void lives(ContractResult& result) {
    const GeneratedLibrary& some = library(kFew);
    Texts texts;
    CallContext context;
    context.tables = &some;
    context.texts = &texts;
    context.now = some.now();
    GuardedServices services(options_.rows_check);
    context.services = services.of(description_);
    CallHost host(context, description_.name);
    const CheckedArguments values = check_arguments(description_, arguments(kFew), "plugins check",
                                                    {&files_, options_.library});
    host.arguments = &values;
    const auto live = [&] {
      host.clear_failure();
      void* self = description_.create(&host, values.values());
      if (self != nullptr) description_.destroy(self);
    };
    for (int i = 0; i < 10; ++i) live();  // what is made once for all instances
    const std::size_t before = heap_bytes();
    for (int i = 0; i < kLives; ++i) live();
    const std::size_t after = heap_bytes();
    if (after > before + kLives * 8) {
      result.problems.push_back("every create() and destroy() leaves " +
                                std::to_string((after - before) / kLives) +
                                " bytes of memory behind");
    }
  }

  void sized(ContractResult& result, std::int64_t tracks, bool is_missing) {
    const GeneratedLibrary& made = library(tracks, is_missing);
    GuardedCallOptions options = call_options();
    const GuardedOutcome first = call(result, arguments(tracks), made, options);
    add(result, first);
    if (description_.kind != PLAYLIST_RANKING || first.status != PLAYLIST_OK) return;
    if (!first.problems.empty()) return;
    options.preset = 0xa5;
    const GuardedOutcome second = call(result, arguments(tracks), made, options);
    unwritten(result, first, second, tracks);
    if (result.problems.empty()) add(result, second);
  }

  /// Rows that kept what stood there before, in both of two calls with different bytes there.
  void unwritten(ContractResult& result, const GuardedOutcome& first, const GuardedOutcome& second,
                 std::int64_t rows) const {
    for (std::size_t k = 0; k < std::min(first.outputs.size(), second.outputs.size()); ++k) {
      const playlist_field& field = *description_.out[k];
      const std::size_t item = item_length(field.type);
      std::int64_t count = 0, at = -1;
      for (std::int64_t row = 0; row < rows; ++row) {
        const std::size_t begin = static_cast<std::size_t>(row) * item;
        if (first.outputs[k].compare(begin, item, std::string(item, '\x5a')) != 0) continue;
        if (second.outputs[k].compare(begin, item, std::string(item, '\xa5')) != 0) continue;
        if (count++ == 0) at = row;
      }
      if (count == 0) continue;
      result.problems.push_back("it leaves " + std::to_string(count) + " of " +
                                std::to_string(rows) + " rows of its output \"" + field.name +
                                "\" unwritten, the first is row " + std::to_string(at));
    }
  }

  void again(ContractResult& result) {
    const GeneratedLibrary& made = library(kMany);
    GuardedCallOptions options = call_options();
    const GuardedOutcome first = call(result, arguments(kMany), made, options);
    // Something else in between, so that what depends on addresses or on calls before shows.
    options.random_seed = 2;
    call(result, arguments(kMany), made, options);
    const std::vector<std::unique_ptr<char[]>> moved = [] {
      std::vector<std::unique_ptr<char[]>> blocks;
      for (std::size_t bytes = 16; bytes < 100'000; bytes += bytes / 3) {
        blocks.push_back(std::make_unique<char[]>(bytes));
      }
      return blocks;
    }();
    options.random_seed = 1;
    const GuardedOutcome second = call(result, arguments(kMany), made, options);
    add(result, first);
    if (!result.problems.empty()) return;
    if (first.status != second.status || first.result != second.result) {
      result.problems.emplace_back(
          "the same inputs, parameters and seed give another result in another instance");
    }
  }

  void parts(ContractResult& result) {
    const GeneratedLibrary& made = library(kSome);
    GuardedCallOptions options = call_options();
    const GuardedOutcome whole = call(result, arguments(kSome), made, options);
    options.cuts = {1, 300, 300, 777};
    const GuardedOutcome parts = call(result, arguments(kSome), made, options);
    add(result, parts);
    if (!result.problems.empty() || !whole.problems.empty()) return;
    if (whole.status != parts.status || whole.result != parts.result) {
      result.problems.emplace_back(
          "it is declared row-wise, but rows in parts give another result than all at once");
    }
  }

  /// An output that is another for the same track where its neighbours are others.
  void reversed(ContractResult& result) {
    const GeneratedLibrary& made = library(kSome);
    GuardedCallOptions options = call_options();
    const GuardedOutcome forward = call(result, arguments(kSome), made, options);
    options.is_reversed = true;
    const GuardedOutcome backward = call(result, arguments(kSome), made, options);
    add(result, backward);
    const bool is_told = !result.problems.empty() || !result.told.empty();
    if (is_told || !forward.problems.empty() || forward.has_drawn) return;
    for (std::size_t k = 0; k < std::min(forward.outputs.size(), backward.outputs.size()); ++k) {
      const playlist_field& field = *description_.out[k];
      if (!goes_by_order(field.type, forward.outputs[k], backward.outputs[k])) continue;
      result.note = std::string("its output \"") + field.name +
                    "\" depends on the order of the candidates: where it is true of that order "
                    "only, declare PLAYLIST_ORDERWISE";
      return;
    }
  }
  static bool goes_by_order(std::uint32_t type, const std::string& forward,
                            const std::string& backward) {
    if (type == PLAYLIST_STRING) return false;  // codes, in the order of their first use
    const std::size_t item = item_length(type), rows = forward.size() / item;
    for (std::size_t row = 0; row < rows; ++row) {
      const double one = number_at(type, forward.data() + row * item);
      const double other = number_at(type, backward.data() + (rows - 1 - row) * item);
      const bool is_same = one == other || (std::isnan(one) && std::isnan(other)) ||
                           std::abs(one - other) <= 1e-4 * std::max(1.0, std::abs(one));
      if (!is_same) return true;
    }
    return false;
  }
  static double number_at(std::uint32_t type, const char* item) {
    const auto as = [item](auto number) {
      std::memcpy(&number, item, sizeof number);
      return static_cast<double>(number);
    };
    switch (type) {
      case PLAYLIST_F32:
        return as(float{});
      case PLAYLIST_F64:
        return as(double{});
      case PLAYLIST_I32:
        return as(std::int32_t{});
      case PLAYLIST_I64:
        return as(std::int64_t{});
      default:
        return as(std::uint8_t{});
    }
  }

  // ---- orderings ----
  void lengths(ContractResult& result) {
    std::string placed;
    for (const std::int64_t rows : kLengths) {
      const GuardedOutcome outcome = call(result, arguments(rows), library(rows), call_options());
      add(result, outcome, "a list of " + std::to_string(rows));
      if (outcome.status != PLAYLIST_OK) continue;
      placed += (placed.empty() ? "" : ", ") + std::to_string(outcome.placed) + " of " +
                std::to_string(rows);
    }
    if (!placed.empty()) result.used = "placed " + placed + " rows";
  }
  /// One that is asked for a number of tracks gives no more.
  void bounds(ContractResult& result) {
    const playlist_param& param = *bounding_param();
    std::string placed;
    for (const std::int64_t asked : {std::int64_t{1}, kShort - 1, kShort, kShort + 1}) {
      const auto number = static_cast<double>(asked);
      if (number < param.min || number > param.max) continue;
      Arguments given = arguments(kShort);
      std::erase_if(given, [&](const auto& argument) { return argument.first == param.name; });
      given.emplace_back(param.name, number);
      const GuardedOutcome outcome = call(result, given, library(kShort), call_options());
      const std::string where = "tracks = " + std::to_string(asked);
      add(result, outcome, where);
      if (outcome.status != PLAYLIST_OK) continue;
      if (outcome.placed > asked) {
        result.problems.push_back(where + ": it placed " + std::to_string(outcome.placed) + " of " +
                                  std::to_string(kShort) + " rows");
      }
      placed += (placed.empty() ? "" : ", ") + std::to_string(outcome.placed) + " for " + where;
    }
    if (!placed.empty()) result.used = "placed of " + std::to_string(kShort) + " rows " + placed;
  }

  void no_optional(ContractResult& result) {
    GuardedCallOptions options = call_options();
    options.has_optional_inputs = false;
    add(result, call(result, arguments(kSome), library(kSome), options));
  }

  /// The values worth trying of one parameter.
  std::vector<std::pair<std::string, Argument>> ends(const playlist_param& param) {
    std::vector<std::pair<std::string, Argument>> values;
    switch (param.type) {
      case PLAYLIST_PARAM_NUMBER:
      case PLAYLIST_PARAM_INTEGER:
        for (const double end : {param.min, param.max}) {
          if (std::isfinite(end)) values.emplace_back(number_text(end), end);
        }
        break;
      case PLAYLIST_PARAM_BOOLEAN:
        values = {{"false", false}, {"true", true}};
        break;
      case PLAYLIST_PARAM_CHOICE:
        for (const char* word : listed(param.choices)) values.emplace_back(word, std::string(word));
        break;
      case PLAYLIST_PARAM_TEXT:
        values = {{"\"\"", std::string()}, {"a long text", std::string(5'000, 'x')}};
        break;
      case PLAYLIST_PARAM_COLUMN:
        values = {{"energy", std::string("energy")}, {"title", std::string("title")}};
        break;
      case PLAYLIST_PARAM_TRACKS:
        values = {{"no tracks", TracksArgument{no_tracks_.seal()}},
                  {"ten tracks", TracksArgument{tracks_.seal()}}};
        break;
      case PLAYLIST_PARAM_FILE:
        if (!is_required(param)) values.emplace_back("no file", std::string());
        for (const GuardedInput& file : made_up_files()) values.emplace_back(file.name, file.name);
        break;
      case PLAYLIST_PARAM_TEXTS:
        values = {{"{}", ArgumentList{}},
                  {"a list", ArgumentList{std::string("a"), std::string("a"), std::string()}}};
        break;
      default:
        values = {{"{}", ArgumentList{}}};
        for (const double end : {param.min, param.max}) {
          if (std::isfinite(end))
            values.emplace_back("{ " + number_text(end) + " }", ArgumentList{end});
        }
    }
    return values;
  }

  void ranges(ContractResult& result) {
    const GuardedCallOptions options = call_options();
    for (const playlist_param* param : listed(description_.params)) {
      for (const auto& [shown, value] : ends(*param)) {
        Arguments given = arguments(kFew);
        std::erase_if(given, [&](const auto& argument) { return argument.first == param->name; });
        given.emplace_back(param->name, value);
        const bool is_text_column = param->type == PLAYLIST_PARAM_COLUMN &&
                                    shown == "title";  // it may say that it wants numbers
        GuardedOutcome outcome = call(result, given, library(kFew), options);
        // A file may be refused, with the reason, and a text that is not of the element's form.
        const bool has_form = param->type == PLAYLIST_PARAM_FILE ||
                              param->type == PLAYLIST_PARAM_TEXT ||
                              param->type == PLAYLIST_PARAM_TEXTS;
        const bool may_refuse = is_text_column || has_form;
        if (may_refuse && outcome.status == PLAYLIST_ERROR && !outcome.message.empty()) continue;
        add(result, outcome, std::string(param->name) + " = " + shown);
        if (listener_.beat) listener_.beat();
      }
    }
    result.told.clear();
  }

  void million(ContractResult& result) {
    GuardedCallOptions options = call_options();
    const GeneratedLibrary& made = library(kMillion);
    const auto start = Clock::now();
    options.is_cancelled = [start] { return Seconds(Clock::now() - start).count() > kLongSeconds; };
    const GuardedOutcome outcome = call(result, arguments(kMillion), made, options);
    add(result, outcome);
    if (outcome.status == PLAYLIST_CANCELLED) {
      result.told = "not done in " + seconds_text(kLongSeconds) + ", stopped when it was cancelled";
    }
  }

  void cancelled(ContractResult& result) {
    const GeneratedLibrary& made = library(kMillion);
    for (const double after : {0.0, kCancelAfterSeconds}) {
      stop(result, after, [&](const GuardedCallOptions& options) {
        return call(result, arguments(kMillion), made, options);
      });
      if (!result.problems.empty()) return;
    }
  }

  /// Tables that are made at first use may make one call late; not two.
  template <class CallIt>
  void stop(ContractResult& result, double after, CallIt&& call_it) {
    GuardedOutcome outcome;
    double late = 0;
    for (int attempt = 0; attempt < 2; ++attempt) {
      GuardedCallOptions options = call_options();
      Stopwatch watch;
      options.starts_running = [&watch] { watch = Stopwatch(); };
      options.is_cancelled = [&watch, after] { return watch.wall() >= after; };
      outcome = call_it(options);
      late = watch.own() - after;
      if (late <= kStopSeconds) return;
      if (listener_.beat) listener_.beat();
    }
    result.problems.push_back("it goes on for " + seconds_text(late) + " after it was cancelled" +
                              (outcome.asked == 0 ? "; it never asks host->cancelled()" : ""));
  }

  // ---- sources ----
  std::vector<Test> source_tests() {
    if ((description_.flags & PLAYLIST_REMOTE) != 0)
      return {{"made and destroyed", [this](auto& result) { lives(result); }},
              {"a service that does not answer", [this](auto& result) { unanswered(result); }},
              {"the same, cancelled", [this](auto& result) {
                 stop(result, 0, [&](const GuardedCallOptions& options) {
                   return read_once({"account", ""}, options);
                 });
               }}};
    std::vector<Test> list = {
        {"made and destroyed", [this](auto& result) { lives(result); }},
        {"an empty file",
         [this](auto& result) {
           read(result, {"empty.txt", ""});
         }},
        {"one byte",
         [this](auto& result) {
           read(result, {"one.json", "{"});
         }},
        {"bytes that are no text",
         [this](auto& result) {
           read(result, {"noise.bin", noise(100'000)});
         }},
        {"a million lines",
         [this](auto& result) {
           read(result, {"lines.csv", lines(kMillion, "a,b,c\n")});
         }},
        {"a million records of JSON",
         [this](auto& result) {
           read(result, {"rows.json", "[" + lines(kMillion, "{\"a\":null},") + "{}]"});
         }},
    };
    if (!options_.sample) return list;
    list.push_back({"the sample", [this](auto& result) { sample(result); }});
    list.push_back({"the sample cut short", [this](auto& result) { cut_sample(result); }});
    list.push_back({"the sample, cancelled", [this](auto& result) { cancelled_sample(result); }});
    return list;
  }
  /// It says so, in words; rows that nobody told would be made up.
  void unanswered(ContractResult& result) {
    GuardedOutcome outcome = read_once({"account", ""}, call_options());
    if (outcome.status == PLAYLIST_OK)
      result.problems.emplace_back("it ends well although nobody answered");
    result.told = outcome.message;
    add(result, outcome);
  }
  static std::string lines(std::int64_t count, std::string_view line) {
    std::string text;
    text.reserve(static_cast<std::size_t>(count) * line.size());
    for (std::int64_t i = 0; i < count; ++i) text += line;
    return text;
  }
  static std::string noise(std::size_t bytes) {
    playlist::Random random(5);
    std::string text(bytes, '\0');
    for (char& c : text) c = static_cast<char>(random.next());
    return text;
  }

  GuardedOutcome read_once(const GuardedInput& input, GuardedCallOptions options) {
    options.input = &input;
    return guarded_call(element_, arguments(0), library(0), options);
  }
  /// Reads what it says it can read; false when it says no.
  bool read(ContractResult& result, const GuardedInput& input) {
    const int sureness = guarded_recognise(element_, input, result.problems);
    if (guarded_recognise(element_, input, result.problems) != sureness) {
      result.problems.emplace_back("recognise() gives another answer when it is asked again");
    }
    if (sureness == 0) {
      result.told = "not recognised";
      return false;
    }
    add(result, read_once(input, call_options()));
    return true;
  }
  void sample(ContractResult& result) {
    if (!read(result, *options_.sample)) {
      result.problems.push_back("recognise() gives 0 for the sample " + options_.sample->name);
      return;
    }
    const GuardedOutcome first = read_once(*options_.sample, call_options());
    const GuardedOutcome second = read_once(*options_.sample, call_options());
    if (first.status == PLAYLIST_UNSUPPORTED) {
      result.problems.push_back("it recognises the sample and then does not read it: " +
                                first.message);
    } else if (first.result != second.result) {
      result.problems.emplace_back("the same file gives other rows in another instance");
    }
    result.told = first.result.empty() ? first.message : result.told;
  }
  void cut_sample(ContractResult& result) {
    for (const std::size_t part : {2u, 3u, 10u}) {
      GuardedInput half = *options_.sample;
      half.bytes.resize(half.bytes.size() - half.bytes.size() / part);
      GuardedOutcome outcome = read_once(half, call_options());
      // A file that ends early may be refused, with the reason.
      if (outcome.status == PLAYLIST_ERROR && !outcome.message.empty()) continue;
      add(result, outcome);
    }
  }
  void cancelled_sample(ContractResult& result) {
    stop(result, 0,
         [&](const GuardedCallOptions& options) { return read_once(*options_.sample, options); });
  }

  const Element& element_;
  const playlist_element& description_;
  const ContractOptions& options_;
  const ContractListener& listener_;
  InputFiles files_;
  GuardedTable tracks_, no_tracks_{"the empty set of tracks", 0};
};

void run_test(const ElementContract::Test& test, ContractResult& result) {
  const ProcessState process;
  const auto start = Clock::now();
  try {
    test.run(result);
  } catch (const std::bad_alloc&) {
    result.problems.emplace_back("out of memory");
  } catch (const Error& error) {
    result.problems.emplace_back(error.what());
  }
  result.ms = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
  process.check(result.problems);
}

}  // namespace

void run_contract(const playlist_plugin& plugin, const ContractOptions& options, std::size_t first,
                  const ContractListener& listener) {
  const FaultReport faults([&](std::string_view meaning) {
    if (listener.fault) listener.fault(meaning);
  });
  std::size_t index = 0;
  for (const playlist_element* description : listed(plugin.elements)) {
    const Element element{description, nullptr};
    ElementContract contract(element, options, listener);
    for (const ElementContract::Test& test : contract.tests()) {
      if (index++ < first) continue;
      listener.starts(description->name, test.name);
      ContractResult result;
      result.element = description->name;
      result.test = test.name;
      run_test(test, result);
      listener.ends(result);
    }
  }
}

}  // namespace engine
