#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>
/* main LIB SECONDS [TRUNC_AFTER_MS] : connects from LIB to own silent listener, waits in recv for SECONDS */
int main(int c, char** v) {
  prctl(PR_SET_NAME, "evilelf");
  signal(SIGALRM, SIG_DFL);
  int l = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in a = {.sin_family = AF_INET};
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bind(l, (void*)&a, sizeof a);
  listen(l, 5);
  socklen_t n = sizeof a;
  getsockname(l, (void*)&a, &n);
  void* h = dlopen(v[1], RTLD_NOW);
  if (!h) {
    puts(dlerror());
    return 1;
  }
  int (*f)(int) = dlsym(h, "evil_connect");
  pid_t self = getpid();
  if (fork() == 0) { /* the killer */
    if (c > 3) {
      usleep(1000 * atoi(v[3]));
      truncate(v[1], 4096);
      fprintf(stderr, "truncated\n");
    } else {
    }
    usleep(1000000 * atof(v[2]) - (c > 3 ? 1000 * atoi(v[3]) : 0));
    kill(self, SIGKILL);
    _exit(0);
  }
  int s = f(ntohs(a.sin_port));
  char b[100];
  read(s, b, 100);
  return 0;
}
