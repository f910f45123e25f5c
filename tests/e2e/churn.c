/* churn CONNECTIONS-A-SECOND SECONDS [fork]: a server, and clients that connect and close so many times a second; with `fork` each
 * batch of them is a process of its own. Prints how many connections it made. Most closes are resets, so that TIME_WAIT does
 * not take the ports away; one in 16 is a FIN. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static void* serve(void* listener) {
  for (;;) {
    const int fd = accept(*(int*)listener, NULL, NULL);
    char byte;
    if (fd < 0) continue;
    while (recv(fd, &byte, 1, 0) > 0) {
    }
    close(fd);
  }
  return NULL;
}

static int connect_once(const struct sockaddr_in* server, long number) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  struct sockaddr_in source = {.sin_family = AF_INET};
  const struct linger reset = {.l_onoff = 1, .l_linger = 0};
  source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + (number / 16) % 200 * 256);
  setsockopt(fd, IPPROTO_IP, 24 /* IP_BIND_ADDRESS_NO_PORT */, &one, sizeof(one));
  if (bind(fd, (struct sockaddr*)&source, sizeof(source)) != 0) return perror("bind"), 0;
  if (connect(fd, (const struct sockaddr*)server, sizeof(*server)) != 0) return perror("connect"), 0;
  if (number % 16 != 0) setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
  close(fd);
  return 1;
}

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const double rate = atof(argv[1]), start = now(), seconds = atof(argv[2]);
  const int forks = argc > 3 && !strcmp(argv[3], "fork"), batch = 20;
  struct sockaddr_in server = {.sin_family = AF_INET};
  socklen_t length = sizeof(server);
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  pthread_t threads[2];
  long made = 0;
  signal(SIGPIPE, SIG_IGN);
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, (struct sockaddr*)&server, sizeof(server)) != 0 || listen(listener, 4096) != 0) return perror("listen"), 1;
  getsockname(listener, (struct sockaddr*)&server, &length);
  for (int i = 0; i < 2; ++i) pthread_create(&threads[i], NULL, serve, &listener);
  while (now() - start < seconds) {
    if (forks) {
      const pid_t child = fork();
      if (child == 0) {
        int done = 0;
        for (int i = 0; i < batch; ++i) done += connect_once(&server, made + i);
        _exit(done);
      }
      int status = 0;
      if (waitpid(child, &status, 0) == child && WIFEXITED(status)) made += WEXITSTATUS(status);
    } else {
      for (int i = 0; i < batch; ++i) made += connect_once(&server, made);
    }
    while (made / rate > now() - start) usleep(200);
  }
  sleep(1);
  printf("%ld\n", made);
  return 0;
}
