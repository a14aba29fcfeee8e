/*
 * As much of bionic's declarations as SQLite and ring need to compile, for machines without the NDK. Values and layouts are
 * those that the libc crate gives for Android, and hold on arm64, x86_64 and 32-bit ARM with 64-bit file offsets.
 * For checking only: what ships is compiled against the NDK's own headers.
 */
#pragma once
#include <stddef.h>
#include <stdarg.h>
#include <stdint.h>
#ifndef __ANDROID__
#error "for Android targets only"
#endif
#ifdef __LP64__
#define MINI_LFS(n)
typedef unsigned int mode_t; typedef unsigned long dev_t; typedef long off_t;
#else
#define MINI_LFS(n) __asm__(#n "64")
typedef unsigned short mode_t; typedef unsigned long dev_t; typedef long long off_t;
#endif
typedef long ssize_t_long; typedef long time_t; typedef long suseconds_t; typedef long clock_t;
#ifdef __LP64__
typedef long ssize_t;
#else
typedef int ssize_t;
#endif
typedef int pid_t; typedef unsigned int uid_t, gid_t; typedef unsigned long ino_t;
typedef int clockid_t; typedef unsigned int useconds_t;
struct timespec { time_t tv_sec; long tv_nsec; };
struct timeval { time_t tv_sec; suseconds_t tv_usec; };
struct utimbuf { time_t actime, modtime; };
struct tm { int tm_sec, tm_min, tm_hour, tm_mday, tm_mon, tm_year, tm_wday, tm_yday, tm_isdst; long tm_gmtoff; const char *tm_zone; };
#if defined(__aarch64__)
struct stat { dev_t st_dev; ino_t st_ino; mode_t st_mode; unsigned int st_nlink; uid_t st_uid; gid_t st_gid; dev_t st_rdev;
  unsigned long __pad1; off_t st_size; int st_blksize; int __pad2; long st_blocks;
  struct timespec st_atim, st_mtim, st_ctim; unsigned int __unused4, __unused5; };
_Static_assert(sizeof(struct stat) == 128, "stat");
#elif defined(__x86_64__)
struct stat { dev_t st_dev; ino_t st_ino; unsigned long st_nlink; mode_t st_mode; uid_t st_uid; gid_t st_gid; unsigned int __pad0; dev_t st_rdev;
  off_t st_size; long st_blksize; long st_blocks; struct timespec st_atim, st_mtim, st_ctim; long __pad3[3]; };
_Static_assert(sizeof(struct stat) == 144, "stat");
#elif defined(__arm__)
struct stat { unsigned long long st_dev; unsigned char __pad0[4]; unsigned long __st_ino; unsigned int st_mode; unsigned int st_nlink; uid_t st_uid; gid_t st_gid;
  unsigned long long st_rdev; unsigned char __pad3[4]; long long st_size; unsigned long st_blksize; unsigned long long st_blocks;
  struct timespec st_atim, st_mtim, st_ctim; unsigned long long st_ino; };
