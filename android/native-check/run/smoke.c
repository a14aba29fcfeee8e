/*
 * Loads the core as an app would and goes once through it: a text out of it, a database opened and closed (SQLite, threads, file
 * locks), another program's log read into it (arithmetic, hexagons), and the error path. usage: smoke LIBRARY FOLDER LOG
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

static Buffer lent(const char *text) {
  Buffer (*lend)(Bytes, Status *) = find("ffi_cairn_rustbuffer_from_bytes");
  Status status = {0};
  return lend((Bytes){ (int32_t)strlen(text), (const uint8_t *)text }, &status);
}

static uint64_t open_core(const char *path, const char *version, Status *status) {
  uint64_t (*open)(Buffer, Buffer, Status *) = find("uniffi_cairn_fn_constructor_nativecore_open");
  return open(lent(path), lent(version), status);
}

/* A call takes what it is given: the caller keeps a clone. */
static uint64_t again(uint64_t core) {
  uint64_t (*clone)(uint64_t, Status *) = find("uniffi_cairn_fn_clone_nativecore");
  Status status = {0};
  return clone(core, &status);
}

/* Records begin with their first field, highest octet first. */
static uint64_t first_number(Buffer record) {
  uint64_t number = 0;
  for (int i = 0; i < 8 && i < (int)record.length; i++) number = number << 8 | record.data[i];
  return number;
}

/* Which of the core's exceptions, in the order of rust-core/ffi/src/error.rs. */
enum { LOCKED = 3 };
static int kind(Buffer error) { return error.length < 4 ? 0 : error.data[3]; }

int main(int count, char **words) {
  if (count != 4) { puts("usage: smoke LIBRARY FOLDER LOG"); return 2; }
  library = dlopen(words[1], RTLD_NOW);
  if (!library) { puts(dlerror()); return 1; }

  Status status = {0};
  Buffer (*core_version)(Status *) = find("uniffi_cairn_fn_func_core_version");
  Buffer text = core_version(&status);
  expect(status.code == 0 && text.length >= 5 && text.length < 32, "the core tells its version");
  char version[32] = {0};
  memcpy(version, text.data, text.length);

  char path[4096];
  snprintf(path, sizeof path, "%s/cairn.db", words[2]);
  uint64_t core = open_core(path, version, &status);
  expect(status.code == 0 && core != 0, "a database is made and opened");

  Status locked = {0};
  open_core(path, version, &locked);
  expect(locked.code == 1 && kind(locked.error) == LOCKED, "who opens it a second time is told that it is in use");

  uint64_t (*make_work)(Status *) = find("uniffi_cairn_fn_constructor_work_new");
  Buffer (*import)(uint64_t, Buffer, int8_t, uint64_t, Status *) = find("uniffi_cairn_fn_method_nativecore_import_file");
  Buffer imported = import(again(core), lent(words[3]), 0, make_work(&status), &status);
  expect(status.code == 0 && first_number(imported) > 0, "a log of another program is read");
  Buffer (*numbers)(uint64_t, Status *) = find("uniffi_cairn_fn_method_nativecore_numbers");
  uint64_t heard = first_number(numbers(again(core), &status));
  expect(status.code == 0 && heard > 0, "what it heard is counted");

  void (*shut)(uint64_t, Status *) = find("uniffi_cairn_fn_method_nativecore_shut_down");
  shut(again(core), &status);
  expect(status.code == 0, "the database is closed");
  core = open_core(path, version, &status);
  expect(status.code == 0 && core != 0, "it is opened again");
  expect(first_number(numbers(again(core), &status)) == heard, "what was counted is still there");

  Status failed = {0};
  open_core("/nowhere/at/all/cairn.db", version, &failed);
  expect(failed.code == 1, "a database that cannot be opened is an error and no crash");
  return 0;
}
