#include "batch/histories.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "batch/batch.hpp"
#include "batch/history_line.hpp"
#include "batch/line_input.hpp"
#include "core/counted.hpp"
#include "core/json_text.hpp"
#include "data/history_columns.hpp"
#include "data/people.hpp"
#include "library/track_finder.hpp"
#include "models/models.hpp"
#include "store/store.hpp"
#include "worker/items.hpp"

namespace engine::batch {
namespace {

using Json = nlohmann::ordered_json;

// The first parts are short, so that a few lines have all workers at them; then they are long
// against loading the plugins.
constexpr std::size_t kFirstLines = 8, kMostLines = 512;
// Lists that wait in memory for one before them.
constexpr std::size_t kMostListsWaiting = 1024;

struct InputLine {
  std::string text;
  std::size_t number = 0;  // in the input, from 1
};

// ---- in the worker

/// What is there of a line before the plugins are loaded, which is when a worker can still open files.
struct Person {
  std::shared_ptr<const PreparedColumns> columns;
  std::vector<std::string> notices;
  std::optional<Error> error;
};

std::vector<std::string> notices_of(const ReadHistory& read) {
  std::vector<std::string> notices;
  const auto tell = [&](std::size_t unknown, std::size_t all, const char* what) {
    if (unknown > 0)
      notices.push_back(std::to_string(unknown) + " of " + counted(all, what) +
                        (all == 1 ? " is" : " are") + " of tracks that the library does not have");
  };
  tell(read.unknown_listens, read.listens, "listen");
  tell(read.unknown_likes, read.likes, "like");
  return notices;
}

class HistoryReader {
 public:
  HistoryReader(const std::string& library, const HistoryLoader& loader)
      : store_(Store::open(library, {.is_read_only = true, .may_create = false})),
        finder_(store_),
        loader_(loader) {}

  Person read(const std::string& line) {
    Person person;
    try {
      const ReadHistory read =
          read_history(line, [this](std::int64_t id, const library::TrackNames& named) {
            return id == 0 ? finder_.find(named) : loader_.has(id) ? id : 0;
          });
      person.columns = loader_.load(read.history);
      person.notices = notices_of(read);
    } catch (const Error& error) {
      person.error = error;
    }
    return person;
  }

 private:
  const Store store_;
  library::TrackFinder finder_;
  const HistoryLoader& loader_;
};

// ---- in the supervisor

/// Gives parts of the input to workers and hands over what they made in its order.
class HistoriesWork final : public ItemWork {
 public:
  HistoriesWork(const HistoriesRequest& request, const RunRequest& recipe,
                const HistoryLoader& loader, LineInput& input,
                std::function<void(const InputLine&, Made)> take,
                std::function<void(const std::string& user, const std::string&)> print)
      : request_(request),
        recipe_(recipe),
        loader_(loader),
        input_(input),
        take_(std::move(take)),
        print_(std::move(print)) {}

 private:
  // Items are the lines of this shard, from 0.
  std::optional<ItemPart> next_part() override {
    if (is_running() && made_.size() >= kMostListsWaiting) return std::nullopt;
    const std::size_t workers = request_.workers.pool.workers;
    read_ahead(workers * part_size_);
    const std::size_t count = lines_read() - given_;
    if (count == 0) return std::nullopt;
    // The last lines are shared out so that all workers end at about the same time.
    const std::size_t share = std::max(kFirstLines, count / (2 * workers));
    const std::size_t size = input_.is_at_end() ? std::min(part_size_, share) : part_size_;
    const ItemPart part{given_, given_ + std::min(size, count)};
    given_ = part.end;
    part_size_ = std::min(2 * part_size_, kMostLines);
    return part;
  }

  /// Until so many lines are to be given, or no more come shortly.
  void read_ahead(std::size_t count) {
    while (lines_read() - given_ < count) {
      // While workers are at it nobody waits here: they have lists to hand over.
      const bool is_idle = !is_running() && lines_read() == given_;
      std::optional<std::string> line =
          input_.next(is_idle ? LineInput::Wait::kForever : LineInput::Wait::kShortly);
      if (!line) return;
      if (is_ours(*line)) lines_.push_back({std::move(*line), input_.number()});
    }
  }

  [[nodiscard]] std::size_t lines_read() const { return taken_ + lines_.size(); }

