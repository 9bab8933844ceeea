#include "worker/supervisor.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "worker/frames.hpp"
#include "worker/orphans.hpp"
#include "worker/outside.hpp"

namespace engine::worker {
namespace {

constexpr double kSecondsAfterInterrupt = 2;
constexpr std::size_t kInboxPiece = 1u << 20;
constexpr std::size_t kMostQuestions = 64;  // that one worker waits for at once
constexpr int kMostPieces = 64;  // taken in at once, before clock and frames are looked at

double seconds_between(Supervisor::Clock::time_point from, Supervisor::Clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

std::string with_seconds(const char* format, double seconds) {
  char text[128];
  std::snprintf(text, sizeof text, format, seconds);
  return text;
}

bool is_crash(int signal) {
  return signal == SIGSEGV || signal == SIGBUS || signal == SIGFPE || signal == SIGILL ||
         signal == SIGABRT || signal == SIGTRAP || signal == SIGSYS;
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

Supervisor::Supervisor(pid_t worker, int socket, std::uint64_t mark, int pidfd, int signals,
                       const AppliedLimits& limits, const SharedPage& page,
                       Clock::time_point started, Outside* outside)
    : worker_(worker),
      socket_(socket),
      mark_(mark),
      pidfd_(pidfd),
      signals_(signals),
      limits_(limits),
      page_(page),
      started_(started),
      wall_from_(started),
      last_look_(started),
      last_sign_(started),
      outside_(outside) {}

Supervisor::~Supervisor() {
  ask_no_more();
  if (!is_reaped_) {
    ::kill(worker_, SIGKILL);
    while (::waitpid(worker_, nullptr, 0) < 0 && errno == EINTR) {
    }
    forget_child(worker_);
    end_orphans();
  }
  ::close(socket_);
  ::close(pidfd_);
  if (signals_ >= 0) ::close(signals_);
  if (events_ >= 0) ::close(events_);
}

bool Supervisor::receive(std::uint32_t& kind, std::string& bytes) {
  do {
    if (!receive_any(kind, bytes)) return false;
    if (kind == kQuestionFrame) take_question(bytes);
  } while (kind == kQuestionFrame);
  return true;
}

bool Supervisor::receive_any(std::uint32_t& kind, std::string& bytes) {
  watch();
  char raw[FrameHeader::kBytes];
  if (!read_exactly(raw, sizeof raw)) return false;
  const FrameHeader header = FrameHeader::read(raw);
  if (!check(header)) return false;
  // Room is made as bytes come: a length alone costs nothing.
  bytes.clear();
  while (bytes.size() < header.length) {
    const std::size_t before = bytes.size();
    bytes.resize(std::min<std::uint64_t>(header.length, std::max(kInboxPiece, before * 2)));
    if (!read_exactly(bytes.data() + before, bytes.size() - before)) return false;
  }
  kind = header.kind;
  took_frame();
  return true;
}

/// What follows bytes that are no frame cannot be told apart any more: the worker is ended.
bool Supervisor::check(const FrameHeader& header) {
  if (header.is_sound(mark_)) return true;
  if (stopped_ == Stopped::kNo) kill_for(Stopped::kNoFrame);
  inbox_.clear();
  inbox_used_ = 0;
  return false;
}

void Supervisor::took_frame() {
  if (limits_.is_wall_per_frame) wall_from_ = Clock::now();
}

void Supervisor::send(std::uint32_t kind, std::string_view bytes) {
  watch();
  char header[FrameHeader::kBytes];
  FrameHeader{mark_, bytes.size(), kind}.write(header);
  const std::size_t total = sizeof header + bytes.size();
  for (std::size_t sent = 0; sent < total && !is_ended_;) {
    const ssize_t taken = send_some(socket_, header, bytes, sent, MSG_DONTWAIT);
    if (taken >= 0) {
      sent += static_cast<std::size_t>(taken);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      take_in();
      wait(POLLIN | POLLOUT);
    } else if (errno != EINTR) {
      return;  // the worker has gone; finish() says how
    }
  }
}

void Supervisor::take_question(const std::string& question) {
  if (outside_ == nullptr || is_interrupted_ || waits_for_ >= kMostQuestions)
    return send(kAnswerFrame, "");
  ++waits_for_;
  outside_->ask(static_cast<std::uint64_t>(worker_), question);
  if (events_ < 0) watch_outside();
  give_answers();  // some are known at once
}

/// Makes one descriptor of two, for those that poll for many workers.
void Supervisor::watch_outside() {
  events_ = ::epoll_create1(EPOLL_CLOEXEC);
  for (const int descriptor : {pidfd_, outside_->descriptor()}) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = descriptor;
    if (events_ < 0 || ::epoll_ctl(events_, EPOLL_CTL_ADD, descriptor, &event) != 0)
      throw std::runtime_error(std::string("cannot wait for answers: ") + std::strerror(errno));
  }
}

void Supervisor::look_outside() {
  if (waits_for_ == 0 || is_answering_) return;
  outside_->look();
  give_answers();
}

void Supervisor::give_answers() {
  if (is_answering_) return;  // one is being sent, further up
  is_answering_ = true;
  std::string answer;
  while (waits_for_ > 0 && outside_->take(static_cast<std::uint64_t>(worker_), answer)) {
    --waits_for_;
    send(kAnswerFrame, answer);
  }
  is_answering_ = false;
}

/// What it waits for is answered with nothing.
void Supervisor::ask_no_more() {
  if (waits_for_ > 0) outside_->forget(static_cast<std::uint64_t>(worker_));
  waits_for_ = 0;
}

WorkerEnd Supervisor::finish() {
  ask_no_more();
  std::string rest(kInboxPiece, '\0');
  inbox_.clear();
  inbox_used_ = 0;
  while (read_some(rest.data(), rest.size()) > 0) {
  }
  while (!is_ended_) wait(0);

  int status = 0;
  rusage usage{};
  while (::wait4(worker_, &status, 0, &usage) < 0 && errno == EINTR) {
  }
  is_reaped_ = true;
  forget_child(worker_);
  end_orphans();

  WorkerEnd end;
  end.wall_ms = seconds_between(started_, Clock::now()) * 1e3;
  end.peak_bytes = static_cast<std::size_t>(usage.ru_maxrss) * 1024;
  end.is_interrupted = is_interrupted_;
  end.is_done = page_.outcome.load() == Outcome::kReturned && WIFEXITED(status) &&
                stopped_ != Stopped::kNoFrame;
  if (end.is_done) {
    end.exit_code = page_.exit_code;
  } else {
    end.message = message(status, seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime), end);
    if (page_.outcome.load() == Outcome::kGaveUp) {
      end.where = page_.where;  // says more than the stage
    } else {
      end.message += page_.stage();
    }
  }
  return end;
}

bool Supervisor::read_exactly(char* bytes, std::size_t length) {
  for (std::size_t got = 0; got < length;) {
    const ssize_t part = read_some(bytes + got, length - got);
    if (part <= 0) return false;
    got += static_cast<std::size_t>(part);
  }
  return true;
}

/// What the inbox holds, else what the socket gives; waits for at least one byte; 0 at the end.
ssize_t Supervisor::read_some(char* bytes, std::size_t length) {
  while (true) {
    if (inbox_used_ < inbox_.size()) {  // an answer that was sent meanwhile may have filled it
      const std::size_t part = std::min(length, inbox_.size() - inbox_used_);
      std::memcpy(bytes, inbox_.data() + inbox_used_, part);
      inbox_used_ += part;
      if (inbox_used_ == inbox_.size()) {
        inbox_.clear();
        inbox_used_ = 0;
      }
      return static_cast<ssize_t>(part);
    }
    const ssize_t part = ::recv(socket_, bytes, length, MSG_DONTWAIT);
    if (part >= 0) return part;
    if (errno == ECONNRESET) return 0;  // it died with bytes of ours unread
    if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) return 0;
    if (is_ended_) return 0;  // a child of the worker may still hold the other end
    wait(POLLIN);
  }
}

/// Moves what the socket holds into the inbox, without waiting.
void Supervisor::take_in() {
  piece_.resize(kInboxPiece);
  for (int k = 0; k < kMostPieces; ++k) {
    const ssize_t part = ::recv(socket_, piece_.data(), piece_.size(), MSG_DONTWAIT);
    if (part <= 0) return;
    inbox_.append(piece_.data(), static_cast<std::size_t>(part));
  }
}

/// A look at clock and signals at most every 10 ms, for workers that never let us wait.
void Supervisor::watch() {
  if (seconds_between(last_look_, Clock::now()) < 0.01) return;
  look_at_signals();
  look_at_clock();
}

/// Waits for the socket, the worker's end, a signal, or the next limit to look at.
void Supervisor::wait(short events) {
  const int outside = waits_for_ > 0 && !is_answering_ ? outside_->descriptor() : -1;
  pollfd sources[4] = {
      {pidfd_, POLLIN, 0}, {signals_, POLLIN, 0}, {outside, POLLIN, 0}, {socket_, events, 0}};
  const nfds_t count = events == 0 ? 3 : 4;
  if (::poll(sources, count, milliseconds_to_next_look(Clock::now())) > 0) {
    if (sources[0].revents != 0) is_ended_ = true;
    if (sources[1].revents != 0) look_at_signals();
    if (sources[2].revents != 0) look_outside();
  }
  look_at_clock();
}

void Supervisor::look_at_signals() {
  signalfd_siginfo info;
  while (::read(signals_, &info, sizeof info) == sizeof info) interrupt();
}

void Supervisor::interrupt() {
  if (is_interrupted_) return;
  is_interrupted_ = true;
  interrupted_at_ = Clock::now();
  ::kill(worker_, SIGINT);
  const std::size_t unanswered = waits_for_;
  ask_no_more();
  for (std::size_t k = 0; k < unanswered && !is_answering_; ++k) send(kAnswerFrame, "");
}

void Supervisor::kill() {
  ::kill(worker_, SIGKILL);
}

bool Supervisor::pump() {
  pollfd end{pidfd_, POLLIN, 0};
  if (::poll(&end, 1, 0) > 0) is_ended_ = true;  // before the last look at the socket
  take_in();
  look_outside();
  look_at_clock();
  return !is_ended_;
}

bool Supervisor::take_frame(std::uint32_t& kind, std::string& bytes) {
  while (take_any_frame(kind, bytes)) {
    if (kind != kQuestionFrame) return true;
    take_question(bytes);
  }
  return false;
}

bool Supervisor::take_any_frame(std::uint32_t& kind, std::string& bytes) {
  const std::size_t left = inbox_.size() - inbox_used_;
  if (left < FrameHeader::kBytes) return false;
  const FrameHeader header = FrameHeader::read(inbox_.data() + inbox_used_);
  if (!check(header) || left - FrameHeader::kBytes < header.length) return false;
  kind = header.kind;
  bytes.assign(inbox_, inbox_used_ + FrameHeader::kBytes, header.length);
  inbox_used_ += FrameHeader::kBytes + header.length;
  if (inbox_used_ == inbox_.size()) {
    inbox_.clear();
    inbox_used_ = 0;
  }
  took_frame();
  return true;
}

void Supervisor::look_at_clock() {
  const Clock::time_point now = Clock::now();
  last_look_ = now;
  const std::uint64_t beats = page_.beats.load(std::memory_order_relaxed);
  if (beats != last_beats_ || page_.is_waiting.load(std::memory_order_relaxed) != 0) {
    last_beats_ = beats;
    last_sign_ = now;
  }
  if (is_ended_ || stopped_ != Stopped::kNo) return;
  if (is_interrupted_ && seconds_between(interrupted_at_, now) >= kSecondsAfterInterrupt) {
    kill_for(Stopped::kInterrupt);
  } else if (limits_.wall_seconds > 0 && seconds_between(wall_from_, now) >= limits_.wall_seconds) {
    kill_for(Stopped::kWall);
  } else if (limits_.heartbeat_seconds > 0 &&
             seconds_between(last_sign_, now) >= limits_.heartbeat_seconds) {
    kill_for(Stopped::kSilence);
  }
}

int Supervisor::milliseconds_to_next_look(Clock::time_point now) const {
  if (stopped_ != Stopped::kNo) return -1;
  double seconds = 3600;
  if (limits_.wall_seconds > 0) {
    seconds = std::min(seconds, limits_.wall_seconds - seconds_between(wall_from_, now));
  }
  if (limits_.heartbeat_seconds > 0) {
    const double left = limits_.heartbeat_seconds - seconds_between(last_sign_, now);
    seconds = std::min({seconds, left, limits_.heartbeat_seconds / 4});
  }
  if (is_interrupted_) {
    seconds = std::min(seconds, kSecondsAfterInterrupt - seconds_between(interrupted_at_, now));
  }
  return static_cast<int>(std::ceil(std::max(seconds, 0.0) * 1e3));
}

void Supervisor::kill_for(Stopped reason) {
  stopped_ = reason;
  stopped_at_ = Clock::now();
  ::kill(worker_, SIGKILL);
}

std::string Supervisor::message(int status, double cpu_seconds, WorkerEnd& end) const {
  end.is_limit = true;
  const double after = seconds_between(wall_from_, stopped_at_);
  if (stopped_ == Stopped::kWall) {
    return with_seconds("stopped after %.2f s: the worker did not answer", after);
  }
  if (stopped_ == Stopped::kSilence) {
    return with_seconds("stopped: no sign of life for %.2f s", limits_.heartbeat_seconds);
  }
  const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  const bool is_cpu = signal == SIGXCPU || (signal == SIGKILL && limits_.cpu_seconds > 0 &&
                                            cpu_seconds >= limits_.cpu_seconds);
  if (is_cpu && stopped_ == Stopped::kNo) {
    end.is_inherited_limit = limits_.is_cpu_inherited;
    return with_seconds("stopped after %.0f s of CPU time", std::ceil(limits_.cpu_seconds));
  }
  if (page_.outcome.load() == Outcome::kGaveUp) return page_.what;
  if (page_.outcome.load() == Outcome::kOutOfMemory) {
    end.is_inherited_limit = limits_.is_memory_inherited;
    return "out of memory: more than " + std::to_string(limits_.memory_bytes >> 20) + " MB";
  }
  end.is_limit = false;
  if (stopped_ == Stopped::kNoFrame) {
    return "stopped: bytes that are no message came from the worker, so something in it writes to "
           "files that it has not opened";
  }
  if (stopped_ == Stopped::kInterrupt || (is_interrupted_ && signal == SIGINT)) {
    return "interrupted";
  }
  if (page_.outcome.load() == Outcome::kThrew) return page_.what;
  if (is_crash(signal)) return std::string("the worker crashed (") + ::strsignal(signal) + ")";
  if (signal != 0) return std::string("the worker was killed (") + ::strsignal(signal) + ")";
  return "the worker ended early with exit status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace engine::worker
