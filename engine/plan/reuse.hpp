// Results of nodes, kept from one run of a watcher to the next.
//
// A node's key is the hash of everything its result hangs on: the step, the plugin's contents,
// arguments, the keys of what it reads, its Lua function with all that function reaches, the data
// as of now, and the random stream where it drew from it. A node that is found is not run; what it
// told while it ran (notices, receipts, models that it asked for, texts in the order they were
// interned) is told again, so that lists, records and answers have the same bytes with and without
// reuse.
//
// Not kept: what drew from math.random, printed, looked at candidates or changed a variable while
// it ran, and whatever hangs on such a node.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "plan/evaluate.hpp"
#include "plan/result_store.hpp"

namespace engine {

class NodeReuse {
 public:
  /// `data` tells apart everything that is no part of the plan: the library as of now, the user,
  /// settings.
  NodeReuse(Evaluation& evaluation, ResultStore& store, std::string data);

  /// The node's result of an earlier run; what it told has been told again.
  std::optional<Candidates> find(const Node& node);

  /// Listens while a node runs; done() remembers its result for save().
  class Run {
   public:
    Run(NodeReuse& reuse, const Node& node);
    ~Run();
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;
    void done(const CandidatesPtr& made);

   private:
    NodeReuse& reuse_;
    const Node& node_;
    Run* outer_;
    std::uint64_t effects_;
    std::size_t receipts_, branches_;
    std::optional<std::string> function_;
    std::vector<std::string> notices_;
    bool has_drawn_ = false;
    friend class NodeReuse;
  };
  void note_notice(const std::string& text);
  void note_random_draw();

  /// Puts what this run made into the store. Costs copies: do it when nobody waits.
  void save();

 private:
  struct Made {
    ResultKey key;
    CandidatesPtr candidates;
    std::vector<std::string> texts, notices;
    std::vector<ReceiptEntry> receipts;
    std::vector<BranchCount> branches;
    std::vector<AskedModel> models;
  };

  [[nodiscard]] std::optional<ResultKey> key_of(const Node& node, bool has_drawn);
  [[nodiscard]] std::vector<std::string> note_files(const Node& node) const;
  bool add_reads(const Node& node, std::string& bytes) const;
  bool add_function(const Node& node, std::string& bytes);
  [[nodiscard]] std::string labels_below(int node) const;
  std::optional<Candidates> load(const ResultKey& key);
  void save(const Made& made);
  std::optional<BlobRef> put_buffer(const void* data, std::size_t bytes);

  Evaluation& evaluation_;
  ResultStore& store_;
  std::string data_;
  std::map<int, ResultKey> keys_;                        // of nodes that ran or were found
  std::map<int, std::optional<std::string>> functions_;  // fingerprints
  std::vector<Made> made_;
  std::map<const void*, BlobRef> stored_;      // buffers that lie in the store
  std::map<const void*, RowNumbersPtr> rows_;  // of those, the ones that are row numbers
  Run* running_ = nullptr;
};

}  // namespace engine
