#include "verbs/verbs.hpp"

#include <algorithm>

namespace engine::verbs {
namespace {

std::vector<Verb> all_verbs() {
  std::vector<Verb> all;
  for (const auto family :
       {help_verbs,          schema_verbs,      run_verbs,      check_verbs,    plan_verbs,
        why_verbs,           compare_verbs,     test_verbs,     stubs_verbs,    replay_verbs,
        runs_verbs,          playlist_verbs,    refresh_verbs,  recipes_verbs,  recipe_new_verbs,
        recipe_text_verbs,   recipe_from_verbs, backtest_verbs, evaluate_verbs, tune_verbs,
        batch_verbs,         train_verbs,       models_verbs,   update_verbs,   metrics_verbs,
        update_weekly_verbs, benchmark_verbs,   import_verbs,   library_verbs,  people_verbs,
        imports_verbs,       opinions_verbs,    feedback_verbs, stats_verbs,    dashboard_verbs,
        discover_verbs,      mood_verbs,        cycling_verbs,  features_verbs, artwork_verbs,
        clusters_verbs,      sessions_verbs,    drift_verbs,    dataset_verbs,  demo_verbs,
        plugins_verbs,       plugin_new_verbs,  config_verbs,   doctor_verbs,   accounts_verbs,
        listen_verbs,        sync_verbs,        scrobble_verbs, jobs_verbs,     cluster_verbs}) {
    for (Verb& verb : family()) all.push_back(std::move(verb));
  }
  return all;
}

}  // namespace

const std::vector<Verb>& verbs() {
  static const std::vector<Verb> kVerbs = all_verbs();
  return kVerbs;
}

const Verb* find_verb(std::string_view name) {
  const auto found = std::find_if(verbs().begin(), verbs().end(),
                                  [&](const Verb& verb) { return verb.name == name; });
  return found == verbs().end() ? nullptr : &*found;
}

}  // namespace engine::verbs
