#include "worker/stop_signals.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

#include "worker/start.hpp"

namespace engine {

struct StopSignals::State {
  worker::BlockedSignals blocked;
  int descriptor = blocked.descriptor();
  bool has_come = false;
};

StopSignals::StopSignals() : state_(std::make_unique<State>()) {}

StopSignals::~StopSignals() {
  ::close(state_->descriptor);
}

int StopSignals::descriptor() const {
  return state_->descriptor;
}

bool StopSignals::have_come() {
  signalfd_siginfo signal{};
  if (::read(state_->descriptor, &signal, sizeof signal) > 0) state_->has_come = true;
  return state_->has_come;
}

}  // namespace engine
