#include "tests/twin/records.h"

#include <filesystem>
#include <fstream>

#include "tests/twin/abi_json.h"
#include "tests/twin/fields.h"

namespace sockwarden::testing {
namespace {

/// The two times that a socket tells are ages, and stay.
sw_connection moved_to(sw_connection record, std::uint64_t read_ns) {
  const std::uint64_t send_ago_ns = record.socket.last_send_ago_ns;
  const std::uint64_t arrival_ago_ns = record.socket.last_arrival_ago_ns;
  const std::uint64_t by_ns = read_ns - record.read_ns;
  each_moment(record, record, [by_ns](__u64& moment, __u64) { moment = moment == 0 ? 0 : moment + by_ns; });
  record.socket.last_send_ago_ns = send_ago_ns;
  record.socket.last_arrival_ago_ns = arrival_ago_ns;
  record.read_ns = read_ns;
  return record;
}

}  // namespace

void write_records(const std::string& folder, const Records& records) {
  const AbiJson abi;
  std::filesystem::create_directories(folder);
  for (const auto& [name, record] : records) {
    const std::string path = folder + "/" + name + ".json";
    std::ofstream file(path);
    file << abi.write("sw_connection", record, Fields::all).dump(1) << "\n";
    if (!file.flush()) throw std::runtime_error("cannot write " + path);
  }
}

Records read_records(const std::string& folder) {
  const AbiJson abi;
  Records records;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream file(entry.path());
    records[entry.path().stem()] = abi.read<sw_connection>("sw_connection", Json::parse(file), Fields::all);
  }
  return records;
}

const Records& captured_records() {
  static const Records records = read_records(SOCKWARDEN_RECORDS_FOLDER);
  return records;
}

sw_connection captured_record(const std::string& name, std::uint64_t read_ns) {
  const auto found = captured_records().find(name);
  if (found == captured_records().end()) throw std::runtime_error("no record " + name + " was captured");
  return moved_to(found->second, read_ns);
}

}  // namespace sockwarden::testing
