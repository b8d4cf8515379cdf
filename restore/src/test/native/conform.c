// Does every kind of call on files in the directory given, and says what came of each: one line a call. The same lines must come out
// on home's own file system and on a guest that has it mounted. What differs by nature (inode numbers, times) is not said.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

static long outcome;
#define SAY(what, call)                                                                                                                    \
  do {                                                                                                                                     \
    errno = 0;                                                                                                                             \
    outcome = (long)(call);                                                                                                                \
    if (outcome < 0)                                                                                                                       \
      printf("%s: %s\n", what, strerrorname_np(errno));                                                                                    \
    else                                                                                                                                   \
      printf("%s: %s\n", what, "ok");                                                                                                      \
  } while (0)
#define NUMBER(what, call)                                                                                                                 \
  do {                                                                                                                                     \
    errno = 0;                                                                                                                             \
    outcome = (long)(call);                                                                                                                \
    if (outcome < 0)                                                                                                                       \
      printf("%s: %s\n", what, strerrorname_np(errno));                                                                                    \
    else                                                                                                                                   \
      printf("%s: %ld\n", what, outcome);                                                                                                  \
  } while (0)

static int made(const char *path, int flags, int mode) {
  int fd = open(path, flags, mode);
  return fd < 0 ? -1 : close(fd);
}

static void status(const char *what, const char *path) {
  struct stat st;
  if (lstat(path, &st) < 0)
    printf("%s: %s\n", what, strerrorname_np(errno));
  else
    printf("%s: mode %o links %ld uid %d gid %d size %ld rdev %lx blocks %s\n", what, st.st_mode, S_ISDIR(st.st_mode) ? 0L : (long)st.st_nlink,
           st.st_uid, st.st_gid, S_ISDIR(st.st_mode) ? 0L : (long)st.st_size, (long)st.st_rdev, st.st_blocks ? "some" : "none");
}

static void content(const char *what, const char *path) {
  char text[256];
  int fd = open(path, O_RDONLY);
  ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
  if (length < 0)
    printf("%s: %s\n", what, strerrorname_np(errno));
  else
    printf("%s: '%.*s'\n", what, (int)length, text);
  if (fd >= 0)
    close(fd);
}

static void put(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) || close(fd) < 0)
    printf("put %s: %s\n", path, strerrorname_np(errno));
}

static void opens(void) {
  SAY("open absent", open("absent", O_RDONLY));
  SAY("create", made("a", O_CREAT | O_EXCL | O_WRONLY, 0640));
  status("created", "a");
  SAY("create again", made("a", O_CREAT | O_EXCL | O_WRONLY, 0640));
  SAY("open for a directory", made("a", O_RDONLY | O_DIRECTORY, 0));
  SAY("open a directory to write", open(".", O_WRONLY));
  SAY("open through a file", open("a/b", O_RDONLY));
  char longest[300];
  memset(longest, 'n', sizeof longest);
  longest[255] = 0;
  SAY("longest name", made(longest, O_CREAT | O_WRONLY, 0600));
  SAY("unlink it", unlink(longest));
  memset(longest, 'n', sizeof longest);
  longest[256] = 0;
  SAY("name too long", made(longest, O_CREAT | O_WRONLY, 0600));
  SAY("name of bytes", made("\xff\xfe\x80", O_CREAT | O_WRONLY, 0600));
  SAY("unlink bytes", unlink("\xff\xfe\x80"));
  put("a", "hallo");
  SAY("open truncating", made("a", O_WRONLY | O_TRUNC, 0));
  status("truncated", "a");
  SAY("link to open", symlink("a", "l"));
  SAY("open nofollow", open("l", O_RDONLY | O_NOFOLLOW));
  SAY("create through a link, exclusive", made("l", O_CREAT | O_EXCL | O_WRONLY, 0600));
  SAY("loop", symlink("loop", "loop"));
  SAY("open a loop", open("loop", O_RDONLY));
  int fd = open("a", O_PATH);
  char c;
  SAY("read a path handle", read(fd, &c, 1));
  close(fd);
  fd = open("a", O_RDONLY);
  SAY("write to a reader", write(fd, "x", 1));
  SAY("truncate a reader", ftruncate(fd, 1));
  close(fd);
  fd = open("a", O_WRONLY);
  SAY("read a writer", read(fd, &c, 1));
  close(fd);
  mode_t before = umask(027);
  SAY("create under a umask", made("masked", O_CREAT | O_WRONLY, 0777));
  status("masked", "masked");
  SAY("mkdir under a umask", mkdir("maskeddir", 01777));
  status("masked directory", "maskeddir");
  umask(before);
  fd = open(".", O_TMPFILE | O_RDWR, 0600);
  NUMBER("nameless", fd < 0 ? -1 : 0);
  NUMBER("nameless written", write(fd, "nameless", 8));
  char self[64];
  snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
  SAY("named", linkat(AT_FDCWD, self, AT_FDCWD, "named", AT_SYMLINK_FOLLOW));
  content("named content", "named");
  close(fd);
  SAY("noatime", made("a", O_RDONLY | O_NOATIME, 0));
  SAY("synchronous", made("a", O_WRONLY | O_SYNC, 0));
}

