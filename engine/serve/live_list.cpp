#include "serve/live_list.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <poll.h>
#include <utility>

#include "app/live_runs.hpp"
#include "app/recipe_files.hpp"
#include "core/duration.hpp"
#include "core/json_text.hpp"
#include "core/paths.hpp"
#include "recipe/playlist_json.hpp"
#include "recipe/shown_values.hpp"
#include "serve/api_call.hpp"
#include "serve/api_error.hpp"
#include "serve/messages.hpp"
#include "watch/list_changes.hpp"

namespace engine::serve {
namespace {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

/// A list that was shown, for what has moved since.
struct ShownList {
  std::vector<std::int64_t> tracks;
  std::map<std::int64_t, std::pair<std::string, std::string>> names;  // title, artist
};

ShownList shown_list(const Playlist& playlist) {
  ShownList shown{playlist.track_ids(), {}};
  for (const PlaylistTrack& track : playlist.tracks)
    shown.names.emplace(track.id, std::pair(track.title, track.artist));
  return shown;
}

Json stages_json(const Playlist& playlist) {
  Json stages = Json::array();
  for (const TraceEntry& stage : playlist.trace) {
    stages.push_back({{"node", stage.node},
                      {"where", stage.where},
                      {"rows_in", stage.rows_in},
                      {"rows_out", stage.rows_out},
                      {"ms", stage.ms},
                      {"reused", stage.is_reused}});
  }
  return stages;
}

class LiveList {
 public:
  LiveList(const app::Home& home, const app::Asked& usual, int socket)
      : home_(home),
        usual_(usual),
        desk_(socket),
        runs_(static_cast<std::size_t>(home.settings().integer("watch.cache_megabytes")) << 20,
              {.printed = [this](const std::string& text) { printed_.push_back(text); },
               .answered = [this](const RunAnswer& answer) { answered(answer); },
               .departed = [this](const std::vector<Departure>& left) { departed(left); },
               .failed = [this](const Error& error) { refuse(error); }}) {}

  void run() {
    while (desk_.pump()) {
      for (Message message; desk_.take(message);)
        if (message.kind == Message::kRequest) take(message);
      runs_.take();
      if (!is_list_under_way()) answer_waiting();
      runs_.bury();
      wait();
    }
    runs_.stop();
  }

 private:
  void wait() {
    pollfd sources[3] = {{desk_.descriptor(), desk_.events(), 0},
                         {runs_.socket(), POLLIN, 0},
                         {runs_.process(), POLLIN, 0}};
    ::poll(sources, 3, runs_.milliseconds_to_next_look());
  }

  void take(const Message& message) {
    try {
      Json command = object_of(message.bytes);
      const std::string ask = command.value("ask", "");
      if (ask == "library") {
        is_library_new_ = true;
      } else if (ask == "list") {
        list(message.number, std::move(command));
      } else if (ask == "left") {
        left(message.number);
      } else if (is_list_under_way()) {
        if (waiting_) tell_superseded(waiting_->number);
        waiting_ = message;
      } else {
        question(message.number, ask, command);
      }
    } catch (const Error& error) {
      desk_.send(Message::kResponse, message.number, packed_error(error, home_.library_path()));
    } catch (const std::exception& failure) {
      desk_.send(Message::kResponse, message.number,
                 packed_error(Error(Exit::kStore, failure.what())));
    }
  }

  [[nodiscard]] bool is_list_under_way() const { return asked_ && !is_question_; }

  /// A question that came while a list was made. It does not stop what is made: nobody would ask for
  /// that list again.
  void answer_waiting() {
    if (!waiting_) return;
    const Message message = *std::exchange(waiting_, std::nullopt);
    take(message);
  }

  /// To whoever waits for it: something newer was asked.
  void tell_superseded(std::uint64_t number) {
    desk_.send(Message::kResponse, number, packed_json({{"superseded", true}}, 409));
  }

  /// Stops what is under way.
  void supersede() {
    runs_.stop();
    if (asked_) tell_superseded(*asked_);
    if (left_asked_) tell_superseded(*left_asked_);
    if (waiting_) tell_superseded(waiting_->number);
    asked_.reset();
    left_asked_.reset();
    waiting_.reset();
  }

  void list(std::uint64_t number, Json command) {
    supersede();
    asked_at_ = Clock::now();
    command.erase("ask");
    const app::Asked asked = take_asked(command, usual_);
    const std::string recipe = written_value("recipe", command.value("recipe", Json("")));
    prepare(asked, recipe, command);
    asked_ = number;
    is_question_ = false;
    printed_.clear();
    request_.before = shown_.tracks;
    request_.why.clear();
    request_.why_not.clear();
    runs_.run(caller(asked), request_);
  }

  /// The columns stay while recipe, person, time and library do; the text and the parameters are
  /// new each time.
  void prepare(const app::Asked& asked, const std::string& recipe, const Json& command) {
    const bool is_same =
        !is_library_new_ && request_.columns != nullptr && recipe == recipe_ &&
        asked.user == asked_for_.user &&
        (asked.is_now_given ? asked.now == asked_for_.now : !asked_for_.is_now_given);
    const bool has_text = command.contains("text") && command.at("text").is_string();
    if (!is_same) {
      const std::uint64_t seed = request_.fresh_seed;
      const bool is_other_recipe = recipe != recipe_;
      const std::string file = app::find_recipe(caller(asked), recipe);
      request_ =
          app::make_run_request(caller(asked), app::recipe_name(caller(asked), file),
                                has_text ? command.at("text").get<std::string>() : read_file(file));
      if (!is_other_recipe && seed != 0) request_.fresh_seed = seed;
      if (is_other_recipe) shown_ = {}, run_ = 0;
      asked_for_ = asked;
      recipe_ = recipe;
      is_library_new_ = false;
    } else if (has_text) {
      request_.recipe_text = command.at("text").get<std::string>();
    } else {
      request_.recipe_text = read_file(app::find_recipe(caller(asked), recipe));
    }
    request_.set = asked.set;
    request_.random_seed = asked.random_seed;
    request_.tells_view = true;
    request_.show.clear();
    if (command.contains("show"))
      for (const Json& column : command.at("show"))
        request_.show.push_back(written_value("show", column));
    app::prepare_people(caller(asked), request_);
  }

