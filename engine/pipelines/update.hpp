// engine update: what is new of somebody's listening is taken in, and everything that goes by it
// without training.
//
// First, unless files are named, the library's music is looked at again (pipelines/music.hpp). Then, of
// each person:
//
// ingest   Files that are named, else what has come or changed since at the places that the person
//          imported from (import/places.hpp), and what is new at the accounts that were read for them
//          before (pipelines/sync.hpp). Its row counts what all imports since the row before
//          brought, those by `engine import` and `engine sync` too; which these are stays told, and
//          each can be taken back (engine library imports).
// assign   New tracks to the nearest mood of model.moods.
// predict  Whether a session begins in the next hour, and how good what earlier updates foretold of it
//          was, by what came since; the mood of what is heard next.
// metrics  How the person listens, what became of their lists, how old their models are.
// drift    What has changed about their listening (patterns/drift.hpp), once a day.
// dashboard  Where a folder for it is named: NAME.html and NAME.json of each person there
//          (patterns/dashboard.hpp), when something came, after a day, or where a file is gone.
//
// Each goes on from what it left itself, so an update that was killed is finished by the next one,
// nothing is done twice, and an update in which nothing came costs little: it may be called every
// half hour. One update of a library at a time. Rows of long ago are thinned once a day.
#pragma once

#include <string>
#include <vector>

#include "app/caller.hpp"
#include "pipelines/music.hpp"
#include "store/metrics.hpp"

namespace engine::pipelines {

struct PersonsSteps {
  std::string user;
  std::vector<MetricsRow> steps;  // as they were made
};

struct PipelineReport {
  MusicChanges music;
  std::vector<PersonsSteps> people;
  Exit worst = Exit::kDone;  // of what failed; each was told
};

/// `dashboards` is a folder, absolute, made where it is missing; "": none are written.
/// `paths` empty: the places of earlier imports. Of who was asked for, else of everybody; in a
/// library without anybody the first import makes the person.
/// Throws Error: kUsage where it is not clear whose files are named, kStore while another update of
/// the library is under way, kInterrupted; kNothing where there is nobody, no music
/// is known, and no file is named.
PipelineReport update(const app::Caller& caller, const std::vector<std::string>& paths,
                      const std::string& dashboards = "");

}  // namespace engine::pipelines