static void names(void) {
  put("n1", "one");
  put("n2", "two");
  SAY("link", link("n1", "n3"));
  status("linked", "n3");
  SAY("link exists", link("n1", "n2"));
  SAY("link absent", link("absent", "n4"));
  SAY("mkdir", mkdir("d", 0755));
  SAY("mkdir exists", mkdir("d", 0755));
  SAY("link a directory", link("d", "d2"));
  SAY("rename", rename("n1", "n4"));
  SAY("rename absent", rename("n1", "n5"));
  SAY("rename over", rename("n4", "n2"));
  content("renamed over", "n2");
  put("r1", "1");
  put("r2", "2");
  SAY("noreplace", renameat2(AT_FDCWD, "r1", AT_FDCWD, "r2", RENAME_NOREPLACE));
  SAY("exchange", renameat2(AT_FDCWD, "r1", AT_FDCWD, "r2", RENAME_EXCHANGE));
  content("exchanged", "r1");
  SAY("exchange absent", renameat2(AT_FDCWD, "r1", AT_FDCWD, "absent", RENAME_EXCHANGE));
  SAY("both flags", renameat2(AT_FDCWD, "r1", AT_FDCWD, "r2", RENAME_EXCHANGE | RENAME_NOREPLACE));
  SAY("whiteout", renameat2(AT_FDCWD, "r1", AT_FDCWD, "r3", RENAME_WHITEOUT));
  status("whited out", "r1");
  SAY("rename a directory over a file", rename("d", "r2"));
  SAY("rename a file over a directory", rename("r2", "d"));
  SAY("mkdir in", mkdir("d/e", 0755));
  SAY("rename into itself", rename("d", "d/e/f"));
  SAY("rmdir full", rmdir("d"));
  SAY("rename over full", (mkdir("g", 0755), rename("g", "d")));
  SAY("rmdir a file", rmdir("r2"));
  SAY("unlink a directory", unlink("d"));
  SAY("unlink absent", unlink("absent"));
  SAY("rmdir", rmdir("d/e"));
  SAY("rmdir dot", rmdir("d/."));
  SAY("rmdir dotdot", rmdir("d/.."));
  SAY("unlink dotdot", unlink(".."));
  SAY("symlink", symlink("somewhere/else", "s"));
  status("symlinked", "s");
  SAY("symlink exists", symlink("x", "s"));
  SAY("symlink empty", symlink("", "s2"));
  char target[64] = {0};
  NUMBER("readlink", readlink("s", target, sizeof target));
  printf("target %s\n", target);
  SAY("readlink a file", readlink("r2", target, sizeof target));
  SAY("chmod dangling", chmod("s", 0600));
  SAY("fifo", mkfifo("fifo", 0620));
  status("fifo", "fifo");
  SAY("device", mknod("dev", S_IFCHR | 0600, 0x103));
  status("device", "dev");
  struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "sock"};
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  SAY("bind", bind(fd, (struct sockaddr *)&address, sizeof address));
  status("socket", "sock");
  SAY("open a socket", open("sock", O_RDWR));
  close(fd);
  SAY("create in a removed directory", (mkdir("gone", 0755), fd = open("gone", O_RDONLY), rmdir("gone"), openat(fd, "x", O_CREAT | O_WRONLY, 0600)));
  close(fd);
}