  void left(std::uint64_t number) {
    if (has_departures_ || !runs_.is_busy()) {
      desk_.send(Message::kResponse, number, packed_json({{"left", left_json_}}));
      return;
    }
    left_asked_ = number;
  }

  void question(std::uint64_t number, const std::string& ask, const Json& command) {
    if (ask != "why" && ask != "why-not" && ask != "stage")
      throw ApiError(404, Error(Exit::kUsage, "a live list cannot be asked for " + ask));
    if (run_ == 0) throw ApiError(409, Error(Exit::kUsage, "there is no list yet"));
    supersede();
    RunRequest request = shown_request_;
    request.before.clear();
    request.tells_view = false;
    question_ = Json::object();
    if (ask == "stage") {
      request.stage_node = written_value("node", command.value("node", Json("")));
      request.stage_where = written_value("where", command.value("where", Json("")));
    } else {
      question_["track"] = written_value("track", command.value("track", Json("")));
      (ask == "why" ? request.why : request.why_not) = question_.at("track");
    }
    asked_ = number;
    is_question_ = true;
    runs_.run(caller(asked_for_), request);
  }

  void answered(const RunAnswer& answer) {
    if (!asked_) return;
    if (is_question_) {
      Json told = question_;
      told.update(Json::parse(answer.answer_json));
      desk_.send(Message::kResponse, *asked_, packed_json(told));
      asked_.reset();
      return;
    }
    const Json json = list_json(answer);
    desk_.send(Message::kResponse, *asked_, packed_json(json));
    asked_.reset();
    shown_request_ = request_;
    shown_request_.random_seed = answer.playlist.random_seed;
  }

  /// What `run --json` says of each track, with where it stood before.
  Json list_json(const RunAnswer& answer) {
    const Playlist& playlist = answer.playlist;
    const ShownList fresh = shown_list(playlist);
    const ListChanges changes =
        compare_lists(run_ == 0 ? fresh.tracks : shown_.tracks, fresh.tracks);
    Json json = playlist_json(playlist);
    const Json view = Json::parse(answer.answer_json);
    json["definitions"] = view.at("definitions");
    json["weights"] = view.at("weights");
    for (std::size_t k = 0; k < fresh.tracks.size(); ++k) {
      const int before = changes.tracks[k].before;
      json["tracks"][k]["terms"] = view.at("terms").at(k);
      json["tracks"][k]["before"] = run_ > 0 && before > 0 ? Json(before) : Json();
    }
    left_json_ = Json::array();
    for (const TrackMove& move : changes.left) {
      const auto& [title, artist] = shown_.names.at(move.track);
      left_json_.push_back({{"track", move.track},
                            {"before", move.before},
                            {"title", title},
                            {"artist", artist},
                            {"why", nullptr}});
    }
    has_departures_ = left_json_.empty();
    shown_ = fresh;
    json["run"] = ++run_;
    json["left"] = left_json_;
    json["stages"] = stages_json(playlist);
    json["printed"] = printed_;
    json["ms"] = 1000 * seconds_since(asked_at_);
    json.erase("trace");
    return json;
  }

  void departed(const std::vector<Departure>& departures) {
    for (Json& left : left_json_)
      for (const Departure& known : departures)
        if (known.track_id == left.at("track")) left["why"] = known.why;
    has_departures_ = true;
    if (left_asked_)
      desk_.send(Message::kResponse, *left_asked_, packed_json({{"left", left_json_}}));
    left_asked_.reset();
  }

  void refuse(const Error& error) {
    if (asked_) desk_.send(Message::kResponse, *asked_, packed_error(error, home_.library_path()));
    asked_.reset();
  }

  [[nodiscard]] app::Caller caller(const app::Asked& asked) {
    return {home_,
            asked,
            {.note = [this](const std::string& text) { printed_.push_back(text); }},
            {.is_json = true}};
  }

  const app::Home& home_;
  const app::Asked usual_;
  MessageSocket desk_;
  app::LiveRuns runs_;

  RunRequest request_, shown_request_;
  app::Asked asked_for_;
  std::string recipe_;
  bool is_library_new_ = false;

  std::optional<std::uint64_t> asked_, left_asked_;  // who waits for a list or a why; for left
  std::optional<Message> waiting_;                   // a question behind the list under way
  bool is_question_ = false, has_departures_ = true;
  Json question_;  // what a question is told with its answer
  Clock::time_point asked_at_{};
  int run_ = 0;  // lists shown
  ShownList shown_;
  Json left_json_ = Json::array();
  std::vector<std::string> printed_;
};

}  // namespace

void serve_live_list(const app::Home& home, const app::Asked& usual, int socket) {
  LiveList(home, usual, socket).run();
}

}  // namespace engine::serve
