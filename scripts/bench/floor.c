// SPDX-License-Identifier: Apache-2.0
// The least that a durable handoff costs in SQLite: C, prepared statements, WAL, FULL, one process.
// floor FOLDER HANDOFFS TRANSACTIONS   TRANSACTIONS is 1 (complete and claim together) or 2.
// floor FOLDER fill TASKS EVENTS       a session with a long history
// floor FOLDER load                    microseconds to open it and read all tasks, to save, to ask
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static sqlite3 *db;

static void run(const char *sql) {
  char *error = NULL;
  if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK) {
    fprintf(stderr, "%s: %s\n", sql, error);
    exit(1);
  }
}

static sqlite3_stmt *prepared(const char *sql) {
  sqlite3_stmt *statement;
  if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK) {
    fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(db));
    exit(1);
  }
  return statement;
}

static void finish(sqlite3_stmt *statement) {
  if (sqlite3_step(statement) != SQLITE_DONE) {
    fprintf(stderr, "%s\n", sqlite3_errmsg(db));
    exit(1);
  }
  sqlite3_reset(statement);
}

static void fill(int tasks, int events) {
  run("CREATE TABLE tasks (id INTEGER PRIMARY KEY, name TEXT UNIQUE, state TEXT, body TEXT);"
      "CREATE TABLE events (id INTEGER PRIMARY KEY, event TEXT); BEGIN");
  sqlite3_stmt *task = prepared("INSERT INTO tasks (name, state, body) VALUES (?1, 'ready', ?2)");
  sqlite3_stmt *event = prepared("INSERT INTO events (event) VALUES (?1)");
  char body[513], name[32];
  memset(body, 'x', 512);
  sqlite3_bind_text(task, 2, body, 400, SQLITE_STATIC);
  sqlite3_bind_text(event, 1, body, 200, SQLITE_STATIC);
  for (int i = 1; i <= tasks; i++) {
    snprintf(name, sizeof name, "task-%d", i);
    sqlite3_bind_text(task, 1, name, -1, SQLITE_TRANSIENT);
    finish(task);
  }
  for (int i = 0; i < events; i++) finish(event);
  run("COMMIT");
}

static struct timespec lap_begin;

static long lap(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  long passed = (now.tv_sec - lap_begin.tv_sec) * 1000000 + (now.tv_nsec - lap_begin.tv_nsec) / 1000;
  lap_begin = now;
  return passed;
}

static int ascending(const void *a, const void *b) {
  return *(const long *)a < *(const long *)b ? -1 : 1;
}

static void load(void) {
  sqlite3_stmt *last = prepared("SELECT max(id) FROM events");
  if (sqlite3_step(last) != SQLITE_ROW) exit(1);
  sqlite3_reset(last);
  long opened = lap();
  sqlite3_stmt *all = prepared("SELECT id, name, state, body FROM tasks ORDER BY id");
  long tasks = 0, bytes = 0, saves[21], asked[21];
  while (sqlite3_step(all) == SQLITE_ROW) {
    tasks++;
    bytes += (long)strlen((const char *)sqlite3_column_text(all, 3));
  }
  long loaded = lap();
  sqlite3_stmt *event = prepared("INSERT INTO events (event) VALUES (?1)");
  sqlite3_stmt *task = prepared("SELECT state, body FROM tasks WHERE name = ?1");
  char name[32];
  for (int i = 0; i < 21; i++) {
    lap();
    run("BEGIN IMMEDIATE");
    sqlite3_bind_text(event, 1, "saved", -1, SQLITE_STATIC);
    finish(event);
    run("COMMIT");
    saves[i] = lap();
    snprintf(name, sizeof name, "task-%ld", 1 + tasks * i / 22);
    lap();
    sqlite3_bind_text(task, 1, name, -1, SQLITE_TRANSIENT);
    if (sqlite3_step(task) != SQLITE_ROW) exit(1);
    sqlite3_reset(task);
    asked[i] = lap();
  }
  qsort(saves, 21, sizeof *saves, ascending);
  qsort(asked, 21, sizeof *asked, ascending);
  printf("%ld %ld %ld %ld %ld\n", opened, loaded, saves[10], asked[10], bytes);
}

int main(int count, char **arguments) {
  char path[4096];
  if (count < 3) return 64;
  snprintf(path, sizeof path, "%s/floor.db", arguments[1]);
  if (!strcmp(arguments[2], "fill") || !strcmp(arguments[2], "load")) {
    lap();
    if (sqlite3_open(path, &db) != SQLITE_OK) return 1;
    run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
    if (!strcmp(arguments[2], "fill") && count == 5) {
      fill(atoi(arguments[3]), atoi(arguments[4]));
    } else {
      load();
    }
    return 0;
  }
  if (count != 4) return 64;
  int handoffs = atoi(arguments[2]), transactions = atoi(arguments[3]);
  if (sqlite3_open(path, &db) != SQLITE_OK) return 1;
  run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
  run("CREATE TABLE handoffs (id INTEGER PRIMARY KEY, state TEXT, fence INTEGER, packet TEXT);"
      "CREATE INDEX ready ON handoffs (id) WHERE state = 'ready';"
      "CREATE TABLE events (id INTEGER PRIMARY KEY, event TEXT);");
  sqlite3_stmt *enqueue = prepared("INSERT INTO handoffs (state, packet) VALUES ('ready', ?1)");
  sqlite3_stmt *event = prepared("INSERT INTO events (event) VALUES (?1)");
  sqlite3_stmt *complete = prepared("UPDATE handoffs SET state = 'done' WHERE id = ?1 AND fence = ?2");
  sqlite3_stmt *claim = prepared(
      "UPDATE handoffs SET state = 'claimed', fence = ?1 WHERE id = "
      "(SELECT id FROM handoffs WHERE state = 'ready' ORDER BY id LIMIT 1) RETURNING id");
  char packet[513];
  memset(packet, 'x', 512);
  packet[512] = 0;
  sqlite3_bind_text(enqueue, 1, packet, -1, SQLITE_STATIC);
  sqlite3_bind_text(event, 1, packet, 200, SQLITE_STATIC);
  finish(enqueue);

  struct timespec begin, end;
  sqlite3_int64 held = 0;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  for (int fence = 1; fence <= handoffs; fence++) {
    run("BEGIN IMMEDIATE");
    if (held) {
      sqlite3_bind_int64(complete, 1, held);
      sqlite3_bind_int64(complete, 2, fence - 1);
      finish(complete);
      finish(enqueue);
      finish(event);
    }
    if (transactions == 2) run("COMMIT; BEGIN IMMEDIATE");
    sqlite3_bind_int64(claim, 1, fence);
    if (sqlite3_step(claim) != SQLITE_ROW) return 1;
    held = sqlite3_column_int64(claim, 0);
    finish(claim);
    if (transactions == 2) finish(event);
    run("COMMIT");
  }
  clock_gettime(CLOCK_MONOTONIC, &end);
  double seconds = (end.tv_sec - begin.tv_sec) + (end.tv_nsec - begin.tv_nsec) / 1e9;
  printf("%d\n", (int)(handoffs / seconds));
  return 0;
}
