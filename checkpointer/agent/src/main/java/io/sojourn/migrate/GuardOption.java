package io.sojourn.migrate;

import java.util.ArrayList;
import java.util.List;

/**
 * The option {@code guard=}:
 *
 * <ul>
 *   <li>{@code on} (as without the option): regions that the program declares, in Java or in C
 *   <li>{@code off}: nothing
 *   <li>{@code native}: also malloc's family, as native libraries call it
 *   <li>{@code native:LIBRARY:FUNCTION+FUNCTION...}: also these functions, where other libraries,
 *       or their own, call them. More pairs of library and functions may follow, each after a
 *       colon: {@code native:libfoo.so:foo_alloc+foo_free:libbar.so:bar_get+bar_put}. {@code
 *       libfoo.so} stands for {@code libfoo.so.1.2} too; {@code libc.so:malloc+free} for two of
 *       malloc's family.
 * </ul>
 *
 * @param declared regions that the program declares are guarded
 * @param allocators malloc's family is guarded
 * @param functions library and function by turns
 */
record GuardOption(boolean declared, boolean allocators, List<String> functions) {
  static final GuardOption ON = new GuardOption(true, false, List.of());
  private static final GuardOption OFF = new GuardOption(false, false, List.of());

  static GuardOption parse(String text, List<String> problems) {
    String[] parts = text.split(":", -1);
    if (text.equals("on")) return ON;
    if (text.equals("off")) return OFF;
    if (text.equals("native")) return new GuardOption(true, true, List.of());
    if (parts[0].equals("native") && parts.length % 2 == 1) {
      List<String> functions = new ArrayList<>();
      for (int i = 1; i < parts.length; i += 2)
        for (String function : parts[i + 1].split("\\+", -1)) {
          functions.add(parts[i]);
          functions.add(function);
        }
      if (functions.stream().noneMatch(String::isBlank))
        return new GuardOption(true, false, List.copyOf(functions));
    }
    problems.add(
        "guard='"
            + text
            + "' was taken as on: use on, off, native or native:LIBRARY:FUNCTION+FUNCTION");
    return ON;
  }
}
