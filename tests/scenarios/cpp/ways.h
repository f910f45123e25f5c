#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <functional>
#include <map>
#include <string>

void fetch();   ///< libcurl
void secure();  ///< OpenSSL, a client
void talk();    ///< raw sockets, a client
void serve();   ///< raw sockets, a server
void pool();    ///< libcurl, rounds of requests
void descriptors();
void database();  ///< libpq

/// Says what was done and, where the plan wants it, lives on.
void stay(std::map<std::string, double> done);

/// An address as the plan writes it: "127.0.0.1:80", "[::1]:80".
struct Peer {
  sockaddr_storage address{};
  socklen_t length = 0;
};
Peer peer_of(const std::string& text);

/// Runs `work` in `count` threads and waits for all of them.
void in_threads(int count, const std::function<void()>& work);
