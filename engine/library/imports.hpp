// The imports of a library, and taking one of them back.
//
// Taken back   Everything that the import told of a person and that nothing else tells: their plays,
//              likes, saved things, bans, playlists and prompts. A play that another import told
//              too stays by that one's word; where the import had ended something, it holds again.
// Stays        Tracks and artists that it named (without a listener they reach no list), what it
//              told of them (length, genre, audio features), and what the person or a later import
//              said otherwise since.
// Known by     who told a listen (listens, tellings), who told it again (retellings), and the
//              changes of all other rows (import_changes), noted as the import made them. Imports
//              by engines that did not note them cannot be taken back.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "store/row_changes.hpp"
#include "store/store.hpp"

namespace engine::library {

struct ImportSummary {
  std::int64_t id = 0;
  std::string user;  // "" for a catalogue: nobody's
  std::string path, format;
  std::int64_t at = 0;  // Unix seconds
  std::int64_t records = 0;
  bool is_complete = false;
  std::map<std::string, std::int64_t> buckets;  // records by what became of them
  std::optional<std::int64_t> first, last;      // the earliest and the latest listen
  std::string obstacle;  // why it cannot be taken back; "" where it can, as far as that is known
};

/// The newest last; of one person, or of everybody and nobody (0).
std::vector<ImportSummary> list_imports(const Store& store, std::int64_t user_id);

struct UndoneImport {
  ImportSummary import;
  std::int64_t listens = 0;  // fewer than before
  TakenBack rows;            // of everything else
};

/// In one transaction. Throws Error(kInput) where there is no such import or it cannot be taken
/// back; then nothing has changed.
std::vector<UndoneImport> undo_imports(Store& store, const std::vector<std::int64_t>& imports);
/// What it would do, without doing it.
std::vector<UndoneImport> try_undoing(Store& store, const std::vector<std::int64_t>& imports);

}  // namespace engine::library