_Static_assert(sizeof(struct stat) == 104, "stat");
#endif
#define st_mtime st_mtim.tv_sec
struct flock { short l_type, l_whence; off_t l_start, l_len; pid_t l_pid; };
#ifdef __LP64__
_Static_assert(sizeof(struct flock) == 32 && offsetof(struct flock, l_start) == 8, "flock");
typedef struct { int v; char r[36]; } __attribute__((aligned(4))) pthread_mutex_t;
typedef struct { int v; char r[44]; } __attribute__((aligned(4))) pthread_cond_t;
_Static_assert(sizeof(pthread_mutex_t) == 40 && sizeof(pthread_cond_t) == 48, "pthread");
#define F_GETLK 5
#define F_SETLK 6
#define F_SETLKW 7
#define RTLD_NOW 2
#define RTLD_GLOBAL 0x100
#else
typedef struct { int v; } pthread_mutex_t; typedef struct { int v; } pthread_cond_t;
#define F_GETLK 12
#define F_SETLK 13
#define F_SETLKW 14
#define RTLD_NOW 0
#define RTLD_GLOBAL 2
#endif
typedef long pthread_t; typedef long pthread_mutexattr_t; typedef struct mini_pthread_attr pthread_attr_t;
#define PTHREAD_MUTEX_INITIALIZER {0}
#define PTHREAD_COND_INITIALIZER {0}
#define PTHREAD_MUTEX_RECURSIVE 1
#define F_GETFD 1
#define F_SETFD 2
#define F_RDLCK 0
#define F_WRLCK 1
#define F_UNLCK 2
#define FD_CLOEXEC 1
#define O_RDONLY 0
#define O_WRONLY 1
#define O_RDWR 2
#define O_CREAT 0100
#define O_EXCL 0200
#define O_TRUNC 01000
#define O_APPEND 02000
#define O_CLOEXEC 02000000
#if defined(__x86_64__) || defined(__i386__)
#define O_NOFOLLOW 0400000
#else
#define O_NOFOLLOW 0100000
#endif
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#define R_OK 4
#define W_OK 2
#define X_OK 1
#define F_OK 0
#define _SC_PAGESIZE 0x27
#define _SC_NPROCESSORS_ONLN 0x61
#define S_IFMT 0170000
#define S_ISDIR(m) (((m) & S_IFMT) == 0040000)
#define S_ISREG(m) (((m) & S_IFMT) == 0100000)
#define S_ISLNK(m) (((m) & S_IFMT) == 0120000)
#define PROT_READ 1
#define PROT_WRITE 2
#define MAP_SHARED 1
#define MAP_PRIVATE 2
#define MAP_FAILED ((void *)-1)
#define MREMAP_MAYMOVE 1
#define EPERM 1
#define ENOENT 2
#define EINTR 4
#define EIO 5
#define EBADF 9
#define EAGAIN 11
#define EWOULDBLOCK EAGAIN
#define ENOMEM 12
#define EACCES 13
#define EBUSY 16
#define EEXIST 17
#define ENODEV 19
#define ENOTDIR 20
#define EISDIR 21
#define EINVAL 22
#define ENOSPC 28
#define EROFS 30
#define ERANGE 34
#define EDEADLK 35
#define ENOLCK 37
#define EOVERFLOW 75
#define ENOTSUP 95
#define ETIMEDOUT 110
int *__errno(void) __attribute__((const));
#define errno (*__errno())
#ifdef NDEBUG
#define assert(e) ((void)0)
#else
void __assert2(const char *, int, const char *, const char *) __attribute__((noreturn));
#define assert(e) ((e) ? (void)0 : __assert2(__FILE__, __LINE__, __func__, #e))
#endif
void *malloc(size_t); void *calloc(size_t, size_t); void *realloc(void *, size_t); void free(void *); size_t malloc_usable_size(const void *);
void abort(void) __attribute__((noreturn)); char *getenv(const char *); int atoi(const char *); long strtol(const char *, char **, int);
double strtod(const char *, char **); int abs(int); void qsort(void *, size_t, size_t, int (*)(const void *, const void *));
void *memcpy(void *, const void *, size_t); void *memmove(void *, const void *, size_t); void *memset(void *, int, size_t); int memcmp(const void *, const void *, size_t);
void *memchr(const void *, int, size_t); size_t strlen(const char *); int strcmp(const char *, const char *); int strncmp(const char *, const char *, size_t);
char *strchr(const char *, int); char *strrchr(const char *, int); char *strstr(const char *, const char *); char *strcpy(char *, const char *); char *strncpy(char *, const char *, size_t);
size_t strspn(const char *, const char *); size_t strcspn(const char *, const char *); char *strerror(int); int strerror_r(int, char *, size_t);
int isalnum(int); int isalpha(int); int isdigit(int); int isspace(int); int isupper(int); int islower(int); int isxdigit(int); int toupper(int); int tolower(int);
typedef struct __sFILE FILE; extern FILE *stdin, *stdout, *stderr;
int printf(const char *, ...); int fprintf(FILE *, const char *, ...); int snprintf(char *, size_t, const char *, ...); int fflush(FILE *); int rename(const char *, const char *); int remove(const char *);
int open(const char *, int, ...); int close(int); int access(const char *, int); char *getcwd(char *, size_t); int fcntl(int, int, ...); int ioctl(int, int, ...);
ssize_t read(int, void *, size_t); ssize_t write(int, const void *, size_t); int unlink(const char *); int rmdir(const char *); ssize_t readlink(const char *, char *, size_t);
int stat(const char *, struct stat *); int fstat(int, struct stat *); int lstat(const char *, struct stat *); int mkdir(const char *, mode_t); int fchmod(int, mode_t); int fchown(int, uid_t, gid_t);
off_t lseek(int, off_t, int) MINI_LFS(lseek); int ftruncate(int, off_t) MINI_LFS(ftruncate);
ssize_t pread(int, void *, size_t, off_t) MINI_LFS(pread); ssize_t pwrite(int, const void *, size_t, off_t) MINI_LFS(pwrite);
void *mmap(void *, size_t, int, int, int, off_t) MINI_LFS(mmap);
int munmap(void *, size_t); void *mremap(void *, size_t, size_t, int, ...);
int fsync(int); int fdatasync(int); int getpagesize(void); pid_t getpid(void); uid_t geteuid(void); long sysconf(int); unsigned sleep(unsigned); int usleep(useconds_t);
int utimes(const char *, const struct timeval *); int utime(const char *, const struct utimbuf *); int gettimeofday(struct timeval *, void *); time_t time(time_t *);
struct tm *localtime(const time_t *); struct tm *localtime_r(const time_t *, struct tm *); struct tm *gmtime_r(const time_t *, struct tm *); int nanosleep(const struct timespec *, struct timespec *);
int pthread_create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *); int pthread_join(pthread_t, void **); pthread_t pthread_self(void); int pthread_equal(pthread_t, pthread_t);
int pthread_mutex_init(pthread_mutex_t *, const pthread_mutexattr_t *); int pthread_mutex_destroy(pthread_mutex_t *); int pthread_mutex_lock(pthread_mutex_t *); int pthread_mutex_trylock(pthread_mutex_t *); int pthread_mutex_unlock(pthread_mutex_t *);
int pthread_mutexattr_init(pthread_mutexattr_t *); int pthread_mutexattr_settype(pthread_mutexattr_t *, int); int pthread_mutexattr_destroy(pthread_mutexattr_t *);
int pthread_cond_init(pthread_cond_t *, const void *); int pthread_cond_wait(pthread_cond_t *, pthread_mutex_t *); int pthread_cond_broadcast(pthread_cond_t *); int pthread_cond_signal(pthread_cond_t *); int pthread_cond_destroy(pthread_cond_t *);
void *dlopen(const char *, int); void *dlsym(void *, const char *); int dlclose(void *); char *dlerror(void);
double log(double); double log2(double); double log10(double); double exp(double); double pow(double, double); double sqrt(double); double floor(double); double ceil(double); double trunc(double); double fmod(double, double);
double sin(double); double cos(double); double tan(double); double asin(double); double acos(double); double atan(double); double atan2(double, double); double fabs(double);
double sinh(double); double cosh(double); double tanh(double); double asinh(double); double acosh(double); double atanh(double);
#define isnan(x) __builtin_isnan(x)
#define isinf(x) __builtin_isinf(x)
#define INFINITY __builtin_inff()
#define FILENAME_MAX 4096
