// many-pollers THREADS SECONDS: THREADS threads each in poll() of 20,000 entries while the main thread waits on a
// silent connection
#define _GNU_SOURCE
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
static struct pollfd* set;
static void* w(void* x) {
  poll(set, 20000, 100000);
  return 0;
}
int main(int c, char** v) {
  prctl(PR_SET_NAME, "evilpoll");
  struct rlimit r = {20000, 20000};
  if (setrlimit(RLIMIT_NOFILE, &r)) perror("rlimit");
  int p[2];
  pipe(p);
  set = mmap(0, 65536 * 8, 3, MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
  for (int i = 0; i < 65536; i++) {
    set[i].fd = p[0];
    set[i].events = POLLPRI;
  }
  pthread_attr_t a;
  pthread_attr_init(&a);
  pthread_attr_setstacksize(&a, 32768);
  pthread_t t;
  int n = atoi(v[1]), k = 0;
  int l = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in sa = {.sin_family = AF_INET};
  sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bind(l, (void*)&sa, sizeof sa);
  listen(l, 5);
  socklen_t m = sizeof sa;
  getsockname(l, (void*)&sa, &m);
  for (int i = 0; i < n; i++) k += !pthread_create(&t, &a, w, 0);
  fprintf(stderr, "threads %d\n", k);
  int s = socket(AF_INET, SOCK_STREAM, 0);
  connect(s, (void*)&sa, sizeof sa);
  write(s, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 27);
  pid_t me = getpid();
  if (!fork()) {
    usleep(1e6 * atof(v[2]));
    kill(me, 9);
    _exit(0);
  }
  char b[9];
  read(s, b, 9);
  return 0;
}
