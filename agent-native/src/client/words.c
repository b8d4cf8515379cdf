#include "words.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

// As io.sojourn.node.command.Request has them.
enum { MOST_WORDS = 1000, MOST_BYTES = 32 * 1024 };

static bool begins(const char *text, const char *with) { return !strncmp(text, with, strlen(with)); }

static bool ascii(const char *text) {
  for (; *text; text++)
    if ((unsigned char)*text >= 0x80) return false;
  return true;
}

static bool travels(const char *word) {
  // How a JVM reads other bytes depends on its locale: the daemon has its own.
  if (!ascii(word)) return false;
  // A file of words: the daemon must not read it, being root.
  if (*word == '@') return false;
  // Help is coloured by rules of picocli's, which look at the terminal.
  return !(begins(word, "-h") || begins(word, "-V") || begins(word, "--help") || begins(word, "--version"));
}

bool words_travel(char *const *words) {
  size_t bytes = 0;
  int count = 0;
  for (; *words; words++, count++) {
    bytes += strlen(*words);
    if (count == MOST_WORDS || bytes > MOST_BYTES || !travels(*words)) return false;
  }
  return count > 0;
}

bool words_variables_travel(char *const *variables) {
  size_t bytes = 0;
  for (; *variables; variables++)
    if (begins(*variables, WORDS_VARIABLES)) {
      bytes += strlen(*variables);
      if (bytes > MOST_BYTES || !ascii(*variables)) return false;
    }
  return true;
}

bool words_want_json(char *const *words) {
  for (; *words; words++)
    if (!strcmp(*words, "--json")) return true;
  return false;
}

// Java takes ".." away by the text, the kernel by the directories, and blanks at the ends not at all.
static bool plain(const char *directory) {
  size_t length = strlen(directory);
  return length && ascii(directory) && directory[0] > ' ' && directory[length - 1] > ' ' && !strstr(directory, "..");
}

const char *words_run_directory(char *const *words) {
  const char *named = NULL;
  for (; *words && strcmp(*words, "--"); words++) {
    const char *value = NULL;
    if (begins(*words, "--run-dir="))
      value = *words + strlen("--run-dir=");
    else if (!strcmp(*words, "--run-dir"))
      value = words[1] ? *++words : "";
    else
      continue;
    if (named || !plain(value)) return NULL;
    named = value;
  }
  if (named) return named;
  const char *environment = getenv("SOJOURN_RUN_DIR");
  if (!environment || !*environment) return "/run/sojourn";
  return plain(environment) ? environment : NULL;
}

const char *words_charset(void) {
  const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
  const char *locale = NULL;
  for (int i = 0; i < 3 && (!locale || !*locale); i++) locale = getenv(names[i]);
  if (!locale || !*locale || !strcmp(locale, "C") || !strcmp(locale, "POSIX")) return "US-ASCII";
  const char *charset = strchr(locale, '.');
  return charset && (!strcasecmp(charset, ".UTF-8") || !strcasecmp(charset, ".utf8")) ? "UTF-8" : NULL;
}
