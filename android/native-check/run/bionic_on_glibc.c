/*
 * What bionic has and glibc has not, or has in another shape, so that the core for Android can be run on arm64 glibc. Only as
 * much as run/smoke.c comes past.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

int *__errno(void) { return &errno; }

/* The names of sysconf have other numbers in bionic. */
long sysconf(int name) {
  static long (*real)(int);
  if (!real) real = dlsym(RTLD_NEXT, "sysconf");
  switch (name) {
    case 0x27: case 0x28: return real(_SC_PAGESIZE);
    case 0x60: return real(_SC_NPROCESSORS_CONF);
    case 0x61: return real(_SC_NPROCESSORS_ONLN);
    default: return real(name);
  }
}

/* glibc's mutex is larger than bionic's: the caller's room holds only a pointer to it. Zero, as bionic, means not yet made. */
static pthread_mutex_t *inner(pthread_mutex_t **outer) {
  pthread_mutex_t *seen = __atomic_load_n(outer, __ATOMIC_ACQUIRE), *made;
  if (seen) return seen;
  made = calloc(1, sizeof *made);
  if (__atomic_compare_exchange_n(outer, &seen, made, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) return made;
  free(made);
  return seen;
}

#define REAL(name) static int (*real)(); if (!real) real = (int (*)())dlsym(RTLD_NEXT, name)
int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes) {
  REAL("pthread_mutex_init");
  *(pthread_mutex_t **)mutex = 0;
  return real(inner((pthread_mutex_t **)mutex), attributes);
}
int pthread_mutex_lock(pthread_mutex_t *mutex) { REAL("pthread_mutex_lock"); return real(inner((pthread_mutex_t **)mutex)); }
int pthread_mutex_trylock(pthread_mutex_t *mutex) { REAL("pthread_mutex_trylock"); return real(inner((pthread_mutex_t **)mutex)); }
int pthread_mutex_unlock(pthread_mutex_t *mutex) { REAL("pthread_mutex_unlock"); return real(inner((pthread_mutex_t **)mutex)); }
int pthread_mutex_destroy(pthread_mutex_t *mutex) {
  free(inner((pthread_mutex_t **)mutex));
  *(pthread_mutex_t **)mutex = 0;
  return 0;
}

void android_set_abort_message(const char *text) {}
int __system_property_get(const char *name, char *value) { value[0] = 0; return 0; }
void *__sF;
void __assert2(const char *file, int line, const char *function, const char *what) { _exit(9); }
