// The C++ layer over playlist/plugin.h: everything an element needs, header-only, C++20, nothing
// but the standard library.
//
//   error.hpp     what an element throws; concat()
//   columns.hpp   views of columns, tables, lists, matrices, sets of tracks; missing values
//   args.hpp      declaring parameters and columns, reading a recipe's values
//   random.hpp    the run's random numbers
//   call.hpp      one call: services, inputs and outputs of each kind
//   recall.hpp    candidates with scores and explanations
//   rows.hpp      what sources write
//   element.hpp   class -> element -> library
//
// A complete plugin:
//
//   #include "playlist/plugin.hpp"
//
//   #include <cmath>
//
//   namespace {
//
//   class Mood final : public playlist::Ranking {
//    public:
//     static constexpr playlist::Param kParams[] = {
//         {"target", 0.5, 0, 1, "wanted energy, 0 calm .. 1 wild"},
//     };
//     static constexpr playlist::Field kInputs[] = {{"energy"}};
//     static constexpr playlist::Field kOutputs[] = {{"mood", PLAYLIST_F32, "fit, 0..1"}};
//     static constexpr std::uint32_t kFlags = PLAYLIST_ROWWISE;
//
//     explicit Mood(const playlist::Args& args) : target_(args.number("target")) {}
//
//     void rank(playlist::RankingCall& call) const {
//       const auto energy = call.in(0).f32();
//       const auto mood = call.out_f32(0);
//       for (std::size_t row = 0; row < call.rows(); ++row) {
//         mood[row] = static_cast<float>(1 - std::abs(energy[row] - target_));
//       }
//     }
//
//    private:
//     double target_;
//   };
//
//   constinit const playlist::Element kMood =
//       playlist::element<Mood>("ranking.mood", "How well each track fits a wanted energy.");
//
//   }  // namespace
//
//   PLAYLIST_LIBRARY("org.example.mood", "1.0.0", kMood);
#pragma once

#include "playlist/args.hpp"
#include "playlist/call.hpp"
#include "playlist/columns.hpp"
#include "playlist/element.hpp"
#include "playlist/error.hpp"
#include "playlist/plugin.h"
#include "playlist/random.hpp"
#include "playlist/recall.hpp"
#include "playlist/rows.hpp"
