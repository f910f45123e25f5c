// Real Go programs: what their goroutines wait for, and where.
#include <catch2/catch.hpp>

#include "tests/unit/evidence/waiting_process.h"

using namespace sockwarden;
using namespace sockwarden::test;

namespace {

constexpr auto go = "/usr/bin/go";

// With the lock held, a handler panics, and net/http recovers from it: who comes next waits for the lock for ever. Or
// it does what `held` says. `others` go on beside it.
std::string server_with(const std::string& others, const std::string& held = "panic(\"gone\")") {
  return R"(package main
import ("net"; "net/http"; "sync"; "time"; "log"; "io")
var mu sync.Mutex
var _ = time.Second
var _ = sync.WaitGroup{}
type orders struct{ mu *sync.Mutex; taken int }
func (o *orders) take() {
  o.mu.Lock() // line 8
  o.taken++
  )" + held +
         R"(
  o.mu.Unlock()
}
func main() {
  log.SetOutput(io.Discard)
  o := &orders{mu: &mu}
  http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { o.take() }) // line 16
  )" + others +
         R"(
  listener, _ := net.Listen("tcp", "127.0.0.1:0")
  http.Serve(listener, nil)
})";
}

class Server {
 public:
  Server(const TemporaryFolder& folder, const std::string& text, const std::string& flags)
      : program_({build(folder, text, flags)}) {
    eventually([&] {
      // Until it is the program, the process has what this one has open.
      const auto exe = "/proc/" + std::to_string(program_.pid()) + "/exe";
      if (read_link_at(-100, exe.c_str()) != folder.path() + "/program") return false;
      for (const auto& row : sockets_of(program_.pid()))
        if (row.state == 10) port_ = row.local_port;
      return port_ != 0;
    });
  }

  [[nodiscard]] std::uint32_t pid() const { return program_.pid(); }

  /// A connection on which a whole request was sent.
  [[nodiscard]] OwnedFd request(const std::string& path = "/") const {
    OwnedFd client(connect_to(static_cast<std::uint16_t>(port_)));
    const auto text = "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n";
    (void)!::write(client.get(), text.data(), text.size());
    return client;
  }

  /// What is said of the requests that were not answered, once for all of them.
  [[nodiscard]] std::vector<Evidence> ask() {
    std::vector<Question> questions;
    for (const auto& row : sockets_of(program_.pid())) {
      if (row.local_port != port_ || row.state != 1) continue;
      Question question;
      question.pid = question.worker = program_.pid();
      question.fd = row.fd;
      question.inode = row.inode;
      question.serves_http_1 = true;
      question.direction = WaitDirection::work;
      question.waited = std::chrono::seconds(10);
      questions.push_back(question);
    }
    return reader_.answer(questions);
  }

 private:
  static std::string build(const TemporaryFolder& folder, const std::string& text, const std::string& flags) {
    const auto binary = folder.path() + "/program";
    folder.write("main.go", text);
    const auto command = "cd " + folder.path() + " && GO111MODULE=off GOCACHE=${GOCACHE:-/tmp/evidence-go-cache} " +
                         go + " build " + flags + " -o " + binary + " main.go";
    return std::system(command.c_str()) == 0 ? binary : "/nonexistent";
  }

  ChildProcess program_;
  unsigned port_ = 0;
  EvidenceReader reader_;
};

/// What is said of the one request that waits for the lock, once that is `verdict`, or at last.
Evidence of_waiter(Server& server, Verdict verdict) {
  Evidence said;
  eventually([&] {
    for (const auto& answer : server.ask())
      if (answer.in_lock) said = answer;
    return said.in_lock && said.verdict == verdict;
  });
  return said;
}

}  // namespace

TEST_CASE("Go: a request that waits for a lock which a panic left held is proven to, with its line") {
  if (!installed(go)) return;
  const std::string flags = GENERATE("", "-ldflags='-s -w'");
  const std::string others = GENERATE("", "go func() { for range time.Tick(50 * time.Millisecond) {} }()",
                                      "go func() { for { time.Sleep(20 * time.Millisecond) } }()");
  CAPTURE(flags, others);
  const TemporaryFolder folder;
  Server server(folder, server_with(others), flags);
  const auto first = server.request();
  char byte = 0;
  (void)!::read(first.get(), &byte, 1);  // the end
  const auto second = server.request(), third = server.request();
  std::vector<Evidence> answers;
  eventually([&] {
    answers = server.ask();
    return answers.size() == 2 && answers[0].verdict == Verdict::infinite && answers[1].verdict == Verdict::infinite;
  });
  REQUIRE(answers.size() == 2);
  for (const auto& answer : answers) {
    CAPTURE(answer.sentence);
    CHECK(answer.verdict == Verdict::infinite);
    CHECK(answer.in_lock);
    REQUIRE(answer.frames.size() >= 3);
    CHECK(answer.frames[0] == "main.(*orders).take main.go:8");
    CHECK(answer.frames[1] == "main.main.func1 main.go:16");
    CHECK(answer.frames[2].starts_with("net/http.HandlerFunc.ServeHTTP server.go:"));
  }
}

