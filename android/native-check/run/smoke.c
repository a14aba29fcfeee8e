/*
 * Loads the core as an app would and goes once through it: a text out of it, a database opened and closed (SQLite, threads, file
 * locks), and the error path. usage: smoke LIBRARY FOLDER
 */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* uniffi's C types: a buffer that Rust owns, bytes that it borrows, and how a call went. */
typedef struct { uint64_t capacity, length; uint8_t *data; } Buffer;
typedef struct { int32_t length; const uint8_t *data; } Bytes;
typedef struct { int8_t code; Buffer error; } Status;

static void *library;

static void *find(const char *name) {
  void *found = dlsym(library, name);
  if (!found) { printf("the library has no %s\n", name); exit(1); }
  return found;
}

static void expect(int holds, const char *what) {
  if (!holds) { printf("not so: %s\n", what); exit(1); }
  printf("ok  %s\n", what);
}

static uint64_t open_core(const char *path, Status *status) {
  Buffer (*lend)(Bytes, Status *) = find("ffi_cairn_rustbuffer_from_bytes");
  uint64_t (*open)(Buffer, Status *) = find("uniffi_cairn_fn_constructor_core_open");
  Bytes bytes = { (int32_t)strlen(path), (const uint8_t *)path };
  return open(lend(bytes, status), status);
}

int main(int count, char **words) {
  if (count != 3) { puts("usage: smoke LIBRARY FOLDER"); return 2; }
  library = dlopen(words[1], RTLD_NOW);
  if (!library) { puts(dlerror()); return 1; }

  Status status = {0};
  Buffer (*version)(Status *) = find("uniffi_cairn_fn_func_version");
  Buffer text = version(&status);
  expect(status.code == 0 && text.length >= 5, "the core tells its version");

  char path[4096];
  snprintf(path, sizeof path, "%s/cairn.db", words[2]);
  uint64_t core = open_core(path, &status);
  expect(status.code == 0 && core != 0, "a database is made and opened");
  void (*shut)(uint64_t, Status *) = find("uniffi_cairn_fn_method_core_shut");
  shut(core, &status);
  expect(status.code == 0, "it is closed");
  core = open_core(path, &status);
  expect(status.code == 0 && core != 0, "it is opened again");

  Status failed = {0};
  open_core("/nowhere/at/all/cairn.db", &failed);
  expect(failed.code == 1, "a database that cannot be opened is an error and no crash");
  return 0;
}
