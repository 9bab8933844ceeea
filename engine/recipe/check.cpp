#include "recipe/check.hpp"

#include <algorithm>
#include <cstring>
#include <set>

#include <nlohmann/json.hpp>

#include "core/counted.hpp"
#include "data/declared_tables.hpp"
#include "lua/formula_text.hpp"
#include "lua/source_text.hpp"
#include "plan/nodes.hpp"
#include "plan/persons.hpp"
#include "plan/supply.hpp"
#include "recipe/check_bans.hpp"
#include "recipe/check_plan.hpp"

namespace engine {
namespace {

using Json = nlohmann::ordered_json;

/// Candidates that build() looks at are taken as so many in the second of its two builds.
constexpr std::size_t kMany = 1000;
constexpr const char* kWithCandidates = "when build() finds candidates";

/// One way to build the recipe: its parameters, and how to tell what is found this way only.
struct Variant {
  std::vector<std::string> set;
  std::string label;  // "with --set tracks=1000"; "" for the recipe as it is
  std::size_t pretended_size = 0;
  std::optional<Moment> moment = {};  // another `now` than that of the check
};

/// Another time of the day, week or year, and what a recipe may find out of it.
struct OtherMoment {
  Moment moment;
  std::string label;
};

/// Everything found so far; the same mistake is kept once, as the first variant told it.
class Findings {
 public:
  void add(Problem problem, const std::string& label) {
    if (!seen_.insert({problem.what, problem.parts.where}).second) return;
    if (!label.empty()) problem.what += " (" + label + ")";
    problems_.push_back(std::move(problem));
  }
  void add(const Error& error, const std::string& label) {
    add(Problem{true, error.what(), error.parts()}, label);
  }
  std::vector<Problem> sorted() && {
    std::stable_sort(problems_.begin(), problems_.end(), [](const Problem& a, const Problem& b) {
      if (a.is_error != b.is_error) return a.is_error;
      return line_of(a) < line_of(b);
    });
    return std::move(problems_);
  }

 private:
  static long line_of(const Problem& problem) {
    const std::string& where = problem.parts.where;
    return std::strtol(where.c_str() + where.rfind(':') + 1, nullptr, 10);
  }
  std::vector<Problem> problems_;
  std::set<std::pair<std::string, std::string>> seen_;
};

class RecipeCheck {
 public:
  RecipeCheck(const RunRequest& request, const std::vector<std::string>& people,
              const RunReports& reports)
      : request_(request),
        people_(people),
        reports_(reports),
        registry_(load_plugins(request, reports)) {
    AsOfOptions options;
    options.now = request.now;
    tables_ = load_as_of(request.columns, options);
  }

  CheckResult run() {
    build({request_.set, "", 0});
    if (!has_loaded_) return finish();
    if (is_looked_at_) build({request_.set, kWithCandidates, kMany});
    if (has_built_) {
      for (const RecipeParameter& parameter : definition_.parameters) {
        for (const std::string& value : ends_of(parameter))
          build_with(parameter.name + "=" + value);
      }
      for (const OtherMoment& other : other_moments())
        build({request_.set, other.label, 0, other.moment});
      check_unused_parameters();
    }
    return finish();
  }

 private:
  /// Where build() looks at candidates, both ways it may then go.
  void build_with(const std::string& setting) {
    std::vector<std::string> set = request_.set;
    set.push_back(setting);
    build({set, "with --set " + setting, 0});
    if (is_looked_at_) build({set, "with --set " + setting + ", " + kWithCandidates, kMany});
  }

  void build(const Variant& variant) {
    const bool is_first = variant.label.empty();
    std::vector<int> looked_at;
    BuildObserver observer;
    observer.pretended_size = variant.pretended_size;
    observer.on_problem = [&](const Error& error) { findings_.add(error, variant.label); };
    observer.on_parameter_read = [&](const std::string& name) { read_.insert(name); };
    observer.supposed_now = variant.moment.value_or(now_here());
    observer.on_now_read = [&](const std::string& field) { read_of_now_.insert(field); };
    const Plan* plan = nullptr;
    observer.on_look = [&](int node, bool is_for_rows) {
      looked_at.push_back(node);
      if (is_first) note_look(plan->at(node), is_for_rows);
    };
    LuaState lua(request_.lua_limits, request_.script_directories, 1);
    lua.on_progress = reports_.doing;
    lua.on_overdue = reports_.give_up;
    std::optional<Recipe> recipe;
    ParameterValues values;
    try {
      recipe.emplace(lua, *registry_, request_.recipe_path, request_.recipe_text, &observer);
      plan = &recipe->plan();
      values = parameter_values(recipe->definition(), variant.set);
    } catch (const Error& error) {
      // A wrong --set is the caller's mistake, not the recipe's.
      if (error.exit() == Exit::kUsage) throw;
      return stopped(error, variant, "loading");
    }
    if (is_first) {
      has_loaded_ = true;
      definition_ = recipe->definition();
      check_random_seed();
    }
    try {
      recipe->build(values, {tables_->user_name(), request_.now}, nullptr);
    } catch (const Error& error) {
      return stopped(error, variant, "build()");
    }
    if (is_first) has_built_ = true;
    check_plan(recipe->plan(), library_columns(lua, recipe->plan()), lua, looked_at,
               [&](Problem problem) { findings_.add(std::move(problem), variant.label); },
               {tables_->track_count() > 0 ? tables_.get() : nullptr, people_});
    if (is_first) check_supply(recipe->plan());
    check_files(recipe->plan(), variant.label);
    check_bans(recipe->plan(), variant.label);
  }

