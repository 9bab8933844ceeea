// The reading half of an import, run in a worker: recognises each file by its content, lets its
// source read it, sends what comes as messages.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "import/input_files.hpp"
#include "import/members_receiver.hpp"
#include "plugin/registry.hpp"
#include "worker/worker.hpp"

namespace engine::import {

/// What the store knows of a file: how many of its records are in.
struct KnownFile {
  std::int64_t records_done = 0;
  bool is_complete = false;
  std::string identity;  // see reading_identity.hpp
  /// Of a file that tells what holds (likes, playlists ...), else "": another name is another list.
  std::string file_name = {};
  /// To be read again: a later import told of the same lists, so that what the store holds is no
  /// longer this, or it has tables that are told anew at every import.
  bool is_superseded = false;
  std::set<std::string> lists = {};  // those it told whole, as ToldList::key()
};
/// By identity and user name; the name is "" for files that are nobody's (catalogues).
using KnownFiles = std::multimap<std::pair<std::string, std::string>, KnownFile>;

struct ReadOrder {
  std::vector<InputFile> files;
  std::size_t first = 0;  // file to begin with
  std::string user;       // whose files they are when no folder says so; "" not known
  std::string columns;    // --columns a=b,...
  std::string dates;      // --dates day-first; "" not given
  std::string source;     // the only one that reads, without its "source."; "" whichever does
  bool are_music_files = false;  // each is one record: nothing is recognised, nothing skipped
  std::string space;             // of vectors whose file names none
  std::string ids_path;          // what says whose vectors a file holds; "" none
  std::map<std::string, std::string> timezones;  // of the people in the store, where not UTC
  KnownFiles known;
  ArchiveLimits limits;
  std::int64_t now = 0;
  std::function<std::shared_ptr<const Registry>()> load_plugins;
  std::function<const char*(std::string_view)> setting;  // host->setting() of source elements
};

/// Reads everything; returns when done or interrupted. Problems with a file are messages and cost
/// that file only.
void read_files(const ReadOrder& order, Channel& channel, Heartbeat& heartbeat);

}  // namespace engine::import
