/* connect, send, receive, close: as many times as asked. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  /* Every close would leave a port in TIME_WAIT: a source address a batch keeps them apart. */
  for (long i = 0, rounds = atol(argv[2]); i < rounds; ++i) {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in source = {.sin_family = AF_INET};
    source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + (i / 10000) * 256);
    static const char request[] = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    char answer[4096];
    const int one = 1;
    setsockopt(fd, IPPROTO_IP, 24 /* IP_BIND_ADDRESS_NO_PORT */, &one, sizeof(one));
    if (bind(fd, (struct sockaddr*)&source, sizeof(source)) != 0) return perror("bind"), 1;
    if (connect(fd, (struct sockaddr*)&address, sizeof(address)) != 0) return perror("connect"), 1;
    if (send(fd, request, sizeof(request) - 1, 0) != sizeof(request) - 1) return perror("send"), 1;
    while (recv(fd, answer, sizeof(answer), 0) > 0) {
    }
    close(fd);
  }
  return 0;
}
