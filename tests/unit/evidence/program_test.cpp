// Programs in the languages that people write them in, each with its healthy twin.
#include <catch2/catch.hpp>
#include <functional>

#include "agent/runtimes/go_binary.h"
#include "tests/unit/evidence/waiting_process.h"

using namespace sockwarden;
using namespace sockwarden::test;

namespace {

constexpr auto python = "/usr/bin/python3";
constexpr auto node = "/usr/bin/node";
constexpr auto go = "/usr/bin/go";
constexpr auto java = "/usr/bin/java";
constexpr auto ruby = "/usr/bin/ruby";
constexpr auto curl = "/usr/bin/curl";

std::string on_port(std::string text, std::uint16_t port) {
  for (std::size_t at = 0; (at = text.find("PORT", at)) != text.npos;) text.replace(at, 4, std::to_string(port));
  return text;
}

/// The answer to whether a program waits for its silent peer alone, once its wait is endless. One thread may stand in
/// it while another has not yet begun its own: the program is given a second to come to its rest.
Evidence ask_if_sole(const std::vector<std::string>& command, std::uint16_t port) {
  const ChildProcess program(command);
  Evidence evidence;
  const auto ask = [&] {
    auto question = question_about(program.pid(), port);
    if (!question) return false;
    const auto besides = std::make_shared<SocketInodes>();
    for (const auto& row : sockets_of(program.pid()))
      if (row.remote_port == port) besides->insert(row.inode);
    question->besides = besides;
    return (evidence = answer(*question)).verdict == Verdict::infinite;
  };
  if (eventually(ask)) eventually([&] { return ask() && evidence.sole; }, std::chrono::seconds(1));
  return evidence;
}

template <typename Peer = SilentPeer>
Evidence run_python(const std::string& text, Verdict expected, WaitDirection direction = WaitDirection::receive) {
  const Peer peer;
  const ChildProcess program({python, "-c", on_port(text, peer.port())});
  return await(program, peer.port(), expected, direction);
}

/// Builds a Go program; where it cannot be built, empty.
std::string build_go(const TemporaryFolder& folder, const std::string& text, const std::string& flags = "") {
  const auto source = folder.write("main.go", text);
  const auto binary = folder.path() + "/program";
  const auto command = "cd " + folder.path() +
                       " && GO111MODULE=off GOFLAGS=-mod=mod GOCACHE=${GOCACHE:-/tmp/evidence-go-cache} " + go +
                       " build " + flags + " -o " + binary + " main.go";
  return std::system(command.c_str()) == 0 ? binary : "";
}

const std::string go_client = R"(package main
import ("net/http"; "os"; "time")
func main() {
  client := &http.Client{Transport: &http.Transport{}}
  if len(os.Args) > 2 { client.Timeout = 100 * time.Second }
  client.Get("http://127.0.0.1:" + os.Args[1] + "/")
})";

const std::string go_server = R"(package main
import ("net"; "net/http"; "os"; "time")
func main() {
  server := &http.Server{}
  if len(os.Args) > 1 && os.Args[1] == "limited" { server.ReadHeaderTimeout = 100 * time.Second }
  if len(os.Args) > 1 && os.Args[1] == "ticking" { go func() { for range time.Tick(50 * time.Millisecond) {} }() }
  listener, _ := net.Listen("tcp", "127.0.0.1:0")
  server.Serve(listener)
})";

/// What is said of a Go server that holds half of a request.
Evidence ask_go_server(const std::string& binary, const std::vector<std::string>& arguments, Verdict expected,
                       const std::string& protocol) {
  std::vector<std::string> command{binary};
  command.insert(command.end(), arguments.begin(), arguments.end());
  const ChildProcess program(command);
  unsigned port = 0;
  eventually([&] {
    for (const auto& row : sockets_of(program.pid())) {
      if (row.state == 10) port = row.local_port;
    }
    return port != 0;
  });
  const OwnedFd client(connect_to(static_cast<std::uint16_t>(port)));
  (void)!::write(client.get(), "GET / HT", 8);
  Evidence evidence;
  eventually([&] {
    for (const auto& row : sockets_of(program.pid())) {
      if (row.local_port != port || row.state != 1) continue;
      Question question;
      question.pid = program.pid();
      question.fd = row.fd;
      question.inode = row.inode;
      question.serves_http_1 = protocol == "http/1.1";
      evidence = answer(question);
    }
    return evidence.verdict == expected;
  });
  return evidence;
}

}  // namespace

