// The step :keep: of the list that a kept playlist has, only a share changes in one run.
//
// It reads the current version from the run (Evaluation::Setup::current) and not from the store, so
// that a run repeated later keeps the same. Its column kept_place tells orderings what keeps its
// order.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <unordered_map>

#include "core/counted.hpp"
#include "core/shown_text.hpp"
#include "plan/evaluate.hpp"
#include "plan/keeping.hpp"
#include "plan/kept_list.hpp"
#include "plan/parameters.hpp"
#include "plan/plan_columns.hpp"
#include "plan/step.hpp"
#include "plugin/descriptor.hpp"

namespace engine {

const Step& keep_step();

namespace {

constexpr const char* kPlaceColumn = "kept_place";

/// How much a recipe wants tracks that are not in its list: the score that they have where they were
/// found last, on the way from the list back to the sources.
class Wanted {
 public:
  struct Found {
    double score = -std::numeric_limits<double>::infinity();  // so: not found, or dropped
    const Candidates* table = nullptr;                        // where it stands
    std::size_t row = 0;
  };

  Wanted(const Evaluation& evaluation, const std::vector<std::int32_t>& tracks)
      : evaluation_(evaluation), tracks_(tracks), is_asked_(tracks) {
    for (std::size_t k = 0; k < tracks.size(); ++k) place_[tracks[k]] = k;
  }

  /// In the order of the tracks.
  const std::vector<Found>& before(int node) {
    const auto [made, is_new] = known_.try_emplace(node, tracks_.size());
    std::vector<Found>& found = made->second;
    if (!is_new) return found;
    const Node& at = evaluation_.setup().plan->at(node);
    std::vector<bool> is_settled(tracks_.size());
    if (const CandidatesPtr rows = evaluation_.known(node)) look_at(*rows, at, found, is_settled);
    if (keeps_to_first_input(at)) return found;  // what a - or a * leaves out is not wanted
    std::vector<int> inputs = branch_nodes(at);
    inputs.insert(inputs.end(), at.inputs.begin(), at.inputs.end());
    for (const int input : inputs) {
      const std::vector<Found>& theirs = before(input);
      for (std::size_t k = 0; k < theirs.size(); ++k)
        if (!is_settled[k] && theirs[k].score > found[k].score) found[k] = theirs[k];
    }
    return found;
  }

 private:
  /// Settles those that the node gives, and those that it dropped with a reason of its own.
  void look_at(const Candidates& rows, const Node& node, std::vector<Found>& found,
               std::vector<bool>& is_settled) const {
    const CandidateColumn* score = rows.find("score");
    for (std::size_t row = 0; row < rows.size(); ++row) {
      if (!is_asked_.has(rows.tracks[row])) continue;
      const std::size_t place = place_.at(rows.tracks[row]);
      const double value = score == nullptr ? 0 : score->number(row);
      // Without a score it stands behind all that have one, and before those that were not found.
      constexpr double kLeast = std::numeric_limits<double>::lowest();
      found[place] = {std::isnan(value) ? kLeast : value, &rows, row};
      is_settled[place] = true;
    }
    if (!node.step->facts().is_filter) return;
    for (const Dropped& dropped : rows.dropped)
      if (is_asked_.has(dropped.track)) is_settled[place_.at(dropped.track)] = true;
  }

  const Evaluation& evaluation_;
  const std::vector<std::int32_t>& tracks_;
  TrackSet is_asked_;  // most tracks of large tables are told apart by one bit
  std::unordered_map<std::int32_t, std::size_t> place_;
  std::map<int, std::vector<Found>> known_;  // by node
};

/// What the step reads of the library.
class Library {
 public:
  explicit Library(const Tables& tables)
      : ids_(column_of<std::int64_t>(*tables.table("tracks"), "id")),
        artists_(column_of<std::int32_t>(*tables.table("tracks"), "artist")),
        songs_(column_of<std::int32_t>(*tables.table("tracks"), "song")),
        numbers_(column_of<std::int32_t>(*tables.table("tracks_by_id"), "number")),
        banned_(column_of<std::int32_t>(*tables.table("banned"), "track")),
        rejected_(column_of<std::int32_t>(*tables.table("rejected"), "track")) {
    for (const char* said : {"banned", "rejected"})
      for (const std::int32_t track : column_of<std::int32_t>(*tables.table(said), "track"))
        unwanted_songs_.push_back(song(track));
    std::sort(unwanted_songs_.begin(), unwanted_songs_.end());
  }

