// See the ELF specification, "Dynamic linking", and the System V ABI, AMD64 supplement, 4.4 (relocation types) and 5.2 (PLT).
#include "guard_imports.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

struct tables {
  const ElfW(Sym) * symbols;
  const char *strings;
  const ElfW(Rela) * relocations[2]; // of data; of calls
  size_t sizes[2];
  uintptr_t read_only_start, read_only_end; // PT_GNU_RELRO: protected after relocation
};

static bool read_tables(const struct guard_library *library, struct tables *tables) {
  const ElfW(Dyn) *dynamic = NULL;
  for (int i = 0; i < library->header_count; i++) {
    const ElfW(Phdr) *header = &library->headers[i];
    if (header->p_type == PT_DYNAMIC) dynamic = (const ElfW(Dyn) *)(library->base + header->p_vaddr);
    if (header->p_type == PT_GNU_RELRO) {
      uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
      tables->read_only_start = (library->base + header->p_vaddr) & ~(page - 1);
      tables->read_only_end = (library->base + header->p_vaddr + header->p_memsz) & ~(page - 1);
    }
  }
  if (!dynamic) return false;
  for (; dynamic->d_tag != DT_NULL; dynamic++) {
    // The dynamic loader has made these addresses absolute.
    uintptr_t value = dynamic->d_un.d_val;
    if (dynamic->d_tag == DT_SYMTAB) tables->symbols = (const ElfW(Sym) *)value;
    if (dynamic->d_tag == DT_STRTAB) tables->strings = (const char *)value;
    if (dynamic->d_tag == DT_RELA) tables->relocations[0] = (const ElfW(Rela) *)value;
    if (dynamic->d_tag == DT_RELASZ) tables->sizes[0] = value;
    if (dynamic->d_tag == DT_JMPREL) tables->relocations[1] = (const ElfW(Rela) *)value;
    if (dynamic->d_tag == DT_PLTRELSZ) tables->sizes[1] = value;
  }
  // An object whose addresses are still relative was not relocated by this loader.
  return tables->symbols && tables->strings && (uintptr_t)tables->strings >= library->base;
}

static bool lies_in(const struct guard_library *library, const void *address) {
  for (int i = 0; i < library->header_count; i++) {
    const ElfW(Phdr) *header = &library->headers[i];
    if (header->p_type == PT_LOAD && (uintptr_t)address - (library->base + header->p_vaddr) < header->p_memsz) return true;
  }
  return false;
}

// What a slot stands for. One that was never called through still leads to the resolver, which would write over what we put
// there: so it is resolved here, in the order that the loader searches, the program's global scope first.
static void *resolved(const struct guard_library *library, const ElfW(Sym) * symbol, const char *name, void *value) {
  if (value && !lies_in(library, value)) return value;
  if (symbol->st_shndx != SHN_UNDEF && value == (void *)(library->base + symbol->st_value)) return value;
  void *found = dlsym(RTLD_DEFAULT, name);
  return found ? found : dlsym(library->handle, name);
}

static void write_slot(const struct tables *tables, void *_Atomic *slot, void *value) {
  uintptr_t page = (uintptr_t)slot & ~((uintptr_t)sysconf(_SC_PAGESIZE) - 1);
  bool protected = (uintptr_t)slot >= tables->read_only_start && (uintptr_t)slot < tables->read_only_end;
  // SAFETY: the library is held loaded, and the slot is one of its relocations: eight aligned bytes, written at once. A thread
  // that calls through it meanwhile takes the old function or the new one.
  if (protected && mprotect((void *)page, 1, PROT_READ | PROT_WRITE)) return;
  atomic_store(slot, value);
  if (protected) mprotect((void *)page, 1, PROT_READ);
}

void guard_imports_replace(const struct guard_library *library, bool (*wanted)(const char *name), guard_replacement *replace, void *context) {
  struct tables tables = {0};
  if (!read_tables(library, &tables)) return;
  for (int t = 0; t < 2; t++) {
    size_t count = tables.relocations[t] ? tables.sizes[t] / sizeof(ElfW(Rela)) : 0;
    for (size_t i = 0; i < count; i++) {
      const ElfW(Rela) *relocation = &tables.relocations[t][i];
      unsigned type = ELF64_R_TYPE(relocation->r_info);
      bool plain_pointer = type == R_X86_64_64 && relocation->r_addend == 0;
      if (type != R_X86_64_JUMP_SLOT && type != R_X86_64_GLOB_DAT && !plain_pointer) continue;
      const ElfW(Sym) *symbol = &tables.symbols[ELF64_R_SYM(relocation->r_info)];
      const char *name = tables.strings + symbol->st_name;
      if (!wanted(name)) continue;
      void *_Atomic *slot = (void *_Atomic *)(library->base + relocation->r_offset);
      if ((uintptr_t)slot % sizeof *slot) continue;
      void *seen = atomic_load(slot);
      // A function pointer in data may have been given another value since.
      void *value = plain_pointer ? seen : resolved(library, symbol, name, seen);
      void *replacement = replace(name, value, context);
      if (replacement != value) write_slot(&tables, slot, replacement);
    }
  }
}