static void attributes(void) {
  put("t", "0123456789");
  SAY("chmod", chmod("t", 04751));
  status("chmoded", "t");
  SAY("chown", chown("t", 12, 34));
  status("chowned", "t");
  SAY("chmod setgid", chmod("t", 02770));
  int fd = open("t", O_RDWR);
  NUMBER("write kills nothing of root's", write(fd, "x", 1));
  status("written", "t");
  SAY("fchmod", fchmod(fd, 0600));
  SAY("fchown", fchown(fd, -1, 56));
  SAY("ftruncate longer", ftruncate(fd, 5000));
  SAY("ftruncate shorter", ftruncate(fd, 3));
  SAY("ftruncate negative", ftruncate(fd, -1));
  SAY("truncate", truncate("t", 7));
  SAY("truncate a directory", truncate(".", 7));
  content("truncated", "t");
  struct timespec times[2] = {{1234567890, 123456789}, {987654321, 987654321}};
  SAY("utimens", futimens(fd, times));
  struct stat st;
  fstat(fd, &st);
  printf("times %ld.%09ld %ld.%09ld\n", st.st_atim.tv_sec, st.st_atim.tv_nsec, st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
  times[0].tv_nsec = UTIME_OMIT;
  times[1].tv_nsec = UTIME_NOW;
  SAY("utimens now", utimensat(AT_FDCWD, "t", times, 0));
  stat("t", &st);
  printf("accessed %ld, modified %s\n", st.st_atim.tv_sec, st.st_mtim.tv_sec > 1600000000 ? "now" : "then");
  times[0] = (struct timespec){-5, 7};
  times[1] = (struct timespec){-5, 7};
  SAY("utimens before 1970", utimensat(AT_FDCWD, "t", times, 0));
  stat("t", &st);
  printf("modified %ld.%ld\n", st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
  SAY("access", access("t", R_OK | W_OK));
  SAY("access absent", access("absent", F_OK));
  SAY("access to run", access("t", X_OK));
  struct statvfs fs;
  SAY("statvfs", statvfs(".", &fs));
  printf("blocks of %ld %ld, names of %ld, %ld blocks, %ld files\n", fs.f_bsize, fs.f_frsize, fs.f_namemax, fs.f_blocks, fs.f_files);
  close(fd);
}

static void extended(void) {
  put("x", "x");
  char value[70000];
  memset(value, 'v', sizeof value);
  SAY("setxattr", setxattr("x", "user.one", "eins", 4, 0));
  SAY("create exists", setxattr("x", "user.one", "uno", 3, XATTR_CREATE));
  SAY("replace absent", setxattr("x", "user.two", "zwei", 4, XATTR_REPLACE));
  SAY("replace", setxattr("x", "user.one", "uno", 3, XATTR_REPLACE));
  SAY("empty", setxattr("x", "user.empty", "", 0, 0));
  SAY("trusted", setxattr("x", "trusted.t", "t", 1, 0));
  SAY("no such space", setxattr("x", "none.t", "t", 1, 0));
  SAY("too long", setxattr("x", "user.long", value, sizeof value, 0));
  NUMBER("getxattr", getxattr("x", "user.one", value, 100));
  printf("value %.3s\n", value);
  NUMBER("its size", getxattr("x", "user.one", NULL, 0));
  NUMBER("too small", getxattr("x", "user.one", value, 2));
  NUMBER("empty value", getxattr("x", "user.empty", value, 100));
  NUMBER("absent", getxattr("x", "user.absent", value, 100));
  NUMBER("listxattr", listxattr("x", value, 1000));
  NUMBER("list size", listxattr("x", NULL, 0));
  NUMBER("list too small", listxattr("x", value, 3));
  SAY("removexattr", removexattr("x", "user.one"));
  SAY("remove absent", removexattr("x", "user.one"));
  symlink("x", "xl");
  SAY("on a link", lsetxattr("xl", "user.one", "eins", 4, 0));
  SAY("through a link", setxattr("xl", "user.link", "eins", 4, 0));
  NUMBER("came there", getxattr("x", "user.link", value, 100));
}

static void contents(void) {
  int fd = open("c", O_RDWR | O_CREAT | O_TRUNC, 0600);
  char text[64];
  NUMBER("read empty", read(fd, text, 10));
  NUMBER("pwrite far", pwrite(fd, "end", 3, 100000));
  NUMBER("read hole", pread(fd, text, 10, 50000));
  printf("hole is %s\n", memcmp(text, "\0\0\0\0\0\0\0\0\0\0", 10) ? "not empty" : "empty");
  NUMBER("read over the end", pread(fd, text, 10, 99999));
  NUMBER("read behind", pread(fd, text, 10, 200000));
  NUMBER("data", lseek(fd, 0, SEEK_DATA));
  NUMBER("hole", lseek(fd, 0, SEEK_HOLE));
  NUMBER("hole at end", lseek(fd, 99000, SEEK_HOLE));
  NUMBER("data behind", lseek(fd, 200000, SEEK_DATA));
  NUMBER("seek end", lseek(fd, -3, SEEK_END));
  NUMBER("seek negative", lseek(fd, -3, SEEK_SET));
  SAY("fallocate", fallocate(fd, 0, 0, 200000));
  SAY("keep size", fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 400000));
  SAY("punch", fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 99990, 20));
  SAY("zero", fallocate(fd, FALLOC_FL_ZERO_RANGE, 10, 20));
  SAY("collapse", fallocate(fd, FALLOC_FL_COLLAPSE_RANGE, 4096, 4096));
  SAY("nothing", fallocate(fd, 0, 0, 0));
  SAY("negative", fallocate(fd, 0, -1, 10));
  struct stat st;
  fstat(fd, &st);
  printf("size %ld\n", (long)st.st_size);
  SAY("fsync", fsync(fd));
  SAY("fdatasync", fdatasync(fd));
  close(fd);
  put("from", "copied content");
  int in = open("from", O_RDONLY), out = open("to", O_RDWR | O_CREAT | O_TRUNC, 0600);
  off_t from = 2, to = 4;
  NUMBER("copy_file_range", copy_file_range(in, &from, out, &to, 6, 0));
  NUMBER("copied", pread(out, text, 20, 0));
  printf("%.6s\n", text + 4);
  NUMBER("copy over itself", (from = 0, to = 1, copy_file_range(out, &from, out, &to, 5, 0)));
  close(in);
  close(out);
  fd = open("app", O_RDWR | O_CREAT | O_APPEND, 0600);
  write(fd, "one", 3);
  NUMBER("pwrite appends", pwrite(fd, "two", 3, 0));
  NUMBER("position", lseek(fd, 0, SEEK_CUR));
  content("appended", "app");
  fcntl(fd, F_SETFL, 0);
  NUMBER("no more", pwrite(fd, "X", 1, 0));
  content("in place", "app");
  char *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  SAY("shared mapping", map == MAP_FAILED ? -1 : 0);
  if (map != MAP_FAILED) {
    map[1] = 'Y';
    SAY("msync", msync(map, 4096, MS_SYNC));
    munmap(map, 4096);
  }
  content("mapped", "app");
  fcntl(fd, F_SETFL, O_APPEND);
  SAY("unlink open", unlink("app"));
  NUMBER("write unlinked", write(fd, "three", 5));
  fstat(fd, &st);
  printf("links %ld size %ld\n", (long)st.st_nlink, (long)st.st_size);
  NUMBER("read unlinked", pread(fd, text, 20, 0));
  SAY("truncate unlinked", ftruncate(fd, 2));
  SAY("chmod unlinked", fchmod(fd, 0640));
  close(fd);
  fd = open("direct", O_RDWR | O_CREAT | O_DIRECT, 0600);
  void *aligned = NULL;
  if (posix_memalign(&aligned, 4096, 4096) == 0) {
    memset(aligned, 'd', 4096);
    NUMBER("direct write", pwrite(fd, aligned, 4096, 0));
    NUMBER("direct read", pread(fd, aligned, 4096, 0));
    free(aligned);
  }
  close(fd);
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

// How many entries a directory gets; by default more than one answer of readdir holds.
static int many = 2000;

static void directories(void) {
  mkdir("many", 0755);
  char name[64];
  for (int i = 0; i < many; i++) {
    snprintf(name, sizeof name, "many/entry-%04d", i);
    made(name, O_CREAT | O_WRONLY, 0600);
  }
  DIR *dir = opendir("many");
  char *found[2100];
  long places[2100];
  int count = 0;
  for (struct dirent *e; (e = readdir(dir)) && count < 2100;) {
    found[count] = strdup(e->d_name);
    places[count++] = telldir(dir);
  }
  NUMBER("entries", count);
  seekdir(dir, places[many / 2]);
  struct dirent *e = readdir(dir);
  printf("seekdir finds %s\n", e && !strcmp(e->d_name, found[many / 2 + 1]) ? "the next" : "another");
  rewinddir(dir);
  e = readdir(dir);
  printf("rewinddir finds %s\n", e && !strcmp(e->d_name, found[0]) ? "the first" : "another");
  qsort(found, count, sizeof *found, by_name);
  int twice = 0;
  for (int i = 1; i < count; i++)
    twice += !strcmp(found[i], found[i - 1]);
  NUMBER("twice", twice);
  SAY("fsync a directory", fsync(dirfd(dir)));
  closedir(dir);
  for (int i = 0; i < many; i++) {
    snprintf(name, sizeof name, "many/entry-%04d", i);
    unlink(name);
  }
  SAY("rmdir emptied", rmdir("many"));
  SAY("opendir a file", opendir("a") ? 0 : -1);
}

static int child(void (*work)(void), int uid, int gid) {
  fflush(stdout);
  int pid = fork(), how = 0;
  if (pid == 0) {
    if (setgroups(0, NULL) || setresgid(gid, gid, gid) || setresuid(uid, uid, uid))
      _exit(9);
    work();
    fflush(stdout);
    _exit(0);
  }
  waitpid(pid, &how, 0);
  return how ? -1 : 0;
}

static void as_somebody(void) {
  SAY("read another's", open("private", O_RDONLY));
  SAY("write another's", open("private", O_WRONLY));
  SAY("read a public", made("public", O_RDONLY, 0));
  SAY("write a public", open("public", O_WRONLY));
  SAY("chmod another's", chmod("public", 0777));
  SAY("chown another's", chown("public", 1000, 1000));
  SAY("utimens another's", utimensat(AT_FDCWD, "public", NULL, 0));
  SAY("unlink another's", unlink("public"));
  SAY("create in another's", made("other", O_CREAT | O_WRONLY, 0600));
  SAY("into a closed directory", open("closed/in", O_RDONLY));
  SAY("stat in a closed directory", access("closed/in", F_OK));
  SAY("list a closed directory", open("closed", O_RDONLY | O_DIRECTORY));
  SAY("through a directory of x alone", made("xonly/in", O_RDONLY, 0));
  SAY("list a directory of x alone", open("xonly", O_RDONLY | O_DIRECTORY));
  SAY("create where all may", made("open/mine", O_CREAT | O_WRONLY, 0666));
  status("is mine", "open/mine");
  SAY("unlink another's there", unlink("open/roots"));
  SAY("rename another's there", rename("open/roots", "open/x"));
  SAY("give away", chown("open/mine", 0, 0));
  SAY("setuid", chmod("open/mine", 06755));
  int fd = open("open/mine", O_WRONLY);
  NUMBER("write kills setuid", write(fd, "x", 1));
  close(fd);
  status("killed", "open/mine");
  SAY("trusted attribute", setxattr("open/mine", "trusted.t", "t", 1, 0));
  SAY("capability attribute", setxattr("open/mine", "security.capability", "\1\0\0\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20, 0));
  SAY("user attribute of another's", setxattr("public", "user.t", "t", 1, 0));
  SAY("device", mknod("open/null", S_IFCHR | 0666, 0x103));
  SAY("hard link to another's", link("private", "open/hard"));
  SAY("execute", access("public", X_OK));
  SAY("own directory", mkdir("open/dir", 0700));
  status("own directory", "open/dir");
}

static void rights(void) {
  put("private", "secret");
  chmod("private", 0600);
  put("public", "all may read");
  mkdir("closed", 0700);
  put("closed/in", "");
  mkdir("xonly", 0711);
  put("xonly/in", "");
  mkdir("open", 01777);
  chmod("open", 01777);
  put("open/roots", "");
  SAY("somebody", child(as_somebody, 1234, 1234));
}

static void locks(void) {
  int fd = open("lock", O_RDWR | O_CREAT, 0600), other = open("lock", O_RDWR);
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 10, .l_len = 10};
  SAY("lock", fcntl(fd, F_SETLK, &lock));
  int pid = fork(), how = 0;
  if (pid == 0) {
    struct flock test = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 0};
    SAY("test", fcntl(fd, F_GETLK, &test));
    printf("in the way: type %d from %ld for %ld\n", test.l_type, (long)test.l_start, (long)test.l_len);
    SAY("contended", fcntl(fd, F_SETLK, &test));
    test = (struct flock){.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 20, .l_len = 5};
    SAY("beside it", fcntl(fd, F_SETLK, &test));
    fflush(stdout);
    _exit(0);
  }
  waitpid(pid, &how, 0);
  lock = (struct flock){.l_type = F_UNLCK, .l_whence = SEEK_SET, .l_start = 12, .l_len = 2};
  SAY("unlock part", fcntl(fd, F_SETLK, &lock));
  close(other); // and with it all locks of this process
  fflush(stdout);
  pid = fork();
  if (pid == 0) {
    struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    SAY("after close", fcntl(fd, F_SETLK, &all));
    fflush(stdout);
    _exit(0);
  }
  waitpid(pid, &how, 0);
  lock = (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET};
  int reader = open("lock", O_RDONLY);
  SAY("write lock on a reader", fcntl(reader, F_SETLK, &lock));
  SAY("flock", flock(fd, LOCK_EX));
  SAY("flock contended", flock(reader, LOCK_SH | LOCK_NB));
  SAY("flock down", flock(fd, LOCK_SH));
  SAY("flock shared", flock(reader, LOCK_SH | LOCK_NB));
  SAY("flock up", flock(fd, LOCK_EX | LOCK_NB));
  SAY("unlock", flock(reader, LOCK_UN));
  SAY("flock up again", flock(fd, LOCK_EX | LOCK_NB));
  lock = (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET};
  SAY("open file description lock", fcntl(fd, F_OFD_SETLK, &lock));
  close(fd);
  // Waiting: FUSE tells of the last close without waiting for an answer.
  SAY("flock after close", flock(reader, LOCK_EX));
  close(reader);
}

int main(int argc, char **argv) {
  if (argc < 2 || argc > 3 || chdir(argv[1]) < 0)
    return 2;
  if (argc == 3 && ((many = atoi(argv[2])) < 4 || many > 2000))
    return 2;
  umask(022);
  setvbuf(stdout, NULL, _IOFBF, 1 << 16);
  void (*all[])(void) = {opens, names, attributes, extended, contents, directories, rights, locks};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    all[i]();
    fflush(stdout);
  }
  return 0;
}