  /// -1 where it is not there any more.
  [[nodiscard]] std::int32_t number(std::int64_t id) const {
    const auto place = static_cast<std::size_t>(id);
    return id < 0 || place >= numbers_.size() ? -1 : std::max(numbers_[place], -1);
  }
  [[nodiscard]] std::int64_t id(std::int32_t track) const { return ids_[at(track)]; }
  [[nodiscard]] std::int32_t artist(std::int32_t track) const { return artists_[at(track)]; }
  [[nodiscard]] std::int32_t song(std::int32_t track) const { return songs_[at(track)]; }
  /// Why it may not be in the list whatever else holds, as a sentence; "" where nothing was said.
  [[nodiscard]] std::string said_against(std::int32_t track) const {
    return banned_.has(track) ? "it is banned" : rejected_.has(track) ? "it was rejected" : "";
  }
  /// Whether that was said of another version of it.
  [[nodiscard]] bool is_unwanted_song(std::int32_t track) const {
    return std::binary_search(unwanted_songs_.begin(), unwanted_songs_.end(), song(track));
  }
  [[nodiscard]] std::vector<std::int64_t> ids(const std::vector<std::int32_t>& tracks) const {
    std::vector<std::int64_t> ids;
    for (const std::int32_t track : tracks) ids.push_back(id(track));
    return ids;
  }

 private:
  static std::size_t at(std::int32_t track) { return static_cast<std::size_t>(track); }
  std::span<const std::int64_t> ids_;
  std::span<const std::int32_t> artists_, songs_, numbers_;
  TrackSet banned_, rejected_;
  std::vector<std::int32_t> unwanted_songs_;
};

/// One run of the step for a playlist that has a version.
class Keep {
 public:
  Keep(Evaluation& evaluation, const Node& node, const CurrentVersion& current)
      : evaluation_(evaluation),
        node_(node),
        current_(current),
        library_(*evaluation.setup().tables),
        candidates_(evaluation.input(node)) {}

  Candidates run() {
    read_members();
    find_wanted();
    const KeepRules rules{node_.number("changed_at_most"), node_.count("per_artist")};
    order_ = keep_order(members_, newcomers(), rules);
    Candidates list = rows();
    add_places(list);
    add_reasons(list);
    add_waiting(list);
    tell();
    return list;
  }

 private:
  /// Tracks of the version; a track that two of its tracks became stands once.
  void read_members() {
    const TrackSet pinned = pinned_tracks(), chosen(candidates_->tracks);
    for (const std::int64_t id : current_.track_ids) {
      const std::int32_t track = library_.number(id);
      if (track < 0) {
        gone_.push_back(id);
        continue;
      }
      if (!place_.try_emplace(track, static_cast<std::int32_t>(place_.size()) + 1).second) continue;
      members_.push_back({.track = track,
                          .is_pinned = pinned.has(track),
                          .must_leave = !why_forced(track, chosen).empty(),
                          .wanted = 0,
                          .song = library_.song(track),
                          .artist = library_.artist(track)});
    }
  }

  /// A recipe may let other versions of what was banned or rejected in.
  [[nodiscard]] std::string why_forced(std::int32_t track, const TrackSet& chosen) const {
    std::string why = library_.said_against(track);
    if (why.empty() && !chosen.has(track) && library_.is_unwanted_song(track))
      why = "another version of it is banned or was rejected";
    return why;
  }

  [[nodiscard]] TrackSet pinned_tracks() const {
    std::vector<std::int32_t> tracks;
    for (const std::int64_t id : current_.pinned) tracks.push_back(library_.number(id));
    return TrackSet(tracks);
  }

  void find_wanted() {
    std::vector<std::int32_t> tracks;
    for (const Member& member : members_) tracks.push_back(member.track);
    found_ = Wanted(evaluation_, tracks).before(node_.inputs.at(0));
    for (std::size_t k = 0; k < members_.size(); ++k) members_[k].wanted = found_[k].score;
  }

  [[nodiscard]] std::vector<Newcomer> newcomers() const {
    std::vector<Newcomer> wanted;
    for (const std::int32_t track : candidates_->tracks)
      if (library_.said_against(track).empty())
        wanted.push_back({track, library_.song(track), library_.artist(track)});
    return wanted;
  }

  /// Each as the recipe found it, if it did.
  [[nodiscard]] Candidates rows() const {
    std::unordered_map<std::int32_t, Candidates::RowOf> row_of;
    std::vector<Candidates> bare(members_.size());
    for (std::size_t row = 0; row < candidates_->size(); ++row)
      row_of[candidates_->tracks[row]] = {candidates_.get(), row};
    for (std::size_t k = 0; k < members_.size(); ++k) {
      bare[k].tracks = {members_[k].track};
      const Wanted::Found& found = found_[k];
      row_of.try_emplace(members_[k].track, found.table != nullptr
                                                ? Candidates::RowOf{found.table, found.row}
                                                : Candidates::RowOf{&bare[k], 0});
    }
    // The columns of what it is given, also where its rows come later or not at all.
    Candidates list = candidates_->gather({});
    std::vector<Candidates::RowOf> rows;
    for (const std::int32_t track : order_.tracks) rows.push_back(row_of.at(track));
    list.append_rows(rows);
    return list;
  }