TEST_CASE("Go: a lock whose holder waits for somebody else is not held for ever") {
  if (!installed(go)) return;
  const SilentPeer peer;
  const auto get = "http.Get(\"http://127.0.0.1:" + std::to_string(peer.port()) + "/\")";
  const bool in_background = GENERATE(false, true);
  CAPTURE(in_background);
  const TemporaryFolder folder;
  Server server(folder,
                in_background ? server_with("go func() { mu.Lock(); " + get + "; mu.Unlock() }()", "")
                              : server_with("", "if o.taken == 1 { " + get + " }"),
                "");
  REQUIRE(eventually([&] { return question_about(server.pid(), peer.port()).has_value() || !in_background; }));
  const auto first = server.request();
  REQUIRE(eventually([&] { return question_about(server.pid(), peer.port()).has_value(); }));
  const auto second = server.request();
  for (int look = 0; look < 5; ++look) {
    const auto said = of_waiter(server, Verdict::timer_pending);
    CAPTURE(said.sentence);
    CHECK(said.verdict == Verdict::timer_pending);
    CHECK(said.sentence.find("may hold it") != said.sentence.npos);
  }
}

TEST_CASE("Go: a lock whose holder sleeps is not held for ever") {
  if (!installed(go)) return;
  const bool in_background = GENERATE(false, true);
  CAPTURE(in_background);
  const std::string sleep = "time.Sleep(100 * time.Second)";
  const TemporaryFolder folder;
  Server server(folder,
                in_background ? server_with("go func() { mu.Lock(); " + sleep + "; mu.Unlock() }()", "")
                              : server_with("", "if o.taken == 1 { " + sleep + " }"),
                "");
  const auto first = server.request(), second = server.request();
  for (int look = 0; look < 5; ++look) {
    const auto said = of_waiter(server, Verdict::timer_pending);
    CAPTURE(said.sentence);
    CHECK(said.verdict == Verdict::timer_pending);
  }
}

TEST_CASE("Go: a lock that nobody gives back is proven beside what else a busy server does") {
  if (!installed(go)) return;
  const TemporaryFolder folder;
  Server server(folder, server_with(R"(
  http.HandleFunc("/quick", func(w http.ResponseWriter, r *http.Request) { time.Sleep(time.Millisecond) })
  http.HandleFunc("/poll", func(w http.ResponseWriter, r *http.Request) {
    select { case <-time.After(time.Hour): case <-r.Context().Done(): }
  })
  quick, _ := net.Listen("tcp", "127.0.0.1:0")
  go http.Serve(quick, nil)
  for i := 0; i < 3; i++ {
    go func() {
      for {
        answer, _ := http.Get("http://" + quick.Addr().String() + "/quick")
        io.Copy(io.Discard, answer.Body)
        answer.Body.Close()
      }
    }()
  }
  go func() { time.Sleep(time.Hour) }()
  time.Sleep(20 * time.Millisecond))"),
                "");
  const auto first = server.request();
  char byte = 0;
  (void)!::read(first.get(), &byte, 1);
  const auto poll = server.request("/poll"), second = server.request();
  const auto said = of_waiter(server, Verdict::infinite);
  CAPTURE(said.sentence);
  CHECK(said.verdict == Verdict::infinite);
}

TEST_CASE("Go: a handler that waits for a result waits for no lock") {
  if (!installed(go)) return;
  const TemporaryFolder folder;
  Server server(folder, server_with("", R"(
  result := make(chan int)
  go func() { time.Sleep(time.Hour); result <- 1 }()
  <-result)"),
                "");
  const auto request = server.request();
  std::vector<Evidence> answers;
  eventually([&] { return (answers = server.ask()).size() == 1 && !answers[0].frames.empty(); });
  REQUIRE(answers.size() == 1);
  CAPTURE(answers[0].sentence);
  CHECK(answers[0].verdict == Verdict::timer_pending);
  CHECK_FALSE(answers[0].in_lock);
  REQUIRE_FALSE(answers[0].frames.empty());
  CHECK(answers[0].frames[0] == "main.(*orders).take main.go:13");
}
