/* Preloaded into the agent: commands of bpf(2) fail with EPERM while the file that REFUSE_BPF names has a line for
 * them,
 *
 *     COMMAND [NAME]      ITER_CREATE / LINK_CREATE scan_sockets / MAP_LOOKUP_BATCH endpoints / PROG_LOAD socket_state
 *
 *     HANG NAME           a program that is not read while the line is there
 *
 * with the name of the map or program as the kernel keeps it: at most 15 characters. Without a name: all of them. So do
 * reads of iterators (READ bpf_iter). The file is read at each such call, so that faults come and go. Nothing else of
 * the agent or of the kernel is replaced. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static long (*real_syscall)(long number, ...);

static long bpf(int command, union bpf_attr* attr) { return real_syscall(__NR_bpf, command, attr, sizeof(*attr)); }

static bool info_of(int fd, void* info, uint32_t bytes) {
  union bpf_attr attr;
  memset(&attr, 0, sizeof(attr));
  attr.info.bpf_fd = fd;
  attr.info.info = (uintptr_t)info;
  attr.info.info_len = bytes;
  return bpf(BPF_OBJ_GET_INFO_BY_FD, &attr) == 0;
}

static void name_of_map(int fd, char* name) {
  struct bpf_map_info info = {};
  if (info_of(fd, &info, sizeof(info))) memcpy(name, info.name, BPF_OBJ_NAME_LEN);
}

static void name_of_program(int fd, char* name) {
  struct bpf_prog_info info = {};
  if (info_of(fd, &info, sizeof(info))) memcpy(name, info.name, BPF_OBJ_NAME_LEN);
}

/* By the agent's own descriptors: to open a program by its number needs a capability that the agent has given up. */
static void name_of_link(int fd, char* name) {
  struct bpf_link_info link = {};
  if (!info_of(fd, &link, sizeof(link))) return;
  for (int program = 0; program < 1024; ++program) {
    char path[32], target[32] = "";
    struct bpf_prog_info info = {};
    snprintf(path, sizeof(path), "/proc/self/fd/%d", program);
    if (readlink(path, target, sizeof(target) - 1) <= 0 || !strstr(target, "bpf-prog")) continue;
    if (!info_of(program, &info, sizeof(info)) || info.id != link.prog_id) continue;
    memcpy(name, info.name, BPF_OBJ_NAME_LEN);
    return;
  }
}

/* What a call is about, in the words of the file; NULL for one that is never refused. */
static const char* describe(int command, const union bpf_attr* attr, char* name) {
  switch (command) {
    case BPF_MAP_LOOKUP_ELEM:
      name_of_map(attr->map_fd, name);
      return "MAP_LOOKUP_ELEM";
    case BPF_MAP_LOOKUP_BATCH:
      name_of_map(attr->batch.map_fd, name);
      return "MAP_LOOKUP_BATCH";
    case BPF_MAP_CREATE:
      memcpy(name, attr->map_name, BPF_OBJ_NAME_LEN);
      return "MAP_CREATE";
    case BPF_PROG_LOAD:
      memcpy(name, attr->prog_name, BPF_OBJ_NAME_LEN);
      return "PROG_LOAD";
    case BPF_LINK_CREATE:
      name_of_program(attr->link_create.prog_fd, name);
      return "LINK_CREATE";
    case BPF_ITER_CREATE:
      name_of_link(attr->iter_create.link_fd, name);
      return "ITER_CREATE";
    case BPF_PROG_TEST_RUN:
      name_of_program(attr->test.prog_fd, name);
      return "PROG_TEST_RUN";
    default:
      return NULL;
  }
}

static ssize_t real_read(int fd, void* buffer, size_t bytes) { return real_syscall(__NR_read, fd, buffer, bytes); }

/* Whether the file has a line for this. */
static bool is_ordered(const char* called, const char* name) {
  char orders[1024];
  const char* path = getenv("REFUSE_BPF");
  const int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return false;
  const ssize_t length = real_read(file, orders, sizeof(orders) - 1);
  close(file);
  if (length <= 0) return false;
  orders[length] = '\0';
  char* rest = NULL;
  for (char* line = strtok_r(orders, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
    char wanted[64] = "", object[64] = "";
    const int words = sscanf(line, "%63s %63s", wanted, object);
    if (words >= 1 && !strcmp(wanted, called) && (words == 1 || !strcmp(object, name))) return true;
  }
  return false;
}

static bool is_refused(int command, const union bpf_attr* attr) {
  char name[BPF_OBJ_NAME_LEN + 1] = "";
  const char* called = describe(command, attr, name);
  while (called && is_ordered("HANG", name)) usleep(50000);
  return called && is_ordered(called, name);
}

static void find_real(void) {
  if (!real_syscall) *(void**)&real_syscall = dlsym(RTLD_NEXT, "syscall");
}

ssize_t read(int fd, void* buffer, size_t bytes) {
  char link[32], target[64] = "";
  find_real();
  snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
  if (readlink(link, target, sizeof(target) - 1) > 0 && strstr(target, "bpf_iter") && is_ordered("READ", "bpf_iter")) {
    errno = EPERM;
    return -1;
  }
  return real_read(fd, buffer, bytes);
}

long syscall(long number, ...) {
  long a[6];
  va_list arguments;
  va_start(arguments, number);
  for (int i = 0; i < 6; ++i) a[i] = va_arg(arguments, long);
  va_end(arguments);
  find_real();
  if (number == __NR_bpf && is_refused((int)a[0], (const union bpf_attr*)a[1])) {
    errno = EPERM;
    return -1;
  }
  return real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