  void add_places(Candidates& list) const {
    std::vector<std::int32_t> places(list.size(), std::numeric_limits<std::int32_t>::min());
    for (std::size_t row = 0; row < list.size(); ++row)
      if (const auto place = place_.find(list.tracks[row]); place != place_.end())
        places[row] = place->second;
    list.put({kPlaceColumn, PLAYLIST_I32, std::move(places), nullptr});
  }

  [[nodiscard]] std::string may_change() const {
    return "at most " + std::to_string(order_.allowed) + " of " +
           counted(current_.track_ids.size(), "track") + " may change at a time";
  }

  /// Beside what the recipe says of those that it does not choose now.
  void add_reasons(Candidates& list) {
    if (order_.retained.empty()) return;
    const CandidateColumn* given = list.find("explanation");
    if (given != nullptr && (given->type != PLAYLIST_STRING || given->dict != nullptr)) return;
    CandidateColumn column =
        given != nullptr ? *given
                         : CandidateColumn::missing("explanation", PLAYLIST_STRING, list.size());
    auto& codes = std::get<Items<std::int32_t>>(column.values).edit();
    const TrackSet retained(order_.retained), pinned = pinned_tracks();
    for (std::size_t row = 0; row < list.size(); ++row) {
      const std::int32_t track = list.tracks[row];
      if (!retained.has(track)) continue;
      const std::string found = evaluation_.text_of_code(codes[row]);
      codes[row] = evaluation_.text_code(
          (found.empty() ? "" : found + "\n") +
          (pinned.has(track) ? "KEPT: you pinned it" : "KEPT: it stays, as " + may_change()));
    }
    list.put(std::move(column));
  }

  void add_waiting(Candidates& list) const {
    std::vector<Dropped> dropped;
    const std::int32_t reason = evaluation_.text_code("it waits outside, as " + may_change());
    for (const std::int32_t track : order_.waiting) dropped.push_back({track, reason});
    for (const std::int32_t track : candidates_->tracks)
      if (const std::string why = library_.said_against(track); !why.empty())
        dropped.push_back({track, evaluation_.text_code(why)});
    list.dropped = std::move(dropped);
  }

  void tell() {
    KeepChanges changes;
    changes.allowed = static_cast<std::int64_t>(order_.allowed);
    changes.came = library_.ids(order_.came);
    changes.waiting = library_.ids(order_.waiting);
    changes.retained = library_.ids(order_.retained);
    for (const std::int64_t id : gone_)
      changes.left.push_back({id, "it is not in the library any more", true});
    const TrackSet chosen(candidates_->tracks);
    for (const std::int32_t track : order_.left) {
      const std::string why = why_forced(track, chosen);
      changes.left.push_back({library_.id(track), why, !why.empty()});
    }
    evaluation_.notice(summary(changes));
    if (!changes.waiting.empty()) {
      const auto waiting = static_cast<std::int64_t>(changes.waiting.size());
      evaluation_.note_counts({{"changed_at_most " + number_text(node_.number("changed_at_most")) +
                                    " (" + std::to_string(changes.allowed) + " of " +
                                    std::to_string(current_.track_ids.size()) + ")",
                                waiting, false, ""}},
                              {});
    }
    evaluation_.note_changes(std::move(changes));
  }

  [[nodiscard]] std::string summary(const KeepChanges& changes) const {
    const auto forced = std::count_if(changes.left.begin(), changes.left.end(),
                                      [](const KeepChanges::Left& left) { return left.is_forced; });
    std::string text = one_line(current_.playlist) + " since version " +
                       std::to_string(current_.version) + ": " +
                       std::to_string(changes.came.size()) + " came, " +
                       std::to_string(changes.left.size()) + " left";
    if (forced > 0) text += " (" + std::to_string(forced) + " of them banned, rejected or gone)";
    if (!changes.waiting.empty())
      text += ", " + std::to_string(changes.waiting.size()) + " wait outside";
    text += "; " + may_change();
    if (changes.allowed == 0 && !changes.waiting.empty())
      text += ", as its share of them is less than one";
    return text;
  }