  void stopped(const Error& error, const Variant& variant, const std::string& stage) {
    findings_.add(error, variant.label);
    if (variant.label.empty())
      unchecked_.push_back(stage + " stopped at " + error.parts().where +
                           "; what comes after that was not checked");
  }

  void note_look(const Node& node, bool is_for_rows) {
    is_looked_at_ = true;
    const std::string what =
        is_for_rows ? "build() reads the rows of " + node.written() + " (" + node.where +
                          "); it was checked as if there were none"
                    : "build() asks how many tracks " + node.written() + " gives (" + node.where +
                          "); it was checked with 0 and with " + std::to_string(kMany);
    if (std::find(unchecked_.begin(), unchecked_.end(), what) == unchecked_.end())
      unchecked_.push_back(what);
  }

  [[nodiscard]] std::vector<FormulaColumn> library_columns(LuaState& lua, const Plan& plan) const {
    Texts texts;
    Evaluation::Setup setup;
    setup.plan = &plan;
    setup.tables = tables_.get();
    setup.lua = &lua;
    setup.texts = &texts;
    std::vector<FormulaColumn> columns = Evaluation(setup).formula_columns(Candidates());
    for (const DeclaredTable& table : declared_tables()) {
      if (!has_columns_of_people(table)) continue;
      for (const DeclaredColumn& column : table.columns)  // of whomever the recipe names
        columns.push_back({columns_of_people(column.name) + ".*", column.type, nullptr});
    }
    return columns;
  }

  /// The values at the ends of a parameter's range, without the one it has.
  [[nodiscard]] static std::vector<std::string> ends_of(const RecipeParameter& parameter) {
    std::vector<std::string> ends;
    if (parameter.kind == "boolean") ends = {"false", "true"};
    if (parameter.kind == "choice") ends = parameter.choices;
    if (parameter.min) ends.push_back(text_of(*parameter.min));
    if (parameter.max) ends.push_back(text_of(*parameter.max));
    std::erase(ends, text_of(parameter.default_value));
    return ends;
  }

  [[nodiscard]] Moment now_here() const {
    return moment_of(request_.now, request_.columns->timezone);
  }

  /// Where build() looks at `now`, what it does at each other value of what it has read.
  [[nodiscard]] std::vector<OtherMoment> other_moments() const {
    std::vector<OtherMoment> others;
    const Moment here = now_here();
    const bool reads_hour = read_of_now_.count("hour") != 0;
    if (reads_hour || read_of_now_.count("daypart") != 0) {
      for (const int hour : {2, 8, 14, 19}) {
        Moment moment = here;
        moment.hour = hour;
        moment.daypart = kDayparts[daypart_of(hour)];
        if (moment.daypart == here.daypart) continue;
        others.push_back({moment, reads_hour ? "when now.hour is " + std::to_string(hour)
                                             : "when now.daypart is " + moment.daypart});
      }
    }
    const auto add_words = [&](const char* field, std::string Moment::*word, auto& words) {
      if (read_of_now_.count(field) == 0) return;
      for (const char* other : words) {
        if (here.*word == other) continue;
        Moment moment = here;
        moment.*word = other;
        others.push_back({moment, std::string("when now.") + field + " is " + other});
      }
    };
    add_words("weekday", &Moment::weekday, kWeekdays);
    add_words("season", &Moment::season, kSeasons);
    return others;
  }

  void check_random_seed() {
    try {
      resolve_random_seed(definition_.random_seed, request_.now, "UTC", 0, request_.recipe_path);
    } catch (const Error& error) {
      findings_.add(error, "");
    }
  }

  void check_supply(const Plan& plan) {
    for (const Shortage& shortage : shortages(plan, request_.default_track_seconds)) {
      findings_.add(Problem{false,
                            "this recipe may return fewer than " +
                                counted(shortage.wanted, "track") + ", because " + shortage.because,
                            {shortage.where, shortage.source, "", shortage.fix}},
                    "");
    }
  }