  /// A line that tells no user is the first shard's, which says so.
  [[nodiscard]] bool is_ours(const std::string& line) const {
    if (request_.shard.count == 1) return true;
    const std::string user = user_of_history(line);
    return user.empty() ? request_.shard.index == 1 : request_.shard.has(user);
  }

  Job job(ItemPart part) override {
    return {limits_of_part(request_.workers, part.end - part.begin),
            [this, part](JobSender& sender) {
              std::vector<Person> people;
              {
                HistoryReader reader(request_.columns.store, loader_);
                for (std::size_t k = part.begin; k < part.end; ++k)
                  people.push_back(reader.read(line(k).text));
              }
              ListMaker maker(recipe_, request_.workers, sender);
              each(part, sender, [&](std::size_t k) {
                const Person& person = people[k - part.begin];
                if (person.error) throw Error(*person.error);
                maker.make_list(person.columns, /*with_answer=*/false, person.notices);
              });
            }};
  }

  void result(std::size_t place, const std::string& bytes) override {
    settle(place, unpack_list(bytes, /*with_answer=*/false));
  }
  void failed(std::size_t place, Error error) override {
    Made made;
    made.error = std::move(error);
    settle(place, std::move(made));
  }
  void told(std::size_t place, std::uint32_t kind, const std::string& bytes) override {
    if (kind == JobFrame::kPrint && print_) print_(user_of_history(line(place).text), bytes);
  }

  void settle(std::size_t place, Made made) {
    made_.emplace(place, std::move(made));
    for (auto first = made_.begin(); first != made_.end() && first->first == taken_;
         first = made_.erase(first), lines_.pop_front(), ++taken_)
      take_(lines_.front(), std::move(first->second));
  }

  [[nodiscard]] const InputLine& line(std::size_t place) const { return lines_[place - taken_]; }

  const HistoriesRequest& request_;
  const RunRequest& recipe_;
  const HistoryLoader& loader_;
  LineInput& input_;
  const std::function<void(const InputLine&, Made)> take_;
  const std::function<void(const std::string& user, const std::string&)> print_;
  std::size_t part_size_ = kFirstLines;
  std::size_t given_ = 0, taken_ = 0;  // lines to workers, and of them lists that were taken
  std::deque<InputLine> lines_;        // whose lists were not taken, from taken_ on
  std::map<std::size_t, Made> made_;   // for those before them
};

std::string line_of_failure(const InputLine& line, const Error& error) {
  const std::string user = user_of_history(line.text);
  const Error::Parts& parts = error.parts();
  return json_text(Json{{"user", user.empty() ? Json(nullptr) : Json(user)},
                        {"line", line.number},
                        {"error", error.what()},
                        {"where", parts.where},
                        {"why", parts.why},
                        {"fix", parts.fix}});
}

void refuse_other_people(const RunRequest& recipe) {
  if (!may_ask_for_people(recipe.recipe_text)) return;
  throw Error(Exit::kInput, "the recipe asks for other people, and a history is of one alone",
              {recipe.recipe_path, "", "", "run it on a library that has all of them"});
}

}  // namespace

HistoriesResult make_lists_of_histories(const HistoriesRequest& request,
                                        const HistoriesReports& reports) {
  RunRequest recipe = request.recipe;
  refuse_other_people(recipe);
  LineInput input(request.input);
  {
    const Store store =
        Store::open(request.columns.store, {.is_read_only = true, .may_create = false});
    recipe.models = list_models(store);
    recipe.late_models = models_too_late(store, recipe.now, 0);
  }
  static_cast<void>(try_recipe(recipe, request.workers, reports.note));
  const HistoryLoader loader(request.columns);
  share_catalogue(recipe, loader.load(History()));

  HistoriesResult result;
  const auto take = [&](const InputLine& line, Made made) {
    if (made.error) {
      ++result.failed;
      return reports.list(line_of_failure(line, *made.error) + "\n");
    }
    ++result.made;
    result.empty += made.track_count == 0;
    if (!made.fallback.empty()) ++result.fallbacks[made.fallback];
    for (const std::string& notice : made.notices) ++result.notices[kind_of_notice(notice)];
    reports.list(line_of(made.user, 0, made.rest) + "\n");
  };
  HistoriesWork work(request, recipe, loader, input, take, reports.print);
  const bool is_whole = run_pool(work, request.workers.pool) && !input.is_stopped();
  if (!is_whole)
    throw Error(Exit::kInterrupted, "interrupted after " + counted(result.made, "list"),
                {"", "", "", ""});
  return result;
}

}  // namespace engine::batch
