#include "agent/cli/doctor_report.h"

#include <catch2/catch.hpp>
#include <sstream>

#include "agent/cli/display.h"

using namespace sockwarden;

namespace {

HookStatus hook(const std::string& name, bool attached) {
  return {
      .name = name,
      .kind = "tp_btf",
      .gives = "when data was sent, to the nanosecond, and some more words that need another line",
      .attached = attached,
      .variant = attached ? "socket storage" : "",
      .reason = attached ? "" : "this kernel has no such tracepoint; it came with Linux 6.12, so use a later kernel",
      .lost = "send times are known to a jiffy only",
      .variant_reason = "",
      .unseen = "",
      .lost_by_variant = "",
      .required = false};
}

Diagnosis able() {
  Diagnosis diagnosis;
  diagnosis.host = {.kernel_release = "6.18.44",
                    .btf = true,
                    .lockdown = "integrity",
                    .cgroup2 = "/sys/fs/cgroup",
                    .capabilities = {{"CAP_BPF", true}, {"CAP_PERFMON", true}, {"CAP_NET_ADMIN", true}}};
  diagnosis.hooks = {hook("inet_sock_set_state", true)};
  return diagnosis;
}

}  // namespace

TEST_CASE("a host with everything is fully able") {
  CHECK(able().ability() == Ability::full);
  CHECK(doctor_json(able())["ability"] == "full");
  CHECK(doctor_text(able()).find("lost") == std::string::npos);
}

TEST_CASE("a missing optional hook, capability or cgroup2 makes a host reduced") {
  Diagnosis diagnosis = able();
  diagnosis.hooks.push_back(hook("sock_send_length", false));
  CHECK(diagnosis.ability() == Ability::reduced);
  diagnosis = able();
  diagnosis.host.capabilities.emplace_back("CAP_SYS_PTRACE", false);
  CHECK(diagnosis.ability() == Ability::reduced);
  diagnosis = able();
  diagnosis.host.cgroup2.clear();
  CHECK(diagnosis.ability() == Ability::reduced);
}

TEST_CASE("a poorer variant makes a host reduced and says what is lost where a user misses something") {
  Diagnosis diagnosis = able();
  diagnosis.hooks.push_back(hook("tcp_send_reset", true));
  diagnosis.hooks.back().variant = "without reason";
  CHECK(diagnosis.ability() == Ability::full);
  CHECK(doctor_json(diagnosis)["hooks"][1]["lost"].is_null());
  diagnosis.hooks.back().lost_by_variant = "why a reset of ours was sent";
  CHECK(diagnosis.ability() == Ability::reduced);
  CHECK(doctor_text(diagnosis).find("lost: why a reset of ours was sent") != std::string::npos);
  CHECK(doctor_json(diagnosis)["hooks"][1]["lost"] == "why a reset of ours was sent");
  CHECK(doctor_json(diagnosis)["hooks"][1]["attached"] == true);
}

TEST_CASE("a capability that nothing needs does not matter") {
  Diagnosis diagnosis = able();
  diagnosis.host.capabilities.emplace_back("CAP_CHOWN", false);
  CHECK(diagnosis.ability() == Ability::full);
}

TEST_CASE("a failure to load, or a missing required hook, makes a host unable") {
  Diagnosis diagnosis = able();
  diagnosis.hooks.clear();
  diagnosis.failure = Error{"load the kernel programs", "", EPERM, "run as root"};
  CHECK(diagnosis.ability() == Ability::unable);
  CHECK(doctor_text(diagnosis).find("run as root") != std::string::npos);
  CHECK(doctor_json(diagnosis)["failure"].get<std::string>().find("run as root") != std::string::npos);
  diagnosis = able();
  diagnosis.hooks.push_back(hook("tcp_rcv_space_adjust", false));
  diagnosis.hooks.back().required = true;
  CHECK(diagnosis.ability() == Ability::unable);
}