  void check_bans(const Plan& plan, const std::string& label) {
    std::vector<int> sources = lets_in(plan, Unwanted::kBanned);
    const bool lets_banned_in = !sources.empty();
    if (!lets_banned_in) sources = lets_in(plan, Unwanted::kRejected);
    if (sources.empty()) return;
    const Node& first = plan.at(sources.front());
    std::string others;
    for (std::size_t k = 1; k < sources.size(); ++k) {
      const Node& node = plan.at(sources[k]);
      others += (k == 1 ? "so do those of " : ", ") + node.written() + " (" + node.where + ")";
    }
    findings_.add(
        Problem{false,
                std::string("this recipe may play what its listener ") +
                    (lets_banned_in ? "banned" : "rejected") + ": the tracks of " +
                    first.written() + " reach the list unfiltered",
                {first.where, first.source, others,
                 lets_banned_in ? "put :filter(pl.filtering.allowed {}) behind it"
                                : "put :filter(pl.filtering.allowed {}) behind it; it does what "
                                  "filtering.banned does, too"}},
        label);
  }

  /// Files that elements name and that are not there.
  void check_files(const Plan& plan, const std::string& label) {
    InputFiles files(request_.recipe_folder);
    for (const Node& node : plan.nodes) {
      if (node.element == nullptr) continue;
      try {
        check_arguments(*node.description, node.written_arguments(), node.where,
                        {&files, node.element->plugin->path});
      } catch (const Error& error) {
        if (error.exit() != Exit::kInput) continue;  // told when the node was made
        Error::Parts parts = error.parts();
        parts.source = node.source;
        findings_.add(Error(error.exit(), error.what(), std::move(parts)), label);
      }
    }
  }

  void check_unused_parameters() {
    for (const RecipeParameter& parameter : definition_.parameters) {
      if (read_.count(parameter.name) != 0) continue;
      // Named on a path that no build took.
      if (is_named_as_parameter(parameter.name)) continue;
      findings_.add(Problem{false,
                            "parameter \"" + parameter.name + "\" is declared and never read",
                            {parameter.where, "", "setting it changes nothing",
                             "use it in build as p." + parameter.name + ", or leave it out"}},
                    "");
    }
  }

  /// Named as a field of the first parameter of a function that names other parameters too.
  [[nodiscard]] bool is_named_as_parameter(const std::string& name) const {
    for (const FunctionText& function : functions_in(with_plain_line_ends(request_.recipe_text))) {
      const auto has = [&](const std::string& field) {
        return std::find(function.fields.begin(), function.fields.end(), field) !=
               function.fields.end();
      };
      if (has(name) && std::any_of(read_.begin(), read_.end(), has)) return true;
    }
    return false;
  }

  CheckResult finish() { return {std::move(findings_).sorted(), std::move(unchecked_)}; }

  const RunRequest& request_;
  const std::vector<std::string>& people_;
  const RunReports& reports_;
  std::shared_ptr<const Registry> registry_;
  std::unique_ptr<AsOf> tables_;
  RecipeDefinition definition_;
  Findings findings_;
  std::vector<std::string> unchecked_;
  std::set<std::string> read_;         // parameters that some build read
  std::set<std::string> read_of_now_;  // fields of `now`
  bool has_loaded_ = false, has_built_ = false, is_looked_at_ = false;
};

}  // namespace

std::string Problem::text() const {
  const std::string text = Error(Exit::kRecipe, what, parts).text();
  return is_error ? text : "warning" + text.substr(std::strlen("error"));
}

std::size_t CheckResult::error_count() const {
  return static_cast<std::size_t>(std::count_if(
      problems.begin(), problems.end(), [](const Problem& problem) { return problem.is_error; }));
}

CheckResult check_recipe(const RunRequest& request, const std::vector<std::string>& people,
                         const RunReports& reports) {
  return RecipeCheck(request, people, reports).run();
}

Json check_json(const CheckResult& result) {
  Json problems = Json::array();
  for (const Problem& problem : result.problems) {
    problems.push_back({{"severity", problem.is_error ? "error" : "warning"},
                        {"what", problem.what},
                        {"where", problem.parts.where},
                        {"source", problem.parts.source},
                        {"why", problem.parts.why},
                        {"fix", problem.parts.fix}});
  }
  return {{"ok", result.error_count() == 0},
          {"errors", result.error_count()},
          {"warnings", result.warning_count()},
          {"problems", std::move(problems)},
          {"unchecked", result.unchecked}};
}

CheckResult check_result(const Json& json) {
  CheckResult result;
  for (const Json& problem : json.at("problems")) {
    const auto text = [&](const char* name) { return problem.at(name).get<std::string>(); };
    result.problems.push_back({text("severity") == "error",
                               text("what"),
                               {text("where"), text("source"), text("why"), text("fix")}});
  }
  json.at("unchecked").get_to(result.unchecked);
  return result;
}

}  // namespace engine
