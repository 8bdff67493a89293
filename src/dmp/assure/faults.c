/* Makes the disk fail on demand, for the claim `disk`: loaded before the C library of a tried service (LD_PRELOAD).
 *
 * DMP_FAULTS names a file shared with the claim (struct control below) and DMP_FAULTS_UNDER the folders, parted by
 * colons, where steps count. A step is a call that changes what is on the disk there, or asks for it to be safe.
 * While armed, the steps from `first` to `last` fail with `error`; with `lie`, the disk says that it is safe when it
 * is not. Logs do not count.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

struct control {
  _Atomic int armed, first, last, error, count, failed, lie;
  char kind[32];
};

static struct control *control;
static const char *under;

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("DMP_FAULTS");
  int (*really_open)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
  under = getenv("DMP_FAULTS_UNDER");
  if (!path || !under || !really_open) return;
  int fd = really_open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  void *shared = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (shared != MAP_FAILED) control = shared;
}

static int concerned(const char *path) {
  size_t length = strlen(path);
  if (length > 4 && !strcmp(path + length - 4, ".log")) return 0;
  for (const char *at = under; *at;) {
    size_t part = strcspn(at, ":");
    if (!strncmp(path, at, part) && (path[part] == '/' || !path[part])) return 1;
    at += part + (at[part] == ':');
  }
  return 0;
}

static int fails(const char *path, const char *kind) {
  if (!control || !control->armed || !path || !concerned(path)) return 0;
  int step = atomic_fetch_add(&control->count, 1) + 1;
  if (step < control->first || step > control->last) return 0;
  if (atomic_fetch_add(&control->failed, 1) == 0) snprintf(control->kind, sizeof control->kind, "%s", kind);
  errno = control->error;
  return 1;
}

static int fails_at(int fd, const char *kind) {
  char link[64], path[PATH_MAX];
  if (!control || !control->armed) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0 || path[0] != '/') return 0;
  path[length] = 0;
  return fails(path, kind);
}

#define REAL(name) \
  static __typeof__(name) *really; \
  if (!really) really = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

ssize_t write(int fd, const void *data, size_t size) { REAL(write); return fails_at(fd, "write") ? -1 : really(fd, data, size); }
ssize_t writev(int fd, const struct iovec *data, int count) { REAL(writev); return fails_at(fd, "write") ? -1 : really(fd, data, count); }
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) { REAL(pwrite); return fails_at(fd, "write") ? -1 : really(fd, data, size, at); }
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) { REAL(pwrite64); return fails_at(fd, "write") ? -1 : really(fd, data, size, at); }
ssize_t pwritev(int fd, const struct iovec *data, int count, off_t at) { REAL(pwritev); return fails_at(fd, "write") ? -1 : really(fd, data, count, at); }
ssize_t pwritev64(int fd, const struct iovec *data, int count, off64_t at) { REAL(pwritev64); return fails_at(fd, "write") ? -1 : really(fd, data, count, at); }
int fsync(int fd) { REAL(fsync); if (control && control->lie) return 0; return fails_at(fd, "fsync") ? -1 : really(fd); }
int fdatasync(int fd) { REAL(fdatasync); if (control && control->lie) return 0; return fails_at(fd, "fsync") ? -1 : really(fd); }
int ftruncate(int fd, off_t size) { REAL(ftruncate); return fails_at(fd, "truncate") ? -1 : really(fd, size); }
int ftruncate64(int fd, off64_t size) { REAL(ftruncate64); return fails_at(fd, "truncate") ? -1 : really(fd, size); }
int rename(const char *from, const char *to) { REAL(rename); return fails(to, "rename") ? -1 : really(from, to); }
int mkdir(const char *path, mode_t mode) { REAL(mkdir); return fails(path, "mkdir") ? -1 : really(path, mode); }

#define OPENING(name) \
  int name(const char *path, int flags, ...) { \
    REAL(name); \
    mode_t mode = 0; \
    if (flags & (O_CREAT | O_TMPFILE)) { va_list more; va_start(more, flags); mode = va_arg(more, mode_t); va_end(more); } \
    return (flags & O_CREAT) && fails(path, "open") ? -1 : really(path, flags, mode); \
  }
OPENING(open)
OPENING(open64)