TEST_CASE("a missing hook says why and what is lost; an attached one says its variant") {
  Diagnosis diagnosis = able();
  diagnosis.hooks.push_back(hook("sock_send_length", false));
  const std::string text = doctor_text(diagnosis);
  CHECK(text.find("yes  inet_sock_set_state (tp_btf, socket storage)") != std::string::npos);
  CHECK(text.find("no   sock_send_length (tp_btf)") != std::string::npos);
  CHECK(text.find("why: this kernel has no such tracepoint") != std::string::npos);
  CHECK(text.find("lost: send times are known to a jiffy only") != std::string::npos);
  const Json json = doctor_json(diagnosis);
  CHECK(json["hooks"][0]["reason"].is_null());
  CHECK(json["hooks"][1]["lost"] == "send times are known to a jiffy only");
}

TEST_CASE("a scan that fails makes a host unable, and says which part and why") {
  Diagnosis diagnosis = able();
  diagnosis.scan_failure = ScanFailure{ScanPart::live, Error{"open the iterator", "scan_sockets", EPERM, ""}};
  CHECK(diagnosis.ability() == Ability::unable);
  CHECK(doctor_text(diagnosis).find("A scan fails (live): cannot open the iterator scan_sockets: Operation not") !=
        std::string::npos);
  const Json scan = doctor_json(diagnosis)["scan"];
  CHECK(scan["ok"] == false);
  CHECK(scan["part"] == "live");
  CHECK(scan["reason"] == "cannot open the iterator scan_sockets: Operation not permitted");
}

TEST_CASE("a scan that is good is told in JSON alone") {
  CHECK(doctor_text(able()).find("scan") == std::string::npos);
  const Json scan = doctor_json(able())["scan"];
  CHECK(scan["ok"] == true);
  CHECK(scan["part"].is_null());
  CHECK(scan["reason"].is_null());
}

TEST_CASE("where nothing could be loaded no scan was made") {
  Diagnosis diagnosis = able();
  diagnosis.failure = Error{"load the kernel programs", "", EPERM, "run as root"};
  CHECK(doctor_json(diagnosis)["scan"]["ok"] == false);
}

TEST_CASE("a hook says why no better variant of it was chosen, where there is one") {
  Diagnosis diagnosis = able();
  CHECK(doctor_text(diagnosis).find("chosen: ") == std::string::npos);
  CHECK(doctor_json(diagnosis)["hooks"][0]["variant_reason"].is_null());
  diagnosis.hooks[0].variant_reason = "unknown func bpf_rdonly_cast";
  CHECK(doctor_text(diagnosis).find("       chosen: unknown func bpf_rdonly_cast\n") != std::string::npos);
  CHECK(doctor_json(diagnosis)["hooks"][0]["variant_reason"] == "unknown func bpf_rdonly_cast");
}

TEST_CASE("what no variant shows is told, and lessens nothing") {
  Diagnosis diagnosis = able();
  CHECK(doctor_text(diagnosis).find("not seen: ") == std::string::npos);
  diagnosis.hooks[0].unseen = "connections in an accept queue";
  CHECK(diagnosis.ability() == Ability::full);
  CHECK(doctor_text(diagnosis).find("       not seen: connections in an accept queue\n") != std::string::npos);
  CHECK(doctor_json(diagnosis)["hooks"][0]["unseen"] == "connections in an accept queue");
}

TEST_CASE("the report is at most 80 columns wide") {
  Diagnosis diagnosis = able();
  diagnosis.host.btf = false;
  diagnosis.host.cgroup2.clear();
  for (auto& [name, held] : diagnosis.host.capabilities) held = false;
  diagnosis.host.lockdown =
      "unknown: cannot read /sys/kernel/security/lockdown: No such file or directory; is securityfs mounted?";
  diagnosis.scan_failure = ScanFailure{ScanPart::live, Error{"open the iterator", "scan_sockets", EPERM,
                                                             "see that nothing else keeps the programs from running"}};
  diagnosis.hooks = {hook("sock_send_length", false), hook(std::string(200, 'x'), false)};
  diagnosis.hooks[0].variant_reason = "the kernel refused the program: unknown func bpf_rdonly_cast, in its own words";
  std::stringstream lines(doctor_text(diagnosis));
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    CHECK(columns_of(line) <= 80);
  }
}
