// Turns a C++ class into an element of the C contract, and a list of elements into a library.
//
// A class derives from the kind's base and has
//   static constexpr Param kParams[]          optional
//   static constexpr Field kInputs[]          optional; for ranking, filtering, ordering
//   static constexpr Field kOutputs[]         optional; for recall and ranking
//   static constexpr std::uint32_t kFlags     optional; PLAYLIST_ROWWISE, PLAYLIST_UNBOUNDED,
//                                             PLAYLIST_ORDERWISE
//   a constructor from const Args&, or none
//   the kind's method (const or not):
//     Recall     Candidates recall(RecallCall&)
//     Ranking    void rank(RankingCall&)                          fills the declared outputs
//     Filtering  void filter(FilteringCall&)
//     Ordering   std::vector<std::int32_t> order(OrderingCall&)   row numbers in playing order
//     Output     void write(OutputCall&)
//     Source     void read(SourceCall&)  and  static int recognise(const Input&)   0 .. 100 certain
//     Model      void train(ModelCall&)
//   std::string explain(RankingCall&, std::size_t row)            optional; why this row's numbers
//
// Everything the engine reads is constant data; no code of the plugin runs before it is asked for.
// Methods may throw: a guard turns exceptions into a status and a message.
#pragma once

#include "playlist/args.hpp"
#include "playlist/call.hpp"
#include "playlist/plugin.h"
#include "playlist/recall.hpp"
#include "playlist/rows.hpp"

#include <concepts>
#include <cstring>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace playlist {

using Element = playlist_element;

struct Source {
  static constexpr std::uint32_t kKind = PLAYLIST_SOURCE;
};
struct Recall {
  static constexpr std::uint32_t kKind = PLAYLIST_RECALL;
};
struct Ranking {
  static constexpr std::uint32_t kKind = PLAYLIST_RANKING;
};
struct Filtering {
  static constexpr std::uint32_t kKind = PLAYLIST_FILTERING;
};
struct Ordering {
  static constexpr std::uint32_t kKind = PLAYLIST_ORDERING;
};
struct Output {
  static constexpr std::uint32_t kKind = PLAYLIST_OUTPUT;
};
struct Model {
  static constexpr std::uint32_t kKind = PLAYLIST_MODEL;
};

namespace detail {

/// Runs `body`; nothing leaves it but a status. The message goes to the host.
template <class Body>
playlist_status guard(const playlist_host* host, Body&& body) noexcept {
  const auto fail = [&](playlist_status status, const char* message) {
    if (host) host->fail(host, status, message);
    return status;
  };
  try {
    body();
    return PLAYLIST_OK;
  } catch (const Cancelled&) {
    return PLAYLIST_CANCELLED;
  } catch (const std::bad_alloc&) {
    return fail(PLAYLIST_ERROR, "out of memory");
  } catch (const Error& error) {
    return fail(error.status(), error.what());
  } catch (const std::exception& error) {
    return fail(PLAYLIST_ERROR, error.what());
  } catch (...) {
    return fail(PLAYLIST_ERROR, "it threw something that is not a std::exception");
  }
}

/// T's declarations as the C contract wants them: arrays of pointers ended by nullptr.
template <class T>
struct Declared {
  static constexpr std::span<const Param> params() {
    if constexpr (requires { T::kParams; }) {
      return T::kParams;
    } else {
      return {};
    }
  }
  static constexpr std::span<const Field> inputs() {
    if constexpr (requires { T::kInputs; }) {
      return T::kInputs;
    } else {
      return {};
    }
  }
  static constexpr std::span<const Field> outputs() {
    if constexpr (requires { T::kOutputs; }) {
      return T::kOutputs;
    } else {
      return {};
    }
  }
  static constexpr std::uint32_t flags() {
    if constexpr (requires { T::kFlags; }) {
      return T::kFlags;
    } else {
      return 0;
    }
  }

