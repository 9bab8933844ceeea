#include "plan/reuse.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "lua/fingerprint.hpp"
#include "plan/step.hpp"

namespace engine {
namespace {

constexpr std::size_t kMostTexts = 1 << 16;  // a node with more of its own is quicker run again

/// Plain bytes, in order.
class Packer {
 public:
  template <class T>
  void add(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void add_text(std::string_view text) {
    add(static_cast<std::uint64_t>(text.size()));
    bytes_ += text;
  }
  void add_texts(const std::vector<std::string>& texts) {
    add(static_cast<std::uint64_t>(texts.size()));
    for (const std::string& text : texts) add_text(text);
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

class Unpacker {
 public:
  explicit Unpacker(std::span<const std::byte> bytes) : at_(bytes.data()) {}
  template <class T>
  T take() {
    T value;
    std::memcpy(&value, at_, sizeof value);
    at_ += sizeof value;
    return value;
  }
  std::string take_text() {
    const auto length = take<std::uint64_t>();
    std::string text(reinterpret_cast<const char*>(at_), length);
    at_ += length;
    return text;
  }
  std::vector<std::string> take_texts() {
    std::vector<std::string> texts(take<std::uint64_t>());
    for (std::string& text : texts) text = take_text();
    return texts;
  }

 private:
  const std::byte* at_;
};

/// How one Items lies in the store.
struct StoredItems {
  BlobRef base, rows;
  std::uint64_t base_size = 0, row_count = 0;
  std::uint8_t has_base = 0, has_rows = 0;
};

bool is_run_text(const CandidateColumn& column) {
  return column.type == PLAYLIST_STRING && column.dict == nullptr;
}

}  // namespace

// ---- keys --------------------------------------------------------------------------------------

NodeReuse::NodeReuse(Evaluation& evaluation, ResultStore& store, std::string data)
    : evaluation_(evaluation), store_(store), data_(std::move(data)) {
  store_.begin_run();
}

/// The key of a node whose reads have run or were found; nothing where it cannot be kept.
std::optional<ResultKey> NodeReuse::key_of(const Node& node, bool has_drawn) {
  const StepFacts& facts = node.step->facts();
  Packer packer;
  packer.add_text(data_);
  packer.add_text(node.name);
  if (node.element != nullptr) {
    packer.add_text(node.element->plugin->content);
    for (const std::string& hash : note_files(node)) packer.add_text(hash);
  }
  std::string more;
  if (!add_reads(node, more) || !add_function(node, more)) return std::nullopt;
  packer.add_text(more);
  if (node.step->names_its_formula(node)) packer.add_text(node.function_at);
  if (facts.pulls) packer.add_text(labels_below(node.id));  // branches are counted by them
  packer.add(has_drawn);
  if (has_drawn) {
    packer.add(evaluation_.setup().random_seed);
    packer.add_text(node.label());
  }
  return ResultKey::of(packer.bytes());
}

/// The hashes of the files that it names, which are noted as read even where it is not run.
std::vector<std::string> NodeReuse::note_files(const Node& node) const {
  std::vector<std::string> hashes;
  InputFiles* files = evaluation_.setup().files;
  for (const NamedFile& named : named_files(*node.description, node.written_arguments(),
                                            {files, node.element->plugin->path})) {
    files->note_read(node.name, named.parameter, *named.file);
    hashes.push_back(named.file->hash);
  }
  return hashes;
}

bool NodeReuse::add_reads(const Node& node, std::string& bytes) const {
  Packer packer;
  const auto add_node = [&](int id) {
    const auto key = keys_.find(id);
    if (key != keys_.end()) packer.add(key->second);
    return key != keys_.end();
  };
  for (const int input : node.inputs) {
    packer.add('i');
    if (!add_node(input)) return false;
  }
  for (const Branch& branch : node.branches) {
    packer.add('b');
    packer.add(branch.weight);
    packer.add(static_cast<std::uint64_t>(branch.quota));
    packer.add(static_cast<std::uint64_t>(branch.at_least));
    packer.add_text(branch.title);
    packer.add(branch.is_told);
    // Of branches that are asked for one by one, those that were not needed have no key.
    if (!add_node(branch.node) && !node.step->facts().asks_for_branches) return false;
    packer.add(branch.otherwise >= 0);
    if (branch.otherwise >= 0 && !add_node(branch.otherwise)) return false;
  }
  for (const auto& [name, value] : node.arguments) {
    packer.add_text(name);
    packer.add(value.index());
    if (const auto* read = std::get_if<NodeArgument>(&value)) {
      if (!add_node(read->node)) return false;
    } else if (const auto* number = std::get_if<double>(&value)) {
      packer.add(*number);
    } else if (const auto* flag = std::get_if<bool>(&value)) {
      packer.add(*flag);
    } else if (const auto* text = std::get_if<std::string>(&value)) {
      packer.add_text(*text);
    } else {
      for (const auto& item : std::get<ArgumentList>(value)) {
        packer.add(item.index());
        if (const auto* n = std::get_if<double>(&item)) packer.add(*n);
        if (const auto* s = std::get_if<std::string>(&item)) packer.add_text(*s);
      }
    }
  }
  for (const auto& [column, weight] : node.weights) {
    packer.add_text(column);
    packer.add(weight);
  }
  bytes += packer.bytes();
  return true;
}

bool NodeReuse::add_function(const Node& node, std::string& bytes) {
  if (node.function < 0 && node.weights.empty()) return true;
  if (node.function < 0) return true;
  auto known = functions_.find(node.id);
  if (known == functions_.end()) {
    known =
        functions_.emplace(node.id, function_fingerprint(*evaluation_.setup().lua, node.function))
            .first;
  }
  if (!known->second) return false;
  bytes += *known->second;
  return true;
}

std::string NodeReuse::labels_below(int node) const {
  const Plan& plan = *evaluation_.setup().plan;
  std::string labels;
  std::vector<int> left = {node};
  std::vector<bool> is_seen(plan.nodes.size());
  while (!left.empty()) {
    const int id = left.back();
    left.pop_back();
    if (is_seen[static_cast<std::size_t>(id)]) continue;
    is_seen[static_cast<std::size_t>(id)] = true;
    labels += plan.at(id).label() + "\n";
    for (const int read : plan.reads(id)) left.push_back(read);
  }
  return labels;
}

std::optional<Candidates> NodeReuse::find(const Node& node) {
  const StepFacts& facts = node.step->facts();
  if (facts.asks_for_branches) return std::nullopt;  // which of them run is its doing
  for (const bool has_drawn : {false, true}) {
    if (has_drawn && !facts.may_draw) break;
    const std::optional<ResultKey> key = key_of(node, has_drawn);
    if (!key) return std::nullopt;
    std::optional<Candidates> kept = load(*key);
    if (!kept) continue;
    keys_[node.id] = *key;
    return kept;
  }
  return std::nullopt;
}

// ---- a node that runs
// ----------------------------------------------------------------------------

NodeReuse::Run::Run(NodeReuse& reuse, const Node& node)
    : reuse_(reuse),
      node_(node),
      outer_(reuse.running_),
      effects_(reuse.evaluation_.setup().lua->effects()),
      receipts_(reuse.evaluation_.receipt().size()),
      branches_(reuse.evaluation_.branches().size()) {
  reuse_.running_ = this;
  reuse_.evaluation_.setup().texts->begin_recording();
  if (ModelShelf* models = reuse_.evaluation_.setup().models) models->begin_recording();
}

NodeReuse::Run::~Run() {
  reuse_.running_ = outer_;
  reuse_.evaluation_.setup().texts->end_recording();
  if (ModelShelf* models = reuse_.evaluation_.setup().models) models->end_recording();
}

void NodeReuse::Run::done(const CandidatesPtr& made) {
  Evaluation& evaluation = reuse_.evaluation_;
  if (evaluation.setup().lua->effects() != effects_) return;
  const std::optional<ResultKey> key = reuse_.key_of(node_, has_drawn_);
  if (!key) return;
  if (node_.function >= 0) {  // a function that counts in an upvalue is another one afterwards
    const auto before = reuse_.functions_.find(node_.id);
    if (function_fingerprint(*evaluation.setup().lua, node_.function) != before->second) return;
  }
  reuse_.keys_[node_.id] = *key;
  if (node_.step->facts().asks_for_branches) return;
  Made entry{*key, made, {}, notices_, {}, {}, {}};
  if (const ModelShelf* models = evaluation.setup().models) entry.models = models->recorded();
  for (const std::int32_t code : evaluation.setup().texts->recorded())
    entry.texts.emplace_back(evaluation.setup().texts->text(code));
  if (entry.texts.size() > kMostTexts) return;
  const auto tail = [](const auto& all, std::size_t from) {
    return std::decay_t<decltype(all)>(all.begin() + static_cast<std::ptrdiff_t>(from), all.end());
  };
  entry.receipts = tail(evaluation.receipt(), receipts_);
  entry.branches = tail(evaluation.branches(), branches_);
  reuse_.made_.push_back(std::move(entry));
}

void NodeReuse::note_notice(const std::string& text) {
  if (running_ != nullptr) running_->notices_.push_back(text);
}

void NodeReuse::note_random_draw() {
  if (running_ != nullptr) running_->has_drawn_ = true;
}

// ---- into the store
// ------------------------------------------------------------------------------

std::optional<BlobRef> NodeReuse::put_buffer(const void* data, std::size_t bytes) {
  if (const auto known = stored_.find(data); known != stored_.end()) return known->second;
  const auto* first = static_cast<const std::byte*>(data);
  const std::optional<BlobRef> put =
      store_.put(ResultKey::of({reinterpret_cast<const char*>(data), bytes}), {first, bytes});
  if (put) stored_.emplace(data, *put);
  return put;
}

void NodeReuse::save() {
  for (const Made& made : made_) save(made);
  made_.clear();
}

void NodeReuse::save(const Made& made) {
  const Candidates& candidates = *made.candidates;
  Texts& texts = *evaluation_.setup().texts;
  std::vector<bool> is_used;
  const auto use = [&](std::int32_t code) {
    if (code < 0) return;
    if (static_cast<std::size_t>(code) >= is_used.size())
      is_used.resize(static_cast<std::size_t>(code) + 1);
    is_used[static_cast<std::size_t>(code)] = true;
  };
  Packer packer;
  bool is_whole = true;
  const auto add_items = [&]<class T>(const Items<T>& items) {
    StoredItems stored;
    if (items.base() != nullptr) {
      const auto base = put_buffer(items.base()->data(), items.base()->size() * sizeof(T));
      if (base) stored.base = *base;
      is_whole = is_whole && base;
      stored.has_base = 1;
      stored.base_size = items.base()->size();
    }
    if (items.rows() != nullptr) {
      const auto rows =
          put_buffer(items.rows()->data(), items.rows()->size() * sizeof(std::int32_t));
      if (rows) stored.rows = *rows;
      is_whole = is_whole && rows;
      stored.has_rows = 1;
      stored.row_count = items.rows()->size();
    }
    packer.add(stored);
  };
  packer.add_texts(made.texts);
  packer.add_texts(made.notices);
  packer.add(static_cast<std::uint64_t>(made.receipts.size()));
  for (const ReceiptEntry& receipt : made.receipts) {
    packer.add_text(receipt.constraint);
    packer.add(receipt.dropped);
    packer.add(receipt.is_bound);
    packer.add_text(receipt.relaxed);
  }
  packer.add(static_cast<std::uint64_t>(made.branches.size()));
  for (const BranchCount& branch : made.branches) {
    packer.add_text(branch.branch);
    packer.add(branch.share);
    packer.add(branch.is_generative);
    for (const std::int64_t count : {branch.slots, branch.filled, branch.fallbacks})
      packer.add(count);
  }
  packer.add(static_cast<std::uint64_t>(made.models.size()));
  for (const AskedModel& model : made.models) {
    packer.add_text(model.name);
    packer.add(model.is_found);
  }
  add_items(candidates.tracks);
  add_items(candidates.dropped);
  for (const Dropped& dropped : candidates.dropped) use(dropped.reason);
  packer.add(static_cast<std::uint64_t>(candidates.columns.size()));
  for (const CandidateColumn& column : candidates.columns) {
    if (column.dict != nullptr) return;  // a dictionary may be this worker's own
    packer.add_text(column.name);
    packer.add(column.type);
    packer.add(column.is_orderwise);
    packer.add(static_cast<std::uint8_t>(column.values.index()));
    std::visit(add_items, column.values);
    if (!is_run_text(column)) continue;
    const Items<std::int32_t>& codes = std::get<Items<std::int32_t>>(column.values);
    if (codes.base() == nullptr) continue;
    std::for_each(codes.base()->data(), codes.base()->data() + codes.base()->size(), use);
  }
  std::vector<std::string> used;
  for (std::size_t code = 0; code < is_used.size(); ++code) {
    if (!is_used[code]) continue;
    used.emplace_back(texts.text(static_cast<std::int32_t>(code)));
    packer.add(static_cast<std::int32_t>(code));
  }
  packer.add(std::int32_t{-1});
  packer.add_texts(used);
  if (!is_whole || used.size() > kMostTexts) return;
  const std::string& bytes = packer.bytes();
  store_.put(made.key, std::as_bytes(std::span(bytes.data(), bytes.size())));
}

// ---- out of the store
// ----------------------------------------------------------------------------

std::optional<Candidates> NodeReuse::load(const ResultKey& key) {
  const std::optional<BlobRef> ref = store_.find(key);
  if (!ref) return std::nullopt;
  const auto blob = store_.find_again(*ref);
  if (!blob) return std::nullopt;
  Unpacker unpacker(*blob);
  bool is_whole = true;
  const auto view_of = [&](const BlobRef& at, std::size_t length) -> const void* {
    const auto bytes = store_.find_again(at);
    is_whole = is_whole && bytes && bytes->size() == length;
    if (!is_whole) return nullptr;
    stored_.emplace(bytes->data(), at);
    return bytes->data();
  };
  const auto take_items = [&]<class T>(Items<T>& items) {
    const auto stored = unpacker.take<StoredItems>();
    if (stored.has_base == 0) return;
    const auto* base = static_cast<const T*>(view_of(stored.base, stored.base_size * sizeof(T)));
    RowNumbersPtr rows;
    if (stored.has_rows != 0) {
      const auto* numbers = static_cast<const std::int32_t*>(
          view_of(stored.rows, stored.row_count * sizeof(std::int32_t)));
      if (numbers == nullptr) return;
      RowNumbersPtr& shared = rows_[numbers];  // so that what hangs on it is worked out once
      if (shared == nullptr || shared->size() != stored.row_count)
        shared = std::make_shared<RowNumbers>(numbers, stored.row_count);
      rows = shared;
    }
    if (base == nullptr) return;
    items =
        Items<T>(std::make_shared<ItemBuffer<T>>(base, stored.base_size, nullptr), std::move(rows));
  };
  const std::vector<std::string> texts = unpacker.take_texts(), notices = unpacker.take_texts();
  std::vector<ReceiptEntry> receipts(unpacker.take<std::uint64_t>());
  for (ReceiptEntry& receipt : receipts) {
    receipt.constraint = unpacker.take_text();
    receipt.dropped = unpacker.take<std::int64_t>();
    receipt.is_bound = unpacker.take<bool>();
    receipt.relaxed = unpacker.take_text();
  }
  std::vector<BranchCount> branches(unpacker.take<std::uint64_t>());
  for (BranchCount& branch : branches) {
    branch.branch = unpacker.take_text();
    branch.share = unpacker.take<double>();
    branch.is_generative = unpacker.take<bool>();
    for (std::int64_t* count : {&branch.slots, &branch.filled, &branch.fallbacks})
      *count = unpacker.take<std::int64_t>();
  }
  std::vector<AskedModel> models(unpacker.take<std::uint64_t>());
  for (AskedModel& model : models) {
    model.name = unpacker.take_text();
    model.is_found = unpacker.take<bool>();
  }
  Candidates kept;
  take_items(kept.tracks);
  take_items(kept.dropped);
  kept.columns.resize(unpacker.take<std::uint64_t>());
  for (CandidateColumn& column : kept.columns) {
    column.name = unpacker.take_text();
    column.type = unpacker.take<std::uint32_t>();
    column.is_orderwise = unpacker.take<bool>();
    const auto kind = unpacker.take<std::uint8_t>();
    if (kind == 1) column.values = Items<std::int32_t>();
    if (kind == 2) column.values = Items<std::int64_t>();
    if (kind == 3) column.values = Items<std::uint8_t>();
    std::visit(take_items, column.values);
  }
  if (!is_whole) return std::nullopt;
  std::vector<std::int32_t> codes;
  for (std::int32_t code = 0; (code = unpacker.take<std::int32_t>()) >= 0;) codes.push_back(code);
  const std::vector<std::string> used = unpacker.take_texts();

  // From here on it counts as run: tell again what it told.
  Texts& known = *evaluation_.setup().texts;
  for (const std::string& text : texts) known.code(text);
  std::map<std::int32_t, std::int32_t> moved;
  for (std::size_t k = 0; k < codes.size(); ++k) {
    if (const std::int32_t now = known.code(used[k]); now != codes[k]) moved[codes[k]] = now;
  }
  if (!moved.empty()) {  // an earlier node interns other texts than it did
    const auto renumber = [&](std::int32_t& code) {
      if (const auto other = moved.find(code); other != moved.end()) code = other->second;
    };
    for (CandidateColumn& column : kept.columns) {
      if (!is_run_text(column)) continue;
      for (std::int32_t& code : std::get<Items<std::int32_t>>(column.values).edit()) renumber(code);
    }
    for (Dropped& dropped : kept.dropped.edit()) renumber(dropped.reason);
  }
  evaluation_.tell_again(notices, receipts, branches);
  if (ModelShelf* shelf = evaluation_.setup().models) {
    for (const AskedModel& model : models) shelf->note(model);
  }
  return kept;
}

}  // namespace engine