TEST_CASE("Python: no timeout is proven, settimeout is a timeout with its value") {
  if (!installed(python)) return;
  const std::string request =
      "import http.client\nc = http.client.HTTPConnection('127.0.0.1', PORT LIMIT)\nc.request('GET', "
      "'/')\nc.getresponse()";
  const auto with = [&](const std::string& limit) {
    auto text = request;
    return text.replace(text.find(" LIMIT"), 6, limit);
  };
  const auto endless = run_python(with(""), Verdict::infinite);
  CHECK(endless.verdict == Verdict::infinite);
  CHECK(std::get<std::string>(endless.facts.at("blocked_in")) == "recvfrom");
  const auto limited = run_python(with(", timeout=100"), Verdict::finite);
  CHECK(limited.verdict == Verdict::finite);
  CHECK(limited.timeout == std::chrono::seconds(100));
}

TEST_CASE("Python: a wait has the lines of the program that wait, not those of its libraries") {
  if (!installed(python)) return;
  const SilentPeer peer;
  const TemporaryFolder folder;
  const auto file = folder.write("orders.py", on_port(R"(import http.client

class Orders:
    def fetch(self):
        c = http.client.HTTPConnection('127.0.0.1', PORT)
        c.request('GET', '/')
        return (
            c
            .getresponse())

def main():
    return [Orders().fetch() for _ in range(1)]

main()
)",
                                                      peer.port()));
  const ChildProcess program({python, folder.path() + "/orders.py"});
  const auto evidence = await(program, peer.port(), Verdict::infinite, WaitDirection::receive);
  REQUIRE(evidence.frames.size() >= 3);
  CHECK(evidence.frames[0] == "Orders.fetch orders.py:9");
  CHECK(evidence.frames.back() == "<module> orders.py:14");
  CHECK(evidence.frames[evidence.frames.size() - 2] == "main orders.py:12");
}

TEST_CASE("libcurl polls for a second at a time, and keeps the limit of the transfer") {
  if (!installed(curl)) return;
  const auto comes_to = [](const std::vector<std::string>& options, const std::function<bool(const Evidence&)>& claim) {
    const SilentPeer peer;
    std::vector<std::string> command{curl, "-s"};
    command.insert(command.end(), options.begin(), options.end());
    command.push_back("http://127.0.0.1:" + std::to_string(peer.port()) + "/");
    const ChildProcess program(command);
    return eventually([&] {
      auto question = question_about(program.pid(), peer.port());
      if (!question) return false;
      question->waited = std::chrono::seconds(10);
      return claim(answer(*question));
    });
  };
  CHECK(comes_to({}, [](const Evidence& evidence) {
    const bool told = evidence.sentence.find("libcurl keeps no limit") != std::string::npos;
    return told && evidence.verdict == Verdict::timer_pending;
  }));
  // Shorter ones, of the connect, are over first.
  CHECK(comes_to({"-m", "100"}, [](const Evidence& evidence) {
    const bool whole = evidence.timeout > std::chrono::seconds(80) && evidence.timeout <= std::chrono::seconds(110);
    return whole && evidence.verdict == Verdict::finite;
  }));
}

TEST_CASE("Ruby: a poll of the socket and of the VM's own wake-up is proven without a limit") {
  if (!installed(ruby)) return;
  const auto ask = [](const std::string& limit, Verdict expected) {
    const SilentPeer peer;
    const ChildProcess program(
        {ruby, "-rnet/http", "-e",
         on_port("h = Net::HTTP.new('127.0.0.1', PORT); h.read_timeout = " + limit + "; h.get('/')", peer.port())});
    return await(program, peer.port(), expected);
  };
  const auto endless = ask("nil", Verdict::infinite);
  INFO(endless.sentence);
  CHECK(endless.verdict == Verdict::infinite);
  CHECK(ask("100", Verdict::finite).verdict == Verdict::finite);
}

