#include "agent/proc/service_name.h"

#include <catch2/catch.hpp>

using namespace sockwarden;

namespace {

/// "a b" as /proc has it; an argument with a blank in it is not needed here, but for titles.
std::string in_proc(std::string text) {
  for (char& letter : text)
    if (letter == ' ') letter = '\0';
  return text + '\0';
}

struct Row {
  std::string service, comm, exe, cmdline, environ, cgroup;
};

const std::string docker =
    "/system.slice/docker-3085bc81a5e30b4356bfe0962074e4eb3085bc81a5e30b4356bfe0962074e4eb.scope";
const std::string pod =
    "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0ac9d2f6_2b3f_4a2e_8b9a_7f0d2d6cbb2e.slice/"
    "cri-containerd-3085bc81a5e30b4356bfe0962074e4eb3085bc81a5e30b4356bfe0962074e4eb.scope";
const std::string session = "/user.slice/user-1000.slice/session-3.scope";
const std::string python = "/usr/bin/python3.11";
const std::string java = "/usr/lib/jvm/java-17-openjdk-amd64/bin/java";

/// What comm says is written as an empty name.
const Row rows[] = {
    // units
    {"orders", "python3", python, "/usr/bin/python3 /srv/orders/main.py", "", "/system.slice/orders.service"},
    {"postgresql@15-main", "postgres", "/usr/lib/postgresql/15/bin/postgres", "postgres: 15/main: checkpointer", "",
     "/system.slice/system-postgresql.slice/postgresql@15-main.service"},
    {"syncthing", "syncthing", "/usr/bin/syncthing", "/usr/bin/syncthing serve", "",
     "/user.slice/user-1000.slice/user@1000.service/app.slice/syncthing.service"},
    {"nginx", "nginx", "/usr/sbin/nginx", "nginx: worker process", "", "/lxc.payload.web1/system.slice/nginx.service"},
    {"docker", "docker-proxy", "/usr/bin/docker-proxy", "/usr/bin/docker-proxy -proto tcp", "",
     "/system.slice/docker.service"},
    // no unit names these: a session, a user's manager, a container's scope, what a container runs under
    {"", "curl", "/usr/bin/curl", "curl http://x/", "", session},
    {"", "bash", "/bin/bash", "-bash", "", "/user.slice/user-1000.slice/user@1000.service/init.scope"},
    {"", "redis-server", "/usr/local/bin/redis-server", "redis-server *:6379", "", docker},
    {"", "envoy", "/usr/local/bin/envoy", "envoy -c /etc/envoy.yaml", "",
     "/system.slice/containerd.service/kubepods-pod1.slice:cri-containerd:"
     "3085bc81a5e30b4356bfe0962074e4eb3085bc81a5e30b4356bfe0962074e4eb"},
    // Java
    {"orders", "java", java, "java -Xmx2g -jar /app/orders-1.4.2-SNAPSHOT.jar --port 80", "", pod},
    {"kafka.Kafka", "java", java,
     "java -Xmx1G -cp /opt/kafka/libs/a.jar:/opt/kafka/libs/b.jar kafka.Kafka server.properties", "", docker},
    {"org.apache.catalina.startup.Bootstrap", "java", java,
     "/usr/bin/java @/tmp/options -Djava.util.logging.config.file=x -classpath bootstrap.jar "
     "org.apache.catalina.startup.Bootstrap start",
     "", docker},
    {"com.example.billing", "java", java, "java --module-path mods -m com.example.billing/com.example.Main", "",
     docker},
    {"", "java", java, "java -version", "", session},
    // Python
    {"report", "python3", python, "python3 -u /opt/tools/report.py --daily", "", session},
    {"orders.worker", "python3", python, "python3 -W ignore -um orders.worker", "", pod},
    {"gunicorn", "gunicorn", python, "/usr/bin/python3 /usr/bin/gunicorn shop.wsgi:app", "", docker},
    {"shop", "python", "", "python /srv/shop/manage.py runserver", "", docker},
    {"main", "python3", python, "python3 main.py", "", docker},
    {"", "python3", python, "python3 -c import_this", "", session},
    {"", "python3", python, "python3", "", session},
    // Node
    {"orders", "node", "/usr/bin/node", "node --max-old-space-size=512 -r dotenv/config /srv/orders/dist/index.js", "",
     pod},
    {"server", "node", "/usr/local/bin/node", "node /app/server.js", "", docker},
    {"checkout", "node", "/usr/local/bin/node", "node --title=checkout /app/server.js", "", docker},
    {"gateway", "MainThread", "/usr/bin/node", "node gateway.mjs", "", docker},
    {"", "node", "/usr/bin/node", "node -e setTimeout(()=>{},1e9)", "", session},
    // what their environment says
    {"orders", "java", java, "java -jar /app/app.jar", "PATH=/bin OTEL_SERVICE_NAME=orders", pod},
    {"orders", "java", java, "java -jar /app/app.jar",
     "OTEL_RESOURCE_ATTRIBUTES=deployment.environment=prod,service.name=orders,service.version=3", pod},
    {"checkout", "node", "/usr/bin/node", "node /app/server.js", "sockwarden.service=checkout OTEL_SERVICE_NAME=other",
     pod},
    {"checkout", "python3", python, "python3 /srv/orders/main.py", "SOCKWARDEN_SERVICE=checkout",
     "/system.slice/supervisor.service"},
    {"orders", "python3", python, "python3 /srv/x.py", "OTEL_SERVICE_NAME=other", "/system.slice/orders.service"},
    {"x", "python3", python, "python3 /srv/x.py", "OTEL_SERVICE_NAME= NOT_OTEL_SERVICE_NAME=y", session},
    // comm has room for 15 bytes
    {"prometheus-node-exporter", "prometheus-node", "/usr/bin/prometheus-node-exporter", "prometheus-node-exporter", "",
     docker},
    {"", "renamed-by-it-x", "/usr/bin/prometheus-node-exporter", "prometheus-node-exporter", "", docker},
};

}  // namespace

TEST_CASE("a process is called what people call it") {
  for (const Row& row : rows) {
    INFO(row.comm << " in " << row.cgroup << ": " << row.cmdline << " (" << row.environ << ")");
    const std::string cmdline = in_proc(row.cmdline), variables = in_proc(row.environ);
    CHECK(service_name({row.comm, row.exe, cmdline, variables}, place_in(row.cgroup)).name == row.service);
  }
}

TEST_CASE("a pool of php-fpm has its own name in the unit of all pools") {
  const CgroupPlace unit = place_in("/system.slice/php8.2-fpm.service");
  const auto name = [&](const std::string& title) {
    return service_name({"php-fpm8.2", "/usr/sbin/php-fpm8.2", title, ""}, unit);
  };
  CHECK(name("php-fpm: pool shop").name == "php-fpm pool shop");
  CHECK_FALSE(name("php-fpm: pool shop").is_of_unit);
  CHECK(name("php-fpm: master process (/etc/php/8.2/fpm/php-fpm.conf)").name == "php8.2-fpm");
  CHECK(name("php-fpm: master process (/etc/php/8.2/fpm/php-fpm.conf)").is_of_unit);
}

TEST_CASE("a name is bounded, and nothing at all is no name") {
  const std::string variables = "sockwarden.service=" + std::string(500, 'x') + '\0';
  CHECK(service_name({"a", "", "", variables}, {}).name.size() == 64);
  CHECK(service_name({}, {}).name.empty());
}
