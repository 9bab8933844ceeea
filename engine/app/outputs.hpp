// Files of a playlist that a request asks for: FORMAT:FILE, or FORMAT:FILE,NAME=VALUE,... where the
// format takes arguments (in a value a comma is written twice).
#pragma once

#include <string>
#include <vector>

#include "app/caller.hpp"
#include "core/output_file.hpp"
#include "recipe/run.hpp"

namespace engine::app {

/// "m3u8:weekly.m3u8", in its parts.
struct RunOutput {
  std::string format;  // with its arguments: "m3u8,player=mpd", see recipe/output.hpp
  std::string file;
};

/// What is asked of all lists in files, as far as they do not say otherwise themselves.
struct ListFileOptions {
  std::string player;                 // --for: see app/list_players.hpp
  std::string relative_to;            // a folder, or "list": that of each list
  std::vector<std::string> prefixes;  // "FROM=TO"
};

/// The output that a request asks for: FORMAT:FILE, ACCOUNT:NAME, or where a player is told FILE
/// alone, which is written as that player's own format. The file's name has an ending that the player
/// reads, and folders of this machine are absolute. Throws Error(kUsage).
RunOutput asked_output(const Caller& caller, const std::string& text,
                       const ListFileOptions& options = {});

/// The output's format as its element is to be given it: with what its player reads in place of the
/// player, and with the list's folder. Throws Error(kUsage).
std::string written_format(const RunOutput& output);

/// Has the run write them, and gives it the paths of music files where one may name some.
void ask_outputs(const Caller& caller, RunRequest& request, const std::vector<RunOutput>& outputs);

/// The files behind `outputs`, in their order. Throws Error(kUsage) for one that cannot be written,
/// and for two that are the same.
std::vector<OutputFile> output_files(const std::vector<RunOutput>& outputs, const KeptFiles& kept,
                                     bool makes_folders);

/// A person's name as a file name that no other person's gives: what cannot stand there, a dot at the
/// beginning, and % itself as %2F is for /; a name too long for a file ends in its hash.
std::string person_file_name(const std::string& user);

}  // namespace engine::app