TEST_CASE("Ruby: another thread's sleep may be the limit of a blocked call, whichever of the two waits for signals") {
  if (!installed(ruby)) return;
  const std::string get = "h = Net::HTTP.new('127.0.0.1', PORT); h.read_timeout = nil; h.get('/')";
  for (const std::string& limited : {"Timeout.timeout(100) { " + get + " }", "Thread.new { " + get + " }.join(100)"}) {
    const SilentPeer peer;
    const ChildProcess program({ruby, "-rnet/http", "-rtimeout", "-e", on_port(limited, peer.port())});
    CHECK(await(program, peer.port(), Verdict::timer_pending).verdict == Verdict::timer_pending);
  }
}

TEST_CASE("a program that has nothing else to do waits for its peer alone") {
  const SilentPeer peer;
  const std::string port = std::to_string(peer.port());
  const auto is_sole = [&](const std::vector<std::string>& command) {
    const Evidence evidence = ask_if_sole(command, peer.port());
    CAPTURE(command, evidence.sentence);
    CHECK(evidence.verdict == Verdict::infinite);
    CHECK(evidence.sole == (evidence.sentence.find("waits for nothing else") != std::string::npos));
    return evidence.sole;
  };
  const std::string dial =
      "import socket, threading, sys, os\ns = socket.create_connection(('127.0.0.1', " + port + "))\n";
  if (installed(python)) {
    CHECK(is_sole({python, "-c", dial + "s.recv(1)"}));
    CHECK(is_sole({python, "-c",
                   "import asyncio\nasync def main():\n  reader, _ = await asyncio.open_connection("
                   "'127.0.0.1', " +
                       port + ")\n  await reader.read()\nasyncio.run(main())"}));
    const std::string in_thread = "threading.Thread(target=lambda: s.recv(1)).start()\n";
    CHECK(is_sole(
        {python, "-c", dial + in_thread + "o = socket.create_connection(('127.0.0.1', " + port + "))\no.recv(1)"}));
    // Healthy: a sender whose second thread only looks for the peer's close, a server, a parent, two connections.
    CHECK_FALSE(is_sole(
        {python, "-c", dial + in_thread + "r, w = os.pipe()\nif os.fork(): os.read(r, 1)\nelse: os.read(r, 1)"}));
    CHECK_FALSE(is_sole({python, "-c", dial + in_thread + "socket.create_server(('127.0.0.1', 0)).accept()"}));
    CHECK_FALSE(is_sole({python, "-c",
                         dial + "import select\nl = socket.create_server(('127.0.0.1', 0))\n"
                                "select.select([s, l], [], [])"}));
  }
  if (installed(node)) {
    const std::string get = "require('http').get({host: '127.0.0.1', port: " + port + ", agent: false});";
    CHECK(is_sole({node, "-e", get}));
    CHECK_FALSE(is_sole({node, "-e", get + "require('net').createServer().listen(0)"}));
  }
  if (installed(go)) {
    const TemporaryFolder folder;
    const auto binary = build_go(folder, go_client);
    REQUIRE_FALSE(binary.empty());
    CHECK(is_sole({binary, port}));
  }
}

TEST_CASE("a dial without a timeout is proven although the kernel gives up some day; with one it is finite") {
  if (!installed(python)) return;
  const auto dial = [](const std::string& limit, Verdict expected) {
    return run_python<FullPeer>("import socket\nsocket.create_connection(('127.0.0.1', PORT)" + limit + ")", expected,
                                WaitDirection::connect);
  };
  const auto endless = dial("", Verdict::infinite);
  INFO(endless.sentence);
  CHECK(endless.verdict == Verdict::infinite);
  CHECK(endless.facts.at("blocked_in") == EvidenceValue(std::string("connect")));
  REQUIRE(endless.notes.size() == 1);
  CHECK(endless.notes.front().find("SYN") != std::string::npos);
  const auto limited = dial(", timeout=100", Verdict::finite);
  CHECK(limited.verdict == Verdict::finite);
  CHECK(limited.timeout == std::chrono::seconds(100));
}

TEST_CASE("asyncio: without wait_for it is proven, with it a timer is pending") {
  if (!installed(python)) return;
  const std::string head = R"(import asyncio
async def main():
    reader, writer = await asyncio.open_connection('127.0.0.1', PORT)
    )";
  const auto endless = run_python(head + "await reader.read()\nasyncio.run(main())", Verdict::infinite);
  CHECK(endless.verdict == Verdict::infinite);
  const auto limited =
      run_python(head + "await asyncio.wait_for(reader.read(), 100)\nasyncio.run(main())", Verdict::timer_pending);
  CHECK(limited.verdict == Verdict::timer_pending);
}