  template <class Item, std::size_t N>
  struct Pointers {
    const Item* items[N + 1]{};
    template <class Declaration>
    explicit constexpr Pointers(std::span<const Declaration> declarations) {
      for (std::size_t i = 0; i < N; ++i) items[i] = &declarations[i];
    }
  };
  static constexpr Pointers<playlist_param, params().size()> kParams{params()};
  static constexpr Pointers<playlist_field, inputs().size()> kInputs{inputs()};
  static constexpr Pointers<playlist_field, outputs().size()> kOutputs{outputs()};
};

template <class T>
T* make(const playlist_host* host, const playlist_value* values) {
  if constexpr (std::constructible_from<T, const Args&>) {
    return new T(Args(host, Declared<T>::params(), values));
  } else {
    static_assert(std::default_initializable<T>,
                  "an element has a public constructor from const playlist::Args&, or none");
    return new T();
  }
}

template <class T>
void* create(const playlist_host* host, const playlist_value* values) noexcept {
  T* made = nullptr;
  guard(host, [&] { made = make<T>(host, values); });
  return made;
}

template <class T>
void destroy(void* self) noexcept {
  guard(nullptr, [&] { delete static_cast<T*>(self); });
}

inline void give_order(const std::vector<std::int32_t>& rows, const playlist_io& io) {
  if (static_cast<std::int64_t>(rows.size()) > io.candidates->rows) {
    throw Error(concat("it ordered ", rows.size(), " rows of ", io.candidates->rows));
  }
  if (!rows.empty()) std::memcpy(io.order, rows.data(), rows.size() * sizeof(std::int32_t));
  *io.order_count = static_cast<std::int64_t>(rows.size());
}

template <class T>
void run_as_kind(T& element, const playlist_host* host, const playlist_io* io) {
  if constexpr (T::kKind == PLAYLIST_RECALL) {
    RecallCall call(host, io, Declared<T>::outputs());
    Candidates found = element.recall(call);
    call.append(found);
  } else if constexpr (T::kKind == PLAYLIST_RANKING) {
    RankingCall call(host, io);
    element.rank(call);
  } else if constexpr (T::kKind == PLAYLIST_FILTERING) {
    FilteringCall call(host, io);
    element.filter(call);
  } else if constexpr (T::kKind == PLAYLIST_ORDERING) {
    OrderingCall call(host, io);
    give_order(element.order(call), *io);
  } else if constexpr (T::kKind == PLAYLIST_OUTPUT) {
    OutputCall call(host, io);
    element.write(call);
    call.flush();
  } else if constexpr (T::kKind == PLAYLIST_SOURCE) {
    SourceCall call(host, io);
    element.read(call);
    if (!call.is_accounted()) throw Error("read() returned without finish(): rows are unaccounted");
  } else {
    static_assert(T::kKind == PLAYLIST_MODEL);
    ModelCall call(host, io);
    element.train(call);
  }
}

template <class T>
playlist_status run(void* self, const playlist_host* host, const playlist_io* io) noexcept {
  return guard(host, [&] { run_as_kind(*static_cast<T*>(self), host, io); });
}

template <class T>
std::int32_t recognise(const playlist_host* host, const playlist_input* input) noexcept {
  std::int32_t sureness = 0;
  guard(host, [&] { sureness = T::recognise(Input(input)); });
  return sureness;
}

template <class T>
playlist_status explain(void* self, const playlist_host* host, const playlist_io* io,
                        std::int64_t row, char* text, std::size_t capacity) noexcept {
  return guard(host, [&] {
    RankingCall call(host, io);
    const std::string told = static_cast<T*>(self)->explain(call, static_cast<std::size_t>(row));
    if (capacity == 0) return;
    const std::size_t length = std::min(told.size(), capacity - 1);
    std::memcpy(text, told.data(), length);
    text[length] = '\0';
  });
}

constexpr std::string_view kind_prefix(std::uint32_t kind) {
  switch (kind) {
    case PLAYLIST_SOURCE:
      return "source.";
    case PLAYLIST_RECALL:
      return "recall.";
    case PLAYLIST_RANKING:
      return "ranking.";
    case PLAYLIST_FILTERING:
      return "filtering.";
    case PLAYLIST_ORDERING:
      return "ordering.";
    case PLAYLIST_OUTPUT:
      return "output.";
    default:
      return "model.";
  }
}

}  // namespace detail

/// The element made of class T. A name of another kind does not compile.
template <class T>
constexpr Element element(const char* name, const char* help) {
  if (!std::string_view(name).starts_with(detail::kind_prefix(T::kKind))) {
    throw "the name of an element starts with its kind, as in ranking.mood";
  }
  Element made{};
  made.size = sizeof(Element);
  made.kind = T::kKind;
  made.flags = detail::Declared<T>::flags();
  made.name = name;
  made.help = help;
  made.in = detail::Declared<T>::kInputs.items;
  made.out = detail::Declared<T>::kOutputs.items;
  made.params = detail::Declared<T>::kParams.items;
  made.create = detail::create<T>;
  made.run = detail::run<T>;
  made.destroy = detail::destroy<T>;
  if constexpr (T::kKind == PLAYLIST_SOURCE) made.recognise = detail::recognise<T>;
  if constexpr (requires(T & made_of, RankingCall & call) {
                  made_of.explain(call, std::size_t{0});
                }) {
    made.explain = detail::explain<T>;
  }
  return made;
}

/// The static description behind PLAYLIST_LIBRARY.
template <const Element&... Elements>
struct Library {
  static constexpr const playlist_element* kElements[] = {&Elements..., nullptr};
};

}  // namespace playlist

/// Once per library, outside any namespace: PLAYLIST_LIBRARY(id, version, elements...).
/// Author and licence: PLAYLIST_LIBRARY_BY(id, version, author, licence, elements...).
#define PLAYLIST_LIBRARY(id, version, ...) PLAYLIST_LIBRARY_BY(id, version, "", "", __VA_ARGS__)
#define PLAYLIST_LIBRARY_BY(id, version, author, license, ...)                              \
  const playlist_abi playlist_plugin_abi = {PLAYLIST_ABI_MAGIC, PLAYLIST_ABI_MAJOR,         \
                                            PLAYLIST_ABI_MINOR, sizeof(playlist_plugin)};   \
  const playlist_plugin* playlist_plugin_main(const playlist_host*) {                       \
    static constexpr playlist_plugin kPlugin = {sizeof(playlist_plugin),                    \
                                                0,                                          \
                                                id,                                         \
                                                version,                                    \
                                                author,                                     \
                                                license,                                    \
                                                playlist::Library<__VA_ARGS__>::kElements}; \
    return &kPlugin;                                                                        \
  }                                                                                         \
  static_assert(true, "ends with a semicolon")
