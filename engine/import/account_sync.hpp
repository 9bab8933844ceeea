// `engine sync`: from what somebody has with a service to the store.
//
// As an import of files, with a source that asks the service in place of one that reads bytes: a
// confined worker runs it, whose questions this process answers (worker/outside.hpp), and this
// process alone writes, one transaction per batch with its accounting and with how far the source
// has come (store/sync_states.hpp). Each sync that brings something is an import of its own, listed
// and taken back as others are.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "import/import.hpp"

namespace engine::import {

struct SyncOrder {
  std::string service;  // "lastfm", the format of what it tells
  std::string source;   // the element that reads it: "source.lastfm"
  std::string account;  // "lastfm@home"
  /// What the source is told of the account: "user", "address" ...; nullptr where nothing is known.
  /// Called in the worker.
  std::function<const char*(std::string_view field)> account_value;
  /// What the source is asked, by the setting that tells it: "lyrics_wanted" as source.lrclib takes
  /// it, "questions" as pipelines/questions.hpp makes them.
  std::map<std::string, std::string, std::less<>> asked = {};
  /// Texts that no message may hold are taken out.
  std::function<std::string(const std::string&)> scrubbed;
};

/// Reads what is new since the last sync into the store. Of the options those of files (paths,
/// columns, dates, source, space, ids, archives) are not looked at; limits.outside answers what the
/// source asks. That the service fails is told in the result's one FileResult, which is empty where
/// there was nothing new; what came before stays.
/// The process must have one thread. Throws Error: kInput when no source reads that service, kUsage
/// when it is not clear whose account it is, kStore when the store cannot be written, kPlugin or
/// kLimits when the source died.
ImportResult sync_account(const ImportOptions& options, const SyncOrder& order);

}  // namespace engine::import