TEST_CASE("Node: without a timeout it is proven, with one a timer is pending") {
  if (!installed(node)) return;
  const auto ask = [](const std::string& text, Verdict expected) {
    const SilentPeer peer;
    const ChildProcess program({node, "-e", on_port(text, peer.port())});
    return await(program, peer.port(), expected);
  };
  const std::string start = "require('http').get({host: '127.0.0.1', port: PORT, agent: false";
  CHECK(ask(start + "})", Verdict::infinite).verdict == Verdict::infinite);
  CHECK(ask(start + ", timeout: 100000})", Verdict::timer_pending).verdict == Verdict::timer_pending);
}

TEST_CASE("Node: a timer for the engine's garbage collection is no timeout, any other beside it may be") {
  if (!installed(node)) return;
  // So much garbage that the engine looks again some seconds later whether there is more of it.
  const std::string get = "require('http').get({host: '127.0.0.1', port: PORT, agent: false});";
  const std::string garbage = "let all = []; for (let i = 0; i < 3e6; i++) all.push({i}); all = null;";
  const auto ask = [&](const std::string& text, Verdict expected) {
    const SilentPeer peer;
    const ChildProcess program({node, "-e", on_port(garbage + text, peer.port())});
    return await(program, peer.port(), expected);
  };
  const auto endless = ask(get, Verdict::infinite);
  INFO(endless.sentence);
  REQUIRE(endless.verdict == Verdict::infinite);
  CHECK(endless.sentence.find("housekeeping") != std::string::npos);
  for (const std::string timer :
       {"setTimeout(() => {}, 100000);", "setTimeout(() => {}, 3000000).unref();", "AbortSignal.timeout(100000);",
        "Atomics.waitAsync(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100000);"}) {
    INFO(timer);
    CHECK(ask(timer + get, Verdict::timer_pending).verdict == Verdict::timer_pending);
  }
  // In another thread, with a loop of its own; asked about once it is there.
  const std::string worker =
      "new (require('worker_threads').Worker)('setTimeout(() => {}, 100000);"
      "require(`worker_threads`).parentPort.postMessage(1)', {eval: true}).once('message', () => { ";
  CHECK(ask(worker + get + "})", Verdict::timer_pending).verdict == Verdict::timer_pending);
}

TEST_CASE("Java: a blocking stream is proven, a read timeout is a timeout") {
  if (!installed(java)) return;
  const auto ask = [](const std::string& limit, Verdict expected) {
    const SilentPeer peer;
    const TemporaryFolder folder;
    const auto source = folder.write("Wait.java", on_port(R"(class Wait {
  public static void main(String[] arguments) throws Exception {
    var connection = new java.net.URL("http://127.0.0.1:PORT/").openConnection();
    )" + limit + R"(
    connection.getInputStream().read();
  }
})",
                                                          peer.port()));
    const ChildProcess program({java, source});
    return await(program, peer.port(), expected);
  };
  CHECK(ask("", Verdict::infinite).verdict == Verdict::infinite);
  CHECK(ask("connection.setReadTimeout(100000);", Verdict::finite).verdict == Verdict::finite);
}

TEST_CASE("Go client: without a timeout it is proven, with http.Client.Timeout a timer is pending") {
  if (!installed(go)) return;
  const TemporaryFolder folder;
  const auto binary = build_go(folder, go_client);
  REQUIRE_FALSE(binary.empty());
  const auto ask = [&](bool limited, Verdict expected) {
    const SilentPeer peer;
    std::vector<std::string> command{binary, std::to_string(peer.port())};
    if (limited) command.emplace_back("limited");
    const ChildProcess program(command);
    return await(program, peer.port(), expected);
  };
  const auto endless = ask(false, Verdict::infinite);
  INFO(endless.sentence);
  CHECK(endless.verdict == Verdict::infinite);
  CHECK(ask(true, Verdict::timer_pending).verdict == Verdict::timer_pending);
}

