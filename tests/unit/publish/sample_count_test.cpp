#include <catch2/catch.hpp>

#include "agent/publish/metrics.h"
#include "tests/unit/publish/model_builder.h"

using namespace sockwarden;
using namespace sockwarden::test;

namespace {

std::size_t samples_of(const std::vector<prometheus::MetricFamily>& families) {
  std::size_t samples = 0;
  for (const auto& family : families) {
    for (const auto& metric : family.metric) {
      samples += family.type == prometheus::MetricType::Histogram ? metric.histogram.bucket.size() + 2
                 : family.type == prometheus::MetricType::Summary ? 2
                                                                  : 1;
    }
  }
  return samples;
}

void add_endpoint(Published& published, const Process& process, Role role, std::uint16_t port) {
  EndpointRow row{process.identity, role, address("9", port).string()};
  row.totals.opened = row.totals.exchanges = row.totals.bytes_received = row.totals.bytes_sent = 100;
  row.totals.closed[role == Role::client ? SW_CLOSED_BY_OWN : SW_CLOSED_BY_PEER][SW_CLOSE_REASON_FIN] = 90;
  row.totals.first_byte_count = 100;
  if (role == Role::client) {
    row.totals.connects[SW_CONNECT_PENDING] = row.totals.connects[SW_CONNECT_ESTABLISHED] = 100;
    PoolFigures pool;
    pool.key = {process.serial, address("9", port)};
    pool.open = 1;
    published.pools.push_back(pool);
  }
  published.model.endpoint_rows.push_back(row);
  published.model.connections.push_back(
      connection(published.model.connections.size() + 1, process, role, TcpState::established));
}

/// Programs of 200 names, each a client of two servers; every second a server with an address of its own, too.
Published host_of(std::uint32_t programs) {
  Published published;
  Model& model = published.model;
  for (std::uint32_t serial = 1; serial <= programs; ++serial) {
    const Process program = process(serial, 1000 + serial, "program" + std::to_string(serial));
    add(model, program);
    add_endpoint(published, program, Role::client, 80);
    add_endpoint(published, program, Role::client, 443);
    DescriptorRow descriptors{program.identity, program.pid, {}, 1024};
    for (const auto type : {SW_DESCRIPTOR_FILE, SW_DESCRIPTOR_SOCKET, SW_DESCRIPTOR_PIPE}) descriptors.count[type] = 3;
    model.descriptor_rows.push_back(descriptors);
    model.option_rows.push_back({program.identity, "TCP_NODELAY", 5});
    if (serial % 2 != 0) continue;
    add_endpoint(published, program, Role::server, static_cast<std::uint16_t>(10'000 + serial));
    model.connections.push_back(connection(model.connections.size() + 1, program, Role::listener, TcpState::listen));
  }
  // What the Model gives out: histograms of the busiest, and of the rest by role.
  for (std::uint32_t row = 0; row < ModelLimits{}.histogram_rows + 2; ++row) {
    ProcessRow busy{model.processes.at(row + 1).identity, row % 2 == 0 ? Role::client : Role::server};
    for (const auto kind :
         {SW_HISTOGRAM_LIFETIME_MS, SW_HISTOGRAM_IDLE_MS, SW_HISTOGRAM_EXCHANGES, SW_HISTOGRAM_FIRST_BYTE_US})
      busy.histograms[kind].count[4] = 7;
    model.process_rows.push_back(busy);
  }
  return published;
}

}  // namespace

TEST_CASE("a host with 200 programs stays under 10,000 samples") {
  const Published host = host_of(200);
  const std::size_t samples = samples_of(metric_families(&host, {}, {}, {}));
  CAPTURE(samples);
  CHECK(samples < 10'000);
}

TEST_CASE("on a small host what did not happen is there with 0, on a great one it is not") {
  const auto value_at_zero = [](const Published& host) {
    for (const auto& family : metric_families(&host, {}, {}, {}))
      for (const auto& metric : family.metric)
        if (family.name == "sockwarden_unread_closes_total" && metric.counter.value == 0) return true;
    return false;
  };
  CHECK(value_at_zero(host_of(20)));
  CHECK_FALSE(value_at_zero(host_of(200)));
}