  Evaluation& evaluation_;
  const Node& node_;
  const CurrentVersion& current_;
  Library library_;
  CandidatesPtr candidates_;
  std::vector<Member> members_;
  std::vector<std::int64_t> gone_;                        // ids
  std::unordered_map<std::int32_t, std::int32_t> place_;  // of members, from 1
  std::vector<Wanted::Found> found_;                      // of members
  KeptOrder order_;
};

/// How a track came to be in the new list, or to stay there.
class KeptStory {
 public:
  KeptStory(const Evaluation& evaluation, const Node& node, const CurrentVersion& current)
      : evaluation_(evaluation),
        current_(current),
        wanted_(evaluation.known(node.inputs.at(0))),
        text_(node.label() + " (" + node.where + ") ") {}

  [[nodiscard]] std::string of(std::int32_t track) {
    const std::int64_t id = column_of<std::int64_t>(*evaluation_.setup().tables->table("tracks"),
                                                    "id")[static_cast<std::size_t>(track)];
    const auto before = std::find(current_.track_ids.begin(), current_.track_ids.end(), id);
    if (current_.version == 0) return text_ + "let it in with the first version";
    if (before == current_.track_ids.end()) return text_ + newcomer(track);
    return text_ + member(id, before - current_.track_ids.begin() + 1) + "; " + choice(track);
  }

 private:
  [[nodiscard]] std::string newcomer(std::int32_t track) const {
    const std::optional<KeepChanges>& changes = evaluation_.changes();
    return "let it in, as one of " + std::to_string(changes ? changes->came.size() : 0) +
           " that are new to version " + std::to_string(current_.version) + " of " +
           one_line(current_.playlist) + "; " + choice(track);
  }
  [[nodiscard]] std::string member(std::int64_t id, std::ptrdiff_t place) const {
    const bool is_pinned =
        std::find(current_.pinned.begin(), current_.pinned.end(), id) != current_.pinned.end();
    return std::string("let it stay") + (is_pinned ? ", as you pinned it" : "") + ": place " +
           std::to_string(place) + " in version " + std::to_string(current_.version);
  }
  /// What the recipe would have without a version before.
  [[nodiscard]] std::string choice(std::int32_t track) const {
    const std::int64_t row = wanted_ == nullptr ? -1 : wanted_->row_of(track);
    if (row < 0) return "the recipe does not choose it now";
    return "place " + std::to_string(row + 1) + " of " + std::to_string(wanted_->size()) +
           " of the recipe's own list";
  }

  const Evaluation& evaluation_;
  const CurrentVersion& current_;
  CandidatesPtr wanted_;
  std::string text_;
};

constexpr const char* kTwice = "a recipe keeps once, and this is the second :keep";
constexpr const char* kOnce = "leave one, after the steps that choose the list";

class KeepStep final : public Step {
 public:
  KeepStep()
      : Step({"keep", ":keep",
              "Of a kept playlist's list only a share changes in one refresh; pinned tracks stay, "
              "banned and rejected ones leave."},
             {.how_lost = "it waits outside", .story_kind = "kept"},
             {number_param("changed_at_most", 0.15, 0, 1,
                           "at most this share of the list leaves for others in one refresh"),
              whole_param("per_artist", 0, 0, kMany,
                          "who comes leaves an artist at most this many; 0: no limit")}) {}

  void check(const Node& node, const StepCheck& check) const override {
    if (node.occurrence > 0) check.tell(kTwice, "", kOnce);
  }

  Candidates run(Evaluation& evaluation, const Node& node) const override {
    if (node.occurrence > 0) throw evaluation.node_error(node, Exit::kRecipe, kTwice, "", kOnce);
    const CurrentVersion* current = evaluation.setup().current;
    if (current != nullptr && current->version > 0) return Keep(evaluation, node, *current).run();
    if (current == nullptr) {
      evaluation.notice(
          "there is no current version, so :keep takes all: this run is not of a kept playlist "
          "(engine help kept)");
    }
    Candidates all = *evaluation.input(node);
    all.dropped = {};
    all.put(CandidateColumn::missing(kPlaceColumn, PLAYLIST_I32, all.size()));
    return all;
  }

  [[nodiscard]] std::string story(const Evaluation& evaluation, const Node& node,
                                  const Candidates& made, std::size_t row) const override {
    const CurrentVersion* current = evaluation.setup().current;
    return current == nullptr ? "" : KeptStory(evaluation, node, *current).of(made.tracks[row]);
  }

  void add_columns(const Node&, PlanColumns& columns) const override {
    columns.types[kPlaceColumn] = PLAYLIST_I32;
  }
  // Beside its input it gives what the list holds already.
  [[nodiscard]] Supply supply(const Node& node, const SupplyOf& supply_of) const override {
    return supply_of(node.inputs.at(0));
  }
};

}  // namespace

const Step& keep_step() {
  static const KeepStep step;
  return step;
}

}  // namespace engine