TEST_CASE("Go client: a dialer's timer that was stopped is none, although the runtime still wakes for it") {
  if (!installed(go)) return;
  const std::string text = R"(package main
import ("net"; "net/http"; "os"; "time")
func main() {
  dialer := &net.Dialer{Timeout: 100 * time.Second}
  client := &http.Client{Transport: &http.Transport{DialContext: dialer.DialContext}}
  if len(os.Args) > 2 { client.Timeout = 200 * time.Second }
  client.Get("http://127.0.0.1:" + os.Args[1] + "/")
})";
  const TemporaryFolder folder;
  const auto binary = build_go(folder, text);
  REQUIRE_FALSE(binary.empty());
  const auto ask = [](const std::string& program, bool limited, Verdict expected) {
    const SilentPeer peer;
    std::vector<std::string> command{program, std::to_string(peer.port())};
    if (limited) command.emplace_back("limited");
    return await(ChildProcess(command), peer.port(), expected);
  };
  const auto endless = ask(binary, false, Verdict::infinite);
  INFO(endless.sentence);
  CHECK(endless.verdict == Verdict::infinite);
  CHECK(ask(binary, true, Verdict::timer_pending).verdict == Verdict::timer_pending);
}

TEST_CASE("Go dial: the dialer's timeout is the write deadline of the descriptor") {
  if (!installed(go)) return;
  const TemporaryFolder folder;
  const auto binary = build_go(folder, R"(package main
import ("net"; "os"; "time")
func main() {
  dialer := net.Dialer{}
  if len(os.Args) > 2 { dialer.Timeout = 100 * time.Second }
  dialer.Dial("tcp", "127.0.0.1:" + os.Args[1])
})");
  REQUIRE_FALSE(binary.empty());
  const FullPeer peer;
  const auto port = std::to_string(peer.port());
  const ChildProcess endless({binary, port}), limited({binary, port, "limited"});
  CHECK(await(endless, peer.port(), Verdict::infinite, WaitDirection::connect).verdict == Verdict::infinite);
  const auto evidence = await(limited, peer.port(), Verdict::finite, WaitDirection::connect);
  CHECK(evidence.verdict == Verdict::finite);
  CHECK(evidence.sentence.find("write deadline") != std::string::npos);
}

TEST_CASE("Go server: the deadline of the descriptor decides, with debug information and without") {
  if (!installed(go)) return;
  for (const auto* flags : {"", "-ldflags='-s -w'"}) {
    INFO(flags);
    const TemporaryFolder folder;
    const auto binary = build_go(folder, go_server, flags);
    REQUIRE_FALSE(binary.empty());
    CHECK(ask_go_server(binary, {}, Verdict::infinite, "http/1.1").verdict == Verdict::infinite);
    const auto limited = ask_go_server(binary, {"limited"}, Verdict::finite, "http/1.1");
    INFO(limited.sentence);
    REQUIRE(limited.verdict == Verdict::finite);
    CHECK(std::abs(std::chrono::duration<double>(*limited.timeout).count() - 100) < 60);
    // Another timer of the program does not matter to a server of HTTP/1, all of whose timeouts are deadlines.
    CHECK(ask_go_server(binary, {"ticking"}, Verdict::infinite, "http/1.1").verdict == Verdict::infinite);
    CHECK(ask_go_server(binary, {"ticking"}, Verdict::timer_pending, "http/2").verdict == Verdict::timer_pending);
  }
}

TEST_CASE("the layout is read from DWARF where there is one, and is that of the table for the release") {
  if (!installed(go)) return;
  const TemporaryFolder folder;
  const auto full = read_go_binary(open_regular({build_go(folder, go_server), ""}));
  REQUIRE(full);
  CHECK(full->from_dwarf);
  if (full->release.starts_with("go1.19")) CHECK(full->timer_heaps);
  REQUIRE(full->layouts.size() == 1);
  const auto stripped = read_go_binary(open_regular({build_go(folder, go_server, "-ldflags='-s -w'"), ""}));
  REQUIRE(stripped);
  CHECK_FALSE(stripped->from_dwarf);
  CHECK(stripped->release == full->release);
  const auto& known = stripped->layouts;
  CHECK(std::find(known.begin(), known.end(), full->layouts.front()) != known.end());
  CHECK_FALSE(read_go_binary(open_regular({"/bin/sh", ""})));
  CHECK_FALSE(read_go_binary(open_regular({"/etc/passwd", ""})));
  CHECK_FALSE(read_go_binary(open_regular({"/nonexistent", ""})));
}
